import { layersOf } from './parse-profile.ts'
import type { ParseProfileOptions } from './parse-profile.ts'
import { findAwsKey, findText, ownLayerOf } from './profile-values.ts'
import type { Origin } from './profile-values.ts'
import { findEndpoint, findRegion } from './service-endpoints.ts'
import type { ServiceId } from './service-endpoints.ts'
import { SETTING_LIST } from './settings.ts'
import type { SettingKey } from './settings.ts'

/** A setting in force: its text, not checked, and whence it comes. */
export interface EffectiveSetting {
  key: SettingKey
  text: string
  origin: Origin
}

/** Whence everything comes that a profile is made of. */
export interface ProfileOrigins {
  /** The profile's section: the first header of it. */
  header: Origin
  /** The text and origin of a setting in force. */
  setting: (key: SettingKey) => { text: string; origin: Origin } | undefined
  /** The same of an AWS key of the profile's own section, empty ones left out. */
  own: (key: OwnKey) => { text: string; origin: Origin } | undefined
  /** Of the region for STS; undefined: none is set, and the pool's counts. */
  region: Origin | undefined
  endpoint: (service: ServiceId) => Origin | undefined
}

/** Keys that AWS tools read in the profile itself, and that are never inherited. */
export type OwnKey =
  | 'credential_process'
  | 'role_arn'
  | 'source_profile'
  | 'external_id'
  | 'role_session_name'
  | 'duration_seconds'

/** Every `cognito_*` setting in force for a profile, in the order of the README. Throws as `parseProfile`'s look-up does. */
export function listEffectiveSettings(
  options: Omit<ParseProfileOptions, 'readFile' | 'env'>,
): EffectiveSetting[] {
  const { layers } = layersOf(options)
  return SETTING_LIST.flatMap((setting) => {
    const found = findText(setting, layers)
    return found ? [{ key: setting.key, text: found.text, origin: found.origin }] : []
  })
}

/** Where the values of a profile come from. Throws as `parseProfile`'s look-up does. */
export function readOrigins(options: Omit<ParseProfileOptions, 'readFile'>): ProfileOrigins {
  const { document, own, layers } = layersOf(options)
  const { env } = options
  const settings = new Map(listEffectiveSettings(options).map((one) => [one.key, one]))
  const ownLayer = ownLayerOf(layers)
  return {
    header: { kind: 'file', place: { file: own.file, line: own.line, profile: own.name } },
    setting: (key) => settings.get(key),
    own: (name) => {
      const found = findAwsKey(name, ownLayer)
      return found && { text: found.key.value, origin: { kind: 'file', place: found.place } }
    },
    region: findRegion(layers, env)?.origin,
    endpoint: (service) => findEndpoint(service, { document, layers, env })?.origin,
  }
}
