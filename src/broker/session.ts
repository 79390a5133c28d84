/**
 * The session of a profile: refreshed by one process for all, adopted from whoever was faster, ended only by the user pool.
 * A refresh token is spent inside the `session` lock, and a rotated one is on disk before anything else happens.
 */
import { randomUUID } from 'node:crypto'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { SignInSettings } from '../profile/profile.ts'
import type { SignedIn } from '../sign-in/browser-sign-in.ts'
import type { ReceivedTokens } from '../sign-in/token-answer.ts'
import type { Broker } from './broker.ts'
import { sessionId } from './entry-names.ts'
import { endsSession, requestFreshTokens } from './fresh-tokens.ts'
import { isIdTokenUsable } from './freshness.ts'
import { withBrokerLock } from './locks.ts'
import { readClock, serverTime } from './server-clock.ts'
import { whoIs } from './session-entry.ts'
import type { Session } from './session-entry.ts'
import { onceForAll } from './shared-failure.ts'
import { readSession, wipeCredentials, writeSession } from './stored-session.ts'

/** The session of the broker's profile as it stands on disk. Throws `sign-in-required` where there is none that can be used. */
export function currentSession(broker: Broker): Session {
  const stored = readSession(broker.vault, sessionIdOf(broker))
  if (stored.state === 'active') return stored
  throw signInRequired(broker, stored.state)
}

/** Whether the profile's session will do without a person, as far as is known here. */
export function isSignedIn(broker: Broker): boolean {
  const stored = readSession(broker.vault, sessionIdOf(broker))
  return stored.state === 'active' && (hasUsableIdToken(broker, stored) || stored.refreshToken !== undefined)
}

/**
 * The session of the broker's profile with an ID token that will be accepted; `patienceMs` as for a lock. Throws
 * `sign-in-required` when a person is needed.
 */
export async function obtainSession(
  broker: Broker,
  options: { patienceMs?: number | undefined } = {},
): Promise<Session> {
  const stored = currentSession(broker)
  if (hasUsableIdToken(broker, stored)) return stored
  const id = sessionIdOf(broker)
  return onceForAll(broker, {
    lock: { kind: 'session', id, ...options },
    lookAgain: () => {
      const session = currentSession(broker)
      return hasUsableIdToken(broker, session) ? session : undefined
    },
    work: () => refreshSession(broker, currentSession(broker)),
  })
}

/** Refreshes whatever the ID token's age, for claims that are as new as can be. */
export async function refreshSession(broker: Broker, session: Session): Promise<Session> {
  const signIn = signInOf(broker)
  const { refreshToken } = session
  if (!refreshToken) throw signInRequired(broker, 'no-refresh-token')
  // The whole write is rehearsed before the token is spent: a rotated token that finds no place on disk would be lost.
  writeSession(broker, sessionIdOf(broker), session)
  const { http, signal } = broker
  // The old refresh token is spent by now: the next one is kept whatever else is wrong with the answer, unless it is
  // somebody else's.
  const onReceived = (received: ReceivedTokens): void => {
    expectSame('sub', session.claims.sub, received.sub)
    if (!isSamePool(signIn, session.claims.issuer, received.issuer)) {
      expectSame('iss', session.claims.issuer, received.issuer)
    }
    if (!received.refreshToken || received.refreshToken.equals(refreshToken)) return
    writeSession(broker, sessionIdOf(broker), { ...session, refreshToken: received.refreshToken })
  }
  try {
    const answer = await requestFreshTokens(broker, { signIn, session, refreshToken, onReceived })
    const { requestKeys, verifyIdToken } = await import('../sign-in/id-token.ts')
    const { claims, keys } = await verifyIdToken({
      token: answer.idToken,
      accessToken: answer.accessToken,
      signIn,
      nonce: undefined,
      knownKeys: session.keys,
      fetchKeys: () => requestKeys({ issuer: signIn.issuer, http, signal }),
      now: serverTime(broker, session),
    })
    const now = serverTime(broker, session)
    const refreshed: Session = {
      ...session,
      refreshToken: answer.refreshToken ?? refreshToken,
      idToken: answer.idToken,
      accessToken: answer.accessToken,
      accessTokenExpiresAt: new Date(now.getTime() + answer.expiresInSeconds * 1000),
      claims,
      keys,
      ...readClock(broker, session),
    }
    writeSession(broker, sessionIdOf(broker), refreshed)
    // It was finished for whoever comes next.
    signal.throwIfAborted()
    return refreshed
  } catch (error) {
    if (!endsSession(error)) throw error
    return adoptOrEnd(broker, session, error)
  }
}

/** A pool may go over from one form of its issuer to the other. */
function isSamePool({ acceptedIssuers }: SignInSettings, ...issuers: (string | undefined)[]): boolean {
  return issuers.every((issuer) => issuer !== undefined && acceptedIssuers.includes(issuer))
}

/** The refresh token was refused: if somebody stored another one meanwhile, theirs is used; else the session has ended. */
async function adoptOrEnd(broker: Broker, refused: Session, cause: unknown): Promise<Session> {
  const current = currentSession(broker)
  const isStillRefused =
    current.refreshToken && refused.refreshToken && current.refreshToken.equals(refused.refreshToken)
  if (!isStillRefused) return hasUsableIdToken(broker, current) ? current : refreshSession(broker, current)
  writeSession(broker, sessionIdOf(broker), {
    state: 'ended',
    who: whoIs(refused.claims),
    endedAt: serverTime(broker),
  })
  throw signInRequired(broker, 'ended', cause)
}

/**
 * Makes a verified sign-in the session, and everything minted from the one before it void. Takes the `session` lock.
 * Throws `sign-in-required` when `logout --all` wiped the vault since it was opened.
 */
export async function storeSignIn(broker: Broker, signedIn: SignedIn): Promise<Session> {
  const id = sessionIdOf(broker)
  const now = serverTime(broker)
  const { tokens, claims, keys, byPassword } = signedIn
  const session: Session = {
    state: 'active',
    signInId: randomUUID(),
    signedInAt: now,
    idToken: tokens.idToken,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    accessTokenExpiresAt: new Date(now.getTime() + tokens.expiresInSeconds * 1000),
    claims,
    keys,
    identityIds: {},
    byPassword,
    ...readClock(broker),
  }
  return withBrokerLock(broker, { kind: 'session', id }, () => {
    // Credentials first: a crash in between leaves the old session without them, never a new person with the old one's.
    wipeCredentials(broker.vault, id)
    writeSession(broker, id, session)
    return Promise.resolve(session)
  })
}

/** Keeps an identity ID with the session it was asked for, unless that session is gone. Needs the `session` lock. */
export function rememberIdentity(
  broker: Broker,
  session: Session,
  identity: { poolId: string; id: string },
): void {
  if (session.identityIds[identity.poolId] === identity.id) return
  writeSession(broker, sessionIdOf(broker), {
    ...session,
    identityIds: { ...session.identityIds, [identity.poolId]: identity.id },
  })
}

/** Whether the ID token will be accepted, by the servers' clock as far as it is known by now. */
export function hasUsableIdToken(broker: Broker, session: Session): boolean {
  return isIdTokenUsable(session.claims, serverTime(broker, session))
}

/** What cannot be told is not another one: the verification after it insists on both. */
function expectSame(check: string, expected: string, got: string | undefined): void {
  if (got !== undefined && expected !== got)
    throw new PoolkeyError('id-token-invalid', { check, expected, got })
}

function signInRequired(
  broker: Broker,
  reason: 'none' | 'ended' | 'damaged' | 'no-refresh-token',
  cause?: unknown,
): PoolkeyError {
  return new PoolkeyError('sign-in-required', { profile: broker.profile.name, reason }, { cause })
}

function sessionIdOf(broker: Broker): string {
  return sessionId(signInOf(broker))
}

function signInOf(broker: Broker): SignInSettings {
  if (!broker.profile.signIn) throw new Error('a session without sign-in settings')
  return broker.profile.signIn
}
