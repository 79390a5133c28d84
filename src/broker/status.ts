/** What is known of a profile's session and credentials without asking anybody. The shape is the contract's `status --json`. */
import type { Profile, SignInSettings } from '../profile/profile.ts'
import { serverTime } from './server-clock.ts'
import type { Broker, BrokerClock, Vault } from './broker.ts'
import { readCredentials } from './credentials.ts'
import { credentialsEntryName, sessionId } from './entry-names.ts'
import { freshnessOf, isIdTokenUsable } from './freshness.ts'
import { readSession } from './stored-session.ts'
import type { SessionOnDisk } from './stored-session.ts'

/** A session; instants are ISO 8601. */
export interface SessionStatus {
  state: 'valid' | 'refreshable' | 'ended' | 'none'
  userName?: string | undefined
  email?: string | undefined
  issuer?: string | undefined
  clientId?: string | undefined
  signedInAt?: string
  idTokenExpiresAt?: string
  accessTokenExpiresAt?: string
  refreshTokenExpiresAt?: string | undefined
}

/** What `status --json` prints. */
export interface Status {
  version: 1
  profile: string
  store: string | undefined
  clockSkewSeconds: number | undefined
  session: SessionStatus
  credentials: CredentialsStatus
}

/** Credentials; the instant is ISO 8601. */
export interface CredentialsStatus {
  state: 'fresh' | 'stale' | 'expired' | 'none'
  exchange: string
  roleArn?: string | undefined
  accountId?: string | undefined
  accessKeyId?: string
  expiresAt?: string
}

const DAY_MS = 24 * 60 * 60 * 1000

/** `broker` undefined: there is no vault yet. `now` in milliseconds of this machine's clock. */
export function readStatus(broker: Broker | undefined, about: { profile: Profile; now: number }): Status {
  const { profile, now } = about
  const session = broker && profile.signIn ? readSession(broker.vault, sessionId(profile.signIn)) : undefined
  const active = session?.state === 'active' ? session : undefined
  return {
    version: 1,
    profile: profile.name,
    store: broker?.vault.store,
    clockSkewSeconds: active && Math.round(active.clockSkewMs / 1000),
    session: sessionStatus(session, profile.signIn, broker ? serverTime(broker, active) : new Date(now)),
    credentials: broker
      ? credentialsStatus(profile, broker.vault, broker)
      : { state: 'none', exchange: profile.exchange.kind },
  }
}

/** What is known of a stored session; `signIn` is the part that the profile knows. */
export function sessionStatus(
  session: SessionOnDisk | undefined,
  signIn: Partial<Pick<SignInSettings, 'issuer' | 'clientId' | 'refreshTokenDays'>> | undefined,
  now: Date,
): SessionStatus {
  if (!session || !signIn || session.state === 'none') return { state: 'none' }
  if (session.state === 'damaged') return { state: 'ended' }
  const common = { issuer: signIn.issuer, clientId: signIn.clientId }
  if (session.state === 'ended') return { state: 'ended', userName: session.who, ...common }
  const { claims, refreshToken } = session
  const usable = isIdTokenUsable(claims, now)
  const refreshableUntil = refreshToken && signInEndsAt(session.signedInAt, signIn.refreshTokenDays)
  const refreshable = refreshToken !== undefined && !(refreshableUntil && refreshableUntil <= now)
  return {
    state: usable ? 'valid' : refreshable ? 'refreshable' : 'ended',
    userName: claims.username,
    email: claims.email,
    ...common,
    signedInAt: session.signedInAt.toISOString(),
    idTokenExpiresAt: claims.expiresAt.toISOString(),
    accessTokenExpiresAt: session.accessTokenExpiresAt.toISOString(),
    refreshTokenExpiresAt: refreshableUntil?.toISOString(),
  }
}

/** When a sign-in is over, where the profile says how long refresh tokens are valid: rotation does not prolong it. */
export function signInEndsAt(signedInAt: Date, refreshTokenDays: number | undefined): Date | undefined {
  return refreshTokenDays === undefined
    ? undefined
    : new Date(signedInAt.getTime() + refreshTokenDays * DAY_MS)
}

/** What is known of a profile's credentials. */
export function credentialsStatus(profile: Profile, vault: Vault, clock: BrokerClock): CredentialsStatus {
  const exchange = profile.exchange.kind
  const stored = readCredentials(vault, credentialsEntryName(profile))
  if (!stored) return { state: 'none', exchange }
  const { credentials, issuedAt } = stored
  const life = { issuedAt, expiresAt: credentials.expiration }
  return {
    state: freshnessOf(life, serverTime(clock, stored)),
    exchange,
    roleArn: credentials.roleArn,
    accountId: credentials.accountId ?? profile.accountId,
    accessKeyId: credentials.accessKeyId,
    expiresAt: credentials.expiration.toISOString(),
  }
}
