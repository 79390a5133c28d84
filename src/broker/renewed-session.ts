import type { Broker } from './broker.ts'
import { sessionId } from './entry-names.ts'
import { withBrokerLock } from './locks.ts'
import { currentSession, hasUsableIdToken, obtainSession, refreshSession } from './session.ts'
import type { Session } from './session-entry.ts'

/**
 * The session with an ID token of this moment, where it can be refreshed at all; one that was signed out meanwhile stays so.
 * Throws as `obtainSession`.
 */
export async function renewSession(broker: Broker): Promise<Session> {
  const { signIn } = broker.profile
  if (!signIn) throw new Error('a session without sign-in settings')
  const id = sessionId(signIn)
  if (!currentSession(broker).refreshToken) return obtainSession(broker)
  return withBrokerLock(broker, { kind: 'session', id }, async () => {
    const session = currentSession(broker)
    return !session.refreshToken && hasUsableIdToken(broker, session)
      ? session
      : refreshSession(broker, session)
  })
}
