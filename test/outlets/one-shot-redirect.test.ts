import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingHttpHeaders, RequestOptions } from 'node:http'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { ConnectionOwner } from '../../src/loopback/connection-owner.ts'
import { openOneShotRedirect } from '../../src/outlets/one-shot-redirect.ts'
import type { OneShotRedirect } from '../../src/outlets/one-shot-redirect.ts'
import { Secret } from '../../src/secret.ts'

const TARGET = 'https://signin.aws.amazon.com/federation?SigninToken=secret'

async function open(
  ownerOf?: () => ConnectionOwner,
): Promise<OneShotRedirect & { strangers: (number | undefined)[] }> {
  const strangers: (number | undefined)[] = []
  const redirect = await openOneShotRedirect({
    target: new Secret(TARGET),
    onStranger: (uid) => strangers.push(uid),
    ...(ownerOf ? { ownerOf } : {}),
  })
  onTestFinished(redirect.close)
  return { ...redirect, strangers }
}

interface Got {
  status: number | undefined
  headers: IncomingHttpHeaders
  body: string
}

function get(url: string | URL, options: RequestOptions = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      answer.once('end', () => {
        resolve({ status: answer.statusCode, headers: answer.headers, body })
      })
    })
    sent.once('error', reject)
    sent.end()
  })
}

test('I118: leads one browser to the target, once, and keeps it from caches, referrers and pages', async () => {
  const redirect = await open()
  expect(redirect.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/)
  const first = await get(redirect.url)
  expect(first).toMatchObject({
    status: 303,
    body: '',
    headers: { location: TARGET, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  })
  await redirect.taken
  const second = await get(redirect.url)
  expect(second.status).toBe(410)
  expect(second.headers.location).toBeUndefined()
  expect(second.body).not.toContain('SigninToken')
  expect(redirect.strangers).toEqual([])
})

test('every redirect has another path', async () => {
  const urls = await Promise.all([open(), open(), open()])
  expect(new Set(urls.map(({ url }) => new URL(url).pathname)).size).toBe(3)
})

test('I118: nothing else is led there, and the use is not spent by it', async () => {
  const redirect = await open()
  const { port, pathname } = new URL(redirect.url)
  const others: [string, RequestOptions][] = [
    [`http://127.0.0.1:${port}/`, {}],
    [`${redirect.url}/`, {}],
    [`${redirect.url}?x=1`, {}],
    [redirect.url.slice(0, -1), {}],
    [redirect.url, { method: 'POST' }],
    [redirect.url, { method: 'HEAD' }],
    [redirect.url, { method: 'OPTIONS' }],
    [redirect.url, { headers: { Host: `rebound.example:${port}` } }],
    [redirect.url, { headers: { Host: `localhost:${port}` } }],
    [redirect.url, { path: `http://127.0.0.1:${port}${pathname}` }],
  ]
  for (const [url, options] of others) {
    const answer = await get(url, options)
    expect(answer.status, `${JSON.stringify(options)} ${url}`).toBeGreaterThanOrEqual(404)
    expect(JSON.stringify(answer)).not.toContain('SigninToken')
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  }
  expect(await get(redirect.url)).toMatchObject({ status: 303 })
})

test('I118: another user of the machine, who may have read the arguments, is refused and named', async () => {
  let owner: ConnectionOwner = { kind: 'user', uid: 54_321 }
  const redirect = await open(() => owner)
  expect((await get(redirect.url)).status).toBe(404)
  owner = { kind: 'elsewhere' }
  expect((await get(redirect.url)).status).toBe(404)
  expect(redirect.strangers).toEqual([54_321, undefined])
  owner = { kind: 'unknown' }
  expect((await get(redirect.url)).status).toBe(303)
})

test('root may stand between the browser and this page', async () => {
  const redirect = await open(() => ({ kind: 'user', uid: 0 }))
  expect((await get(redirect.url)).status).toBe(303)
})

test('a browser that is gone before it was answered has not used the link', async () => {
  const redirect = await open(() => ({ kind: 'unknown' }))
  const { port, pathname } = new URL(redirect.url)
  const gone = connect(Number(port), '127.0.0.1')
  await once(gone, 'connect')
  gone.write(`GET ${pathname} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  gone.resetAndDestroy()
  await once(gone, 'close')
  await expect.poll(async () => (await get(redirect.url)).status).toBe(303)
  await redirect.taken
})

test('the port is free again when it is closed', async () => {
  const redirect = await open()
  await redirect.close()
  await expect(get(redirect.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
