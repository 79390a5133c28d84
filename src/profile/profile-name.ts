/** Names of profiles: which can stand in AWS files, and which one is meant. */
import { hasHiddenCharacters } from '../errors/plain-text.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'

/** What a profile's name may be, as a sentence for errors. */
export const PROFILE_NAME_ALLOWED =
  'a name of up to 128 characters without quotes, brackets, backslashes, "#", ";", line breaks or spaces at its ends'

/** Whether a name can stand in a section header and on the `credential_process` line of an AWS file. */
export function isProfileName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= 128 &&
    name === name.trim() &&
    !/[[\]"'\\#;`]/.test(name) &&
    !hasHiddenCharacters(name)
  )
}

/** Returns `name`. Throws `usage` when it cannot stand in AWS files. */
export function checkProfileName(name: string): string {
  if (isProfileName(name)) return name
  throw new PoolkeyError('usage', {
    problem: `"${name}" cannot be the name of a profile: it must be ${PROFILE_NAME_ALLOWED}`,
  })
}

/** The profile that is meant: `--profile`, AWS_PROFILE, AWS_DEFAULT_PROFILE, `default`. Throws `usage`. */
export function chooseProfileName(options: {
  flag: string | undefined
  env: Record<string, string | undefined>
}): string {
  const { flag, env } = options
  if (flag !== undefined) return checkProfileName(flag)
  return checkProfileName(env['AWS_PROFILE'] || env['AWS_DEFAULT_PROFILE'] || 'default')
}
