/**
 * Credentials in the memory of a process that stays. They count as long as the vault stands behind them: its entries are
 * looked at from outside each time, and read only when they changed. So a logout is obeyed at once, and what another
 * process renewed is taken over. All are one person's: who signs in as somebody else is not handed out by what was
 * started before.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Credentials } from '../exchange/credentials.ts'
import { identityOf } from '../profile/file-identity.ts'
import { ioError } from '../vault/durable-file.ts'
import { entryPath } from '../vault/entries.ts'
import { serverTime } from './server-clock.ts'
import type { Broker } from './broker.ts'
import { obtainCredentials, readCredentials, withAccount } from './credentials.ts'
import { credentialsEntryName, sessionEntryName, sessionId } from './entry-names.ts'
import { dueInMs, freshnessOf } from './freshness.ts'
import type { Freshness, Lifetime } from './freshness.ts'
import { readSession } from './stored-session.ts'
import type { SessionOnDisk } from './stored-session.ts'

/** What is in memory at an instant; `dueInMs` until new ones are due. */
export interface Standing {
  credentials: Credentials
  freshness: Freshness
  dueInMs: number
}

/** Credentials held in memory, judged anew at every look. */
export interface StandingCredentials {
  /** What may be handed out, unless it has expired; undefined when there is nothing. Throws `vault-unsafe`, `vault-io`, `person-changed`. */
  look: () => Standing | undefined
  /** New ones, unless another process has just got some. Throws as `obtainCredentials`, and `person-changed`. */
  renew: () => Promise<void>
  /** Changes when the vault does, as far as it concerns these. */
  vaultMark: () => string
}

/** What renewals are made with. */
export interface StandingOptions {
  /** A broker for one renewal, with a deadline of its own. */
  openBroker: () => Promise<Broker>
  /** Milliseconds by a clock that nobody sets. */
  monotonicMs: () => number
}

interface Kept {
  credentials: Credentials
  issuedAt: Date
  signInId: string | undefined
  /** False when the disk took nothing. */
  isStored: boolean
  /** The vault's files as they were when this was last found right. */
  mark: string
  /** The servers' time when these were taken, and our clocks at that instant. */
  taken: { serverMs: number; clockMs: number; steadyMs: number }
}

/** Begins with none: the first `renew` gets them, and settles whose they are. */
export function standingCredentials({ openBroker, monotonicMs }: StandingOptions): StandingCredentials {
  let last: Broker | undefined
  let person: string | undefined
  let kept: Kept | undefined

  function vaultMark(): string {
    return last ? markOf(last) : ''
  }

  function look(): Standing | undefined {
    if (!last || !kept) return undefined
    const mark = markOf(last)
    if (mark !== kept.mark) kept = reconsider(unmeasured(last), kept, mark)
    if (!kept) return undefined
    const life: Lifetime = { issuedAt: kept.issuedAt, expiresAt: kept.credentials.expiration }
    const now = instantOf(last, kept)
    return {
      credentials: kept.credentials,
      freshness: freshnessOf(life, now),
      dueInMs: dueInMs(life, now),
    }
  }

  /** The vault has changed: does it still stand behind what is kept, or has it something newer of the same person? */
  function reconsider(broker: Broker, known: Kept, mark: string): Kept | undefined {
    const session = sessionOf(broker)
    if (session?.state === 'none') return undefined
    if (session?.state === 'active') expectPerson(broker, session.claims.sub)
    const signInId = session?.state === 'active' ? session.signInId : known.signInId
    const stored = readCredentials(broker.vault, credentialsEntryName(broker.profile))
    if (!stored) return known.isStored || known.signInId !== signInId ? undefined : { ...known, mark }
    if (stored.signInId !== signInId) return undefined
    if (isSame(stored.credentials, known.credentials)) return { ...known, mark }
    return take(broker, { ...stored, credentials: withAccount(broker, stored.credentials), mark })
  }

  async function renew(): Promise<void> {
    const broker = await openBroker()
    try {
      last = broker
      if (look()?.freshness === 'fresh') return
      const before = expectActive(broker)
      const { credentials } = await obtainCredentials(broker, { renew: kept !== undefined })
      const mark = markOf(broker)
      const after = expectActive(broker)
      const stored = readCredentials(broker.vault, credentialsEntryName(broker.profile))
      const isStored = stored?.credentials.accessKeyId === credentials.accessKeyId
      // Somebody signed in anew in the meantime, and it is not certain whose these are.
      if ((isStored ? stored.signInId : before?.signInId) !== after?.signInId) {
        throw new PoolkeyError('sign-in-required', { profile: broker.profile.name, reason: 'none' })
      }
      const issuedAt = isStored ? stored.issuedAt : serverTime(broker)
      const instant = isStored ? serverTime(broker, stored) : issuedAt
      kept = {
        ...{ credentials, issuedAt, isStored, mark, signInId: after?.signInId },
        taken: { serverMs: instant.getTime(), clockMs: broker.now(), steadyMs: monotonicMs() },
      }
    } finally {
      broker.http.close()
    }
  }

  function take(
    broker: Broker,
    stored: Pick<Kept, 'credentials' | 'issuedAt' | 'signInId' | 'mark'> & Parameters<typeof serverTime>[1],
  ): Kept {
    const { credentials, issuedAt, signInId, mark } = stored
    const serverMs = serverTime(broker, stored).getTime()
    const taken = { serverMs, clockMs: broker.now(), steadyMs: monotonicMs() }
    return { credentials, issuedAt, signInId, isStored: true, mark, taken }
  }

  /**
   * The servers' time now: by whichever of our clocks has gone on further since. One that was set makes things look older,
   * never fresher; while the machine sleeps, only the clock goes on.
   */
  function instantOf(broker: Broker, { taken }: Kept): Date {
    const byClock = broker.now() - taken.clockMs
    const bySteady = monotonicMs() - taken.steadyMs
    return new Date(taken.serverMs + Math.max(byClock, bySteady))
  }

  function expectActive(broker: Broker): Extract<SessionOnDisk, { state: 'active' }> | undefined {
    const session = sessionOf(broker)
    if (!session) return undefined
    if (session.state !== 'active')
      throw new PoolkeyError('sign-in-required', { profile: broker.profile.name, reason: session.state })
    expectPerson(broker, session.claims.sub)
    return session
  }

  function expectPerson(broker: Broker, sub: string): void {
    person ??= sub
    if (person === sub) return
    kept = undefined
    throw new PoolkeyError('person-changed', { profile: broker.profile.name })
  }

  return { look, renew, vaultMark }
}

function isSame(one: Credentials, other: Credentials): boolean {
  return one.accessKeyId === other.accessKeyId && one.expiration.getTime() === other.expiration.getTime()
}

function sessionOf({ profile, vault }: Broker): SessionOnDisk | undefined {
  return profile.signIn && readSession(vault, sessionId(profile.signIn))
}

/** The entries that these rest on, as they stand on disk. */
function markOf({ profile, vault: { folder } }: Broker): string {
  const names = [
    credentialsEntryName(profile),
    ...(profile.signIn ? [sessionEntryName(sessionId(profile.signIn))] : []),
  ]
  return names.map((name) => identityAt(entryPath({ folder, name }))).join('\n')
}

function identityAt(path: string): string {
  try {
    return identityOf(path)
  } catch (error) {
    throw ioError(path, 'read', error)
  }
}

/** Our clock may have been set since this broker's requests measured it: what the entry remembers counts. */
function unmeasured(broker: Broker): Broker {
  return { ...broker, http: { ...broker.http, clockSkewMs: () => undefined } }
}
