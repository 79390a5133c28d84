import { sessionId } from '../../broker/entry-names.ts'
import { listSignedIn, readSession } from '../../broker/session.ts'
import { signOut } from '../../broker/sign-out.ts'
import type { SignedOut } from '../../broker/sign-out.ts'
import { explainError } from '../../errors/catalogue.ts'
import { isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile } from '../../profile/profile.ts'
import type { CommandContext } from '../context.ts'
import { explainTo } from '../failure.ts'
import { clockTime } from '../words.ts'

export interface LogoutOptions {
  all?: boolean
}

const DEADLINE_SECONDS = 30

/** Revokes and wipes the session of a profile, or (`--all`) everything poolkey keeps. */
export async function logout(context: CommandContext, options: LogoutOptions): Promise<number> {
  if (options.all === true) return logoutAll(context)
  const profile = await context.readProfile()
  if (!profile.signIn) {
    throw new PoolkeyError('usage', { problem: `profile ${profile.name} is a guest's: nobody is signed in` })
  }
  const result = await signOutOf(context, profile)
  if (!result) {
    context.terminal.say('Nobody is signed in.')
    return 0
  }
  const sharing = await profilesOf(context, profile)
  context.terminal.say(
    `${result.who === undefined ? 'Signed out' : `${result.who} is signed out`} (${sharing.join(', ')}).`,
  )
  return report(context, result)
}

async function signOutOf(context: CommandContext, profile: Profile): Promise<SignedOut | undefined> {
  try {
    const broker = await context.openBroker({
      profile,
      seconds: DEADLINE_SECONDS,
      announceWaits: true,
      mayPrompt: true,
    })
    const { signIn } = profile
    const isNobody = signIn && readSession(broker.vault, sessionId(signIn)).state === 'none'
    // Signs out all the same: what a crash may have left of credentials goes with it.
    const result = await signOut(broker)
    return isNobody ? undefined : result
  } catch (error) {
    if (isPoolkeyError(error, 'sign-in-required')) return undefined
    throw error
  }
}

/** Revokes every session that a profile of the configuration leads to; then everything goes, readable or not. */
async function logoutAll(context: CommandContext): Promise<number> {
  const { terminal } = context
  const exitCode = await revokeAll(context)
  const left = await context.wipeVault()
  for (const what of left) terminal.label('warning', `could not remove ${what}`)
  terminal.say('Every session, all credentials and the sealing key are gone from this machine.')
  return exitCode
}

async function revokeAll(context: CommandContext): Promise<number> {
  let exitCode = 0
  try {
    const seen = new Set<string>()
    for (const profile of await readableProfiles(context)) {
      if (!profile.signIn || seen.has(sessionId(profile.signIn))) continue
      seen.add(sessionId(profile.signIn))
      const result = await signOutOf(context, profile)
      if (result) exitCode = report(context, result) || exitCode
    }
    const vault = await context.openVault(DEADLINE_SECONDS)
    for (const who of vault ? listSignedIn(vault) : []) {
      exitCode = 6
      context.terminal.label(
        'warning',
        `${who} has a session that no profile leads to any more: it is wiped, but could not be revoked`,
      )
    }
  } catch (error) {
    if (!UNREADABLE.some((code) => isPoolkeyError(error, code))) throw error
    // It is wiped all the same, which is what was asked for.
    context.terminal.label(
      'warning',
      'the vault cannot be read: what it held is wiped, but nothing could be revoked',
    )
  }
  return exitCode
}

const UNREADABLE = [
  'vault-damaged',
  'vault-unsafe',
  'vault-io',
  'key-missing',
  'keychain-unavailable',
  'passphrase-missing',
  'passphrase-wrong',
] as const

/** A configuration file with a mistake must not keep secrets from being wiped. */
async function readableProfiles(context: CommandContext): Promise<Profile[]> {
  try {
    return await context.readAllProfiles()
  } catch (error) {
    if (!isPoolkeyError(error, 'config-syntax') && !isPoolkeyError(error, 'config-unreadable')) throw error
    context.terminal.label('warning', explainError(error).what)
    return []
  }
}

function report(context: CommandContext, result: SignedOut): number {
  const { terminal } = context
  if (result.credentialsUntil) {
    terminal.say(
      `Credentials handed out earlier live on until ${clockTime(result.credentialsUntil)}: AWS cannot call them back.`,
    )
  }
  if (result.revocation.kind !== 'failed') return 0
  terminal.say('Everything local is wiped, but the refresh token could not be revoked:')
  explainTo(terminal, result.revocation.error, context.profileInUse())
  return 6
}

async function profilesOf(context: CommandContext, profile: Profile): Promise<string[]> {
  const id = profile.signIn ? sessionId(profile.signIn) : undefined
  const all = await context.readAllProfiles()
  const names = all.filter(({ signIn }) => signIn && sessionId(signIn) === id).map(({ name }) => name)
  return names.includes(profile.name) ? names : [profile.name, ...names]
}
