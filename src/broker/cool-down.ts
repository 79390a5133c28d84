/**
 * Attempts to sign in that `credential-process` began by itself, and how they ended. One that was refused or that nobody
 * finished is remembered, so that not every call opens a browser; any other failure is shared with those only who were
 * waiting when it happened. An attempt whose note is gone has been called off.
 */
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import type { SignInSettings } from '../profile/profile.ts'
import { discard, pathIn } from '../vault/durable-file.ts'
import { namesIn } from '../vault/state-folder.ts'
import type { Broker } from './broker.ts'
import { attemptName, attemptPrefix } from './entry-names.ts'
import { NOTE_SUFFIX, readFailureNote, writeFailureNote } from './failure-note.ts'
import { locksFolder } from './locks.ts'

const COOL_DOWN_MS = 120_000

/** Notes that an attempt with these settings began: if its process is killed, that is how it ended. */
export function beginAttempt(broker: Broker, signIn: SignInSettings): void {
  endAttempt(broker, signIn, requiredBecause(broker, 'unfinished'))
}

/** Notes how an attempt ended; what is only that process's own counts as one that did not come about. */
export function endAttempt(broker: Broker, signIn: SignInSettings, error: unknown): void {
  const path = notePath(broker, signIn)
  discard(path)
  if (!writeFailureNote(broker, path, error)) writeFailureNote(broker, path, requiredBecause(broker, 'none'))
}

/** Whether an attempt that was begun is still wanted. */
export function isWanted(broker: Broker, signIn: SignInSettings): boolean {
  return readFailureNote(broker, notePath(broker, signIn)) !== undefined
}

/** What to fail with instead of another attempt, for a caller that came at `startedAt` (ms); undefined when one may be made. */
export function recallAttempt(
  broker: Broker,
  signIn: SignInSettings,
  startedAt: number,
): PoolkeyError | undefined {
  const note = readFailureNote(broker, notePath(broker, signIn))
  const ageMs = note ? broker.now() - note.at : NaN
  if (!note || ageMs < 0) return undefined
  return (isRemembered(note.error) && ageMs < COOL_DOWN_MS) || startedAt < note.at ? note.error : undefined
}

/** Calls off every attempt for a session, and forgets how those before ended; only those with other settings, if `signIn` is given. */
export function forgetAttempts({ vault }: Broker, session: string, signIn?: SignInSettings): void {
  const own = signIn && attemptName(signIn) + NOTE_SUFFIX
  for (const name of namesIn(locksFolder(vault))) {
    const isAttempt = name.startsWith(attemptPrefix(session)) && name.endsWith(NOTE_SUFFIX)
    if (isAttempt && name !== own) discard(pathIn(locksFolder(vault), name))
  }
}

// What a person did, or left undone. The rest may be over in a moment.
function isRemembered(error: PoolkeyError): boolean {
  if (isPoolkeyError(error, 'sign-in-required')) return error.facts.reason === 'unfinished'
  return error.code === 'sign-in-refused' || error.code === 'sign-in-timeout'
}

function requiredBecause({ profile }: Broker, reason: 'unfinished' | 'none'): PoolkeyError {
  return new PoolkeyError('sign-in-required', { profile: profile.name, reason })
}

function notePath(broker: Broker, signIn: SignInSettings): string {
  return pathIn(locksFolder(broker.vault), attemptName(signIn) + NOTE_SUFFIX)
}
