import { createHash, randomBytes } from 'node:crypto'
import type { EmulatorRole, EmulatorSettings } from './configuration.ts'

/** A role session and the keys that prove it. */
export interface IssuedCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
  expiration: Date
  roleArn: string
  sessionName: string
  /** Guests of an identity pool are scoped down: STS's AssumeRole is not among what they may call. */
  isGuest: boolean
  /** Had from another role's credentials: the console takes no SessionDuration with them. */
  isChained: boolean
}

/** Every set of credentials the emulator handed out. */
export interface CredentialBook {
  issue(session: {
    role: EmulatorRole
    sessionName: string
    seconds: number
    isGuest?: boolean
    isChained?: boolean
  }): IssuedCredentials
  find(accessKeyId: string): IssuedCredentials | undefined
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Starts an empty book. The secret mark goes in without the characters base64 does not have. */
export function createCredentialBook(options: {
  settings: EmulatorSettings
  now: () => number
}): CredentialBook {
  const { settings, now } = options
  const issued = new Map<string, IssuedCredentials>()
  return {
    issue: ({ role, sessionName, seconds, isGuest = false, isChained = false }) => {
      const mark = settings.secretMark.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 20)
      const credentials = {
        accessKeyId: `ASIA${base32(randomBytes(16))}`,
        secretAccessKey: `${mark}${randomBytes(30).toString('base64')}`.slice(0, 40),
        sessionToken: `${mark}${randomBytes(645).toString('base64')}`.slice(0, 860),
        // AWS's expirations have whole seconds.
        expiration: new Date(Math.floor(now() / 1000 + seconds) * 1000),
        roleArn: role.arn,
        sessionName,
        isGuest,
        isChained,
      }
      issued.set(credentials.accessKeyId, credentials)
      return credentials
    },
    find: (accessKeyId) => issued.get(accessKeyId),
  }
}

/** A role ARN taken apart; undefined when it is not one. The account may be empty, as S3-compatible stores write it. */
export function parseRoleArn(
  arn: string,
): { partition: string; accountId: string; name: string } | undefined {
  const parts = /^arn:([\w-]+):iam::(\d{12}|):role\/(?:[\x21-\x7e]*\/)?([\w+=,.@-]{1,64})$/.exec(arn)
  if (!parts) return undefined
  const [, partition = '', accountId = '', name = ''] = parts
  return { partition, accountId, name }
}

/** ARN and ID of a role session, as STS reports them. */
export function assumedRoleOf(session: { roleArn: string; sessionName: string }): {
  arn: string
  id: string
  accountId: string
} {
  const role = parseRoleArn(session.roleArn) ?? { partition: 'aws', accountId: '', name: session.roleArn }
  return {
    arn: `arn:${role.partition}:sts::${role.accountId}:assumed-role/${role.name}/${session.sessionName}`,
    id: `AROA${base32(createHash('sha256').update(session.roleArn).digest().subarray(0, 17))}:${session.sessionName}`,
    accountId: role.accountId,
  }
}

/** One base32 character a byte: evenly distributed, since 32 divides 256. */
function base32(bytes: Buffer): string {
  return [...bytes].map((byte) => BASE32.charAt(byte % BASE32.length)).join('')
}
