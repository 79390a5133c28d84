/** A section of the configuration with these keys, as it is read from a file. */
import { expect } from 'vitest'
import { parseSources } from '../../src/profile/profile-values.ts'
import type { ProfileSection } from '../../src/profile/profile-values.ts'

export const CONFIG_FILE = '/home/me/.aws/config'
export const CREDENTIALS_FILE = '/home/me/.aws/credentials'

/** `credentials`: the keys that stand in the section of the credentials file. */
export function sectionOf(
  name: string,
  keys: Record<string, string>,
  credentials: Record<string, string> = {},
): ProfileSection {
  const lines = (of: Record<string, string>) =>
    Object.entries(of).map(([key, value]) => `${key} = ${value}\n`)
  const { profiles } = parseSources({
    configText: `[profile "${name}"]\n${lines(keys).join('')}`,
    configFile: CONFIG_FILE,
    credentialsText: Object.keys(credentials).length === 0 ? '' : `[${name}]\n${lines(credentials).join('')}`,
    credentialsFile: CREDENTIALS_FILE,
  })
  return profiles.get(name) ?? expect.fail(`no profile ${name}`)
}
