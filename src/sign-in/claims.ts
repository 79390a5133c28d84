import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { parseJsonObject } from '../json-object.ts'
import type { Secret } from '../secret.ts'

// Cognito's longest is a day. A date far beyond any lifetime is a broken or forged token, not a long session.
const MAX_LIFETIME_MS = 7 * 24 * 60 * 60 * 1_000
const MAX_SUBJECT_LENGTH = 255
const MAX_TEXT_LENGTH = 2_048

/** What a verified ID token says. `raw` holds every claim under its wire name. */
export interface IdTokenClaims {
  sub: string
  issuer: string
  username: string | undefined
  email: string | undefined
  groups: string[]
  roles: string[]
  preferredRole: string | undefined
  issuedAt: Date
  expiresAt: Date
  authenticatedAt: Date | undefined
  originJti: string | undefined
  raw: Record<string, unknown>
}

/** The claims of a payload that was verified before, such as a stored one. Throws `id-token-invalid` when it is damaged. */
export function readClaims(raw: Record<string, unknown>): IdTokenClaims {
  const { iss, sub, auth_time: authTime } = raw
  if (typeof iss !== 'string') throw invalid('iss', 'a text', iss)
  if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_LENGTH) {
    throw invalid('sub', `a text of 1 to ${MAX_SUBJECT_LENGTH} characters`, sub)
  }
  return {
    sub,
    issuer: iss,
    username: optionalText(raw, 'cognito:username'),
    email: optionalText(raw, 'email'),
    groups: textList(raw['cognito:groups']),
    roles: textList(raw['cognito:roles']),
    preferredRole: optionalText(raw, 'cognito:preferred_role'),
    issuedAt: new Date(seconds(raw, 'iat') * 1_000),
    expiresAt: new Date(seconds(raw, 'exp') * 1_000),
    authenticatedAt: isSeconds(authTime) ? new Date(authTime * 1_000) : undefined,
    originJti: optionalText(raw, 'origin_jti'),
    raw,
  }
}

/** The claims of a token that nobody has verified: good for a comparison, never for trust. Throws `id-token-invalid`. */
export function decodeClaims(token: Secret): IdTokenClaims {
  const [, payload = ''] = token.reveal().split('.')
  return readClaims(parsePayload(Buffer.from(payload, 'base64url')))
}

/** The JSON object that a token's payload holds. Throws `id-token-invalid` without quoting it. */
export function parsePayload(payload: Uint8Array): Record<string, unknown> {
  const claims = isUtf8(payload) ? parseJsonObject(Buffer.from(payload).toString('utf8')) : undefined
  if (!claims) throw invalid('format', 'a JSON object of claims')
  return claims
}

/** What the claims must fit. `nonce` undefined: none was sent, so none is checked. */
export interface ExpectedClaims {
  acceptedIssuers: string[]
  clientId: string
  nonce: string | undefined
  accessToken: Secret | undefined
  now: Date
  toleranceSeconds: number
}

/**
 * Checks every claim of a payload whose signature is verified (OpenID Connect Core 3.1.3.7, Cognito's token_use).
 * Throws `id-token-invalid`, naming the first check that failed.
 */
export function checkClaims(raw: Record<string, unknown>, expected: ExpectedClaims): IdTokenClaims {
  const { iss, aud, azp, nonce, token_use: tokenUse, at_hash: accessTokenHash } = raw
  const { clientId, acceptedIssuers } = expected

  if (typeof iss !== 'string' || !acceptedIssuers.includes(iss))
    throw invalid('iss', acceptedIssuers.join(' or '), iss)
  // Cognito writes a single value; an array could name others beside us.
  if (aud !== clientId) throw invalid('aud', clientId, aud)
  if (azp !== undefined && azp !== clientId) throw invalid('azp', clientId, azp)
  if (tokenUse !== 'id') throw invalid('token_use', 'id', tokenUse)
  if (expected.nonce !== undefined && nonce !== expected.nonce)
    throw invalid('nonce', 'the nonce of this sign-in')
  if (accessTokenHash !== undefined && expected.accessToken !== undefined) {
    if (accessTokenHash !== leftHalfHash(expected.accessToken))
      throw invalid('at_hash', 'the hash of the access token')
  }
  const claims = readClaims(raw)
  checkTimes(claims, expected)
  return claims
}

function checkTimes({ issuedAt, expiresAt }: IdTokenClaims, expected: ExpectedClaims): void {
  const now = expected.now.getTime()
  const toleranceMs = expected.toleranceSeconds * 1_000
  const clock = expected.now.toISOString()
  if (issuedAt.getTime() > now + toleranceMs) throw invalid('iat', `before ${clock}`, issuedAt.toISOString())
  if (expiresAt.getTime() <= now - toleranceMs)
    throw invalid('exp', `after ${clock}`, expiresAt.toISOString())
  const lifetimeMs = expiresAt.getTime() - issuedAt.getTime()
  if (lifetimeMs <= 0 || lifetimeMs > MAX_LIFETIME_MS) {
    throw invalid('exp', 'at most 7 days after iat', expiresAt.toISOString())
  }
}

/** The error for a failed check; `got` is shortened, and only a text or a number is shown. */
export function invalid(check: string, expected?: string, got?: unknown): PoolkeyError<'id-token-invalid'> {
  return new PoolkeyError('id-token-invalid', {
    check,
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got: describe(got) }),
  })
}

function describe(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return Array.isArray(value) ? 'a list' : typeof value
  return value.length <= 200 ? value : `${value.slice(0, 200)}…`
}

function leftHalfHash(token: Secret): string {
  return createHash('sha256').update(token.reveal()).digest().subarray(0, 16).toString('base64url')
}

function optionalText(raw: Record<string, unknown>, name: string): string | undefined {
  const value = raw[name]
  // A trigger may write anything into a claim: a wrong type is as good as absent, nothing here decides about access.
  if (typeof value !== 'string' || value === '') return undefined
  if (value.length > MAX_TEXT_LENGTH) throw invalid(name, `at most ${MAX_TEXT_LENGTH} characters`)
  return value
}

// Tokens carry lists; one AWS page calls cognito:roles a comma-separated text.
function textList(value: unknown): string[] {
  const items: unknown[] = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : []
  return items.filter((item) => typeof item === 'string').filter((item) => item !== '')
}

function seconds(raw: Record<string, unknown>, name: string): number {
  const value = raw[name]
  if (!isSeconds(value)) throw invalid(name, 'a number of seconds', value)
  return value
}

// Up to the year 9999, so that every instant can be printed.
function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 253_402_300_799
}
