/**
 * One poolkey at a time edits an AWS file. The lock is a file beside the edited one, held for milliseconds. It is taken
 * over when its holder is dead or has not moved for seconds; the edit itself checks once more that nobody came between.
 */
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { errnoOf, reasonOf } from '../errno.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { pause } from '../pause.ts'

const POLL_MS = 20
const UNMOVED_MS = 2_000
const LIMIT_MS = 15_000

/** The lock file of an edited file. */
export function lockPathOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.poolkey-lock`)
}

/** Takes the lock and answers how to release it. Throws `lock-held` after 15 s, `config-unwritable`, the signal's reason. */
export async function takeConfigLock(target: string, signal: AbortSignal): Promise<() => void> {
  const path = lockPathOf(target)
  const own = `${process.pid} ${hostname()} ${randomBytes(8).toString('hex')}`
  let seen: string | undefined
  let unmovedMs = 0
  for (let waitedMs = 0; waitedMs < LIMIT_MS; waitedMs += POLL_MS) {
    signal.throwIfAborted()
    if (createExclusively(path, own, target)) {
      return () => {
        if (readIfAny(path) === own) discard(path)
      }
    }
    const holder = readIfAny(path)
    unmovedMs = holder === seen ? unmovedMs + POLL_MS : 0
    seen = holder
    if (holder !== undefined && (isDead(holder) || unmovedMs >= UNMOVED_MS)) takeAway(path, holder)
    await pause(POLL_MS, signal)
  }
  const pid = seen === undefined ? undefined : pidOf(seen)
  throw new PoolkeyError('lock-held', { lock: path, pid, seconds: LIMIT_MS / 1000 })
}

function createExclusively(path: string, text: string, target: string): boolean {
  // Written first and linked into place, so that a lock is never seen half written.
  const draft = `${path}-${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600 })
    linkSync(draft, path)
    return true
  } catch (cause) {
    if (errnoOf(cause) === 'EEXIST') return false
    throw new PoolkeyError('config-unwritable', { file: target, reason: reasonOf(cause) }, { cause })
  } finally {
    discard(draft)
  }
}

/** Moves a dead holder's lock aside; if it was another's after all, puts it back. */
function takeAway(path: string, holder: string): void {
  const aside = `${path}-${randomBytes(6).toString('hex')}`
  try {
    renameSync(path, aside)
    if (readIfAny(aside) !== holder) linkSync(aside, path)
  } catch {
    // Somebody else was faster, whichever step failed: the next round sees how things stand.
  }
  discard(aside)
}

function readIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Gone, or not ours to read: nothing is known of its holder.
    return undefined
  }
}

function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Never there, or the disk fails: what stays is empty of meaning once its maker is gone.
  }
}

function pidOf(holder: string): number | undefined {
  const pid = /^(\d+) /.exec(holder)?.[1]
  return pid === undefined ? undefined : Number(pid)
}

/** Whether the holder was a process of this machine that runs no more. */
function isDead(holder: string): boolean {
  const pid = pidOf(holder)
  if (pid === undefined || holder.split(' ')[1] !== hostname()) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    // EPERM means it runs, as somebody else.
    return errnoOf(error) === 'ESRCH'
  }
}
