/** What can stand where a command line takes a value. Pure. */
import { SETTING_LIST } from '../../profile/settings.ts'
import { STORES } from '../tree/option-values.ts'
import { flagOf } from '../configure/setting-flags.ts'

/** `free`: anything, of which nothing is known. `words` is empty but for the kind of that name. */
export interface Values {
  kind: 'words' | 'profiles' | 'files' | 'commands' | 'free'
  words: readonly string[]
}

// By what stands in for a value in the help.
const PLACEHOLDERS: Partial<Record<string, Values['kind']>> = {
  profile: 'profiles',
  file: 'files',
  path: 'files',
  source: 'files',
  command: 'commands',
  words: 'commands',
}

/**
 * The values of an option or an argument: its choices, those of the setting whose flag it is, or what its placeholder
 * says. `long` is undefined for an argument.
 */
export function valuesOf(of: {
  long: string | undefined
  placeholder: string
  choices: readonly string[] | undefined
}): Values {
  const { long, placeholder, choices } = of
  const setting = SETTING_LIST.find(({ key }) => flagOf(key) === long)
  const words = choices ?? setting?.type.words ?? (placeholder === 'store' ? STORES : undefined)
  if (words) return { kind: 'words', words }
  const kind = long === '--profile' ? 'profiles' : (PLACEHOLDERS[placeholder] ?? 'free')
  return { kind, words: [] }
}
