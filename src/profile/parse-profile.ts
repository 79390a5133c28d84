import { PoolkeyError } from '../errors/poolkey-error.ts'
import { chainBaseOf, inheritedSection, readAwsChain } from './aws-chain.ts'
import { similarName } from './edit-distance.ts'
import { readChain, readExchange } from './exchange-settings.ts'
import type { Profile } from './profile.ts'
import { hasOwnSettings, ownProfileNames, WRITTEN_FROM } from './profile-list.ts'
import { checkProfileName } from './profile-name.ts'
import { checkedSetting, checkSettings, findAwsKey, parseSources } from './profile-values.ts'
import type { ConfigDocument, ConfigSources, Layers, ProfileSection } from './profile-values.ts'
import { readAccountId, readEndpoints, readRegion } from './service-endpoints.ts'
import { SETTINGS } from './settings.ts'
import type { SettingKey } from './settings.ts'
import { readSignIn, regionOf } from './sign-in-settings.ts'

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
  const isGuest = checkedSetting(SETTINGS.guest, layers) ?? false
  const signIn = isGuest ? undefined : readSignIn(layers, base)
  const poolId = checkedSetting(SETTINGS.identityPoolId, layers)
  const loginsKey = checkedSetting(SETTINGS.loginsKey, layers)
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
    caBundle: findAwsKey('ca_bundle', layers)?.key.value,
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
      similar: similarName(name, known),
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
