import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'poolkey-program-'))

// The real build, in a folder of its own: the commands' lazy chunks are part of what is tested.
beforeAll(() => {
  const rolldown = join(root, 'node_modules', '.bin', 'rolldown')
  const build = spawnSync(
    rolldown,
    ['-c', 'rolldown.config.js', '--logLevel', 'silent', '-d', join(folder, 'dist')],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  expect(build).toMatchObject({ status: 0, stderr: '' })
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function poolkey(words: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'dist', 'start.cjs'), ...words],
    {
      cwd: folder,
      env: {
        PATH: '/usr/bin:/bin',
        HOME: folder,
        POOLKEY_HOME: join(folder, 'state'),
        AWS_CONFIG_FILE: join(folder, 'config'),
        AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
        ...env,
      },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  return { code: status, stdout, stderr }
}

/** The commands and the groups they stand in, as the help lists them. */
function groupsOf(help: string): Record<string, string[]> {
  const groups: Record<string, string[]> = {}
  let group = ''
  for (const line of help.split('\n')) {
    if (/^\S.*:$/.test(line)) group = line.slice(0, -1)
    const command = /^ {2}([a-z][a-z-]*) \[?/.exec(line)?.[1]
    if (command !== undefined && ['Sign in', 'Use', 'Set up', 'Try'].includes(group)) {
      groups[group] = [...(groups[group] ?? []), command]
    }
  }
  return groups
}

// Contract section 2, in its order.
const CONTRACT: Record<string, string[]> = {
  'Sign in': ['login', 'logout', 'status', 'whoami', 'roles'],
  Use: ['credential-process', 'env', 'exec', 'write', 'serve', 'console', 'token'],
  'Set up': ['configure', 'doctor', 'explain', 'trust-policy', 'template', 'completion'],
  Try: ['demo', 'emulate'],
}

describe('the help', () => {
  test('begins with what poolkey is and with examples, before the usage', () => {
    const { code, stdout, stderr } = poolkey(['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^Temporary AWS credentials from an Amazon Cognito sign-in/)
    const places = [
      'Examples:\n',
      '  poolkey login --profile dev ',
      '  eval "$(poolkey env --profile dev)" ',
      '  credential_process = /usr/local/bin/poolkey credential-process --profile dev\n',
      '\nUsage: poolkey',
    ].map((text) => stdout.indexOf(text))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((one, other) => one - other))
  })

  test('lists the commands that exist in the groups and the order of the contract', () => {
    const groups = groupsOf(poolkey(['--help']).stdout)
    for (const [group, commands] of Object.entries(groups)) {
      expect(commands).toEqual(CONTRACT[group]?.filter((command) => commands.includes(command)))
    }
    const order = Object.keys(CONTRACT).filter((group) => group in groups)
    expect(Object.keys(groups)).toEqual(order)
    expect(Object.values(groups).flat()).toEqual(
      expect.arrayContaining(['login', 'logout', 'status', 'credential-process', 'env', 'demo', 'emulate']),
    )
  })

  test('tells every exit code', () => {
    const { stdout } = poolkey(['--help'])
    const codes = stdout.slice(stdout.indexOf('\nExit codes:\n'))
    for (const code of [
      '0 done',
      '1 ',
      '2 ',
      '3 ',
      '4 sign-in',
      '5 refused',
      '6 network',
      '7 ',
      '130, 143 ',
    ]) {
      expect(codes).toContain(code)
    }
  })

  test('of every command that it lists can be asked for and names the options that all of them take', () => {
    for (const command of Object.values(groupsOf(poolkey(['--help']).stdout)).flat()) {
      const { code, stdout, stderr } = poolkey([command, '--help'])
      expect({ code, stderr }, command).toEqual({ code: 0, stderr: '' })
      for (const option of ['-p, --profile', '--no-input', '--debug', '-h, --help']) {
        expect(stdout, command).toContain(`  ${option}`)
      }
    }
  })

  test('fits 80 columns, and begins with examples, for every command', () => {
    const words = [
      ...Object.values(groupsOf(poolkey(['--help']).stdout)).flat(),
      'completion',
      'configure import',
      '',
    ]
    for (const path of words) {
      const { stdout } = poolkey([...path.split(' ').filter((word) => word !== ''), '--help'])
      expect(
        stdout.split('\n').filter((line) => line.length > 80),
        path,
      ).toEqual([])
      if (path !== '')
        expect(stdout, path).toMatch(new RegExp(`^Examples:\n.*poolkey ${path}\\b[^]*\nUsage: `))
    }
  })

  test('is said on stderr with exit code 2 when no command is given', () => {
    const { code, stdout, stderr } = poolkey([])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trimEnd()).toBe(poolkey(['--help']).stdout.trimEnd())
  })
})

test.each([['--version'], ['-V']])('%s tells the version of the package', (word) => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  expect(poolkey([word])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

describe('wrong usage', () => {
  test.each([
    {
      words: ['logn'],
      error: "unknown command 'logn'",
      fix: 'Did you mean login? Otherwise see: poolkey --help',
    },
    { words: ['frobnicate'], error: "unknown command 'frobnicate'", fix: 'see: poolkey --help' },
    {
      words: ['login', '--forse'],
      error: "unknown option '--forse'",
      fix: 'Did you mean --force? Otherwise see: poolkey login --help',
    },
    { words: ['env', '--zzz'], error: "unknown option '--zzz'", fix: 'see: poolkey env --help' },
    { words: ['--zzz'], error: "unknown option '--zzz'", fix: 'see: poolkey --help' },
    {
      words: ['login', '--timeout', '0'],
      error:
        "option '--timeout <seconds>' argument '0' is invalid. a whole number of seconds from 1 to 86400 is needed.",
      fix: 'see: poolkey login --help',
    },
    {
      words: ['emulate', '--port', '65536'],
      error: "option '--port <port>' argument '65536' is invalid. a port from 1 to 65535 is needed.",
      fix: 'see: poolkey emulate --help',
    },
    {
      words: ['status', '-p'],
      error: "option '-p, --profile <name>' argument missing",
      fix: 'see: poolkey status --help',
    },
    {
      words: ['ls'],
      error: "unknown command 'ls'",
      fix: 'Did you mean status? Otherwise see: poolkey --help',
    },
    {
      words: ['export'],
      error: "unknown command 'export'",
      fix: 'Did you mean env? Otherwise see: poolkey --help',
    },
    { words: ['env', '-profile', 'x'], error: "unknown option '-profile'", fix: 'Did you mean --profile?' },
    { words: ['env', '-profile'], error: "unknown option '-profile'", fix: 'Did you mean --profile?' },
    { words: ['-profile', 'x', 'env'], error: "unknown option '-profile'", fix: 'Did you mean --profile?' },
    { words: ['env', '-role', 'x'], error: "unknown option '-role'", fix: 'Did you mean --role?' },
    {
      words: ['exec', '-p', 'x', 'DB_PASSWORD=hunter2', './run'],
      error: 'DB_PASSWORD stands before --, or without it',
      fix: 'put -- before the command: poolkey exec -p x -- env DB_PASSWORD=VALUE ...',
    },
    {
      words: ['configure', 'ls'],
      error: "unknown command 'configure ls'",
      fix: 'Did you mean configure list? Otherwise see: poolkey configure --help',
    },
    {
      words: ['configure', 'list', 'x'],
      error: "too many arguments for 'list'. Expected 0 arguments but got 1.",
      fix: 'leave out x; see: poolkey configure list --help',
    },
    {
      words: ['-p', 'dev'],
      error: 'no command is given; -p goes with one',
      fix: 'every command takes it, such as: poolkey login -p dev; see: poolkey --help',
    },
    {
      words: ['help', 'logn'],
      error: "unknown command 'logn'",
      fix: 'Did you mean login? Otherwise see: poolkey --help',
    },
    {
      words: ['help', 'exit-code'],
      error: "unknown command 'exit-code'",
      fix: 'Did you mean help exit-codes? Otherwise see: poolkey --help',
    },
    {
      words: ['completion', 'tcsh'],
      error:
        "command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish, powershell.",
      fix: 'see: poolkey completion --help',
    },
    {
      words: ['nosuch', '--help'],
      error: "unknown command 'nosuch'",
      fix: 'see: poolkey --help',
    },
    {
      words: ['help', 'configure', 'improt'],
      error: "unknown command 'configure improt'",
      fix: 'Did you mean configure import? Otherwise see: poolkey configure --help',
    },
    {
      words: ['roles', 'use', 'Admin', 'extra'],
      error: "too many arguments for 'use'. Expected 1 argument but got 2.",
      fix: 'leave out extra, or name a profile with --profile; see: poolkey roles use --help',
    },
    {
      words: ['exec', '-p', 'x', 'ls', '-la', '/'],
      error: 'ls stands before --, or without it',
      fix: 'put -- before the command: poolkey exec -p x -- ls ...',
    },
    {
      words: ['log\u001b[2J\nn'],
      error: "unknown command 'log\\u{1b}[2J\\u{a}n'",
      fix: 'see: poolkey --help',
    },
  ])('$words: exit 2, one line and a fix', ({ words, error, fix }) => {
    expect(poolkey(words)).toEqual({
      // What is wrong with exec's own words is told apart from the command's exit code.
      code: words[0] === 'exec' ? 125 : 2,
      stdout: '',
      stderr: `poolkey: error: ${error}\npoolkey: fix: ${fix}\n`,
    })
  })

  test('is told as JSON to a script that asks for JSON', () => {
    const { code, stdout, stderr } = poolkey(['status', '--json', '--whatever'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(JSON.parse(stderr)).toEqual({
      version: 1,
      error: {
        code: 'usage',
        message: "unknown option '--whatever'",
        fix: 'see: poolkey status --help',
        exitCode: 2,
      },
    })
  })
})

test('a profile that is named without --profile is known, and the fix names it with that', () => {
  writeFileSync(join(folder, 'profiles'), '[profile here]\n')
  const env = { AWS_CONFIG_FILE: join(folder, 'profiles') }
  const fixes = [
    [['env', 'here'], 'poolkey env --profile here'],
    [['write', 'tmp', 'here'], 'poolkey write --to tmp --profile here'],
    [['exec', 'here', 'ls'], 'poolkey exec --profile here -- ls'],
    [['exec', '--server', 'here', '--', 'ls'], 'poolkey exec --server --profile here -- ls'],
  ] as const
  for (const [words, fix] of fixes) {
    const { code, stdout, stderr } = poolkey([...words], env)
    expect({ code, stdout }).toEqual({ code: words[0] === 'exec' ? 125 : 2, stdout: '' })
    expect(stderr).toMatch(/^poolkey: error: .*\npoolkey: fix: .*\n$/)
    expect(stderr).toContain(`: ${fix}\n`)
  }
  // Files that cannot be read are no reason for another failure.
  expect(poolkey(['env', 'here'], { AWS_CONFIG_FILE: folder })).toMatchObject({ code: 2 })
})

test('options that every command takes may stand in front of it', () => {
  const behind = poolkey(['status', '-p', 'nowhere', '--json'])
  expect(poolkey(['-p', 'nowhere', 'status', '--json'])).toEqual(behind)
  expect(behind.stderr).toContain('no profile nowhere')
  expect(poolkey(['--profile', 'nowhere', '--debug', 'exec', '--', 'true'])).toMatchObject({ code: 125 })
})

test('help and version are understood as words, too', () => {
  expect(poolkey(['help', 'exec'])).toEqual(poolkey(['exec', '--help']))
  expect(poolkey(['help'])).toEqual(poolkey(['--help']))
  expect(poolkey(['version'])).toEqual(poolkey(['--version']))
  for (const words of [
    ['help', 'help'],
    ['help', 'version'],
    ['-p', 'dev', '--help'],
  ])
    expect(poolkey(words)).toEqual(poolkey(['--help']))
  expect(poolkey(['help', 'configure', 'import'])).toEqual(poolkey(['configure', 'import', '--help']))
})

test('help of a topic is told, on stdout', () => {
  const titles = {
    'exit-codes': 'Exit codes of poolkey\n',
    environment: 'Variables that poolkey reads\n',
    settings: 'Settings of a profile in ~/.aws/config\n',
    security: 'How poolkey keeps secrets\n',
  }
  for (const [topic, title] of Object.entries(titles)) {
    const { code, stdout, stderr } = poolkey(['help', topic])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.slice(0, title.length)).toBe(title)
  }
})

test.each([
  ['bash', 'poolkey.bash'],
  ['zsh', '_poolkey'],
  ['fish', 'poolkey.fish'],
  ['powershell', 'poolkey.ps1'],
])('completion %s prints the script that is checked in', (shell, file) => {
  const script = readFileSync(join(root, 'completions', file), 'utf8')
  expect(poolkey(['completion', shell])).toEqual({ code: 0, stdout: script, stderr: '' })
})

describe('a command that fails', () => {
  test('with --json leaves one JSON object on stderr and nothing on stdout', () => {
    const { code, stdout, stderr } = poolkey(['status', '--json', '--profile', 'nowhere'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr.indexOf('\n')).toBe(stderr.length - 1)
    expect(JSON.parse(stderr)).toEqual({
      version: 1,
      error: {
        code: 'profile-unknown',
        message: `there is no profile nowhere in ${join(folder, 'config')}`,
        fix: 'write it by: poolkey configure --profile nowhere; to try poolkey without one, run: poolkey demo',
        exitCode: 3,
      },
    })
  })

  test('without --json says the same in two lines', () => {
    expect(poolkey(['status', '--profile', 'nowhere'])).toEqual({
      code: 3,
      stdout: '',
      stderr: `poolkey: error: there is no profile nowhere in ${join(folder, 'config')}\npoolkey: fix: write it by: poolkey configure --profile nowhere; to try poolkey without one, run: poolkey demo\n`,
    })
  })

  test('before it has begun is told in the same form', () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    expect(poolkey(['status'], env)).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'poolkey: error: environment variable NODE_TLS_REJECT_UNAUTHORIZED = 0 is not valid\npoolkey: fix: set NODE_TLS_REJECT_UNAUTHORIZED to 1 or nothing; a private certificate authority goes into AWS_CA_BUNDLE\n',
    })
    expect(JSON.parse(poolkey(['status', '--json'], env).stderr)).toMatchObject({
      error: { code: 'environment-invalid', exitCode: 3 },
    })
  })
})
