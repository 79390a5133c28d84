/**
 * Credentials for a profile: from the cache, else by one exchange for everybody who waits. A hit needs no lock.
 */
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import { exchangeForCredentials } from '../exchange/exchange.ts'
import type { Credentials } from '../exchange/credentials.ts'
import { readEntry, writeEntry } from '../vault/entries.ts'
import { clockSkewMs, serverTime } from './broker.ts'
import type { Broker, Vault } from './broker.ts'
import { parseCredentials, serializeCredentials } from './credentials-entry.ts'
import type { StoredCredentials } from './credentials-entry.ts'
import { credentialsEntryName, guestEntryName, holderId, sessionId } from './entry-names.ts'
import { freshnessOf } from './freshness.ts'
import type { MinLife } from './freshness.ts'
import { readGuestIdentity, writeGuestIdentity } from './guest.ts'
import { FieldError } from './json-fields.ts'
import { withBrokerLock } from './locks.ts'
import { obtainSession, readSession, rememberIdentity } from './session.ts'
import type { Session } from './session-entry.ts'

export interface ObtainedCredentials {
  credentials: Credentials
  /** `fallback`: new ones were due but could not be had; these still live. */
  from: 'cache' | 'exchange' | 'fallback'
}

/** `minLife`: at least this much life. `renew`: exchange even if the cache would do. */
export interface CredentialsWish {
  minLife?: MinLife
  renew?: boolean
}

/** Throws `sign-in-required`, `no-exchange` and whatever the refresh or the exchange fails with. */
export async function obtainCredentials(
  broker: Broker,
  wish: CredentialsWish = {},
): Promise<ObtainedCredentials> {
  const { profile, vault } = broker
  if (profile.exchange.kind === 'none') throw new PoolkeyError('no-exchange', { profile: profile.name })
  const name = credentialsEntryName(profile)
  const known = readCredentials(vault, name)
  if (known && isFresh(broker, known, wish)) return { credentials: known.credentials, from: 'cache' }
  const seenAt = known?.issuedAt.getTime()
  try {
    return await withBrokerLock(broker, { kind: 'credentials', id: name }, async () => {
      const current = readCredentials(vault, name)
      const renewedMeanwhile = current && current.issuedAt.getTime() !== seenAt
      if (current && isFresh(broker, current, renewedMeanwhile ? { ...wish, renew: false } : wish)) {
        return { credentials: current.credentials, from: 'cache' }
      }
      return { credentials: await exchangeAndStore(broker, name), from: 'exchange' }
    })
  } catch (error) {
    const left = stillServing(broker, name, error)
    if (left && !wish.renew) return { credentials: left, from: 'fallback' }
    throw error
  }
}

/** The credentials in the vault, whatever their age; a damaged entry counts as none, it will be made anew. */
export function readCredentials(vault: Vault, name: string): StoredCredentials | undefined {
  const entry = readEntry({ ...vault, name })
  if (entry.kind !== 'found') return undefined
  try {
    return parseCredentials(entry.plaintext)
  } catch (error) {
    if (error instanceof FieldError) return undefined
    throw error
  }
}

function isFresh(broker: Broker, stored: StoredCredentials, wish: CredentialsWish): boolean {
  return wish.renew !== true && freshness(broker, stored, wish.minLife) === 'fresh'
}

function freshness(broker: Broker, stored: StoredCredentials, minLife?: MinLife) {
  const life = { issuedAt: stored.issuedAt, expiresAt: stored.credentials.expiration }
  return freshnessOf(life, serverTime(broker, stored.clockSkewMs), minLife)
}

async function exchangeAndStore(broker: Broker, name: string): Promise<Credentials> {
  const { profile, vault, clients, signal } = broker
  const poolId = profile.identityPool?.id
  if (!profile.signIn) {
    const guest = guestEntryName(holderId(profile))
    const identityId = readGuestIdentity(vault, guest)
    const result = await exchangeForCredentials({ profile, signedIn: undefined, identityId, clients, signal })
    if (result.identityId !== undefined && result.identityId !== identityId) {
      writeGuestIdentity(vault, guest, { identityId: result.identityId, at: serverTime(broker) })
    }
    store(broker, name, result.credentials, undefined)
    return result.credentials
  }
  const session = await obtainSession(broker)
  const result = await exchangeForCredentials({
    profile,
    signedIn: session,
    identityId: poolId === undefined ? undefined : session.identityIds[poolId],
    clients,
    signal,
  })
  const id = sessionId(profile.signIn)
  await withBrokerLock(broker, { kind: 'session', id }, () => {
    // Signed out or somebody else meanwhile: what was minted belongs to a sign-in that is no more, and nobody gets it.
    const current = expectSameSignIn(broker, session, id)
    if (poolId !== undefined && result.identityId !== undefined) {
      rememberIdentity(broker, current, { poolId, id: result.identityId })
    }
    store(broker, name, result.credentials, session.signInId)
    return Promise.resolve()
  })
  return result.credentials
}

function expectSameSignIn(broker: Broker, session: Session, id: string): Session {
  const current = readSession(broker.vault, id)
  if (current.state === 'active' && current.signInId === session.signInId) return current
  throw new PoolkeyError('sign-in-required', {
    profile: broker.profile.name,
    reason: current.state === 'ended' ? 'ended' : 'none',
  })
}

function store(broker: Broker, name: string, credentials: Credentials, signInId: string | undefined): void {
  const issuedAt = serverTime(broker)
  writeEntry({
    ...broker.vault,
    name,
    header: {
      kind: 'credentials',
      issuedAt: issuedAt.toISOString(),
      expiresAt: credentials.expiration.toISOString(),
    },
    plaintext: serializeCredentials({ credentials, issuedAt, signInId, clockSkewMs: clockSkewMs(broker) }),
  })
}

/** Credentials that outlive a failed renewal, unless the failure is that somebody signed out (then their entry is gone). */
function stillServing(broker: Broker, name: string, error: unknown): Credentials | undefined {
  if (isPoolkeyError(error, 'interrupted')) return undefined
  const stored = readCredentials(broker.vault, name)
  return stored && freshness(broker, stored) !== 'expired' ? stored.credentials : undefined
}
