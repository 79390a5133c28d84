/** The two AWS files on disk: where they are, reading them, and editing them in place without harming anybody else's edit. */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import type { Stats } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { takeConfigLock } from './config-lock.ts'
import { identityOf } from './file-identity.ts'
import { listProfiles } from './profile-list.ts'
import { parseProfile } from './profile.ts'
import type { Profile } from './profile.ts'
import type { ConfigSources } from './profile-values.ts'
import { readRegularFile } from './regular-file.ts'
import type { SettingKey } from './settings.ts'

/** What the places of the files depend on. */
export interface ConfigPlace {
  env: Record<string, string | undefined>
  /** Asked for only where a path begins with `~`. */
  homeFolder: () => string
  /** Told of every file right before it is read. */
  onRead?: (path: string) => void
}

/** Paths of the files: AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, else in `~/.aws`. */
export function configPaths(place: ConfigPlace): { configFile: string; credentialsFile: string } {
  const { env } = place
  return {
    configFile: expandHome(env['AWS_CONFIG_FILE'] || '~/.aws/config', place),
    credentialsFile: expandHome(env['AWS_SHARED_CREDENTIALS_FILE'] || '~/.aws/credentials', place),
  }
}

/** Reads both files; one that does not exist is empty. Throws `config-unreadable`. */
export function readConfigFiles(place: ConfigPlace): Required<ConfigSources> {
  const { configFile, credentialsFile } = configPaths(place)
  const read = (path: string) => {
    place.onRead?.(path)
    return readConfigFile(path) ?? ''
  }
  return {
    configFile,
    configText: read(configFile),
    credentialsFile,
    credentialsText: read(credentialsFile),
  }
}

/** Reads and checks a profile from the files on disk. Throws `config-unreadable` and what `parseProfile` throws. */
export function readProfileFromDisk(
  options: ConfigPlace & { name: string; overrides?: Partial<Record<SettingKey, string>> },
): Profile {
  const { name, env, overrides = {} } = options
  return parseProfile({ ...readConfigFiles(options), name, env, overrides, readFile: policyReader(options) })
}

/**
 * Every poolkey profile of the files that can be used as it stands; those with a mistake are left out.
 * Throws `config-unreadable`, `config-syntax`.
 */
export function readAllProfilesFromDisk(place: ConfigPlace): Profile[] {
  const files = readConfigFiles(place)
  return listProfiles(files).flatMap(({ name, kind }) => {
    if (kind === 'foreign') return []
    try {
      return [parseProfile({ ...files, name, env: place.env, readFile: policyReader(place) })]
    } catch (error) {
      // A profile nobody asked for may be broken; using it would say so.
      if (error instanceof PoolkeyError) return []
      throw error
    }
  })
}

/** The text of one file, undefined where there is none. Throws `config-unreadable`. */
export function readConfigFile(path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readRegularFile(path))
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined
    const reason = cause instanceof TypeError ? 'it is not UTF-8 text' : reasonOf(cause)
    throw new PoolkeyError('config-unreadable', { file: path, reason }, { cause })
  }
}

/** Whether the folder that a file belongs into exists. */
export function hasFolder(path: string): boolean {
  return statOf(dirname(path)) !== undefined
}

/** Whether other users of this machine may read or change a file, as far as its mode tells. */
export function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && ((statOf(path)?.mode ?? 0) & 0o077) !== 0
}

/**
 * Edits a file under a lock: reads it, applies `edit`, writes the result. An edit by another program in between is
 * noticed and the edit applied anew. Throws `lock-held`, `config-unreadable`, `config-unwritable`, and what `edit` throws.
 */
export async function editConfigFile(path: string, edit: (text: string) => string): Promise<void> {
  const target = prepareTarget(path)
  const release = await takeConfigLock(target)
  try {
    for (;;) {
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
 * Answers false, and writes nothing, when the file is no longer the one of `unlessChangedSince` (from `identityOf`).
 * Throws `config-unwritable`.
 */
export function writeConfigFile(
  path: string,
  text: string,
  options: { unlessChangedSince?: string } = {},
): boolean {
  const target = prepareTarget(path)
  const folder = dirname(target)
  const temporary = join(folder, `.${basename(target)}.poolkey-${randomBytes(6).toString('hex')}`)
  return orUnwritable(path, () => {
    try {
      writeDurably(temporary, text, statOf(target))
      const { unlessChangedSince } = options
      if (unlessChangedSince !== undefined && identityOf(target) !== unlessChangedSince) return false
      renameSync(temporary, target)
      syncFolder(folder)
      return true
    } finally {
      rmSync(temporary, { force: true })
    }
  })
}

/** The file that is really written, with its folder made. */
function prepareTarget(path: string): string {
  return orUnwritable(path, () => {
    const target = targetOf(path)
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    return target
  })
}

function orUnwritable<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw new PoolkeyError('config-unwritable', { file, reason: reasonOf(cause) }, { cause })
  }
}

function writeDurably(path: string, text: string, model: Stats | undefined): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    const made = statSync(path)
    // Owner before mode: a change of owner clears mode bits.
    if (model && (model.uid !== made.uid || model.gid !== made.gid)) fchownSync(file, model.uid, model.gid)
    fchmodSync(file, model ? model.mode & 0o7777 : 0o600)
    writeFileSync(file, text)
    fsyncSync(file)
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

function policyReader(place: ConfigPlace): (path: string) => string {
  return (path) => {
    const expanded = expandHome(path, place)
    place.onRead?.(expanded)
    return readRegularFile(expanded).toString('utf8')
  }
}

function expandHome(path: string, { homeFolder }: ConfigPlace): string {
  return /^~(?=$|[\\/])/.test(path) ? join(homeFolder(), path.slice(1)) : path
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function reasonOf(error: unknown): string {
  return errnoOf(error) ?? (error instanceof Error ? error.message : String(error))
}
