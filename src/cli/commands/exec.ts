import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { runChild } from '../../outlets/exec.ts'
import type { Ending } from '../../outlets/exec.ts'
import { childEnvironment, credentialsVariables, INSIDE } from '../../outlets/variables.ts'
import type { GlobalOptions, Needs } from '../context.ts'
import type { ServedContext } from '../credentials/served-child.ts'
import { obtainLastingCredentials } from '../credentials/lasting-credentials.ts'
import type { LastingOptions } from '../credentials/lasting-credentials.ts'
import { clockTime } from '../texts/words.ts'

export interface ExecOptions extends LastingOptions {
  /** Instead of credentials, where to get them: for longer than they live. */
  server?: boolean
}

/** Runs a command, or the person's shell, with credentials in its environment, and gives how it ended. */
export async function exec(
  context: ServedContext,
  options: ExecOptions & GlobalOptions,
  ...words: string[]
): Promise<Ending> {
  if (words.length > 0) throw await strayWords(context, options, words)
  const changed = options.handedOn?.findIndex((word) => word.includes(UNREADABLE)) ?? -1
  if (changed >= 0)
    throw new PoolkeyError('usage', { problem: `word ${changed + 1} after -- ${CHANGED}`, fix: UNCHANGED })
  const outer = context.env[INSIDE]
  if (outer !== undefined)
    context.terminal.label('warning', `this runs inside of poolkey exec already, for profile ${outer}`)
  const { handedOn = [] } = options
  const command = handedOn.length > 0 ? handedOn : [shellOf(context)]
  const isShell = handedOn.length === 0
  if (options.server === true) {
    const { runServed } = await import('../credentials/served-child.ts')
    return runServed(context, options, { command, isShell })
  }
  const { profile, expiration, env } = await environmentFor(context, options)
  if (isShell)
    context.terminal.say(`Starting ${command[0]} with credentials of profile ${profile} until ${expiration}.`)
  context.interrupted.throwIfAborted()
  // Not awaited: nothing here holds the credentials while the command runs.
  return runChild({ command, env, platform: context.platform, onSignal: context.onSignal })
}

/** What Node makes of bytes that are no UTF-8, before anybody can see them. */
const UNREADABLE = '\ufffd'
const CHANGED = 'is not UTF-8 (or has U+FFFD in it): the command would get something else'
const UNCHANGED = 'have a shell write it: poolkey exec -- sh -c \'COMMAND "$(printf ...)"\''

async function environmentFor(context: Needs<'env' | 'profiles' | 'openBroker'>, options: LastingOptions) {
  const { profile, credentials } = await obtainLastingCredentials(context, options)
  const extra = { ...credentialsVariables(credentials, profile.region), [INSIDE]: profile.name }
  return {
    profile: profile.name,
    expiration: clockTime(credentials.expiration),
    env: childEnvironment(context.env, extra),
  }
}

async function strayWords(
  context: Needs<'env' | 'platform'>,
  { typed = [], handedOn = [], profile }: GlobalOptions,
  stray: string[],
): Promise<PoolkeyError> {
  const { strayWordsError } = await import('../command-line/usage-advice.ts')
  const { readProfileNames } = await import('../command-line/profile-names.ts')
  return strayWordsError({
    options: typed.slice(0, typed.length - stray.length),
    stray,
    handedOn,
    hasProfile: profile !== undefined,
    profiles: readProfileNames(context),
  })
}

function shellOf({ env, platform }: Needs<'env' | 'platform'>): string {
  const [set, otherwise] =
    platform === 'win32' ? [env['ComSpec'] ?? env['COMSPEC'], 'cmd.exe'] : [env['SHELL'], '/bin/sh']
  return set === undefined || set === '' ? otherwise : set
}
