/**
 * One implementation of reading, writing and removing a file of our own. Rules: what is not a regular file of this user
 * is refused and left alone; a file appears whole or not at all, with mode 0600 from its first instant; a looser mode of
 * our own file is repaired. Synchronous, because the warm path reads through it.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import type { Stats } from 'node:fs'
import { errnoOf } from '../errno.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'

/** What stands at a path: nothing, bytes, or more bytes than the reader was ready for (then nothing was read). */
export type OwnFile = { kind: 'absent' } | { kind: 'found'; bytes: Buffer } | { kind: 'too-large' }

/** How the name of a file in the making ends. */
export const TEMPORARY_SUFFIX = '.tmp'

// Windows knows neither flag; undefined counts as 0 in an OR. O_NONBLOCK: opening a FIFO must not wait for its writer.
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Whether a name can be one of the vault's files. */
export function isOwnName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(name)
}

/** The path of `name` in `folder`. Names come from our own code: one that could leave the folder is a bug. */
export function pathIn(folder: string, name: string): string {
  if (!isOwnName(name)) throw new Error('not a name for a file of the vault')
  return `${withoutTrailingSlash(folder)}/${name}`
}

/** `folder` as its own path: with a slash at its end, a symbolic link would be looked through instead of at. */
export function withoutTrailingSlash(folder: string): string {
  return folder.length > 1 ? folder.replace(/(?<=.)\/+$/, '') : folder
}

/** Reads a file of at most `maxBytes`. Throws `vault-unsafe` for what is not ours, `vault-io` for what cannot be read. */
export function readOwnFile(path: string, maxBytes: number): OwnFile {
  if (!inspectOwnFile(path)) return { kind: 'absent' }
  let descriptor: number
  try {
    descriptor = openSync(path, READ_FLAGS)
  } catch (error) {
    // Between the look and the opening it was removed, or became a link.
    if (errnoOf(error) === 'ENOENT') return { kind: 'absent' }
    if (errnoOf(error) === 'ELOOP')
      throw new PoolkeyError('vault-unsafe', { path, problem: 'it is a symbolic link' })
    throw ioError(path, 'read', error)
  }
  try {
    // The look before was for a good message; this one counts, as it is about the file that is open.
    const stats = fstatSync(descriptor)
    refuseForeign(path, stats)
    if ((stats.mode & 0o077) !== 0 && process.getuid !== undefined) fchmodSync(descriptor, 0o600)
    if (stats.size > maxBytes) return { kind: 'too-large' }
    return { kind: 'found', bytes: readWhole(descriptor, stats.size) }
  } catch (error) {
    throw ioError(path, 'read', error)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Puts `bytes` at `path`, whole, and returns when they would survive a power cut: temporary file, fsync, rename, fsync
 * of the folder; without the two fsyncs where `isDurable` is false. Throws `vault-unsafe`, or `vault-io` after removing the
 * temporary file; the old file is then as it was (after a failed last step, that of the folder, the new one may be there
 * instead).
 */
export function writeOwnFile(path: string, bytes: Buffer, isDurable = true): void {
  inspectOwnFile(path)
  const temporaryPath = temporaryPathFor(path)
  try {
    createOwnFile({ path: temporaryPath, bytes, isDurable })
    renameSync(temporaryPath, path)
    if (isDurable) syncFolderOf(path)
  } catch (error) {
    discard(temporaryPath)
    throw ioError(path, 'write', error)
  }
}

/**
 * Creates a file that must not exist yet, mode 0600; `isDurable`: on disk when it returns. Leaves nothing behind when it
 * fails. Throws the file system's own errors.
 */
export function createOwnFile(options: { path: string; bytes: Buffer; isDurable: boolean }): void {
  const { path, bytes, isDurable } = options
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    try {
      writeFileSync(descriptor, bytes)
      if (isDurable) fsyncSync(descriptor)
    } finally {
      // Network file systems tell here that a write came to nothing.
      closeSync(descriptor)
    }
  } catch (error) {
    discard(path)
    throw error
  }
}

/** A name beside `path` that nobody can guess: 96 random bits. */
export function temporaryPathFor(path: string): string {
  return `${path}.${randomBytes(12).toString('hex')}${TEMPORARY_SUFFIX}`
}

/**
 * Removes what has this name and tells whether there was anything. A symbolic link goes, its target stays.
 * Throws `vault-unsafe` for a folder, `vault-io` when it cannot be removed.
 */
export function removeOwnFile(path: string): boolean {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return false
    if (stats.isDirectory()) throw new PoolkeyError('vault-unsafe', { path, problem: 'it is a folder' })
    unlinkSync(path)
    syncFolderOf(path)
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw ioError(path, 'write', error)
  }
}

/** Removes a file of no more use. Failing to is ignored: it is sealed or empty of secrets, and swept later. */
export function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // See above.
  }
}

/** A file system's error as `vault-io`; our own errors and bugs stay what they are. */
export function ioError(path: string, operation: 'read' | 'write', error: unknown): unknown {
  const errno = errnoOf(error)
  if (error instanceof PoolkeyError || errno === undefined) return error
  return new PoolkeyError('vault-io', { path, operation, errno }, { cause: error })
}

/** Whether files of this user can be told from others' here, and this one is another's. Windows has no such notion. */
export function isForeign(stats: Stats): boolean {
  const ourUid = process.getuid?.()
  return ourUid !== undefined && stats.uid !== ourUid
}

/** What stands at a path itself, be it a link; undefined for nothing. Throws `vault-io`. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw ioError(path, 'read', error)
  }
}

function inspectOwnFile(path: string): boolean {
  const stats = lookAt(path)
  if (stats !== undefined) refuseForeign(path, stats)
  return stats !== undefined
}

function refuseForeign(path: string, stats: Stats): void {
  if (stats.isSymbolicLink())
    throw new PoolkeyError('vault-unsafe', { path, problem: 'it is a symbolic link' })
  if (stats.isDirectory()) throw new PoolkeyError('vault-unsafe', { path, problem: 'it is a folder' })
  if (!stats.isFile()) throw new PoolkeyError('vault-unsafe', { path, problem: 'it is not a regular file' })
  if (isForeign(stats))
    throw new PoolkeyError('vault-unsafe', { path, problem: 'it belongs to another user' })
}

function readWhole(descriptor: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let filled = 0
  while (filled < size) {
    const count = readSync(descriptor, bytes, filled, size - filled, null)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}

function syncFolderOf(path: string): void {
  // Windows cannot open a folder, and its rename is journaled.
  if (process.platform === 'win32') return
  const descriptor = openSync(path.slice(0, path.lastIndexOf('/')) || '/', constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } catch (error) {
    // Some network and FUSE file systems cannot sync a folder and say so this way; the rename itself stands.
    if (errnoOf(error) !== 'EINVAL' && errnoOf(error) !== 'ENOTSUP') throw error
  } finally {
    closeSync(descriptor)
  }
}
