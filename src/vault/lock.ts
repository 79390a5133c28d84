/**
 * One holder among processes. The lock of a living holder is never taken, however long it lasts; that of a provably dead
 * one is taken at once. Where death cannot be looked up (another host, another pid namespace, no start times) a holder
 * counts as dead when it has given no sign of life for long while somebody watched: no clocks are compared.
 */
import { monotonicMs } from '../monotonic.ts'
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import { pause } from '../pause.ts'
import { discard, pathIn } from './durable-file.ts'
import { claim, createTicket, openHeartbeat, readHolder, release, removeDead } from './lock-file.ts'
import type { Holder, Ticket } from './lock-file.ts'
import { localPlatform } from './lock-platform.ts'
import type { LockPlatform } from './lock-platform.ts'
import { isFolderThere, namesIn, prepareFolder, TAKEOVER_SUFFIX } from './state-folder.ts'

/** What `withLock` needs. `onWait` is called once, when there is something to wait for; a pid of elsewhere is undefined. */
export interface LockOptions {
  folder: string
  name: string
  signal: AbortSignal
  onWait?: (holder: { pid: number | undefined }) => void
  patienceMs?: number
  platform?: LockPlatform
}

/** How long a living holder is waited for unless said. */
export const DEFAULT_PATIENCE_MS = 45_000
const SHORTEST_PAUSE_MS = 5
const LOCK_SUFFIX = '.lock'
// A claim not yet in place, and a guard under which a dead holder's lock is removed: both begin with the lock's own name.
const PREPARED = /\.lock\..*$/
const LONGEST_PAUSE_MS = 50
// More than this between two looks means that this process itself slept, and the holder perhaps with it.
const LONGEST_LOOK_MS = 1_000

/**
 * Does `work` while holding the lock `<folder>/<name>.lock`, which excludes other processes and other callers in this
 * one; not reentrant. Throws the signal's reason, `lock-held` after `patienceMs`, `vault-unsafe`, `vault-io`, or what
 * `work` throws.
 */
export async function withLock<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  const { folder, name, signal, platform = localPlatform() } = options
  signal.throwIfAborted()
  prepareFolder(folder)
  const path = pathIn(folder, name + LOCK_SUFFIX)
  const ticket = createTicket(path, platform.self)
  try {
    await obtain({ ...options, platform }, ticket, path)
  } finally {
    discard(ticket.temporaryPath)
  }
  try {
    return await workWithHeartbeat(path, platform.beatMs, work)
  } finally {
    release(ticket, path)
  }
}

/** Whether a living process holds the lock, as far as can be seen from here, without waiting. Throws `vault-unsafe`, `vault-io`. */
export function isHeld(options: Pick<LockOptions, 'folder' | 'name' | 'platform'>): boolean {
  const { folder, name, platform = localPlatform() } = options
  if (!isFolderThere(folder)) return false
  const holder = readHolder(pathIn(folder, name + LOCK_SUFFIX))
  if (holder === undefined) return false
  const verdict = judge(holder, platform)
  if (verdict !== 'unknown') return verdict === 'alive'
  // Where nothing tells one process of a number from another, one counts that runs here and gives signs of life.
  const pid = pidHere(holder, platform)
  const isSilent = platform.nowMs() - holder.lastSignAtMs >= platform.silenceMs
  return pid !== undefined && !isSilent && platform.processAt(pid).kind === 'running'
}

/**
 * Removes the locks in `folder` whose holders are provably dead, and what dead waiters prepared; those of the living stay. Gives the
 * names of what could not be looked at or removed. Throws the signal's reason, and `vault-unsafe` and `vault-io` about the folder.
 */
export async function removeAbandonedLocks(options: Omit<LockOptions, 'name'>): Promise<string[]> {
  const { folder, platform = localPlatform() } = options
  const names = namesIn(folder)
  const unremoved: string[] = []
  const attempt = async (name: string, remove: () => Promise<void> | void): Promise<void> => {
    try {
      await remove()
    } catch (error) {
      options.signal.throwIfAborted()
      if (!(error instanceof PoolkeyError)) throw error
      if (!isPoolkeyError(error, 'lock-held')) unremoved.push(name)
    }
  }
  for (const name of names.filter((one) => one.endsWith(LOCK_SUFFIX))) {
    // To take it and give it back is the safe way to remove what a dead holder left.
    const lock = { ...options, name: name.slice(0, -LOCK_SUFFIX.length), patienceMs: 0 }
    await attempt(name, () => withLock(lock, () => Promise.resolve()))
  }
  for (const name of names.filter((one) => PREPARED.test(one))) {
    await attempt(name, () => {
      // A guard matters as long as there is the lock that it was made for.
      const lock = pathIn(folder, name.replace(PREPARED, LOCK_SUFFIX))
      if (name.endsWith(TAKEOVER_SUFFIX) && readHolder(lock)) return
      const holder = readHolder(pathIn(folder, name))
      if (holder && judge(holder, platform) === 'dead') discard(pathIn(folder, name))
    })
  }
  return unremoved
}

async function workWithHeartbeat<T>(path: string, beatMs: number, work: () => Promise<T>): Promise<T> {
  const heart = openHeartbeat(path)
  const beating = setInterval(heart.beat, beatMs)
  beating.unref()
  try {
    return await work()
  } finally {
    clearInterval(beating)
    heart.close()
  }
}

async function obtain(
  options: LockOptions & { platform: LockPlatform },
  ticket: Ticket,
  path: string,
): Promise<void> {
  const { name, signal, onWait, patienceMs = DEFAULT_PATIENCE_MS, platform } = options
  const silentMs = watchSilence()
  const isDead = (at: string, holder: Holder): boolean => {
    const silent = silentMs(at, holder) >= platform.silenceMs
    const verdict = judge(holder, platform)
    return verdict === 'dead' || (verdict === 'unknown' && silent)
  }
  const giveUpAfter = (leftMs: number, pid: number | undefined): void => {
    if (leftMs > 0) return
    throw new PoolkeyError('lock-held', { lock: name, pid, seconds: Math.round(patienceMs / 1000) })
  }
  const startedMs = monotonicMs()
  let pauses = 0
  for (;;) {
    signal.throwIfAborted()
    if (claim(ticket, path)) return
    const holder = readHolder(path)
    if (holder === undefined) {
      // Gone meanwhile; but a network's cache may say so for long, and this loop must not keep everything else from going on.
      giveUpAfter(patienceMs - (monotonicMs() - startedMs), undefined)
      await pause(1, signal)
      continue
    }
    if (isDead(path, holder)) {
      removeDead({ ticket, path, holder, lockPath: path, isDead })
      if (readHolder(path)?.id !== holder.id) continue
    }
    const pid = pidHere(holder, platform)
    const leftMs = patienceMs - (monotonicMs() - startedMs)
    giveUpAfter(leftMs, pid)
    if (pauses === 0) onWait?.({ pid })
    await pause(Math.min(leftMs, jitteredPauseMs(pauses)), signal)
    pauses += 1
  }
}

function judge(holder: Holder, platform: LockPlatform): 'alive' | 'dead' | 'unknown' {
  const { identity } = holder
  const { self } = platform
  if (identity === undefined || identity.host !== self.host || identity.system !== self.system)
    return 'unknown'
  if (identity.bootId !== self.bootId) {
    // Nothing survives a restart of this machine. But machines made from one image have one name: theirs give signs of life.
    const isKnown = identity.bootId !== undefined && self.bootId !== undefined
    return isKnown && holder.lastSignAtMs < platform.startedAtMs() ? 'dead' : 'unknown'
  }
  if (identity.pidNamespace !== self.pidNamespace) return 'unknown'
  const state = platform.processAt(identity.pid)
  if (state.kind === 'gone') return 'dead'
  // Somebody has the number, and nothing tells whether it is still the holder.
  if (state.startTime === undefined || identity.startTime === undefined) return 'unknown'
  return state.startTime === identity.startTime ? 'alive' : 'dead'
}

function pidHere(holder: Holder, { self }: LockPlatform): number | undefined {
  const { identity } = holder
  const isOurs = identity?.host === self.host && identity.system === self.system
  return isOurs && identity.pidNamespace === self.pidNamespace ? identity.pid : undefined
}

// For how long, as far as this waiter saw, the holder at a path has given no sign of life.
function watchSilence(): (path: string, holder: Holder) => number {
  const seen = new Map<string, { sign: string; lookedAtMs: number; silentMs: number }>()
  return (path, holder) => {
    const sign = `${holder.id} ${holder.beats.toString()}`
    const lookedAtMs = monotonicMs()
    const before = seen.get(path)
    const silentMs =
      before?.sign === sign ? before.silentMs + Math.min(lookedAtMs - before.lookedAtMs, LONGEST_LOOK_MS) : 0
    seen.set(path, { sign, lookedAtMs, silentMs })
    return silentMs
  }
}

// Short pauses at first, as most holders need milliseconds; random, so that many waiters do not come in step.
function jitteredPauseMs(pauses: number): number {
  const longestMs = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * (pauses + 2))
  return SHORTEST_PAUSE_MS + Math.random() * (longestMs - SHORTEST_PAUSE_MS)
}
