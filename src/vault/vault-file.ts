/**
 * `vault.json`, which says that there is a vault and who keeps its key; `vault.key`, the key of a vault whose store is
 * `file`; `vault.wrapped-key`, that of one whose store is `passphrase`. Synchronous and light, so that a caller in a hurry
 * can read them.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { parseJsonObject } from '../json-object.ts'
import type { JsonObject } from '../json-object.ts'
import { pathIn, readOwnFile, removeOwnFile, writeOwnFile } from './durable-file.ts'

import { isFolderThere } from './state-folder.ts'

/** Who keeps the sealing key. */
export type Store = 'keychain' | 'passphrase' | 'file'

/**
 * The vault's own description; `keyCheck` is the key's id (`keyIdOf`), by which a wrong key is noticed at once. `copiesAt`
 * are places that a move of the key left or never finished: a copy may stand there, to be cleared and never to be used.
 */
export interface VaultFile {
  version: 1
  id: string
  store: Store
  keyCheck: string
  copiesAt?: Store[]
}

const MAX_BYTES = 64 * 1024
const KEY_BYTES = 32

/** Where the vault of a folder is described. */
export function vaultFilePath(folder: string): string {
  return pathIn(folder, 'vault.json')
}

/** Where a vault whose store is `file` has its key. */
export function keyFilePath(folder: string): string {
  return pathIn(folder, 'vault.key')
}

/** Where a vault whose store is `passphrase` has its key, wrapped. */
export function wrappedKeyPath(folder: string): string {
  return pathIn(folder, 'vault.wrapped-key')
}

/** The service of every item in the keychain. */
export const KEYCHAIN_SERVICE = 'poolkey'

/** The name of a vault's item in the keychain. */
export function keychainAccountOf(vaultId: string): string {
  return `vault-key:${vaultId}`
}

/** Whether `value` names a store. */
export function isStore(value: unknown): value is Store {
  return value === 'keychain' || value === 'passphrase' || value === 'file'
}

/** Reads `vault.json`; undefined when there is none. Throws `vault-damaged`, `vault-unsafe`, `vault-io`. */
export function readVaultFile(folder: string): VaultFile | undefined {
  const path = vaultFilePath(folder)
  const facts = readFacts(folder)
  if (facts === 'absent') return undefined
  const version = facts?.['version']
  if (typeof version === 'number' && version > 1) {
    throw new PoolkeyError('vault-damaged', { path, problem: 'it was written by a newer poolkey' })
  }
  const [id, store, keyCheck] = [facts?.['id'], facts?.['store'], facts?.['keyCheck']]
  const copiesAt = facts?.['copiesAt'] ?? []
  const isWhole = isVaultId(id) && isStore(store) && typeof keyCheck === 'string'
  // A copy is cleared sooner or later: the key itself must never be taken for one.
  if (version !== 1 || !isWhole || !isStores(copiesAt) || copiesAt.includes(store)) {
    throw new PoolkeyError('vault-damaged', { path, problem: 'it does not describe a vault' })
  }
  return { version, id, store, keyCheck, ...(copiesAt.length === 0 ? {} : { copiesAt }) }
}

/** What can still be told of the vault's id when `vault.json` is damaged: wiping needs it to find the keychain's item. */
export function salvageVaultId(folder: string): string | undefined {
  const facts = readFacts(folder)
  const id = facts === 'absent' ? undefined : facts?.['id']
  return isVaultId(id) ? id : undefined
}

/** Writes `vault.json`, durably. Throws `vault-unsafe`, `vault-io`. */
export function writeVaultFile(folder: string, vaultFile: VaultFile): void {
  writeOwnFile(vaultFilePath(folder), Buffer.from(`${JSON.stringify(vaultFile)}\n`, 'utf8'))
}

/** Removes `vault.json` and tells whether there was one. Throws `vault-unsafe`, `vault-io`. */
export function removeVaultFile(folder: string): boolean {
  return removeOwnFile(vaultFilePath(folder))
}

/** Reads `vault.key`; undefined when there is none. Throws `vault-damaged`, `vault-unsafe`, `vault-io`. */
export function readKeyFile(folder: string): Buffer | undefined {
  const path = keyFilePath(folder)
  const file = readOwnFile(path, MAX_BYTES)
  if (file.kind === 'absent') return undefined
  const key = file.kind === 'found' ? decodeKey(file.bytes.toString('latin1').trimEnd()) : undefined
  if (key === undefined) throw new PoolkeyError('vault-damaged', { path, problem: 'it does not hold a key' })
  return key
}

/** Writes `vault.key`, durably, mode 0600. Throws `vault-unsafe`, `vault-io`. */
export function writeKeyFile(folder: string, key: Buffer): void {
  writeOwnFile(keyFilePath(folder), Buffer.from(`${encodeKey(key)}\n`, 'latin1'))
}

/** Removes `vault.key` and tells whether there was one. Throws `vault-unsafe`, `vault-io`. */
export function removeKeyFile(folder: string): boolean {
  return removeOwnFile(keyFilePath(folder))
}

/** Reads `vault.wrapped-key`; undefined when there is none. Throws `vault-damaged`, `vault-unsafe`, `vault-io`. */
export function readWrappedKeyFile(folder: string): Buffer | undefined {
  const path = wrappedKeyPath(folder)
  const file = readOwnFile(path, MAX_BYTES)
  if (file.kind === 'absent') return undefined
  if (file.kind === 'found') return file.bytes
  throw new PoolkeyError('vault-damaged', { path, problem: 'it is larger than any wrapped key' })
}

/** Writes `vault.wrapped-key`, durably, mode 0600. Throws `vault-unsafe`, `vault-io`. */
export function writeWrappedKeyFile(folder: string, bytes: Buffer): void {
  writeOwnFile(wrappedKeyPath(folder), bytes)
}

/** Removes `vault.wrapped-key` and tells whether there was one. Throws `vault-unsafe`, `vault-io`. */
export function removeWrappedKeyFile(folder: string): boolean {
  return removeOwnFile(wrappedKeyPath(folder))
}

/** A key as the stores keep it: base64. */
export function encodeKey(key: Buffer): string {
  return key.toString('base64')
}

/** A key from a store; undefined when the text is not exactly 32 bytes in base64. */
export function decodeKey(text: string): Buffer | undefined {
  const key = Buffer.from(text, 'base64')
  // Node skips what is not base64, so only the way back tells.
  return key.length === KEY_BYTES && encodeKey(key) === text ? key : undefined
}

function readFacts(folder: string): 'absent' | JsonObject | undefined {
  if (!isFolderThere(folder)) return 'absent'
  const file = readOwnFile(vaultFilePath(folder), MAX_BYTES)
  if (file.kind === 'absent') return 'absent'
  if (file.kind === 'too-large') return undefined
  return parseJsonObject(file.bytes.toString('utf8'))
}

function isVaultId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value)
}

function isStores(value: unknown): value is Store[] {
  return Array.isArray(value) && value.every(isStore)
}
