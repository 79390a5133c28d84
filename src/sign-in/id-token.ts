import { compactVerify, decodeProtectedHeader, importJWK } from 'jose'
import type { JSONWebKeySet, JWK } from 'jose'
import type { Http } from '../http/http.ts'
import { notTheProtocol, parseJsonAnswer } from '../http/json-answer.ts'
import type { HttpRequest } from '../http/one-request.ts'
import { requestWithRetries } from '../http/request-retry.ts'
import type { Wait } from '../http/request-retry.ts'
import type { Secret } from '../secret.ts'
import { checkClaims, invalid, parsePayload } from './claims.ts'
import type { IdTokenClaims } from './claims.ts'
import { keysFor, parseSigningKeys } from './signing-keys.ts'

/** A token, and what it must say; the clocks may differ by `toleranceSeconds`, 60 unless said. */
export interface VerifyIdTokenOptions {
  token: Secret
  /** Checked against `at_hash` where the ID token has one. */
  accessToken?: Secret
  signIn: { acceptedIssuers: string[]; clientId: string }
  /** The nonce that was sent; undefined for a refresh, where a nonce in the token is not looked at. */
  nonce: string | undefined
  /** Keys kept from before; they are fetched when there are none or none of them fits, once. */
  knownKeys: JSONWebKeySet | undefined
  fetchKeys: () => Promise<JSONWebKeySet>
  now: Date
  toleranceSeconds?: number
}

// Tokens of people in hundreds of groups reach a few tens of kilobytes.
const MAX_TOKEN_LENGTH = 256 * 1024

/**
 * Verifies an ID token: the RS256 signature by a key of the issuer first, then every claim. Returns the claims and the
 * keys in use, to be kept for the next time. Throws `id-token-invalid`, and what `fetchKeys` throws.
 */
export async function verifyIdToken(
  options: VerifyIdTokenOptions,
): Promise<{ claims: IdTokenClaims; keys: JSONWebKeySet }> {
  const { token, signIn } = options
  const kid = checkHeader(token)
  const knownKeys = parseSigningKeys(options.knownKeys)
  let keys = knownKeys ?? (await options.fetchKeys())
  if (knownKeys && keysFor(keys, kid).length === 0) keys = await options.fetchKeys()
  const candidates = keysFor(keys, kid)
  if (candidates.length === 0) throw invalid('signing key', 'a key of the issuer', kid)

  const payload = await verifySignature(token, candidates)
  const claims = checkClaims(parsePayload(payload), {
    acceptedIssuers: signIn.acceptedIssuers,
    clientId: signIn.clientId,
    nonce: options.nonce,
    accessToken: options.accessToken,
    now: options.now,
    toleranceSeconds: options.toleranceSeconds ?? 60,
  })
  return { claims, keys }
}

/** The issuer's current keys, from `<issuer>/.well-known/jwks.json`. Throws `unexpected-answer` and what `Http` throws. */
export async function requestKeys(options: {
  issuer: string
  http: Http
  signal: AbortSignal
  wait?: Wait
}): Promise<JSONWebKeySet> {
  const request: HttpRequest = {
    operation: 'the signing keys',
    method: 'GET',
    url: new URL(`${options.issuer.replace(/\/$/, '')}/.well-known/jwks.json`),
    headers: { Accept: 'application/json' },
    signal: options.signal,
  }
  const answer = await requestWithRetries(options.http, request, options.wait)
  const origin = { host: request.url.host, operation: request.operation }
  const keys = parseSigningKeys(parseJsonAnswer(answer, origin))
  if (keys === undefined) throw notTheProtocol(answer, origin, 'there is no RSA signing key in it')
  return keys
}

function checkHeader(token: Secret): string | undefined {
  const text = token.reveal()
  if (text.length > MAX_TOKEN_LENGTH)
    throw invalid('size', `at most ${MAX_TOKEN_LENGTH} characters`, text.length)
  const { alg, kid } = decodeHeader(text)
  if (alg !== 'RS256') throw invalid('alg', 'RS256', alg)
  return kid
}

function decodeHeader(text: string): { alg: unknown; kid: string | undefined } {
  try {
    const { alg, kid } = decodeProtectedHeader(text)
    return { alg, kid: typeof kid === 'string' ? kid : undefined }
  } catch {
    // The cause may quote the token.
    throw invalid('format', 'a signed JSON Web Token')
  }
}

async function verifySignature(token: Secret, candidates: JWK[]): Promise<Uint8Array> {
  for (const candidate of candidates) {
    try {
      const key = await importJWK(candidate, 'RS256')
      const { payload } = await compactVerify(token.reveal(), key, { algorithms: ['RS256'] })
      return payload
    } catch {
      // Not signed by this key, or the key itself is broken: another one may fit.
    }
  }
  throw invalid('signature', 'made by a key of the issuer')
}
