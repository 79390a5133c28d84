/**
 * Attempts to sign in that `credential-process` began by itself, and how they ended. One that was refused or that nobody
 * finished is remembered, so that not every call opens a browser; any other failure is shared with those only who were
 * waiting when it happened.
 */
import type { ErrorCode, PoolkeyError } from '../errors/poolkey-error.ts'
import type { SignInSettings } from '../profile/profile.ts'
import { pathIn } from '../vault/durable-file.ts'
import type { Broker } from './broker.ts'
import { attemptName } from './entry-names.ts'
import { NOTE_SUFFIX, readFailureNote, writeFailureNote } from './failure-note.ts'
import { locksFolder } from './locks.ts'
import { forgetFailures } from './shared-failure.ts'

const COOL_DOWN_MS = 120_000

// What a person did, or left undone. The rest may be over in a moment.
const REMEMBERED: readonly ErrorCode[] = ['sign-in-refused', 'sign-in-timeout']

/** Notes how an attempt with these settings ended; at its beginning, how it will have ended if its process is killed. */
export function rememberAttempt(broker: Broker, signIn: SignInSettings, error: unknown): void {
  writeFailureNote(broker, notePath(broker, signIn), error)
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
  const isRemembered = REMEMBERED.includes(note.error.code) && ageMs < COOL_DOWN_MS
  return isRemembered || startedAt < note.at ? note.error : undefined
}

/** Forgets every attempt for a session: somebody signs in by hand, or has signed in. */
export function forgetAttempts({ vault }: Broker, sessionId: string): void {
  forgetFailures(vault, sessionId)
}

function notePath(broker: Broker, signIn: SignInSettings): string {
  return pathIn(locksFolder(broker.vault), attemptName(signIn) + NOTE_SUFFIX)
}
