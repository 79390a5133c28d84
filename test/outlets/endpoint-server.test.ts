import { createServer } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import type { Credentials } from '../../src/exchange/credentials.ts'
import { openEndpoint } from '../../src/outlets/endpoint-server.ts'
import type { Endpoint } from '../../src/outlets/endpoint-server.ts'
import { createToken } from '../../src/outlets/endpoint-token.ts'
import { Secret } from '../../src/secret.ts'
import { askEndpoint } from '../e2e/endpoint-client.ts'
import { profileWith } from '../errors/every-failure.ts'
import { freePort, listen, occupy, rawExchange, statusOf } from '../sign-in/support/server.ts'

const CREDENTIALS: Credentials = {
  accessKeyId: 'ASIAEXAMPLE000000001',
  secretAccessKey: new Secret('secret-access-key'),
  sessionToken: new Secret('session-token'),
  expiration: new Date('2026-11-21T11:00:00Z'),
  accountId: undefined,
  roleArn: undefined,
}

interface Opened extends Endpoint {
  port: number
  token: string
  bugs: unknown[]
  /** Every answer that came over a raw socket, with a header block of one's own after the first line. */
  raw: (head: string) => Promise<string>
}

async function open(
  getCredentials: () => Promise<Credentials> = () => Promise.resolve(CREDENTIALS),
): Promise<Opened> {
  const token = createToken()
  const bugs: unknown[] = []
  const endpoint = await openEndpoint({
    port: 0,
    token,
    profile: profileWith(),
    getCredentials,
    onBug: (error) => bugs.push(error),
  })
  onTestFinished(() => endpoint.close())
  const port = Number(new URL(endpoint.uri).port)
  return {
    ...endpoint,
    port,
    token: token.reveal(),
    bugs,
    raw: (head) => rawExchange(port, `${head.replaceAll('\n', '\r\n')}\r\n\r\n`),
  }
}

function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4)
}

describe('what it answers', () => {
  test('has the names that SDKs read, and nothing keeps it', async () => {
    const { raw, port, token } = await open()
    const answer = await raw(`GET /credentials HTTP/1.1\nHost: 127.0.0.1:${port}\nAuthorization: ${token}`)
    expect(statusOf(answer)).toBe(200)
    expect(answer).toMatch(/^content-type: application\/json\r$/im)
    expect(answer).toMatch(/^cache-control: no-store\r$/im)
    expect(JSON.parse(bodyOf(answer))).toEqual({
      AccessKeyId: 'ASIAEXAMPLE000000001',
      SecretAccessKey: 'secret-access-key',
      Token: 'session-token',
      Expiration: '2026-11-21T11:00:00Z',
    })
  })

  test('names the account where it is certain', async () => {
    const endpoint = await open(() => Promise.resolve({ ...CREDENTIALS, accountId: '111122223333' }))
    expect(JSON.parse((await askEndpoint(endpoint)).body)).toMatchObject({ AccountId: '111122223333' })
  })

  test('G108: why there are none is 5xx JSON that SDKs show, with the command that helps', async () => {
    const error = new PoolkeyError('sign-in-required', { profile: 'dev', reason: 'ended' })
    const endpoint = await open(() => Promise.reject(error))
    const { status, body } = await askEndpoint(endpoint)
    expect(status).toBe(503)
    expect(JSON.parse(body)).toEqual({
      Code: 'sign-in-required',
      Message: 'the session of profile dev has ended; run: poolkey login --profile dev',
    })
    expect(endpoint.bugs).toEqual([])
  })

  test('G108: of a bug it tells nothing, and the process is told', async () => {
    const error = Object.assign(new Error('Token Canary-1'), { request: 'Canary-2' })
    const endpoint = await open(() => Promise.reject(error))
    expect(await askEndpoint(endpoint)).toMatchObject({
      status: 500,
      body: '{"Code":"bug","Message":"poolkey failed"}',
    })
    expect(endpoint.bugs).toEqual([error])
  })
})

describe('refusals', () => {
  test.each([
    ['G101', 'no token', 403, 'GET /credentials HTTP/1.1\nHost: HERE'],
    ['G101', 'a wrong token', 403, 'GET /credentials HTTP/1.1\nHost: HERE\nAuthorization: wrong'],
    ['G103', 'another Host', 403, 'GET /credentials HTTP/1.1\nHost: evil.test\nAuthorization: TOKEN'],
    ['G103', 'no Host', 403, 'GET /credentials HTTP/1.0\nAuthorization: TOKEN'],
    [
      'G103',
      'a page',
      403,
      'GET /credentials HTTP/1.1\nHost: HERE\nAuthorization: TOKEN\nOrigin: https://evil.test',
    ],
    [
      'G103',
      'a preflight',
      405,
      'OPTIONS /credentials HTTP/1.1\nHost: HERE\nOrigin: https://evil.test\nAccess-Control-Request-Method: GET\nAccess-Control-Request-Headers: authorization\nAccess-Control-Request-Private-Network: true',
    ],
    [
      'G103',
      'a form',
      405,
      'POST /credentials HTTP/1.1\nHost: HERE\nAuthorization: TOKEN\nContent-Length: 0',
    ],
    ['G103', 'a proxy request', 405, 'CONNECT evil.test:443 HTTP/1.1\nHost: HERE\nAuthorization: TOKEN'],
    [
      'G106',
      'another role',
      404,
      'GET /role-arn/arn:aws:iam::1:role/x HTTP/1.1\nHost: HERE\nAuthorization: TOKEN',
    ],
  ])('%s: %s: %i, without a word and without a CORS header', async (_, __, status, head) => {
    let asked = 0
    const endpoint = await open(() => {
      asked += 1
      return Promise.resolve(CREDENTIALS)
    })
    const { raw, port, token } = endpoint
    const answer = await raw(head.replace('HERE', `127.0.0.1:${port}`).replace('TOKEN', token))
    expect(statusOf(answer)).toBe(status)
    expect(bodyOf(answer)).toBe('')
    expect(answer).not.toMatch(/access-control|www-authenticate|x-powered-by|^server:/im)
    expect(asked).toBe(0)
  })

  test('G103: no answer at all lets another site read it', async () => {
    const endpoint = await open()
    const { raw, port, token } = endpoint
    const answer = await raw(`GET /credentials HTTP/1.1\nHost: localhost:${port}\nAuthorization: ${token}`)
    expect(statusOf(answer)).toBe(200)
    expect(answer).not.toMatch(/access-control/i)
  })
})

describe('where it listens', () => {
  test('G105: on 127.0.0.1 alone, and there is no way to have it elsewhere', async () => {
    const { port } = await open()
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ address }) => address !== '127.0.0.1' && !address.startsWith('fe80'))
    for (const { address } of others) expect(await connectionTo(port, address), address).toBe('ECONNREFUSED')
    expect(await connectionTo(port, '127.0.0.1')).toBe('connected')
  })

  test('G101: on another port each time, which nobody else can bind', async () => {
    const [one, other] = [await open(), await open()]
    expect(one.port).not.toBe(other.port)
    await expect(listen(createServer(), '127.0.0.1', one.port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('a port that was asked for and is taken is named', async () => {
    const port = await freePort()
    await occupy('127.0.0.1', port)
    const opening = openEndpoint({
      port,
      token: createToken(),
      profile: profileWith(),
      getCredentials: () => Promise.resolve(CREDENTIALS),
      onBug: () => undefined,
    })
    await expect(opening).rejects.toMatchObject({ code: 'port-taken', facts: { port } })
  })

  test('G108: closing frees the port at once, whoever still hangs on it', async () => {
    const endpoint = await open(() => new Promise(() => undefined))
    const waiting = askEndpoint(endpoint).catch((error: unknown) => error)
    const idle = connect(endpoint.port, '127.0.0.1')
    await new Promise((resolve) => idle.once('connect', resolve))
    idle.on('error', () => undefined)
    await endpoint.close()
    expect(await waiting).toMatchObject({ code: 'ECONNRESET' })
    expect(await connectionTo(endpoint.port, '127.0.0.1')).toBe('ECONNREFUSED')
  })
})

describe('G107: who wants to hold it', () => {
  test('headers of a megabyte are cut off, and the next is served', async () => {
    const endpoint = await open()
    const { raw, port, token } = endpoint
    const answer = await raw(
      `GET /credentials HTTP/1.1\nHost: 127.0.0.1:${port}\nAuthorization: ${token}\nX: ${'a'.repeat(1024 * 1024)}`,
    )
    // The rest may meet a closed connection before the refusal is read.
    expect([431, NaN]).toContain(statusOf(answer))
    expect(answer).not.toContain('AccessKeyId')
    expect(await askEndpoint(endpoint)).toMatchObject({ status: 200 })
  })

  test('three hundred connections that send nothing, or a little, keep nobody out', async () => {
    const endpoint = await open()
    const sockets = Array.from({ length: 300 }, (_, index) => {
      const socket = connect(endpoint.port, '127.0.0.1')
      socket.on('error', () => undefined)
      if (index % 2 === 0) socket.write('GET /credentials HTTP/1.1\r\nHost: ')
      return socket
    })
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
    })
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    for (let round = 0; round < 10; round += 1)
      expect(await askEndpoint(endpoint)).toMatchObject({ status: 200 })
  })

  test('G107: they do not drop whoever has the token and waits for an answer', async () => {
    let give: ((credentials: Credentials) => void) | undefined
    const endpoint = await open(
      () =>
        new Promise((resolve) => {
          give = resolve
        }),
    )
    const waiting = askEndpoint(endpoint)
    await vi.waitUntil(() => give !== undefined)
    const sockets = Array.from({ length: 300 }, () =>
      connect(endpoint.port, '127.0.0.1').on('error', () => undefined),
    )
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
    })
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    // The last of them has been accepted when this one is.
    await endpoint.raw(`GET / HTTP/1.1\nHost: x`)
    give?.(CREDENTIALS)
    expect(await waiting).toMatchObject({ status: 200 })
  })

  test('a request that never ends is dropped within seconds', async () => {
    const { port } = await open()
    const startedMs = performance.now()
    const answer = await rawExchange(port, 'GET /credentials HTTP/1.1\r\nHost: ')
    expect([408, NaN]).toContain(statusOf(answer))
    expect(performance.now() - startedMs).toBeLessThan(15_000)
  })

  test('garbage, smuggling and pipelined requests get nothing', async () => {
    const { port, token } = await open()
    const good = `GET /credentials HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${token}\r\n`
    for (const bytes of [
      '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n',
      `${good}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${good}\r\n`.replace('HTTP/1.1', 'HTTP/9.9'),
      `GET /credentials HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${token}\u0000\r\n\r\n`,
    ]) {
      const answer = await rawExchange(port, bytes)
      expect(answer, bytes).not.toContain('AccessKeyId')
    }
    const twice = await rawExchange(port, `${good}\r\n${good}\r\n`)
    expect(twice.match(/HTTP\/1\.1 200/g)).toHaveLength(1)
  })
})

function connectionTo(port: number, host: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? 'error')
    })
  })
}
