import { isOurs, isPoolkeyError } from '../../errors/poolkey-error.ts'
import type { Needs } from '../context.ts'
import { explainTo } from '../texts/failure.ts'

/**
 * Removes the sections that `write` made for a holder, or for anybody, and says so. Gives the exit code: a sign-out goes on,
 * whatever is wrong with that file, and says nothing of it where `isTriedAgain` later.
 */
export async function takeBackWritten(
  context: Needs<'terminal' | 'credentialsFile'>,
  options: { holder?: string; isTriedAgain?: boolean } = {},
): Promise<number> {
  const { holder, isTriedAgain = false } = options
  const { terminal, credentialsFile } = context
  try {
    const { file, names } = await credentialsFile.removeWritten({ holder })
    if (names.length > 0)
      terminal.say(`Removed from ${file}: ${names.map((name) => `[${name}]`).join(', ')}.`)
    return 0
  } catch (error) {
    if (isPoolkeyError(error, 'interrupted'))
      terminal.say('What write put into the credentials file may be left there: logout again removes it.')
    if (!isOurs(error) || error.code === 'interrupted') throw error
    if (isTriedAgain) return 0
    terminal.say('What write put into the credentials file could not be removed:')
    return explainTo(terminal, error)
  }
}
