import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Needs } from '../context.ts'

/** Asks for leave. Throws `usage` where nobody can give it. */
export async function askLeave(
  { terminal, interrupted }: Needs<'terminal' | 'interrupted'>,
  { yes }: { yes: boolean },
  question: string,
): Promise<boolean> {
  if (yes) return true
  if (!terminal.canAsk) {
    throw new PoolkeyError('usage', {
      problem: 'nothing was changed: there is nobody to ask for leave',
      fix: 'to go ahead without being asked, give --yes',
    })
  }
  const isGiven = await terminal.confirm(question, interrupted)
  if (!isGiven) terminal.say('Nothing was changed.')
  return isGiven
}
