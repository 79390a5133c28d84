import { PoolkeyError } from '../errors/poolkey-error.ts'
import { chainBaseOf, inheritedSection, readAwsChain } from './aws-chain.ts'
import { readChain, readExchange } from './exchange-settings.ts'
import { checkSettings, findAwsKey, parseSources, readSetting } from './profile-values.ts'
import type { ConfigDocument, ConfigSources, Layers, ProfileSection } from './profile-values.ts'
import { hasOwnSettings, ownProfileNames, WRITTEN_FROM } from './profile-list.ts'
import { checkProfileName } from './profile-name.ts'
import { readAccountId, readEndpoints, readRegion } from './service-endpoints.ts'
import { readSignIn, regionOf } from './sign-in-settings.ts'
import { SETTINGS } from './settings.ts'
import type { SettingKey } from './settings.ts'

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
  readonly caBundle: string | undefined
  readonly accountId: string | undefined
}

/** What a profile is read from. `overrides` are flags, by key; `readFile` reads `file://` policies. */
export interface ParseProfileOptions extends ConfigSources {
  name: string
  env: Record<string, string | undefined>
  overrides?: Partial<Record<SettingKey, string>>
  readFile: (path: string) => string
}

/**
 * Reads and checks one profile. Throws `usage` (a bad name or flag), `config-syntax`, `profile-unknown`, `profile-foreign`,
 * `setting-unknown`, `setting-invalid`, `setting-missing`, `setting-conflict`, `environment-invalid`.
 */
export function parseProfile(options: ParseProfileOptions): Profile {
  const { env, readFile } = options
  const { document, own, base, layers } = layersOf(options)
  checkSettings(layers)
  const endpoints = readEndpoints({ document, layers, env })
  const sources = { layers, own: base, readFile, hasStsEndpoint: endpoints.sts !== undefined }
  const exchange = readExchange(sources)
  const isGuest = readSetting(SETTINGS.guest, layers) ?? false
  const signIn = isGuest ? undefined : readSignIn(layers, base)
  const poolId = readSetting(SETTINGS.identityPoolId, layers)
  const loginsKey = readSetting(SETTINGS.loginsKey, layers)
  const identityPool = poolId === undefined ? undefined : { id: poolId, region: regionOf(poolId), loginsKey }
  const chain =
    readAwsChain({ own, base, layers, exchange, hasStsEndpoint: sources.hasStsEndpoint }) ??
    readChain(sources)
  return deepFreeze({
    name: own.name,
    file: own.file,
    settingsFrom: base.name,
    region: readRegion(layers, env) ?? signIn?.userPoolRegion ?? identityPool?.region ?? '',
    signIn,
    identityPool,
    exchange,
    chain,
    endpoints,
    caBundle: env['AWS_CA_BUNDLE'] || findAwsKey('ca_bundle', layers)?.key.value,
    accountId: readAccountId(layers),
  })
}

/** The sections a profile's settings come from, nearest first. Throws as `parseProfile`. */
export function layersOf(options: Omit<ParseProfileOptions, 'readFile' | 'env'>): {
  document: ConfigDocument
  /** The profile asked for, and the one that holds its `cognito_*` keys: two where AWS's own chaining is used. */
  own: ProfileSection
  base: ProfileSection
  layers: Layers
} {
  const name = checkProfileName(options.name)
  const document = parseSources(options)
  const own = document.profiles.get(name)
  if (!own) {
    const poolkeys = ownProfileNames(document)
    const known = poolkeys.length > 0 ? poolkeys : [...document.profiles.keys()]
    const bareLine = options.configText.split('\n').findIndex((line) => line.trim() === `[${name}]`)
    throw new PoolkeyError('profile-unknown', {
      profile: name,
      file: document.configFile,
      known,
      ...(bareLine === -1 ? {} : { bareSectionLine: bareLine + 1 }),
    })
  }
  const base = chainBaseOf(own, document)
  if (!hasOwnSettings(base)) {
    const writtenFrom = own.keys.get(WRITTEN_FROM)?.value
    const { file, line } = own
    throw new PoolkeyError('profile-foreign', {
      ...{ profile: name, file, line, own: ownProfileNames(document) },
      ...(writtenFrom === undefined ? {} : { writtenFrom }),
    })
  }
  const sections: Layers['sections'] = base === own ? [] : [{ section: own, gives: 'all' }]
  sections.push({ section: base, gives: 'all' })
  const layers = { profile: name, overrides: options.overrides ?? {}, sections }
  const source = inheritedSection(layers, { base, document })
  if (source) sections.push({ section: source, gives: 'shared' })
  return { document, own, base, layers }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof URL) return value
  const inner: unknown[] = Object.values(value)
  inner.forEach(deepFreeze)
  return Object.freeze(value)
}
