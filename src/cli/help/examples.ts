/** Command lines that people type, which each command's help begins with. Pure. */

/** A line, and what it does. */
export type Example = readonly [line: string, does: string]

/** Of poolkey itself, for who knows nothing of it. */
export const FIRST_EXAMPLES: readonly Example[] = [
  ['poolkey configure --profile dev', 'ask for a profile, and write it'],
  ['poolkey login --profile dev', 'sign in with the browser'],
  ['poolkey exec --profile dev -- aws s3 ls', 'run a command with credentials'],
  ['eval "$(poolkey env --profile dev)"', 'credentials for this shell'],
  ['poolkey demo', 'try it all; no AWS account needed'],
]

/** By the words of the command. */
export const EXAMPLES: Partial<Record<string, readonly Example[]>> = {
  login: [
    ['poolkey login --profile dev', 'sign in with the browser; nothing where that works already'],
    ['poolkey login --profile dev --no-browser', 'over SSH: open the URL anywhere, paste what comes back'],
    ['poolkey login --profile dev --username me@example.com', 'with a password, in the terminal'],
    ['poolkey login --profile dev --switch-account', 'as another person, in the same browser'],
  ],
  logout: [
    ['poolkey logout --profile dev', 'revoke and wipe one session'],
    ['poolkey logout --profile dev --web', "and end the browser's at the user pool"],
    ['poolkey logout --all', 'everything that poolkey keeps'],
  ],
  status: [
    ['poolkey status --profile dev', 'who is signed in, and for how long'],
    ['poolkey status --check || poolkey login', 'sign in only where that is needed'],
    [`poolkey status --format '{profile} {left}'`, 'a line for a prompt'],
  ],
  whoami: [
    ['poolkey whoami --profile dev', 'what AWS says, beside who signed in'],
    ['poolkey whoami --profile dev --json', 'the same for scripts'],
  ],
  roles: [
    ['poolkey roles --profile dev', 'which roles the token offers'],
    ['poolkey roles use Admin --profile dev', 'take one of them from now on'],
  ],
  'roles use': [
    ['poolkey roles use Admin --profile dev', 'by name'],
    ['poolkey roles use arn:aws:iam::111122223333:role/Admin --profile dev', 'by ARN'],
  ],
  'credential-process': [
    ['poolkey credential-process --profile dev', 'what AWS tools run, to be tried by hand'],
    ['poolkey credential-process --profile dev --debug', 'with each request on stderr'],
  ],
  env: [
    ['creds=$(poolkey env --profile dev) && eval "$creds"', 'sh, bash, zsh'],
    ['poolkey env --profile dev | source', 'fish'],
    ['poolkey env --profile dev --shell dotenv', 'for docker run --env-file'],
  ],
  exec: [
    ['poolkey exec --profile dev -- aws s3 ls', 'one command'],
    ['poolkey exec --profile dev', 'a shell'],
    ['poolkey exec --profile dev --server -- ./nightly-job', 'longer than credentials live'],
  ],
  write: [
    ['poolkey write --profile dev --to container', 'into the section [container]'],
    ['poolkey write --profile dev --to container --min-life 3000', 'only if they last 50 minutes'],
  ],
  serve: [
    ['poolkey serve --profile dev', 'prints the variables to set, until Ctrl-C'],
    ['poolkey serve --profile dev --port 9911 --token-file ~/.poolkey-token', 'where others know it'],
  ],
  console: [
    ['poolkey console --profile dev', "the console's start"],
    ['poolkey console s3 --profile dev', 'a service'],
    ['poolkey console s3 --profile dev --print', 'the address, for another browser'],
  ],
  token: [
    ['poolkey token --profile dev', 'the ID token'],
    ['poolkey token --header --profile dev', 'as a header, as curl -H @- takes it'],
    ['poolkey token --claims --profile dev', 'what is in it'],
  ],
  configure: [
    ['poolkey configure --profile dev', 'asks for what it needs'],
    ['poolkey configure --profile dev --duration-seconds 7200 --yes', 'change one setting'],
    ['poolkey configure --profile dev --client-secret-stdin', "seal the app client's secret"],
  ],
  'configure list': [
    ['poolkey configure list', 'which profiles there are, and in which lines'],
    ['poolkey configure list --json', 'the same for scripts'],
  ],
  'configure remove': [
    ['poolkey configure remove dev', 'asks first, and shows what goes'],
    ['poolkey configure remove dev --yes', 'without asking'],
  ],
  'configure store': [
    ['poolkey configure store passphrase', 'under a passphrase; or another one'],
    ['poolkey configure store keychain', "back into the system's keychain"],
  ],
  'configure import': [
    ['poolkey configure import amplify_outputs.json --profile dev', 'from a file of Amplify'],
    [
      'terraform output -json | poolkey configure import - -p dev --yes',
      'from stack outputs: Terraform, CloudFormation, CDK, SAM, Pulumi, SST',
    ],
    ['poolkey configure import client.json -p dev', 'from what describe-user-pool-client printed'],
  ],
  doctor: [
    ['poolkey doctor --profile dev', 'where the chain breaks, and what mends it'],
    ['poolkey doctor --profile dev --public', 'to be pasted anywhere'],
  ],
  explain: [
    ['poolkey explain --profile dev', 'what is asked of whom, and why'],
    ['poolkey explain --profile dev --format mermaid', 'for a document'],
  ],
  'trust-policy': [
    ['poolkey trust-policy --profile dev > trust.json', 'what the role needs'],
    ['poolkey trust-policy --profile dev --check trust.json', 'what is wrong with one'],
  ],
  template: [
    ['poolkey template > stack.yaml', 'a user pool, an identity pool and roles'],
    ['poolkey template --groups admin,editor --ports 8400,8401 > stack.yaml', 'with other names'],
    ['poolkey template --exchange web-identity > stack.yaml', 'without an identity pool'],
  ],
  completion: [
    ['source <(poolkey completion bash)', 'in ~/.bashrc'],
    ['source <(poolkey completion zsh)', 'in ~/.zshrc, after compinit'],
    ['poolkey completion fish > ~/.config/fish/completions/poolkey.fish', 'once'],
    ['poolkey completion powershell | Out-String | Invoke-Expression', 'in $PROFILE'],
  ],
  demo: [
    ['poolkey demo', 'with your browser, where there is one'],
    ['poolkey demo --no-input', 'without a person'],
  ],
  emulate: [
    ['poolkey emulate', 'prints a profile that works as pasted, until Ctrl-C'],
    ['poolkey emulate --port 9999', 'at the same address each time'],
  ],
  help: [
    ['poolkey help configure import', 'of a command'],
    ['poolkey help exit-codes', 'of a topic'],
  ],
}

const COLUMNS = 80

/** Examples as a block of text: what each does stands beside it, or where that is too long for a line, below. */
export function exampleText(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(([line]) => line.length))
  const isNarrow = examples.every(([, does]) => width + does.length + 4 <= COLUMNS)
  const lines = examples.map(([line, does]) =>
    isNarrow ? `  ${line.padEnd(width)}  ${does}\n` : `  ${line}\n      ${does}\n`,
  )
  return `Examples:\n${lines.join('')}`
}
