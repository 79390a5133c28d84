import { obtainCredentials } from '../../broker/credentials.ts'
import {
  credentialsEnvironment,
  exportStatements,
  SET_VARIABLES,
  unsetStatements,
} from '../../outlets/shell.ts'
import type { CommandContext } from '../context.ts'
import { readCredentialsProfile } from '../credentials-profile.ts'

export interface EnvOptions {
  unset?: boolean
  role?: string
  minLife?: number
}

const DEADLINE_SECONDS = 50

/** Prints statements for `eval`; on failure nothing, so that half an answer is never evaluated. */
export async function env(context: CommandContext, options: EnvOptions): Promise<number> {
  if (options.unset === true) {
    context.terminal.answer(unsetStatements(SET_VARIABLES))
    return 0
  }
  const profile = await readCredentialsProfile(context, options.role)
  const broker = await context.openBroker({
    profile,
    seconds: DEADLINE_SECONDS,
    create: profile.signIn === undefined,
    announceWaits: true,
    mayPrompt: true,
  })
  const minLife = options.minLife === undefined ? 'half' : options.minLife * 1000
  const { credentials } = await obtainCredentials(broker, { minLife })
  context.terminal.answer(exportStatements(credentialsEnvironment(credentials, profile.region)))
  return 0
}
