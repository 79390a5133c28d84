import { describe, expect, test } from 'vitest'
import { proxyFor } from '../src/http/proxy.ts'

const STS = new URL('https://sts.eu-west-1.amazonaws.com/')
const PROXY = 'http://proxy.example.com:3128'

const chosen = (env: Record<string, string>, url = STS) => proxyFor(url, env)?.href

describe('the proxy of a request', () => {
  test.each([
    ['nothing is set', {}, undefined],
    ['HTTPS_PROXY', { HTTPS_PROXY: PROXY }, `${PROXY}/`],
    ['ALL_PROXY alone: none, as botocore', { ALL_PROXY: PROXY }, undefined],
    ['lower case empty beside ALL_PROXY: none', { https_proxy: '', ALL_PROXY: PROXY }, undefined],
    ['HTTP_PROXY is for http', { HTTP_PROXY: PROXY }, undefined],
    ['lower case before upper case', { https_proxy: PROXY, HTTPS_PROXY: 'http://other:1' }, `${PROXY}/`],
    ['lower case empty: none', { https_proxy: '', HTTPS_PROXY: PROXY }, undefined],
    ['empty', { HTTPS_PROXY: ' ' }, undefined],
    [
      'without a scheme it is HTTP',
      { HTTPS_PROXY: 'ada:pw@proxy.example.com:3128' },
      'http://ada:pw@proxy.example.com:3128/',
    ],
    ['one that speaks TLS', { HTTPS_PROXY: 'https://proxy.example.com' }, 'https://proxy.example.com/'],
  ] as [string, Record<string, string>, string | undefined][])('%s', (_, env, expected) => {
    expect(chosen(env)).toBe(expected)
  })

  test('B44: is never one for loopback hosts', () => {
    const env = { HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY, ALL_PROXY: PROXY }
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]']) {
      expect(chosen(env, new URL(`http://${host}:8400/`))).toBeUndefined()
      expect(chosen(env, new URL(`https://${host}/`))).toBeUndefined()
    }
  })

  test.each([
    'http://ada:CANARY@:0:0',
    'socks5://ada:CANARY@proxy:1',
    'http://',
    'http://a:100%@proxy:1',
    'a b',
    '://CANARY',
  ])('is refused without being shown when it is none: %s', (text) => {
    expect(() => chosen({ HTTPS_PROXY: text })).toThrow(
      expect.objectContaining({
        code: 'environment-invalid',
        facts: expect.objectContaining({ variable: 'HTTPS_PROXY', value: '(not shown)' }) as unknown,
      }),
    )
  })
})

describe('NO_PROXY', () => {
  test.each([
    ['*', true],
    ['amazonaws.com', true],
    ['.amazonaws.com', true],
    ['*.amazonaws.com', true],
    ['AMAZONAWS.COM', true],
    ['sts.eu-west-1.amazonaws.com', true],
    ['localhost, amazonaws.com', true],
    ['localhost amazonaws.com', true],
    ['amazonaws.com:443', true],
    ['amazonaws.com:8443', false],
    ['aws.com', false],
    ['amazonaws.co', false],
    ['eu-west-1', false],
    ['', false],
    [',', false],
    ['.', false],
    ['[::1]', false],
  ])('%j covers sts.eu-west-1.amazonaws.com: %s', (list, isCovered) => {
    expect(chosen({ HTTPS_PROXY: PROXY, NO_PROXY: list })).toBe(isCovered ? undefined : `${PROXY}/`)
  })

  test('narrows by the port that is asked', () => {
    const env = { HTTPS_PROXY: PROXY, NO_PROXY: 'example.com:8443' }
    expect(chosen(env, new URL('https://a.example.com:8443/'))).toBeUndefined()
    expect(chosen(env, new URL('https://a.example.com/'))).toBe(`${PROXY}/`)
  })
})
