import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { hexPort } from './connection-owner.ts'

const LISTEN = '0A'

interface ListeningSocket {
  inode: string
  uid: string
}

/**
 * Who listens on a TCP port, as far as Linux tells (`proc` is where its process file system is mounted): "nginx (pid
 * 812)", or "a process of uid 33" when it is not ours to look into. Empty where it cannot be known; never throws.
 */
export function readPortHolders(port: number, proc = '/proc'): string[] {
  const sockets = ['tcp', 'tcp6'].flatMap((table) => parseListening(readText(join(proc, 'net', table)), port))
  if (sockets.length === 0) return []
  const processes = readSocketOwners(proc, new Set(sockets.map(({ inode }) => inode)))
  return [...new Set(sockets.map(({ inode, uid }) => processes.get(inode) ?? `a process of uid ${uid}`))]
}

/** The listening sockets of one port in a table like /proc/net/tcp (proc(5)); addresses and ports are hexadecimal. */
function parseListening(table: string, port: number): ListeningSocket[] {
  const suffix = `:${hexPort(port)}`
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, local, , state, , , , uid, , inode]) =>
      local?.endsWith(suffix) === true && state === LISTEN && uid !== undefined && inode !== undefined
        ? [{ inode, uid }]
        : [],
    )
}

function readSocketOwners(proc: string, inodes: Set<string>): Map<string, string> {
  const owners = new Map<string, string>()
  for (const pid of readNames(proc).filter((name) => /^\d+$/.test(name))) {
    const descriptors = join(proc, pid, 'fd')
    for (const descriptor of readNames(descriptors)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(join(descriptors, descriptor)))?.[1]
      if (inode === undefined || !inodes.has(inode)) continue
      owners.set(inode, `${readText(join(proc, pid, 'comm')).trim() || 'a process'} (pid ${pid})`)
    }
  }
  return owners
}

// Processes end while they are looked at, and those of others are closed to us: what cannot be read is not known.

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function readNames(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
