/** A profile before it is written: from keys that somebody gave to the profile that AWS tools and poolkey would read. */
import { isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import { credentialProcessLine } from '../../profile/credential-process-line.ts'
import type { ProfileWish, WrittenKeys } from '../../profile/profile-edit.ts'
import type { Profile } from '../../profile/profile.ts'
import type { ConfigSources } from '../../profile/profile-values.ts'
import { COMMAND, REGION } from '../../profile/setting-types.ts'
import { listEffectiveSettings } from '../../profile/setting-origins.ts'
import { settingOf } from '../../profile/settings.ts'
import type { Needs } from '../context.ts'
import { installedCommand, runsInstallation } from './installed-command.ts'
import type { InForce } from './profile-questions.ts'
import { flagOf } from './setting-flags.ts'

const LONGEST_SHOWN = 100
const SEE_HELP = 'see: poolkey configure --help'

/** What is to be written for a profile by this installation. Throws `usage`. */
export function profileWish(
  { selfCommand, env, platform }: Needs<'selfCommand' | 'env' | 'platform'>,
  { name, keys, force }: { name: string; keys: WrittenKeys; force: boolean },
): ProfileWish {
  const program = installedCommand({ selfCommand, env, platform })
  const tail = ['credential-process', '--profile', name]
  return {
    name,
    keys,
    processLine: credentialProcessLine({ program, profile: name, platform }),
    isCurrentLine: (line) => {
      // AWS tools in Go cut such a line short.
      if (platform !== 'win32' && line.startsWith('"')) return false
      const words = COMMAND.parse(line) ?? []
      const isTail = tail.every((word, index) => words.at(index - tail.length) === word)
      return isTail && runsInstallation(words.slice(0, -tail.length), { selfCommand })
    },
    force,
  }
}

// An app client's ID has 26 characters, its secret about twice as many of the same kind.
const CLIENT_SECRET = /^[a-z0-9]{45,64}$/

/** Checks what was typed. Throws `usage`, never showing what may be a secret in the wrong place. */
export function checkValues(keys: WrittenKeys): void {
  for (const [key, value] of Object.entries(keys)) {
    const type = key === 'region' ? REGION : settingOf(key)?.type
    if (key === 'cognito_client_id' && CLIENT_SECRET.test(value))
      throw new PoolkeyError('usage', {
        problem: `${flagFor(key)} looks like the secret of an app client, not like its ID`,
        fix: 'give the ID, and pipe the secret into stdin, with --client-secret-stdin',
      })
    // An empty one takes the key out.
    if (!type || value === '' || type.parse(value) !== undefined) continue
    throw new PoolkeyError('usage', {
      problem: `${flagFor(key)} ${quoted(value)} is not allowed: it must be ${type.allowed}`,
      fix: SEE_HELP,
    })
  }
}

function quoted(value: string): string {
  if (/^[\w+/=-]{32,}$/.test(value)) return '(not shown: it may be a secret)'
  return value.length > LONGEST_SHOWN ? `"${value.slice(0, LONGEST_SHOWN)}..."` : `"${value}"`
}

/**
 * The settings that a profile would have, inherited ones and defaults included; none where it has no `cognito_*` key yet.
 * Throws as `parseWritten`.
 */
export function inForceIn(files: ConfigSources, name: string, keys: WrittenKeys): InForce {
  try {
    return new Map(listEffectiveSettings({ ...files, name }).map(({ key, text }) => [key, text]))
  } catch (error) {
    if (isPoolkeyError(error, 'profile-foreign') || isPoolkeyError(error, 'profile-unknown')) return new Map()
    throw ofThisRun(error, keys)
  }
}

/** The profile as it would be read. What the keys of this run bring about is wrong usage: it stands in no file yet. */
export async function parseWritten(
  context: Needs<'configFile'>,
  { files, name, keys }: { files: Required<ConfigSources>; name: string; keys: WrittenKeys },
): Promise<Profile> {
  try {
    return await context.configFile.parse(files, name)
  } catch (error) {
    throw ofThisRun(error, keys)
  }
}

function ofThisRun(error: unknown, keys: WrittenKeys): unknown {
  if (isPoolkeyError(error, 'setting-conflict') && error.facts.key in keys)
    return new PoolkeyError('usage', {
      problem: `${flagFor(error.facts.key)}: ${error.facts.problem}`,
      fix: SEE_HELP,
    })
  if (isPoolkeyError(error, 'setting-invalid') && error.facts.key in keys) {
    const { key, value, allowed } = error.facts
    return new PoolkeyError('usage', {
      problem: `${flagFor(key)} ${quoted(value)} is not allowed: it must be ${allowed}`,
      fix: SEE_HELP,
    })
  }
  if (isPoolkeyError(error, 'setting-missing')) {
    const { key, neededFor } = error.facts
    return new PoolkeyError('usage', {
      problem: `${neededFor} needs ${key}`,
      fix: `give ${flagFor(key)}, too`,
    })
  }
  return error
}

function flagFor(key: string): string {
  const setting = settingOf(key)
  return setting ? flagOf(setting.key) : `--${key}`
}
