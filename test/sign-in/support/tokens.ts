import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JSONWebKeySet, JWTHeaderParameters } from 'jose'
import { CLIENT_ID, ISSUER } from './settings.ts'

export const NOW = new Date('2026-11-21T10:00:00Z')
const NOW_SECONDS = NOW.getTime() / 1000

export interface Signer {
  keys: JSONWebKeySet
  sign(claims: Record<string, unknown>, header?: Partial<JWTHeaderParameters>): Promise<string>
}

export async function createSigner(kid = 'key-1'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = await exportJWK(publicKey)
  return {
    keys: { keys: [{ ...jwk, kid, alg: 'RS256', use: 'sig' }] },
    sign: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(privateKey),
  }
}

/** Claims as Cognito writes them, valid at NOW; `undefined` in `changes` leaves one out. */
export function idTokenClaims(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const claims: Record<string, unknown> = {
    sub: 'a1b2c3d4-5678-90ab-cdef-1234567890ab',
    iss: ISSUER,
    aud: CLIENT_ID,
    token_use: 'id',
    'cognito:username': 'alice',
    'cognito:groups': ['admins'],
    'cognito:roles': ['arn:aws:iam::111122223333:role/admins'],
    'cognito:preferred_role': 'arn:aws:iam::111122223333:role/admins',
    email: 'alice@example.com',
    origin_jti: 'origin-1',
    auth_time: NOW_SECONDS - 60,
    iat: NOW_SECONDS - 10,
    exp: NOW_SECONDS + 3590,
    nonce: 'nonce-1',
    ...changes,
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}
