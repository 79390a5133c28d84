/**
 * An HTTP server on the loopback interface alone, built to stay reachable: connections that only hang around are
 * dropped, the oldest first, so that a thousand of them cannot keep the one wanted request out.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** A server that listens; whoever opened it closes it. */
export interface LoopbackServer {
  /** Where it listens: the port asked for, or for 0 the one it was given. */
  port: number
  /** Never drops this connection to make room for others. */
  keep: (socket: Socket) => void
  /** Ends every connection and frees the port at once. */
  close: () => Promise<void>
}

/** Where to listen, and what answers. */
export interface LoopbackServerOptions {
  /** `localhost` (both families) or a loopback literal, IPv6 without brackets. */
  host: string
  /** 0, of a literal alone: any that is free. */
  port: number
  onRequest: (request: IncomingMessage, response: ServerResponse) => void
  /** Told when the system gives the port to nobody without further rights, which else counts as taken. */
  onForbidden?: () => void
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
    if (outcome === 'forbidden') options.onForbidden?.()
    if (outcome === 'taken' || outcome === 'forbidden') {
      await close()
      return undefined
    }
  }
  const [first] = servers
  if (first === undefined) return undefined
  return { port: portOf(first), keep: (socket) => kept.add(socket), close }
}

function listen(
  server: Server,
  at: { host: string; port: number },
): Promise<'listening' | 'taken' | 'forbidden' | 'no-such-family'> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve('taken')
      else if (error.code === 'EACCES') resolve('forbidden')
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

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a server without a port')
  return address.port
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}
