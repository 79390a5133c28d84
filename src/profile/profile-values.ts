/**
 * Where a profile's values come from: flag, the profile itself (credentials file over config file, key by key), the
 * profile it inherits from, default. Every value keeps its origin, so that each error can name file, line and key.
 */
import { withProfile } from '../errors/explanation.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { SettingPlace } from '../errors/poolkey-error.ts'
import { parseConfigText } from './config-text.ts'
import type { ConfigFileKind, ConfigKey, ConfigSection } from './config-text.ts'
import { nearestKey } from './nearest-key.ts'
import type { SettingType } from './setting-types.ts'
import { SETTING_LIST, settingOf } from './settings.ts'
import type { Setting, SettingKey } from './settings.ts'

/** The two files of the person, as text. */
export interface ConfigSources {
  configText: string
  configFile: string
  credentialsText?: string | undefined
  credentialsFile?: string | undefined
}

/** A profile's section, merged over both files. `file` and `line` are those of its first header. */
export interface ProfileSection {
  name: string
  file: string
  line: number
  keys: ReadonlyMap<string, PlacedKey>
}

/** A key and the place it stands in. */
export interface PlacedKey extends ConfigKey {
  file: string
}

/** Both files, read. */
export interface ConfigDocument {
  profiles: ReadonlyMap<string, ProfileSection>
  services: ReadonlyMap<string, ConfigSection>
  configFile: string
}

/** Where a value comes from. */
export type Origin =
  | { kind: 'flag'; flag: string }
  | { kind: 'environment'; variable: string }
  | { kind: 'file'; place: SettingPlace }
  | { kind: 'default' }

/** The sections a profile's settings are looked up in, nearest first. `shared` ones give their S and P keys only. */
export interface Layers {
  /** The profile that was asked for. */
  profile: string
  overrides: Partial<Record<SettingKey, string>>
  sections: { section: ProfileSection; gives: 'all' | 'shared' }[]
}

/** A value as text, and whence it comes. `layer` is the distance from the person: the nearer one wins. */
export interface FoundText {
  text: string
  origin: Origin
  layer: number
  /** Of a flag: the profile that was asked for. */
  flaggedFor?: string
}

/** Reads both files. Throws `config-syntax`. */
export function parseSources(sources: ConfigSources): ConfigDocument {
  const { configText, configFile, credentialsText = '', credentialsFile = 'credentials' } = sources
  const profiles = new Map<string, ProfileSection>()
  const services = new Map<string, ConfigSection>()
  const add = (text: string, file: string, kind: ConfigFileKind) => {
    for (const section of parseConfigText(text, { file, kind })) {
      if (section.kind === 'services') {
        services.set(section.name, section)
        continue
      }
      const known = profiles.get(section.name)
      const keys = new Map(known?.keys)
      for (const [name, key] of section.keys) keys.set(name, { ...key, file })
      const { line } = section
      profiles.set(section.name, { ...(known ?? { name: section.name, file, line }), keys })
    }
  }
  add(configText, configFile, 'config')
  add(credentialsText, credentialsFile, 'credentials')
  return { profiles, services, configFile }
}

/** The text of a setting: flag, sections from the nearest, default; undefined where none of them has it. */
export function findText(setting: Setting<unknown, SettingKey>, layers: Layers): FoundText | undefined {
  const flagged = layers.overrides[setting.key]
  if (flagged !== undefined)
    return {
      text: flagged,
      origin: { kind: 'flag', flag: flagOf(setting.key) },
      layer: 0,
      flaggedFor: layers.profile,
    }
  for (const [index, { section, gives }] of layers.sections.entries()) {
    if (gives === 'shared' && setting.group !== 'S' && setting.group !== 'P') continue
    const key = section.keys.get(setting.key)
    if (key)
      return {
        text: key.value,
        origin: { kind: 'file', place: placeOf(key, section, layers) },
        layer: index + 1,
      }
  }
  return setting.default === undefined
    ? undefined
    : { text: setting.default, origin: { kind: 'default' }, layer: layers.sections.length + 1 }
}

/**
 * The checked value of a setting; undefined where it is not set, or where a nearer layer set its alternative instead.
 * Throws `setting-invalid`, `setting-conflict`, for a flag `usage`.
 */
export function checkedSetting<T>(setting: Setting<T, SettingKey>, layers: Layers): T | undefined {
  const found = findText(setting, layers)
  if (!found) return undefined
  const value = setting.type.parse(found.text)
  if (value === undefined) throw invalidSetting(setting, found, setting.type.allowed)
  const other = setting.alternative === undefined ? undefined : settingOf(setting.alternative)
  const otherFound = other && findText(other, layers)
  if (!other || !otherFound || otherFound.layer > found.layer) return value
  if (otherFound.layer < found.layer) return undefined
  throw conflictOf(setting, found, { with: other.key, problem: 'only one of them can be set' })
}

/** Refuses `cognito_*` keys that do not exist. Throws `setting-unknown`. */
function checkKeysKnown(layers: Layers): void {
  for (const { section } of layers.sections) {
    for (const key of section.keys.values()) {
      if (!key.name.startsWith('cognito_') || settingOf(key.name)) continue
      const nearest = nearestKey(key.name)
      throw new PoolkeyError('setting-unknown', {
        place: placeOf(key, section, layers),
        key: key.name,
        ...(nearest === undefined ? {} : { nearest }),
      })
    }
  }
}

/** Checks every setting that is present, used or not. Throws as `checkedSetting`. */
export function checkSettings(layers: Layers): void {
  checkKeysKnown(layers)
  for (const setting of SETTING_LIST) checkedSetting(setting, layers)
}

/** The section of the profile asked for alone, for what it must say itself. */
export function ownLayerOf(layers: Layers): Layers {
  return { ...layers, sections: layers.sections.slice(0, 1) }
}

/** An AWS key of the profile's own (`region`, `ca_bundle`...); an empty one counts as absent. */
export function findAwsKey(
  name: string,
  layers: Layers,
): { key: PlacedKey; place: SettingPlace } | undefined {
  for (const { section, gives } of layers.sections) {
    const key = section.keys.get(name)
    if (gives === 'all' && key && key.value !== '') return { key, place: placeOf(key, section, layers) }
  }
  return undefined
}

/** The checked value of an AWS key; undefined where it is absent. Throws `setting-invalid`. */
export function checkedAwsKey<T>(
  name: string,
  from: { layers: Layers; type: SettingType<T> },
): T | undefined {
  const found = findAwsKey(name, from.layers)
  return found && parseAwsKey(found, name, from.type)
}

/** Checks an AWS key that was found. Throws `setting-invalid`. */
export function parseAwsKey<T>(
  found: { key: PlacedKey; place: SettingPlace },
  name: string,
  type: SettingType<T>,
): T {
  const value = type.parse(found.key.value)
  if (value !== undefined) return value
  throw new PoolkeyError('setting-invalid', {
    place: found.place,
    key: name,
    value: found.key.value,
    allowed: type.allowed,
  })
}

/** The place of a key, for errors. */
export function placeOf(
  key: PlacedKey,
  section: ProfileSection,
  layers: Pick<Layers, 'profile'>,
): SettingPlace {
  const place = { file: key.file, line: key.line, profile: section.name }
  return section.name === layers.profile ? place : { ...place, inheritedBy: layers.profile }
}

/** The error for a bad value, wherever it came from. */
export function invalidSetting(
  setting: Setting<unknown, SettingKey>,
  found: FoundText,
  allowed: string,
): PoolkeyError {
  const { origin, text } = found
  if (origin.kind === 'file') {
    return new PoolkeyError('setting-invalid', {
      place: origin.place,
      key: setting.key,
      value: text,
      allowed,
    })
  }
  return new PoolkeyError('usage', {
    problem: `${flagOf(setting.key)} "${text}" is not allowed: it must be ${allowed}`,
    ...(setting.key === 'cognito_role_arn'
      ? { fix: `for those that the token offers: ${withProfile('poolkey roles', found.flaggedFor)}` }
      : {}),
  })
}

/** The error for two settings that exclude each other, wherever the first came from. */
export function conflictOf(
  setting: Setting<unknown, SettingKey>,
  found: FoundText,
  conflict: { with: string; problem: string },
): PoolkeyError {
  const { origin } = found
  if (origin.kind === 'file') {
    return new PoolkeyError('setting-conflict', { place: origin.place, key: setting.key, ...conflict })
  }
  return new PoolkeyError('usage', {
    problem: `${flagOf(setting.key)} conflicts with ${conflict.with}: ${conflict.problem}`,
  })
}

/** The flag that sets a key; only the role has a name of its own. */
function flagOf(key: SettingKey): string {
  return key === 'cognito_role_arn' ? '--role' : `--${key.replace('cognito_', '').replaceAll('_', '-')}`
}
