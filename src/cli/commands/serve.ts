import { resolve } from 'node:path'
import { isPoolkeyError } from '../../errors/poolkey-error.ts'
import { removeTokenFile, writeTokenFile } from '../../outlets/endpoint-token.ts'
import { endpointEnvironment } from '../../outlets/endpoint-variables.ts'
import { statementsFor } from '../../outlets/shell.ts'
import { untilAborted } from '../../pause.ts'
import type { CommandContext } from '../context.ts'
import { readCredentialsProfile } from '../credentials-profile.ts'
import { openCommandEndpoint } from '../endpoint.ts'

export interface ServeOptions {
  port?: number
  tokenFile?: string
}

/** Serves credentials on loopback until it is interrupted; prints the variables by which SDKs find it. */
export async function serve(context: CommandContext, options: ServeOptions): Promise<number> {
  const { terminal, interrupted } = context
  const profile = await readCredentialsProfile(context)
  const { uri, token, close } = await openCommandEndpoint(context, {
    profile,
    port: options.port ?? 0,
  })
  const file = options.tokenFile === undefined ? undefined : resolve(options.tokenFile)
  let isWritten = false
  try {
    if (file !== undefined) writeTokenFile(file, token)
    isWritten = true
    const address = { uri, token: file === undefined ? token : { file } }
    terminal.answer(statementsFor('sh', endpointEnvironment(address, profile.region)))
    terminal.say(
      `Credentials of profile ${profile.name} on ${uri}, for who has the variables above, until this ends (Ctrl-C).`,
    )
    return await untilAborted(interrupted)
  } catch (error) {
    // Ctrl-C is how this command ends.
    if (isPoolkeyError(error, 'interrupted') && error.facts.signal === 'SIGINT') return 0
    throw error
  } finally {
    if (file !== undefined && isWritten) removeTokenFile(file, token)
    await close()
  }
}
