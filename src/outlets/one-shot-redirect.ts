/**
 * Hands a browser an address that must stand in nobody's arguments: the browser is given a page of this machine instead,
 * which leads there once. The arguments of a process can be read by all users of the machine: whoever asks must therefore
 * be this user, as far as the system tells, and come first.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendElsewhere, sendPage } from '../loopback/browser-answer.ts'
import { refusalPage } from '../loopback/browser-page.ts'
import { isOwn, readConnectionOwner } from '../loopback/connection-owner.ts'
import type { AcceptedConnection, ConnectionOwner } from '../loopback/connection-owner.ts'
import { openLoopbackServer } from '../loopback/loopback-server.ts'
import type { Secret } from '../secret.ts'

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
    const refused = problemOf(request)
    if (refused) {
      sendPage(response, refused.status, refusalPage(refused.problem))
      return
    }
    isTaken = true
    response.once('close', () => {
      if (response.writableFinished && !request.socket.errored) finish()
      else isTaken = false
    })
    sendElsewhere(response, target.reveal())
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
