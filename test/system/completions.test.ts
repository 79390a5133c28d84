/**
 * Completions in real shells at a terminal: what is typed, with tabs in it, and the words that `poolkey` is then given. Nothing
 * but the shell is loaded: bash-completion is no part of it, and `poolkey` is a function that prints its words.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openStation, until } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { ENTER, openTerminal } from './terminal/terminal.ts'

const completions = new URL('../../completions/', import.meta.url)
const script = (name: string) => readFileSync(new URL(name, completions), 'utf8')

interface Shell {
  name: string
  rc: string
  /** Written to the rc file; the words of each call go to a file, as the terminal echoes what is typed. */
  text: string
  /** Where the shell looks for completions by itself, and the script for there. */
  place: [path: string, script: string] | undefined
}

const POSIX = `poolkey() { printf '<%s>' "$@" >>"$HOME/said"; echo >>"$HOME/said"; }\n`
const FISH = `set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\nfunction poolkey; printf '<%s>' $argv >>$HOME/said; echo >>$HOME/said; end\n`

const SHELLS: Shell[] = [
  {
    name: 'bash',
    rc: '.bashrc',
    text: `${script('poolkey.bash')}\n${POSIX}bind 'set bell-style none'\n`,
    place: undefined,
  },
  {
    // Set up as few people have it.
    name: 'bash',
    rc: '.bashrc',
    text: `${script('poolkey.bash')}\n${POSIX}bind 'set bell-style none'\nset -u -o posix; IFS=:; COMP_WORDBREAKS=\${COMP_WORDBREAKS//[:=]/}; shopt -s failglob\n`,
    place: undefined,
  },
  {
    name: 'zsh',
    rc: '.zshrc',
    text: `autoload -U compinit; compinit -u -D\n${script('_poolkey')}\n${POSIX}`,
    place: undefined,
  },
  {
    name: 'zsh',
    rc: '.zshrc',
    text: `fpath=(~/functions $fpath); autoload -U compinit; compinit -u -D\n${POSIX}`,
    place: ['functions/_poolkey', script('_poolkey')],
  },
  {
    name: 'fish',
    rc: '.config/fish/config.fish',
    text: `${script('poolkey.fish')}\n${FISH}`,
    place: undefined,
  },
  {
    name: 'fish',
    rc: '.config/fish/config.fish',
    text: FISH,
    place: ['.config/fish/completions/poolkey.fish', script('poolkey.fish')],
  },
]

const HOSTILE = [
  'cost$(touch owned)',
  'dollar$HOME',
  'amp&&touch owned',
  'pipe|touch owned',
  'more>owned',
  'glob*?{a,b}',
  '~tilde',
  'wow!!',
  'a:b:c',
  'k=v',
  'x@y.z',
  'grün',
  'percent%s%n',
  'paren(s) here',
  '^caret',
]

const CONFIG = `
[default]
region = eu-west-1
[profile plain]
cognito_client_id = 1
[profile "with space"]
cognito_client_id = 1
${HOSTILE.map((name) => `[profile "${name}"]\ncognito_client_id = 1\n`).join('')}
[profile foreign]
region = eu-west-1
[profile chained]
role_arn = arn:aws:iam::111122223333:role/Deploy
source_profile = plain
`

const CASES: [typed: string, words: string[]][] = [
  ['logi\t', ['login']],
  ['conf\tim\tfil\t', ['configure', 'import', 'file here.json']],
  ['configure sto\tpass\t', ['configure', 'store', 'passphrase']],
  ['configure --guest=fa\t', ['configure', '--guest=false']],
  ['configure --exchange bas\t', ['configure', '--exchange', 'basic']],
  ['configure --guest --exchange bas\t', ['configure', '--guest', '--exchange', 'basic']],
  ['configure remove pla\t', ['configure', 'remove', 'plain']],
  ['roles us\tAdmin', ['roles', 'use', 'Admin']],
  ['env --shell pow\t', ['env', '--shell', 'powershell']],
  ['env --shell=pow\t', ['env', '--shell=powershell']],
  ['help exi\t', ['help', 'exit-codes']],
  ['completion fi\t', ['completion', 'fish']],
  ['serve --token-file fil\t', ['serve', '--token-file', 'file here.json']],
  ['trust-policy --check fil\t', ['trust-policy', '--check', 'file here.json']],
  ['env --profile pla\t', ['env', '--profile', 'plain']],
  ['-p pla\tlogin --for\t--no-b\t', ['-p', 'plain', 'login', '--force', '--no-browser']],
  ['env -p forei\t', ['env', '-p', 'forei']],
  ['env -p chai\t', ['env', '-p', 'chained']],
  ['env --profile=pla\t', ['env', '--profile=plain']],
  ['env -p with\t', ['env', '-p', 'with space']],
  ['env --profile=with\t', ['env', '--profile=with space']],
  ["env -p 'with s\t", ['env', '-p', 'with space']],
  ['env -p "with s\t', ['env', '-p', 'with space']],
  ['env -p with\\ s\t', ['env', '-p', 'with space']],
  ['env -p "cos\t', ['env', '-p', 'cost$(touch owned)']],
  ["env -p 'cos\t", ['env', '-p', 'cost$(touch owned)']],
  ['env -p a:b\t', ['env', '-p', 'a:b:c']],
  ['env -p k=\t', ['env', '-p', 'k=v']],
  ['env -p x@\t', ['env', '-p', 'x@y.z']],
  ['exec -p pla\t-- own-pro\tfil\t', ['exec', '-p', 'plain', '--', 'own-program', 'file here.json']],
  ['exec -p plain -- own-program --prof\t', ['exec', '-p', 'plain', '--', 'own-program', '--prof']],
  ...HOSTILE.filter((name) => !/^(~|a:)/.test(name)).map((name): [string, string[]] => {
    const letters = /^\^?[a-z]+/.exec(name)?.[0] ?? ''
    return [`status -p ${letters.slice(0, 4)}\t`, ['status', '-p', name]]
  }),
]

/** Types each line at a prompt of the shell; what the function was given, a line each. */
async function typeLines(shell: Shell, lines: string[], env: Record<string, string> = {}): Promise<string[]> {
  const station = await openStation()
  prepare(station, shell)
  const said = join(station.home, 'said')
  writeFileSync(said, '')
  const terminal = openTerminal(station, `cd ~/work; exec ${shell.name} -i`, {
    columns: 200,
    env: { LANG: 'C.UTF-8', AWS_CONFIG_FILE: join(station.home, 'config'), ...env },
  })
  const count = () => readFileSync(said, 'utf8').split('\n').length - 1
  for (const [at, line] of ['ready', ...lines].entries()) {
    terminal.type(`poolkey ${line}${ENTER}`)
    await until(() => count() === at + 1)
  }
  terminal.type(`exit${ENTER}`)
  await terminal.ended
  expect(existsSync(join(station.home, 'work', 'owned')), 'a name was run').toBe(false)
  expect(existsSync(join(station.home, 'node-was-started'))).toBe(false)
  return readFileSync(said, 'utf8').split('\n').slice(1, -1)
}

function prepare({ home }: Station, { rc, text, place }: Shell): void {
  // The last one is there already where fish has read manuals: it would do so now.
  const folders = [
    'work',
    'functions',
    '.config/fish/completions',
    '.aws',
    '.local/share/fish/generated_completions',
  ]
  for (const folder of folders) mkdirSync(join(home, folder), { recursive: true })
  writeFileSync(join(home, 'config'), CONFIG)
  writeFileSync(join(home, '.aws', 'config'), '[profile at-home]\ncognito_client_id = 1\n')
  writeFileSync(join(home, rc), text)
  writeFileSync(join(home, 'work', 'file here.json'), '')
  if (place) writeFileSync(join(home, place[0]), place[1])
  execFileSync('mkfifo', [join(home, 'pipe')])
  for (const [name, text] of [
    ['own-program', ''],
    ['node', 'touch "$HOME/node-was-started"\n'],
  ] as const) {
    const program = join(home, 'doubles', name)
    writeFileSync(program, `#!/bin/sh\n${text}`)
    chmodSync(program, 0o755)
  }
}

const told = (words: string[]) => words.map((word) => `<${word}>`).join('')

describe.each(SHELLS)('$name $#', (shell) => {
  test('completes commands, options, values, files, programs, and names of profiles of any kind', async () => {
    const said = await typeLines(
      shell,
      CASES.map(([typed]) => typed),
    )
    expect(said.map((line, at) => `${CASES[at]?.[0] ?? ''} ${line}`)).toEqual(
      CASES.map(([typed, words]) => `${typed} ${told(words)}`),
    )
  })

  test('reads ~/.aws/config where no other file is named, and takes a ~ in front of one', async () => {
    expect(await typeLines(shell, ['env -p at\t'], { AWS_CONFIG_FILE: '' })).toEqual([
      told(['env', '-p', 'at-home']),
    ])
    expect(await typeLines(shell, ['env -p at\t'], { AWS_CONFIG_FILE: '~/.aws/config' })).toEqual([
      told(['env', '-p', 'at-home']),
    ])
  })

  test.each(['nowhere', '/', 'x=1', '-', '../pipe', '$(touch owned)'])(
    'offers no names, and waits for nobody, where the config file is %s',
    async (file) => {
      expect(await typeLines(shell, ['env -p pla\t'], { AWS_CONFIG_FILE: file })).toEqual([
        told(['env', '-p', 'pla']),
      ])
    },
  )
})
