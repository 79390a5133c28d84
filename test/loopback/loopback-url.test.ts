import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { endpointOf, isRequestFor, leadsHere } from '../../src/loopback/loopback-url.ts'

test.each([
  ['http://localhost:8400/logout', true],
  ['http://127.0.0.1/', true],
  ['http://[::1]:8400/', true],
  // Nobody here has a certificate.
  ['https://localhost:8400/', false],
  ['http://localhost.example.com/', false],
])('%s leads here: %s', (url, isHere) => {
  expect(leadsHere(new URL(url))).toBe(isHere)
})

test.each([
  ['http://localhost:8400/callback', { host: 'localhost', port: 8400 }],
  ['http://[::1]:8400/callback', { host: '::1', port: 8400 }],
  ['http://127.0.0.1/', { host: '127.0.0.1', port: 80 }],
])('%s is listened for where it leads', (url, endpoint) => {
  expect(endpointOf(url)).toEqual(endpoint)
})

test('a URL that leads elsewhere cannot be listened for', () => {
  expect(() => endpointOf('https://www.example.com/')).toThrow(TypeError)
})

describe('a request for http://localhost:8400/logout?from=here', () => {
  const url = new URL('http://localhost:8400/logout?from=here')
  function request(change: { method?: string; url?: string; hosts?: string[] }): IncomingMessage {
    const { hosts = ['localhost:8400'], ...rest } = change
    const rawHeaders = hosts.flatMap((host) => ['Host', host])
    return Object.assign(new IncomingMessage(new Socket()), {
      ...{ method: 'GET', url: '/logout?from=here', rawHeaders },
      ...rest,
    })
  }

  test.each([[{}], [{ hosts: ['127.0.0.1:8400'] }], [{ hosts: ['LOCALHOST:8400'] }]])(
    'is recognised: %j',
    (change) => {
      expect(isRequestFor(request(change), url)).toBe(true)
    },
  )

  test.each([
    [{ method: 'POST' }],
    [{ url: '/logout' }],
    [{ url: '/logout?from=here&more' }],
    [{ hosts: ['evil.example.com:8400'] }],
    [{ hosts: ['localhost:8401'] }],
    [{ hosts: [] }],
    [{ hosts: ['localhost:8400', 'localhost:8400'] }],
  ])('is told from another: %j', (change) => {
    expect(isRequestFor(request(change), url)).toBe(false)
  })
})
