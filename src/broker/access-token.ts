import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Secret } from '../secret.ts'
import { serverTime } from './server-clock.ts'
import type { Broker } from './broker.ts'
import { sessionId } from './entry-names.ts'
import { isIdTokenUsable } from './freshness.ts'
import { currentSession, obtainSession, refreshSession } from './session.ts'
import type { Session } from './session-entry.ts'
import { onceForAll } from './shared-failure.ts'

/**
 * The access token, refreshed where it is over although the ID token is not: their lives are set apart from each other.
 * Throws as `obtainSession`.
 */
export async function obtainAccessToken(broker: Broker): Promise<Secret> {
  const { signIn, name: profile } = broker.profile
  if (!signIn) throw new PoolkeyError('no-token', { profile })
  const session = await obtainSession(broker)
  if (isUsable(broker, session)) return session.accessToken
  const id = sessionId(signIn)
  const refreshed = await onceForAll(broker, {
    lock: { kind: 'session', id },
    lookAgain: () => {
      const stored = currentSession(broker)
      return isUsable(broker, stored) ? stored : undefined
    },
    work: () => refreshSession(broker, currentSession(broker)),
  })
  return refreshed.accessToken
}

/** Both tokens were issued together. */
function isUsable(broker: Broker, session: Session): boolean {
  const life = { issuedAt: session.claims.issuedAt, expiresAt: session.accessTokenExpiresAt }
  return isIdTokenUsable(life, serverTime(broker, session))
}
