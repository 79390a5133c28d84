/** `exec --server`: a program beside an endpoint that has credentials for it as long as it runs. */
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { endpointEnvironment } from '../../outlets/endpoint-variables.ts'
import { runChild } from '../../outlets/exec.ts'
import type { Ending } from '../../outlets/exec.ts'
import { childEnvironment, INSIDE } from '../../outlets/variables.ts'
import type { Needs } from '../context.ts'
import { readCredentialsProfile } from './credentials-profile.ts'
import { openCommandEndpoint } from './endpoint.ts'
import type { EndpointContext } from './endpoint.ts'
import type { LastingOptions } from './lasting-credentials.ts'

/** What a program is run with, beside an endpoint or not. */
export type ServedContext = EndpointContext &
  Needs<'profiles' | 'env' | 'platform' | 'onSignal' | 'interrupted'>

/** Gives how the program ended. Throws as `openCommandEndpoint` and `runChild`. */
export async function runServed(
  context: ServedContext,
  { role, minLife }: LastingOptions,
  { command, isShell }: { command: string[]; isShell: boolean },
): Promise<Ending> {
  if (minLife !== undefined) {
    throw new PoolkeyError('usage', {
      problem: '--min-life says nothing beside --server, which refreshes the credentials',
      fix: 'leave one of them out',
    })
  }
  const profile = await readCredentialsProfile(context, role)
  // Ctrl-C is the program's to answer: while it goes on, so does the endpoint.
  const endpoint = await openCommandEndpoint(context, { profile, port: 0 })
  try {
    context.interrupted.throwIfAborted()
    if (isShell)
      context.terminal.say(`Starting ${command[0]} with credentials of profile ${profile.name}, refreshed.`)
    const { set } = endpointEnvironment(endpoint, profile.region)
    const env = childEnvironment(context.env, { ...set, [INSIDE]: profile.name })
    return await runChild({ command, env, platform: context.platform, onSignal: context.onSignal })
  } finally {
    await endpoint.close()
  }
}
