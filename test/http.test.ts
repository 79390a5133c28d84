import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { PoolkeyError } from '../src/errors/poolkey-error.ts'
import { createHttp } from '../src/http/http.ts'
import type { Http, HttpOptions } from '../src/http/http.ts'
import { isLoopbackHost } from '../src/loopback/loopback-host.ts'
import { createAuthority } from './private-authority.ts'
import type { PrivateAuthority } from './private-authority.ts'

const NEVER = new AbortController().signal
type Handler = (request: IncomingMessage, response: ServerResponse) => void

function openHttp(options: Partial<HttpOptions> = {}): Http {
  const http = createHttp({ now: Date.now, ...options })
  onTestFinished(() => {
    http.close()
  })
  return http
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  }
  server.on('connection', keep)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

async function startServer(handler: Handler): Promise<URL> {
  return new URL(`http://127.0.0.1:${await listen(createHttpServer(handler))}/`)
}

/** A server below HTTP: each connection is given to `handle`. */
async function startTcp(handle: (socket: Socket) => void): Promise<URL> {
  return new URL(`http://127.0.0.1:${await listen(createTcpServer(handle))}/`)
}

function get(http: Http, url: URL, signal = NEVER) {
  return http.request({ operation: 'the test', method: 'GET', url, signal })
}

async function failureOf(promise: Promise<unknown>): Promise<{ code: string; facts: unknown }> {
  const error: unknown = await promise.then(
    () => 'it did not fail',
    (failure: unknown) => failure,
  )
  if (!(error instanceof PoolkeyError)) throw new Error('not our error', { cause: error })
  return { code: String(error.code), facts: error.facts as unknown }
}

describe('a request', () => {
  test('arrives with its body and headers, and the answer comes back whole whatever its status', async () => {
    const seen: string[] = []
    const url = await startServer((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => seen.push(text))
      request.on('end', () => {
        seen.push(request.method!, String(request.headers['x-test']), request.headers['content-length']!)
        response.writeHead(418, { 'X-Many': ['a', 'b'] }).end('short and stout')
      })
    })
    const answer = await openHttp().request({
      operation: 'the test',
      method: 'POST',
      url,
      headers: { 'X-Test': 'yes', 'content-length': '3' },
      body: new Uint8Array([0x61, 0x62, 0x63]),
      signal: NEVER,
    })
    expect(seen).toEqual(['abc', 'POST', 'yes', '3'])
    expect([answer.status, answer.headers['x-many'], answer.body.toString()]).toEqual([
      418,
      'a, b',
      'short and stout',
    ])
  })

  test.each([
    {
      name: 'switches protocols',
      said: 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    },
    { name: 'announces an answer that never comes', said: 'HTTP/1.1 103 Early Hints\r\n\r\n' },
    { name: 'says nothing', said: '' },
  ])('fails where the server $name, whether it hangs up or not', async ({ said }) => {
    for (const hangsUp of [true, false]) {
      const url = await startTcp((socket) => {
        socket.once('data', () => (hangsUp ? socket.end(said) : socket.write(said)))
      })
      const { code, facts } = await failureOf(get(openHttp({ requestTimeoutMs: 300 }), url))
      expect(code).toBe('network')
      if (hangsUp) expect(facts).toMatchObject({ kind: 'reset' })
    }
  })

  test('gets the answer that comes after interim ones', async () => {
    const url = await startTcp((socket) => {
      socket.once('data', () =>
        socket.end(
          'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
        ),
      )
    })
    expect((await get(openHttp(), url)).body.toString()).toBe('ok')
  })

  test('follows no redirect', async () => {
    let elsewhere = 0
    const target = await startServer((_request, response) => {
      elsewhere += 1
      response.end()
    })
    for (const status of [301, 302, 303, 307, 308]) {
      const url = await startServer((_request, response) => {
        response.writeHead(status, { Location: target.href }).end()
      })
      const answer = await get(openHttp(), url)
      expect([answer.status, answer.headers['location']]).toEqual([status, target.href])
    }
    expect(elsewhere).toBe(0)
  })

  test('uses a connection again', async () => {
    let connections = 0
    const server = createHttpServer((_request, response) => response.end('ok'))
    server.on('connection', () => (connections += 1))
    const url = new URL(`http://127.0.0.1:${await listen(server)}/`)
    const http = openHttp()
    for (let n = 0; n < 5; n++) await get(http, url)
    expect(connections).toBe(1)
    http.close()
    await get(http, url)
    expect(connections).toBe(2)
  })

  test('is traced without its content', async () => {
    const traces: object[] = []
    const url = await startServer((_request, response) => response.end('CANARY'))
    const http = openHttp({ onAnswer: (trace) => traces.push(trace) })
    await get(http, new URL('/?CANARY=1', url))
    const free = await startServer(() => undefined)
    await failureOf(get(openHttp({ onAnswer: (trace) => traces.push(trace), requestTimeoutMs: 50 }), free))
    expect(traces).toMatchObject([
      { operation: 'the test', host: url.host, outcome: 'HTTP 200' },
      { operation: 'the test', host: free.host, outcome: 'network' },
    ])
    expect(JSON.stringify(traces)).not.toContain('CANARY')
  })
})

describe('a limit', () => {
  test('of 1 MiB holds for answers, with and without a length', async () => {
    const limit = 1024 * 1024
    let chunked = false
    let size = limit
    const url = await startServer((_request, response) => {
      if (!chunked) response.setHeader('Content-Length', size)
      response.end(Buffer.alloc(size))
    })
    for (chunked of [false, true]) {
      size = limit
      expect((await get(openHttp(), url)).body.length).toBe(limit)
      size = limit + 1
      expect(await failureOf(get(openHttp(), url))).toMatchObject({
        code: 'network',
        facts: { kind: 'reset', detail: 'the answer is larger than 1048576 bytes' },
      })
    }
  })

  test('of time holds for a server that never answers', async () => {
    const url = await startServer(() => undefined)
    expect(await failureOf(get(openHttp({ requestTimeoutMs: 60 }), url))).toEqual({
      code: 'network',
      facts: { host: url.host, operation: 'the test', kind: 'timeout', detail: 'no answer within 0.06 s' },
    })
  })

  test('of time holds for an answer that trickles', async () => {
    const url = await startServer((_request, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write('.'), 10)
      response.on('close', () => {
        clearInterval(drip)
      })
    })
    expect(await failureOf(get(openHttp({ requestTimeoutMs: 100 }), url))).toMatchObject({
      facts: { kind: 'timeout' },
    })
  })

  test('of time for connecting holds where a TLS handshake never ends', async () => {
    const plain = await startTcp(() => undefined)
    const url = new URL(`https://127.0.0.1:${plain.port}/`)
    expect(await failureOf(get(openHttp({ connectTimeoutMs: 60 }), url))).toMatchObject({
      facts: { kind: 'timeout', detail: 'no connection within 0.06 s' },
    })
  })

  test('for connecting is no limit for the answer, on a new or a used connection', async () => {
    const url = await startServer((_request, response) => {
      setTimeout(() => response.end('late'), 120)
    })
    const http = openHttp({ connectTimeoutMs: 60 })
    for (let n = 0; n < 2; n++) expect((await get(http, url)).body.toString()).toBe('late')
  })
})

describe('a failure', () => {
  test('to connect is told as such', async () => {
    const server = createTcpServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    expect(await failureOf(get(openHttp(), new URL(`http://127.0.0.1:${port}/`)))).toMatchObject({
      code: 'network',
      facts: { kind: 'connect', detail: 'ECONNREFUSED' },
    })
  })

  test.each<[string, (socket: Socket) => void]>([
    ['before the answer', (socket) => socket.destroy()],
    ['in its header', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-')],
    ['in its body', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')],
    ['in a chunk', (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf')],
    ['with something that is not HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
  ])('%s of a connection is a reset', async (_where, end) => {
    const url = await startTcp((socket) => {
      socket.once('data', () => {
        end(socket)
      })
    })
    expect(await failureOf(get(openHttp(), url))).toMatchObject({ code: 'network', facts: { kind: 'reset' } })
  })

  test('of TLS is told as such', async () => {
    const plain = await startTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await failureOf(get(openHttp(), new URL(`https://127.0.0.1:${plain.port}/`)))).toMatchObject({
      facts: { kind: 'tls' },
    })
  })
})

describe('an abort', () => {
  test('ends a request at once with its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const url = await startServer(() => {
      controller.abort(reason)
    })
    await expect(get(openHttp(), url, controller.signal)).rejects.toBe(reason)
  })

  test('right after the call, before anything is on its way, means the same', async () => {
    let requests = 0
    const url = await startServer(() => (requests += 1))
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    const asked = get(openHttp(), url, controller.signal)
    controller.abort(reason)
    await expect(asked).rejects.toBe(reason)
    expect(requests).toBe(0)
  })

  test('before it means that nothing is sent', async () => {
    let requests = 0
    const url = await startServer(() => (requests += 1))
    const reason = new Error('too late')
    await expect(get(openHttp(), url, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(requests).toBe(0)
  })
})

describe('the clock', () => {
  test.each([0, 90 * 60, -25])('of a server %d s ahead is measured from its Date', async (seconds) => {
    const nowMs = Date.UTC(2026, 10, 21, 10, 0, 0)
    const url = await startServer((_request, response) => {
      response.setHeader('Date', new Date(nowMs + seconds * 1000).toUTCString()).end()
    })
    const http = openHttp({ now: () => nowMs })
    expect(http.clockSkewMs()).toBeUndefined()
    await get(http, url)
    expect(Math.abs(http.clockSkewMs()! - seconds * 1000)).toBeLessThanOrEqual(500)
  })

  test('is not measured from an answer without a Date, or with one that is none', async () => {
    for (const date of [undefined, 'yesterday']) {
      const url = await startServer((_request, response) => {
        response.sendDate = false
        if (date !== undefined) response.setHeader('Date', date)
        response.end()
      })
      const http = openHttp()
      await get(http, url)
      expect(http.clockSkewMs()).toBeUndefined()
    }
  })
})

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['[::1]', true],
  ['::1', true],
  ['localhost.example.com', false],
  ['127.0.0.1.example.com', false],
  ['128.0.0.1', false],
  ['10.0.0.1', false],
  ['', false],
])('%s is a loopback host: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected)
})

const SERVICE = new URL('https://service.example.com/')

/** A proxy that knows one way: CONNECT to the service. `answer` replaces the tunnel. */
async function startProxy(servicePort: number, answer?: string) {
  const asked: { line: string; authorization: string | undefined }[] = []
  const server = createTcpServer((socket) => {
    socket.once('data', (bytes) => {
      const head = bytes.toString('latin1')
      asked.push({
        line: head.slice(0, head.indexOf('\r\n')),
        authorization: /^proxy-authorization: (.*)$/im.exec(head)?.[1]?.trim(),
      })
      if (answer !== undefined) {
        socket.end(answer)
        return
      }
      const onward = connect(servicePort, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        socket.pipe(onward).pipe(socket)
      })
      onward.on('error', () => socket.destroy())
      socket.on('close', () => onward.destroy())
    })
  })
  return { asked, port: await listen(server) }
}

describe('a proxy', () => {
  test.each([
    'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n{"error":"invalid_grant"}\n',
    'HTTP/1.1 201 Created\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 2\r\n\r\n{}',
  ])('never takes what the proxy says for the word of the service: %j', async (answer) => {
    const proxy = await startProxy(0, answer)
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
    const http = openHttp({ env })
    expect(await failureOf(get(http, SERVICE))).toEqual({
      code: 'network',
      facts: {
        host: SERVICE.host,
        operation: 'the test',
        kind: 'proxy',
        detail: `the proxy answered HTTP ${answer.slice(9, 12)}`,
      },
    })
    expect(http.clockSkewMs()).toBeUndefined()
  })

  test('fails when the proxy hangs up', async () => {
    const proxy = await startProxy(0, '')
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
    expect(await failureOf(get(openHttp({ env }), SERVICE))).toMatchObject({ facts: { kind: 'proxy' } })
  })

  test('fails in bounded time when the proxy is silent', async () => {
    const silent = await startTcp(() => undefined)
    const env = { HTTPS_PROXY: `http://127.0.0.1:${silent.port}` }
    expect(await failureOf(get(openHttp({ env, connectTimeoutMs: 60 }), SERVICE))).toMatchObject({
      facts: { kind: 'timeout' },
    })
  })

  test('that cannot be reached is what is named, not the service', async () => {
    const env = { HTTPS_PROXY: 'http://127.0.0.1:1' }
    expect(await failureOf(get(openHttp({ env }), SERVICE))).toMatchObject({
      facts: { host: SERVICE.host, kind: 'proxy', detail: 'ECONNREFUSED' },
    })
  })

  test('is left alone for loopback hosts, whatever the environment says', async () => {
    const proxy = await startProxy(0)
    const address = `http://127.0.0.1:${proxy.port}`
    const env = { HTTP_PROXY: address, HTTPS_PROXY: address, ALL_PROXY: address }
    const url = await startServer((_request, response) => response.end('direct'))
    for (const host of ['127.0.0.1', 'localhost']) {
      const answer = await get(openHttp({ env }), new URL(`http://${host}:${url.port}/`))
      expect(answer.body.toString()).toBe('direct')
    }
    await failureOf(get(openHttp({ env }), new URL(`https://127.0.0.1:${url.port}/`)))
    expect(proxy.asked).toEqual([])
  })
})

test.each([
  ['ca_bundle', { caBundle: '/nonexistent/ca.pem' }],
  ['AWS_CA_BUNDLE', { env: { AWS_CA_BUNDLE: '/nonexistent/ca.pem' } }],
  ['NODE_EXTRA_CA_CERTS', { extraCaCerts: '/nonexistent/ca.pem' }],
])(
  'an unreadable file in %s is a refusal that names it, as soon as it is needed',
  async (variable, options) => {
    const folder = mkdtempSync(join(tmpdir(), 'poolkey-http-'))
    onTestFinished(() => {
      rmSync(folder, { recursive: true })
    })
    const caBundle = join(folder, 'ca.pem')
    writeFileSync(caBundle, '')
    // Answers from the vault need no authority: nothing is read before the first request.
    const http = createHttp({ now: Date.now, caBundle, ...options })
    expect(await failureOf(get(http, SERVICE))).toEqual({
      code: 'environment-invalid',
      facts: {
        variable,
        value: '/nonexistent/ca.pem',
        allowed: 'a readable PEM file of certificate authorities',
      },
    })
  },
)

describe('https through a proxy', () => {
  let folder = ''
  let authority: PrivateAuthority
  const file = (name: string) => join(folder, name)
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'poolkey-http-'))
    authority = await createAuthority()
    writeFileSync(file('ca.pem'), authority.certificate)
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  async function startService(): Promise<number> {
    const server = createHttpsServer(await authority.certify(SERVICE.hostname), (request, response) =>
      response.end(`hello from ${String(request.headers.host)}`),
    )
    return listen(server)
  }

  test('is tunnelled, and trusts the authority of AWS_CA_BUNDLE', async () => {
    const proxy = await startProxy(await startService())
    const env = {
      HTTPS_PROXY: `http://ada:p%40ss@127.0.0.1:${proxy.port}`,
      AWS_CA_BUNDLE: file('ca.pem'),
    }
    const http = openHttp({ env, caBundle: '/outranked.pem' })
    expect((await get(http, SERVICE)).body.toString()).toBe('hello from service.example.com')
    expect((await get(http, SERVICE)).status).toBe(200)
    expect(proxy.asked).toEqual([
      {
        line: 'CONNECT service.example.com:443 HTTP/1.1',
        authorization: `Basic ${Buffer.from('ada:p@ss').toString('base64')}`,
      },
    ])
  })

  test('trusts the authority of NODE_EXTRA_CA_CERTS beside another bundle', async () => {
    const proxy = await startProxy(await startService())
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
    writeFileSync(file('empty.pem'), '')
    const http = openHttp({ env, caBundle: file('empty.pem'), extraCaCerts: file('ca.pem') })
    expect((await get(http, SERVICE)).status).toBe(200)
  })

  test('passes over what is no certificate in a bundle', async () => {
    const proxy = await startProxy(await startService())
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
    writeFileSync(file('broken.pem'), `# authorities\n${broken}${readFileSync(file('ca.pem'), 'utf8')}`)
    expect((await get(openHttp({ env, caBundle: file('broken.pem') }), SERVICE)).status).toBe(200)
  })

  test('refuses a service whose authority it does not know, or whose name is another', async () => {
    const proxy = await startProxy(await startService())
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
    expect(await failureOf(get(openHttp({ env }), SERVICE))).toMatchObject({
      facts: { kind: 'tls', host: SERVICE.host, detail: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    })
    const other = new URL('https://other.example.com/')
    expect(await failureOf(get(openHttp({ env, caBundle: file('ca.pem') }), other))).toMatchObject({
      facts: { kind: 'tls', host: other.host, detail: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    })
  })
})
