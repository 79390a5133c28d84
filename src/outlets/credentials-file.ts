/**
 * The shared credentials file: which section `write` may fill, what it writes, and what `logout` takes out again. Text in,
 * text out; a section is poolkey's by its mark, as long as its key is still the one that was written with it. Pure.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Credentials } from '../exchange/credentials.ts'
import { removeSection, setKeys } from '../profile/config-edit.ts'
import { parseConfigText } from '../profile/config-text.ts'
import type { ConfigSection } from '../profile/config-text.ts'
import { isCredentialSetting, WRITTEN_FROM } from '../profile/profile-list.ts'
import type { ConfigSources } from '../profile/profile-values.ts'
import { secondsOf } from './process-json.ts'

/** Keys that every SDK ignores: the profile it came from, whose session's (or guest's) it is, and the key and the region it was written with. */
const MARK = {
  profile: WRITTEN_FROM,
  holder: 'poolkey_session',
  key: 'poolkey_key',
  region: 'poolkey_region',
} as const

/** What is written, and where. `holder` is whose credentials they are (`holderId`). */
export interface SectionToWrite {
  name: string
  profile: string
  holder: string
  /** Empty where none is known. */
  region: string
  credentials: Credentials
}

/**
 * Returns a name that every SDK reads as a section of the credentials file. `[DEFAULT]` is every section's for Python's
 * parser, and the JavaScript SDK refuses a file with `[__proto__]`. Throws `usage`.
 */
export function checkSectionName(name: string): string {
  if (/^[/~]/.test(name)) {
    throw new PoolkeyError('usage', {
      problem: `--to ${name}: that is a path, and --to names a section of the credentials file`,
      fix: 'name a section, such as --to tmp; another file is named by AWS_SHARED_CREDENTIALS_FILE',
    })
  }
  if (isSectionName(name)) return name
  throw new PoolkeyError('usage', {
    problem: `"${name}" cannot be a section of the credentials file: AWS tools take up to 128 letters, digits and any of - _ . / % @ : +, and not DEFAULT`,
    fix: 'choose another name for --to',
  })
}

/** The credentials file with the section written. Throws `usage`, `write-refused`, `config-syntax`. */
export function writeSection(files: Required<ConfigSources>, section: SectionToWrite): string {
  const { credentialsFile: file = 'credentials', credentialsText: text = '' } = files
  const { name, credentials } = section
  checkSectionName(name)
  refuseConfigured(files, section)
  refuseForeign({ text, file }, section)
  return setKeys(
    text,
    { file, kind: 'credentials', profile: name },
    {
      aws_access_key_id: credentials.accessKeyId,
      aws_secret_access_key: credentials.secretAccessKey.reveal(),
      aws_session_token: credentials.sessionToken.reveal(),
      ...(needsRegion(files, section) ? { region: section.region, [MARK.region]: section.region } : {}),
      // What shell prompts read.
      expiration: secondsOf(credentials.expiration),
      [MARK.profile]: section.profile,
      [MARK.holder]: section.holder,
      [MARK.key]: credentials.accessKeyId,
    },
  )
}

/** Of what `write` wrote: for whom, and in which section; undefined is for anybody, and in any. */
export interface WrittenFor {
  holder?: string | undefined
  name?: string
}

/** The file without what was written. Throws `config-syntax`. */
export function removeWritten(
  text: string,
  from: WrittenFor & { file: string },
): { text: string; names: string[] } {
  const { file, holder, name } = from
  // A file with a mistake concerns nobody as long as there is nothing of ours in it.
  if (!text.toLowerCase().includes(MARK.holder)) return { text, names: [] }
  const names = parseConfigText(text, { file, kind: 'credentials' })
    .filter((one) => isSectionName(one.name) && isWritten(one))
    .filter((one) => holder === undefined || valueOf(one, MARK.holder) === holder)
    .filter((one) => name === undefined || one.name === name)
    .map((one) => one.name)
  const left = names.reduce(
    (rest, profile) => removeSection(rest, { file, kind: 'credentials', profile }),
    text,
  )
  return { text: left, names }
}

function isSectionName(name: string): boolean {
  return /^[\w./%@:+-]{1,128}$/.test(name) && name !== 'DEFAULT' && !(name in {})
}

function refuseConfigured(
  { configText, configFile }: ConfigSources,
  { name, profile }: SectionToWrite,
): void {
  if (name === profile) throw new PoolkeyError('write-refused', { reason: 'itself', name, profile })
  const key = [...(configuredSection({ configText, configFile }, name)?.keys.values() ?? [])].find((one) =>
    isTaken(one.name),
  )
  if (!key) return
  const place = { file: configFile, line: key.line }
  throw new PoolkeyError('write-refused', { reason: 'configured', name, profile, ...place, key: key.name })
}

function configuredSection(
  { configText, configFile }: ConfigSources,
  name: string,
): ConfigSection | undefined {
  const sections = parseConfigText(configText, { file: configFile, kind: 'config' })
  return sections.find((one) => one.kind === 'profile' && one.name === name)
}

/** Whether the section would have no region. One that is configured, or that somebody put there since, stays. */
function needsRegion(files: ConfigSources, { name, region }: SectionToWrite): boolean {
  if (region === '' || configuredSection(files, name)?.keys.has('region') === true) return false
  const { credentialsFile: file = 'credentials', credentialsText: text = '' } = files
  const section = parseConfigText(text, { file, kind: 'credentials' }).find((one) => one.name === name)
  return !section || valueOf(section, 'region') === valueOf(section, MARK.region)
}

function isTaken(key: string): boolean {
  return isCredentialSetting(key) || key.startsWith('cognito_')
}

function refuseForeign(
  { text, file }: { text: string; file: string },
  { name, profile }: SectionToWrite,
): void {
  const section = parseConfigText(text, { file, kind: 'credentials' }).find((one) => one.name === name)
  if (!section || isWritten(section)) return
  const reason = section.keys.has(MARK.holder) ? 'changed' : 'foreign'
  throw new PoolkeyError('write-refused', { reason, name, profile, file, line: section.line })
}

/** Whether it bears the mark, and the keys in it are still those: somebody may have put their own in their place. */
function isWritten(section: ConfigSection): boolean {
  const key = valueOf(section, MARK.key)
  return section.keys.has(MARK.holder) && key !== undefined && key === valueOf(section, 'aws_access_key_id')
}

function valueOf({ keys }: ConfigSection, name: string): string | undefined {
  return keys.get(name)?.value
}
