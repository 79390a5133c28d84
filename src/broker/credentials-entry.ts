/** The sealed credentials: one exchange's answer, as bytes and back. */
import type { Credentials } from '../exchange/credentials.ts'
import { Secret } from '../secret.ts'
import { parseClock } from './clock-reading.ts'
import type { ClockReading } from './clock-reading.ts'
import { instant, optionalText, parseFields, serializeFields, text } from './json-fields.ts'

/** With the clocks as they were when these were minted. */
export interface StoredCredentials extends ClockReading {
  credentials: Credentials
  /** By the servers' clock. */
  issuedAt: Date
  /** The sign-in they were minted from; undefined for a guest. */
  signInId: string | undefined
}

/** The plaintext of the entry: the keys stand in it as they are. */
export function serializeCredentials(stored: StoredCredentials): Buffer {
  const { credentials, ...rest } = stored
  return serializeFields({
    ...rest,
    ...credentials,
    secretAccessKey: credentials.secretAccessKey.reveal(),
    sessionToken: credentials.sessionToken.reveal(),
  })
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
    ...parseClock(fields),
  }
}
