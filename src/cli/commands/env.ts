import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { canRemove, statementsFor } from '../../outlets/shell.ts'
import type { Shell } from '../../outlets/shell.ts'
import { credentialsVariables, OUTRANKING_VARIABLES, SET_VARIABLES } from '../../outlets/variables.ts'
import type { Needs } from '../context.ts'
import { obtainLastingCredentials } from '../credentials/lasting-credentials.ts'
import type { LastingOptions } from '../credentials/lasting-credentials.ts'

export interface EnvOptions extends LastingOptions {
  /** Of the parent process where it is not named. */
  shell?: Shell
  unset?: boolean
}

/** Prints statements for a shell; on failure nothing, so that half an answer is never evaluated. */
export async function env(
  context: Needs<'terminal' | 'profiles' | 'openBroker' | 'platform' | 'parentPid'>,
  options: EnvOptions,
): Promise<number> {
  const { terminal } = context
  const shell = options.shell ?? (await shellThatAsks(context))
  if (options.unset === true) {
    if (!canRemove(shell))
      throw new PoolkeyError('usage', { problem: `${shell} cannot say that a variable is to go` })
    terminal.answer(statementsFor(shell, { removed: SET_VARIABLES }))
    return 0
  }
  const { profile, credentials } = await obtainLastingCredentials(context, options)
  const set = credentialsVariables(credentials, profile.region)
  const statements = statementsFor(shell, { set, removed: OUTRANKING_VARIABLES })
  if (terminal.isAnswerShown) terminal.label('warning', SHOWN)
  terminal.answer(statements)
  return 0
}

const SHOWN = 'these are secrets, and the terminal keeps what it shows; to use them unseen: poolkey exec'

async function shellThatAsks({ parentPid, platform }: Needs<'platform' | 'parentPid'>): Promise<Shell> {
  const { shellOfParent } = await import('../terminal/parent-shell.ts')
  return shellOfParent({ pid: parentPid, platform })
}
