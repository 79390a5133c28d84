import { PoolkeyError } from '../errors/poolkey-error.ts'
import { Secret } from '../secret.ts'

/** Temporary AWS credentials. `expiration` is the instant the service gave, whatever the local clock says. */
export interface Credentials {
  accessKeyId: string
  secretAccessKey: Secret
  sessionToken: Secret
  expiration: Date
  /** Twelve digits, only where the service says so; `aws_account_id` is filled in where they are handed out. */
  accountId: string | undefined
  /** The role they act as, where it was asked for; else the identity pool chose it and does not tell. */
  roleArn: string | undefined
}

/** What a service sent, before anybody believed it. */
export interface UncheckedCredentials {
  accessKeyId: string | undefined
  secretAccessKey: string | undefined
  sessionToken: string | undefined
  expiration: Date | undefined
}

// Everything that AWS and STS-compatible services put into these values; nothing that a shell, a header or a
// configuration file could read as more than text.
const SAFE_VALUE = /^[\w+/=.,:@~-]+$/

// STS API reference, `accessKeyIdType`: AWS's own are of capitals and digits, Ceph's of small letters, too.
const ACCESS_KEY_ID = /^\w{16,128}$/

/** Accepts credentials only if every value is there and plain. Throws `unexpected-answer`. */
export function checkCredentials(
  from: UncheckedCredentials,
  about: { host: string; operation: string },
): Pick<Credentials, 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'expiration'> {
  const { expiration } = from
  if (!expiration || Number.isNaN(expiration.getTime())) throw unusable('Expiration', about)
  return {
    accessKeyId: checkValue(from.accessKeyId, 'AccessKeyId', about, ACCESS_KEY_ID),
    secretAccessKey: new Secret(checkValue(from.secretAccessKey, 'SecretAccessKey', about)),
    sessionToken: new Secret(checkValue(from.sessionToken, 'SessionToken', about)),
    // Whole seconds, rounded down: the form every SDK reads.
    expiration: new Date(Math.floor(expiration.getTime() / 1000) * 1000),
  }
}

function checkValue(
  value: string | undefined,
  name: string,
  about: { host: string; operation: string },
  allowed = SAFE_VALUE,
): string {
  if (value === undefined || !allowed.test(value)) throw unusable(name, about)
  return value
}

function unusable(name: string, about: { host: string; operation: string }): PoolkeyError {
  return new PoolkeyError('unexpected-answer', {
    ...about,
    kind: 'not-the-protocol',
    detail: `the answer holds no usable ${name}`,
  })
}

/** The twelve digits in field 5 of an ARN; undefined where it is empty, as STS-compatible services leave it. */
export function accountOf(arn: string | undefined): string | undefined {
  const field = arn?.split(':')[4]
  return field !== undefined && /^\d{12}$/.test(field) ? field : undefined
}
