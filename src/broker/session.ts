/**
 * The session: loaded, refreshed by one process for all, adopted from whoever was faster, ended only by the user pool.
 * A refresh token is spent inside the `session` lock, and a rotated one is on disk before anything else happens.
 */
import { randomUUID } from 'node:crypto'
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import { listEntries, readEntry, removeEntry } from '../vault/entries.ts'
import { readClock, serverTime } from './server-clock.ts'
import type { Broker, Vault } from './broker.ts'
import { credentialsPrefix, sessionEntryName, sessionId } from './entry-names.ts'
import { endsSession, requestFreshTokens } from './fresh-tokens.ts'
import { isIdTokenUsable } from './freshness.ts'
import { FieldError } from './json-fields.ts'
import { withBrokerLock } from './locks.ts'
import { writeSealed } from './sealed-write.ts'
import { parseSession, serializeSession, whoIs } from './session-entry.ts'
import type { Session, StoredSession } from './session-entry.ts'
import { forgetFailures, onceForAll } from './shared-failure.ts'
import type { SignInSettings } from '../profile/profile.ts'
import type { SignedIn } from '../sign-in/browser-sign-in.ts'
import type { ReceivedTokens } from '../sign-in/token-answer.ts'

/** What stands on disk of a session: nothing, something that cannot be read, or what was stored. */
export type SessionOnDisk = StoredSession | { state: 'none' } | { state: 'damaged'; problem: string }

/** Reads what is stored of a session, without a lock. */
export function readSession(vault: Vault, id: string): SessionOnDisk {
  const entry = readEntry({ ...vault, name: sessionEntryName(id) })
  switch (entry.kind) {
    case 'absent':
      return { state: 'none' }
    case 'damaged':
      return { state: 'damaged', problem: entry.problem }
    case 'found':
      try {
        return parseSession(entry.plaintext)
      } catch (error) {
        if (error instanceof FieldError || isPoolkeyError(error, 'id-token-invalid')) {
          return { state: 'damaged', problem: error.message }
        }
        throw error
      }
  }
}

/** The session of the broker's profile as it stands on disk. Throws `sign-in-required` where there is none that can be used. */
export function currentSession(broker: Broker): Session {
  const stored = readSession(broker.vault, sessionId(signInOf(broker)))
  if (stored.state === 'active') return stored
  throw signInRequired(broker, stored.state)
}

/** The ids of all sessions in the vault, whichever profiles lead to them. */
export function listSessions({ folder }: Vault): string[] {
  const prefix = sessionEntryName('')
  return listEntries(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
}

/** Whether the profile's session will do without a person, as far as is known here. */
export function isSignedIn(broker: Broker): boolean {
  const stored = readSession(broker.vault, sessionId(signInOf(broker)))
  return stored.state === 'active' && (hasUsableIdToken(broker, stored) || stored.refreshToken !== undefined)
}

/** Who has a session in the vault that has not ended, whatever profile it belongs to. */
export function listSignedIn(vault: Vault): string[] {
  return listSessions(vault).flatMap((id) => {
    const stored = readSession(vault, id)
    return stored.state === 'active' ? [whoIs(stored.claims)] : []
  })
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
  const id = sessionId(signInOf(broker))
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
  writeSession(broker, session)
  const { http, signal } = broker
  // The old refresh token is spent by now: the next one is kept whatever else is wrong with the answer, unless it is
  // somebody else's.
  const onReceived = (received: ReceivedTokens): void => {
    expectSame('sub', session.claims.sub, received.sub)
    if (!isSamePool(signIn, session.claims.issuer, received.issuer)) {
      expectSame('iss', session.claims.issuer, received.issuer)
    }
    if (!received.refreshToken || received.refreshToken.equals(refreshToken)) return
    writeSession(broker, { ...session, refreshToken: received.refreshToken })
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
    writeSession(broker, refreshed)
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
  writeSession(broker, { state: 'ended', who: whoIs(refused.claims), endedAt: serverTime(broker) })
  throw signInRequired(broker, 'ended', cause)
}

/**
 * Makes a verified sign-in the session, and everything minted from the one before it void. Takes the `session` lock.
 * Throws `sign-in-required` when `logout --all` wiped the vault since it was opened.
 */
export async function storeSignIn(broker: Broker, signedIn: SignedIn): Promise<Session> {
  const id = sessionId(signInOf(broker))
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
    writeSession(broker, session)
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
  writeSession(broker, {
    ...session,
    identityIds: { ...session.identityIds, [identity.poolId]: identity.id },
  })
}

/** Removes all credentials minted from a session, and what is known of failures to get them. */
export function wipeCredentials(vault: Vault, holder: string): void {
  forgetFailures(vault, holder)
  for (const name of listEntries(vault.folder)) {
    if (name.startsWith(credentialsPrefix(holder))) removeEntry({ folder: vault.folder, name })
  }
}

function writeSession(broker: Broker, session: StoredSession): void {
  const issuedAt = session.state === 'active' ? session.claims.issuedAt : session.endedAt
  writeSealed(broker, {
    name: sessionEntryName(sessionId(signInOf(broker))),
    header: {
      kind: 'session',
      issuedAt: issuedAt.toISOString(),
      ...(session.state === 'active' ? { expiresAt: session.claims.expiresAt.toISOString() } : {}),
    },
    plaintext: serializeSession(session),
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

function signInOf(broker: Broker): SignInSettings {
  if (!broker.profile.signIn) throw new Error('a session without sign-in settings')
  return broker.profile.signIn
}
