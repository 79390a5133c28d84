import { holderId, sessionId } from '../../broker/entry-names.ts'
import { forgetGuest } from '../../broker/guest.ts'
import type { SignedOut } from '../../broker/sign-out.ts'
import { isOurs, isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile, SignInSettings } from '../../profile/profile.ts'
import { openAttendedBroker } from '../credentials/attended-broker.ts'
import type { Needs } from '../context.ts'
import type { BrowserContext } from '../sign-in/browser-surroundings.ts'
import { explainTo } from '../texts/failure.ts'
import { endAnew, openExistingBroker, reportSignOut, signOutOf } from '../sign-out/local-sign-out.ts'
import type { SignOutContext } from '../sign-out/local-sign-out.ts'
import { takeBackWritten } from '../sign-out/written-credentials.ts'

export interface LogoutOptions {
  all?: boolean
  keepClientSecrets?: boolean
  forgetGuest?: boolean
  web?: boolean
  everywhere?: boolean
}

// What is local has a time of its own after it.
const EVERYWHERE_SECONDS = 30

/** Revokes and wipes the session of a profile, or (`--all`) everything poolkey keeps. */
export async function logout(
  context: SignOutContext & BrowserContext & Needs<'profiles' | 'vault' | 'openHelper' | 'interrupted'>,
  options: LogoutOptions,
): Promise<number> {
  refuseContradiction(options)
  if (options.all === true) {
    const { logoutAll } = await import('./logout-all.ts')
    return logoutAll(context, { keepClientSecrets: options.keepClientSecrets === true })
  }
  const profile = await context.profiles.read({}, { sparesCredentials: true })
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
async function outOfEverywhere(
  context: Needs<'terminal' | 'openBroker'>,
  profile: Profile,
): Promise<PoolkeyError | undefined> {
  const { signOutEverywhere } = await import('../../broker/sign-out-everywhere.ts')
  try {
    const broker = await openAttendedBroker(context, profile, EVERYWHERE_SECONDS)
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

function tellElsewhere(
  context: Needs<'terminal' | 'situation'>,
  failure: PoolkeyError,
  profile: Profile,
): number {
  context.terminal.say('Sessions on other machines, if there are any, go on:')
  return explainTo(context.terminal, failure, {
    ...context.situation(),
    profile,
    instead: endAnew(profile, failure),
  })
}

function nobody({ terminal }: Needs<'terminal'>): number {
  terminal.say('Nobody is signed in.')
  return 0
}

async function told(
  context: Needs<'terminal' | 'profiles' | 'situation'>,
  result: SignedOut,
  profile: Profile,
): Promise<number> {
  const sharing = await profilesOf(context, profile)
  context.terminal.say(
    `${result.who === undefined ? 'Signed out' : `${result.who} is signed out`} (${sharing.join(', ')}).`,
  )
  return reportSignOut(context, result, { profile })
}

// Only who asks for it waits for what opens browsers.
const webSignOut = () => import('../sign-out/web-sign-out-dialog.ts')

/** The browser's session, once all that is local is gone. */
async function outOfWeb(
  context: BrowserContext & Needs<'terminal' | 'openHelper' | 'interrupted' | 'situation'>,
  signIn: SignInSettings,
): Promise<number> {
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

async function dropGuest(
  context: Needs<'terminal' | 'openBroker' | 'credentialsFile'>,
  profile: Profile,
): Promise<number> {
  if (profile.signIn || profile.exchange.kind === 'none' || profile.exchange.kind === 'web-identity') {
    throw new PoolkeyError('usage', { problem: `profile ${profile.name} is no guest's: it signs in` })
  }
  const broker = await openExistingBroker(context, profile)
  const isDropped = broker !== undefined && (await forgetGuest(broker))
  context.terminal.say(
    isDropped ? 'The guest identity is forgotten; the next one is new.' : 'There is no guest identity.',
  )
  return takeBackWritten(context, { holder: holderId(profile) })
}

async function profilesOf(context: Needs<'profiles'>, profile: Profile): Promise<string[]> {
  const id = profile.signIn ? sessionId(profile.signIn) : undefined
  const all = await context.profiles.readAll()
  const names = all.filter(({ signIn }) => signIn && sessionId(signIn) === id).map(({ name }) => name)
  return names.includes(profile.name) ? names : [profile.name, ...names]
}
