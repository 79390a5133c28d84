/**
 * The places where a sealing key can be kept: the keychain, a file under a passphrase, a plain file. Here a key is put
 * into one, taken from one, and cleared from one; `sealing-key.ts` and `move-key.ts` decide when.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { Secret } from '../secret.ts'
import { TEMPORARY_SUFFIX, discard, pathIn } from './durable-file.ts'
import { parseWrappedKey, unwrapKey, wrapKey } from './passphrase-key.ts'
import { keyIdOf } from './seal.ts'
import type { Store, VaultFile } from './vault-file.ts'

import { namesIn } from './state-folder.ts'
import {
  decodeKey,
  encodeKey,
  keyFilePath,
  keychainAccountOf,
  readKeyFile,
  readWrappedKeyFile,
  removeKeyFile,
  removeWrappedKeyFile,
  vaultFilePath,
  wrappedKeyPath,
  writeKeyFile,
  writeVaultFile,
  writeWrappedKeyFile,
} from './vault-file.ts'

/**
 * The system's keychain, as far as the vault needs it. `get` gives undefined for an item that is not there or in a locked
 * collection; `set` overwrites. All throw `keychain-unavailable`, or the signal's reason.
 */
export interface Keychain {
  get(account: string, signal: AbortSignal): Promise<Secret | undefined>
  set(account: string, value: Secret, signal: AbortSignal): Promise<void>
  remove(account: string, signal: AbortSignal): Promise<void>
}

/**
 * Where a passphrase comes from, asked only when one is needed; `use` tells whether it must fit an existing key or is
 * chosen for a new one, which a person types twice. Throws `passphrase-missing`, or the signal's reason.
 */
export type AskPassphrase = (signal: AbortSignal, use: 'open' | 'choose') => Promise<Secret>

/** All that the places of a folder's key need. */
export interface KeyPlaces {
  folder: string
  keychain: Keychain
  passphrase?: AskPassphrase
  signal: AbortSignal
}

/** Cleaning up after a failure must not hold up its error for long. */
export const FORGET_LIMIT_MS = 3_000

/**
 * The key of a vault from the place that its description names; undefined when it is not there. Throws
 * `keychain-unavailable`, `passphrase-missing`, `passphrase-wrong`, `vault-damaged` (another vault's key, too),
 * `vault-unsafe`, `vault-io`.
 */
export async function readSealingKey(places: KeyPlaces, vaultFile: VaultFile): Promise<Buffer | undefined> {
  const key = await readKeyAt(places, vaultFile)
  if (key === undefined || keyIdOf(key) === vaultFile.keyCheck) return key
  throw new PoolkeyError('vault-damaged', {
    path: keyPath(places.folder, vaultFile.store),
    problem: 'the key is not the one of this vault',
  })
}

/**
 * Puts the key of vault `id` into `store` and takes it out again to see that it is there; a passphrase must have been
 * chosen (`withChosenPassphrase`). Throws as reading does; what was written before a failure is for the caller to clear.
 */
export async function storeKey(
  places: KeyPlaces,
  vault: { id: string; store: Store; key: Buffer },
): Promise<void> {
  const { folder, keychain, signal } = places
  const { id, store, key } = vault
  switch (store) {
    case 'file':
      writeKeyFile(folder, key)
      break
    case 'keychain':
      await keychain.set(keychainAccountOf(id), new Secret(encodeKey(key)), signal)
      break
    case 'passphrase': {
      const passphrase = await askPassphrase(places, 'choose')
      const bytes = await wrapKey({ key, vaultId: id, passphrase })
      signal.throwIfAborted()
      writeWrappedKeyFile(folder, bytes)
    }
  }
  const stored = await readKeyAt(places, vault)
  if (stored?.equals(key) !== true) throw notStored(folder, { store, isMissing: stored === undefined })
}

/**
 * Removes the key of vault `id` from a store, if it is there. The caller holds the `vault` lock. Throws
 * `keychain-unavailable`, `vault-unsafe`, `vault-io`.
 */
export async function clearKey(places: KeyPlaces, vault: { id: string; store: Store }): Promise<void> {
  switch (vault.store) {
    case 'file':
      discardUnfinishedKeys(places.folder)
      removeKeyFile(places.folder)
      return
    case 'passphrase':
      removeWrappedKeyFile(places.folder)
      return
    case 'keychain':
      await places.keychain.remove(keychainAccountOf(vault.id), places.signal)
  }
}

/**
 * Clears `stores`, where copies of the vault's key may stand, and has `vault.json` say which remain; gives those. The
 * caller holds the `vault` lock. Throws `vault-io` when `vault.json` cannot be written, or the signal's reason.
 */
export async function clearCopies(
  places: KeyPlaces,
  vaultFile: VaultFile,
  stores: readonly Store[],
): Promise<Store[]> {
  const { copiesAt = [], ...description } = vaultFile
  const remaining: Store[] = []
  for (const store of copiesAt) {
    if (stores.includes(store) && (await isCleared(places, { id: vaultFile.id, store }))) continue
    remaining.push(store)
  }
  if (remaining.length < copiesAt.length) {
    writeVaultFile(
      places.folder,
      remaining.length === 0 ? description : { ...description, copiesAt: remaining },
    )
  }
  return remaining
}

/**
 * The same places, with a passphrase chosen now for a key that is stored later: whoever types must not do so while others
 * wait for the `vault` lock. Throws `passphrase-missing`, or the signal's reason.
 */
export async function withChosenPassphrase<P extends KeyPlaces>(places: P): Promise<P> {
  const passphrase = await askPassphrase(places, 'choose')
  return { ...places, passphrase: () => Promise.resolve(passphrase) }
}

async function askPassphrase(places: KeyPlaces, use: 'open' | 'choose'): Promise<Secret> {
  const passphrase = await places.passphrase?.(places.signal, use)
  if (passphrase === undefined) throw new PoolkeyError('passphrase-missing', { problem: 'none' })
  if (passphrase.equals(new Secret(''))) throw new PoolkeyError('passphrase-missing', { problem: 'empty' })
  return passphrase
}

async function readKeyAt(
  places: KeyPlaces,
  vault: { id: string; store: Store },
): Promise<Buffer | undefined> {
  switch (vault.store) {
    case 'file':
      return readKeyFile(places.folder)
    case 'keychain':
      return readKeychainKey(places, vault.id)
    case 'passphrase':
      return readWrappedKey(places, vault.id)
  }
}

async function readKeychainKey({ folder, keychain, signal }: KeyPlaces, id: string) {
  const secret = await keychain.get(keychainAccountOf(id), signal)
  if (secret === undefined) return undefined
  const key = decodeKey(secret.reveal())
  if (key) return key
  const problem = 'the keychain item that belongs to it does not hold a key'
  throw new PoolkeyError('vault-damaged', { path: vaultFilePath(folder), problem })
}

async function readWrappedKey(places: KeyPlaces, vaultId: string): Promise<Buffer | undefined> {
  const { folder, signal } = places
  const path = wrappedKeyPath(folder)
  const bytes = readWrappedKeyFile(folder)
  if (bytes === undefined) return undefined
  // Before anybody is asked to type a passphrase that cannot help.
  const parsed = parseWrappedKey(bytes)
  if (parsed.kind === 'damaged') throw new PoolkeyError('vault-damaged', { path, problem: parsed.problem })
  const passphrase = await askPassphrase(places, 'open')
  const key = await unwrapKey({ wrapped: parsed.wrapped, vaultId, passphrase })
  signal.throwIfAborted()
  if (key === undefined) throw new PoolkeyError('passphrase-wrong', { path })
  return key
}

async function isCleared(places: KeyPlaces, vault: { id: string; store: Store }): Promise<boolean> {
  try {
    await clearKey(places, vault)
    return true
  } catch (error) {
    places.signal.throwIfAborted()
    // vault.json goes on naming it, and the caller tells.
    if (error instanceof PoolkeyError) return false
    throw error
  }
}

// What a killed writer left of a plain key is one. Who holds the lock knows that nobody is still at it.
function discardUnfinishedKeys(folder: string): void {
  for (const name of namesIn(folder)) {
    const path = pathIn(folder, name)
    if (path.startsWith(`${keyFilePath(folder)}.`) && path.endsWith(TEMPORARY_SUFFIX)) discard(path)
  }
}

function notStored(folder: string, facts: { store: Store; isMissing: boolean }): PoolkeyError {
  const detail = 'it took the key but does not give it back'
  if (facts.store === 'keychain')
    return new PoolkeyError('keychain-unavailable', {
      problem: facts.isMissing ? 'locked' : 'service',
      detail,
    })
  return new PoolkeyError('vault-damaged', { path: keyPath(folder, facts.store), problem: detail })
}

function keyPath(folder: string, store: Store): string {
  switch (store) {
    case 'file':
      return keyFilePath(folder)
    case 'passphrase':
      return wrappedKeyPath(folder)
    case 'keychain':
      return vaultFilePath(folder)
  }
}
