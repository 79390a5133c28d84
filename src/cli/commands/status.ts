import type { Broker } from '../../broker/broker.ts'
import { readStatus } from '../../broker/status.ts'
import type { SessionStatus, Status } from '../../broker/status.ts'
import { loginCommand } from '../../errors/explanation.ts'
import { jsonLine } from '../../errors/plain-text.ts'
import { isPoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile } from '../../profile/profile.ts'
import { rehearseWrite } from '../../vault/state-folder.ts'
import type { CommandContext } from '../context.ts'
import { clockNote, lifetime, table } from '../words.ts'

export interface StatusOptions {
  check?: boolean
  json?: boolean
}

const DEADLINE_SECONDS = 20

/** Who is signed in, which role, what time is left; without any request. */
export async function status(context: CommandContext, options: StatusOptions): Promise<number> {
  const profile = await context.readProfile()
  const broker = await openIfThere(context, profile)
  const found = readStatus(broker, { profile, now: context.now() })
  if (broker) warnOfDisk(context, broker)
  const isSignedIn = profile.signIn === undefined || ['valid', 'refreshable'].includes(found.session.state)
  const willSucceed = profile.exchange.kind !== 'none' && (found.credentials.state === 'fresh' || isSignedIn)
  if (options.json === true) context.terminal.answer(`${jsonLine(found)}\n`)
  else if (options.check !== true)
    context.terminal.answer(
      describe(found, profile, { now: context.now() + (found.clockSkewSeconds ?? 0) * 1000, isSignedIn }),
    )
  if (options.json !== true && options.check !== true && !isSignedIn) {
    context.terminal.say(`To sign in: ${loginCommand(profile.name)}`)
  }
  return options.check === true && !willSucceed ? 4 : 0
}

/** A disk that takes nothing is not noticed where credentials are handed out: there, stderr stays empty. */
function warnOfDisk(context: CommandContext, { vault }: Broker): void {
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

async function openIfThere(context: CommandContext, profile: Broker['profile']): Promise<Broker | undefined> {
  try {
    return await context.openBroker({ profile, seconds: DEADLINE_SECONDS, mayPrompt: true })
  } catch (error) {
    // No vault yet: nobody ever signed in here.
    if (isPoolkeyError(error, 'sign-in-required')) return undefined
    throw error
  }
}

function describe(
  found: Status,
  { signIn }: Profile,
  { now, isSignedIn }: { now: number; isSignedIn: boolean },
): string {
  const rows: [string, string][] = [['Profile', found.profile]]
  rows.push(['Session', signIn ? sessionText(found.session, now) : 'a guest: nobody signs in'])
  const { credentials } = found
  rows.push([
    'Credentials',
    credentials.expiresAt === undefined
      ? 'none'
      : credentials.state === 'expired'
        ? `expired${isSignedIn ? ': the next command that needs some renews them' : ''}`
        : `${credentials.state}, ${left(credentials.expiresAt, now)}`,
  ])
  if (credentials.roleArn !== undefined) rows.push(['Role', credentials.roleArn])
  if (found.store !== undefined) rows.push(['Store', found.store])
  const clock = clockNote((found.clockSkewSeconds ?? 0) * 1000)
  if (clock !== undefined) rows.push(['Clock', clock])
  return table(rows)
}

function sessionText(session: SessionStatus, now: number): string {
  const who = session.email ?? session.userName ?? ''
  switch (session.state) {
    case 'none':
      return 'nobody is signed in'
    case 'ended':
      return who === '' ? 'damaged: sign in again' : `${who} must sign in again`
    case 'valid':
    case 'refreshable': {
      const end = session.refreshTokenExpiresAt
      const more = end === undefined ? '' : `, sign-in good for ${left(end, now)}`
      return `${who}, ${session.state === 'valid' ? `ID token: ${left(session.idTokenExpiresAt ?? '', now)}` : 'will be refreshed'}${more}`
    }
  }
}

function left(instant: string, now: number): string {
  const ms = Date.parse(instant) - now
  return ms > 0 ? `${lifetime(ms)} left` : 'expired'
}
