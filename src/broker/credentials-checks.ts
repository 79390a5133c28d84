/** What must be true of credentials that an exchange has just given. */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Credentials } from '../exchange/credentials.ts'
import { serverTime } from './server-clock.ts'
import type { Broker } from './broker.ts'
import { hasLifeLeft } from './freshness.ts'

// An hour is asked for, and an hour given: what went by on the way is nobody's fault.
const ON_THE_WAY_MS = 10_000

/** New credentials do not live longer than the service lets them: nobody is to find that out too late. */
export function expectLife(broker: Broker, { expiration }: Credentials, minLifeMs: number): void {
  const now = serverTime(broker)
  if (hasLifeLeft({ issuedAt: now, expiresAt: expiration }, now, minLifeMs - ON_THE_WAY_MS)) return
  const gotSeconds = Math.floor((expiration.getTime() - now.getTime()) / 1000)
  throw new PoolkeyError('life-too-short', { wantedSeconds: Math.ceil(minLifeMs / 1000), gotSeconds })
}

/** No service hands out credentials that are over. */
export function refuseExpired(broker: Broker, credentials: Credentials, now: Date): void {
  if (credentials.expiration > now) return
  const { exchange, chain, endpoints } = broker.profile
  const isFromPool = exchange.kind === 'enhanced' && !chain
  const host = isFromPool
    ? (endpoints.cognitoIdentity?.host ?? 'the identity pool')
    : (endpoints.sts?.host ?? 'STS')
  throw new PoolkeyError('unexpected-answer', {
    host,
    operation: 'the exchange',
    kind: 'not-the-protocol',
    detail: `the credentials expired at ${credentials.expiration.toISOString()}`,
  })
}
