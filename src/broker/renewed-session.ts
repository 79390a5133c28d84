import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Broker } from './broker.ts'
import { sessionId } from './entry-names.ts'
import { withBrokerLock } from './locks.ts'
import { hasUsableIdToken, obtainSession, readSession, refreshSession } from './session.ts'
import type { Session } from './session-entry.ts'

/**
 * The session with an ID token of this moment, where it can be refreshed at all; one that was signed out meanwhile stays so.
 * Throws as `obtainSession`.
 */
export async function renewSession(broker: Broker): Promise<Session> {
  const { signIn, name: profile } = broker.profile
  if (!signIn) throw new Error('a session without sign-in settings')
  const id = sessionId(signIn)
  const current = () => {
    const stored = readSession(broker.vault, id)
    if (stored.state === 'active') return stored
    throw new PoolkeyError('sign-in-required', { profile, reason: stored.state })
  }
  if (!current().refreshToken) return obtainSession(broker)
  return withBrokerLock(broker, { kind: 'session', id }, async () => {
    const session = current()
    return !session.refreshToken && hasUsableIdToken(broker, session)
      ? session
      : refreshSession(broker, session)
  })
}
