/** The completion script for fish. Pure. */
import type { CommandShape, OptionShape, TreeShape } from '../tree/command-shape.ts'
import { PROFILE_NAMES_AWK } from './profile-names-awk.ts'
import type { Values } from './values.ts'
import { childrenOf, namesOf, NOTICE, runsPrograms } from './words-of-tree.ts'

/** The script. */
export function fishCompletion({ commands, commonOptions }: TreeShape): string {
  const paths = commands.map(({ path }) => quoted(path)).join(' ')
  const parents = ['', ...commands.map(({ path }) => path)]
  const names = parents.flatMap((parent) =>
    childrenOf(parent, commands).map(
      ({ name, command }) =>
        `complete -c poolkey -n ${wants(parent)} -a ${name} -d ${quoted(command.description)}`,
    ),
  )
  return `# fish completion for poolkey. ${NOTICE}

# Names of profiles, a line each.
function __poolkey_profiles
    set -l file $HOME/.aws/config
    test -n "$AWS_CONFIG_FILE"; and set file $AWS_CONFIG_FILE
    string match -q '~/*' -- $file; and set file $HOME(string sub -s 2 -- $file)
    test -f "$file"; and env LC_ALL=C awk '${PROFILE_NAMES_AWK}' <"$file" 2>/dev/null
end

# The command that is typed, and what is beyond: "argument", or "--" and all that follows it, a line each.
function __poolkey_typed
    set -l tokens (commandline -opc)
    set -l path
    set -l beyond
    set -l pending
    set -l at 1
    for token in $tokens[2..-1]
        set at (math $at + 1)
        if set -q pending[1]
            set -e pending
        else if test "$token" = --
            set beyond -- $tokens[(math $at + 1)..-1]
            break
        else if string match -q -- '-*' $token
            contains -- "$path $token" ${valued(commands)}
            or contains -- $token ${commonOptions.filter(takesNext).flatMap(namesOf).join(' ')}
            and set pending $token
        else if not set -q beyond[1]; and contains -- (string trim -- "$path $token") ${paths}
            set path (string trim -- "$path $token")
        else
            set beyond argument
        end
    end
    printf '%s\\n' "$path" $beyond
end

function __poolkey_at
    set -l typed (__poolkey_typed)
    test "$typed[1]" = "$argv[1]"
end

function __poolkey_wants
    set -l typed (__poolkey_typed)
    test "$typed[1]" = "$argv[1]" -a (count $typed) -eq 1
end

# Whether another program's command line is typed.
function __poolkey_runs
    set -l typed (__poolkey_typed)
    contains -- "$typed[1]" ${commands
      .filter(runsPrograms)
      .map(({ path }) => quoted(path))
      .join(' ')}; and test "$typed[2]" = --
end

function __poolkey_program
    set -l typed (__poolkey_typed)
    complete -C (string join -- ' ' (string escape -- $typed[3..-1]) (commandline -ct))
end

complete -c poolkey -f
complete -c poolkey -n __poolkey_runs -a '(__poolkey_program)'
${commonOptions.map((option) => line(option, undefined)).join('\n')}
complete -c poolkey -n ${wants('')} -s V -l version -d 'print the version'
${names.join('\n')}
${commands.flatMap(linesOf).join('\n')}
`
}

function linesOf(command: CommandShape): string[] {
  const { path, options, argument } = command
  const own = options.map((option) => line(option, path))
  if (!argument) return own
  const values: Values = runsPrograms(command) ? { kind: 'words', words: ['--'] } : argument
  const offered = offer(values)
  return offered === '' ? own : [...own, `complete -c poolkey -n ${wants(path)}${offered}`]
}

function line(option: OptionShape, path: string | undefined): string {
  const { short, long, description, values, isValueOptional } = option
  const condition = path === undefined ? '' : ` -n ${quoted(`__poolkey_at ${quoted(path)}`)}`
  const name = `${short === undefined ? '' : ` -s ${short.slice(1)}`} -l ${long.slice(2)}`
  const needs = !values || isValueOptional ? '' : values.kind === 'files' ? ' -r' : ' -x'
  return `complete -c poolkey${condition}${name}${needs}${values ? offer(values) : ''} -d ${quoted(description)}`
}

function offer({ kind, words }: Values): string {
  switch (kind) {
    case 'words':
      return ` -a ${quoted(words.join(' '))}`
    case 'profiles':
      return " -a '(__poolkey_profiles)'"
    case 'files':
      return ' -F'
    case 'commands':
      return " -a '(__fish_complete_command)'"
    case 'free':
      return ''
  }
}

function wants(path: string): string {
  return quoted(`__poolkey_wants ${quoted(path)}`)
}

/** The options that take the next word, each behind its command. */
function valued(commands: CommandShape[]): string {
  return commands
    .flatMap(({ path, options }) =>
      options.filter(takesNext).flatMap((option) => namesOf(option).map((name) => quoted(`${path} ${name}`))),
    )
    .join(' ')
}

function takesNext({ values, isValueOptional }: OptionShape): boolean {
  return values !== undefined && !isValueOptional
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`
}
