/**
 * The one door through which every request leaves: proxy, certificate authorities, time limits and the measure of the
 * clock live here, and nowhere else. Redirects are never followed (a body may hold a token), and loopback hosts never
 * go through a proxy.
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { readAuthorities } from './certificate-authorities.ts'
import { PoolkeyError } from './errors/poolkey-error.ts'
import type { ErrorFacts } from './errors/poolkey-error.ts'
import { proxyFor } from './proxy.ts'

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

export interface HttpAnswer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: Buffer
}

export interface Http {
  /**
   * Sends one request and reads the whole answer, whatever its status.
   * Throws `network`; when `signal` aborts, its reason.
   */
  request(request: HttpRequest): Promise<HttpAnswer>
  /** How far the clocks of the servers spoken to are ahead of ours, in milliseconds; undefined before the first answer. */
  clockSkewMs(): number | undefined
  /** Ends the connections kept open. */
  close(): void
}

export interface HttpOptions {
  /** File with certificate authorities to trust besides the system's (`AWS_CA_BUNDLE`, `ca_bundle`), PEM. */
  caBundle?: string | undefined
  /** `NODE_EXTRA_CA_CERTS`: Node adds it by itself, but not beside a `caBundle`. */
  extraCaCerts?: string | undefined
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked for. */
  env?: Record<string, string | undefined>
  now: () => number
  /** Told of every request when it is over; never of its content. */
  onAnswer?: (trace: { operation: string; host: string; outcome: string; ms: number }) => void
  connectTimeoutMs?: number
  requestTimeoutMs?: number
}

const MAX_ANSWER_BYTES = 1024 * 1024

/** Opens the door. Throws `environment-invalid` when a certificate file cannot be read. */
export function createHttp(options: HttpOptions): Http {
  const { now, connectTimeoutMs = 3_000, requestTimeoutMs = 10_000 } = options
  // Read when they are needed: whoever is answered from the vault needs none.
  let authorities: { ca: string[] | undefined } | undefined
  const agents = new Map<string, HttpAgent>()
  let skewMs: number | undefined

  function agentFor(url: URL, ca: string[] | undefined): HttpAgent {
    const proxy = proxyFor(url, options.env ?? {})
    const key = `${url.protocol} ${proxy?.href ?? ''}`
    const known = agents.get(key)
    if (known) return known
    const settings = { keepAlive: true, ...(ca ? { ca } : {}) }
    const agent = proxy
      ? new HttpsProxyAgent(proxy, settings)
      : url.protocol === 'https:'
        ? new HttpsAgent(settings)
        : new HttpAgent({ keepAlive: true })
    agents.set(key, agent)
    return agent
  }

  async function request(asked: HttpRequest): Promise<HttpAnswer> {
    asked.signal.throwIfAborted()
    const sentAt = now()
    const trace = (outcome: string) => {
      options.onAnswer?.({ operation: asked.operation, host: asked.url.host, outcome, ms: now() - sentAt })
    }
    authorities ??= { ca: readAuthorities(options) }
    const { ca } = authorities
    const limits = {
      agent: agentFor(asked.url, ca),
      ...(ca ? { ca } : {}),
      connectTimeoutMs,
      requestTimeoutMs,
    }
    const answer = await exchangeBytes(asked, limits).catch((error: unknown) => {
      trace(error instanceof Error ? error.message : 'failed')
      throw error
    })
    trace(`HTTP ${answer.status}`)
    const date = Date.parse(answer.headers['date'] ?? '')
    // The header has whole seconds and was written some time between sending and now: take the middle of both.
    if (!Number.isNaN(date)) skewMs = date + 500 - (sentAt + now()) / 2
    return answer
  }

  return {
    request,
    clockSkewMs: () => skewMs,
    close: () => {
      for (const agent of agents.values()) agent.destroy()
      agents.clear()
    },
  }
}

interface Limits {
  agent: HttpAgent
  ca?: string[]
  connectTimeoutMs: number
  requestTimeoutMs: number
}

function exchangeBytes(asked: HttpRequest, limits: Limits): Promise<HttpAnswer> {
  const { url, operation, signal } = asked
  return new Promise((resolve, reject) => {
    const fail = (kind: ErrorFacts['network']['kind'], detail: string, cause?: unknown) => {
      reject(new PoolkeyError('network', { host: url.host, operation, kind, detail }, { cause }))
    }
    const body = asked.body === undefined ? undefined : bytesOf(asked.body)
    let isAnswered = false
    const options: RequestOptions = {
      method: asked.method,
      agent: limits.agent,
      headers: {
        'User-Agent': 'poolkey',
        ...asked.headers,
        ...(body ? { 'Content-Length': String(body.length) } : {}),
      },
    }
    const sent: ClientRequest =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...(limits.ca ? { ca: limits.ca } : {}) })
        : httpRequest(url, options)

    const giveUp = (problem: string) => {
      fail('timeout', problem)
      sent.destroy()
    }
    const connecting = setTimeout(() => {
      giveUp(`no connection within ${limits.connectTimeoutMs / 1000} s`)
    }, limits.connectTimeoutMs)
    const answering = setTimeout(() => {
      giveUp(`no answer within ${limits.requestTimeoutMs / 1000} s`)
    }, limits.requestTimeoutMs)
    const onAbort = () => {
      reject(reasonOf(signal))
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
      fail(kindOf(error, limits.agent instanceof HttpsProxyAgent), error.code ?? error.message, error)
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

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted')
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
