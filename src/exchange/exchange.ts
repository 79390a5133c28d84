/**
 * Which flow a profile asks for, step by step, and the second role after it. Which role the person may have is the
 * identity pool's and the trust policies' decision; here nothing is guessed.
 */
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import type { ChainSettings, Profile, RoleRequest } from '../profile/profile.ts'
import { providerNameOf } from '../provider-name.ts'
import type { Secret } from '../secret.ts'
import type { IdTokenClaims } from '../sign-in/claims.ts'
import { accountOf } from './credentials.ts'
import type { Credentials } from './credentials.ts'
import type { IdentityPoolClient, Logins } from './identity-pool.ts'
import type { SecurityTokenClient } from './security-token.ts'

/** The services, made on first use: a profile that never assumes a role never loads the STS client. */
export interface ExchangeClients {
  identityPool(): Promise<IdentityPoolClient>
  securityToken(): Promise<SecurityTokenClient>
}

/** Who wants credentials of which profile. */
export interface ExchangeRequest {
  profile: Profile
  /** Undefined for a guest. */
  signedIn:
    { idToken: Secret; claims: Pick<IdTokenClaims, 'issuer' | 'email' | 'username' | 'sub'> } | undefined
  /** The identity ID of an earlier exchange with the same sign-in and pool: saves GetId, whose quota is small. */
  identityId: string | undefined
  clients: ExchangeClients
  signal: AbortSignal
}

/** The credentials of the profile's last role, and the identity ID to keep for the next time; undefined where no identity pool was asked. */
export interface ExchangeResult {
  credentials: Credentials
  identityId: string | undefined
}

/** Turns a sign-in (or being a guest) into credentials. Throws `no-exchange`, `service-refused`, `unexpected-answer`, `network`. */
export async function exchangeForCredentials(request: ExchangeRequest): Promise<ExchangeResult> {
  const { profile } = request
  const first = await firstCredentials(request)
  if (!profile.chain) return first
  return { ...first, credentials: await followChain(request, profile.chain, first.credentials) }
}

/** A new guest of the profile's identity pool. Throws `service-refused`, `unexpected-answer`, `network`. */
export async function requestGuestIdentity(
  request: Pick<ExchangeRequest, 'profile' | 'clients' | 'signal'>,
): Promise<string> {
  const { profile, clients, signal } = request
  const pool = await clients.identityPool()
  return pool.requestIdentityId({ poolId: poolOf(profile).id, logins: undefined, signal })
}

async function firstCredentials(request: ExchangeRequest): Promise<ExchangeResult> {
  const { profile, signedIn, clients, signal } = request
  const { exchange } = profile
  switch (exchange.kind) {
    case 'none':
      throw new PoolkeyError('no-exchange', { profile: profile.name })
    case 'enhanced': {
      const pool = await clients.identityPool()
      return withIdentity(request, pool, async (identityId, logins) => {
        const answer = await pool.requestCredentials({
          identityId,
          logins,
          roleArn: exchange.roleArn,
          signal,
        })
        const { roleArn } = exchange
        return {
          identityId: answer.identityId,
          credentials: { ...answer.credentials, accountId: accountOf(roleArn), roleArn },
        }
      })
    }
    case 'basic': {
      const pool = await clients.identityPool()
      const { identityId, token } = await withIdentity(request, pool, (id, logins) =>
        pool.requestOpenIdToken({ identityId: id, logins, signal }),
      )
      return { identityId, credentials: await assumeWithToken(request, exchange.role, token) }
    }
    case 'web-identity':
      if (!signedIn) throw new Error('web-identity without a sign-in')
      return {
        identityId: undefined,
        credentials: await assumeWithToken(request, exchange.role, signedIn.idToken),
      }
  }
}

async function withIdentity<T>(
  request: ExchangeRequest,
  pool: IdentityPoolClient,
  use: (identityId: string, logins: Logins) => Promise<T>,
): Promise<T> {
  const { profile, signedIn, identityId: known, signal } = request
  const { id: poolId, loginsKey } = poolOf(profile)
  const logins = signedIn
    ? { [loginsKey ?? providerNameOf(signedIn.claims.issuer)]: signedIn.idToken }
    : undefined
  const ask = () => pool.requestIdentityId({ poolId, logins, signal })
  if (known === undefined) return use(await ask(), logins)
  try {
    return await use(known, logins)
  } catch (error) {
    // The identity may have been deleted, or belong to somebody else by now: ask once whose it is today.
    if (!isPoolkeyError(error, 'service-refused')) throw error
    // A guest has nothing but the identity to be known by: only one that is gone is replaced.
    const mayBeStale = signedIn ? IDENTITY_MAY_BE_STALE : IDENTITY_IS_GONE
    if (!mayBeStale.has(error.facts.name)) throw error
    const current = await ask()
    if (current === known) throw error
    return use(current, logins)
  }
}

function poolOf(profile: Profile): NonNullable<Profile['identityPool']> {
  if (!profile.identityPool) throw new Error('an identity pool flow without an identity pool')
  return profile.identityPool
}

const IDENTITY_IS_GONE = new Set(['ResourceNotFoundException'])
const IDENTITY_MAY_BE_STALE = new Set(['ResourceNotFoundException', 'NotAuthorizedException'])

async function assumeWithToken(
  request: ExchangeRequest,
  role: RoleRequest,
  token: Secret,
): Promise<Credentials> {
  const sts = await request.clients.securityToken()
  return sts.assumeRoleWithWebIdentity({
    roleArn: role.roleArn,
    sessionName: role.sessionName ?? sessionNameOf(request.signedIn?.claims),
    durationSeconds: role.durationSeconds,
    policy: role.policy,
    policyArns: role.policyArns,
    token,
    signal: request.signal,
  })
}

async function followChain(
  request: ExchangeRequest,
  chain: ChainSettings,
  credentials: Credentials,
): Promise<Credentials> {
  const sts = await request.clients.securityToken()
  return sts.assumeRole({
    roleArn: chain.roleArn,
    sessionName: chain.sessionName ?? sessionNameOf(request.signedIn?.claims),
    durationSeconds: chain.durationSeconds,
    externalId: chain.externalId,
    credentials,
    signal: request.signal,
  })
}

/** A role session name that CloudTrail readers can use: who signed in, in the characters STS allows (2 to 64 of `[\w+=,.@-]`). */
export function sessionNameOf(claims: Pick<IdTokenClaims, 'email' | 'username' | 'sub'> | undefined): string {
  const who = claims?.email ?? claims?.username ?? claims?.sub ?? 'guest'
  return who
    .replace(/[^\w+=,.@-]/g, '-')
    .slice(0, 64)
    .padEnd(2, '-')
}
