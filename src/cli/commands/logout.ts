import type { Broker } from '../../broker/broker.ts'
import { holderId, sessionId } from '../../broker/entry-names.ts'
import { forgetGuest } from '../../broker/guest.ts'
import { readSession } from '../../broker/session.ts'
import { signOut } from '../../broker/sign-out.ts'
import type { SignedOut } from '../../broker/sign-out.ts'
import { runLogin, withProfile } from '../../errors/explanation.ts'
import { isOurs, isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile, SignInSettings } from '../../profile/profile.ts'
import type { CommandContext } from '../context.ts'
import { explainTo } from '../failure.ts'
import { takeBack } from '../take-back.ts'
import { clockTime } from '../words.ts'

export interface LogoutOptions {
  all?: boolean
  keepClientSecrets?: boolean
  forgetGuest?: boolean
  web?: boolean
  everywhere?: boolean
}

// Longer than a lock is waited for, whose error names its holder.
const LOGOUT_SECONDS = 50
// What is local has a time of its own after it.
const EVERYWHERE_SECONDS = 30

/** Revokes and wipes the session of a profile, or (`--all`) everything poolkey keeps. */
export async function logout(context: CommandContext, options: LogoutOptions): Promise<number> {
  refuseContradiction(options)
  if (options.all === true) {
    const { logoutAll } = await import('./logout-all.ts')
    return logoutAll(context, { keepClientSecrets: options.keepClientSecrets === true })
  }
  const profile = await context.readProfile({}, { sparesCredentials: true })
  if (options.forgetGuest === true) return dropGuest(context, profile)
  if (!profile.signIn) {
    throw new PoolkeyError('usage', {
      problem: `profile ${profile.name} is a guest's: nobody is signed in`,
      fix: 'to become another guest: --forget-guest',
    })
  }
  const hostedUi = options.web === true ? (await webSignOut()).hostedUiOf(profile) : undefined
  const failure = options.everywhere === true ? await outOfEverywhere(context, profile) : undefined
  const { result, fileExit } = await signOutOf(context, profile)
  // With every other session this one has ended, too.
  if (options.everywhere === true && !failure && result?.revocation.kind === 'failed')
    result.revocation = withoutNeed(result.revocation)
  if (options.everywhere === true && !failure)
    context.terminal.say(
      'Every session at the user pool has ended, on other machines too; each notices at its next refresh.',
    )
  const exitCode = (result ? await told(context, result, profile) : nobody(context)) || fileExit
  const elsewhere = failure ? tellElsewhere(context, failure, profile) : 0
  const web = hostedUi ? await outOfWeb(context, hostedUi) : 0
  return elsewhere || web || exitCode
}

/** What keeps the person signed in on other machines; undefined where nothing does. What is here goes in any case. */
async function outOfEverywhere(context: CommandContext, profile: Profile): Promise<PoolkeyError | undefined> {
  const { signOutEverywhere } = await import('../../broker/sign-out-everywhere.ts')
  try {
    const broker = await context.openBroker({
      profile,
      seconds: EVERYWHERE_SECONDS,
      announceWaits: true,
      mayPrompt: true,
    })
    await signOutEverywhere(broker)
    return undefined
  } catch (error) {
    if (isPoolkeyError(error, 'interrupted')) context.terminal.say('Nobody is signed out here yet.')
    if (!isOurs(error) || error.code === 'interrupted') throw error
    return error
  }
}

function withoutNeed(failed: Extract<SignedOut['revocation'], { kind: 'failed' }>): SignedOut['revocation'] {
  return failed.error.code === 'interrupted' ? failed : { kind: 'nothing-to-revoke' }
}

/** What ends sessions of which nothing is left here. */
function endAnew({ name }: Profile, { code }: PoolkeyError): string {
  const logout = withProfile('poolkey logout --everywhere', name)
  // Its own words have it that somebody is to sign in.
  return code === 'scope-missing' ? `run: ${logout}` : `${runLogin(name)}, then: ${logout}`
}

function tellElsewhere(context: CommandContext, failure: PoolkeyError, profile: Profile): number {
  context.terminal.say('Sessions on other machines, if there are any, go on:')
  return explainTo(context.terminal, failure, {
    ...context.situation(),
    profile,
    instead: endAnew(profile, failure),
  })
}

function nobody({ terminal }: CommandContext): number {
  terminal.say('Nobody is signed in.')
  return 0
}

async function told(context: CommandContext, result: SignedOut, profile: Profile): Promise<number> {
  const sharing = await profilesOf(context, profile)
  context.terminal.say(
    `${result.who === undefined ? 'Signed out' : `${result.who} is signed out`} (${sharing.join(', ')}).`,
  )
  return report(context, result, { profile })
}

// Only who asks for it waits for what opens browsers.
const webSignOut = () => import('../web-sign-out-dialog.ts')

/** The browser's session, once all that is local is gone. */
async function outOfWeb(context: CommandContext, signIn: SignInSettings): Promise<number> {
  try {
    await (await webSignOut()).signOutOfWeb(context, signIn)
    return 0
  } catch (error) {
    if (!isOurs(error) || error.code === 'interrupted') throw error
    return explainTo(context.terminal, error, context.situation())
  }
}

function refuseContradiction({ all, keepClientSecrets, forgetGuest, web, everywhere }: LogoutOptions): void {
  if ((web === true || everywhere === true) && (all === true || forgetGuest === true)) {
    throw new PoolkeyError('usage', {
      problem: `${web === true ? '--web' : '--everywhere'} goes with the sign-out of one profile, not with ${all === true ? '--all' : '--forget-guest'}`,
    })
  }
  if (keepClientSecrets === true && all !== true) {
    throw new PoolkeyError('usage', {
      problem: '--keep-client-secrets goes with --all: nothing else removes them',
    })
  }
  if (forgetGuest === true && all === true) {
    throw new PoolkeyError('usage', { problem: '--all forgets every guest: leave out --forget-guest' })
  }
}

async function dropGuest(context: CommandContext, profile: Profile): Promise<number> {
  if (profile.signIn || profile.exchange.kind === 'none' || profile.exchange.kind === 'web-identity') {
    throw new PoolkeyError('usage', { problem: `profile ${profile.name} is no guest's: it signs in` })
  }
  const broker = await openExisting(context, profile)
  const isDropped = broker !== undefined && (await forgetGuest(broker))
  context.terminal.say(
    isDropped ? 'The guest identity is forgotten; the next one is new.' : 'There is no guest identity.',
  )
  return takeBack(context, { holder: holderId(profile) })
}

/** What came of signing out a profile: no `result` when nobody was signed in; `fileExit` unless what was written is gone. */
export async function signOutOf(
  context: CommandContext,
  profile: Profile,
  takingBack: { isTriedAgain?: boolean } = {},
): Promise<{ result: SignedOut | undefined; fileExit: number }> {
  const broker = await openExisting(context, profile)
  const written = { holder: holderId(profile), ...takingBack }
  if (!broker) return { result: undefined, fileExit: await takeBack(context, written) }
  const { signIn } = profile
  const isNobody = signIn && readSession(broker.vault, sessionId(signIn)).state === 'none'
  let fileExit = 0
  // Signs out all the same: what a crash may have left of credentials goes with it.
  const result = await signOut(broker, async () => {
    fileExit = await takeBack(context, written)
  })
  return { result: isNobody ? undefined : result, fileExit }
}

async function openExisting(context: CommandContext, profile: Profile): Promise<Broker | undefined> {
  try {
    return await context.openBroker({
      profile,
      seconds: LOGOUT_SECONDS,
      announceWaits: true,
      mayPrompt: true,
    })
  } catch (error) {
    // There is no vault, so nothing to sign out of.
    if (isPoolkeyError(error, 'sign-in-required')) return undefined
    throw error
  }
}

/** Says what a sign-out left behind, and gives the exit code. */
export function report(
  context: CommandContext,
  result: SignedOut,
  { profile, isOneOfMany = false }: { profile: Profile; isOneOfMany?: boolean },
): number {
  const { terminal } = context
  const to = isOneOfMany ? ` to ${result.who ?? `profile ${profile.name}`}` : ''
  if (result.credentialsUntil) {
    terminal.say(
      `Credentials handed out earlier${to} live on until ${clockTime(result.credentialsUntil)}: AWS cannot call them back.`,
    )
  }
  if (result.revocation.kind !== 'failed') return 0
  const { error } = result.revocation
  if (error.code === 'interrupted') {
    terminal.say('The session is wiped, but its refresh token was not revoked any more.')
    throw error
  }
  terminal.say('Everything local is wiped, but the refresh token could not be revoked:')
  explainTo(terminal, error, { ...context.situation(), profile, instead: endAnew(profile, error) })
  return 6
}

async function profilesOf(context: CommandContext, profile: Profile): Promise<string[]> {
  const id = profile.signIn ? sessionId(profile.signIn) : undefined
  const all = await context.readAllProfiles()
  const names = all.filter(({ signIn }) => signIn && sessionId(signIn) === id).map(({ name }) => name)
  return names.includes(profile.name) ? names : [profile.name, ...names]
}
