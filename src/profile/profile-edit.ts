/** Text edits that `configure` makes: a profile written, updated in place, or taken out again. Pure. */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { removeSection, setKeys } from './config-edit.ts'
import { parseConfigText } from './config-text.ts'
import type { ConfigKey } from './config-text.ts'
import { similarName } from './edit-distance.ts'
import {
  foreignCredential,
  isCredentialSetting,
  isPoolkeyCommand,
  listProfiles,
  ownProfileNames,
} from './profile-list.ts'
import { parseSources } from './profile-values.ts'
import type { ConfigSources, PlacedKey, ProfileSection } from './profile-values.ts'
import { regionOf } from './sign-in-settings.ts'
import { SETTING_LIST } from './settings.ts'
import type { SettingKey } from './settings.ts'

/** Keys to write, `''` for one to remove; `region` is the profile's own. */
export type WrittenKeys = Partial<Record<SettingKey | 'region', string>>

/** What a profile is to say. */
export interface ProfileWish {
  name: string
  keys: WrittenKeys
  /** Its `credential_process` line. */
  processLine: string
  /** Whether a line that is there already runs this very poolkey, for this profile. */
  isCurrentLine: (line: string) => boolean
  /** Takes the place of other credential settings. */
  force: boolean
}

/**
 * The configuration file with the profile written: other keys and every other byte stay, but for other credential settings with
 * `force`. A new profile without a region gets its pool's,
 * or that of the profile whose sign-in it shares.
 * Throws `configure-refused` without `force`, `setting-conflict` where the credentials file outranks a key, and as `setKeys`.
 */
export function writeProfile(files: ConfigSources, wish: ProfileWish): string {
  const { name, force } = wish
  const section = parseSources(files).profiles.get(name)
  const keys = withoutOldPool(section, wish.keys)
  const own = [...writableKeys(files, name).keys()]
  // Beside poolkey's command, too, they are somebody's: writing takes them out.
  const beside = own.find((key) => isCredentialSetting(key) && key !== 'credential_process')
  const foreign = section && (foreignCredential(section) ?? section.keys.get(beside ?? ''))
  if (section && foreign && !force) {
    const { file, line } = foreign
    throw new PoolkeyError('configure-refused', { profile: name, file, line, key: foreign.name })
  }
  const line = section?.keys.get('credential_process')?.value
  const texts: Record<string, string | undefined> = {}
  const region = keys.region ?? (hasRegion(files, name) ? undefined : usualRegion(files, keys))
  if (region !== undefined) texts['region'] = region === '' ? undefined : region
  if (line === undefined || !wish.isCurrentLine(line)) texts['credential_process'] = wish.processLine
  for (const key of replacedAmong(own)) texts[key] = undefined
  for (const { key } of SETTING_LIST) {
    const value = keys[key]
    if (value !== undefined) texts[key] = value === '' ? undefined : value
  }
  const edited = setKeys(files.configText, { file: files.configFile, kind: 'config', profile: name }, texts)
  checkInForce(withConfigText(files, edited), name, texts)
  return edited
}

// What a user pool gives: another one has others.
const OF_THE_POOL = ['cognito_client_id', 'cognito_domain', 'cognito_issuer', 'cognito_logins_key'] as const

/** The keys, and out with what is the old pool's where another one is named. */
function withoutOldPool(own: ProfileSection | undefined, keys: WrittenKeys): WrittenKeys {
  const old = own?.keys.get('cognito_user_pool_id')?.value
  const pool = keys.cognito_user_pool_id ?? ''
  if (old === undefined || pool === '' || pool === old) return keys
  const gone = OF_THE_POOL.filter((key) => own?.keys.has(key))
  return { ...Object.fromEntries(gone.map((key) => [key, ''])), ...keys }
}

/** Both files with the configuration's text replaced; where one file is both, in both. */
export function withConfigText<T extends ConfigSources>(files: T, configText: string): T {
  const isOne = files.credentialsFile === files.configFile
  return { ...files, configText, ...(isOne ? { credentialsText: configText } : {}) }
}

/**
 * The configuration file without what poolkey's profile is made of: its `cognito_*` keys and poolkey's `credential_process`;
 * without its section, too, where only a region would be left. Throws `profile-unknown`, `profile-foreign`, and as `setKeys`.
 */
export function removeProfile(files: ConfigSources, name: string): string {
  const { configText, configFile: file } = files
  const document = parseSources(files)
  const section = document.profiles.get(name)
  const own = ownProfileNames(document)
  if (!section)
    throw new PoolkeyError('profile-unknown', {
      profile: name,
      file,
      known: own,
      similar: similarName(name, own),
    })
  const keys = writableKeys(files, name)
  const ours = [...keys.values()].filter(
    (key) =>
      key.name.startsWith('cognito_') || (key.name === 'credential_process' && isPoolkeyCommand(key.value)),
  )
  if (ours.length === 0)
    throw new PoolkeyError('profile-foreign', { profile: name, file: section.file, line: section.line, own })
  const place = { file, kind: 'config', profile: name } as const
  const isAll = [...keys.values()].every((key) => ours.includes(key) || key.name === 'region')
  const doomed = isAll ? [...keys.keys()] : ours.map((key) => key.name)
  const emptied = setKeys(configText, place, Object.fromEntries(doomed.map((key) => [key, undefined])))
  return isAll ? removeSection(emptied, place) : emptied
}

/** Whether a profile has a region of its own. Throws `config-syntax`. */
export function hasRegion(files: ConfigSources, name: string): boolean {
  return parseSources(files).profiles.get(name)?.keys.has('region') === true
}

/** The profiles that take their sign-in, or their first credentials, from this one. Throws `config-syntax`. */
export function profilesLeaningOn(files: ConfigSources, name: string): string[] {
  return listProfiles(files)
    .filter((one) => one.sourceProfile === name)
    .map((one) => one.name)
}

/** Keys in the credentials file that AWS tools prefer to a `credential_process`. */
export function shadowingKey(files: ConfigSources, name: string): PlacedKey | undefined {
  const key = parseSources(files).profiles.get(name)?.keys.get('aws_access_key_id')
  return key?.file === files.credentialsFile && files.credentialsFile !== files.configFile ? key : undefined
}

/** The credential settings that make room for poolkey's. */
function replacedAmong(keys: string[]): string[] {
  // An access key goes as a whole: its secret would stay behind unseen, of use to nobody but a thief.
  const rest = keys.includes('aws_access_key_id')
    ? ['aws_secret_access_key', 'aws_session_token', 'aws_security_token']
    : []
  return keys.filter(
    (key) => (isCredentialSetting(key) && key !== 'credential_process') || rest.includes(key),
  )
}

/** The profile's keys in the configuration file, where poolkey writes; without what the credentials file adds. */
function writableKeys(
  { configText, configFile: file }: ConfigSources,
  name: string,
): ReadonlyMap<string, ConfigKey> {
  const section = parseConfigText(configText, { file, kind: 'config' }).find(
    (one) => one.kind === 'profile' && one.name === name,
  )
  return section?.keys ?? new Map<string, ConfigKey>()
}

/** The pool's; of a profile that shares a sign-in, the one beside that. */
function usualRegion(files: ConfigSources, keys: WrittenKeys): string | undefined {
  const pool = keys.cognito_user_pool_id ?? keys.cognito_identity_pool_id
  if (pool !== undefined && pool !== '') return regionOf(pool)
  const source = parseSources(files).profiles.get(keys.cognito_source_profile ?? '')
  return source?.keys.get('region')?.value
}

function checkInForce(files: ConfigSources, name: string, texts: Record<string, string | undefined>): void {
  const section = parseSources(files).profiles.get(name)
  for (const [key, text] of Object.entries(texts)) {
    const found = section?.keys.get(key)
    if (!found || found.value === text || found.file === files.configFile) continue
    const { file, line } = found
    throw new PoolkeyError('setting-conflict', {
      place: { file, line, profile: name },
      key,
      with: key,
      problem: 'what stands here outranks the configuration file, where configure writes',
    })
  }
}
