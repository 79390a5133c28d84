import { PoolkeyError } from '../errors/poolkey-error.ts'
import { issuersOf } from './partition.ts'
import { findText, checkedSetting } from './profile-values.ts'
import type { Layers, ProfileSection } from './profile-values.ts'
import type { SignInSettings } from './profile.ts'
import { SETTINGS } from './settings.ts'
import type { Setting, SettingKey } from './settings.ts'

/** How a person signs in. Throws `setting-missing` for a required key. */
export function readSignIn(layers: Layers, own: ProfileSection): SignInSettings {
  const read = <T>(setting: Setting<T, SettingKey>) => checkedSetting(setting, layers)
  const readOwn = <T>(setting: Setting<T, SettingKey>) =>
    setting.type.parse(findText(setting, { ...layers, overrides: {} })?.text ?? '')
  const userPoolId = read(SETTINGS.userPoolId) ?? missing(SETTINGS.userPoolId.key, 'signing in', own)
  const clientId = read(SETTINGS.clientId) ?? missing(SETTINGS.clientId.key, 'signing in', own)
  const method = read(SETTINGS.method) ?? 'browser'
  const domain = read(SETTINGS.domain)
  if (!domain && method === 'browser') missing(SETTINGS.domain.key, 'signing in with a browser', own)
  const userPoolRegion = regionOf(userPoolId)
  const configuredIssuer = read(SETTINGS.issuer)
  const { original, updated } = issuersOf(userPoolId, userPoolRegion)
  return {
    userPoolId,
    userPoolRegion,
    clientId,
    domain,
    issuer: configuredIssuer ?? original,
    acceptedIssuers: configuredIssuer === undefined ? [original, updated] : [configuredIssuer],
    redirectUris: read(SETTINGS.redirectUris) ?? [],
    logoutUri: read(SETTINGS.logoutUri),
    scopes: read(SETTINGS.scopes) ?? [],
    identityProvider: read(SETTINGS.identityProvider),
    idpIdentifier: read(SETTINGS.idpIdentifier),
    loginHint: read(SETTINGS.loginHint),
    lang: read(SETTINGS.lang),
    prompt: read(SETTINGS.prompt),
    method,
    username: read(SETTINGS.username),
    configured: { method: readOwn(SETTINGS.method) ?? 'browser', username: readOwn(SETTINGS.username) },
    sessionName: read(SETTINGS.sessionName),
    refreshTokenDays: read(SETTINGS.refreshTokenDays),
    autoLogin: read(SETTINGS.autoLogin) ?? false,
    browserCommand: read(SETTINGS.browserCommand),
  }
}

/** The region of a pool: what stands before `_` in a user pool's ID, before `:` in an identity pool's. */
export function regionOf(poolId: string): string {
  return /^[^_:]*/.exec(poolId)?.[0] ?? ''
}

/** Throws `setting-missing`, pointing at the header of the profile the key belongs under. */
export function missing(key: SettingKey, neededFor: string, own: ProfileSection): never {
  throw new PoolkeyError('setting-missing', {
    profile: own.name,
    file: own.file,
    line: own.line,
    key,
    neededFor,
  })
}
