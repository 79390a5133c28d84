import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { Secret } from '../../src/secret.ts'
import type { Keychain } from '../../src/vault/key-places.ts'

/** A keychain in memory; `items` is what it holds, as a person with a keychain viewer would see it. */
export function memoryKeychain(faults: Partial<Keychain> = {}): Keychain & { items: Map<string, string> } {
  const items = new Map<string, string>()
  return {
    items,
    get: (account) => {
      const value = items.get(account)
      return Promise.resolve(value === undefined ? undefined : new Secret(value))
    },
    set: (account, value) => {
      items.set(account, value.reveal())
      return Promise.resolve()
    },
    remove: (account) => {
      items.delete(account)
      return Promise.resolve()
    },
    ...faults,
  }
}

/** What a keychain says that cannot be used. */
export function unavailable(problem: 'service' | 'locked'): PoolkeyError {
  return new PoolkeyError('keychain-unavailable', { problem })
}
