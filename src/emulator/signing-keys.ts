import { createHash, createPublicKey, generateKeyPair } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

/** A public RSA key and the name it has in the key set. */
export interface VerificationKey {
  kid: string
  publicKey: KeyObject
}

/** An RSA key pair and the name it has in the key set. */
export interface SigningKey extends VerificationKey {
  privateKey: KeyObject
}

/** The user pool signs ID and access tokens with different keys; the identity pool has one of its own. */
export interface SigningKeys {
  id: SigningKey
  access: SigningKey
  identityPool: SigningKey
}

let keysOfThisProcess: Promise<SigningKeys> | undefined

/**
 * The keys, made once a process: two emulators of one process share them. Three RSA keys cost about a quarter of a
 * second, and tests start emulators by the dozen; that is worth this one piece of module state.
 */
export function signingKeys(): Promise<SigningKeys> {
  keysOfThisProcess ??= generateSigningKeys()
  return keysOfThisProcess
}

/** New keys, as when a pool rotates them. */
export async function generateSigningKeys(): Promise<SigningKeys> {
  const [id, access, identityPool] = await Promise.all([generateKey(), generateKey(), generateKey()])
  return { id, access, identityPool }
}

/** The public half as a member of a JSON Web Key Set. */
export function publicJwk(key: SigningKey): JsonWebKey {
  return { alg: 'RS256', ...key.publicKey.export({ format: 'jwk' }), kid: key.kid, use: 'sig' }
}

/** A member of somebody else's JSON Web Key Set. Throws Node's own error when it is no key. */
export function verificationKey(jwk: JsonWebKey): VerificationKey {
  const { kid } = jwk
  return {
    kid: typeof kid === 'string' ? kid : '',
    publicKey: createPublicKey({ key: jwk, format: 'jwk' }),
  }
}

async function generateKey(): Promise<SigningKey> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const kid = createHash('sha256')
    .update(pair.publicKey.export({ format: 'der', type: 'spki' }))
    .digest('base64')
  return { ...pair, kid }
}
