/** The way through a proxy. Apart, since hardly anybody has one, and the package takes time to load. */
import type { Agent } from 'node:http'
import { HttpsProxyAgent } from 'https-proxy-agent'

/** An agent that reaches every host through a tunnel of `proxy`. */
export function proxyAgent(proxy: URL, settings: { keepAlive: boolean; ca?: string[] }): Agent {
  return new HttpsProxyAgent(proxy, settings)
}
