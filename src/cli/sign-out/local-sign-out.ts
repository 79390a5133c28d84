/** A profile's sign-out from this machine, and what is said of it. */
import type { Broker } from '../../broker/broker.ts'
import { holderId, sessionId } from '../../broker/entry-names.ts'
import { readSession } from '../../broker/stored-session.ts'
import { signOut } from '../../broker/sign-out.ts'
import type { SignedOut } from '../../broker/sign-out.ts'
import { runLogin, withProfile } from '../../errors/explanation.ts'
import { isPoolkeyError } from '../../errors/poolkey-error.ts'
import type { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Needs } from '../context.ts'
import { explainTo } from '../texts/failure.ts'
import { takeBackWritten } from './written-credentials.ts'
import { clockTime } from '../texts/words.ts'

// Longer than a lock is waited for, whose error names its holder.
const LOGOUT_SECONDS = 50

/** What a sign-out from this machine is made with. */
export type SignOutContext = Needs<'terminal' | 'openBroker' | 'credentialsFile' | 'situation'>

/** What came of signing out a profile: no `result` when nobody was signed in; `fileExit` unless what was written is gone. */
export async function signOutOf(
  context: SignOutContext,
  profile: Profile,
  takingBack: { isTriedAgain?: boolean } = {},
): Promise<{ result: SignedOut | undefined; fileExit: number }> {
  const broker = await openExistingBroker(context, profile)
  const written = { holder: holderId(profile), ...takingBack }
  if (!broker) return { result: undefined, fileExit: await takeBackWritten(context, written) }
  const { signIn } = profile
  const isNobody = signIn && readSession(broker.vault, sessionId(signIn)).state === 'none'
  let fileExit = 0
  // Signs out all the same: what a crash may have left of credentials goes with it.
  const result = await signOut(broker, async () => {
    fileExit = await takeBackWritten(context, written)
  })
  return { result: isNobody ? undefined : result, fileExit }
}

/** The broker of a profile; undefined where there is no vault, so that nobody can be signed in. */
export async function openExistingBroker(
  context: Needs<'openBroker'>,
  profile: Profile,
): Promise<Broker | undefined> {
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
export function reportSignOut(
  context: Needs<'terminal' | 'situation'>,
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

/** What ends sessions of which nothing is left here. */
export function endAnew({ name }: Profile, { code }: PoolkeyError): string {
  const logout = withProfile('poolkey logout --everywhere', name)
  // Its own words have it that somebody is to sign in.
  return code === 'scope-missing' ? `run: ${logout}` : `${runLogin(name)}, then: ${logout}`
}
