/**
 * What `env` prints for each shell. A value can never become anything but a value: it is quoted, or where a dialect has
 * no quoting to rely on, refused. Pure.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'

/** The dialects that there are. */
export const SHELLS = ['sh', 'bash', 'zsh', 'fish', 'powershell', 'cmd', 'nu', 'dotenv', 'json'] as const
/** One of them. */
export type Shell = (typeof SHELLS)[number]

/** Variables to set, and names of others to remove. */
export interface Changes {
  set?: Record<string, string>
  removed?: string[]
}

/** The statements of a dialect, each line ended; of those without a word for it, nothing is said of what is removed. */
export function statementsFor(shell: Shell, { set = {}, removed = [] }: Changes): string {
  return DIALECTS[shell](Object.entries(set), removed)
}

/** Whether a dialect can say that a variable is to go: a file of variables cannot. */
export function canRemove(shell: Shell): boolean {
  return shell !== 'dotenv' && shell !== 'json'
}

/** The shell of a process by its name, as the system tells it (`-zsh`, `/usr/bin/fish`, `pwsh.exe`); any other is POSIX. */
export function shellNamed(name: string): Shell {
  const [, base = ''] = /([^\\/]*)$/.exec(name.trim()) ?? []
  const plain = base
    .replace(/^-/, '')
    .replace(/\.exe$/i, '')
    .toLowerCase()
  return OTHER_SHELLS.get(plain) ?? 'sh'
}

const OTHER_SHELLS = new Map<string, Shell>([
  ['fish', 'fish'],
  ['pwsh', 'powershell'],
  ['pwsh-preview', 'powershell'],
  ['powershell', 'powershell'],
  ['cmd', 'cmd'],
  ['nu', 'nu'],
])

type Dialect = (set: [name: string, value: string][], removed: string[]) => string

const posix: Dialect = (set, removed) =>
  lines([
    ...set.map(([name, value]) => `export ${name}=${quotePosix(value)}`),
    ...(removed.length === 0 ? [] : [`unset ${removed.join(' ')}`]),
  ])

const DIALECTS: Record<Shell, Dialect> = {
  sh: posix,
  bash: posix,
  zsh: posix,
  fish: (set, removed) =>
    lines([
      ...set.map(([name, value]) => `set -gx ${name} ${quoteFish(value)}`),
      ...removed.flatMap((name) => [`set -eg ${name}; or true`, warnOfUniversal(name)]),
    ]),
  powershell: (set, removed) =>
    lines([
      ...set.map(([name, value]) => `$Env:${name} = ${quotePowerShell(value)}`),
      ...removed.map((name) => `Remove-Item Env:${name} -ErrorAction Ignore`),
    ]),
  cmd: (set, removed) =>
    lines([
      ...set.map(([name, value]) => `set "${name}=${plainForCmd(name, value)}"`),
      ...removed.map((name) => `set "${name}="`),
    ]),
  // Nushell evaluates no text. A record it loads, and what is null there reaches no program: ... | from json | load-env
  nu: (set, removed) => json([...set, ...removed.map((name) => [name, null] as const)]),
  dotenv: (set) => lines(set.map(([name, value]) => `${name}=${plainForDotenv(name, value)}`)),
  json: (set) => json(set),
}

function lines(statements: string[]): string {
  return statements.map((statement) => `${statement}\n`).join('')
}

function json(entries: (readonly [string, string | null])[]): string {
  return `${JSON.stringify(Object.fromEntries(entries))}\n`
}

/** Inside single quotes a POSIX shell reads every character as itself; only the quote itself must leave them. */
export function quotePosix(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}

/** Inside fish's single quotes a backslash escapes itself and the quote. */
function quoteFish(value: string): string {
  return `'${value.replace(/[\\']/g, (character) => `\\${character}`)}'`
}

// Universal variables are kept for all shells and sessions: erasing one is the person's to decide, and nothing hides it.
function warnOfUniversal(name: string): string {
  const warning = `poolkey: warning: the universal variable ${name} stays, and may outrank the credentials; to erase it: set -eU ${name}`
  return `if set -qU ${name}; echo ${quoteFish(warning)} >&2; end`
}

/** PowerShell takes typographic quotes for single quotes, too (about_Quoting_Rules); doubled, each stands for itself. */
function quotePowerShell(value: string): string {
  return `'${value.replace(/['\u2018-\u201b]/g, (quote) => quote + quote)}'`
}

/** No quoting of cmd's holds everywhere (prompt, batch file, `for /f`, delayed expansion): what needs it is refused. */
function plainForCmd(name: string, value: string): string {
  return plain(/^[\w+/=.,:@~-]*$/, { shell: 'cmd', name, value })
}

/** Readers of such files differ in quotes, `$`, `#` and blanks: docker takes quotes for part of the value. */
function plainForDotenv(name: string, value: string): string {
  return plain(/^[\w+/=.,:@~-]*$/, { shell: 'dotenv', name, value })
}

function plain(
  allowed: RegExp,
  { shell, name, value }: { shell: Shell; name: string; value: string },
): string {
  if (!allowed.test(value)) throw new PoolkeyError('value-unquotable', { variable: name, shell })
  return value
}
