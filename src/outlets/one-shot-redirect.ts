/**
 * Hands a browser an address that must stand in nobody's arguments: the browser is given a page of this machine instead,
 * which leads there once. The arguments of a process can be read by all users of the machine: whoever asks must therefore
 * be this user, as far as the system tells, and come first.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Secret } from '../secret.ts'
import { pageHeaders, renderPage } from '../sign-in/callback-page.ts'
import { openLoopbackServer } from '../sign-in/loopback-server.ts'
import { isOwn, readConnectionOwner } from '../sign-in/connection-owner.ts'
import type { AcceptedConnection, ConnectionOwner } from '../sign-in/connection-owner.ts'

/** `taken` ends when the browser has been sent on; then, or at `close`, the port is free again. */
export interface OneShotRedirect {
  url: string
  taken: Promise<void>
  close: () => Promise<void>
}

/** Where it leads, and who may be led there. */
export interface OneShotRedirectOptions {
  target: Secret
  /** Told of a request, which was refused, by another user of the machine; undefined for one who cannot be named. */
  onStranger: (uid: number | undefined) => void
  /** Whose connection it is; the system's word unless said. */
  ownerOf?: (connection: AcceptedConnection) => ConnectionOwner
}

/** Listens on 127.0.0.1, on a free port and a path nobody can guess. */
export async function openOneShotRedirect(options: OneShotRedirectOptions): Promise<OneShotRedirect> {
  const { target, onStranger, ownerOf = readConnectionOwner } = options
  const path = `/${randomBytes(24).toString('base64url')}`
  let port = 0
  let isTaken = false
  let finish: () => void = () => undefined
  const taken = new Promise<void>((resolve) => {
    finish = resolve
  })

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const problem = problemOf(request)
    if (problem) {
      refuse(response, problem)
      return
    }
    isTaken = true
    response.writeHead(303, {
      ...pageHeaders(),
      Location: target.reveal(),
      Connection: 'close',
      'Content-Length': 0,
    })
    response.once('close', () => {
      if (response.writableFinished && !request.socket.errored) finish()
      else isTaken = false
    })
    response.end()
  }

  function problemOf({ method, url, headers, socket }: IncomingMessage): Refused | undefined {
    if (method !== 'GET') return { status: 405, problem: 'only GET is answered' }
    const isMeant = url === path && headers.host === `127.0.0.1:${port}`
    if (!isMeant) return NOTHING_HERE
    if (isTaken) return { status: 410, problem: 'this link was good for one use' }
    const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket
    const owner = ownerOf({ localAddress, localPort, remoteAddress, remotePort })
    if (isOwn(owner)) return undefined
    onStranger(owner.kind === 'user' ? owner.uid : undefined)
    return NOTHING_HERE
  }

  const server = await openLoopbackServer({ host: '127.0.0.1', port: 0, onRequest })
  if (!server) throw new Error('no port is free on 127.0.0.1')
  port = server.port
  return { url: `http://127.0.0.1:${port}${path}`, taken, close: server.close }
}

interface Refused {
  status: number
  problem: string
}

const NOTHING_HERE: Refused = { status: 404, problem: 'there is nothing here' }

function refuse(response: ServerResponse, { status, problem }: Refused): void {
  const body = renderPage({ kind: 'rejected', problem })
  const headers = { ...pageHeaders(), Connection: 'close', 'Content-Length': Buffer.byteLength(body) }
  response.writeHead(status, status === 405 ? { ...headers, Allow: 'GET' } : headers)
  response.end(body)
}
