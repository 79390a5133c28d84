/** One request and its answer, bounded in time and size, with every failure told as `network`. */
import { request as httpRequest } from 'node:http'
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { ErrorFacts } from '../errors/poolkey-error.ts'
import { abortReason } from '../pause.ts'

/** One request; a `Content-Length` and, unless it has one, a `User-Agent` are added. */
export interface HttpRequest {
  /** What is being asked, for errors: "the token endpoint", "GetId". */
  operation: string
  method: 'GET' | 'POST'
  url: URL
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** Told when it is on its way, and there is nothing to do but to wait. */
  onSent?: (() => void) | undefined
  signal: AbortSignal
}

/** A whole answer, whatever its status; at most 1 MiB. */
export interface HttpAnswer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: Buffer
}

const MAX_ANSWER_BYTES = 1024 * 1024

/** The way a request takes, and how long it may take. */
export interface Way {
  agent: Agent
  isProxied: boolean
  /** Certificate authorities to trust instead of Node's own, PEM. */
  ca?: string[]
  connectTimeoutMs: number
  requestTimeoutMs: number
}

/** Sends one request and reads the whole answer. Throws `network`; when its signal aborts, the signal's reason. */
export function sendRequest(asked: HttpRequest, way: Way): Promise<HttpAnswer> {
  const { url, operation, signal } = asked
  return new Promise((resolve, reject) => {
    const fail = (kind: ErrorFacts['network']['kind'], detail: string, cause?: unknown) => {
      reject(new PoolkeyError('network', { host: url.host, operation, kind, detail }, { cause }))
    }
    const body = asked.body === undefined ? undefined : bytesOf(asked.body)
    let isAnswered = false
    const options: RequestOptions = {
      method: asked.method,
      agent: way.agent,
      headers: {
        'User-Agent': 'poolkey',
        ...asked.headers,
        ...(body ? { 'Content-Length': String(body.length) } : {}),
      },
    }
    const sent: ClientRequest =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...(way.ca ? { ca: way.ca } : {}) })
        : httpRequest(url, options)

    const giveUp = (problem: string) => {
      fail('timeout', problem)
      sent.destroy()
    }
    const connecting = setTimeout(() => {
      giveUp(`no connection within ${way.connectTimeoutMs / 1000} s`)
    }, way.connectTimeoutMs)
    const answering = setTimeout(() => {
      giveUp(`no answer within ${way.requestTimeoutMs / 1000} s`)
    }, way.requestTimeoutMs)
    const onAbort = () => {
      reject(abortReason(signal))
      sent.destroy()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    const settle = () => {
      clearTimeout(connecting)
      clearTimeout(answering)
      signal.removeEventListener('abort', onAbort)
    }

    sent.once('socket', (socket) => {
      if (!socket.connecting) clearTimeout(connecting)
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        clearTimeout(connecting)
      })
    })
    // What a proxy says instead of opening the tunnel would be handed on as if the host itself had said it.
    sent.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode === 200) return
      fail('proxy', `the proxy answered HTTP ${statusCode}`)
      sent.destroy()
    })
    sent.once('error', (error: NodeJS.ErrnoException) => {
      settle()
      fail(kindOf(error, way.isProxied), error.code ?? error.message, error)
    })
    sent.once('response', (message) => {
      isAnswered = true
      clearTimeout(connecting)
      readAnswer(message).then(resolve, (error: unknown) => {
        fail('reset', error instanceof Error ? error.message : 'the answer broke off', error)
        sent.destroy()
      })
    })
    // A server that switches protocols is hung up on by Node, with neither an answer nor an error.
    sent.once('close', () => {
      settle()
      if (!isAnswered) fail('reset', 'closed without an answer')
    })
    sent.end(body, asked.onSent)
  })
}

// A view, not `Buffer.from(body)`: the SDK's body is a Uint8Array that warns on stderr when it is read as a string.
function bytesOf(body: string | Uint8Array): Buffer {
  return typeof body === 'string'
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}

function readAnswer(message: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    message.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) reject(new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`))
      else chunks.push(chunk)
    })
    message.once('end', () => {
      const headers: Record<string, string> = {}
      for (const [name, value] of Object.entries(message.headers)) {
        if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
      }
      resolve({ status: message.statusCode ?? 0, headers, body: Buffer.concat(chunks) })
    })
    message.once('error', reject)
    message.once('close', () => {
      reject(new Error('the answer broke off')) // Too late to change anything after `end`.
    })
  })
}

// Node's own codes, and OpenSSL's for a certificate that does not verify.
const TLS_CODE = /^ERR_TLS|^ERR_SSL|CERT|^UNABLE_TO_VERIFY|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH|^EPROTO$/

function kindOf(error: NodeJS.ErrnoException, isProxied: boolean): ErrorFacts['network']['kind'] {
  const code = error.code ?? ''
  // What does not reach the proxy does not reach the host: the proxy is the one to look at.
  if (isProxied && /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/.test(code))
    return 'proxy'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name'
  if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_')) return 'reset'
  if (TLS_CODE.test(code)) return 'tls'
  if (/proxy/i.test(error.message)) return 'proxy'
  return 'connect'
}
