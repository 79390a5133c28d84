/** Signing out: what is on this machine first, so that nothing of it survives a network that fails; then the user pool. */
import { isOurs } from '../errors/poolkey-error.ts'
import type { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Secret } from '../secret.ts'
import { listEntries, readEntry, removeEntry } from '../vault/entries.ts'
import type { Broker } from './broker.ts'
import { clientSecretOf } from './client-secret.ts'
import { credentialsPrefix, sessionEntryName, sessionId } from './entry-names.ts'
import { withBrokerLock } from './locks.ts'
import { whoIs } from './session-entry.ts'
import { readSession, wipeCredentials } from './stored-session.ts'
import { userPoolClientFor } from './user-pool.ts'
import { forgetPointers } from './warm-pointer.ts'

/** What a sign-out found and did. */
export interface SignedOut {
  /** Who was signed in; undefined when nobody was, or the entry could not be read. */
  who: string | undefined
  /** Until when credentials already handed out still live; undefined when there were none. */
  credentialsUntil: Date | undefined
  revocation: { kind: 'revoked' } | { kind: 'nothing-to-revoke' } | { kind: 'failed'; error: PoolkeyError }
}

/**
 * Wipes the session and all credentials minted from it, then revokes its refresh token. In between comes `onWiped`, to take
 * back what was handed out, before the network is waited for. A failed revocation is reported, not thrown.
 */
export async function signOut(broker: Broker, onWiped?: () => Promise<void>): Promise<SignedOut> {
  const { profile, vault } = broker
  if (!profile.signIn) throw new Error('a sign-out without sign-in settings')
  const id = sessionId(profile.signIn)
  const { session, credentialsUntil } = await withBrokerLock(broker, { kind: 'session', id }, () => {
    const found = { session: readSession(vault, id), credentialsUntil: lastExpiry(broker, id) }
    wipeCredentials(vault, id)
    removeEntry({ folder: vault.folder, name: sessionEntryName(id) })
    forgetPointers(vault.folder)
    return Promise.resolve(found)
  })
  const who =
    session.state === 'active' ? whoIs(session.claims) : session.state === 'ended' ? session.who : undefined
  const refreshToken = session.state === 'active' ? session.refreshToken : undefined
  try {
    await onWiped?.()
    if (!refreshToken) return { who, credentialsUntil, revocation: { kind: 'nothing-to-revoke' } }
    await revoke(broker, refreshToken)
    return { who, credentialsUntil, revocation: { kind: 'revoked' } }
  } catch (error) {
    // Whatever it is, an interruption too: what is local is wiped already, and that is to be told with it.
    if (isOurs(error) && refreshToken) return { who, credentialsUntil, revocation: { kind: 'failed', error } }
    throw error
  }
}

/** Revokes a refresh token of the profile's app client. Throws `token-refused`, `service-refused`, `unexpected-answer`, `network`. */
export async function revoke(broker: Broker, refreshToken: Secret): Promise<void> {
  const { profile, http, signal } = broker
  if (!profile.signIn) throw new Error('a revocation without sign-in settings')
  const { signIn } = profile
  const clientSecret = clientSecretOf(broker)
  if (signIn.domain) {
    const { requestRevocation } = await import('../sign-in/token-endpoint.ts')
    return requestRevocation({ signIn, clientSecret, refreshToken, http, signal })
  }
  const api = await userPoolClientFor(broker, signIn, clientSecret)
  await api.revokeToken({ refreshToken, signal })
}

function lastExpiry(broker: Broker, holder: string): Date | undefined {
  const { vault } = broker
  let last: Date | undefined
  for (const name of listEntries(vault.folder)) {
    if (!name.startsWith(credentialsPrefix(holder))) continue
    const entry = readEntry({ ...vault, name })
    const expiresAt = entry.kind === 'found' ? new Date(entry.header.expiresAt ?? NaN) : undefined
    if (expiresAt && expiresAt.getTime() > broker.now() && !(last && last >= expiresAt)) last = expiresAt
  }
  return last
}
