/** The one way the broker writes an entry: only into the vault it opened. */
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import { writeEntry } from '../vault/entries.ts'
import { keyIdOf } from '../vault/seal.ts'
import { readVaultFile } from '../vault/vault-file.ts'
import type { Broker, Vault } from './broker.ts'

/**
 * Seals an entry into the broker's vault. Throws `sign-in-required` when `logout --all` wiped that meanwhile (what was
 * sealed under its key would keep the next vault from being made), and whatever `writeEntry` throws.
 */
export function writeSealed(
  broker: Broker,
  entry: Omit<Parameters<typeof writeEntry>[0], 'folder' | 'key'>,
): void {
  const { vault, profile } = broker
  if (!isStillThere(vault)) {
    throw new PoolkeyError('sign-in-required', { profile: profile.name, reason: 'none' })
  }
  writeEntry({ ...vault, ...entry })
}

/** A disk that is full or read-only takes nothing away from whoever asked: what is in hand is returned, the next one asks anew. */
export function keepIfPossible(write: () => void): void {
  try {
    write()
  } catch (error) {
    if (!isPoolkeyError(error, 'vault-io')) throw error
  }
}

/** Whether the vault is the one that was opened; its key may have moved to another store. */
export function isStillThere({ folder, key }: Vault): boolean {
  return readVaultFile(folder)?.keyCheck === keyIdOf(key)
}
