/** What tells one version of a file from the next, without reading it. */
import { statSync } from 'node:fs'

/** Files as they were right before they were read, by path; settled: every later change gives them another identity. */
export type FilesRead = Map<string, { identity: string; isSettled: boolean }>

/** Notes a file that is about to be read, at `nowMs`. Throws the file system's own errors. */
export function noteFile(files: FilesRead, path: string, nowMs: number): void {
  const identity = identityOf(path)
  files.set(path, { identity, isSettled: isSettled(identity, nowMs) })
}

/** Device, inode, size and times to the nanosecond; the empty string for no file. Throws the file system's own errors. */
export function identityOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats ? [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ') : ''
}

// The clock of a file system goes on in steps: 4 ms here, whole seconds there (ext3, HFS+), two on FAT.
const STEP_MS = 50
const COARSE_STEP_MS = 2_500

/** A file that was changed just before the look could be changed once more in the same step, and show the same times. */
function isSettled(identity: string, nowMs: number): boolean {
  if (identity === '') return true
  const changed = BigInt(identity.slice(identity.lastIndexOf(' ') + 1))
  const isCoarse = changed % 1_000_000_000n === 0n
  return nowMs - Number(changed / 1_000_000n) >= (isCoarse ? COARSE_STEP_MS : STEP_MS)
}
