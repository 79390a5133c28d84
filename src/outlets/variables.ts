/** What programs find in their environment: which variables carry credentials, which would outrank them. Pure. */
import type { Credentials } from '../exchange/credentials.ts'
import { secondsOf } from './process-json.ts'

/** Variables that are credentials, or tell how long those live. */
const CREDENTIAL_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_SESSION_EXPIRATION',
]

/** What `credentialsVariables` may set. */
export const SET_VARIABLES = [...CREDENTIAL_VARIABLES, 'AWS_REGION', 'AWS_DEFAULT_REGION']

/** Variables that would outrank or contradict the ones set. */
export const OUTRANKING_VARIABLES = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SECURITY_TOKEN']

/** Marks a program that `exec` runs, and names its profile. */
export const INSIDE = 'INSIDE_POOLKEY'

/**
 * Every variable from which some AWS SDK or tool takes credentials, or takes them to be of an account or a role: the SDK
 * reference guide's settings, what older SDKs and tools read, and the token that Amazon Bedrock takes in their place.
 */
export const VARIABLES_OF_CREDENTIALS = [
  ...CREDENTIAL_VARIABLES,
  ...OUTRANKING_VARIABLES,
  ...[
    'AWS_ACCESS_KEY',
    'AWS_SECRET_KEY',
    'AWS_CREDENTIAL_FILE',
    'AWS_CREDENTIAL_PROFILES_FILE',
    'BOTO_CONFIG',
  ],
  ...['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME', 'AWS_ACCOUNT_ID'],
  ...['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
  ...['AWS_CONTAINER_AUTHORIZATION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
  'AWS_BEARER_TOKEN_BEDROCK',
]
// Of those families others may come, as a bearer token of each service.
const FAMILY_OF_CREDENTIALS = /^AWS_(CONTAINER|WEB_IDENTITY|BEARER_TOKEN)_/
const OWN = /^(POOLKEY_|INSIDE_POOLKEY$)/

/** The variables that hand credentials to a program. `AWS_SESSION_EXPIRATION` is what shell prompts read. */
export function credentialsVariables(credentials: Credentials, region: string): Record<string, string> {
  const expiration = secondsOf(credentials.expiration)
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey.reveal(),
    AWS_SESSION_TOKEN: credentials.sessionToken.reveal(),
    AWS_CREDENTIAL_EXPIRATION: expiration,
    AWS_SESSION_EXPIRATION: expiration,
    ...regionVariables(region),
  }
}

/** Both names of the region, as no SDK reads both; nothing where it is not known: an empty one breaks some of them. */
export function regionVariables(region: string): Record<string, string> {
  return region === '' ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }
}

/**
 * The environment of a program that `exec` runs: the parent's without any variable that carries credentials or is
 * poolkey's own, and then `extra`. Names are compared without regard to case, as Windows does.
 */
export function childEnvironment(
  parent: Record<string, string | undefined>,
  extra: Record<string, string>,
): Record<string, string> {
  const gone = new Set([...VARIABLES_OF_CREDENTIALS, ...Object.keys(extra).map((name) => name.toUpperCase())])
  const isGone = (name: string) => gone.has(name) || FAMILY_OF_CREDENTIALS.test(name) || OWN.test(name)
  const kept = Object.entries(parent).flatMap(([name, value]) =>
    value === undefined || isGone(name.toUpperCase()) ? [] : [[name, value] as const],
  )
  return { ...Object.fromEntries(kept), ...extra }
}
