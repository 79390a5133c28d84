/** The sealed credentials: one exchange's answer, as bytes and back. */
import type { Credentials } from '../exchange/credentials.ts'
import { Secret } from '../secret.ts'
import { instant, number, optionalText, parseFields, text } from './json-fields.ts'

export interface StoredCredentials {
  credentials: Credentials
  /** By the servers' clock. */
  issuedAt: Date
  /** The sign-in they were minted from; undefined for a guest. */
  signInId: string | undefined
  /** How far the servers' clock was ahead of ours when they were minted. */
  clockSkewMs: number
}

export function serializeCredentials(stored: StoredCredentials): Buffer {
  const { credentials, ...rest } = stored
  return Buffer.from(
    JSON.stringify({
      version: 1,
      ...rest,
      ...credentials,
      secretAccessKey: credentials.secretAccessKey.reveal(),
      sessionToken: credentials.sessionToken.reveal(),
    }),
  )
}

/** Throws FieldError when the entry is not what `serializeCredentials` writes. */
export function parseCredentials(bytes: Buffer): StoredCredentials {
  const fields = parseFields(bytes)
  return {
    credentials: {
      accessKeyId: text(fields, 'accessKeyId'),
      secretAccessKey: new Secret(text(fields, 'secretAccessKey')),
      sessionToken: new Secret(text(fields, 'sessionToken')),
      expiration: instant(fields, 'expiration'),
      accountId: optionalText(fields, 'accountId'),
      roleArn: optionalText(fields, 'roleArn'),
    },
    issuedAt: instant(fields, 'issuedAt'),
    signInId: optionalText(fields, 'signInId'),
    clockSkewMs: number(fields, 'clockSkewMs'),
  }
}
