/** The broker's four locks, always taken in this order: `auto-login`, `login`, `credentials`, `session`. */
import { join } from 'node:path'
import { isHeld, withLock } from '../vault/lock.ts'
import type { Broker, Vault } from './broker.ts'

export interface BrokerLock {
  kind: 'auto-login' | 'login' | 'credentials' | 'session'
  id: string
  /** How long a living holder is waited for; 45 s unless said. */
  patienceMs?: number | undefined
}

/** Where the locks of a vault lie. */
export function locksFolder(vault: Vault): string {
  return join(vault.folder, 'locks')
}

export function lockName(lock: BrokerLock): string {
  return `${lock.kind}-${lock.id}`
}

/** Runs `work` while no other process holds this lock. Throws `lock-held`, or the broker signal's reason. */
export function withBrokerLock<T>(broker: Broker, lock: BrokerLock, work: () => Promise<T>): Promise<T> {
  const { vault, signal, onWait } = broker
  return withLock(
    {
      folder: locksFolder(vault),
      name: lockName(lock),
      signal,
      ...(lock.patienceMs === undefined ? {} : { patienceMs: lock.patienceMs }),
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

/** Whether a living process holds this lock, as far as can be seen from here. */
export function isBrokerLockHeld({ vault }: Broker, lock: BrokerLock): boolean {
  return isHeld({ folder: locksFolder(vault), name: lockName(lock) })
}
