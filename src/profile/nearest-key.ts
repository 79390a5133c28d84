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

/** Levenshtein distance. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1]
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
