/** The completion script for bash, 3.2 (that of macOS) and later. It does not need the package bash-completion. Pure. */
import type { OptionShape, TreeShape } from '../tree/command-shape.ts'
import { PROFILE_NAMES_AWK } from './profile-names-awk.ts'
import type { Values } from './values.ts'
import { childrenOf, namesOf, NOTICE, runsPrograms } from './words-of-tree.ts'

/** The script. */
export function bashCompletion(tree: TreeShape): string {
  const common = tree.commonOptions.map(({ long }) => long).join(' ')
  return `# bash completion for poolkey. ${NOTICE}

# Names of profiles, a line each.
_poolkey_profiles() {
  local file=\${AWS_CONFIG_FILE:-$HOME/.aws/config}
  [[ $file == '~' || $file == '~/'* ]] && file=$HOME\${file:1}
  [[ -f $file ]] && LC_ALL=C command awk '${PROFILE_NAMES_AWK}' 2>/dev/null <"$file"
}

# What stands below a command: sets commands and options.
_poolkey_below() {
  commands= options='${common} --version'
  [[ -z $1 ]] || options='${common}'
  case $1 in
${belowLines(tree).join('\n')}
  esac
}

# What can stand for an option ("login --store") or an argument ("configure store"): sets kind, which is empty where nothing
# can, words, and optional where the value may be left out.
_poolkey_values() {
  kind= words= optional=
  case $1 in
${valueLines(tree).join('\n')}
  esac
}

# Offers what begins with the value that is typed; before it may stand an option and "=".
_poolkey_offer() {
  local one form typed=\${raw#"$before"} plain
  # Without what quotes it: no name has quotes or backslashes of its own.
  plain=\${typed//\\\\/} plain=\${plain//\\"/} plain=\${plain//\\'/}
  case $1 in
    words)
      while IFS= read -r one; do COMPREPLY+=("$before$one"); done < <(compgen -W "$2" -- "$typed") ;;
    profiles)
      while IFS= read -r one; do
        [[ $one == "$plain"* ]] || continue
        case $typed in
          \\'*) form="'$one" ;;
          # In double quotes nothing takes its meaning from "!".
          \\"*) [[ $one != *!* ]] || continue; form="\\"\${one//\\$/\\\\$}" ;;
          *) printf -v form %q "$one" ;;
        esac
        # What readline leaves in place must be the beginning.
        form=$before$form
        [[ $form != "\${raw%"$replaced"}"* ]] || COMPREPLY+=("$form")
      done < <(_poolkey_profiles) ;;
    commands)
      [[ $typed != */* ]] || { _poolkey_offer files; return; }
      while IFS= read -r one; do COMPREPLY+=("$before$one"); done < <(compgen -c -- "$typed") ;;
    files)
      # Readline's own file names: it knows how to quote them.
      ! type compopt &>/dev/null || compopt -o default ;;
  esac
}

_poolkey() {
  local IFS=$' \\t\\n' replaced=$2 line=$COMP_LINE rest raw before= path= pending= has_argument= i n=-1 typed_words
  local commands options kind words optional=
  COMPREPLY=() typed_words=()
  # Words as they were typed: readline splits at ":" and "=", too.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    raw=\${COMP_WORDS[i]}
    rest=\${line#"\${line%%[![:blank:]]*}"}
    if ((n >= 0)) && [[ $rest == "$line" ]]; then typed_words[n]+=$raw; else typed_words[++n]=$raw; fi
    line=\${rest#*"$raw"}
  done

  _poolkey_below ''
  for ((i = 1; i < n; i++)); do
    raw=\${typed_words[i]}
    if [[ -n $pending && ( -z $optional || $raw != -* ) ]]; then
      pending=
    elif [[ $raw == -- ]]; then
      case $path in
        ${runners(tree)}) if ((i + 1 == n)); then kind=commands; else kind=files; fi ;;
        *) return ;;
      esac
      raw=\${typed_words[n]}
      _poolkey_offer $kind
      return
    elif [[ $raw == -* ]]; then
      pending=
      _poolkey_values "$path $raw"
      [[ -z $kind ]] || pending=$raw
    elif [[ " $commands " == *" $raw "* ]]; then
      path=\${path:+$path }$raw
      _poolkey_below "$path"
    else
      has_argument=1
    fi
  done

  raw=\${typed_words[n]}
  if [[ -n $pending && ( -z $optional || $raw != -* ) ]]; then
    _poolkey_values "$path $pending"
    _poolkey_offer "$kind" "$words"
    [[ -z $optional ]] || _poolkey_offer words "$options"
  elif [[ $raw == --*=* ]]; then
    before=\${raw%%=*}=
    _poolkey_values "$path \${raw%%=*}"
    _poolkey_offer "$kind" "$words"
  elif [[ $raw == -* ]]; then
    _poolkey_offer words "$options"
  elif [[ -z $has_argument ]]; then
    _poolkey_offer words "$commands"
    _poolkey_values "$path"
    _poolkey_offer "$kind" "$words"
  fi
  rest=\${raw%"$replaced"}
  for ((i = 0; i < \${#COMPREPLY[@]}; i++)); do COMPREPLY[i]=\${COMPREPLY[i]#"$rest"}; done
}

if type compopt &>/dev/null; then
  complete -F _poolkey poolkey
else
  complete -o default -F _poolkey poolkey
fi
`
}

function belowLines({ commands }: TreeShape): string[] {
  const top = childrenOf('', commands).map(({ name }) => name)
  const lines = commands.flatMap((command) => {
    const names = childrenOf(command.path, commands).map(({ name }) => name)
    const below = names.length > 0 ? ` commands='${names.join(' ')}'` : ''
    const own = command.options.map(({ long }) => long)
    const options = [...own, ...(runsPrograms(command) ? ['--'] : [])]
    const more = options.length > 0 ? ` options+=' ${options.join(' ')}'` : ''
    return below + more === '' ? [] : [`    '${command.path}')${below}${more} ;;`]
  })
  return [`    '') commands='${top.join(' ')}' ;;`, ...lines]
}

function valueLines({ commands, commonOptions }: TreeShape): string[] {
  const common = commonOptions.flatMap((option) => ofOption(option, (name) => `*' ${name}'`))
  const others = commands.flatMap((command) => {
    const { path, options, argument } = command
    const own = options.flatMap((option) => ofOption(option, (name) => `'${path} ${name}'`))
    if (!argument) return own
    const values: Values = runsPrograms(command) ? { kind: 'words', words: ['--'] } : argument
    return [...own, `    '${path}') ${settingOf(values)} ;;`]
  })
  return [...common, ...others]
}

function ofOption(option: OptionShape, pattern: (name: string) => string): string[] {
  const { values, isValueOptional } = option
  if (!values) return []
  return [
    `    ${namesOf(option).map(pattern).join(' | ')}) ${settingOf(values)}${isValueOptional ? ' optional=1' : ''} ;;`,
  ]
}

function settingOf({ kind, words }: Values): string {
  return words.length > 0 ? `kind=${kind} words='${words.join(' ')}'` : `kind=${kind}`
}

function runners({ commands }: TreeShape): string {
  return commands
    .filter(runsPrograms)
    .map(({ path }) => `'${path}'`)
    .join(' | ')
}
