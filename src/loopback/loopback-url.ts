/** URLs that this machine answers itself: where to listen for one, and which request is meant for it. Pure. */
import type { IncomingMessage } from 'node:http'
import { isLoopbackHost } from './loopback-host.ts'

/** Whether a browser that is sent to this URL asks this machine, and by what it can answer: plain http. */
export function leadsHere({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && isLoopbackHost(hostname)
}

/** Where such a URL is listened for, IPv6 without brackets. Throws `TypeError` for one that leads elsewhere. */
export function endpointOf(text: string): { host: string; port: number } {
  const url = new URL(text)
  if (!leadsHere(url)) throw new TypeError('a redirect URI is not on loopback')
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 80 : Number(url.port) }
}

/** Whether a request is a GET of exactly this URL, by a name of this machine. */
export function isRequestFor(request: IncomingMessage, url: URL): boolean {
  const isMeant = request.method === 'GET' && request.url === `${url.pathname}${url.search}`
  return isMeant && isOwnHost(hostsOf(request), url)
}

/** Every Host header: `headers.host` hides a second one. */
export function hostsOf(request: Pick<IncomingMessage, 'rawHeaders'>): string[] {
  return request.rawHeaders.flatMap((name, index, all) => {
    const value = all[index + 1]
    return index % 2 === 0 && name.toLowerCase() === 'host' && value !== undefined ? [value] : []
  })
}

/** Whether the one Host header names the listener of this URL: a loopback name with its port, or the URL's own host. */
export function isOwnHost(hosts: string[], url: URL): boolean {
  const [host, ...others] = hosts
  if (host === undefined || others.length > 0) return false
  const port = url.port === '' ? '' : `:${url.port}`
  const own = [`localhost${port}`, `127.0.0.1${port}`, `[::1]${port}`, url.host]
  return own.includes(host.toLowerCase())
}
