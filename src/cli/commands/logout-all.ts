import { isClientSecretEntry, sessionId } from '../../broker/entry-names.ts'
import { listSignedIn } from '../../broker/stored-session.ts'
import { explainError } from '../../errors/catalogue.ts'
import { isOurs, isPoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile } from '../../profile/profile.ts'
import { isKeychainItem } from '../../vault/wipe-vault.ts'
import type { Needs } from '../context.ts'
import { explainTo } from '../texts/failure.ts'
import { reportSignOut, signOutOf } from '../sign-out/local-sign-out.ts'
import type { SignOutContext } from '../sign-out/local-sign-out.ts'
import { takeBackWritten } from '../sign-out/written-credentials.ts'

/** Revokes every session that a profile of the configuration leads to; then everything goes, readable or not. */
export async function logoutAll(
  context: SignOutContext & Needs<'profiles' | 'vault'>,
  options: { keepClientSecrets: boolean },
): Promise<number> {
  const { terminal } = context
  const { keepClientSecrets } = options
  const { exitCode, isReadable } = await revokeAll(context, options)
  const left = await context.vault.wipe(keepClientSecrets ? isClientSecretEntry : undefined)
  const fileExit = await takeBackWritten(context)
  for (const what of left) terminal.label('warning', `could not remove ${what}`)
  if (left.length > 0) {
    terminal.say('What is named above is still on this machine; all else is gone from it.')
    // Where the keychain cannot be had, what is in it opens nothing any more.
    return isReadable || !left.every(isKeychainItem) ? 7 : 0
  }
  terminal.say(
    keepClientSecrets
      ? 'Every session and all credentials are gone from this machine; client secrets and the sealing key are kept.'
      : 'Every session, all credentials and the sealing key are gone from this machine.',
  )
  return exitCode || fileExit
}

async function revokeAll(
  context: SignOutContext & Needs<'profiles' | 'vault'>,
  { keepClientSecrets }: { keepClientSecrets: boolean },
): Promise<{ exitCode: number; isReadable: boolean }> {
  const { terminal } = context
  let exitCode = 0
  try {
    // Whatever is wrong with it is told before anything is touched.
    const vault = await context.vault.openIfThere()
    const seen = new Set<string>()
    for (const profile of await readableProfiles(context)) {
      if (!profile.signIn || seen.has(sessionId(profile.signIn))) continue
      seen.add(sessionId(profile.signIn))
      exitCode = (await revokeOne(context, profile)) || exitCode
    }
    for (const who of vault ? listSignedIn(vault) : []) {
      exitCode = 6
      terminal.label(
        'warning',
        `${who} has a session that no profile leads to any more: it is wiped, but could not be revoked`,
      )
    }
  } catch (error) {
    // A key that cannot be read opens no client secret either: there would be nothing worth keeping.
    if (keepClientSecrets || !isUnreadable(error)) throw error
    // It is wiped all the same, which is what was asked for.
    terminal.label('warning', 'the vault cannot be read: what it held is wiped, but nothing could be revoked')
    return { exitCode, isReadable: false }
  }
  return { exitCode, isReadable: true }
}

/** One that cannot be signed out, for whatever reason, keeps none of the others, and is wiped with them. */
async function revokeOne(context: SignOutContext, profile: Profile): Promise<number> {
  try {
    const { result, fileExit } = await signOutOf(context, profile, { isTriedAgain: true })
    return (result && reportSignOut(context, result, { profile, isOneOfMany: true })) || fileExit
  } catch (error) {
    const isAboutTheVault = isUnreadable(error) || isPoolkeyError(error, 'store-mismatch')
    if (!isOurs(error) || error.code === 'interrupted' || isAboutTheVault) throw error
    context.terminal.say(`The session of profile ${profile.name} is wiped, but could not be revoked:`)
    explainTo(context.terminal, error, { ...context.situation(), profile })
    return 6
  }
}

function isUnreadable(error: unknown): boolean {
  return UNREADABLE.some((code) => isPoolkeyError(error, code))
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
async function readableProfiles(context: Needs<'terminal' | 'profiles'>): Promise<Profile[]> {
  try {
    return await context.profiles.readAll()
  } catch (error) {
    if (!isPoolkeyError(error, 'config-syntax') && !isPoolkeyError(error, 'config-unreadable')) throw error
    context.terminal.label('warning', explainError(error).what)
    return []
  }
}
