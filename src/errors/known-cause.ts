/** The parts that the tables of service causes are made of. */
import type { Profile } from '../profile/profile.ts'
import { runLogin } from './explanation.ts'
import type { ErrorFacts } from './poolkey-error.ts'

export interface Cause {
  what: string
  fix: string
}

/** One refusal whose cause is known. */
export interface KnownCause {
  /** The wire code without the ending "Exception", which wire, SDK and documentation add or drop as they please. */
  name: string
  text?: RegExp
  explain: (profile: Profile | undefined, refusal: ErrorFacts['service-refused']) => Cause
}

export const poolId = (profile?: Profile) => profile?.signIn?.userPoolId ?? 'this user pool'
export const clientId = (profile?: Profile) => profile?.signIn?.clientId ?? 'this app client'
export const identityPoolId = (profile?: Profile) => profile?.identityPool?.id ?? 'this identity pool'
/** The issuer without its scheme, as trust policies and the Logins map write it. */
export const issuerName = (profile?: Profile) =>
  profile?.signIn?.issuer.replace(/^https?:\/\//, '') ?? 'the issuer'

/** The command for a sign-in of a kind that a refresh cannot mend. */
export const loginAnew = (profile?: Profile) => `${runLogin(profile?.name)} --force`

// GovCloud's two regions have names of their own.
const GOVERNMENT_PRINCIPALS = new Map([
  ['us-gov-west-1', 'cognito-identity-us-gov.amazonaws.com'],
  ['us-gov-east-1', 'cognito-identity.us-gov-east-1.amazonaws.com'],
])

/** The principal of identity pools in a role's trust policy. */
export function identityPrincipal(profile?: Profile): string {
  return GOVERNMENT_PRINCIPALS.get(profile?.identityPool?.region ?? '') ?? 'cognito-identity.amazonaws.com'
}
