/** The `cognito_*` keys as flags of `configure`: the key without `cognito_`, with dashes. */
import { Option } from 'commander'
import type { WrittenKeys } from '../../profile/profile-edit.ts'
import { COMMAND, PROFILE_NAME, TRUE_OR_FALSE } from '../../profile/setting-types.ts'
import { SETTING_LIST } from '../../profile/settings.ts'
import type { SettingKey } from '../../profile/settings.ts'
import { pastedValue } from './pasted-value.ts'

/** The long flag of a key. */
export function flagOf(key: SettingKey | 'region'): string {
  return `--${key.replace('cognito_', '').replaceAll('_', '-')}`
}

/** One option a key, in the order of the README; a key of true or false may stand alone, for true. */
export function settingOptions(): Option[] {
  return SETTING_LIST.map(({ key, help, type }) => {
    return new Option(`${flagOf(key)} ${valueOf(type)}`, help.replaceAll('`', ''))
  })
}

function valueOf(type: unknown): string {
  if (type === TRUE_OR_FALSE) return '[true|false]'
  if (type === COMMAND) return '<command>'
  return type === PROFILE_NAME ? '<profile>' : '<value>'
}

/** The keys among a command's options. */
export function keysFrom(options: Readonly<Record<string, unknown>>): WrittenKeys {
  const names: (SettingKey | 'region')[] = ['region', ...SETTING_LIST.map(({ key }) => key)]
  const keys: WrittenKeys = {}
  for (const name of names) {
    const value = options[new Option(`${flagOf(name)} <value>`).attributeName()]
    if (typeof value === 'string') keys[name] = pastedValue(name, value)
    // It stood alone.
    else if (value === true) keys[name] = 'true'
  }
  return keys
}
