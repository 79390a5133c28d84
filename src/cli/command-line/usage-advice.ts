/** Wrong usage, with the command line that was probably meant. Pure. */
import { assignedIn, programOf, shellWord } from '../../errors/explanation.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { leadingOptions, singleDashed } from './command-line.ts'
import { HELP_TOPICS } from '../help/topic-names.ts'
import { similarName } from '../../profile/edit-distance.ts'
import { synonymOf } from './synonyms.ts'

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
        subcommands: string[]
        /** Words that are neither options nor their values, beyond those that the command takes. */
        surplus: string[]
      }
    | undefined
  /** Names of the profiles that there are. */
  profiles: string[]
}

const UNKNOWN = 'commander.unknownCommand'
const SURPLUS = 'commander.excessArguments'

// They are about no single profile, though every command takes --profile.
const WITHOUT_PROFILE = ['configure list', 'configure store', 'template', 'demo', 'emulate']

/** The parser's complaint in poolkey's form, with a better fix where one is known. */
export function usageError(complaint: Complaint, typed: Typed): PoolkeyError<'usage'> {
  const aside = /\n\((.+)\)$/
  const said = complaint.message.replace(/^error: /, '').replace(aside, '')
  const suggestion = aside.exec(complaint.message)?.[1]
  // What stands behind the "=" of an option that does not exist may be a secret.
  const problem = said.replace(/^(unknown option '[^'=]*)=[^]*$/, "$1'")
  const { command } = typed
  const see = `see: ${command === undefined ? 'poolkey' : `poolkey ${command.name}`} --help`
  const dashed = singleDashed(typed.words, command?.longOptions ?? ['--profile'])
  if (dashed !== undefined) return singleDashError(dashed)
  const leading = leadingOptions(typed.words)
  if (command === undefined && leading.length > 0) return noCommandError(leading)
  const unknown = unknownSubcommand(complaint, typed)
  if (unknown) return unknown
  const meant = meantBy(complaint, typed) ?? stdinOption(problem, command?.longOptions ?? [])
  if (meant !== undefined) return new PoolkeyError('usage', { problem, fix: meant })
  const [word = ''] = typed.words
  const synonym = complaint.code === UNKNOWN ? meantByName(word) : undefined
  const longer = longerOptions(problem, command?.longOptions ?? [])
  const better = longer === '' ? synonym : longer
  const found = longer === '' && suggestion ? suggestion : better && `Did you mean ${better}?`
  return new PoolkeyError('usage', {
    problem,
    fix: found === undefined ? see : `${found} Otherwise ${see}`,
  })
}

function meantByName(name: string): string | undefined {
  const topic = similarName(name, [...HELP_TOPICS])
  return synonymOf(name) ?? (topic === undefined ? undefined : `help ${topic}`)
}

/** For a long option with one dash, which would be read as `-p` and a profile's name. */
export function singleDashError(word: string): PoolkeyError<'usage'> {
  const [name = ''] = word.split('=', 1)
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

/** Options of any command, and none to take them. */
function noCommandError(leading: string[]): PoolkeyError<'usage'> {
  const [first = ''] = leading
  const name = first.replace(/^(--[a-z-]+|-p)[^]*$/, '$1')
  const isOpen = leading.slice(-1).some((word) => ['-p', '--profile'].includes(word))
  const words = isOpen ? [...leading, 'NAME'] : leading
  return new PoolkeyError('usage', {
    problem: `no command is given; ${name} goes with one`,
    fix: `every command takes it, such as: ${commandLine(['login', ...words])}; see: poolkey --help`,
  })
}

/** For a word that stands where a command has only commands of its own; undefined where it is none, or a profile's name. */
function unknownSubcommand(complaint: Complaint, typed: Typed): PoolkeyError<'usage'> | undefined {
  const { command, words, profiles } = typed
  const [first] = command?.surplus ?? []
  if (complaint.code !== SURPLUS || command === undefined || first === undefined) return undefined
  if (command.subcommands.length === 0 || profiles.includes(first)) return undefined
  const similar = similarName(first, command.subcommands)
  const meant =
    synonymOf(`${command.name} ${first}`) ??
    (similar === undefined ? undefined : `${command.name} ${similar}`)
  const see = `see: poolkey ${command.name} --help`
  const profile = namesProfile(words)
    ? ''
    : `to name a profile: ${commandLine([command.name, '--profile', first])}; `
  return new PoolkeyError('usage', {
    problem: `unknown command '${command.name} ${first}'`,
    fix: meant === undefined ? `${profile}${see}` : `Did you mean ${meant}? Otherwise ${see}`,
  })
}

function namesProfile(words: string[]): boolean {
  return words.some((word) => /^(-p|--profile(=.*)?$)/s.test(word))
}

function commandLine(words: string[]): string {
  return ['poolkey', ...words.map(shellWord)].join(' ')
}

function meantBy({ code }: Complaint, { words, command, profiles }: Typed): string | undefined {
  if (command === undefined) return undefined
  const hasProfile = namesProfile(words)
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
  if (code !== SURPLUS) return undefined
  const see = `see: poolkey ${command.name} --help`
  if (WITHOUT_PROFILE.includes(command.name)) return `leave out ${shellWord(first)}; ${see}`
  const named = command.surplus.length === 1 && isProfile(first)
  const at = words.lastIndexOf(first)
  return named
    ? `name the profile with --profile: ${commandLine([...words.slice(0, at), '--profile', ...words.slice(at)])}`
    : `leave out ${shellWord(first)}${hasProfile ? '' : ', or name a profile with --profile'}; ${see}`
}

/** Options whose name begins with the word that is none; '' where there are none. */
function longerOptions(problem: string, longOptions: string[]): string {
  const [, name = ' '] = /^unknown option '(--[\w-]+)'$/.exec(problem) ?? []
  return longOptions.filter((option) => option.startsWith(`${name}-`)).join(' or ')
}

/** A secret is not given as a word, which others of this machine can see. */
function stdinOption(problem: string, longOptions: string[]): string | undefined {
  const [, name = ''] = /^unknown option '(--[\w-]+)'$/.exec(problem) ?? []
  return longOptions.includes(`${name}-stdin`) ? `pipe it into stdin, with ${name}-stdin` : undefined
}
