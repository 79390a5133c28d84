/**
 * Moves the sealing key to another place; what is sealed stays as it is. Rules: `vault.json` lists a place under
 * `copiesAt` before a copy of the key can stand there, and names it as the store only after the key was read back from
 * it; only then the old place is cleared. So a vault opens after a kill at any instant, and no copy is forgotten.
 */
import { isPoolkeyError } from '../errors/poolkey-error.ts'
import { FORGET_LIMIT_MS, clearCopies, storeKey, withChosenPassphrase } from './key-places.ts'
import type { KeyPlaces } from './key-places.ts'
import { withLock } from './lock.ts'
import { openVault } from './sealing-key.ts'
import type { Store, VaultFile } from './vault-file.ts'
import type { AskPassphrase, Keychain } from './key-places.ts'
import {
  keychainAccountOf,
  readVaultFile,
  readWrappedKeyFile,
  writeVaultFile,
  writeWrappedKeyFile,
} from './vault-file.ts'

/**
 * From where it is, `to` another store. `passphrase` opens the key and, where there is no `newPassphrase`, is also the one
 * to keep it under; with `newPassphrase`, a key under a passphrase is put under that one.
 */
export interface MoveOptions {
  folder: string
  to: Store
  keychain: Keychain
  passphrase?: AskPassphrase
  newPassphrase?: AskPassphrase
  signal: AbortSignal
}

/** What became of it. `remaining`: places with a copy that could not be cleared; moving again to `to` tries again. */
export type MovedKey = { kind: 'none' } | { kind: 'moved'; from: Store; remaining: Store[] }

const EVERY_STORE: readonly Store[] = ['keychain', 'passphrase', 'file']

/**
 * Moves the key of a folder's vault, or changes its passphrase; to where it is already: only clears copies. Throws what
 * opening throws, and what the new place has against it; the vault opens afterwards, from the old place or the new one.
 */
export async function moveKey(options: MoveOptions): Promise<MovedKey> {
  const { folder, to, keychain, passphrase, newPassphrase = passphrase, signal } = options
  const opened = await openVault({ ...options, requestedStore: undefined, create: false })
  if (opened.kind === 'none') return opened
  const { vaultFile: seen, key } = opened
  const isStaying = seen.store === to && (to !== 'passphrase' || options.newPassphrase === undefined)
  const places = { folder, keychain, signal, ...(newPassphrase ? { passphrase: newPassphrase } : {}) }
  // Typed before the lock is taken, so that nobody waits for a person.
  const ready = to === 'passphrase' && !isStaying ? await withChosenPassphrase(places) : places

  const moved = await withLock({ folder, name: 'vault', signal }, async () => {
    const vaultFile = readVaultFile(folder)
    if (vaultFile?.id !== seen.id || vaultFile.store !== seen.store) return undefined
    if (isStaying) return clearOldPlaces(ready, vaultFile, to)
    if (seen.store === to) return replaceWrappedKey(ready, vaultFile, key)
    return carry(ready, { vaultFile, to, key })
  })
  // Undefined: another process moved the key or wiped the vault meanwhile, and all was said of what is no more.
  return moved ?? moveKey(options)
}

async function carry(
  places: KeyPlaces,
  move: { vaultFile: VaultFile; to: Store; key: Buffer },
): Promise<MovedKey> {
  const { vaultFile, to, key } = move
  const { id, store: from, copiesAt = [] } = vaultFile
  // Where nobody answers nothing can be left: asked before the place is listed as one that may hold a copy.
  if (to === 'keychain') await places.keychain.get(keychainAccountOf(id), places.signal)
  const others = copiesAt.filter((store) => store !== to)
  const announced: VaultFile = { ...vaultFile, copiesAt: [...others, to] }
  const moved: VaultFile = { ...vaultFile, store: to, copiesAt: [...others, from] }
  writeVaultFile(places.folder, announced)
  try {
    await storeKey(places, { id, store: to, key })
    writeVaultFile(places.folder, moved)
  } catch (error) {
    // What is refused at the new place is not ours to remove.
    await takeBack(places, isPoolkeyError(error, 'vault-unsafe') ? vaultFile : announced, to)
    throw error
  }
  return clearOldPlaces(places, moved, from)
}

async function takeBack(places: KeyPlaces, vaultFile: VaultFile, to: Store): Promise<void> {
  try {
    // First, as vault.json may name the new place already, if only the sync of the folder failed.
    writeVaultFile(places.folder, vaultFile)
    // Not under the caller's signal: that may be what ended the move.
    await clearCopies({ ...places, signal: AbortSignal.timeout(FORGET_LIMIT_MS) }, vaultFile, [to])
  } catch {
    // The error that matters is the first one. vault.json lists the copy, if there is one, and it is cleared later.
  }
}

async function clearOldPlaces(places: KeyPlaces, vaultFile: VaultFile, from: Store): Promise<MovedKey> {
  return { kind: 'moved', from, remaining: await clearCopies(places, vaultFile, EVERY_STORE) }
}

// One file takes the other's place at once, so there is never none; the old one is kept in hand until the new one is read.
async function replaceWrappedKey(places: KeyPlaces, vaultFile: VaultFile, key: Buffer): Promise<MovedKey> {
  const { folder } = places
  const before = readWrappedKeyFile(folder)
  try {
    await storeKey(places, { id: vaultFile.id, store: 'passphrase', key })
  } catch (error) {
    if (before) restoreWrappedKey(folder, before)
    throw error
  }
  return clearOldPlaces(places, vaultFile, 'passphrase')
}

function restoreWrappedKey(folder: string, before: Buffer): void {
  try {
    writeWrappedKeyFile(folder, before)
  } catch {
    // A disk that failed at writing may fail at this, too: the error that matters is the first one.
  }
}
