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
import { attemptName, attemptPrefix, sessionId } from './entry-names.ts'
import { NOTE_SUFFIX, readFailureNote, writeFailureNote } from './failure-note.ts'
import { isBrokerLockHeld, locksFolder } from './locks.ts'

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
  return readFailureNote(broker, notePath(broker, signIn)) !== undefined && !isSigningInByHand(broker, signIn)
}

/** Whether a person runs `login`, and maybe waits for an attempt to make room. */
export function isSigningInByHand(broker: Broker, signIn: SignInSettings): boolean {
  return isBrokerLockHeld(broker, { kind: 'manual-login', id: sessionId(signIn) })
}

/** Whether a sign-in is under way, whoever began it. */
export function isSomebodySigningIn(broker: Broker, signIn: SignInSettings): boolean {
  return (
    isSigningInByHand(broker, signIn) || isBrokerLockHeld(broker, { kind: 'login', id: sessionId(signIn) })
  )
}

/** What to fail with instead of another attempt, for a caller that came at `startedAt` (ms); undefined when one may be made. */
export function recallAttempt(
  broker: Broker,
  signIn: SignInSettings,
  startedAt: number,
): PoolkeyError | undefined {
  const isMeant = ({ at, error }: { at: number; error: PoolkeyError }) => {
    const ageMs = broker.now() - at
    return ageMs >= 0 && ((isRemembered(error) && ageMs < COOL_DOWN_MS) || startedAt < at)
  }
  // Whichever profile made it: they share the sign-in, and the person.
  const notes = attemptsIn(broker, attemptPrefix(sessionId(signIn)))
  return notes.flatMap((path) => readFailureNote(broker, path) ?? []).find(isMeant)?.error
}

/** Calls off every attempt for a session, and forgets how those before ended. */
export function forgetAttempts(broker: Broker, session: string): void {
  for (const path of attemptsIn(broker, attemptPrefix(session))) discard(path)
}

/** The same for the attempts that this profile made with other settings than now. */
export function forgetOutdatedAttempts(broker: Broker, signIn: SignInSettings): void {
  const own = notePath(broker, signIn)
  for (const path of attemptsIn(broker, attemptPrefix(sessionId(signIn), broker.profile.name)))
    if (path !== own) discard(path)
}

function attemptsIn({ vault }: Broker, prefix: string): string[] {
  return namesIn(locksFolder(vault))
    .filter((name) => name.startsWith(prefix) && name.endsWith(NOTE_SUFFIX))
    .map((name) => pathIn(locksFolder(vault), name))
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
  return pathIn(locksFolder(broker.vault), attemptName(broker.profile.name, signIn) + NOTE_SUFFIX)
}
