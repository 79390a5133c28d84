/** Wrong usage, with the command line that was probably meant. Pure. */
import { assignedIn, programOf, shellWord } from '../errors/explanation.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { singleDashed } from './command-line.ts'

/** What the parser complains of. */
export interface Complaint {
  code: string
  message: string
}

/** What was typed: the words after `poolkey`, and of the command that they name what is known of it. */
export interface Typed {
  words: string[]
  command:
    | {
        name: string
        longOptions: string[]
        /** Words that are neither options nor their values, beyond those that the command takes. */
        surplus: string[]
        /** Commands below it. */
        subcommands?: string[]
      }
    | undefined
  /** Names of the profiles that there are. */
  profiles: string[]
}

/** The parser's complaint in poolkey's form, with a better fix where one is known. */
export function usageError(complaint: Complaint, typed: Typed): PoolkeyError<'usage'> {
  const [, said = '', suggestion] = /^(?:error: )?([^]*?)(?:\n\((.+)\))?$/.exec(complaint.message) ?? []
  // What stands behind the "=" of an option that does not exist may be a secret.
  const problem = said.replace(/^(unknown option '[^'=]*)=[^]*$/, "$1'")
  const { command } = typed
  const see = `see: ${command === undefined ? 'poolkey' : `poolkey ${command.name}`} --help`
  const dashed = singleDashed(typed.words, command?.longOptions ?? ['--profile'])
  if (dashed !== undefined) return singleDashError(dashed)
  const other = subcommandError(complaint, typed)
  if (other !== undefined) return other
  const meant = meantBy(complaint, typed) ?? stdinOption(problem, command?.longOptions ?? [])
  if (meant !== undefined) return new PoolkeyError('usage', { problem, fix: meant })
  const found = suggestion ?? synonymOf(complaint, typed)
  return new PoolkeyError('usage', {
    problem,
    fix: found === undefined ? see : `${found} Otherwise ${see}`,
  })
}

/** For a long option with one dash, which would be read as `-p` and a profile's name. */
export function singleDashError(word: string): PoolkeyError<'usage'> {
  const name = word.split('=', 1)[0] ?? ''
  return new PoolkeyError('usage', { problem: `unknown option '${name}'`, fix: `Did you mean -${name}?` })
}

/** What `exec` was probably to run: `stray` stand where only options may, `options` before them as they were typed. */
export function strayWordsError(given: {
  options: string[]
  stray: string[]
  handedOn: string[]
  hasProfile: boolean
  profiles: string[]
}): PoolkeyError<'usage'> {
  const { options, stray, handedOn, hasProfile, profiles } = given
  const [first = '', ...others] = stray
  const isBare = handedOn.length > 0 && (others.length === 0 || others[0]?.startsWith('-') === true)
  if (!hasProfile && (profiles.includes(first) || isBare)) {
    // Before -- what follows the name is options; without -- it is the command.
    const [more, command] = handedOn.length > 0 ? [others, handedOn] : [[], others]
    const line = commandLine(['exec', ...options, '--profile', first, ...more])
    return new PoolkeyError('usage', {
      problem: `${first} stands where only options may`,
      fix: `name the profile with --profile: ${line} -- ${command.length > 0 ? programOf(command) : 'CMD'}`,
    })
  }
  const line = commandLine(['exec', ...options])
  return new PoolkeyError('usage', {
    problem: `${assignedIn(first) ?? first} stands before --, or without it`,
    fix: `put -- before the command: ${line} -- ${programOf(stray)}`,
  })
}

function commandLine(words: string[]): string {
  return ['poolkey', ...words.map(shellWord)].join(' ')
}

function meantBy({ code }: Complaint, { words, command, profiles }: Typed): string | undefined {
  if (command === undefined) return undefined
  const hasProfile = words.some((word) => /^(-p|--profile(=.*)?$)/s.test(word))
  const [first, second] = command.surplus
  if (first === undefined) return undefined
  const isProfile = (word: string) => !hasProfile && profiles.includes(word)
  if (code === 'commander.missingMandatoryOptionValue' && command.name === 'write') {
    const target = isProfile(first) && second === undefined ? undefined : first
    const profile = target === undefined ? first : second
    const put = new Map([[target, ['--to', target ?? '']]])
    if (profile !== undefined && isProfile(profile)) put.set(profile, ['--profile', profile])
    const line = commandLine(words.flatMap((word) => put.get(word) ?? [word]))
    return `name the section with --to: ${line}${target === undefined ? ' --to NAME' : ''}`
  }
  if (code !== 'commander.excessArguments') return undefined
  const named = command.surplus.length === 1 && isProfile(first)
  const at = words.lastIndexOf(first)
  return named
    ? `name the profile with --profile: ${commandLine([...words.slice(0, at), '--profile', ...words.slice(at)])}`
    : `leave out ${shellWord(first)}${hasProfile ? '' : ', or name a profile with --profile'}; see: poolkey ${command.name} --help`
}

/** A secret is not given as a word, which others of this machine can see. */
function stdinOption(problem: string, longOptions: string[]): string | undefined {
  const [, name = ''] = /^unknown option '(--[\w-]+)'$/.exec(problem) ?? []
  return longOptions.includes(`${name}-stdin`) ? `pipe it into stdin, with ${name}-stdin` : undefined
}

/** For a word where only the name of a command below may stand. */
function subcommandError(
  { code }: Complaint,
  { command, profiles }: Typed,
): PoolkeyError<'usage'> | undefined {
  const { name = '', subcommands = [], surplus: [first] = [] } = command ?? {}
  const isOne = first !== undefined && subcommands.length > 0 && !profiles.includes(first)
  if (code !== 'commander.excessArguments' || !isOne) return undefined
  const meant = SUBCOMMAND_SYNONYMS.get(first) ?? ''
  return new PoolkeyError('usage', {
    problem: `there is no command ${name} ${first}`,
    fix: subcommands.includes(meant)
      ? `Did you mean poolkey ${name} ${meant}?`
      : `there is ${subcommands.map((one) => `poolkey ${name} ${one}`).join(', ')}; a profile is named with --profile`,
  })
}

// What other tools call it.
const SUBCOMMAND_SYNONYMS = new Map([
  ['ls', 'list'],
  ['show', 'list'],
  ['rm', 'remove'],
  ['delete', 'remove'],
])

const SYNONYMS = new Map([
  ['ls', 'status'],
  ['list', 'status'],
  ['export', 'env'],
  ['run', 'exec'],
  ['shell', 'exec'],
])

function synonymOf({ code }: Complaint, { words }: Typed): string | undefined {
  const known = code === 'commander.unknownCommand' ? SYNONYMS.get(words[0] ?? '') : undefined
  return known === undefined ? undefined : `Did you mean ${known}?`
}
