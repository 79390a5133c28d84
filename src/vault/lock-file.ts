/**
 * Lock files: one line of JSON that says who holds it, then one byte for each sign of life. A holder is named by a random
 * id that is never used again; a file is only ever removed by its holder or, once that is dead, by whoever has the guard
 * made for exactly this id and has read the file again. So a slow process never removes the lock of a newer holder.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, constants, linkSync, lstatSync, openSync, unlinkSync, writeFileSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { errnoOf } from '../errno.ts'
import { parseJsonObject } from '../json-object.ts'
import { createOwnFile, discard, ioError, readOwnFile, temporaryPathFor } from './durable-file.ts'
import type { ProcessIdentity } from './lock-platform.ts'
import { TAKEOVER_SUFFIX } from './state-folder.ts'

/** A claim prepared on disk, ready to be linked into place. */
export interface Ticket {
  id: string
  temporaryPath: string
  bytes: Buffer
}

/** Who a lock file names. `identity` is undefined when the file cannot be understood; `beats` grows while it lives. */
export interface Holder {
  id: string
  /** When the file was last changed. */
  lastSignAtMs: number
  identity: ProcessIdentity | undefined
  beats: number
}

const MAX_LOCK_BYTES = 1024 * 1024
// What file systems without hard links say.
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'])

/** Writes the claim of `identity` beside `path`. Throws `vault-io`. */
export function createTicket(path: string, identity: ProcessIdentity): Ticket {
  const id = randomBytes(12).toString('hex')
  const bytes = Buffer.from(`${JSON.stringify({ version: 1, id, ...identity })}\n`, 'utf8')
  const temporaryPath = temporaryPathFor(path)
  try {
    // Not durable: a lock that a power cut took has done its work.
    createOwnFile({ path: temporaryPath, bytes, isDurable: false })
  } catch (error) {
    throw ioError(path, 'write', error)
  }
  return { id, temporaryPath, bytes }
}

/** Puts the ticket at `path` unless something is there; tells whether it now stands there. Throws `vault-io`. */
export function claim(ticket: Ticket, path: string): boolean {
  try {
    linkSync(ticket.temporaryPath, path)
    return true
  } catch (error) {
    const errno = errnoOf(error)
    // NFS may lose the answer to a link that was made and then be told that it exists.
    if (errno === 'EEXIST') return readHolder(path)?.id === ticket.id
    if (errno !== undefined && NO_LINKS.has(errno)) return claimByCreation(ticket, path)
    throw ioError(path, 'write', error)
  }
}

/** Who holds the lock at `path`; undefined when nobody does. Throws `vault-unsafe` and `vault-io`. */
export function readHolder(path: string): Holder | undefined {
  const file = readOwnFile(path, MAX_LOCK_BYTES)
  if (file.kind === 'absent') return undefined
  const stats = lookClosely(path)
  if (stats === undefined) return undefined
  const lastSignAtMs = Number(stats.mtimeMs)
  if (file.kind === 'found') {
    const lineEnd = file.bytes.indexOf(0x0a)
    const known = lineEnd < 0 ? undefined : parseLine(file.bytes.subarray(0, lineEnd).toString('utf8'))
    if (known) return { ...known, lastSignAtMs, beats: file.bytes.length - lineEnd }
  }
  // Emptied by a power cut, or about to be written where there are no hard links: only the file itself names it.
  return {
    lastSignAtMs,
    id: `${stats.ino.toString()}-${stats.mtimeNs.toString()}`,
    identity: undefined,
    beats: 0,
  }
}

function lookClosely(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    throw ioError(path, 'read', error)
  }
}

/**
 * Removes the file at `path` of a holder found dead, unless another process is doing so; `isDead` judges the holder of a
 * guard that is in the way. Throws `vault-unsafe` and `vault-io`.
 */
export function removeDead(options: {
  ticket: Ticket
  path: string
  holder: Holder
  lockPath: string
  isDead: (path: string, holder: Holder) => boolean
}): void {
  const { ticket, path, holder, lockPath, isDead } = options
  const guardPath = `${lockPath}.${holder.id}${TAKEOVER_SUFFIX}`
  if (!claim(ticket, guardPath)) {
    const rival = readHolder(guardPath)
    // Whoever was about to remove it died, too: its guard is cleared away by the same rule, then everybody tries again.
    if (rival && isDead(guardPath, rival)) removeDead({ ...options, path: guardPath, holder: rival })
    return
  }
  try {
    if (readHolder(path)?.id === holder.id) unlinkSync(path)
  } catch (error) {
    throw ioError(path, 'write', error)
  } finally {
    discard(guardPath)
  }
}

/** Removes the lock file if it is still the ticket's. */
export function release(ticket: Ticket, path: string): void {
  try {
    if (readHolder(path)?.id === ticket.id) unlinkSync(path)
  } catch {
    // The work is done and its result must not be lost over this: the lock falls when the process ends.
  }
}

/** Opens the held lock to give signs of life; they go to this very file, whatever takes its name later. */
export function openHeartbeat(path: string): { beat: () => void; close: () => void } {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW)
  } catch (error) {
    throw ioError(path, 'write', error)
  }
  return {
    beat: () => {
      try {
        writeFileSync(descriptor, '.')
      } catch {
        // A full disk: a missed beat matters to other machines only, and only after many.
      }
    },
    close: () => {
      try {
        closeSync(descriptor)
      } catch {
        // Network file systems tell here that beats came to nothing; the work is done all the same.
      }
    },
  }
}

function claimByCreation(ticket: Ticket, path: string): boolean {
  try {
    createOwnFile({ path, bytes: ticket.bytes, isDurable: false })
    // Stopped before the first byte was in it, this process may have been taken for dead, and the file away.
    return readHolder(path)?.id === ticket.id
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw ioError(path, 'write', error)
  }
}

function parseLine(line: string): { id: string; identity: ProcessIdentity } | undefined {
  const facts = parseJsonObject(line)
  if (!facts) return undefined
  const text = (key: string): string | undefined => {
    const value = facts[key]
    return typeof value === 'string' ? value : undefined
  }
  const [id, host, system, pid] = [text('id'), text('host'), text('system'), facts['pid']]
  // The id becomes part of a file name.
  if (id === undefined || !/^[0-9a-f]{24}$/.test(id) || host === undefined || system === undefined)
    return undefined
  // A number below 1 would ask about a whole group of processes.
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined
  const identity: ProcessIdentity = {
    pid,
    host,
    system,
    startTime: text('startTime'),
    bootId: text('bootId'),
    pidNamespace: text('pidNamespace'),
  }
  return { id, identity }
}
