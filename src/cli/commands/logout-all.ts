import { isClientSecretEntry, sessionId } from '../../broker/entry-names.ts'
import { listSignedIn } from '../../broker/session.ts'
import { explainError } from '../../errors/catalogue.ts'
import { isPoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile } from '../../profile/profile.ts'
import type { CommandContext } from '../context.ts'
import { LOGOUT_SECONDS, report, signOutOf } from './logout.ts'

/** Revokes every session that a profile of the configuration leads to; then everything goes, readable or not. */
export async function logoutAll(
  context: CommandContext,
  options: { keepClientSecrets: boolean },
): Promise<number> {
  const { terminal } = context
  const { keepClientSecrets } = options
  const exitCode = await revokeAll(context)
  const left = await context.wipeVault(keepClientSecrets ? isClientSecretEntry : undefined)
  for (const what of left) terminal.label('warning', `could not remove ${what}`)
  terminal.say(
    keepClientSecrets
      ? 'Every session and all credentials are gone from this machine; client secrets and the sealing key are kept.'
      : 'Every session, all credentials and the sealing key are gone from this machine.',
  )
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
    const vault = await context.openVault(LOGOUT_SECONDS)
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
