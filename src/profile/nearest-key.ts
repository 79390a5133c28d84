import { editDistance } from './edit-distance.ts'
import { SETTING_LIST } from './settings.ts'
import type { SettingKey } from './settings.ts'

/** The key that was probably meant by an unknown one, or undefined when none is close. */
export function nearestKey(unknown: string): SettingKey | undefined {
  const meant = bareName(unknown)
  const ranked = SETTING_LIST.map(({ key }) => ({ key, distance: editDistance(meant, bareName(key)) }))
  const best = ranked.reduce((nearest, one) => (one.distance < nearest.distance ? one : nearest))
  return best.distance <= Math.max(1, Math.floor(meant.length / 3)) ? best.key : undefined
}

/** Underscores are what people forget first, so they do not count. */
function bareName(key: string): string {
  return key
    .toLowerCase()
    .replace(/^cognito_?/, '')
    .replaceAll('_', '')
}
