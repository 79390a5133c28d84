/**
 * Editing an AWS file in place without harming anybody else's edit: under a lock, atomically, durably; mode, owner and
 * symlinks stay.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import type { Stats } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { reasonOf } from '../errno.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { readConfigFile } from './config-files.ts'
import { takeConfigLock } from './config-lock.ts'
import { identityOf } from './file-identity.ts'

/** Whether the folder that a file belongs into exists. Throws `config-unwritable` where that cannot be told. */
export function hasFolder(path: string): boolean {
  return orUnwritable(path, () => statOf(dirname(path)) !== undefined)
}

/** Whether other users of this machine may read or change a file, as far as its mode tells. */
export function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && ((statOf(path)?.mode ?? 0) & 0o077) !== 0
}

/**
 * Edits a file under a lock: reads it, applies `edit`, writes the result. An edit by another program in between is
 * noticed and the edit applied anew. Throws `lock-held`, `config-unreadable`, `config-unwritable`, the signal's reason, and what
 * `edit` throws.
 */
export async function editConfigFile(
  path: string,
  edit: (text: string) => string,
  signal: AbortSignal,
): Promise<void> {
  const target = prepareTarget(path)
  const release = await takeConfigLock(target, signal)
  try {
    sweepTemporaries(target)
    for (;;) {
      signal.throwIfAborted()
      const before = orUnwritable(path, () => identityOf(target))
      const text = readConfigFile(target) ?? ''
      const edited = edit(text)
      if (edited === text) return
      if (writeConfigFile(target, edited, { unlessChangedSince: before })) return
    }
  } finally {
    release()
  }
}

/**
 * Writes a whole file atomically and durably: mode, owner and symlink stay, a new file gets 0600.
 * Answers false, and writes nothing, when the file is no longer the one of `unlessChangedSince` (from `identityOf`), or
 * another process swept up the file in the making.
 * Throws `config-unwritable`.
 */
export function writeConfigFile(
  path: string,
  text: string,
  options: { unlessChangedSince?: string } = {},
): boolean {
  const target = prepareTarget(path)
  const folder = dirname(target)
  const temporary = join(folder, temporaryPrefix(target) + randomBytes(6).toString('hex'))
  return orUnwritable(path, () => {
    try {
      const { unlessChangedSince } = options
      writeDurably(temporary, text, statOf(target))
      if (unlessChangedSince !== undefined && identityOf(target) !== unlessChangedSince) return false
      if (!moveIfThere(temporary, target)) return false
      syncFolder(folder)
      return true
    } finally {
      rmSync(temporary, { force: true })
    }
  })
}

// It is gone when this process slept for so long that another took over and swept up.
function moveIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (statOf(from) !== undefined || statOf(dirname(from)) === undefined) throw error
    return false
  }
}

/** The file that is really written, with its folder made. */
function prepareTarget(path: string): string {
  return orUnwritable(path, () => {
    const target = targetOf(path)
    // A device would be replaced by a file.
    if (statOf(target)?.isFile() === false) throw new Error('it is not a regular file')
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    return target
  })
}

function temporaryPrefix(target: string): string {
  return `.${basename(target)}.poolkey-`
}

/** Removes what a writer that was killed left behind: it may hold keys. Needs the lock, as nobody else writes then. */
function sweepTemporaries(target: string): void {
  const prefix = temporaryPrefix(target)
  const folder = dirname(target)
  const names = orUnwritable(target, () => readdirSync(folder))
  for (const name of names) {
    const isTemporary = name.startsWith(prefix) && /^[0-9a-f]{12}$/.test(name.slice(prefix.length))
    if (!isTemporary) continue
    try {
      unlinkSync(join(folder, name))
    } catch {
      // Gone, or another's: it is no reason not to write.
    }
  }
}

function orUnwritable<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw new PoolkeyError('config-unwritable', { file, reason: reasonOf(cause) }, { cause })
  }
}

/** The file in the making is its maker's alone until all of it is on disk: whoever is killed here leaves nothing to read. */
function writeDurably(path: string, text: string, model: Stats | undefined): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
    const made = fstatSync(file)
    // Owner before mode: a change of owner clears mode bits.
    if (model && (model.uid !== made.uid || model.gid !== made.gid)) fchownSync(file, model.uid, model.gid)
    fchmodSync(file, model ? model.mode & 0o7777 : 0o600)
  } finally {
    closeSync(file)
  }
}

/** The file behind symlinks, also where the last of them points at nothing yet: dotfile managers keep such links. */
function targetOf(path: string): string {
  let target = resolve(path)
  for (let hops = 0; hops < 40; hops += 1) {
    const stats = lstatSync(target, { throwIfNoEntry: false })
    if (!stats?.isSymbolicLink()) break
    target = resolve(dirname(target), readlinkSync(target))
  }
  const folder = dirname(target)
  return statOf(folder) ? join(realpathSync(folder), basename(target)) : target
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

function syncFolder(folder: string): void {
  try {
    const file = openSync(folder, 'r')
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch {
    // Windows cannot sync a folder; the file itself is safe.
  }
}
