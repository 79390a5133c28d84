import { createHash } from 'node:crypto'
import type { JsonWebKey } from 'node:crypto'
import type { TrustPolicy } from './trust-policy.ts'

/** A person in the user pool. */
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
  expirationStyle: 'seconds' | 'nanoseconds'
}

/** A UUID that always comes out the same for the same text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The subject of a user's tokens. */
export function subjectOf(user: EmulatorUser): string {
  return user.sub ?? uuidOf(`user ${user.username}`)
}
