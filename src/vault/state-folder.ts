/** The folder that holds the vault: mode 0700, a real folder, ours. */
import {
  closeSync,
  existsSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmdirSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Stats } from 'node:fs'
import { errnoOf } from '../errno.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import {
  TEMPORARY_SUFFIX,
  createOwnFile,
  discard,
  ioError,
  isForeign,
  isOwnName,
  lookAt,
  temporaryPathFor,
  withoutTrailingSlash,
} from './durable-file.ts'

/** How the names of the guards end under which a dead holder's lock is removed. */
export const TAKEOVER_SUFFIX = '.takeover'

const SWEEP_AGE_MS = 60 * 60 * 1000

/**
 * Makes the folder with mode 0700, missing parents too, and repairs a looser mode of our own.
 * Throws `vault-unsafe` when it is a symbolic link, not a folder or another user's; `vault-io` when it cannot be made.
 */
export function prepareFolder(folder: string): void {
  const path = withoutTrailingSlash(folder)
  try {
    if (!isFolderThere(path)) makeFolders(path)
    isFolderThere(path)
    if (process.getuid !== undefined) tightenMode(path)
  } catch (error) {
    throw ioError(path, 'write', error)
  }
}

// Not mkdir's `recursive`: Node's never returns where a file system says ENOENT below an existing folder, as /proc does.
function makeFolders(path: string): void {
  const parent = dirname(path)
  if (parent !== path && !existsSync(parent)) makeFolders(parent)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have been faster; what it made is looked at like any other.
    if (errnoOf(error) !== 'EEXIST') throw error
  }
}

/** Whether the folder exists. Throws `vault-unsafe` as `prepareFolder` does, and repairs nothing. */
export function isFolderThere(folder: string): boolean {
  const path = withoutTrailingSlash(folder)
  const stats = lookAt(path)
  if (stats !== undefined) refuseUnsafe(path, stats)
  return stats !== undefined
}

/** The names in the folder that can be the vault's, sorted; none when there is no folder. */
export function namesIn(folder: string): string[] {
  if (!isFolderThere(folder)) return []
  try {
    return readdirSync(folder).filter(isOwnName).sort()
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw ioError(folder, 'read', error)
  }
}

// As much as a session with long tokens takes.
const REHEARSED_BYTES = 16 * 1024

/** Whether the folder could be made, and entries written into it: makes a folder beside its place that is removed at once, or a file. Throws `vault-io`, `vault-unsafe`. */
export function rehearseMaking(folder: string): void {
  if (isFolderThere(folder)) {
    rehearseWrite(folder)
    return
  }
  let parent = dirname(withoutTrailingSlash(folder))
  while (!existsSync(parent) && dirname(parent) !== parent) parent = dirname(parent)
  try {
    rmdirSync(mkdtempSync(join(parent, '.poolkey-')))
  } catch (error) {
    throw ioError(folder, 'write', error)
  }
}

/** Writes a file that is removed at once, to see whether entries could be. Throws `vault-io`, `vault-unsafe`. */
export function rehearseWrite(folder: string): void {
  if (!isFolderThere(folder)) return
  const path = temporaryPathFor(`${withoutTrailingSlash(folder)}/rehearsal`)
  try {
    createOwnFile({ path, bytes: Buffer.alloc(REHEARSED_BYTES), isDurable: true })
  } catch (error) {
    throw ioError(path, 'write', error)
  }
  discard(path)
}

/** Removes what writers and waiters that were killed left behind: temporary files and guards older than an hour. */
export function sweepTemporaries(folder: string, now: () => number): void {
  for (const name of namesIn(folder)) {
    if (!name.endsWith(TEMPORARY_SUFFIX) && !name.endsWith(TAKEOVER_SUFFIX)) continue
    const path = `${withoutTrailingSlash(folder)}/${name}`
    const stats = lookAt(path)
    if (stats !== undefined && now() - stats.mtimeMs > SWEEP_AGE_MS) discard(path)
  }
}

function tightenMode(path: string): void {
  // Through a descriptor: between a look at a path and a chmod of it, the path could become a link to something else.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    const stats = fstatSync(descriptor)
    refuseUnsafe(path, stats)
    if ((stats.mode & 0o077) !== 0) fchmodSync(descriptor, 0o700)
  } finally {
    closeSync(descriptor)
  }
}

function refuseUnsafe(path: string, stats: Stats): void {
  if (stats.isSymbolicLink())
    throw new PoolkeyError('vault-unsafe', { path, problem: 'it is a symbolic link' })
  if (!stats.isDirectory()) throw new PoolkeyError('vault-unsafe', { path, problem: 'it is not a folder' })
  if (isForeign(stats))
    throw new PoolkeyError('vault-unsafe', { path, problem: 'it belongs to another user' })
}
