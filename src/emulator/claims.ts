/** The claims of Cognito's tokens, as the developer guide and real tokens show them. */
import { createHash, randomUUID } from 'node:crypto'
import { subjectOf } from './configuration.ts'
import type { EmulatorGroup, EmulatorSettings, EmulatorUser } from './configuration.ts'
import type { SignIn } from './sign-ins.ts'

interface TokenFacts {
  settings: EmulatorSettings
  issuer: string
  signIn: SignIn
  now: number
}

/**
 * `cognito:groups`, `cognito:roles` and `cognito:preferred_role` of a user. The preferred role is the one of the group
 * with the lowest precedence; when several groups tie with different roles there is none.
 */
export function groupClaims(user: EmulatorUser, groups: readonly EmulatorGroup[]): Record<string, unknown> {
  const names = user.groups ?? []
  if (names.length === 0) return {}
  const withRole = groups.filter(({ name, roleArn }) => names.includes(name) && roleArn !== undefined)
  const roles = [...new Set(withRole.map(({ roleArn }) => roleArn))]
  const best = Math.min(...withRole.map(rankOf))
  const preferred = [
    ...new Set(withRole.filter((group) => rankOf(group) === best).map(({ roleArn }) => roleArn)),
  ]
  return {
    'cognito:groups': names,
    ...(roles.length > 0 ? { 'cognito:roles': roles } : {}),
    ...(preferred.length === 1 ? { 'cognito:preferred_role': preferred[0] } : {}),
  }
}

/** The access token: no `aud` unless a resource was asked for. */
export function accessTokenClaims(facts: TokenFacts): Record<string, unknown> {
  const { settings, issuer, signIn, now } = facts
  const groups = signIn.user.groups ?? []
  return {
    sub: subjectOf(signIn.user),
    ...(groups.length > 0 ? { 'cognito:groups': groups } : {}),
    iss: issuer,
    version: 2,
    client_id: settings.clientId,
    ...(signIn.resource === undefined ? {} : { aud: signIn.resource }),
    origin_jti: signIn.originJti,
    event_id: randomUUID(),
    token_use: 'access',
    scope: signIn.scopes.join(' '),
    auth_time: secondsOf(signIn.authenticatedAt.getTime()),
    exp: secondsOf(now) + settings.accessTokenSeconds,
    iat: secondsOf(now),
    jti: randomUUID(),
    username: signIn.user.username,
    ...markClaim(settings),
  }
}

/** The ID token. `nonce` is what the authorization request sent, and nothing when it sent none. */
export function idTokenClaims(
  facts: TokenFacts & { accessToken: string; nonce: string | undefined },
): Record<string, unknown> {
  const { settings, issuer, signIn, now, accessToken, nonce } = facts
  const { user } = signIn
  return {
    at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
    sub: subjectOf(user),
    ...groupClaims(user, settings.groups),
    iss: issuer,
    'cognito:username': user.username,
    ...(nonce === undefined ? {} : { nonce }),
    origin_jti: signIn.originJti,
    aud: settings.clientId,
    event_id: randomUUID(),
    token_use: 'id',
    auth_time: secondsOf(signIn.authenticatedAt.getTime()),
    exp: secondsOf(now) + settings.idTokenSeconds,
    iat: secondsOf(now),
    jti: randomUUID(),
    ...attributesOf(user, signIn.scopes),
    ...markClaim(settings),
  }
}

/** The attributes a set of scopes opens; `openid` by itself opens them all. */
export function attributesOf(user: EmulatorUser, scopes: readonly string[]): Record<string, unknown> {
  const isAll = !scopes.some((scope) => scope === 'email' || scope === 'profile' || scope === 'phone')
  return {
    ...(isAll || scopes.includes('profile') ? user.attributes : {}),
    ...(isAll || scopes.includes('email')
      ? { email: user.email, email_verified: user.emailVerified ?? true }
      : {}),
  }
}

function markClaim(settings: EmulatorSettings): Record<string, string> {
  return settings.secretMark === '' ? {} : { 'custom:mark': settings.secretMark }
}

function rankOf(group: EmulatorGroup): number {
  return group.precedence ?? Number.MAX_SAFE_INTEGER
}

function secondsOf(ms: number): number {
  return Math.floor(ms / 1000)
}
