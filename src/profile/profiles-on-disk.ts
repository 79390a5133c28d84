/** The profiles that stand in the AWS files, read and checked. */
import { isOurs, PoolkeyError } from '../errors/poolkey-error.ts'
import { expandHome, readConfigFiles } from './config-files.ts'
import type { ConfigPlace } from './config-files.ts'
import { parseProfile } from './parse-profile.ts'
import type { Profile } from './profile.ts'
import { listProfiles } from './profile-list.ts'
import type { ProfileEntry } from './profile-list.ts'
import type { ConfigSources } from './profile-values.ts'
import { readRegularFile } from './regular-file.ts'
import type { SettingKey } from './settings.ts'

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

function policyReader(place: ConfigPlace): (path: string) => string {
  return (path) => {
    const expanded = expandHome(path, place)
    place.onRead?.(expanded)
    return readRegularFile(expanded).toString('utf8')
  }
}
