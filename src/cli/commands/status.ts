import type { Broker } from '../../broker/broker.ts'
import { readLives } from '../../broker/lives.ts'
import { readStatus } from '../../broker/status.ts'
import { loginCommand } from '../../errors/explanation.ts'
import { jsonLine } from '../../errors/plain-text.ts'
import { isPoolkeyError } from '../../errors/poolkey-error.ts'
import { rehearseWrite } from '../../vault/state-folder.ts'
import type { Needs } from '../context.ts'
import { answerStyle } from '../terminal/answer-style.ts'
import { parseStatusFormat } from '../texts/status-format.ts'
import { statusPicture, statusText } from '../texts/status-text.ts'

export interface StatusOptions {
  all?: boolean
  check?: boolean
  format?: string
  json?: boolean
}

const DEADLINE_SECONDS = 20
// A shell waits for its prompt.
const PROMPT_DEADLINE_SECONDS = 5

/** Who is signed in, which role, what time is left; without any request. */
export async function status(
  context: Needs<'terminal' | 'profiles' | 'openBroker' | 'vault' | 'env' | 'platform' | 'now'>,
  options: StatusOptions,
): Promise<number> {
  if (options.all === true) return (await import('./status-all.ts')).statusOfAll(context, options)
  const { terminal } = context
  const fillIn = options.format === undefined ? undefined : parseStatusFormat(options.format)
  const profile = await context.profiles.read()
  const broker = await openIfThere(context, { profile, isForPrompt: fillIn !== undefined })
  const found = readStatus(broker, { profile, now: context.now() })
  const now = context.now() + (found.clockSkewSeconds ?? 0) * 1000
  const isGuest = profile.signIn === undefined
  const isSignedIn = isGuest || ['valid', 'refreshable'].includes(found.session.state)
  const willSucceed = profile.exchange.kind !== 'none' && (found.credentials.state === 'fresh' || isSignedIn)
  const exitCode = options.check === true && !willSucceed ? 4 : 0
  if (fillIn) {
    terminal.answer(`${fillIn(found, now)}\n`)
    return exitCode
  }
  if (broker) warnOfDisk(context, broker)
  if (options.json === true) terminal.answer(`${jsonLine(found)}\n`)
  else if (options.check !== true) {
    const view = { now, isGuest, isSignedIn }
    terminal.answer(
      terminal.isAnswerShown
        ? statusPicture(found, { ...view, lives: readLives(broker), style: answerStyle(context) })
        : statusText(found, view),
    )
    if (!isSignedIn) terminal.say(`To sign in: ${loginCommand(profile.name)}`)
  }
  return exitCode
}

/** A disk that takes nothing is not noticed where credentials are handed out: there, stderr stays empty. */
function warnOfDisk(context: Needs<'terminal'>, { vault }: Broker): void {
  try {
    rehearseWrite(vault.folder)
  } catch (error) {
    if (!isPoolkeyError(error, 'vault-io')) throw error
    const { folder } = vault
    context.terminal.label(
      'warning',
      `nothing can be written to ${folder} (${error.facts.errno}): what is renewed from now on is lost`,
    )
  }
}

async function openIfThere(
  context: Needs<'openBroker'>,
  { profile, isForPrompt }: { profile: Broker['profile']; isForPrompt: boolean },
): Promise<Broker | undefined> {
  try {
    const seconds = isForPrompt ? PROMPT_DEADLINE_SECONDS : DEADLINE_SECONDS
    return await context.openBroker({ profile, seconds, mayPrompt: !isForPrompt })
  } catch (error) {
    // No vault yet: nobody ever signed in here.
    if (isPoolkeyError(error, 'sign-in-required')) return undefined
    throw error
  }
}
