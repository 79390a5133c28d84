/**
 * A guest's identity ID, kept sealed: it is the only name a guest has, and losing it makes a new guest. One process asks
 * for it, for all profiles of the pool, and it is on disk before anything else can fail.
 */
import { requestGuestIdentity } from '../exchange/exchange.ts'
import { readEntry, removeEntry } from '../vault/entries.ts'
import { serverTime } from './server-clock.ts'
import type { Broker, Vault } from './broker.ts'
import { guestEntryName, holderId } from './entry-names.ts'
import { FieldError, parseFields, serializeFields, text } from './json-fields.ts'
import { isStillThere, keepIfPossible, writeSealed } from './sealed-write.ts'
import { wipeCredentials } from './stored-session.ts'
import { withBrokerLock } from './locks.ts'
import { onceForAll } from './shared-failure.ts'

/** The guest's identity ID, asked for where there is none yet or a damaged one; `patienceMs` as for a lock. Throws as the identity pool's client does. */
export async function obtainGuestIdentity(
  broker: Broker,
  options: { patienceMs?: number | undefined } = {},
): Promise<string> {
  const { profile, vault, clients, signal } = broker
  const name = guestEntryName(holderId(profile))
  return (
    readGuestIdentity(vault, name) ??
    onceForAll(broker, {
      lock: { kind: 'session', id: holderId(profile), ...options },
      lookAgain: () => readGuestIdentity(vault, name),
      work: async () => {
        const identityId = await requestGuestIdentity({ profile, clients, signal })
        keepGuestIdentity(broker, identityId)
        return identityId
      },
    })
  )
}

/** The guest's identity ID as it is kept; undefined where there is none, or no place for it. */
export function keptGuestIdentity({ vault, profile }: Broker): string | undefined {
  return readGuestIdentity(vault, guestEntryName(holderId(profile)))
}

/** Keeps an identity ID for the next time, if there is a place for it. */
function keepGuestIdentity(broker: Broker, identityId: string): void {
  const name = guestEntryName(holderId(broker.profile))
  if (!isStillThere(broker.vault) || readGuestIdentity(broker.vault, name) === identityId) return
  keepIfPossible(() => {
    writeSealed(broker, {
      name,
      header: { kind: 'guest', issuedAt: serverTime(broker).toISOString() },
      plaintext: serializeFields({ identityId }),
    })
  })
}

/** Drops the guest's identity and credentials; false when there was none. The next exchange is a new guest's. */
export function forgetGuest(broker: Broker): Promise<boolean> {
  const { vault, profile } = broker
  const id = holderId(profile)
  return withBrokerLock(broker, { kind: 'session', id }, () => {
    wipeCredentials(vault, id)
    return Promise.resolve(removeEntry({ folder: vault.folder, name: guestEntryName(id) }))
  })
}

/**
 * Keeps what an exchange gave, if the guest it began with is still the one: whoever forgot the guest meanwhile does not get it
 * back. `store` writes the credentials.
 */
export function keepForGuest(
  broker: Broker,
  given: { begunWith: string; identityId: string | undefined; store: () => void },
): Promise<void> {
  const { begunWith, identityId = begunWith, store } = given
  const id = holderId(broker.profile)
  return withBrokerLock(broker, { kind: 'session', id }, () => {
    if (readGuestIdentity(broker.vault, guestEntryName(id)) === begunWith) {
      // Another one when the pool no longer knew the first.
      keepGuestIdentity(broker, identityId)
      keepIfPossible(store)
    }
    return Promise.resolve()
  })
}

function readGuestIdentity(vault: Vault, name: string): string | undefined {
  const entry = readEntry({ ...vault, name })
  if (entry.kind !== 'found') return undefined
  try {
    return text(parseFields(entry.plaintext), 'identityId')
  } catch (error) {
    if (error instanceof FieldError) return undefined
    throw error
  }
}
