/**
 * Credentials for a profile: from the cache, else by one exchange for everybody who waits. A hit needs no lock.
 */
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import { exchangeForCredentials } from '../exchange/exchange.ts'
import type { ExchangeResult } from '../exchange/exchange.ts'
import type { Credentials } from '../exchange/credentials.ts'
import { refuseAwsBehindLoopback } from '../profile/emulated-sign-in.ts'
import { readEntry } from '../vault/entries.ts'
import { readClock, serverTime } from './server-clock.ts'
import type { Broker, Vault } from './broker.ts'
import { expectLife, refuseExpired } from './credentials-checks.ts'
import { parseCredentials, serializeCredentials } from './credentials-entry.ts'
import type { StoredCredentials } from './credentials-entry.ts'
import { credentialsEntryName, holderId } from './entry-names.ts'
import { freshnessOf, hasLifeLeft } from './freshness.ts'
import type { Lifetime, MinLife } from './freshness.ts'
import { keepForGuest, obtainGuestIdentity } from './guest.ts'
import { FieldError } from './json-fields.ts'
import { withBrokerLock } from './locks.ts'
import { keepIfPossible, writeSealed } from './sealed-write.ts'
import { hasUsableIdToken, obtainSession, rememberIdentity } from './session.ts'
import { readSession } from './stored-session.ts'
import type { Session } from './session-entry.ts'
import { onceForAll } from './shared-failure.ts'

/** Credentials for whoever asked, and where they come from. */
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

// How long somebody else's renewal is waited for by who has credentials that still serve.
const FALLBACK_PATIENCE_MS = 3_000

/**
 * Throws `sign-in-required`, `no-exchange`, `life-too-short` when new ones live less than the milliseconds wished for, and
 * whatever the refresh or the exchange fails with.
 */
export async function obtainCredentials(
  broker: Broker,
  wish: CredentialsWish = {},
): Promise<ObtainedCredentials> {
  const { credentials, from } = await obtainStored(broker, wish)
  if (from === 'exchange' && typeof wish.minLife === 'number') expectLife(broker, credentials, wish.minLife)
  return { credentials: withAccount(broker, credentials), from }
}

/**
 * Credentials as they are handed out: where the service does not name the account, the profile may. Not stored so: that is
 * this profile's word, and may change.
 */
export function withAccount({ profile }: Pick<Broker, 'profile'>, credentials: Credentials): Credentials {
  return { ...credentials, accountId: credentials.accountId ?? profile.accountId }
}

async function obtainStored(broker: Broker, wish: CredentialsWish): Promise<ObtainedCredentials> {
  const { profile, vault } = broker
  if (profile.exchange.kind === 'none') throw new PoolkeyError('no-exchange', { profile: profile.name })
  const name = credentialsEntryName(profile)
  const known = readCredentials(vault, name)
  if (known && isFresh(broker, known, wish)) return { credentials: known.credentials, from: 'cache' }
  const seenAt = known?.issuedAt.getTime()
  const fallback = () => (wish.renew === true ? undefined : stillServing(broker, name, wish.minLife))
  const patienceMs = fallback() && FALLBACK_PATIENCE_MS
  try {
    return await onceForAll<ObtainedCredentials>(broker, {
      lock: { kind: 'credentials', id: name, patienceMs },
      // Whoever insists on new ones, such as after a sign-in, may have mended what the others failed with.
      isStubborn: wish.renew === true,
      lookAgain: () => {
        const current = readCredentials(vault, name)
        const renewedMeanwhile = current && current.issuedAt.getTime() !== seenAt
        if (!current || !isFresh(broker, current, renewedMeanwhile ? { ...wish, renew: false } : wish)) return
        return { credentials: current.credentials, from: 'cache' }
      },
      work: async () => ({
        credentials: await exchangeAndStore(broker, { name, patienceMs }),
        from: 'exchange',
      }),
    })
  } catch (error) {
    if (isPoolkeyError(error, 'interrupted')) throw error
    const left = fallback()
    if (left) return { credentials: left, from: 'fallback' }
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
  return freshnessOf(lifeOf(stored), serverTime(broker, stored), minLife)
}

function lifeOf({ issuedAt, credentials }: StoredCredentials): Lifetime {
  return { issuedAt, expiresAt: credentials.expiration }
}

// In all: an exchange is made anew when a new sign-in made it void, or its ID token turned out to be over.
const MAX_TRIES = 3
async function exchangeAndStore(
  broker: Broker,
  { name, patienceMs }: { name: string; patienceMs: number | undefined },
): Promise<Credentials> {
  const { signIn } = broker.profile
  if (!signIn) return exchangeAsGuest(broker, { name, patienceMs })
  for (let tries = 1; ; tries += 1) {
    const session = await obtainSession(broker, { patienceMs })
    try {
      const result = await exchangeWith(broker, session)
      if (await keep(broker, { session, name, result })) return result.credentials
      if (tries === MAX_TRIES) throw signedOut(broker, 'none')
    } catch (error) {
      // The ID token was over already: the clock went back since it was stored, which the answer's date has shown now.
      const isTokenOver = isPoolkeyError(error, 'service-refused') && !hasUsableIdToken(broker, session)
      if (!isTokenOver || tries === MAX_TRIES) throw error
    }
  }
}

async function exchangeAsGuest(
  broker: Broker,
  { name, patienceMs }: { name: string; patienceMs: number | undefined },
): Promise<Credentials> {
  const { profile, clients, signal } = broker
  const identityId = await obtainGuestIdentity(broker, { patienceMs })
  const result = await exchangeForCredentials({ profile, signedIn: undefined, identityId, clients, signal })
  refuseExpired(broker, result.credentials, serverTime(broker))
  await keepForGuest(broker, {
    begunWith: identityId,
    identityId: result.identityId,
    store: () => {
      store(broker, name, result.credentials, undefined)
    },
  })
  return result.credentials
}

async function exchangeWith(broker: Broker, session: Session): Promise<ExchangeResult> {
  const { profile, clients, signal } = broker
  refuseAwsBehindLoopback(profile)
  const poolId = profile.identityPool?.id
  const result = await exchangeForCredentials({
    profile,
    signedIn: session,
    identityId: poolId === undefined ? undefined : session.identityIds[poolId],
    clients,
    signal,
  })
  refuseExpired(broker, result.credentials, serverTime(broker, session))
  return result
}

// Somebody may be refreshing meanwhile. What is in hand is not to be waited away.
const KEEP_PATIENCE_MS = 5_000

/**
 * Stores what was minted from a sign-in, if that is still the one: false when somebody signed in anew meanwhile. Where the
 * lock is not to be had it is only looked at. Throws `sign-in-required` when somebody signed out.
 */
function keep(
  broker: Broker,
  minted: { session: Session; name: string; result: ExchangeResult },
): Promise<boolean> {
  const { session, name, result } = minted
  const { vault, profile } = broker
  const id = holderId(profile)
  const poolId = profile.identityPool?.id
  const currentIfSame = () => {
    const current = readSession(vault, id)
    if (current.state !== 'active') throw signedOut(broker, current.state)
    return current.signInId === session.signInId ? current : undefined
  }
  return withBrokerLock(broker, { kind: 'session', id, patienceMs: KEEP_PATIENCE_MS }, () => {
    const current = currentIfSame()
    if (!current) return Promise.resolve(false)
    keepIfPossible(() => {
      if (poolId !== undefined && result.identityId !== undefined) {
        rememberIdentity(broker, current, { poolId, id: result.identityId })
      }
      store(broker, name, result.credentials, session.signInId)
    })
    return Promise.resolve(true)
  }).catch((error: unknown) => {
    if (!isPoolkeyError(error, 'lock-held')) throw error
    return currentIfSame() !== undefined
  })
}

function signedOut(broker: Broker, reason: 'none' | 'ended' | 'damaged'): PoolkeyError<'sign-in-required'> {
  return new PoolkeyError('sign-in-required', { profile: broker.profile.name, reason })
}

function store(broker: Broker, name: string, credentials: Credentials, signInId: string | undefined): void {
  const issuedAt = serverTime(broker)
  writeSealed(broker, {
    name,
    header: {
      kind: 'credentials',
      issuedAt: issuedAt.toISOString(),
      expiresAt: credentials.expiration.toISOString(),
    },
    plaintext: serializeCredentials({ credentials, issuedAt, signInId, ...readClock(broker) }),
  })
}

/** Credentials that outlive a failed renewal. Whoever signed out meanwhile has wiped them, so there are none to fall back on. */
function stillServing(broker: Broker, name: string, minLife: MinLife = 0): Credentials | undefined {
  const stored = readCredentials(broker.vault, name)
  if (!stored || freshness(broker, stored) === 'expired') return undefined
  const now = serverTime(broker, stored)
  return hasLifeLeft(lifeOf(stored), now, minLife) ? stored.credentials : undefined
}
