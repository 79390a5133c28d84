/** Which profiles there are, and which of them are poolkey's. */
import { isAwsChained } from './aws-chain.ts'
import { parseSources } from './profile-values.ts'
import type { ConfigDocument, ConfigSources, PlacedKey, ProfileSection } from './profile-values.ts'
import { COMMAND } from './setting-types.ts'

/** A profile of the files. `poolkey`: has `cognito_*` keys; `chained`: `role_arn` over such a one; `foreign`: neither. */
export interface ProfileEntry {
  name: string
  file: string
  line: number
  kind: 'poolkey' | 'chained' | 'foreign'
  /** Its `cognito_source_profile`, or the `source_profile` of a chained one. */
  sourceProfile: string | undefined
  /** Whether poolkey may write into it: its `credential_process` is poolkey's, or it has no credential setting at all. */
  isOwn: boolean
}

/** Keys that give a profile credentials, besides `credential_process` and `sso_*`. */
const CREDENTIAL_KEYS = [
  'aws_access_key_id',
  'role_arn',
  'source_profile',
  'credential_source',
  'web_identity_token_file',
  'login_session',
]

/** The key by which a section tells from which profile `write` filled it. */
export const WRITTEN_FROM = 'poolkey_profile'

/** The names of the profiles with `cognito_*` keys. */
export function ownProfileNames({ profiles }: ConfigDocument): string[] {
  return [...profiles.values()].filter(hasOwnSettings).map(({ name }) => name)
}

/** Every profile of both files, in their order. Throws `config-syntax`. */
export function listProfiles(sources: ConfigSources): ProfileEntry[] {
  const { profiles } = parseSources(sources)
  return [...profiles.values()].map((section) => {
    const source = section.keys.get('source_profile')?.value
    const base = isAwsChained(section) && source !== undefined ? profiles.get(source) : undefined
    const kind = hasOwnSettings(section) ? 'poolkey' : base && hasOwnSettings(base) ? 'chained' : 'foreign'
    const { name, file, line } = section
    const sourceProfile =
      section.keys.get('cognito_source_profile')?.value ?? (kind === 'chained' ? source : undefined)
    return { name, file, line, kind, sourceProfile, isOwn: foreignCredential(section) === undefined }
  })
}

/** Whether AWS tools find credentials in a profile of the files, poolkey's or others. Throws `config-syntax`. */
export function hasCredentials(sources: ConfigSources, name: string): boolean {
  const section = parseSources(sources).profiles.get(name)
  return section !== undefined && [...section.keys.keys()].some(isCredentialSetting)
}

/** Whether a `credential_process` line runs poolkey's `credential-process`, by whatever path or through node. */
export function isPoolkeyCommand(line: string): boolean {
  const words = COMMAND.parse(line) ?? []
  return words.some((word, index) => {
    const program = word.split(/[\\/]/).at(-1) ?? ''
    return (
      index < 2 &&
      /^poolkey(?:\.(?:cjs|js|cmd|exe))?$/i.test(program) &&
      words[index + 1] === 'credential-process'
    )
  })
}

/** Whether a key gives its profile credentials. */
export function isCredentialSetting(key: string): boolean {
  return key === 'credential_process' || CREDENTIAL_KEYS.includes(key) || key.startsWith('sso_')
}

/** Whether a section has `cognito_*` keys. */
export function hasOwnSettings(section: ProfileSection): boolean {
  return [...section.keys.keys()].some((key) => key.startsWith('cognito_'))
}

/** The first setting that gives a profile credentials which are not poolkey's; none where its `credential_process` is. */
export function foreignCredential(section: ProfileSection): PlacedKey | undefined {
  const command = section.keys.get('credential_process')
  if (command && isPoolkeyCommand(command.value)) return undefined
  return command ?? [...section.keys.values()].find((key) => isCredentialSetting(key.name))
}
