import type { JSONWebKeySet, JWK } from 'jose'
import { isJsonObject } from '../json-object.ts'

// More than any issuer has; each may cost a signature check.
const MAX_KEYS = 100

/**
 * The public RSA signing keys in an issuer's key document or in a stored one (RFC 7517), with the members that are used;
 * other keys are left out. `undefined` when nothing usable remains.
 */
export function parseSigningKeys(value: unknown): JSONWebKeySet | undefined {
  const listed: unknown = isJsonObject(value) ? value['keys'] : undefined
  if (!Array.isArray(listed)) return undefined
  const keys = listed.slice(0, MAX_KEYS).flatMap(parseSigningKey)
  return keys.length === 0 ? undefined : { keys }
}

/** The keys a token may be signed with: those of its key ID, or all of them when it names none. */
export function keysFor(keys: JSONWebKeySet, kid: string | undefined): JWK[] {
  return kid === undefined ? keys.keys : keys.keys.filter((key) => key.kid === kid)
}

function parseSigningKey(value: unknown): JWK[] {
  if (!isJsonObject(value) || value['kty'] !== 'RSA') return []
  const { n, e, kid, use, alg } = value
  if (typeof n !== 'string' || typeof e !== 'string') return []
  if ((use !== undefined && use !== 'sig') || (alg !== undefined && alg !== 'RS256')) return []
  return [{ kty: 'RSA', n, e, ...(typeof kid === 'string' ? { kid } : {}) }]
}
