/**
 * An HTTP server on the loopback interface alone, built to stay reachable: connections that only hang around are
 * dropped, the oldest first, so that a thousand of them cannot keep the one wanted request out.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface LoopbackServer {
  /** The port it listens on, which the system chooses for port 0. */
  port: number
  /** Never drops this connection to make room for others. */
  keep: (socket: Socket) => void
  /** Ends every connection and frees the port at once. */
  close: () => Promise<void>
}

export interface LoopbackServerOptions {
  /** `localhost` (both families) or a loopback literal, IPv6 without brackets. */
  host: string
  port: number
  onRequest: (request: IncomingMessage, response: ServerResponse) => void
}

const MAX_CONNECTIONS = 100
const MAX_HEADER_BYTES = 16 * 1024

/**
 * Binds the port, on both families for `localhost`; `undefined` when it is taken on one of them (whoever holds the other
 * half would get some of the callbacks). A machine without one of the families does with the other.
 */
export async function openLoopbackServer(
  options: LoopbackServerOptions,
): Promise<LoopbackServer | undefined> {
  const addresses = options.host === 'localhost' ? ['127.0.0.1', '::1'] : [options.host]
  const sockets = new Set<Socket>()
  const kept = new WeakSet<Socket>()
  const servers: Server[] = []
  const close = async () => {
    await Promise.all(servers.map(closeServer))
    for (const socket of sockets) socket.destroy()
  }

  function onConnection(socket: Socket): void {
    if (sockets.size >= MAX_CONNECTIONS) {
      for (const other of sockets) {
        if (kept.has(other)) continue
        sockets.delete(other)
        other.destroy()
        break
      }
    }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }

  for (const address of addresses) {
    const server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 1_000,
    })
    server.on('connection', onConnection)
    server.on('request', options.onRequest)
    server.on('connect', (_request, socket) => {
      socket.end(
        'HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
      )
    })
    const outcome = await listen(server, { host: address, port: options.port })
    if (outcome === 'listening') servers.push(server)
    if (outcome === 'taken') {
      await close()
      return undefined
    }
  }
  if (servers.length === 0) return undefined
  const address = servers[0]?.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return { port, keep: (socket) => kept.add(socket), close }
}

function listen(
  server: Server,
  at: { host: string; port: number },
): Promise<'listening' | 'taken' | 'no-such-family'> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve('taken')
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve('no-such-family')
      else reject(error)
    })
    server.listen({ ...at, exclusive: true, ipv6Only: at.host === '::1' }, () => {
      server.removeAllListeners('error')
      // A connection that breaks while it is accepted is no reason to end the sign-in.
      server.on('error', () => undefined)
      resolve('listening')
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}
