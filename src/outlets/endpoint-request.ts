/**
 * Who may have credentials from the endpoint, told from a request's line and headers. Pure. The address names this machine's
 * loopback (another name may be rebound by a web page), no browser's page asks, and the token is there, exactly. SDKs send
 * `AWS_CONTAINER_AUTHORIZATION_TOKEN` as it is: there is no `Bearer` before it.
 */
import { createHash, timingSafeEqual } from 'node:crypto'

/** The only path there is. */
export const CREDENTIALS_PATH = '/credentials'

/** What is known of a request before its body. */
export interface EndpointRequest {
  method: string
  /** As it came: path and query. */
  target: string
  /** Names and values in turn, as Node's `rawHeaders`: nothing merged, nothing dropped. */
  rawHeaders: string[]
}

/** 200 to be given credentials; else the status of a refusal, which says no more than that. */
export type Verdict = 200 | 403 | 404 | 405

/** Judges in the order that tells a stranger least. `endpoint`: its port, and the digest (`digestOf`) of its token. */
export function judgeRequest(
  { method, target, rawHeaders }: EndpointRequest,
  endpoint: { port: number; tokenDigest: Buffer },
): Verdict {
  if (method !== 'GET') return 405
  const headers = pairsOf(rawHeaders)
  const valuesOf = (wanted: string) => headers.flatMap(([name, value]) => (name === wanted ? [value] : []))
  const isFromPage = headers.some(([name]) => name === 'origin' || name.startsWith('sec-fetch-'))
  if (isFromPage || !isOwnHost(valuesOf('host'), endpoint.port)) return 403
  const [token, ...more] = valuesOf('authorization')
  if (token === undefined || more.length > 0 || !isToken(token, endpoint.tokenDigest)) return 403
  // Only to who has the token: nobody else is told which paths there are.
  return target === CREDENTIALS_PATH ? 200 : 404
}

/** What is kept of the token to compare with. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest()
}

/** Digests are of one length, and tell nothing of how much of a guess was right. */
function isToken(given: string, digest: Buffer): boolean {
  return timingSafeEqual(digestOf(given), digest)
}

function isOwnHost(hosts: string[], port: number): boolean {
  const [host, ...more] = hosts
  if (host === undefined || more.length > 0) return false
  const names = ['127.0.0.1', 'localhost']
  // A client leaves out the port of the scheme.
  return names.some((name) => {
    return host.toLowerCase() === `${name}:${port}` || (port === 80 && host.toLowerCase() === name)
  })
}

function pairsOf(rawHeaders: string[]): [name: string, value: string][] {
  return rawHeaders.flatMap((name, index): [string, string][] => {
    const value = rawHeaders[index + 1]
    return index % 2 === 0 && value !== undefined ? [[name.toLowerCase(), value]] : []
  })
}
