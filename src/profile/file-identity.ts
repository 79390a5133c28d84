/** What tells one version of a file from the next, without reading it. */
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { errnoOf } from '../errno.ts'

/** Files as they were right before they were read, by path; settled: every later change gives them another identity. */
export type FilesRead = Map<string, { identity: string; isSettled: boolean }>

/** Notes a file that is about to be read, at `nowMs`. What cannot be looked at is not settled: whoever reads it has the words. */
export function noteFile(files: FilesRead, path: string, nowMs: number): void {
  try {
    const identity = identityOf(path)
    files.set(path, { identity, isSettled: isSettled(identity, nowMs) })
  } catch {
    files.set(path, { identity: '', isSettled: false })
  }
}

// O_NONBLOCK: opening a FIFO must not wait for its writer. Windows does not know it.
const LOOK_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK

/** Device, inode, size and times to the nanosecond; the empty string for no file. Throws the file system's own errors. */
export function identityOf(path: string): string {
  let descriptor: number
  try {
    // Opened, as network file systems may answer a mere look from a cache.
    descriptor = openSync(path, LOOK_FLAGS)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return ''
    throw error
  }
  try {
    const stats = fstatSync(descriptor, { bigint: true })
    return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ')
  } finally {
    closeSync(descriptor)
  }
}

// The clock of a file system goes on in steps: 4 ms here, whole seconds there (ext3, HFS+), two on FAT.
const STEP_MS = 50
const COARSE_STEP_MS = 2_500

/** A file that was changed just before the look could be changed once more in the same step, and show the same times. */
function isSettled(identity: string, nowMs: number): boolean {
  if (identity === '') return true
  const [modified = 0n, statusChanged = 0n] = identity.split(' ').slice(-2).map(BigInt)
  // FAT has no time of the change of status.
  const changed = statusChanged === 0n ? modified : statusChanged
  const isCoarse = changed % 1_000_000_000n === 0n
  return nowMs - Number(changed / 1_000_000n) >= (isCoarse ? COARSE_STEP_MS : STEP_MS)
}
