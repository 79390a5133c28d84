import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { assembleToken } from './json-web-token.ts'
import type { Signer } from './json-web-token.ts'
import type { SigningKey } from './signing-keys.ts'

/** What to falsify about the ID tokens minted from now on: one scenario of an OpenID relying-party test suite. */
export interface Forgery {
  /** Only tokens of this grant; both when absent. */
  grant?: 'authorization_code' | 'refresh_token'
  /** How many tokens; all until the forgery is replaced when absent. */
  times?: number
  claims?: Record<string, unknown>
  dropClaims?: string[]
  header?: Record<string, unknown>
  dropHeader?: string[]
  /** The algorithm, with a signature that is right for it. HS256 is keyed by `hmacKey`. */
  alg?: 'none' | 'HS256' | 'ES256' | 'RS256' | 'RS384' | 'RS512'
  hmacKey?: 'client-secret' | 'public-key'
  /** `embedded-key`: made with another key, whose public half the header holds as `jwk` (RFC 7515 section 4.1.3). */
  signature?: 'broken' | 'other-key' | 'embedded-key' | 'empty'
  /** `access-token`: the access token stands in the place of the ID token; `absent`: there is none. */
  idToken?: 'access-token' | 'absent'
}

/** An ID token falsified as `forgery` asks; without one of its wishes it is like the real one. */
export function forgeToken(parts: {
  forgery: Forgery
  claims: Record<string, unknown>
  key: SigningKey
  clientSecret: string | undefined
}): string {
  const { forgery } = parts
  const alg = forgery.alg ?? 'RS256'
  const signer = signerOf(alg, parts)
  const names = { kid: parts.key.kid, alg, ...embeddedKey(forgery, signer) }
  const token = assembleToken({
    header: without({ ...names, ...forgery.header }, forgery.dropHeader),
    claims: without({ ...parts.claims, ...forgery.claims }, forgery.dropClaims),
    signer,
  })
  if (forgery.signature === 'empty') return token.slice(0, token.lastIndexOf('.') + 1)
  if (forgery.signature === 'broken')
    return `${token.slice(0, token.lastIndexOf('.') + 1)}${randomBytes(256).toString('base64url')}`
  return token
}

function signerOf(
  alg: Signer['alg'],
  parts: { forgery: Forgery; key: SigningKey; clientSecret: string | undefined },
): Signer {
  switch (alg) {
    case 'none':
      return { alg }
    case 'HS256':
      return {
        alg,
        secret:
          parts.forgery.hmacKey === 'client-secret' ? (parts.clientSecret ?? '') : publicKeyText(parts.key),
      }
    case 'ES256':
      return { alg, key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }
    case 'RS256':
    case 'RS384':
    case 'RS512':
      return { alg, key: isOtherKey(parts.forgery) ? otherKey() : parts.key.privateKey }
  }
}

function isOtherKey({ signature }: Forgery): boolean {
  return signature === 'other-key' || signature === 'embedded-key'
}

function embeddedKey({ signature }: Forgery, signer: Signer): Record<string, unknown> {
  if (signature !== 'embedded-key' || !('key' in signer)) return {}
  return { jwk: createPublicKey(signer.key).export({ format: 'jwk' }) }
}

/** The classic confusion: a verifier that takes the public key for the secret of an HMAC. */
function publicKeyText(key: SigningKey): string {
  return key.publicKey.export({ format: 'pem', type: 'spki' }).toString()
}

function otherKey() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
}

function without(object: Record<string, unknown>, names: readonly string[] = []): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}
