/**
 * JSON Web Tokens by hand, with node:crypto alone: whoever reads them elsewhere in poolkey uses a library, and a
 * double that shares the library would share its mistakes.
 */
import { createHmac, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { parseJsonObject } from './json-object.ts'
import type { SigningKey, VerificationKey } from './signing-keys.ts'

/** A token taken apart; nothing about it has been checked. */
export interface DecodedToken {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  signingInput: string
  signature: Buffer
}

/** How to sign: with the algorithm's own kind of key. */
export type Signer =
  | { alg: 'RS256' | 'RS384' | 'RS512'; key: KeyObject }
  | { alg: 'ES256'; key: KeyObject }
  | { alg: 'HS256'; secret: string }
  | { alg: 'none' }

/** A token signed the way Cognito does: RS256, with the key's name. */
export function signToken(claims: Record<string, unknown>, key: SigningKey): string {
  return assembleToken({
    header: { kid: key.kid, alg: 'RS256' },
    claims,
    signer: { alg: 'RS256', key: key.privateKey },
  })
}

/** A token of any header, claims and signature: also of those no honest issuer would make. */
export function assembleToken(parts: {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  signer: Signer
}): string {
  const input = `${encode(parts.header)}.${encode(parts.claims)}`
  return `${input}.${signatureOf(input, parts.signer).toString('base64url')}`
}

/** Takes a compact token apart without verifying it; undefined when it is not one. */
export function decodeToken(token: string): DecodedToken | undefined {
  const [head, payload, signature, ...rest] = token.split('.')
  if (head === undefined || payload === undefined || signature === undefined || rest.length > 0)
    return undefined
  const header = parseJsonObject(Buffer.from(head, 'base64url').toString())
  const claims = parseJsonObject(Buffer.from(payload, 'base64url').toString())
  if (!header || !claims) return undefined
  return {
    header,
    claims,
    signingInput: `${head}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  }
}

/** Whether the token is signed, by RS256, with the key it names among `keys`. */
export function isSignedBy(token: DecodedToken, keys: readonly VerificationKey[]): boolean {
  const key = keys.find(({ kid }) => kid === token.header['kid'])
  if (!key || token.header['alg'] !== 'RS256') return false
  return verify('RSA-SHA256', Buffer.from(token.signingInput), key.publicKey, token.signature)
}

function signatureOf(input: string, signer: Signer): Buffer {
  switch (signer.alg) {
    case 'none':
      return Buffer.alloc(0)
    case 'HS256':
      return createHmac('sha256', signer.secret).update(input).digest()
    case 'ES256':
      return sign('SHA256', Buffer.from(input), { key: signer.key, dsaEncoding: 'ieee-p1363' })
    case 'RS256':
    case 'RS384':
    case 'RS512':
      return sign(`RSA-SHA${signer.alg.slice(2)}`, Buffer.from(input), signer.key)
  }
}

function encode(value: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
