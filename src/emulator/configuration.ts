import { createHash } from 'node:crypto'
import type { JsonWebKey } from 'node:crypto'
import type { TrustPolicy } from './trust-policy.ts'

/** A second factor, by the name of its challenge. */
export type Factor = 'SMS_MFA' | 'SOFTWARE_TOKEN_MFA' | 'EMAIL_OTP'

/** A person in the user pool. Those below `attributes` count in sign-ins through the API, not on the hosted UI's pages. */
export interface EmulatorUser {
  username: string
  password: string
  email: string
  emailVerified?: boolean
  /** Derived from the user name when absent, so that it survives a restart. */
  sub?: string
  groups?: string[]
  /** Further claims of the ID token, such as `name` or `custom:team`. */
  attributes?: Record<string, string>
  /** Second factors: one is asked for at once, of several one is chosen first. */
  factors?: Factor[]
  /** The shared secret of an authenticator app, in base32. */
  totpSecret?: string
  /** An administrator set the password: a new one is asked for, and those attributes with it. */
  mustChangePassword?: { requiredAttributes: string[] }
  state?: 'unconfirmed' | 'reset-required' | 'disabled'
}

/** A group of the user pool. The lowest precedence among a user's groups with a role names the preferred role. */
export interface EmulatorGroup {
  name: string
  precedence?: number
  roleArn?: string
}

/** An IAM role of the emulated accounts. */
export interface EmulatorRole {
  arn: string
  trustPolicy: TrustPolicy
  /** Default 12 hours. */
  maxSessionSeconds?: number
}

/** What an identity pool does when the token does not name one role. */
export type AmbiguousRoleResolution = 'AuthenticatedRole' | 'Deny'

/** One rule of a rules mapping: the first that matches names the role. */
export interface MappingRule {
  claim: string
  matchType: 'Equals' | 'NotEqual' | 'StartsWith' | 'Contains'
  value: string
  roleArn: string
}

/** How the identity pool chooses a role for a signed-in user. */
export type RoleMapping =
  | { kind: 'none' }
  | { kind: 'token'; ambiguous: AmbiguousRoleResolution }
  | { kind: 'rules'; ambiguous: AmbiguousRoleResolution; rules: MappingRule[] }

/** An authentication provider of the identity pool: the Logins key it accepts and the app client it expects. */
export interface LoginProvider {
  providerName: string
  clientId: string
  /** Whether a token of a session that was signed out is refused. */
  serverSideTokenCheck?: boolean
}

/** The identity pool. */
export interface IdentityPoolSettings {
  authenticatedRole?: string
  unauthenticatedRole?: string
  allowUnauthenticated: boolean
  allowClassicFlow: boolean
  roleMapping: RoleMapping
  providers: LoginProvider[]
  /** Principal tag -> claim; the role must then allow `sts:TagSession`. */
  principalTags?: Record<string, string>
}

/** An OIDC provider of the account's IAM: an issuer (with its scheme) and the audiences it accepts. */
export interface OidcProvider {
  issuer: string
  clientIds: string[]
  /** Public RSA keys, each with its `kid`, of an issuer other than the emulator's own; the emulator fetches none. */
  keys?: JsonWebKey[]
}

/** Everything the emulator consults while it runs. It is read at each request: a test may change it in between. */
export interface EmulatorSettings {
  region: string
  userPoolId: string
  clientId: string
  clientSecret: string | undefined
  clientScopes: string[]
  identityPoolId: string
  accountId: string
  idTokenSeconds: number
  accessTokenSeconds: number
  refreshTokenSeconds: number
  credentialsSeconds: number
  rotation: { graceSeconds: number } | undefined
  redirectUris: string[]
  logoutUris: string[]
  secretMark: string
  users: EmulatorUser[]
  groups: EmulatorGroup[]
  roles: EmulatorRole[]
  oidcProviders: OidcProvider[]
  identityPool: IdentityPoolSettings
  /** Error redirects carry no state by default, as in most of AWS's samples; `login_required` always does. */
  errorsCarryState: boolean
  /** Accept role ARNs without an account, as S3-compatible stores with an STS of their own do. */
  acceptRolesWithoutAccount: boolean
  /** `ExplicitAuthFlows` of the app client. */
  authFlows: AuthFlow[]
  /** USER_AUTH has the first factor chosen, whatever the client prefers. */
  ignorePreferredChallenge: boolean
  /** Whoever has no second factor sets one up in signing in. */
  requireMfa: boolean
  /** What the triggers of CUSTOM_AUTH ask after the password. */
  customChallenges: { parameters: Record<string, string>; answer: string }[]
  /** Every sign-in through the API is a new device's, which must be confirmed, and named by each refresh. */
  trackDevices: boolean
  expirationStyle: 'seconds' | 'nanoseconds'
}

/** What an app client may be allowed, as AWS's APIs name it. */
export type AuthFlow =
  'ALLOW_USER_SRP_AUTH' | 'ALLOW_USER_AUTH' | 'ALLOW_CUSTOM_AUTH' | 'ALLOW_REFRESH_TOKEN_AUTH'

/** A UUID that always comes out the same for the same text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The subject of a user's tokens. */
export function subjectOf(user: EmulatorUser): string {
  return user.sub ?? uuidOf(`user ${user.username}`)
}
