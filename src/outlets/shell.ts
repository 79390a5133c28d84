/** Statements that a shell evaluates. A value can never become anything but a value. Pure. */
import type { Credentials } from '../exchange/credentials.ts'
import { secondsOf } from './process-json.ts'

export const SHELLS = ['sh', 'bash', 'zsh'] as const
export type Shell = (typeof SHELLS)[number]

/** Variables that would outrank or contradict the ones set. */
const REMOVED = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SECURITY_TOKEN']

/** What `credentialsEnvironment` sets. */
export const SET_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_SESSION_EXPIRATION',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
]

/** The environment that hands credentials to a program. `AWS_SESSION_EXPIRATION` is what shell prompts read. */
export function credentialsEnvironment(credentials: Credentials, region: string): Record<string, string> {
  const expiration = secondsOf(credentials.expiration)
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey.reveal(),
    AWS_SESSION_TOKEN: credentials.sessionToken.reveal(),
    AWS_CREDENTIAL_EXPIRATION: expiration,
    AWS_SESSION_EXPIRATION: expiration,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  }
}

/** `export` and `unset` lines for `eval`. */
export function exportStatements(variables: Record<string, string>): string {
  const set = Object.entries(variables).map(([name, value]) => `export ${name}=${quotePosix(value)}`)
  return [...set, unsetLine(REMOVED)].join('\n') + '\n'
}

/** Takes back what `exportStatements` set. */
export function unsetStatements(names: string[]): string {
  return `${unsetLine(names)}\n`
}

/** Inside single quotes a POSIX shell reads every character as itself; only the quote itself must leave them. */
export function quotePosix(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}

function unsetLine(names: string[]): string {
  return `unset ${names.join(' ')}`
}
