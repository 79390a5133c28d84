/**
 * The key under which everything in the vault is sealed: made once, kept by a store, compared at every opening. Rules: a
 * key counts as stored only after it was read back; a key is never made over an existing vault; nothing damaged is mended
 * silently: `logout --all` is the one way to begin anew.
 */
import { randomBytes } from 'node:crypto'
import { PoolkeyError, isPoolkeyError } from '../errors/poolkey-error.ts'
import { listEntries } from './entries.ts'
import {
  FORGET_LIMIT_MS,
  clearCopies,
  clearKey,
  readSealingKey,
  storeKey,
  withChosenPassphrase,
} from './key-places.ts'
import type { AskPassphrase, Keychain } from './key-places.ts'
import { withLock } from './lock.ts'
import { keyIdOf } from './seal.ts'
import type { Store, VaultFile } from './vault-file.ts'
import { isStore, readVaultFile, removeVaultFile, vaultFilePath, writeVaultFile } from './vault-file.ts'

/**
 * Where and how to open. `requestedStore` undefined: the vault's own, and `keychain` for a new one. Without `passphrase`
 * there is none to be had.
 */
export interface VaultOptions {
  folder: string
  requestedStore: Store | undefined
  keychain: Keychain
  passphrase?: AskPassphrase
  create: boolean
  signal: AbortSignal
}

/** A vault that can be used, or none yet. */
export type OpenedVault = { kind: 'none' } | { kind: 'open'; vaultFile: VaultFile; key: Buffer }

/**
 * Opens the vault of a folder, or makes it where `create` says so. Throws `store-mismatch`, `key-missing`,
 * `keychain-unavailable`, `passphrase-missing`, `passphrase-wrong`, `vault-damaged`, `vault-unsafe`, `vault-io`,
 * `lock-held`; a failed making leaves nothing behind.
 */
export async function openVault(options: VaultOptions): Promise<OpenedVault> {
  const existing = findVault(options.folder)
  if (existing) return openExisting(options, existing)
  if (!options.create) return { kind: 'none' }

  const { folder, signal } = options
  const ready = options.requestedStore === 'passphrase' ? await withChosenPassphrase(options) : options
  return withLock({ folder, name: 'vault', signal }, async () => {
    // Another process may have made it while this one waited.
    const made = findVault(folder)
    return made ? openExisting(ready, made) : makeVault(ready)
  })
}

/** The store that `POOLKEY_STORE` asks for; undefined when it is unset or empty. Throws `environment-invalid`. */
export function parseStore(value: string | undefined): Store | undefined {
  if (value === undefined || value === '') return undefined
  if (isStore(value)) return value
  throw new PoolkeyError('environment-invalid', {
    variable: 'POOLKEY_STORE',
    value,
    allowed: 'keychain, passphrase or file',
  })
}

// Entries without a vault.json would be sealed under a lost key, and a new key beside them would hide that. The order of
// the looks matters: vault.json is made before the first entry and wiped after the last one.
function findVault(folder: string): VaultFile | undefined {
  const vaultFile = readVaultFile(folder)
  if (vaultFile || listEntries(folder).length === 0) return vaultFile
  const madeMeanwhile = readVaultFile(folder)
  if (madeMeanwhile) return madeMeanwhile
  const problem = 'it is missing, but there are entries sealed under its key'
  throw new PoolkeyError('vault-damaged', { path: vaultFilePath(folder), problem })
}

async function openExisting(options: VaultOptions, vaultFile: VaultFile): Promise<OpenedVault> {
  const { folder, requestedStore } = options
  const { store } = vaultFile
  if (requestedStore !== undefined && requestedStore !== store) {
    throw new PoolkeyError('store-mismatch', { store, requested: requestedStore })
  }
  const key = await readSealingKey(options, vaultFile)
  const now = readVaultFile(folder)
  // While a keychain or a person was asked, another process may have wiped the vault, or moved its key.
  if (now?.id !== vaultFile.id || (key === undefined && now.store !== store)) return openVault(options)
  if (key === undefined) throw new PoolkeyError('key-missing', { store, vaultFile: vaultFilePath(folder) })
  if (now.copiesAt !== undefined) await clearFilesOfMoves(options, vaultFile)
  return { kind: 'open', vaultFile, key }
}

// A move that was killed may have left the key in a file. The keychain is not asked here: it could prompt, and each
// opening would wait for it; the next move or wipe clears it.
async function clearFilesOfMoves(options: VaultOptions, opened: VaultFile): Promise<void> {
  const { folder, signal } = options
  try {
    // No patience: a holder is the move itself, or another that clears.
    await withLock({ folder, name: 'vault', signal, patienceMs: 0 }, async () => {
      const vaultFile = readVaultFile(folder)
      // Nothing is cleared but beside a key that was seen to be where it belongs.
      if (vaultFile?.id !== opened.id || vaultFile.store !== opened.store) return
      await clearCopies(options, vaultFile, ['file', 'passphrase'])
    })
  } catch (error) {
    signal.throwIfAborted()
    // The vault is open, and the next opening tries again.
    if (!(error instanceof PoolkeyError)) throw error
  }
}

async function makeVault(options: VaultOptions): Promise<OpenedVault> {
  const { folder, requestedStore: store = 'keychain' } = options
  const key = randomBytes(32)
  const vaultFile: VaultFile = {
    version: 1,
    id: randomBytes(16).toString('hex'),
    store,
    keyCheck: keyIdOf(key),
  }
  try {
    await storeKey(options, { id: vaultFile.id, store, key })
    writeVaultFile(folder, vaultFile)
  } catch (error) {
    // What is refused is not ours to remove.
    if (store === 'keychain' || !isPoolkeyError(error, 'vault-unsafe')) await unmakeVault(options, vaultFile)
    throw error
  }
  return { kind: 'open', vaultFile, key }
}

async function unmakeVault(options: VaultOptions, vaultFile: VaultFile): Promise<void> {
  try {
    // It may be there if only the sync of the folder failed.
    removeVaultFile(options.folder)
    // Not under the caller's signal: that may be what ended the making.
    await clearKey({ ...options, signal: AbortSignal.timeout(FORGET_LIMIT_MS) }, vaultFile)
  } catch {
    // What failed at storing may fail at this, too: the error that matters is the first one, and a key that seals
    // nothing is no secret.
  }
}
