/** The completion function for zsh, as a file of `fpath` or to be sourced. Pure. */
import type { CommandShape, OptionShape, TreeShape } from '../tree/command-shape.ts'
import { PROFILE_NAMES_AWK } from './profile-names-awk.ts'
import type { Values } from './values.ts'
import { childrenOf, namesOf, NOTICE, runsPrograms, singleQuoted } from './words-of-tree.ts'

/** The script. */
export function zshCompletion(tree: TreeShape): string {
  const { commands, commonOptions } = tree
  const version = `'(- *)'{-V,--version}'[print the version]'`
  return `#compdef poolkey
# zsh completion for poolkey. ${NOTICE}

_poolkey_profiles() {
  local file=\${AWS_CONFIG_FILE:-$HOME/.aws/config}
  [[ $file == '~' || $file == '~/'* ]] && file=$HOME\${file[2,-1]}
  local -a names expl
  [[ -f $file ]] && names=("\${(@f)$(LC_ALL=C command awk '${PROFILE_NAMES_AWK}' 2>/dev/null <"$file")}")
  names=("\${(@)names:#}")
  _wanted profiles expl profile compadd -a names
}

_poolkey() {
  local -a common=(
${commonOptions.map((option) => `    ${spec(option)}\n`).join('')}  )
${body({ path: '', specs: [version] }, commands)}}
${commands.map((command) => functionOf(command, commands)).join('')}
if [[ $funcstack[1] == _poolkey ]]; then
  _poolkey "$@"
else
  compdef _poolkey poolkey
fi
`
}

function functionOf(command: CommandShape, commands: CommandShape[]): string {
  const { path, options, argument } = command
  const specs = options.map(spec)
  const first = runsPrograms(command) ? { kind: 'words' as const, words: ['--'] } : argument
  if (first) specs.push(singleQuoted(`1: :${actionOf(first)}`))
  return `\n${nameOf(path)}() {\n${runsPrograms(command) ? OTHER_PROGRAM : ''}${body({ path, specs }, commands)}}\n`
}

const OTHER_PROGRAM = `  local at=\${words[(i)--]}
  if ((at < CURRENT)); then
    shift at words
    ((CURRENT -= at))
    if ((CURRENT == 1)); then _command_names -e; else _normal; fi
    return
  fi
`

function body({ path, specs }: { path: string; specs: string[] }, commands: CommandShape[]): string {
  const children = childrenOf(path, commands)
  const call = (more: string[]) =>
    ['"${common[@]}"', ...specs, ...more].map((one) => ` \\\n    ${one}`).join('')
  if (children.length === 0) return `  _arguments -s -S${call([])}\n`
  const listed = children.map(
    ({ name, command }) => `        ${singleQuoted(`${name}:${command.description}`)}\n`,
  )
  const cases = children.map(({ name, command }) => `        ${name}) ${nameOf(command.path)} && ret=0 ;;\n`)
  return `  local curcontext=$curcontext context state state_descr line ret=1
  local -A opt_args
  _arguments -s -C${call([`'(-)1: :->command'`, `'(-)*:: :->rest'`])} && ret=0
  case $state in
    command)
      local -a commands=(
${listed.join('')}      )
      _describe -t commands command commands && ret=0 ;;
    rest)
      case $words[1] in
${cases.join('')}      esac ;;
  esac
  return ret
`
}

function nameOf(path: string): string {
  return `_poolkey_${path.replaceAll(/[ -]/g, '_')}`
}

/** What `_arguments` is told of an option, quoted. */
function spec(option: OptionShape): string {
  const { description, values, placeholder = '', isValueOptional } = option
  const names = namesOf(option)
  const taking = names.map((name) => (values ? `${name}${name.startsWith('--') ? '=' : '+'}` : name))
  const colons = isValueOptional ? '::' : ':'
  const value = values ? `${colons}${escaped(placeholder)}:${actionOf(values)}` : ''
  const text = singleQuoted(`[${escaped(description)}]${value}`)
  if (names.includes('--help')) return `'(- *)'{${names.join(',')}}${text}`
  return names.length > 1
    ? `'(${names.join(' ')})'{${taking.join(',')}}${text}`
    : singleQuoted(`${taking.join('')}[${escaped(description)}]${value}`)
}

function actionOf({ kind, words }: Values): string {
  switch (kind) {
    case 'words':
      return `(${words.join(' ')})`
    case 'profiles':
      return '_poolkey_profiles'
    case 'files':
      return '_files'
    case 'commands':
      return '_command_names -e'
    case 'free':
      return ' '
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\[\]:]/g, String.raw`\$&`)
}
