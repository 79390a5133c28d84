/**
 * Work that one caller does for all who wait, its failure included: whoever fails leaves a note beside the lock, and those
 * who were waiting at that instant fail the same way instead of trying one after the other. Whoever comes later tries
 * anew.
 */
import { isPoolkeyError } from '../errors/poolkey-error.ts'
import { discard, pathIn, TEMPORARY_SUFFIX } from '../vault/durable-file.ts'
import { namesIn } from '../vault/state-folder.ts'
import type { Broker, Vault } from './broker.ts'
import { NOTE_SUFFIX, readFailureNote, writeFailureNote } from './failure-note.ts'
import { lockName, locksFolder, withBrokerLock } from './locks.ts'
import type { BrokerLock } from './locks.ts'

/**
 * Takes the lock and looks whether somebody did the work meanwhile; if not, does it, or (unless `isStubborn`) fails as
 * they did. Throws what `work` throws, `lock-held`, or the broker signal's reason.
 */
export async function onceForAll<T>(
  broker: Broker,
  steps: { lock: BrokerLock; isStubborn?: boolean; lookAgain: () => T | undefined; work: () => Promise<T> },
): Promise<T> {
  const { lock, isStubborn = false, lookAgain, work } = steps
  const startedAt = broker.now()
  return withBrokerLock(broker, lock, async () => {
    const found = lookAgain()
    if (found !== undefined) return found
    const path = pathIn(locksFolder(broker.vault), lockName(lock) + NOTE_SUFFIX)
    const failure = isStubborn ? undefined : readFailureNote(broker, path)
    if (failure && startedAt < failure.at && failure.at <= broker.now()) throw failure.error
    try {
      const result = await work()
      discard(path)
      return result
    } catch (error) {
      // Who had something to fall back on waited less than the others would.
      const isImpatience = lock.patienceMs !== undefined && isPoolkeyError(error, 'lock-held')
      if (!isImpatience) writeFailureNote(broker, path, error)
      throw error
    }
  })
}

/** Forgets the failures of what belongs to `holder`: they are no longer true. */
export function forgetFailures(vault: Vault, holder: string): void {
  const folder = locksFolder(vault)
  for (const name of namesIn(folder)) {
    if (name.endsWith(NOTE_SUFFIX) && name.includes(holder)) discard(pathIn(folder, name))
  }
}

/** Forgets every failure, whoever's, and what killed writers left of such notes. */
export function forgetAllFailures(vault: Pick<Vault, 'folder'>): void {
  const folder = locksFolder(vault)
  for (const name of namesIn(folder)) {
    const isUnfinished = name.includes(`${NOTE_SUFFIX}.`) && name.endsWith(TEMPORARY_SUFFIX)
    if (name.endsWith(NOTE_SUFFIX) || isUnfinished) discard(pathIn(folder, name))
  }
}
