/**
 * The one door through which every request leaves: proxy, certificate authorities, time limits and the measure of the
 * clock live here, and nowhere else. Redirects are never followed (a body may hold a token), and loopback hosts never
 * go through a proxy.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { readAuthorities } from './certificate-authorities.ts'
import { sendRequest } from './one-request.ts'
import type { HttpAnswer, HttpRequest } from './one-request.ts'
import { proxyFor } from './proxy.ts'

/** The door, opened. It measures the servers' clock with every answer; whoever opened it closes it. */
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

/** The part of the door that requests go through, for who neither measures the clock nor closes it. */
export type RequestDoor = Pick<Http, 'request'>

/** What the door is opened with; the limits are 3 s to connect and 10 s to answer unless said. */
export interface HttpOptions {
  /** The profile's `ca_bundle`, a PEM file of certificate authorities to trust besides the system's; AWS_CA_BUNDLE in `env` goes before it. */
  caBundle?: string | undefined
  /** `NODE_EXTRA_CA_CERTS`: Node adds it by itself, but not beside a bundle. */
  extraCaCerts?: string | undefined
  /** Where AWS_CA_BUNDLE, HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked for. */
  env?: Record<string, string | undefined>
  now: () => number
  /** Told of every request when it is over; never of its content. */
  onAnswer?: (trace: { operation: string; host: string; outcome: string; ms: number }) => void
  connectTimeoutMs?: number
  requestTimeoutMs?: number
}

interface Settings {
  proxy: URL | undefined
  ca: string[] | undefined
}

/** Opens the door. Throws `environment-invalid` when a certificate file cannot be read. */
export function createHttp(options: HttpOptions): Http {
  const { now, connectTimeoutMs = 3_000, requestTimeoutMs = 10_000 } = options
  // Read when they are needed: whoever is answered from the vault needs none.
  let authorities: { ca: string[] | undefined } | undefined
  const agents = new Map<string, HttpAgent>()
  let skewMs: number | undefined

  // Keys are URLs' protocols, each with its proxy.
  async function agentFor({ protocol }: URL, { proxy, ca }: Settings): Promise<HttpAgent> {
    const key = `${protocol} ${proxy?.href ?? ''}`
    const settings = { keepAlive: true, ...(ca ? { ca } : {}) }
    const tunnel = proxy && (await import('./proxy-agent.ts')).proxyAgent
    const known = agents.get(key)
    if (known) return known
    const agent = tunnel
      ? tunnel(proxy, settings)
      : protocol === 'https:'
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
    const proxy = proxyFor(asked.url, options.env ?? {})
    const way = {
      agent: await agentFor(asked.url, { proxy, ca }),
      isProxied: proxy !== undefined,
      ...(ca ? { ca } : {}),
      connectTimeoutMs,
      requestTimeoutMs,
    }
    asked.signal.throwIfAborted()
    const answer = await sendRequest(asked, way).catch((error: unknown) => {
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
