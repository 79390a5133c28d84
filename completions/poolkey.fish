# fish completion for poolkey. Generated from the commands, by: npm run completions

# Names of profiles, a line each.
function __poolkey_profiles
    set -l file $HOME/.aws/config
    test -n "$AWS_CONFIG_FILE"; and set file $AWS_CONFIG_FILE
    string match -q '~/*' -- $file; and set file $HOME(string sub -s 2 -- $file)
    test -f "$file"; and env LC_ALL=C awk '
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
' <"$file" 2>/dev/null
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
            contains -- "$path $token" 'login --browser' 'login --identity-provider' 'login --idp-identifier' 'login --login-hint' 'login --lang' 'login --prompt' 'login --username' 'login --store' 'login --timeout' 'status --format' 'whoami --role' 'env --shell' 'env --role' 'env --min-life' 'exec --role' 'exec --min-life' 'write --to' 'write --role' 'write --min-life' 'serve --port' 'serve --token-file' 'console --role' 'console --duration' 'console --timeout' 'configure --store' 'configure --region' 'configure --user-pool-id' 'configure --client-id' 'configure --domain' 'configure --issuer' 'configure --redirect-uri' 'configure --logout-uri' 'configure --scopes' 'configure --identity-provider' 'configure --idp-identifier' 'configure --login-hint' 'configure --lang' 'configure --prompt' 'configure --sign-in' 'configure --username' 'configure --session' 'configure --refresh-token-days' 'configure --browser' 'configure --identity-pool-id' 'configure --logins-key' 'configure --exchange' 'configure --role-arn' 'configure --role-session-name' 'configure --duration-seconds' 'configure --session-policy' 'configure --policy-arns' 'configure --chain-role-arn' 'configure --chain-external-id' 'configure --chain-session-name' 'configure --chain-duration-seconds' 'configure --source-profile' 'configure import --region' 'configure import --store' 'configure import --user-pool-id' 'configure import --client-id' 'configure import --domain' 'configure import --issuer' 'configure import --redirect-uri' 'configure import --logout-uri' 'configure import --scopes' 'configure import --identity-provider' 'configure import --idp-identifier' 'configure import --login-hint' 'configure import --lang' 'configure import --prompt' 'configure import --sign-in' 'configure import --username' 'configure import --session' 'configure import --refresh-token-days' 'configure import --browser' 'configure import --identity-pool-id' 'configure import --logins-key' 'configure import --exchange' 'configure import --role-arn' 'configure import --role-session-name' 'configure import --duration-seconds' 'configure import --session-policy' 'configure import --policy-arns' 'configure import --chain-role-arn' 'configure import --chain-external-id' 'configure import --chain-session-name' 'configure import --chain-duration-seconds' 'configure import --source-profile' 'explain --format' 'trust-policy --check' 'trust-policy --role' 'template --exchange' 'template --name-prefix' 'template --domain-prefix' 'template --ports' 'template --groups' 'emulate --port' 'emulate --user-pool-id' 'emulate --client-id' 'emulate --identity-pool-id'
            or contains -- $token -p --profile
            and set pending $token
        else if not set -q beyond[1]; and contains -- (string trim -- "$path $token") 'login' 'logout' 'status' 'whoami' 'roles' 'roles use' 'credential-process' 'env' 'exec' 'write' 'serve' 'console' 'token' 'configure' 'configure list' 'configure remove' 'configure store' 'configure import' 'doctor' 'explain' 'trust-policy' 'template' 'completion' 'demo' 'emulate' 'help'
            set path (string trim -- "$path $token")
        else
            set beyond argument
        end
    end
    printf '%s\n' "$path" $beyond
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
    contains -- "$typed[1]" 'exec'; and test "$typed[2]" = --
end

function __poolkey_program
    set -l typed (__poolkey_typed)
    complete -C (string join -- ' ' (string escape -- $typed[3..-1]) (commandline -ct))
end

complete -c poolkey -f
complete -c poolkey -n __poolkey_runs -a '(__poolkey_program)'
complete -c poolkey -s p -l profile -x -a '(__poolkey_profiles)' -d 'AWS profile (default: AWS_PROFILE, else "default")'
complete -c poolkey -l no-input -d 'never ask'
complete -c poolkey -l debug -d 'trace requests on stderr, without secrets'
complete -c poolkey -s h -l help -d 'print this help'
complete -c poolkey -n '__poolkey_wants \'\'' -s V -l version -d 'print the version'
complete -c poolkey -n '__poolkey_wants \'\'' -a login -d 'sign in, then prove it by an exchange'
complete -c poolkey -n '__poolkey_wants \'\'' -a logout -d 'revoke and wipe the session and its credentials'
complete -c poolkey -n '__poolkey_wants \'\'' -a status -d 'who is signed in and what time is left; asks no network'
complete -c poolkey -n '__poolkey_wants \'\'' -a whoami -d 'GetCallerIdentity beside who signed in'
complete -c poolkey -n '__poolkey_wants \'\'' -a roles -d 'roles the token offers, the preferred one, the one in use'
complete -c poolkey -n '__poolkey_wants \'\'' -a credential-process -d 'answer an AWS SDK or tool (credential_process)'
complete -c poolkey -n '__poolkey_wants \'\'' -a env -d 'statements that put credentials into a shell'
complete -c poolkey -n '__poolkey_wants \'\'' -a exec -d 'run a command, or a shell, with credentials in its environment'
complete -c poolkey -n '__poolkey_wants \'\'' -a write -d 'write credentials into the shared credentials file; they are not renewed there'
complete -c poolkey -n '__poolkey_wants \'\'' -a serve -d 'a container-credentials endpoint on loopback, for long-running work'
complete -c poolkey -n '__poolkey_wants \'\'' -a console -d 'open the AWS console: s3, ec2, ..., a console path or address (not tried with an identity pool at AWS)'
complete -c poolkey -n '__poolkey_wants \'\'' -a token -d 'the ID token, for APIs that ask for one'
complete -c poolkey -n '__poolkey_wants \'\'' -a configure -d 'write a profile: asks what is missing; import, list, remove; seal a client secret, move the key'
complete -c poolkey -n '__poolkey_wants \'\'' -a doctor -d 'test every link of the chain for real: which is broken, and what mends it'
complete -c poolkey -n '__poolkey_wants \'\'' -a explain -d 'the chain of a profile as a picture; asks no network'
complete -c poolkey -n '__poolkey_wants \'\'' -a trust-policy -d 'the trust policy that the role needs; what is wrong with one'
complete -c poolkey -n '__poolkey_wants \'\'' -a template -d 'CloudFormation for a user pool, an app client and roles'
complete -c poolkey -n '__poolkey_wants \'\'' -a completion -d 'completion script for a shell: bash, zsh, fish or powershell'
complete -c poolkey -n '__poolkey_wants \'\'' -a demo -d 'the whole chain against an embedded Cognito; no AWS account needed'
complete -c poolkey -n '__poolkey_wants \'\'' -a emulate -d 'run an embedded Cognito and STS for offline development'
complete -c poolkey -n '__poolkey_wants \'\'' -a help -d 'of a command; or exit-codes, environment, settings, security'
complete -c poolkey -n '__poolkey_wants \'roles\'' -a use -d 'write one of them into the profile, by name or ARN'
complete -c poolkey -n '__poolkey_wants \'configure\'' -a list -d 'poolkey\'s profiles'
complete -c poolkey -n '__poolkey_wants \'configure\'' -a remove -d 'take out of a profile what poolkey put there'
complete -c poolkey -n '__poolkey_wants \'configure\'' -a store -d 'move the sealing key, or make a vault for it: keychain, passphrase or file'
complete -c poolkey -n '__poolkey_wants \'configure\'' -a import -d 'write a profile from what a file, an address or - (stdin) says of a user pool'
complete -c poolkey -n '__poolkey_at \'login\'' -l force -d 'sign in anew even if the session still works'
complete -c poolkey -n '__poolkey_at \'login\'' -l no-browser -d 'open no browser: print the URL; the redirected URL can be pasted, too (by itself over SSH, in containers, without a display)'
complete -c poolkey -n '__poolkey_at \'login\'' -l browser -x -a '(__fish_complete_command)' -d 'command that opens the URL'
complete -c poolkey -n '__poolkey_at \'login\'' -l identity-provider -x -d 'skip the chooser: Google, a SAML name, ...'
complete -c poolkey -n '__poolkey_at \'login\'' -l idp-identifier -x -d 'skip the chooser by an identifier'
complete -c poolkey -n '__poolkey_at \'login\'' -l login-hint -x -d 'fill in the user name'
complete -c poolkey -n '__poolkey_at \'login\'' -l lang -x -d 'language of the sign-in page'
complete -c poolkey -n '__poolkey_at \'login\'' -l prompt -x -a 'none login select_account consent' -d 'login, select_account, consent or none'
complete -c poolkey -n '__poolkey_at \'login\'' -l switch-account -d 'end the browser\'s session at the user pool first (needs cognito_logout_uri)'
complete -c poolkey -n '__poolkey_at \'login\'' -l username -x -d 'sign in with a password, in the terminal'
complete -c poolkey -n '__poolkey_at \'login\'' -l password-stdin -d 'the same, the password piped in'
complete -c poolkey -n '__poolkey_at \'login\'' -l store -x -a 'keychain passphrase file' -d 'where the sealing key lives, at first use'
complete -c poolkey -n '__poolkey_at \'login\'' -l timeout -x -d 'how long to wait for the browser'
complete -c poolkey -n '__poolkey_at \'login\'' -l yes -d 'replace another person\'s session without asking'
complete -c poolkey -n '__poolkey_at \'logout\'' -l everywhere -d 'on every machine; needs the scope aws.cognito.signin.user.admin'
complete -c poolkey -n '__poolkey_at \'logout\'' -l web -d 'end the browser\'s session at the user pool, too'
complete -c poolkey -n '__poolkey_at \'logout\'' -l all -d 'every session, client secret, guest identity and the sealing key'
complete -c poolkey -n '__poolkey_at \'logout\'' -l keep-client-secrets -d 'with --all: keep client secrets, and the key'
complete -c poolkey -n '__poolkey_at \'logout\'' -l forget-guest -d 'drop this guest profile\'s identity'
complete -c poolkey -n '__poolkey_at \'status\'' -l all -d 'every session in the vault'
complete -c poolkey -n '__poolkey_at \'status\'' -l check -d 'exit 4 unless credentials can be had without a person'
complete -c poolkey -n '__poolkey_at \'status\'' -l format -x -d 'for prompts, such as \'{profile} {left}\'; asks nobody'
complete -c poolkey -n '__poolkey_at \'status\'' -l json -d 'as JSON'
complete -c poolkey -n '__poolkey_at \'whoami\'' -l role -x -d 'another role, this once'
complete -c poolkey -n '__poolkey_at \'whoami\'' -l json -d 'as JSON'
complete -c poolkey -n '__poolkey_at \'roles\'' -l json -d 'as JSON'
complete -c poolkey -n '__poolkey_at \'env\'' -l shell -x -a 'sh bash zsh fish powershell cmd nu dotenv json' -d 'whose syntax (default: that of the shell that asks)'
complete -c poolkey -n '__poolkey_at \'env\'' -l unset -d 'take them back'
complete -c poolkey -n '__poolkey_at \'env\'' -l role -x -d 'another role, this once'
complete -c poolkey -n '__poolkey_at \'env\'' -l min-life -x -d 'at least so much life (default: half)'
complete -c poolkey -n '__poolkey_at \'exec\'' -l role -x -d 'another role, this once'
complete -c poolkey -n '__poolkey_at \'exec\'' -l min-life -x -d 'at least so much life (default: half)'
complete -c poolkey -n '__poolkey_at \'exec\'' -l server -d 'an endpoint that refreshes them, as long as it runs'
complete -c poolkey -n '__poolkey_wants \'exec\'' -a '--'
complete -c poolkey -n '__poolkey_at \'write\'' -l to -x -d 'the section to write: a name that is not the profile itself'
complete -c poolkey -n '__poolkey_at \'write\'' -l role -x -d 'another role, this once'
complete -c poolkey -n '__poolkey_at \'write\'' -l min-life -x -d 'at least so much life (default: half)'
complete -c poolkey -n '__poolkey_at \'serve\'' -l port -x -d 'port on loopback (default: any free one)'
complete -c poolkey -n '__poolkey_at \'serve\'' -l token-file -r -F -d 'leave its token in this file, not on stdout'
complete -c poolkey -n '__poolkey_at \'console\'' -l print -d 'print the URL instead; whoever has it within 15 minutes is signed in'
complete -c poolkey -n '__poolkey_at \'console\'' -l role -x -d 'another role, this once'
complete -c poolkey -n '__poolkey_at \'console\'' -l duration -x -d 'life of the console session, 900 to 43200'
complete -c poolkey -n '__poolkey_at \'console\'' -l timeout -x -d 'how long to wait for the browser'
complete -c poolkey -n '__poolkey_at \'token\'' -l access -d 'the access token instead'
complete -c poolkey -n '__poolkey_at \'token\'' -l header -d 'as a header, as curl -H @- reads it from stdin'
complete -c poolkey -n '__poolkey_at \'token\'' -l claims -d 'what the ID token says, verified, as JSON; not the token'
complete -c poolkey -n '__poolkey_at \'configure\'' -l yes -d 'write without asking'
complete -c poolkey -n '__poolkey_at \'configure\'' -l force -d 'write even into a profile with other credential settings, which go'
complete -c poolkey -n '__poolkey_at \'configure\'' -l client-secret-stdin -d 'read the secret of the app client from stdin and seal it'
complete -c poolkey -n '__poolkey_at \'configure\'' -l store -x -a 'keychain passphrase file' -d 'where the sealing key lives, at first use'
complete -c poolkey -n '__poolkey_at \'configure\'' -l region -x -d 'Region of the profile (default: that of its pool)'
complete -c poolkey -n '__poolkey_at \'configure\'' -l user-pool-id -x -d 'User pool; its region is the part before _.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l client-id -x -d 'App client.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l domain -x -d 'Host of the hosted UI, prefix or custom domain; https:// in front is accepted, http:// only for a loopback host.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l issuer -x -d 'Issuer URL; keys are read from <issuer>/.well-known/jwks.json. http:// only for a loopback host.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l redirect-uri -x -d 'Registered loopback callback URLs, comma-separated, tried in order.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l logout-uri -x -d 'Registered sign-out URL; needed by logout --web and login --switch-account.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l scopes -x -d 'Scopes, space-separated; must contain openid.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l identity-provider -x -d 'Skips the provider chooser: Google, COGNITO, a SAML or OIDC provider name. Not beside cognito_idp_identifier.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l idp-identifier -x -d 'Skips the provider chooser by an identifier of the provider, such as an email domain.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l login-hint -x -d 'Passed to /oauth2/authorize: a user name to fill in.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l lang -x -d 'Passed to /oauth2/authorize: the language of managed login.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l prompt -x -a 'none login select_account consent' -d 'Passed to /oauth2/authorize: none, login, select_account, consent.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l sign-in -x -a 'browser password' -d 'browser or password (SRP and every challenge a terminal can answer).'
complete -c poolkey -n '__poolkey_at \'configure\'' -l username -x -d 'Fills in the user name.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l session -x -d 'A name that keeps two people\'s or purposes\' sign-ins to one client apart.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l refresh-token-days -x -d 'The app client\'s refresh token validity, for status (no API tells it).'
complete -c poolkey -n '__poolkey_at \'configure\'' -l auto-login -a 'true false' -d 'true: credential-process may open the browser when nobody is signed in.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l browser -x -a '(__fish_complete_command)' -d 'Command that opens a URL (split into words, no shell).'
complete -c poolkey -n '__poolkey_at \'configure\'' -l identity-pool-id -x -d 'Identity pool; its region is the part before :.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l logins-key -x -d 'Override of the Logins map key.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l exchange -x -a 'enhanced basic web-identity' -d 'enhanced (GetId + GetCredentialsForIdentity), basic (GetId + GetOpenIdToken + AssumeRoleWithWebIdentity) or web-identity (AssumeRoleWithWebIdentity with the ID token).'
complete -c poolkey -n '__poolkey_at \'configure\'' -l guest -a 'true false' -d 'true: unauthenticated identity, no sign-in.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l role-arn -x -d 'enhanced: CustomRoleArn; basic and web-identity: the role to assume (required). An ARN without account only where an STS endpoint is set.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l role-session-name -x -d 'Name of the role session; basic and web-identity.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l duration-seconds -x -d 'Life of the credentials in seconds, 900 to 43200; basic and web-identity.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l session-policy -x -d 'Inline session policy, JSON or file://; basic and web-identity.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l policy-arns -x -d 'Managed session policies, ARNs separated by commas; basic and web-identity.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l chain-role-arn -x -d 'A second role, assumed by poolkey with the first one\'s credentials (cross-account).'
complete -c poolkey -n '__poolkey_at \'configure\'' -l chain-external-id -x -d 'External ID for the second role.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l chain-session-name -x -d 'Name of the second role\'s session.'
complete -c poolkey -n '__poolkey_at \'configure\'' -l chain-duration-seconds -x -d 'Life of the second role\'s credentials in seconds, 900 to 3600 (AWS\'s limit for chained roles).'
complete -c poolkey -n '__poolkey_at \'configure\'' -l source-profile -x -a '(__poolkey_profiles)' -d 'Takes missing sign-in (S) and pool (P) keys from that profile, so that many roles share one sign-in; one level, no cycles.'
complete -c poolkey -n '__poolkey_at \'configure list\'' -l json -d 'as JSON'
complete -c poolkey -n '__poolkey_at \'configure remove\'' -l yes -d 'without asking'
complete -c poolkey -n '__poolkey_wants \'configure remove\'' -a '(__poolkey_profiles)'
complete -c poolkey -n '__poolkey_wants \'configure store\'' -a 'keychain passphrase file'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l yes -d 'write it without asking'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l force -d 'over a profile with other credential settings, too'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l region -x -d 'region of the profile (default: that of the pool)'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l store -x -a 'keychain passphrase file' -d 'where the sealing key lives, at first use'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l user-pool-id -x -d 'User pool; its region is the part before _.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l client-id -x -d 'App client.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l domain -x -d 'Host of the hosted UI, prefix or custom domain; https:// in front is accepted, http:// only for a loopback host.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l issuer -x -d 'Issuer URL; keys are read from <issuer>/.well-known/jwks.json. http:// only for a loopback host.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l redirect-uri -x -d 'Registered loopback callback URLs, comma-separated, tried in order.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l logout-uri -x -d 'Registered sign-out URL; needed by logout --web and login --switch-account.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l scopes -x -d 'Scopes, space-separated; must contain openid.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l identity-provider -x -d 'Skips the provider chooser: Google, COGNITO, a SAML or OIDC provider name. Not beside cognito_idp_identifier.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l idp-identifier -x -d 'Skips the provider chooser by an identifier of the provider, such as an email domain.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l login-hint -x -d 'Passed to /oauth2/authorize: a user name to fill in.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l lang -x -d 'Passed to /oauth2/authorize: the language of managed login.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l prompt -x -a 'none login select_account consent' -d 'Passed to /oauth2/authorize: none, login, select_account, consent.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l sign-in -x -a 'browser password' -d 'browser or password (SRP and every challenge a terminal can answer).'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l username -x -d 'Fills in the user name.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l session -x -d 'A name that keeps two people\'s or purposes\' sign-ins to one client apart.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l refresh-token-days -x -d 'The app client\'s refresh token validity, for status (no API tells it).'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l auto-login -a 'true false' -d 'true: credential-process may open the browser when nobody is signed in.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l browser -x -a '(__fish_complete_command)' -d 'Command that opens a URL (split into words, no shell).'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l identity-pool-id -x -d 'Identity pool; its region is the part before :.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l logins-key -x -d 'Override of the Logins map key.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l exchange -x -a 'enhanced basic web-identity' -d 'enhanced (GetId + GetCredentialsForIdentity), basic (GetId + GetOpenIdToken + AssumeRoleWithWebIdentity) or web-identity (AssumeRoleWithWebIdentity with the ID token).'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l guest -a 'true false' -d 'true: unauthenticated identity, no sign-in.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l role-arn -x -d 'enhanced: CustomRoleArn; basic and web-identity: the role to assume (required). An ARN without account only where an STS endpoint is set.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l role-session-name -x -d 'Name of the role session; basic and web-identity.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l duration-seconds -x -d 'Life of the credentials in seconds, 900 to 43200; basic and web-identity.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l session-policy -x -d 'Inline session policy, JSON or file://; basic and web-identity.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l policy-arns -x -d 'Managed session policies, ARNs separated by commas; basic and web-identity.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l chain-role-arn -x -d 'A second role, assumed by poolkey with the first one\'s credentials (cross-account).'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l chain-external-id -x -d 'External ID for the second role.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l chain-session-name -x -d 'Name of the second role\'s session.'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l chain-duration-seconds -x -d 'Life of the second role\'s credentials in seconds, 900 to 3600 (AWS\'s limit for chained roles).'
complete -c poolkey -n '__poolkey_at \'configure import\'' -l source-profile -x -a '(__poolkey_profiles)' -d 'Takes missing sign-in (S) and pool (P) keys from that profile, so that many roles share one sign-in; one level, no cycles.'
complete -c poolkey -n '__poolkey_wants \'configure import\'' -F
complete -c poolkey -n '__poolkey_at \'doctor\'' -l public -d 'without names and ids, to be shown to anybody'
complete -c poolkey -n '__poolkey_at \'doctor\'' -l json -d 'as JSON'
complete -c poolkey -n '__poolkey_at \'explain\'' -l format -x -a 'text mermaid' -d 'what to draw'
complete -c poolkey -n '__poolkey_at \'explain\'' -l json -d 'as JSON'
complete -c poolkey -n '__poolkey_at \'trust-policy\'' -l check -r -F -d 'say what is wrong with a policy, or with the output of aws iam get-role; - for stdin'
complete -c poolkey -n '__poolkey_at \'trust-policy\'' -l role -x -d 'another first role, this once'
complete -c poolkey -n '__poolkey_at \'trust-policy\'' -l second-role -d 'for the role that is assumed with the first one'
complete -c poolkey -n '__poolkey_at \'template\'' -l exchange -x -a 'enhanced web-identity' -d 'how a sign-in becomes credentials'
complete -c poolkey -n '__poolkey_at \'template\'' -l name-prefix -x -d 'name of pools and app client (default: the stack\'s)'
complete -c poolkey -n '__poolkey_at \'template\'' -l domain-prefix -x -d 'host of the sign-in page, before .auth (default: made from the stack\'s ID)'
complete -c poolkey -n '__poolkey_at \'template\'' -l ports -x -d 'ports of the callback URLs (default: 8400,8401)'
complete -c poolkey -n '__poolkey_at \'template\'' -l groups -x -d 'groups with a role each, the one that goes first in front (default: admin,editor)'
complete -c poolkey -n '__poolkey_wants \'completion\'' -a 'bash zsh fish powershell'
complete -c poolkey -n '__poolkey_at \'emulate\'' -l port -x -d 'port on loopback (default: any free one)'
complete -c poolkey -n '__poolkey_at \'emulate\'' -l user-pool-id -x -d 'be this user pool, such as that of an imported profile'
complete -c poolkey -n '__poolkey_at \'emulate\'' -l client-id -x -d 'have this app client'
complete -c poolkey -n '__poolkey_at \'emulate\'' -l identity-pool-id -x -d 'be this identity pool'
complete -c poolkey -n '__poolkey_wants \'help\'' -a 'exit-codes environment settings security login logout status whoami roles credential-process env exec write serve console token configure doctor explain trust-policy template completion demo emulate help'
