import { resolve } from 'node:path'
import { isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import { removeTokenFile, writeTokenFile } from '../../outlets/endpoint-token.ts'
import { endpointEnvironment } from '../../outlets/endpoint-variables.ts'
import { statementsFor } from '../../outlets/shell.ts'
import { untilAborted } from '../../pause.ts'
import type { Needs } from '../context.ts'
import { readCredentialsProfile } from '../credentials/credentials-profile.ts'
import { openCommandEndpoint } from '../credentials/endpoint.ts'
import type { EndpointContext } from '../credentials/endpoint.ts'

export interface ServeOptions {
  port?: number
  tokenFile?: string
}

// Such as eval "$(poolkey serve)", which evaluates nothing before this ends.
const PIPED =
  'They went into a pipe: who waits for its end waits as long as this runs. Redirect to a file and read that, or use: poolkey exec --server'

/** Serves credentials on loopback until it is interrupted; prints the variables by which SDKs find it. */
export async function serve(
  context: EndpointContext & Needs<'profiles' | 'onSignal' | 'interrupted'>,
  options: ServeOptions,
): Promise<number> {
  const { terminal, interrupted, onSignal } = context
  const file = options.tokenFile === undefined ? undefined : absolutePath(options.tokenFile)
  const profile = await readCredentialsProfile(context)
  const { uri, token, close } = await openCommandEndpoint(context, { profile, port: options.port ?? 0 })
  const quit = new AbortController()
  // Whoever ends it by Ctrl-\ is to find no token left, either.
  const unheard = onSignal('SIGQUIT', () => {
    quit.abort(new PoolkeyError('interrupted', { signal: 'SIGQUIT' }))
  })
  let isWritten = false
  try {
    if (file !== undefined) writeTokenFile(file, token)
    isWritten = true
    const address = { uri, token: file === undefined ? token : { file } }
    if (file === undefined && terminal.isAnswerShown) terminal.label('warning', SHOWN)
    terminal.answer(statementsFor('sh', endpointEnvironment(address, profile.region)))
    const whose = terminal.isAnswerShown ? 'the variables above' : 'the variables from its stdout'
    terminal.say(
      `Credentials of profile ${profile.name} on ${uri}, for who has ${whose}, until this ends (Ctrl-C).`,
    )
    if (terminal.isAnswerPiped) terminal.say(PIPED)
    return await untilAborted(AbortSignal.any([interrupted, quit.signal]))
  } catch (error) {
    // Ctrl-C is how this command ends.
    if (isPoolkeyError(error, 'interrupted') && error.facts.signal === 'SIGINT') return 0
    throw error
  } finally {
    if (file !== undefined && isWritten) removeTokenFile(file, token)
    unheard()
    await close()
  }
}

const SHOWN =
  'the token below opens the credentials to whoever sees it, and the terminal keeps what it shows; to use it unseen: poolkey serve > FILE, or --token-file'

/** Throws `token-file-unusable` for a relative path where the working folder is gone. */
function absolutePath(path: string): string {
  try {
    return resolve(path)
  } catch (error) {
    const problem = 'the folder in which poolkey was started is gone'
    throw new PoolkeyError('token-file-unusable', { path, problem }, { cause: error })
  }
}
