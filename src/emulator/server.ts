/**
 * The HTTP side: loopback only, whole requests in, whole answers out, unless a fault was set. A Host header that is
 * neither loopback nor expected is refused, so that no web page can reach the emulator by rebinding a name of its own.
 */
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import { textAnswer } from './answer.ts'
import type { Answer, Endpoint, ReceivedRequest } from './answer.ts'
import { answerOfFault } from './faults.ts'
import type { FaultQueue } from './faults.ts'
import type { EmulatorRequest } from './request-log.ts'

const MAX_BODY_BYTES = 1024 * 1024

/** The name of a request for log and faults, and who answers it. */
export interface Route {
  operation: string
  endpoint: Endpoint
}

/** A listening server. It answers 503 until it is told whom to serve, which needs its origin first. */
export interface EmulatorServer {
  origin: string
  serve: (route: (request: ReceivedRequest) => Route) => void
  close: () => Promise<void>
}

/** Listens on 127.0.0.1. Rejects with Node's own error when the port is taken. */
export async function listen(options: {
  port: number
  now: () => number
  isOwnHost: (hostname: string) => boolean
  faults: FaultQueue
  log: EmulatorRequest[]
}): Promise<EmulatorServer> {
  const { port, now, isOwnHost, faults, log } = options
  let route: ((request: ReceivedRequest) => Route) | undefined

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await receive(message)
    const refused = typeof request === 'number' ? request : refusalOf(request, isOwnHost)
    if (typeof request === 'number' || refused !== undefined || !route) {
      send(response, textAnswer(refused ?? 503, 'The emulator does not answer this request.'), now())
      return
    }
    const { operation, endpoint } = route(request)
    const entry = logEntry(request, { operation, at: new Date(now()) })
    log.push(entry)
    const fault = faults.take(operation)
    if (fault?.kind === 'hold') await fault.until
    if (fault?.kind === 'silence') return
    if (fault?.kind === 'reset') {
      message.socket.destroy()
      return
    }
    const real = (fault && answerOfFault(fault, request)) ?? endpoint(request)
    const answer = fault?.kind === 'alter' ? fault.alter(real) : real
    if (answer.originJti !== undefined) entry.originJti = answer.originJti
    if (fault?.kind === 'lost') {
      message.socket.destroy()
      return
    }
    entry.status = answer.status
    if (fault?.kind === 'half') sendHalf(response, answer, now())
    else send(response, answer, now())
  }

  const server = createServer((message, response) => {
    handle(message, response).catch((error: unknown) => {
      // A defect of the emulator itself, or a test's own `alter` that threw: say so where it will be seen.
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      if (response.headersSent) response.destroy()
      else send(response, textAnswer(500, `The emulator failed: ${text}`), now())
    })
  })
  return {
    origin: await bind(server, port),
    serve: (served) => {
      route = served
    },
    close: () => close(server),
  }
}

function bind(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.off('error', reject)
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('the emulator has no port'))
      else resolve(`http://127.0.0.1:${address.port}`)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    // Connections kept alive, or left without an answer on purpose, would hold it open.
    server.closeAllConnections()
  })
}

/** Reads the request; a status instead when it is one no endpoint should see. */
async function receive(message: IncomingMessage): Promise<ReceivedRequest | number> {
  const { method = 'GET', url: target = '/', headers } = message
  const chunks: Buffer[] = []
  let size = 0
  // Without an encoding a stream of bytes yields Buffers.
  const stream: AsyncIterable<Buffer> = message
  for await (const bytes of stream) {
    size += bytes.length
    if (size > MAX_BODY_BYTES) return 413
    chunks.push(bytes)
  }
  if (!target.startsWith('/') || !URL.canParse(`http://localhost${target}`)) return 400
  return {
    method,
    url: new URL(`http://localhost${target}`),
    headers,
    body: Buffer.concat(chunks).toString(),
  }
}

function refusalOf(request: ReceivedRequest, isOwnHost: (hostname: string) => boolean): number | undefined {
  const hostname = (request.headers.host ?? '').replace(/:\d{1,5}$/, '')
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname) || isOwnHost(hostname) ? undefined : 403
}

function send(response: ServerResponse, answer: Answer, now: number): void {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, headersOf(answer, { now, length: body.length }))
  response.end(body)
}

function sendHalf(response: ServerResponse, answer: Answer, now: number): void {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, headersOf(answer, { now, length: body.length }))
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
    response.socket?.destroy()
  })
}

function headersOf(answer: Answer, { now, length }: { now: number; length: number }): Answer['headers'] {
  return { Date: new Date(now).toUTCString(), 'Content-Length': String(length), ...answer.headers }
}

function logEntry(request: ReceivedRequest, about: { operation: string; at: Date }): EmulatorRequest {
  const { method, url, headers, body } = request
  return {
    ...about,
    method,
    url: `${url.pathname}${url.search}`,
    headers: flatHeaders(headers),
    body,
    status: 0,
  }
}

function flatHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}
