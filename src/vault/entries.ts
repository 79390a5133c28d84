/**
 * Entries on disk: `<folder>/<name>.sealed`, one sealed file each. The suffix keeps them apart from everything else in
 * the folder (vault.json, locks, temporary files). Reading is synchronous and light: the warm path shares it.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { lookAt, pathIn, readOwnFile, removeOwnFile, writeOwnFile } from './durable-file.ts'
import { keyIdOf, seal, unseal } from './seal.ts'
import type { EntryHeader } from './seal.ts'
import { isFolderThere, namesIn } from './state-folder.ts'

/** An entry as read. `problem` says why a damaged one cannot be used and never quotes it. */
export type Entry =
  | { kind: 'absent' }
  | { kind: 'found'; header: EntryHeader; plaintext: Buffer }
  | { kind: 'damaged'; problem: string }

const SUFFIX = '.sealed'
const MAX_ENTRY_BYTES = 1024 * 1024

/**
 * Reads and opens an entry. What is damaged is told, not thrown; a symbolic link, FIFO, folder or another user's file
 * in its place throws `vault-unsafe`, a failing disk `vault-io`.
 */
export function readEntry(options: { folder: string; name: string; key: Buffer }): Entry {
  const { folder, name, key } = options
  if (!isFolderThere(folder)) return { kind: 'absent' }
  const fileName = name + SUFFIX
  const file = readOwnFile(pathIn(folder, fileName), MAX_ENTRY_BYTES)
  if (file.kind === 'absent') return file
  if (file.kind === 'too-large') return { kind: 'damaged', problem: 'it is larger than any entry' }
  const unsealed = unseal({ key, fileName, bytes: file.bytes })
  if (unsealed.kind === 'damaged') return unsealed
  return { kind: 'found', header: unsealed.header, plaintext: unsealed.plaintext }
}

/** Whether there is an entry, readable or not. Throws `vault-unsafe`, `vault-io`. */
export function hasEntry({ folder, name }: { folder: string; name: string }): boolean {
  return isFolderThere(folder) && lookAt(pathIn(folder, name + SUFFIX)) !== undefined
}

/** The file of an entry, for who only looks whether it is still the same. */
export function entryPath({ folder, name }: { folder: string; name: string }): string {
  return pathIn(folder, name + SUFFIX)
}

/**
 * Seals and writes an entry, durably: after a crash at any instant the old or the new one is there, whole; one that is not
 * `isDurable` may be damaged after a power cut. The folder must exist (`prepareFolder`). Throws `vault-unsafe`, or `vault-io` with the old entry as it was.
 */
export function writeEntry(options: {
  folder: string
  name: string
  key: Buffer
  header: Omit<EntryHeader, 'format' | 'keyId'>
  plaintext: Buffer
  isDurable?: boolean
}): void {
  const { folder, name, key, header, plaintext, isDurable = true } = options
  const fileName = name + SUFFIX
  const path = pathIn(folder, fileName)
  const { kind, issuedAt, expiresAt } = header
  const lifetime = expiresAt === undefined ? { issuedAt } : { issuedAt, expiresAt }
  const bytes = seal({
    key,
    header: { format: 1, kind, keyId: keyIdOf(key), ...lifetime },
    fileName,
    plaintext,
  })
  // What could not be read again must not replace what can.
  if (bytes.length > MAX_ENTRY_BYTES)
    throw new PoolkeyError('vault-io', { path, operation: 'write', errno: 'EFBIG' })
  if (!isFolderThere(folder))
    throw new PoolkeyError('vault-io', { path, operation: 'write', errno: 'ENOENT' })
  writeOwnFile(path, bytes, isDurable)
}

/** Removes an entry and tells whether there was one. Throws `vault-io`, or `vault-unsafe` when a folder has its name. */
export function removeEntry(options: { folder: string; name: string }): boolean {
  if (!isFolderThere(options.folder)) return false
  return removeOwnFile(pathIn(options.folder, options.name + SUFFIX))
}

/** The names of all entries, damaged ones too, sorted. */
export function listEntries(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(SUFFIX) && name.length > SUFFIX.length)
    .map((name) => name.slice(0, -SUFFIX.length))
}
