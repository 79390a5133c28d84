/** Where a setting is to be edited that does not stand in the profile's own section. Pure. */
import type { Profile } from '../profile/profile.ts'
import type { Origin } from '../profile/profile-values.ts'
import type { ProfileOrigins } from '../profile/setting-origins.ts'
import { SETTING_LIST } from '../profile/settings.ts'
import type { SettingKey } from '../profile/settings.ts'
import { isTrouble } from './finding.ts'
import type { Finding } from './finding.ts'

// Settings that causes and fixes name by what they are.
const IN_WORDS: [words: RegExp, key: SettingKey][] = [
  [/\bapp client \S/, 'cognito_client_id'],
  [/\buser pool \S+_\S/, 'cognito_user_pool_id'],
]

/** A finding whose fix says so of every setting that it is about. */
export function withPlaces(finding: Finding, profile: Profile, origins: ProfileOrigins): Finding {
  if (!isTrouble(finding) || finding.fix === undefined) return finding
  const about = `${finding.cause} ${finding.fix}`
  const keys = SETTING_LIST.map(({ key }) => key).filter(
    (key) =>
      new RegExp(`\\b${key}\\b`).test(about) ||
      IN_WORDS.some(([words, meant]) => meant === key && words.test(about)),
  )
  const places = keys.flatMap((key) => placeOf(key, origins.setting(key)?.origin, profile))
  return places.length === 0 ? finding : { ...finding, fix: `${finding.fix} (${places.join('; ')})` }
}

function placeOf(key: SettingKey, origin: Origin | undefined, { name }: Profile): string[] {
  switch (origin?.kind) {
    case undefined:
    case 'default':
      return []
    case 'flag':
      return [`${key} is given by ${origin.flag}`]
    case 'environment':
      return [`${key} is given by ${origin.variable}`]
    case 'file': {
      const { file, line, profile } = origin.place
      return profile === name ? [] : [`${key} stands in profile ${profile}, ${file}:${line}`]
    }
  }
}
