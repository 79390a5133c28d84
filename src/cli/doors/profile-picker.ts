/** Which profile a person means who named none. */
import type { ConfigSources } from '../../profile/profile-values.ts'
import { listProfiles } from '../../profile/profile-list.ts'
import type { Terminal } from '../terminal/terminal.ts'

const MOST_TRIES = 3

/**
 * Asks which of the poolkey profiles is meant, by its number or its name. Undefined where `default` is one of them, where there
 * are not several, where nobody can be asked, and when nobody answers.
 */
export async function pickProfile(asked: {
  files: ConfigSources
  terminal: Pick<Terminal, 'canAsk' | 'say' | 'ask'>
  signal: AbortSignal
}): Promise<string | undefined> {
  const { files, terminal, signal } = asked
  if (!terminal.canAsk) return undefined
  const names = listProfiles(files)
    .filter(({ kind }) => kind !== 'foreign')
    .map(({ name }) => name)
  if (names.length < 2 || names.includes('default')) return undefined
  terminal.say('No profile was named (--profile or AWS_PROFILE). There are:')
  const width = String(names.length).length
  names.forEach((name, index) => {
    terminal.say(`  ${String(index + 1).padStart(width)}  ${name}`)
  })
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const answer = (await terminal.ask('Which one? Number or name: ', signal))?.trim() ?? ''
    if (answer === '') return undefined
    const picked = pickedName(answer, names)
    if (picked !== undefined) return picked
    terminal.say(`There is no ${answer}.`)
  }
  return undefined
}

/** The name that an answer means; a name that looks like a number wins over the number. */
export function pickedName(answer: string, names: string[]): string | undefined {
  if (names.includes(answer)) return answer
  return /^[1-9]\d*$/.test(answer) ? names[Number(answer) - 1] : undefined
}
