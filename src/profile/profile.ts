/** One profile, as the rest of the program knows it: what `~/.aws/config` says, checked. */

/** How a person signs in to the user pool. */
export interface SignInSettings {
  readonly userPoolId: string
  readonly userPoolRegion: string
  readonly clientId: string
  /** Origin of the hosted UI; undefined only where `method` is `password`. */
  readonly domain: URL | undefined
  readonly issuer: string
  /** What `iss` may be: the configured issuer, or both forms of the pool's own. */
  readonly acceptedIssuers: string[]
  /** Exact strings as registered. */
  readonly redirectUris: string[]
  readonly logoutUri: string | undefined
  readonly scopes: string[]
  readonly identityProvider: string | undefined
  readonly idpIdentifier: string | undefined
  readonly loginHint: string | undefined
  readonly lang: string | undefined
  readonly prompt: string | undefined
  readonly method: 'browser' | 'password'
  readonly username: string | undefined
  /** What the profile itself says of both, where flags say otherwise for one run. */
  readonly configured: Pick<SignInSettings, 'method' | 'username'>
  readonly sessionName: string | undefined
  readonly refreshTokenDays: number | undefined
  readonly autoLogin: boolean
  /** Command and arguments; undefined: `$BROWSER`, else the system's. */
  readonly browserCommand: string[] | undefined
}

/** A role to assume with a token. */
export interface RoleRequest {
  readonly roleArn: string
  readonly sessionName: string | undefined
  readonly durationSeconds: number
  /** JSON text; a `file://` has been read. */
  readonly policy: string | undefined
  readonly policyArns: string[]
}

/** How a sign-in becomes credentials; `none` is a sign-in-only profile. */
export type ExchangeSettings =
  | { readonly kind: 'none' }
  | { readonly kind: 'enhanced'; readonly guest: boolean; readonly roleArn: string | undefined }
  | { readonly kind: 'basic'; readonly guest: boolean; readonly role: RoleRequest }
  | { readonly kind: 'web-identity'; readonly role: RoleRequest }

/** A second role, assumed with the first one's credentials. */
export interface ChainSettings {
  readonly roleArn: string
  readonly externalId: string | undefined
  readonly sessionName: string | undefined
  readonly durationSeconds: number
}

/** Endpoint overrides; undefined: the service's own in its region. */
export interface ServiceEndpoints {
  readonly sts: URL | undefined
  readonly cognitoIdentity: URL | undefined
  readonly cognitoIdentityProvider: URL | undefined
  readonly useFips: boolean
  readonly useDualstack: boolean
}

/** One checked profile. It is frozen: nothing changes it after it was read. */
export interface Profile {
  readonly name: string
  /** The file its section stands in. */
  readonly file: string
  /** The profile whose section holds the `cognito_*` keys: the source profile where AWS's own chaining is used. */
  readonly settingsFrom: string
  /** For STS; the pools' regions are in their IDs. */
  readonly region: string
  /** Undefined only for guests. */
  readonly signIn: SignInSettings | undefined
  readonly identityPool:
    { readonly id: string; readonly region: string; readonly loginsKey: string | undefined } | undefined
  readonly exchange: ExchangeSettings
  readonly chain: ChainSettings | undefined
  readonly endpoints: ServiceEndpoints
  /** `ca_bundle`, a PEM file; AWS_CA_BUNDLE outranks it where requests are made. */
  readonly caBundle: string | undefined
  readonly accountId: string | undefined
}
