/**
 * The key under which everything in the vault is sealed: made once, kept by a store, compared at every opening. Rules: a
 * key counts as stored only after it was read back; a key is never made over an existing vault; nothing damaged is mended
 * silently: `logout --all` is the one way to begin anew.
 */
import { randomBytes } from 'node:crypto'
import { PoolkeyError, isPoolkeyError } from '../errors/poolkey-error.ts'
import { Secret } from '../secret.ts'
import { TEMPORARY_SUFFIX, discard, pathIn } from './durable-file.ts'
import { listEntries, removeEntry } from './entries.ts'
import { withLock } from './lock.ts'
import { keyIdOf } from './seal.ts'
import { isFolderThere, namesIn } from './state-folder.ts'
import {
  decodeKey,
  encodeKey,
  keyFilePath,
  readKeyFile,
  readVaultFile,
  removeKeyFile,
  removeVaultFile,
  salvageVaultId,
  vaultFilePath,
  writeKeyFile,
  writeVaultFile,
} from './vault-file.ts'

/** Who keeps the sealing key. */
export type Store = 'keychain' | 'file'

/** The vault's own description; `keyCheck` is the key's id (`keyIdOf`), by which a wrong key is noticed at once. */
export interface VaultFile {
  version: 1
  id: string
  store: Store
  keyCheck: string
}

/**
 * The system's keychain, as far as the vault needs it. `get` gives undefined for an item that is not there or in a locked
 * collection; `set` overwrites. All throw `keychain-unavailable`, or the signal's reason.
 */
export interface Keychain {
  get(account: string, signal: AbortSignal): Promise<Secret | undefined>
  set(account: string, value: Secret, signal: AbortSignal): Promise<void>
  remove(account: string, signal: AbortSignal): Promise<void>
}

/** Where and how to open. `requestedStore` undefined: the vault's own, and `keychain` for a new one. */
export interface VaultOptions {
  folder: string
  requestedStore: Store | undefined
  keychain: Keychain
  create: boolean
  signal: AbortSignal
}

/** A vault that can be used, or none yet. */
export type OpenedVault = { kind: 'none' } | { kind: 'open'; vaultFile: VaultFile; key: Buffer }

// Cleaning up after a failed making must not hold up its error for long.
const FORGET_LIMIT_MS = 3_000

/**
 * Opens the vault of a folder, or makes it where `create` says so. Throws `store-mismatch`, `key-missing`,
 * `keychain-unavailable`, `vault-damaged`, `vault-unsafe`, `vault-io`, `lock-held`; a failed making leaves nothing behind.
 */
export async function openVault(options: VaultOptions): Promise<OpenedVault> {
  const existing = findVault(options.folder)
  if (existing) return openExisting(options, existing)
  if (!options.create) return { kind: 'none' }

  const { folder, signal } = options
  return withLock({ folder, name: 'vault', signal }, async () => {
    // Another process may have made it while this one waited.
    const made = findVault(folder)
    return made ? openExisting(options, made) : makeVault(options)
  })
}

/**
 * Removes every entry, the sealing key and `vault.json`, of a damaged vault too, and returns what could not be removed, in
 * words; one that stays keeps none of the others. Throws `lock-held`, `vault-unsafe` and `vault-io` about the folder
 * itself, or the signal's reason.
 */
export async function wipeVault(options: Omit<VaultOptions, 'requestedStore' | 'create'>): Promise<string[]> {
  const { folder, signal } = options
  if (!isFolderThere(folder)) return []
  return withLock({ folder, name: 'vault', signal }, () => wipeLocked(options))
}

/** The store that `POOLKEY_STORE` asks for; undefined when it is unset or empty. Throws `environment-invalid`. */
export function parseStore(value: string | undefined): Store | undefined {
  if (value === undefined || value === '') return undefined
  if (value === 'keychain' || value === 'file') return value
  throw new PoolkeyError('environment-invalid', {
    variable: 'POOLKEY_STORE',
    value,
    allowed: 'keychain or file',
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
  const key = await readKey(options, vaultFile)
  if (key === undefined) {
    // A wipe on another process's part takes the key before vault.json goes.
    if (readVaultFile(folder)?.id !== vaultFile.id) return openVault(options)
    throw new PoolkeyError('key-missing', { store, vaultFile: vaultFilePath(folder) })
  }
  if (keyIdOf(key) !== vaultFile.keyCheck) {
    throw new PoolkeyError('vault-damaged', {
      path: keyPlace(folder, store),
      problem: 'the key is not the one of this vault',
    })
  }
  return { kind: 'open', vaultFile, key }
}

async function readKey(options: VaultOptions, vaultFile: VaultFile): Promise<Buffer | undefined> {
  const { folder, keychain, signal } = options
  if (vaultFile.store === 'file') return readKeyFile(folder)
  const secret = await keychain.get(keychainAccountOf(vaultFile.id), signal)
  if (secret === undefined) return undefined
  const key = decodeKey(secret.reveal())
  if (key) return key
  const problem = 'the keychain item that belongs to it does not hold a key'
  throw new PoolkeyError('vault-damaged', { path: vaultFilePath(folder), problem })
}

async function makeVault(options: VaultOptions): Promise<OpenedVault> {
  const { folder, requestedStore: store = 'keychain', keychain, signal } = options
  const key = randomBytes(32)
  const vaultFile: VaultFile = {
    version: 1,
    id: randomBytes(16).toString('hex'),
    store,
    keyCheck: keyIdOf(key),
  }
  // Outside of the cleaning up: what is refused here is not ours to remove.
  if (store === 'file') writeKeyFile(folder, key)
  try {
    if (store === 'keychain') {
      await keychain.set(keychainAccountOf(vaultFile.id), new Secret(encodeKey(key)), signal)
    }
    const stored = await readKey(options, vaultFile)
    if (stored?.equals(key) !== true) throw notStored(folder, { store, isMissing: stored === undefined })
    writeVaultFile(folder, vaultFile)
  } catch (error) {
    await unmakeVault(options, vaultFile)
    throw error
  }
  return { kind: 'open', vaultFile, key }
}

function notStored(folder: string, facts: { store: Store; isMissing: boolean }): PoolkeyError {
  const detail = 'it took the key but does not give it back'
  if (facts.store === 'file')
    return new PoolkeyError('vault-damaged', { path: keyFilePath(folder), problem: detail })
  return new PoolkeyError('keychain-unavailable', { problem: facts.isMissing ? 'locked' : 'service', detail })
}

async function unmakeVault(options: VaultOptions, vaultFile: VaultFile): Promise<void> {
  const { folder, keychain } = options
  try {
    // It may be there if only the sync of the folder failed.
    removeVaultFile(folder)
    if (vaultFile.store === 'file') removeKeyFile(folder)
    // Not under the caller's signal: that may be what ended the making.
    else await keychain.remove(keychainAccountOf(vaultFile.id), AbortSignal.timeout(FORGET_LIMIT_MS))
  } catch {
    // What failed at storing may fail at this, too: the error that matters is the first one, and a key that seals
    // nothing is no secret.
  }
}

function keyPlace(folder: string, store: Store): string {
  return store === 'file' ? keyFilePath(folder) : vaultFilePath(folder)
}

// Entries first, vault.json last: after a crash in between it still names the keychain's item for the next attempt.
async function wipeLocked(options: Omit<VaultOptions, 'requestedStore' | 'create'>): Promise<string[]> {
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
  for (const name of listEntries(folder)) await attempt(`entry ${name}`, () => removeEntry({ folder, name }))
  // Unfinished entries are sealed, but a key in the making is not.
  for (const name of namesIn(folder)) {
    if (name.endsWith(TEMPORARY_SUFFIX) && !name.includes('.lock.')) discard(pathIn(folder, name))
  }
  const account = accountToWipe(folder)
  await attempt('vault.key', () => removeKeyFile(folder))
  if (account === 'unknown') unremoved.push('keychain item (vault.json does not tell its name)')
  else if (account !== 'none')
    await attempt(`keychain item ${account}`, () => keychain.remove(account, signal))
  await attempt('vault.json', () => removeVaultFile(folder))
  return unremoved
}

function accountToWipe(folder: string): string {
  try {
    const vaultFile = readVaultFile(folder)
    return vaultFile?.store === 'keychain' ? keychainAccountOf(vaultFile.id) : 'none'
  } catch (error) {
    if (!(error instanceof PoolkeyError)) throw error
    const id = isPoolkeyError(error, 'vault-damaged') ? salvageVaultId(folder) : undefined
    return id === undefined ? 'unknown' : keychainAccountOf(id)
  }
}

function keychainAccountOf(vaultId: string): string {
  return `vault-key:${vaultId}`
}
