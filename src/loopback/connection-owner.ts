import { readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import type { Socket } from 'node:net'
import { endianness } from 'node:os'
import { join } from 'node:path'

/** Both ends of a connection that was accepted here, as a socket names them. */
export interface AcceptedConnection {
  localAddress: string
  localPort: number
  remoteAddress: string
  remotePort: number
}

/** `elsewhere`: the far end is no open socket of this machine's, or of this container's. */
export type ConnectionOwner = { kind: 'user'; uid: number } | { kind: 'elsewhere' } | { kind: 'unknown' }

// A socket that its program closed has none, and is listed as root's.
const NO_INODE = '0'

/**
 * Whose socket the far end of a connection over IPv4 or from `::1` is, as Linux tells (`proc` is where its process file system is mounted);
 * `unknown` where its tables do not even show the near end. Never throws.
 */
export function readConnectionOwner(connection: AcceptedConnection, proc = '/proc'): ConnectionOwner {
  const { localAddress, localPort, remoteAddress, remotePort } = connection
  const near = endsOf(localAddress, localPort)
  const far = endsOf(remoteAddress, remotePort)
  let isNearEndShown = false
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readText(join(proc, 'net', table)).split('\n')) {
      const [, local = '', remote = '', , , , , uid, , inode = NO_INODE] = line.trim().split(/\s+/)
      if (near.includes(local) && far.includes(remote)) isNearEndShown = true
      // The far end's own line, in which it is the local side.
      if (far.includes(local) && near.includes(remote) && inode !== NO_INODE && uid !== undefined) {
        return { kind: 'user', uid: Number(uid) }
      }
    }
  }
  return isNearEndShown ? { kind: 'elsewhere' } : { kind: 'unknown' }
}

/**
 * Whether whoever is at the far end may learn what is this user's alone: this user, one who cannot be told (where there are no
 * tables), or root, who is not defended against and stands between the browser and us under WSL.
 */
export function isOwn(owner: ConnectionOwner): boolean {
  return owner.kind === 'unknown' || (owner.kind === 'user' && [0, process.getuid?.()].includes(owner.uid))
}

/** The same of a socket that was accepted. */
export function isOwnConnection(socket: Socket): boolean {
  const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket
  return isOwn(readConnectionOwner({ localAddress, localPort, remoteAddress, remotePort }))
}

/** A port as the tables of proc(5) write it. */
export function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

// An IPv4 socket, an IPv6 socket that speaks IPv4, or IPv6's own loopback. Addresses are 32-bit words in the machine's own byte order.
function endsOf(address: string, port: number): string[] {
  if (address === '::1') {
    return [`${hexWord([0, 0, 0, 0]).repeat(3)}${hexWord([0, 0, 0, 1])}:${hexPort(port)}`]
  }
  const plain = address.replace(/^::ffff:/i, '')
  if (!isIPv4(plain)) return []
  const word = hexWord(plain.split('.').map(Number))
  const mapped = `${hexWord([0, 0, 0, 0]).repeat(2)}${hexWord([0, 0, 255, 255])}${word}`
  return [word, mapped].map((one) => `${one}:${hexPort(port)}`)
}

function hexWord(bytes: number[]): string {
  const ordered = endianness() === 'LE' ? [...bytes].reverse() : bytes
  return Buffer.from(ordered).toString('hex').toUpperCase()
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // There is no such file system here, or it is hidden.
    return ''
  }
}
