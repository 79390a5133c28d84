/** Removing everything a vault holds, readable or not: nothing is opened, so no passphrase and no key is needed. */
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import { TEMPORARY_SUFFIX, discard, pathIn } from './durable-file.ts'
import { listEntries, removeEntry } from './entries.ts'
import { withLock } from './lock.ts'
import type { Keychain } from './key-places.ts'
import { isFolderThere, namesIn } from './state-folder.ts'
import {
  keychainAccountOf,
  readVaultFile,
  removeKeyFile,
  removeVaultFile,
  removeWrappedKeyFile,
  salvageVaultId,
} from './vault-file.ts'

/** Whose vault is wiped, and what of it. */
export interface WipeOptions {
  folder: string
  keychain: Keychain
  /** Entries to keep: then the key that opens them stays, too. */
  isKept?: (entry: string) => boolean
  signal: AbortSignal
}

const KEYCHAIN_ITEM = 'keychain item '

/** Of what `wipeVault` returns: a key in the keychain, which opens nothing any more. All else are files. */
export function isKeychainItem(what: string): boolean {
  return what.startsWith(KEYCHAIN_ITEM)
}

/**
 * Removes every entry, the sealing key and `vault.json`, of a damaged vault too, and returns what could not be removed, in
 * words; one that stays keeps none of the others. Throws `lock-held`, `vault-unsafe` and `vault-io` about the folder
 * itself, or the signal's reason.
 */
export async function wipeVault(options: WipeOptions): Promise<string[]> {
  const { folder, signal } = options
  if (!isFolderThere(folder)) return []
  return withLock({ folder, name: 'vault', signal }, () => wipeLocked(options))
}

// Entries first, vault.json last: after a crash in between it still names the keychain's item for the next attempt.
async function wipeLocked(options: WipeOptions): Promise<string[]> {
  const { folder, keychain, signal } = options
  const unremoved: string[] = []
  const attempt = async (item: string, remove: () => unknown): Promise<void> => {
    try {
      await remove()
    } catch (error) {
      // An interrupted wipe stops here: what is left is wiped by the next.
      signal.throwIfAborted()
      if (!(error instanceof PoolkeyError)) throw error
      unremoved.push(item)
    }
  }
  const wipeEntries = async (): Promise<void> => {
    for (const name of listEntries(folder)) {
      if (options.isKept?.(name) === true || unremoved.includes(`entry ${name}`)) continue
      await attempt(`entry ${name}`, () => removeEntry({ folder, name }))
    }
  }
  await wipeEntries()
  // Unfinished entries are sealed, but a key in the making is not.
  for (const name of namesIn(folder)) {
    if (name.endsWith(TEMPORARY_SUFFIX) && !name.includes('.lock.')) discard(pathIn(folder, name))
  }
  if (options.isKept) return unremoved
  const account = accountToWipe(folder)
  await attempt('vault.key', () => removeKeyFile(folder))
  await attempt('vault.wrapped-key', () => removeWrappedKeyFile(folder))
  if (account === 'unknown') unremoved.push(`${KEYCHAIN_ITEM}(vault.json does not tell its name)`)
  else if (account !== 'none')
    await attempt(`${KEYCHAIN_ITEM}${account}`, () => keychain.remove(account, signal))
  await attempt('vault.json', () => removeVaultFile(folder))
  // Whoever looked before vault.json was gone may have written since.
  await wipeEntries()
  return unremoved
}

function accountToWipe(folder: string): string {
  try {
    const vaultFile = readVaultFile(folder)
    if (vaultFile === undefined) return 'none'
    const mayHaveItem = vaultFile.store === 'keychain' || vaultFile.copiesAt?.includes('keychain') === true
    return mayHaveItem ? keychainAccountOf(vaultFile.id) : 'none'
  } catch (error) {
    if (!(error instanceof PoolkeyError)) throw error
    const id = isPoolkeyError(error, 'vault-damaged') ? salvageVaultId(folder) : undefined
    return id === undefined ? 'unknown' : keychainAccountOf(id)
  }
}
