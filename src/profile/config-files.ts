/** The two AWS files on disk: where they are, and reading them. */
import { join } from 'node:path'
import { errnoOf, reasonOf } from '../errno.ts'
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import { parseConfigText } from './config-text.ts'
import type { ConfigSources } from './profile-values.ts'
import { readRegularFile } from './regular-file.ts'

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

/** A path of the files or in them, with the home folder for a `~` in front. */
export function expandHome(path: string, { homeFolder }: ConfigPlace): string {
  return /^~(?=$|[\\/])/.test(path) ? join(homeFolder(), path.slice(1)) : path
}
