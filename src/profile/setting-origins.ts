import { layersOf } from './profile.ts'
import type { ParseProfileOptions } from './profile.ts'
import { findText } from './profile-values.ts'
import type { Origin } from './profile-values.ts'
import { SETTING_LIST } from './settings.ts'
import type { SettingKey } from './settings.ts'

/** A setting in force: its text, not checked, and whence it comes. */
export interface EffectiveSetting {
  key: SettingKey
  text: string
  origin: Origin
}

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
