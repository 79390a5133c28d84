/**
 * Pointers: which entry answered somebody who asked in one way, and the files that this followed from. A pointer holds as
 * long as every one of them is what it was; then the same question has the same answer, and need not be thought through
 * again. Sealed like everything else; without them all works, only slower.
 */
import { isAbsolute } from 'node:path'
import { version } from '../../package.json'
import { errnoOf } from '../errno.ts'
import { isOurs } from '../errors/poolkey-error.ts'
import { givenHome } from '../folders.ts'
import { identityOf } from '../profile/file-identity.ts'
import type { FilesRead } from '../profile/file-identity.ts'
import { listEntries, readEntry, removeEntry } from '../vault/entries.ts'
import type { Broker, Vault } from './broker.ts'
import { isPointerEntry, pointerEntryName } from './entry-names.ts'
import type { Asked } from './entry-names.ts'
import { FieldError, optionalText, parseFields, serializeFields, text, texts } from './json-fields.ts'
import { writeSealed } from './sealed-write.ts'

/** What answered. */
export interface Pointer {
  /** The entry of the credentials. */
  entry: string
  /** What the profile says of the account, for credentials that do not say it. */
  accountId: string | undefined
}

// Each environment that asks has its own: whoever makes up a new one for every call fills no disk.
const MOST_POINTERS = 100

/** The pointer for a question, if all that it rests on is as it was; undefined otherwise. Throws as `readEntry`, or the file system's errors. */
export function followPointer(vault: Omit<Vault, 'store'>, name: string): Pointer | undefined {
  const found = readEntry({ ...vault, name })
  if (found.kind !== 'found') return undefined
  try {
    const fields = parseFields(found.plaintext)
    if (fields['poolkey'] !== version) return undefined
    const isSame = Object.entries(texts(fields, 'files')).every(
      ([path, identity]) => identityOf(path) === identity,
    )
    return isSame ? { entry: text(fields, 'entry'), accountId: optionalText(fields, 'accountId') } : undefined
  } catch (error) {
    if (error instanceof FieldError) return undefined
    throw error
  }
}

/**
 * Remembers which entry answered, unless it is remembered already, or not certain to be noticed when it changes. The answer
 * is given by then: whatever the file system says against it counts for nothing.
 */
export function keepPointer(broker: Broker, asked: Asked, pointer: Pointer, files: FilesRead): void {
  const { vault } = broker
  const isCertain = [...files].every(([path, { isSettled: isIt }]) => isIt && isAbsolute(path))
  // Without it, the home folder is asked of the system's list of users, and no variable tells of a change there.
  const isHomeGiven = givenHome(asked.env, process.platform) !== undefined
  if (!isCertain || !isHomeGiven || vault.store === 'passphrase') return
  try {
    const name = pointerEntryName(asked)
    const known = followPointer(vault, name)
    if (known?.entry === pointer.entry && known.accountId === pointer.accountId) return
    if (listEntries(vault.folder).filter(isPointerEntry).length >= MOST_POINTERS) forgetPointers(vault.folder)
    const identities = Object.fromEntries([...files].map(([path, { identity }]) => [path, identity]))
    writeSealed(broker, {
      name,
      header: { kind: 'pointer', issuedAt: new Date(broker.now()).toISOString() },
      plaintext: serializeFields({ poolkey: version, ...pointer, files: identities }),
      // One that a power cut takes is made anew.
      isDurable: false,
    })
  } catch (error) {
    if (!isOurs(error) && errnoOf(error) === undefined) throw error
  }
}

/** Removes all pointers, as far as it can be done: without what they point to they are worth nothing. */
export function forgetPointers(folder: string): void {
  for (const name of listEntries(folder).filter(isPointerEntry)) {
    try {
      removeEntry({ folder, name })
    } catch (error) {
      if (!isOurs(error)) throw error
    }
  }
}
