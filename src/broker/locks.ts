/**
 * The broker's five locks, always taken in this order: `auto-login`, `manual-login`, `login`, `credentials`, `session`. While
 * the second is held, nobody begins to sign in by himself.
 */
import { join } from 'node:path'
import { DEFAULT_PATIENCE_MS, isHeld, withLock } from '../vault/lock.ts'
import type { Broker, Vault } from './broker.ts'

/** One of the five, for one session or one set of credentials. */
export interface BrokerLock {
  kind: 'auto-login' | 'manual-login' | 'login' | 'credentials' | 'session'
  id: string
  /** How long a living holder is waited for; 45 s, or what the command has left, unless said. */
  patienceMs?: number | undefined
}

/** Where the locks of a vault lie. */
export function locksFolder(vault: Pick<Vault, 'folder'>): string {
  return join(vault.folder, 'locks')
}

/** The name of a lock's file, without its ending. */
export function lockName(lock: BrokerLock): string {
  return `${lock.kind}-${lock.id}`
}

/** Runs `work` while no other process holds this lock. Throws `lock-held`, or the broker signal's reason. */
export function withBrokerLock<T>(broker: Broker, lock: BrokerLock, work: () => Promise<T>): Promise<T> {
  const { vault, signal, onWait } = broker
  const patienceMs = patienceFor(broker, lock)
  return withLock(
    {
      folder: locksFolder(vault),
      name: lockName(lock),
      signal,
      patienceMs,
      ...(onWait
        ? {
            onWait: ({ pid }) => {
              onWait({ what: lock.kind, pid })
            },
          }
        : {}),
    },
    work,
  )
}

// Even late, as after a person was waited for, others are given the moment that most need.
const LEAST_MS = { session: 2_000, others: 4_000 }
// Who waits for a session holds the lock of credentials meanwhile: it gives up before those who wait for that, and they are
// told whom it waited for.
const AHEAD_MS = 1_500

function patienceFor(broker: Broker, { kind, patienceMs }: BrokerLock): number {
  const leftMs = broker.patienceLeftMs?.() ?? Infinity
  const mineMs =
    kind === 'session' ? Math.max(leftMs - AHEAD_MS, LEAST_MS.session) : Math.max(leftMs, LEAST_MS.others)
  return Math.min(patienceMs ?? DEFAULT_PATIENCE_MS, mineMs)
}

/** Whether a living process holds this lock, as far as can be seen from here. */
export function isBrokerLockHeld({ vault }: Broker, lock: BrokerLock): boolean {
  return isHeld({ folder: locksFolder(vault), name: lockName(lock) })
}
