import { PoolkeyError } from '../errors/poolkey-error.ts'
import { openLoopbackServer } from '../loopback/loopback-server.ts'
import type { LoopbackServer, LoopbackServerOptions } from '../loopback/loopback-server.ts'
import { endpointOf } from '../loopback/loopback-url.ts'
import { readPortHolders } from '../loopback/port-holder.ts'

/** What answers the requests for one URL. */
export type Answerer = Pick<LoopbackServerOptions, 'onRequest'>

/**
 * Listens for the first of the URLs on loopback whose port is free, with the answerer made for it. Throws
 * `redirect-ports-taken`, which names the ports' holders and `key`, the setting that the URLs stand in.
 */
export async function listenForFirst<A extends Answerer>(
  uris: string[],
  answererFor: (uri: string) => A,
  key?: 'cognito_logout_uri',
): Promise<{ server: LoopbackServer; answerer: A }> {
  for (const uri of uris) {
    const answerer = answererFor(uri)
    const server = await openLoopbackServer({ ...endpointOf(uri), onRequest: answerer.onRequest })
    if (server) return { server, answerer }
  }
  const ports = new Set(uris.map((uri) => endpointOf(uri).port))
  const holders = [...ports].flatMap((port) => {
    return readPortHolders(port).map((holder) => `port ${port}: ${holder}`)
  })
  throw new PoolkeyError('redirect-ports-taken', { redirectUris: uris, holders, ...(key ? { key } : {}) })
}
