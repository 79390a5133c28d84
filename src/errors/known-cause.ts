/** The parts that the tables of service causes are made of. */
import type { Profile } from '../profile/profile.ts'
import { providerNameOf } from '../provider-name.ts'
import { runLogin } from './explanation.ts'
import { GOVCLOUD_IDENTITY_POOL_PRINCIPALS, IDENTITY_POOL_PRINCIPAL } from './identity-pool-principals.ts'
import type { ErrorFacts } from './poolkey-error.ts'

export interface Cause {
  what: string
  fix: string
}

/** What has to be edited: a name for each edit that can be told more exactly than in a sentence. */
export type Mend =
  | 'identity-providers'
  | 'logins-key'
  | 'sign-in'
  | 'guest-access'
  | 'role-choice'
  | 'first-role'
  | 'second-role'
  | 'basic-flow'
  | 'identity-pool'
  | 'audience'
  | 'oidc-provider'
  | 'first-duration'
  | 'second-duration'
  | 'region'
  | 'token-claims'
  | 'client-secret'
  | 'auth-flows'
  | 'app-client'
  | 'user'

/** One refusal whose cause is known. */
export interface KnownCause {
  /** The wire code without the ending "Exception", which wire, SDK and documentation add or drop as they please. */
  name: string
  /** Only of this operation; of every one when absent. */
  operation?: string
  text?: RegExp
  mend?: Mend
  explain: (profile: Profile | undefined, refusal: ErrorFacts['service-refused']) => Cause
}

export const poolId = (profile?: Profile) => profile?.signIn?.userPoolId ?? 'this user pool'
export const clientId = (profile?: Profile) => profile?.signIn?.clientId ?? 'this app client'
export const identityPoolId = (profile?: Profile) => profile?.identityPool?.id ?? 'this identity pool'
/** The issuer without its scheme, as trust policies and the Logins map write it. */
export const issuerName = (profile?: Profile) =>
  profile?.signIn ? providerNameOf(profile.signIn.issuer) : 'the issuer'

/** `profile dev`, for what has to be edited there. */
export const profileName = (profile?: Profile) => (profile ? `profile ${profile.name}` : 'the profile')

/** The command for a sign-in of a kind that a refresh cannot mend. */
export const loginAnew = (profile?: Profile) =>
  isGuest(profile) ? 'try again' : `${runLogin(profile?.name)} --force`

/** What mends a token that a service calls expired: poolkey renews tokens in time, by the clock that the servers show. */
export const renewToken = (profile?: Profile) =>
  `check this machine's clock; if it is right, ${loginAnew(profile)}`

/** Whether nobody signs in. */
export function isGuest(profile?: Profile): boolean {
  const exchange = profile?.exchange
  return (exchange?.kind === 'enhanced' || exchange?.kind === 'basic') && exchange.guest
}

/** The role that the profile asks for: undefined where the identity pool chooses. */
export function askedRole(profile?: Profile): string | undefined {
  const exchange = profile?.exchange
  if (exchange?.kind === 'basic' || exchange?.kind === 'web-identity') return exchange.role.roleArn
  return exchange?.kind === 'enhanced' ? exchange.roleArn : undefined
}

/** The account of a role, `account 111122223333`, or in words. */
export function accountInWords(roleArn: string | undefined): string {
  const account = /^arn:[\w-]+:iam::(\d{12}):/.exec(roleArn ?? '')?.[1]
  return account === undefined ? "the role's account" : `account ${account}`
}

/** Whom a role's trust policy must name, and with which conditions, for an identity pool's users to have it. */
export function identityPoolTrust(profile?: Profile): string {
  const region = profile?.identityPool?.region ?? ''
  const govcloud = Object.entries(GOVCLOUD_IDENTITY_POOL_PRINCIPALS).find(([name]) => name === region)
  const principal = govcloud?.[1] ?? IDENTITY_POOL_PRINCIPAL
  const amr = isGuest(profile) ? 'unauthenticated' : 'authenticated'
  return `${principal} with aud ${identityPoolId(profile)} and amr ${amr}`
}

/** The IAM OIDC provider of the user pool, in the account of the role that is asked for; a trust policy names it so. */
export function oidcProvider(profile?: Profile): string {
  const account = /^arn:[\w-]+:iam::[^:]*:/.exec(askedRole(profile) ?? '')?.[0]
  return account === undefined
    ? `the IAM OIDC provider of ${issuerName(profile)}`
    : `${account}oidc-provider/${issuerName(profile)}`
}
