/** What is known of a profile's session and credentials without asking anybody. The shape is the contract's `status --json`. */
import type { Profile } from '../profile/profile.ts'
import { serverTime } from './broker.ts'
import type { Broker } from './broker.ts'
import { readCredentials } from './credentials.ts'
import { credentialsEntryName, sessionId } from './entry-names.ts'
import { freshnessOf, isIdTokenUsable } from './freshness.ts'
import { readSession } from './session.ts'

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

export interface Status {
  version: 1
  profile: string
  store: string | undefined
  clockSkewSeconds: number | undefined
  session: SessionStatus
  credentials: {
    state: 'fresh' | 'stale' | 'expired' | 'none'
    exchange: string
    roleArn?: string | undefined
    accountId?: string | undefined
    accessKeyId?: string
    expiresAt?: string
  }
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
    session: sessionStatus(session, profile, broker ? serverTime(broker, active) : new Date(now)),
    credentials: credentialsStatus(broker, profile),
  }
}

function sessionStatus(
  session: ReturnType<typeof readSession> | undefined,
  profile: Profile,
  now: Date,
): SessionStatus {
  const { signIn } = profile
  if (!session || !signIn || session.state === 'none') return { state: 'none' }
  if (session.state === 'damaged') return { state: 'ended' }
  const common = { issuer: signIn.issuer, clientId: signIn.clientId }
  if (session.state === 'ended') return { state: 'ended', userName: session.who, ...common }
  const { claims, refreshToken } = session
  const usable = isIdTokenUsable(claims, now)
  const days = signIn.refreshTokenDays
  const refreshableUntil =
    days === undefined || !refreshToken ? undefined : new Date(session.signedInAt.getTime() + days * DAY_MS)
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

function credentialsStatus(broker: Broker | undefined, profile: Profile): Status['credentials'] {
  const exchange = profile.exchange.kind
  const stored = broker ? readCredentials(broker.vault, credentialsEntryName(profile)) : undefined
  if (!broker || !stored) return { state: 'none', exchange }
  const { credentials, issuedAt } = stored
  const life = { issuedAt, expiresAt: credentials.expiration }
  return {
    state: freshnessOf(life, serverTime(broker, stored)),
    exchange,
    roleArn: credentials.roleArn,
    accountId: credentials.accountId ?? profile.accountId,
    accessKeyId: credentials.accessKeyId,
    expiresAt: credentials.expiration.toISOString(),
  }
}
