import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { pageHeaders } from '../../src/loopback/browser-page.ts'
import { createAttempt } from '../../src/sign-in/authorization.ts'
import { openCallbackListener } from '../../src/sign-in/callback-listener.ts'
import type { CallbackListener, CallbackNotice } from '../../src/sign-in/callback-listener.ts'
import { freePort, listen, occupy, rawExchange, rawGet, statusOf } from './support/server.ts'
import { ISSUER } from './support/settings.ts'

const NEVER = new AbortController().signal

async function startListener(changes: { redirectUris?: string[] } = {}) {
  const port = await freePort()
  const attempt = createAttempt()
  const notices: CallbackNotice[] = []
  const listener = await openCallbackListener({
    redirectUris: changes.redirectUris ?? [`http://localhost:${port}/callback`],
    attempt,
    issuers: [ISSUER],
    onNotice: (notice) => notices.push(notice),
  })
  onTestFinished(() => listener.close())
  return {
    port,
    listener,
    notices,
    state: attempt.state,
    wanted: `/callback?code=code-1&state=${attempt.state}`,
  }
}

/** The wanted callback as a browser sends it, the redirect followed; resolves with the page it ends on. */
async function browse(port: number, target: string) {
  const answer = await fetch(`http://127.0.0.1:${port}${target}`)
  return { status: answer.status, url: answer.url, text: await answer.text() }
}

/** The answer to the wanted callback as it came; its result page is fetched too, since closing waits for that. */
async function redirected(port: number, target: string, host = '127.0.0.1'): Promise<string> {
  const name = host === '::1' ? '[::1]' : host
  const headers = `Host: ${name}:${port}\r\nOrigin: https://evil.test\r\nConnection: close`
  const answer = await rawExchange(port, `GET ${target} HTTP/1.1\r\n${headers}\r\n\r\n`, host)
  const location = /^location: (\S+)/im.exec(answer)?.[1]
  if (location !== undefined) await browse(port, location)
  return answer
}

/** The wanted callback arrives, and its sign-in succeeds. */
async function expectSuccess(listener: CallbackListener, redirect: Promise<string>) {
  const { code, finish } = await listener.waitForCode(NEVER)
  expect(code.reveal()).toBe('code-1')
  await finish({ kind: 'signed-in', who: 'x' })
  expect(statusOf(await redirect)).toBe(303)
}

describe('the wanted callback', () => {
  test('B41: is held until the result is known, and shown the truth', async () => {
    const { port, listener, wanted } = await startListener()
    const page = browse(port, wanted)
    const { code, finish } = await listener.waitForCode(NEVER)
    expect(code.reveal()).toBe('code-1')
    await finish({ kind: 'failed', what: 'The nonce is wrong.', fix: 'Try again.' })
    expect((await page).text).toContain('Sign-in failed')
    expect((await page).text).toContain('The nonce is wrong.')
  })

  test('B40, B42: ends on a clean path of ours that holds neither code nor state', async () => {
    const { port, listener, wanted, state } = await startListener()
    const page = browse(port, `${wanted}&next=https://evil.test&redirect_uri=https://evil.test`)
    const { finish } = await listener.waitForCode(NEVER)
    await finish({ kind: 'signed-in', who: 'alice@example.com' })
    const { url, text, status } = await page
    expect(status).toBe(200)
    expect(text).toContain('alice@example.com')
    expect(url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/callback/[0-9a-f]{32}$`))
    expect(url + text).not.toContain(state)
    expect(url + text).not.toContain('code-1')
  })

  test('B39: carries no header that lets other sites read it', async () => {
    const { port, listener, wanted } = await startListener()
    const redirect = redirected(port, wanted)
    await (await listener.waitForCode(NEVER)).finish({ kind: 'signed-in', who: 'x' })
    const answer = await redirect
    expect(statusOf(answer)).toBe(303)
    expect(answer).not.toMatch(/access-control/i)
    expect(answer).toMatch(/referrer-policy: no-referrer/i)
    expect(answer).toMatch(/cache-control: no-store/i)
  })

  test('B31, B39: every page comes with the same strict headers, whoever asks', async () => {
    const { port, listener, wanted, state } = await startListener()
    const own = `localhost:${port}`
    const foreign = 'Origin: https://evil.test\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors'
    const ask = (method: string, target: string, host = own) =>
      rawExchange(
        port,
        `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${foreign}\r\nConnection: close\r\n\r\n`,
      )
    const redirect = ask('GET', wanted)
    const { finish } = await listener.waitForCode(NEVER)
    const answers = [
      await ask('GET', '/callback?code=guess&state=guess'),
      await ask('GET', '/callback?error=guess'),
      await ask('GET', wanted, 'evil.test'),
      await ask('GET', '/'),
      await ask('OPTIONS', wanted),
      await ask('POST', wanted),
      await ask('GET', wanted),
      await ask('GET', `/callback?error=access_denied&state=${state}`),
    ]
    await finish({ kind: 'signed-in', who: 'x' })
    const done = /^location: (\S+)/im.exec(await redirect)?.[1] ?? ''
    answers.push(await redirect, await ask('GET', done))
    expect(answers.map(statusOf)).toEqual([400, 400, 403, 404, 405, 405, 409, 409, 303, 200])
    for (const answer of answers) {
      const [head = ''] = answer.split('\r\n\r\n')
      const names = head
        .split('\r\n')
        .slice(1)
        .map((line) => line.slice(0, line.indexOf(':')))
      for (const [name, value] of Object.entries(pageHeaders()))
        expect(head).toContain(`\r\n${name}: ${value}`)
      const others = names.filter((name) => !(name in pageHeaders()))
      expect(['Allow', 'Connection', 'Content-Length', 'Date', 'Location']).toEqual(
        expect.arrayContaining(others),
      )
    }
  })

  test('may come before anybody waits for it', async () => {
    const { port, listener, wanted } = await startListener()
    const redirect = redirected(port, wanted)
    // The listener answers in order: when this one is through, the first was seen.
    expect(statusOf(await rawGet(port, wanted))).toBe(409)
    await expectSuccess(listener, redirect)
  })

  test('B43: is reached through both families of localhost', async () => {
    const { port, listener, wanted } = await startListener()
    expect(statusOf(await rawExchange(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'))).toBe(
      403,
    )
    await expectSuccess(listener, redirected(port, wanted, '::1'))
  })

  test('B33: counts once, however many come', async () => {
    const { port, listener, wanted } = await startListener()
    const answers = Array.from({ length: 50 }, () => redirected(port, wanted))
    const { finish } = await listener.waitForCode(NEVER)
    await finish({ kind: 'signed-in', who: 'x' })
    const statuses = (await Promise.all(answers)).map(statusOf)
    expect(statuses.filter((status) => status === 303)).toHaveLength(1)
    expect(statuses.filter((status) => status === 409)).toHaveLength(49)
  })

  test('a browser that went away does not keep the listener', async () => {
    const { port, listener, wanted } = await startListener()
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET ${wanted} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`)
    const { finish } = await listener.waitForCode(NEVER)
    socket.destroy()
    // Its end is noticed before that of a later connection.
    await rawGet(port, '/')
    const startedAt = performance.now()
    await finish({ kind: 'signed-in', who: 'x' })
    await listener.close()
    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })

  test('finishing twice changes nothing', async () => {
    const { port, listener, wanted } = await startListener()
    const page = browse(port, wanted)
    const { finish } = await listener.waitForCode(NEVER)
    await Promise.all([
      finish({ kind: 'failed', what: 'first' }),
      finish({ kind: 'signed-in', who: 'second' }),
    ])
    expect((await page).text).toContain('first')
  })
})

describe('a refusal', () => {
  test('B30: with the right state ends the wait and is shown escaped', async () => {
    const { port, listener, state } = await startListener()
    const waiting = expect(listener.waitForCode(NEVER)).rejects.toMatchObject({
      code: 'sign-in-refused',
      facts: { error: 'access_denied', description: '<b>no\u202e' },
    })
    const query = new URLSearchParams({
      error: 'access_denied',
      error_description: '<b>no\u202e',
      state,
    }).toString()
    const { text } = await browse(port, `/callback?${query}`)
    await waiting
    expect(text).toContain('Sign-in refused')
    expect(text).toContain('&#60;b&#62;no\\u{202e}')
  })

  test('B30: without state is shown as unverified, told, and waiting goes on', async () => {
    const { port, listener, notices, wanted } = await startListener()
    const { status, text } = await browse(port, '/callback?error=access_denied&error_description=x')
    expect(status).toBe(400)
    expect(text).toContain('could not be verified')
    expect(notices).toEqual([{ kind: 'unverified-error', error: 'access_denied', description: 'x' }])
    await expectSuccess(listener, redirected(port, wanted))
  })

  test('that comes before anybody waits is kept', async () => {
    const { port, listener, state, wanted } = await startListener()
    await rawGet(port, `/callback?error=access_denied&state=${state}`)
    expect(statusOf(await rawGet(port, wanted))).toBe(409)
    await expect(listener.waitForCode(NEVER)).rejects.toMatchObject({ code: 'sign-in-refused' })
  })
})

describe('anything else', () => {
  test('A3, A20, B28, B29: is turned away, and the sign-in still succeeds', async () => {
    const { port, listener, notices, wanted, state } = await startListener()
    const own = `Host: localhost:${port}`
    const send = (method: string, target: string, headers = own) =>
      rawExchange(port, `${method} ${target} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`)
    const cases: [number, Promise<string>][] = [
      [400, send('GET', '/callback?code=x')],
      [400, send('GET', '/callback?code=x&state=wrong')],
      [400, send('GET', `/callback?code=x&state=${state}&state=${state}`)],
      [400, send('GET', `/callback?code=a&code=b&state=${state}`)],
      [404, send('GET', '/favicon.ico')],
      [404, send('GET', '/robots.txt')],
      [404, send('GET', `http://localhost:${port}${wanted}`)],
      [404, send('OPTIONS', '*')],
      [405, send('HEAD', wanted)],
      [405, send('OPTIONS', wanted)],
      [405, send('POST', wanted)],
      [405, send('PUT', wanted)],
      [405, send('CONNECT', `localhost:${port}`)],
      [403, send('GET', wanted, 'Host: evil.test')],
      [403, send('GET', wanted, `Host: evil.test:${port}`)],
      [403, send('GET', wanted, `${own}\r\nHost: evil.test`)],
      [403, send('GET', wanted, `Host: evil.test\r\n${own}`)],
      [400, send('GET', wanted, 'X: no host')],
    ]
    for (const [status, answer] of cases) expect(statusOf(await answer)).toBe(status)
    expect((await send('HEAD', wanted)).split('\r\n\r\n')[1]).toBe('')
    expect(notices).toEqual([
      { kind: 'rejected-callback', problem: 'the state is missing' },
      { kind: 'rejected-callback', problem: 'the state belongs to another sign-in' },
      { kind: 'rejected-callback', problem: 'a parameter is given more than once' },
      { kind: 'rejected-callback', problem: 'a parameter is given more than once' },
    ])
    await expectSuccess(listener, redirected(port, wanted))
  })

  test('cannot fill the terminal with notices', async () => {
    const { port, notices } = await startListener()
    await Promise.all(Array.from({ length: 40 }, () => rawGet(port, '/callback?error=x')))
    expect(notices).toHaveLength(5)
  })

  test('A16: the callback of another attempt is not taken', async () => {
    const first = await startListener()
    const second = await startListener()
    expect(statusOf(await rawGet(second.port, first.wanted))).toBe(400)
    expect(statusOf(await rawGet(first.port, second.wanted))).toBe(400)
  })

  test('B35: oversized, smuggled and broken requests get an error or nothing, and memory stays flat', async () => {
    const { port, listener, wanted } = await startListener()
    const before = process.memoryUsage.rss()
    const host = `Host: localhost:${port}\r\n`
    const hostile: (string | Buffer)[] = [
      `GET /callback?code=${'x'.repeat(100_000)} HTTP/1.1\r\n${host}\r\n`,
      `GET /callback HTTP/1.1\r\n${host}${Array.from({ length: 10_000 }, (_, n) => `X-${n}: y\r\n`).join('')}\r\n`,
      `POST /callback HTTP/1.1\r\n${host}Content-Length: 1073741824\r\nConnection: close\r\n\r\n${'x'.repeat(2_000_000)}`,
      `POST /callback HTTP/1.1\r\n${host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET ${wanted} HTTP/1.1\r\n${host}\r\n`,
      `GET /\u0000 HTTP/1.1\r\n${host}\r\n`,
      'GET /callback\r\n\r\n',
      CLIENT_HELLO,
      `GET /callback?code=x&state=y HTTP/1.1\r\n${host}X-A: b\u0000c\r\n\r\n`,
      `GET /callback?code=\u00ff\u00fe HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
      Buffer.from([0x47, 0x45, 0x54, 0x20, 0x2f, 0xff, 0xfe, 0x20, 0x0d, 0x0a, 0x0d, 0x0a]),
      `GET /callback HTTP/9.9\r\n${host}\r\n`,
      `GET /callback HTTP/1.1\r\n${host}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      `POST /callback HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`,
      `POST /callback HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`,
      `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
      `GET /callback?code=%ff%fe&state=%ff HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    ]
    for (const bytes of hostile) {
      const answer = await rawExchange(port, bytes)
      expect(answer === '' || statusOf(answer) >= 400, answer.slice(0, 60)).toBe(true)
      expect(answer.match(/HTTP\/1\.1 \d/g)?.length ?? 0).toBeLessThanOrEqual(1)
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024)
    await expectSuccess(listener, redirected(port, wanted))
  })

  test('B34: five hundred connections that hang do not keep the callback out', async () => {
    const { port, listener, wanted } = await startListener()
    const slow = await Promise.all(Array.from({ length: 500 }, () => openSlowSocket(port)))
    const fourHundredDropped = countdown(400)
    for (const socket of slow) socket.once('close', fourHundredDropped.count)
    const startedAt = performance.now()
    const page = browse(port, wanted)
    const { finish } = await listener.waitForCode(NEVER)
    // More of them come while the answer is being worked out; connections are taken in order, so the last one knows.
    const more = await Promise.all(Array.from({ length: 200 }, () => openSlowSocket(port)))
    await rawGet(port, '/')
    await fourHundredDropped.done
    onTestFinished(() => {
      for (const socket of [...slow, ...more]) socket.destroy()
    })
    await finish({ kind: 'signed-in', who: 'alice' })
    expect((await page).text).toContain('alice')
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})

// The record and handshake headers of a TLS 1.2 greeting, and the beginning of what follows.
const CLIENT_HELLO = Buffer.concat([Buffer.from('1603010200010001fc0303', 'hex'), Buffer.alloc(502, 7)])

function countdown(from: number): { count: () => void; done: Promise<void> } {
  let left = from
  let finish: () => void = () => undefined
  const done = new Promise<void>((resolve) => (finish = resolve))
  const count = () => {
    left -= 1
    if (left === 0) finish()
  }
  return { count, done }
}

/** What becomes of a connection: `connected`, or Node's error code. */
function connectionTo(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy()
      resolve('connected')
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code)
    })
  })
}

function openSlowSocket(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET /callback?code=')
      resolve(socket)
    })
    socket.on('error', () => undefined)
  })
}

describe('binding', () => {
  test('B24: is on loopback alone', async () => {
    const { port } = await startListener()
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
    for (const { address } of others) expect(await connectionTo(port, address), address).toBe('ECONNREFUSED')
    expect(await connectionTo(port, '127.0.0.1')).toBe('connected')
    expect(await connectionTo(port, '::1')).toBe('connected')
  })

  test.runIf(process.platform === 'linux')(
    'B24: the system knows two addresses of it and no other',
    async () => {
      const { port } = await startListener()
      // proc(5): `sl local_address rem_address st`, in hexadecimal; 0A is LISTEN.
      const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
      const listening = ['tcp', 'tcp6']
        .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n'))
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local, , state]) => local?.endsWith(suffix) === true && state === '0A')
        .map(([, local]) => local?.slice(0, -suffix.length))
      expect(listening).toEqual(['0100007F', '00000000000000000000000001000000'])
    },
  )

  test('B27: the port is held from the start, against second binders', async () => {
    const { port } = await startListener()
    for (const host of ['127.0.0.1', '::1', '0.0.0.0', '::']) {
      await expect(listen(createServer(), host, port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    }
  })

  test.each(['127.0.0.1', '::1', '0.0.0.0', '::'])(
    'B25, B26: goes on to the next port when %s holds one',
    async (host) => {
      const taken = await freePort()
      const free = await freePort()
      await occupy(host, taken)
      const redirectUris = [`http://localhost:${taken}/callback`, `http://localhost:${free}/callback`]
      const { listener } = await startListener({ redirectUris })
      expect(listener.redirectUri).toBe(redirectUris[1])
      // The half that was bound is given back.
      if (host === '::1') await occupy('127.0.0.1', taken)
    },
  )

  test('B25: names the ports and who holds them when all are taken', async () => {
    const taken = await freePort()
    await occupy('127.0.0.1', taken)
    const redirectUris = [`http://localhost:${taken}/callback`, `http://127.0.0.1:${taken}/callback`]
    const error: unknown = await startListener({ redirectUris }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'redirect-ports-taken', facts: { redirectUris } })
    const { holders } = (error as PoolkeyError<'redirect-ports-taken'>).facts
    const isHolder = (holder: string) =>
      holder.startsWith(`port ${taken}: `) && holder.includes(`(pid ${process.pid})`)
    expect(holders.filter(isHolder)).toHaveLength(process.platform === 'linux' ? 1 : 0)
  })

  test('B43: a literal address is bound alone', async () => {
    const port = await freePort()
    await startListener({ redirectUris: [`http://[::1]:${port}/callback`] })
    await occupy('127.0.0.1', port)
    const other = await freePort()
    await startListener({ redirectUris: [`http://127.0.0.1:${other}/callback`] })
    await occupy('::1', other)
  })

  test.each(['http://example.com:8400/callback', 'https://localhost:8400/callback', 'http://0.0.0.0:8400/'])(
    'never listens for %s',
    async (redirectUri) => {
      await expect(startListener({ redirectUris: [redirectUri] })).rejects.toThrow(TypeError)
    },
  )
})

describe('the end', () => {
  test('waiting ends with the reason of its signal, and the port is free after closing', async () => {
    const { port, listener } = await startListener()
    const stop = new AbortController()
    const waiting = listener.waitForCode(stop.signal)
    stop.abort(new Error('interrupted'))
    await expect(waiting).rejects.toThrow('interrupted')
    await expect(listener.waitForCode(stop.signal)).rejects.toThrow('interrupted')
    await listener.close()
    await occupy('127.0.0.1', port)
    await occupy('::1', port)
  })

  test('B38: connections kept open do not delay closing', async () => {
    const { port, listener, wanted } = await startListener()
    const idle = await Promise.all(Array.from({ length: 20 }, () => openSlowSocket(port)))
    const page = browse(port, wanted)
    await (await listener.waitForCode(NEVER)).finish({ kind: 'signed-in', who: 'x' })
    await page
    const startedAt = performance.now()
    const ended = idle.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
    await listener.close()
    await Promise.all(ended)
    // It would wait two seconds for a page that is still to be fetched.
    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })

  test('a result page that nobody fetches delays closing two seconds at most', async () => {
    const { port, listener, wanted } = await startListener()
    const redirect = rawGet(port, wanted)
    await (await listener.waitForCode(NEVER)).finish({ kind: 'signed-in', who: 'x' })
    await redirect
    const startedAt = performance.now()
    await listener.close()
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  test('a callback that was never finished is cut off by closing', async () => {
    const { port, listener, wanted } = await startListener()
    const answer = rawGet(port, wanted)
    await listener.waitForCode(NEVER)
    await listener.close()
    expect(await answer).toBe('')
  })
})
