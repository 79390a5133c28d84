/** The two AWS files on disk: where they are, and reading them. */
import { join } from 'node:path'
import { isOurs, isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import { parseConfigText } from './config-text.ts'
import { listProfiles } from './profile-list.ts'
import type { ProfileEntry } from './profile-list.ts'
import { parseProfile } from './parse-profile.ts'
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
  /** Takes a credentials file that nobody can make sense of as an empty one: who wants to sign out needs none of it. */
  sparesCredentials?: boolean
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
    credentialsText:
      place.sparesCredentials === true ? textIfSound(credentialsFile, read) : read(credentialsFile),
  }
}

function textIfSound(file: string, read: (path: string) => string): string {
  try {
    const text = read(file)
    parseConfigText(text, { file, kind: 'credentials' })
    return text
  } catch (error) {
    if (isPoolkeyError(error, 'config-syntax') || isPoolkeyError(error, 'config-unreadable')) return ''
    throw error
  }
}

/** Reads and checks a profile from the files on disk. Throws `config-unreadable` and what `parseProfile` throws. */
export function readProfileFromDisk(
  options: ConfigPlace & { name: string; overrides?: Partial<Record<SettingKey, string>> },
): Profile {
  return parseFiles(readConfigFiles(options), options)
}

/** The same from the files' texts, whatever is on disk. Throws what `parseProfile` throws. */
export function parseFiles(
  files: ConfigSources,
  options: ConfigPlace & { name: string; overrides?: Partial<Record<SettingKey, string>> },
): Profile {
  const { name, env, overrides = {} } = options
  return parseProfile({ ...files, name, env, overrides, readFile: policyReader(options) })
}

/**
 * Every poolkey profile of the files that can be used as it stands; those with a mistake are left out.
 * Throws `config-unreadable`, `config-syntax`.
 */
export function readAllProfilesFromDisk(place: ConfigPlace): Profile[] {
  return readProfileEntries(place).flatMap(({ profile }) =>
    profile instanceof PoolkeyError ? [] : [profile],
  )
}

/**
 * Every poolkey profile of the files, and what is wrong with those that cannot be used. Throws `config-unreadable`,
 * `config-syntax`.
 */
export function readProfileEntries(
  place: ConfigPlace,
): { entry: ProfileEntry; profile: Profile | PoolkeyError }[] {
  const files = readConfigFiles(place)
  return listProfiles(files)
    .filter(({ kind }) => kind !== 'foreign')
    .map((entry) => ({ entry, profile: profileOrMistake(files, { ...place, name: entry.name }) }))
}

// A profile nobody asked for may be broken; using it says so.
function profileOrMistake(
  files: ConfigSources,
  options: ConfigPlace & { name: string },
): Profile | PoolkeyError {
  try {
    return parseFiles(files, options)
  } catch (error) {
    if (isOurs(error)) return error
    throw error
  }
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

/** The file system's name for what went wrong, else the error's own words. */
export function reasonOf(error: unknown): string {
  return errnoOf(error) ?? (error instanceof Error ? error.message : String(error))
}
