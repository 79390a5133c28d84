# PowerShell completion for poolkey. Generated from the commands, by: npm run completions

Register-ArgumentCompleter -Native -CommandName poolkey -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)

  # What stands below a command: its path, the name, what it does.
  $commands = @(
    , @('', 'login', 'sign in, then prove it by an exchange')
    , @('', 'logout', 'revoke and wipe the session and its credentials')
    , @('', 'status', 'who is signed in and what time is left; asks no network')
    , @('', 'whoami', 'GetCallerIdentity beside who signed in')
    , @('', 'roles', 'roles the token offers, the preferred one, the one in use')
    , @('', 'credential-process', 'answer an AWS SDK or tool (credential_process)')
    , @('', 'env', 'statements that put credentials into a shell')
    , @('', 'exec', 'run a command, or a shell, with credentials in its environment')
    , @('', 'write', 'write credentials into the shared credentials file; they are not renewed there')
    , @('', 'serve', 'a container-credentials endpoint on loopback, for long-running work')
    , @('', 'console', 'open the AWS console: s3, ec2, ..., a console path or address (not tried with an identity pool at AWS)')
    , @('', 'token', 'the ID token, for APIs that ask for one')
    , @('', 'configure', 'write a profile: asks what is missing; import, list, remove; seal a client secret, move the key')
    , @('', 'doctor', 'test every link of the chain for real: which is broken, and what mends it')
    , @('', 'explain', 'the chain of a profile as a picture; asks no network')
    , @('', 'trust-policy', 'the trust policy that the role needs; what is wrong with one')
    , @('', 'template', 'CloudFormation for a user pool, an app client and roles')
    , @('', 'completion', 'completion script for a shell: bash, zsh, fish or powershell')
    , @('', 'demo', 'the whole chain against an embedded Cognito; no AWS account needed')
    , @('', 'emulate', 'run an embedded Cognito and STS for offline development')
    , @('', 'help', 'of a command; or exit-codes, environment, settings, security')
    , @('roles', 'use', 'write one of them into the profile, by name or ARN')
    , @('configure', 'list', 'poolkey''s profiles')
    , @('configure', 'remove', 'take out of a profile what poolkey put there')
    , @('configure', 'store', 'move the sealing key, or make a vault for it: keychain, passphrase or file')
    , @('configure', 'import', 'write a profile from what a file, an address or - (stdin) says of a user pool')
  )
  # Options in the same way; '*' is every command.
  $options = @(
    , @('*', '--profile', 'AWS profile (default: AWS_PROFILE, else "default")')
    , @('*', '--no-input', 'never ask')
    , @('*', '--debug', 'trace requests on stderr, without secrets')
    , @('*', '--help', 'print this help')
    , @('login', '--force', 'sign in anew even if the session still works')
    , @('login', '--no-browser', 'open no browser: print the URL; the redirected URL can be pasted, too (by itself over SSH, in containers, without a display)')
    , @('login', '--browser', 'command that opens the URL')
    , @('login', '--identity-provider', 'skip the chooser: Google, a SAML name, ...')
    , @('login', '--idp-identifier', 'skip the chooser by an identifier')
    , @('login', '--login-hint', 'fill in the user name')
    , @('login', '--lang', 'language of the sign-in page')
    , @('login', '--prompt', 'login, select_account, consent or none')
    , @('login', '--switch-account', 'end the browser''s session at the user pool first (needs cognito_logout_uri)')
    , @('login', '--username', 'sign in with a password, in the terminal')
    , @('login', '--password-stdin', 'the same, the password piped in')
    , @('login', '--store', 'where the sealing key lives, at first use')
    , @('login', '--timeout', 'how long to wait for the browser')
    , @('login', '--yes', 'replace another person''s session without asking')
    , @('logout', '--everywhere', 'on every machine; needs the scope aws.cognito.signin.user.admin')
    , @('logout', '--web', 'end the browser''s session at the user pool, too')
    , @('logout', '--all', 'every session, client secret, guest identity and the sealing key')
    , @('logout', '--keep-client-secrets', 'with --all: keep client secrets, and the key')
    , @('logout', '--forget-guest', 'drop this guest profile''s identity')
    , @('status', '--all', 'every session in the vault')
    , @('status', '--check', 'exit 4 unless credentials can be had without a person')
    , @('status', '--format', 'for prompts, such as ''{profile} {left}''; asks nobody')
    , @('status', '--json', 'as JSON')
    , @('whoami', '--role', 'another role, this once')
    , @('whoami', '--json', 'as JSON')
    , @('roles', '--json', 'as JSON')
    , @('env', '--shell', 'whose syntax (default: that of the shell that asks)')
    , @('env', '--unset', 'take them back')
    , @('env', '--role', 'another role, this once')
    , @('env', '--min-life', 'at least so much life (default: half)')
    , @('exec', '--role', 'another role, this once')
    , @('exec', '--min-life', 'at least so much life (default: half)')
    , @('exec', '--server', 'an endpoint that refreshes them, as long as it runs')
    , @('write', '--to', 'the section to write: a name that is not the profile itself')
    , @('write', '--role', 'another role, this once')
    , @('write', '--min-life', 'at least so much life (default: half)')
    , @('serve', '--port', 'port on loopback (default: any free one)')
    , @('serve', '--token-file', 'leave its token in this file, not on stdout')
    , @('console', '--print', 'print the URL instead; whoever has it within 15 minutes is signed in')
    , @('console', '--role', 'another role, this once')
    , @('console', '--duration', 'life of the console session, 900 to 43200')
    , @('console', '--timeout', 'how long to wait for the browser')
    , @('token', '--access', 'the access token instead')
    , @('token', '--header', 'as a header, as curl -H @- reads it from stdin')
    , @('token', '--claims', 'what the ID token says, verified, as JSON; not the token')
    , @('configure', '--yes', 'write without asking')
    , @('configure', '--force', 'write even into a profile with other credential settings, which go')
    , @('configure', '--client-secret-stdin', 'read the secret of the app client from stdin and seal it')
    , @('configure', '--store', 'where the sealing key lives, at first use')
    , @('configure', '--region', 'Region of the profile (default: that of its pool)')
    , @('configure', '--user-pool-id', 'User pool; its region is the part before _.')
    , @('configure', '--client-id', 'App client.')
    , @('configure', '--domain', 'Host of the hosted UI, prefix or custom domain; https:// in front is accepted, http:// only for a loopback host.')
    , @('configure', '--issuer', 'Issuer URL; keys are read from <issuer>/.well-known/jwks.json. http:// only for a loopback host.')
    , @('configure', '--redirect-uri', 'Registered loopback callback URLs, comma-separated, tried in order.')
    , @('configure', '--logout-uri', 'Registered sign-out URL; needed by logout --web and login --switch-account.')
    , @('configure', '--scopes', 'Scopes, space-separated; must contain openid.')
    , @('configure', '--identity-provider', 'Skips the provider chooser: Google, COGNITO, a SAML or OIDC provider name. Not beside cognito_idp_identifier.')
    , @('configure', '--idp-identifier', 'Skips the provider chooser by an identifier of the provider, such as an email domain.')
    , @('configure', '--login-hint', 'Passed to /oauth2/authorize: a user name to fill in.')
    , @('configure', '--lang', 'Passed to /oauth2/authorize: the language of managed login.')
    , @('configure', '--prompt', 'Passed to /oauth2/authorize: none, login, select_account, consent.')
    , @('configure', '--sign-in', 'browser or password (SRP and every challenge a terminal can answer).')
    , @('configure', '--username', 'Fills in the user name.')
    , @('configure', '--session', 'A name that keeps two people''s or purposes'' sign-ins to one client apart.')
    , @('configure', '--refresh-token-days', 'The app client''s refresh token validity, for status (no API tells it).')
    , @('configure', '--auto-login', 'true: credential-process may open the browser when nobody is signed in.')
    , @('configure', '--browser', 'Command that opens a URL (split into words, no shell).')
    , @('configure', '--identity-pool-id', 'Identity pool; its region is the part before :.')
    , @('configure', '--logins-key', 'Override of the Logins map key.')
    , @('configure', '--exchange', 'enhanced (GetId + GetCredentialsForIdentity), basic (GetId + GetOpenIdToken + AssumeRoleWithWebIdentity) or web-identity (AssumeRoleWithWebIdentity with the ID token).')
    , @('configure', '--guest', 'true: unauthenticated identity, no sign-in.')
    , @('configure', '--role-arn', 'enhanced: CustomRoleArn; basic and web-identity: the role to assume (required). An ARN without account only where an STS endpoint is set.')
    , @('configure', '--role-session-name', 'Name of the role session; basic and web-identity.')
    , @('configure', '--duration-seconds', 'Life of the credentials in seconds, 900 to 43200; basic and web-identity.')
    , @('configure', '--session-policy', 'Inline session policy, JSON or file://; basic and web-identity.')
    , @('configure', '--policy-arns', 'Managed session policies, ARNs separated by commas; basic and web-identity.')
    , @('configure', '--chain-role-arn', 'A second role, assumed by poolkey with the first one''s credentials (cross-account).')
    , @('configure', '--chain-external-id', 'External ID for the second role.')
    , @('configure', '--chain-session-name', 'Name of the second role''s session.')
    , @('configure', '--chain-duration-seconds', 'Life of the second role''s credentials in seconds, 900 to 3600 (AWS''s limit for chained roles).')
    , @('configure', '--source-profile', 'Takes missing sign-in (S) and pool (P) keys from that profile, so that many roles share one sign-in; one level, no cycles.')
    , @('configure list', '--json', 'as JSON')
    , @('configure remove', '--yes', 'without asking')
    , @('configure import', '--yes', 'write it without asking')
    , @('configure import', '--force', 'over a profile with other credential settings, too')
    , @('configure import', '--region', 'region of the profile (default: that of the pool)')
    , @('configure import', '--store', 'where the sealing key lives, at first use')
    , @('configure import', '--user-pool-id', 'User pool; its region is the part before _.')
    , @('configure import', '--client-id', 'App client.')
    , @('configure import', '--domain', 'Host of the hosted UI, prefix or custom domain; https:// in front is accepted, http:// only for a loopback host.')
    , @('configure import', '--issuer', 'Issuer URL; keys are read from <issuer>/.well-known/jwks.json. http:// only for a loopback host.')
    , @('configure import', '--redirect-uri', 'Registered loopback callback URLs, comma-separated, tried in order.')
    , @('configure import', '--logout-uri', 'Registered sign-out URL; needed by logout --web and login --switch-account.')
    , @('configure import', '--scopes', 'Scopes, space-separated; must contain openid.')
    , @('configure import', '--identity-provider', 'Skips the provider chooser: Google, COGNITO, a SAML or OIDC provider name. Not beside cognito_idp_identifier.')
    , @('configure import', '--idp-identifier', 'Skips the provider chooser by an identifier of the provider, such as an email domain.')
    , @('configure import', '--login-hint', 'Passed to /oauth2/authorize: a user name to fill in.')
    , @('configure import', '--lang', 'Passed to /oauth2/authorize: the language of managed login.')
    , @('configure import', '--prompt', 'Passed to /oauth2/authorize: none, login, select_account, consent.')
    , @('configure import', '--sign-in', 'browser or password (SRP and every challenge a terminal can answer).')
    , @('configure import', '--username', 'Fills in the user name.')
    , @('configure import', '--session', 'A name that keeps two people''s or purposes'' sign-ins to one client apart.')
    , @('configure import', '--refresh-token-days', 'The app client''s refresh token validity, for status (no API tells it).')
    , @('configure import', '--auto-login', 'true: credential-process may open the browser when nobody is signed in.')
    , @('configure import', '--browser', 'Command that opens a URL (split into words, no shell).')
    , @('configure import', '--identity-pool-id', 'Identity pool; its region is the part before :.')
    , @('configure import', '--logins-key', 'Override of the Logins map key.')
    , @('configure import', '--exchange', 'enhanced (GetId + GetCredentialsForIdentity), basic (GetId + GetOpenIdToken + AssumeRoleWithWebIdentity) or web-identity (AssumeRoleWithWebIdentity with the ID token).')
    , @('configure import', '--guest', 'true: unauthenticated identity, no sign-in.')
    , @('configure import', '--role-arn', 'enhanced: CustomRoleArn; basic and web-identity: the role to assume (required). An ARN without account only where an STS endpoint is set.')
    , @('configure import', '--role-session-name', 'Name of the role session; basic and web-identity.')
    , @('configure import', '--duration-seconds', 'Life of the credentials in seconds, 900 to 43200; basic and web-identity.')
    , @('configure import', '--session-policy', 'Inline session policy, JSON or file://; basic and web-identity.')
    , @('configure import', '--policy-arns', 'Managed session policies, ARNs separated by commas; basic and web-identity.')
    , @('configure import', '--chain-role-arn', 'A second role, assumed by poolkey with the first one''s credentials (cross-account).')
    , @('configure import', '--chain-external-id', 'External ID for the second role.')
    , @('configure import', '--chain-session-name', 'Name of the second role''s session.')
    , @('configure import', '--chain-duration-seconds', 'Life of the second role''s credentials in seconds, 900 to 3600 (AWS''s limit for chained roles).')
    , @('configure import', '--source-profile', 'Takes missing sign-in (S) and pool (P) keys from that profile, so that many roles share one sign-in; one level, no cycles.')
    , @('doctor', '--public', 'without names and ids, to be shown to anybody')
    , @('doctor', '--json', 'as JSON')
    , @('explain', '--format', 'what to draw')
    , @('explain', '--json', 'as JSON')
    , @('trust-policy', '--check', 'say what is wrong with a policy, or with the output of aws iam get-role; - for stdin')
    , @('trust-policy', '--role', 'another first role, this once')
    , @('trust-policy', '--second-role', 'for the role that is assumed with the first one')
    , @('template', '--exchange', 'how a sign-in becomes credentials')
    , @('template', '--name-prefix', 'name of pools and app client (default: the stack''s)')
    , @('template', '--domain-prefix', 'host of the sign-in page, before .auth (default: made from the stack''s ID)')
    , @('template', '--ports', 'ports of the callback URLs (default: 8400,8401)')
    , @('template', '--groups', 'groups with a role each, the one that goes first in front (default: admin,editor)')
    , @('emulate', '--port', 'port on loopback (default: any free one)')
    , @('emulate', '--user-pool-id', 'be this user pool, such as that of an imported profile')
    , @('emulate', '--client-id', 'have this app client')
    , @('emulate', '--identity-pool-id', 'be this identity pool')
  )
  # What can stand for an option or an argument: its kind and its words.
  $values = @{
    '* -p' = @('profiles')
    '* --profile' = @('profiles')
    'login --browser' = @('commands')
    'login --identity-provider' = @('free')
    'login --idp-identifier' = @('free')
    'login --login-hint' = @('free')
    'login --lang' = @('free')
    'login --prompt' = @('words', 'none', 'login', 'select_account', 'consent')
    'login --username' = @('free')
    'login --store' = @('words', 'keychain', 'passphrase', 'file')
    'login --timeout' = @('free')
    'status --format' = @('free')
    'whoami --role' = @('free')
    'roles use' = @('free')
    'env --shell' = @('words', 'sh', 'bash', 'zsh', 'fish', 'powershell', 'cmd', 'nu', 'dotenv', 'json')
    'env --role' = @('free')
    'env --min-life' = @('free')
    'exec --role' = @('free')
    'exec --min-life' = @('free')
    'exec' = @('words', '--')
    'write --to' = @('free')
    'write --role' = @('free')
    'write --min-life' = @('free')
    'serve --port' = @('free')
    'serve --token-file' = @('files')
    'console --role' = @('free')
    'console --duration' = @('free')
    'console --timeout' = @('free')
    'console' = @('free')
    'configure --store' = @('words', 'keychain', 'passphrase', 'file')
    'configure --region' = @('free')
    'configure --user-pool-id' = @('free')
    'configure --client-id' = @('free')
    'configure --domain' = @('free')
    'configure --issuer' = @('free')
    'configure --redirect-uri' = @('free')
    'configure --logout-uri' = @('free')
    'configure --scopes' = @('free')
    'configure --identity-provider' = @('free')
    'configure --idp-identifier' = @('free')
    'configure --login-hint' = @('free')
    'configure --lang' = @('free')
    'configure --prompt' = @('words', 'none', 'login', 'select_account', 'consent')
    'configure --sign-in' = @('words', 'browser', 'password')
    'configure --username' = @('free')
    'configure --session' = @('free')
    'configure --refresh-token-days' = @('free')
    'configure --auto-login' = @('words', 'true', 'false')
    'configure --browser' = @('commands')
    'configure --identity-pool-id' = @('free')
    'configure --logins-key' = @('free')
    'configure --exchange' = @('words', 'enhanced', 'basic', 'web-identity')
    'configure --guest' = @('words', 'true', 'false')
    'configure --role-arn' = @('free')
    'configure --role-session-name' = @('free')
    'configure --duration-seconds' = @('free')
    'configure --session-policy' = @('free')
    'configure --policy-arns' = @('free')
    'configure --chain-role-arn' = @('free')
    'configure --chain-external-id' = @('free')
    'configure --chain-session-name' = @('free')
    'configure --chain-duration-seconds' = @('free')
    'configure --source-profile' = @('profiles')
    'configure remove' = @('profiles')
    'configure store' = @('words', 'keychain', 'passphrase', 'file')
    'configure import --region' = @('free')
    'configure import --store' = @('words', 'keychain', 'passphrase', 'file')
    'configure import --user-pool-id' = @('free')
    'configure import --client-id' = @('free')
    'configure import --domain' = @('free')
    'configure import --issuer' = @('free')
    'configure import --redirect-uri' = @('free')
    'configure import --logout-uri' = @('free')
    'configure import --scopes' = @('free')
    'configure import --identity-provider' = @('free')
    'configure import --idp-identifier' = @('free')
    'configure import --login-hint' = @('free')
    'configure import --lang' = @('free')
    'configure import --prompt' = @('words', 'none', 'login', 'select_account', 'consent')
    'configure import --sign-in' = @('words', 'browser', 'password')
    'configure import --username' = @('free')
    'configure import --session' = @('free')
    'configure import --refresh-token-days' = @('free')
    'configure import --auto-login' = @('words', 'true', 'false')
    'configure import --browser' = @('commands')
    'configure import --identity-pool-id' = @('free')
    'configure import --logins-key' = @('free')
    'configure import --exchange' = @('words', 'enhanced', 'basic', 'web-identity')
    'configure import --guest' = @('words', 'true', 'false')
    'configure import --role-arn' = @('free')
    'configure import --role-session-name' = @('free')
    'configure import --duration-seconds' = @('free')
    'configure import --session-policy' = @('free')
    'configure import --policy-arns' = @('free')
    'configure import --chain-role-arn' = @('free')
    'configure import --chain-external-id' = @('free')
    'configure import --chain-session-name' = @('free')
    'configure import --chain-duration-seconds' = @('free')
    'configure import --source-profile' = @('profiles')
    'configure import' = @('files')
    'explain --format' = @('words', 'text', 'mermaid')
    'trust-policy --check' = @('files')
    'trust-policy --role' = @('free')
    'template --exchange' = @('words', 'enhanced', 'web-identity')
    'template --name-prefix' = @('free')
    'template --domain-prefix' = @('free')
    'template --ports' = @('free')
    'template --groups' = @('free')
    'completion' = @('words', 'bash', 'zsh', 'fish', 'powershell')
    'emulate --port' = @('free')
    'emulate --user-pool-id' = @('free')
    'emulate --client-id' = @('free')
    'emulate --identity-pool-id' = @('free')
    'help' = @('words', 'exit-codes', 'environment', 'settings', 'security', 'login', 'logout', 'status', 'whoami', 'roles', 'credential-process', 'env', 'exec', 'write', 'serve', 'console', 'token', 'configure', 'doctor', 'explain', 'trust-policy', 'template', 'completion', 'demo', 'emulate', 'help')
  }

  function Read-ProfileName {
    $file = if ($env:AWS_CONFIG_FILE) { $env:AWS_CONFIG_FILE } else { '~/.aws/config' }
    if ($file -match '^~(?=$|[\\/])') { $file = $HOME + $file.Substring(1) }
    if (-not (Test-Path -LiteralPath $file -PathType Leaf)) { return }
    $names = New-Object System.Collections.Generic.List[string]
    $own = @{}; $roles = @{}; $sources = @{}; $section = ''; $indent = -1
    foreach ($line in Get-Content -LiteralPath $file -Encoding UTF8) {
      $text = $line.Trim()
      if ($text -eq '' -or $text -match '^[#;]') { continue }
      $column = $line.Length - $line.TrimStart().Length
      if ($indent -ge 0 -and $column -gt $indent) { continue }
      if ($text -match '^\[\s*([^\]]*?)\s*\]') {
        $indent = -1
        $section = ''
        if ($Matches[1] -match '^(default)$|^profile\s+(?:"([^"]+)"|''([^'']+)''|([^\s"'']+))$') {
          $section = @($Matches[1], $Matches[2], $Matches[3], $Matches[4]) | Where-Object { $_ } | Select-Object -First 1
          # What poolkey takes for no name, or what shows as nothing, is not offered.
          if ($section -match '[\[\]"''\\#;`]|\p{C}|^\s|\s$') { $section = '' }
          if ($section -ne '' -and -not $names.Contains($section)) { $names.Add($section) }
        }
        continue
      }
      $indent = $column
      if ($section -eq '' -or $text -notmatch '^([^=]*?)\s*=\s*(.*?)(?:(?:^|\s)[#;].*)?$') { continue }
      $value = $Matches[2]
      switch -Regex ($Matches[1]) {
        '^cognito_' { $own[$section] = $true }
        '^role_arn$' { $roles[$section] = $true }
        '^source_profile$' { $sources[$section] = $value }
      }
    }
    $names | Where-Object { $own[$_] -or ($roles[$_] -and $sources[$_] -and $own[$sources[$_]]) }
  }

  # Nothing that is offered can be read as code: what is not plain stands in single quotes, which PowerShell also sees in
  # typographic ones.
  function New-Offer($text, $about, $kind) {
    if ($text -notlike "$([WildcardPattern]::Escape($typed))*") { return }
    $safe = if ($text -match '^[\w./:=-]+$') { $text } else { "'" + ($text -replace '[''\u2018-\u201b]', '$0$0') + "'" }
    [System.Management.Automation.CompletionResult]::new("$before$safe", $text, $kind, $about)
  }
  function Get-Offer($value) {
    # An array of one comes as its element.
    $value = @($value)
    switch ($value[0]) {
      'words' { foreach ($word in $value[1..($value.Length - 1)]) { New-Offer $word $word 'ParameterValue' } }
      'profiles' { foreach ($name in Read-ProfileName) { New-Offer $name $name 'ParameterValue' } }
      'files' { if ($before -eq '') { [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed) } }
      'commands' { [System.Management.Automation.CompletionCompleters]::CompleteCommand($typed) }
    }
  }

  $path = ''; $pending = $null; $hasArgument = $false; $before = ''; $typed = $wordToComplete.Trim("'", '"')
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
      Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or ($wordToComplete -eq '' -and $_.Extent.EndOffset -le $cursorPosition) } |
      ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
  for ($at = 0; $at -lt $words.Count; $at++) {
    $word = $words[$at]
    $next = "$path $word".Trim()
    if ($null -ne $pending) { $pending = $null }
    elseif ($word -ceq '--') {
      if (@('exec') -notcontains $path) { return }
      return Get-Offer $(if ($at -eq $words.Count - 1) { , @('commands') } else { , @('files') })
    }
    elseif ($word -like '-*') {
      $value = if ($values["$path $word"]) { $values["$path $word"] } else { $values["* $word"] }
      if ($value) { $pending = $value }
    }
    elseif (-not $hasArgument -and ($commands | Where-Object { $_[0] -ceq $path -and $_[1] -ceq $word })) { $path = $next }
    else { $hasArgument = $true }
  }
  $own = @($options | Where-Object { $_[0] -ceq $path -or $_[0] -eq '*' })
  if ($null -ne $pending) { return Get-Offer $pending }
  if ($typed -match '^(--[^=]+=)(.*)$') {
    $before = $Matches[1]
    $typed = $Matches[2]
    $name = $before.TrimEnd('=')
    $value = if ($values["$path $name"]) { $values["$path $name"] } else { $values["* $name"] }
    if ($value) { Get-Offer $value }
    return
  }
  if ($typed -like '-*') {
    foreach ($option in $own) { New-Offer $option[1] $option[2] 'ParameterName' }
    return
  }
  if ($hasArgument) { return }
  foreach ($command in $commands) { if ($command[0] -ceq $path) { New-Offer $command[1] $command[2] 'Command' } }
  if ($values[$path]) { Get-Offer $values[$path] }
}
