/** How long lives what a profile has, from when to when: for who draws it. */
import { readCredentials } from './credentials.ts'
import { credentialsEntryName, sessionId } from './entry-names.ts'
import type { Broker } from './broker.ts'
import type { Lifetime } from './freshness.ts'
import { readSession } from './stored-session.ts'
import { signInEndsAt } from './status.ts'

/** What a profile has that runs out. */
export interface Lives {
  idToken?: Lifetime
  /** The sign-in itself, where the profile says how long refresh tokens are valid. */
  signIn?: Lifetime
  credentials?: Lifetime
}

/** What of it there is. `broker` undefined: there is no vault yet. */
export function readLives(broker: Broker | undefined): Lives {
  if (!broker) return {}
  const { profile, vault } = broker
  const { signIn } = profile
  const lives: Lives = {}
  const session = signIn && readSession(vault, sessionId(signIn))
  if (session?.state === 'active') {
    const { claims, signedInAt, refreshToken } = session
    lives.idToken = { issuedAt: claims.issuedAt, expiresAt: claims.expiresAt }
    const expiresAt = refreshToken && signInEndsAt(signedInAt, signIn?.refreshTokenDays)
    if (expiresAt) lives.signIn = { issuedAt: signedInAt, expiresAt }
  }
  const stored = readCredentials(vault, credentialsEntryName(profile))
  if (stored) lives.credentials = { issuedAt: stored.issuedAt, expiresAt: stored.credentials.expiration }
  return lives
}
