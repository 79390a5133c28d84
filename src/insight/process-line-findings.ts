/** What a `credential_process` line says, read as AWS tools read it. Pure. */
import { withProfile } from '../errors/explanation.ts'
import { isPoolkeyCommand } from '../profile/profile-list.ts'
import type { ProfileSection } from '../profile/profile-values.ts'
import { COMMAND } from '../profile/setting-types.ts'
import { misconfigured } from './finding.ts'
import type { Trouble } from './finding.ts'

/** A line taken apart, and what is wrong with it. */
export interface ProcessLine {
  text: string
  /** The words that run poolkey, or those of whatever runs in its place. */
  program: string[]
  /** How the line runs poolkey: itself, through a program that is named it, by a shell, or in no way that can be read from it. */
  runs: 'poolkey' | 'wrapper' | 'shell' | 'unknown'
  troubles: Trouble[]
}

/** The line of a profile; undefined where it has none. */
export function readProcessLine(section: ProfileSection, platform: NodeJS.Platform): ProcessLine | undefined {
  const key = section.keys.get('credential_process')
  if (!key) return undefined
  const { name } = section
  const place = `${key.file}:${key.line}`
  const wrong = (cause: string, how: Partial<Pick<Trouble, 'fix' | 'steps' | 'state'>> = {}) =>
    misconfigured({ code: 'process-line', cause: `${place}: ${cause}`, ...rewrite(name), ...how })
  const words = COMMAND.parse(key.value)
  const line: ProcessLine = {
    text: key.value,
    program: words?.slice(0, 1) ?? [],
    runs: 'unknown',
    troubles: [],
  }
  if (!words || hasShellFeatures(key.value, platform)) {
    const cause = 'credential_process uses what only a shell understands: some AWS tools run it without one'
    return { ...line, runs: 'shell', troubles: [wrong(cause)] }
  }
  if (!isPoolkeyCommand(key.value)) {
    if (words.some((_, index) => isPoolkeyCommand(words.slice(index).map(quoted).join(' '))))
      return { ...line, runs: 'wrapper' }
    const cause = `credential_process of profile ${name} does not run poolkey credential-process`
    return { ...line, troubles: [wrong(cause, rewrite(name, ' --force'))] }
  }
  const end = words.indexOf('credential-process')
  // `env poolkey`: found in PATH by whatever is before it.
  if (end > 1 && /^[^\\/.]+$/.test(words[1] ?? '')) return { ...line, runs: 'wrapper' }
  const troubles: Trouble[] = []
  const named = profileIn(words.slice(end + 1))
  if ((named ?? 'default') !== name)
    troubles.push(
      wrong(
        named === undefined
          ? `credential_process names no profile, so AWS tools get the credentials of another than ${name}`
          : `credential_process of profile ${name} asks for profile ${named}`,
      ),
    )
  // SDKs for Go and rclone end the value at the second one.
  if (platform !== 'win32' && key.value.startsWith('"'))
    troubles.push(
      wrong('a line that begins with a double quote is cut short by AWS tools in Go', { state: 'warning' }),
    )
  return { ...line, program: words.slice(0, end), runs: 'poolkey', troubles }
}

/** What a shell would take for more than letters; within quotes it is less, and on Windows only double ones are quotes. */
function hasShellFeatures(value: string, platform: NodeJS.Platform): boolean {
  if (platform === 'win32') return /[|&<>^]/.test(value.replace(/"[^"]*"/g, '')) || value.includes('%')
  const unquoted = value.replace(/'[^']*'/g, '')
  return /[$`\\]/.test(unquoted) || /[|&<>;()]/.test(unquoted.replace(/"[^"]*"/g, ''))
}

const quoted = (word: string) => `'${word}'`

/** No AWS tool asks poolkey: fine for who exports variables, so nothing is broken. */
export function noProcessLine(name: string): Trouble {
  return misconfigured({
    ...{ state: 'warning', code: 'process-line-missing' },
    cause: `profile ${name} has no credential_process line: no AWS tool asks poolkey for its credentials`,
    ...rewrite(name),
  })
}

/** The edit that makes the line right, whatever it is. */
export function rewrite(name: string, force = ''): Pick<Trouble, 'fix' | 'steps'> {
  const command = withProfile(`poolkey configure --yes${force}`, name)
  return { fix: 'let poolkey write the line', steps: [command] }
}

function profileIn(words: string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (word === '--profile' || word === '-p') return words[index + 1]
    if (word.startsWith('--profile=')) return word.slice('--profile='.length)
  }
  return undefined
}
