# bash completion for poolkey. Generated from the commands, by: npm run completions

# Names of profiles, a line each.
_poolkey_profiles() {
  local file=${AWS_CONFIG_FILE:-$HOME/.aws/config}
  [[ $file == '~' || $file == '~/'* ]] && file=$HOME${file:1}
  [[ -f $file ]] && LC_ALL=C command awk '
  function trimmed(text) { gsub(/^[ \t]+|[ \t]+$/, "", text); return text }
  function usable(name,   at) {
    if (name == "" || length(name) > 512 || name ~ /[[:cntrl:]]/) return 0
    for (at = 1; at <= length(refused); at++) if (index(name, substr(refused, at, 1))) return 0
    return name !~ /\302[\200-\237\255]|\342\200[\213-\217\250-\256]|\342\201[\240-\257]|\357\273\277|\363\240/
  }
  function opened(title,   quote) {
    sub(/^[ \t]+/, "", title)
    if (title == "default") return "default"
    title = trimmed(title)
    if (title !~ /^profile[ \t]/) return ""
    sub(/^profile[ \t]+/, "", title)
    quote = substr(title, 1, 1)
    if (quote != "\042" && quote != "\047") return title !~ /[ \t]/ && usable(title) ? "profile " title : ""
    if (length(title) < 3 || substr(title, length(title)) != quote) return ""
    title = substr(title, 2, length(title) - 2)
    return title == trimmed(title) && usable(title) ? "profile " title : ""
  }
  function placed(name) { return name == "default" && !("profile default" in seen) ? name : "profile " name }
  BEGIN { key = -1; refused = "[]#;\042\047\134\140" }
  { sub(/\r$/, "") }
  NR == 1 { sub(/^\357\273\277/, "") }
  {
    text = trimmed($0)
    if (text == "" || text ~ /^[#;]/) next
    match($0, /^[ \t]*/)
    if (key >= 0 && RLENGTH > key) {
      # A name of several lines is none.
      if (name == "source_profile") delete source[section]
      next
    }
    if (substr(text, 1, 1) == "[") {
      key = -1
      section = index(text, "]") ? opened(substr(text, 2, index(text, "]") - 2)) : ""
      if (section != "" && !(section in seen)) { seen[section]; order[++count] = section }
      next
    }
    key = RLENGTH
    equals = index(text, "=")
    name = section != "" && equals ? tolower(trimmed(substr(text, 1, equals - 1))) : ""
    value = substr(text, equals + 1)
    sub(/(^|[ \t])[#;].*/, "", value)
    if (name ~ /^cognito_/) own[section]
    else if (name == "role_arn") role[section]
    else if (name == "source_profile") source[section] = trimmed(value)
  }
  END {
    for (at = 1; at <= count; at++) {
      section = order[at]
      if (section == "default" && "profile default" in seen) continue
      chained = section in role && section in source && placed(source[section]) in own
      if (section in own || chained) print (section == "default" ? section : substr(section, 9))
    }
  }
' 2>/dev/null <"$file"
}

# What stands below a command: sets commands and options.
_poolkey_below() {
  commands= options='--profile --no-input --debug --help --version'
  [[ -z $1 ]] || options='--profile --no-input --debug --help'
  case $1 in
    '') commands='login logout status whoami roles credential-process env exec write serve console token configure doctor explain trust-policy template completion demo emulate help' ;;
    'login') options+=' --force --no-browser --browser --identity-provider --idp-identifier --login-hint --lang --prompt --switch-account --username --password-stdin --store --timeout --yes' ;;
    'logout') options+=' --everywhere --web --all --keep-client-secrets --forget-guest' ;;
    'status') options+=' --all --check --format --json' ;;
    'whoami') options+=' --role --json' ;;
    'roles') commands='use' options+=' --json' ;;
    'env') options+=' --shell --unset --role --min-life' ;;
    'exec') options+=' --role --min-life --server --' ;;
    'write') options+=' --to --role --min-life' ;;
    'serve') options+=' --port --token-file' ;;
    'console') options+=' --print --role --duration --timeout' ;;
    'token') options+=' --access --header --claims' ;;
    'configure') commands='list remove store import' options+=' --yes --force --client-secret-stdin --store --region --user-pool-id --client-id --domain --issuer --redirect-uri --logout-uri --scopes --identity-provider --idp-identifier --login-hint --lang --prompt --sign-in --username --session --refresh-token-days --auto-login --browser --identity-pool-id --logins-key --exchange --guest --role-arn --role-session-name --duration-seconds --session-policy --policy-arns --chain-role-arn --chain-external-id --chain-session-name --chain-duration-seconds --source-profile' ;;
    'configure list') options+=' --json' ;;
    'configure remove') options+=' --yes' ;;
    'configure import') options+=' --yes --force --region --store --user-pool-id --client-id --domain --issuer --redirect-uri --logout-uri --scopes --identity-provider --idp-identifier --login-hint --lang --prompt --sign-in --username --session --refresh-token-days --auto-login --browser --identity-pool-id --logins-key --exchange --guest --role-arn --role-session-name --duration-seconds --session-policy --policy-arns --chain-role-arn --chain-external-id --chain-session-name --chain-duration-seconds --source-profile' ;;
    'doctor') options+=' --public --json' ;;
    'explain') options+=' --format --json' ;;
    'trust-policy') options+=' --check --role --second-role' ;;
    'template') options+=' --exchange --name-prefix --domain-prefix --ports --groups' ;;
    'emulate') options+=' --port --user-pool-id --client-id --identity-pool-id' ;;
  esac
}

# What can stand for an option ("login --store") or an argument ("configure store"): sets kind, which is empty where nothing
# can, words, and optional where the value may be left out.
_poolkey_values() {
  kind= words= optional=
  case $1 in
    *' -p' | *' --profile') kind=profiles ;;
    'login --browser') kind=commands ;;
    'login --identity-provider') kind=free ;;
    'login --idp-identifier') kind=free ;;
    'login --login-hint') kind=free ;;
    'login --lang') kind=free ;;
    'login --prompt') kind=words words='none login select_account consent' ;;
    'login --username') kind=free ;;
    'login --store') kind=words words='keychain passphrase file' ;;
    'login --timeout') kind=free ;;
    'status --format') kind=free ;;
    'whoami --role') kind=free ;;
    'roles use') kind=free ;;
    'env --shell') kind=words words='sh bash zsh fish powershell cmd nu dotenv json' ;;
    'env --role') kind=free ;;
    'env --min-life') kind=free ;;
    'exec --role') kind=free ;;
    'exec --min-life') kind=free ;;
    'exec') kind=words words='--' ;;
    'write --to') kind=free ;;
    'write --role') kind=free ;;
    'write --min-life') kind=free ;;
    'serve --port') kind=free ;;
    'serve --token-file') kind=files ;;
    'console --role') kind=free ;;
    'console --duration') kind=free ;;
    'console --timeout') kind=free ;;
    'console') kind=free ;;
    'configure --store') kind=words words='keychain passphrase file' ;;
    'configure --region') kind=free ;;
    'configure --user-pool-id') kind=free ;;
    'configure --client-id') kind=free ;;
    'configure --domain') kind=free ;;
    'configure --issuer') kind=free ;;
    'configure --redirect-uri') kind=free ;;
    'configure --logout-uri') kind=free ;;
    'configure --scopes') kind=free ;;
    'configure --identity-provider') kind=free ;;
    'configure --idp-identifier') kind=free ;;
    'configure --login-hint') kind=free ;;
    'configure --lang') kind=free ;;
    'configure --prompt') kind=words words='none login select_account consent' ;;
    'configure --sign-in') kind=words words='browser password' ;;
    'configure --username') kind=free ;;
    'configure --session') kind=free ;;
    'configure --refresh-token-days') kind=free ;;
    'configure --auto-login') kind=words words='true false' optional=1 ;;
    'configure --browser') kind=commands ;;
    'configure --identity-pool-id') kind=free ;;
    'configure --logins-key') kind=free ;;
    'configure --exchange') kind=words words='enhanced basic web-identity' ;;
    'configure --guest') kind=words words='true false' optional=1 ;;
    'configure --role-arn') kind=free ;;
    'configure --role-session-name') kind=free ;;
    'configure --duration-seconds') kind=free ;;
    'configure --session-policy') kind=free ;;
    'configure --policy-arns') kind=free ;;
    'configure --chain-role-arn') kind=free ;;
    'configure --chain-external-id') kind=free ;;
    'configure --chain-session-name') kind=free ;;
    'configure --chain-duration-seconds') kind=free ;;
    'configure --source-profile') kind=profiles ;;
    'configure remove') kind=profiles ;;
    'configure store') kind=words words='keychain passphrase file' ;;
    'configure import --region') kind=free ;;
    'configure import --store') kind=words words='keychain passphrase file' ;;
    'configure import --user-pool-id') kind=free ;;
    'configure import --client-id') kind=free ;;
    'configure import --domain') kind=free ;;
    'configure import --issuer') kind=free ;;
    'configure import --redirect-uri') kind=free ;;
    'configure import --logout-uri') kind=free ;;
    'configure import --scopes') kind=free ;;
    'configure import --identity-provider') kind=free ;;
    'configure import --idp-identifier') kind=free ;;
    'configure import --login-hint') kind=free ;;
    'configure import --lang') kind=free ;;
    'configure import --prompt') kind=words words='none login select_account consent' ;;
    'configure import --sign-in') kind=words words='browser password' ;;
    'configure import --username') kind=free ;;
    'configure import --session') kind=free ;;
    'configure import --refresh-token-days') kind=free ;;
    'configure import --auto-login') kind=words words='true false' optional=1 ;;
    'configure import --browser') kind=commands ;;
    'configure import --identity-pool-id') kind=free ;;
    'configure import --logins-key') kind=free ;;
    'configure import --exchange') kind=words words='enhanced basic web-identity' ;;
    'configure import --guest') kind=words words='true false' optional=1 ;;
    'configure import --role-arn') kind=free ;;
    'configure import --role-session-name') kind=free ;;
    'configure import --duration-seconds') kind=free ;;
    'configure import --session-policy') kind=free ;;
    'configure import --policy-arns') kind=free ;;
    'configure import --chain-role-arn') kind=free ;;
    'configure import --chain-external-id') kind=free ;;
    'configure import --chain-session-name') kind=free ;;
    'configure import --chain-duration-seconds') kind=free ;;
    'configure import --source-profile') kind=profiles ;;
    'configure import') kind=files ;;
    'explain --format') kind=words words='text mermaid' ;;
    'trust-policy --check') kind=files ;;
    'trust-policy --role') kind=free ;;
    'template --exchange') kind=words words='enhanced web-identity' ;;
    'template --name-prefix') kind=free ;;
    'template --domain-prefix') kind=free ;;
    'template --ports') kind=free ;;
    'template --groups') kind=free ;;
    'completion') kind=words words='bash zsh fish powershell' ;;
    'emulate --port') kind=free ;;
    'emulate --user-pool-id') kind=free ;;
    'emulate --client-id') kind=free ;;
    'emulate --identity-pool-id') kind=free ;;
    'help') kind=words words='exit-codes environment settings security login logout status whoami roles credential-process env exec write serve console token configure doctor explain trust-policy template completion demo emulate help' ;;
  esac
}

# Offers what begins with the value that is typed; before it may stand an option and "=".
_poolkey_offer() {
  local one form typed=${raw#"$before"} plain
  # Without what quotes it: no name has quotes or backslashes of its own.
  plain=${typed//\\/} plain=${plain//\"/} plain=${plain//\'/}
  case $1 in
    words)
      while IFS= read -r one; do COMPREPLY+=("$before$one"); done < <(compgen -W "$2" -- "$typed") ;;
    profiles)
      while IFS= read -r one; do
        [[ $one == "$plain"* ]] || continue
        case $typed in
          \'*) form="'$one" ;;
          # In double quotes nothing takes its meaning from "!".
          \"*) [[ $one != *!* ]] || continue; form="\"${one//\$/\\$}" ;;
          *) printf -v form %q "$one" ;;
        esac
        # What readline leaves in place must be the beginning.
        form=$before$form
        [[ $form != "${raw%"$replaced"}"* ]] || COMPREPLY+=("$form")
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
  local IFS=$' \t\n' replaced=$2 line=$COMP_LINE rest raw before= path= pending= has_argument= i n=-1 typed_words
  local commands options kind words optional=
  COMPREPLY=() typed_words=()
  # Words as they were typed: readline splits at ":" and "=", too.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    raw=${COMP_WORDS[i]}
    rest=${line#"${line%%[![:blank:]]*}"}
    if ((n >= 0)) && [[ $rest == "$line" ]]; then typed_words[n]+=$raw; else typed_words[++n]=$raw; fi
    line=${rest#*"$raw"}
  done

  _poolkey_below ''
  for ((i = 1; i < n; i++)); do
    raw=${typed_words[i]}
    if [[ -n $pending && ( -z $optional || $raw != -* ) ]]; then
      pending=
    elif [[ $raw == -- ]]; then
      case $path in
        'exec') if ((i + 1 == n)); then kind=commands; else kind=files; fi ;;
        *) return ;;
      esac
      raw=${typed_words[n]}
      _poolkey_offer $kind
      return
    elif [[ $raw == -* ]]; then
      pending=
      _poolkey_values "$path $raw"
      [[ -z $kind ]] || pending=$raw
    elif [[ " $commands " == *" $raw "* ]]; then
      path=${path:+$path }$raw
      _poolkey_below "$path"
    else
      has_argument=1
    fi
  done

  raw=${typed_words[n]}
  if [[ -n $pending && ( -z $optional || $raw != -* ) ]]; then
    _poolkey_values "$path $pending"
    _poolkey_offer "$kind" "$words"
    [[ -z $optional ]] || _poolkey_offer words "$options"
  elif [[ $raw == --*=* ]]; then
    before=${raw%%=*}=
    _poolkey_values "$path ${raw%%=*}"
    _poolkey_offer "$kind" "$words"
  elif [[ $raw == -* ]]; then
    _poolkey_offer words "$options"
  elif [[ -z $has_argument ]]; then
    _poolkey_offer words "$commands"
    _poolkey_values "$path"
    _poolkey_offer "$kind" "$words"
  fi
  rest=${raw%"$replaced"}
  for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do COMPREPLY[i]=${COMPREPLY[i]#"$rest"}; done
}

if type compopt &>/dev/null; then
  complete -F _poolkey poolkey
else
  complete -o default -F _poolkey poolkey
fi
