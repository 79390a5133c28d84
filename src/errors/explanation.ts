/** The parts every wording table is made of. */
import type { Profile } from '../profile/profile.ts'
import type { ExitCode } from './exit-codes.ts'
import type { ErrorCode, ErrorFacts } from './poolkey-error.ts'

/** One row: what happened, what mends it, how the process ends. */
export interface Wording<C extends ErrorCode> {
  exitCode: ExitCode | ((facts: ErrorFacts[C]) => ExitCode)
  what: (facts: ErrorFacts[C], profile: Profile | undefined) => string
  fix?: (facts: ErrorFacts[C], profile: Profile | undefined) => string | undefined
}

/** A wording for each of these codes. */
export type Wordings<C extends ErrorCode> = { [K in C]: Wording<K> }

/** The command that signs in for a profile, to be copied. */
export function loginCommand(profileName: string | undefined): string {
  return withProfile('poolkey login', profileName)
}

/** The command that signs in again; the profile's name is quoted where a shell needs it. */
export function runLogin(profileName: string | undefined): string {
  return `run: ${loginCommand(profileName)}`
}

/** The command that signs in in the same way again: by `--username` where that is not the profile's own. */
export function sameLogin(profile: Profile | undefined): string {
  const { method, username, configured } = profile?.signIn ?? {}
  const login = loginCommand(profile?.name)
  const isOwn = method === configured?.method && username === configured?.username
  return isOwn || username === undefined ? login : `${login} --username ${shellWord(username)}`
}

/** The commands that sign in with the browser instead of a password. */
export function byBrowser(profile: Profile | undefined): string {
  const login = loginCommand(profile?.name)
  if (!profile?.signIn) return login
  const { configured, domain } = profile.signIn
  const flags = `${configured.method === 'password' ? ' --sign-in browser' : ''}${domain ? '' : ' --domain HOST'}`
  return flags === ''
    ? login
    : `${withProfile(`poolkey configure${flags}`, profile.settingsFrom)}, then ${login}`
}

/** Where a command's use stands; that of all commands without its name. */
export function seeHelp(command?: string): string {
  return `see: poolkey${optional(' ', command)} --help`
}

/** The command that seals an app client's secret. */
export function sealSecret(profileName: string | undefined): string {
  return withProfile('poolkey configure --client-secret-stdin', profileName)
}

/** The app client by its id, or in words. */
export function clientOf(profile: Profile | undefined): string {
  const id = profile?.signIn?.clientId
  return id === undefined ? 'this app client' : `app client ${id}`
}

/** The user pool by its id, or in words. */
export function poolOf(profile: Profile | undefined): string {
  const id = profile?.signIn?.userPoolId
  return id === undefined ? 'this user pool' : `user pool ${id}`
}

/** `: text`, ` (text)` and the like, or nothing where there is no text. */
export function optional(before: string, text: string | number | undefined, after = ''): string {
  return text === undefined || text === '' ? '' : `${before}${text}${after}`
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=.*$/s

/** The variable of a word that a shell would take for an assignment; undefined for any other. */
export function assignedIn(word: string): string | undefined {
  return ASSIGNMENT.exec(word)?.[1]
}

/** A command as it may be repeated: its program alone. What is assigned, and what follows, may be a secret. */
export function programOf([first = '', ...others]: string[]): string {
  const variable = assignedIn(first)
  if (variable !== undefined) return `env ${variable}=VALUE ...`
  return `${shellWord(first)}${others.length > 0 ? ' ...' : ''}`
}

export const FREE_SPACE = 'free some disk space, then try again'

export const CLOCK_FIX = "set this machine's clock, then try again"

/** A command for a profile, to be copied: its name is quoted where a shell needs it. */
export function withProfile(command: string, profileName: string | undefined): string {
  return `${command} --profile ${shellWord(profileName ?? 'default')}`
}

/** A word of a command to be copied, quoted where a shell needs it. */
export function shellWord(word: string): string {
  return /^[\w.@:+/%=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
