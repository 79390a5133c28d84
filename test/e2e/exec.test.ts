import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  answerOf,
  openStation,
  POOLKEY,
  POOLKEY_LINE,
  startPoolkey,
  startProgram,
  until,
} from './poolkey-process.ts'
import type { Station, StationOptions } from './poolkey-process.ts'

const EXEC = ['exec', '--profile', 'dev']
const NODE = process.execPath
const PRINT_ENVIRONMENT = [NODE, '-e', 'process.stdout.write(JSON.stringify(process.env))']
const PRINT_ARGUMENTS = [NODE, '-e', 'process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--']

async function signedIn(options: StationOptions = {}): Promise<Station> {
  const station = await openStation(options)
  await station.signIn()
  return station
}

describe('what the command gets', () => {
  test('F96: its arguments as they stand, whatever they look like', async () => {
    const station = await signedIn()
    const words = [
      ...[
        '--',
        '',
        '--profile',
        'other',
        '-p',
        '--help',
        '--json',
        '--debug',
        '--no-input',
        '-h',
        '--version',
      ],
      ...['a b', '$(touch pwned)', '`x`', "'", '"', '\\', '*', '~', '$HOME', 'a\nb', '\u00e9', '', '--'],
    ]
    const outcome = await station.run([...EXEC, '--', ...PRINT_ARGUMENTS, ...words])
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(outcome.stdout)).toEqual(words)
  })

  test('F96: what is piped in, and nothing is added to what it says', async () => {
    const station = await signedIn()
    const outcome = await station.run([...EXEC, '--', 'sh', '-c', 'cat; echo said >&2'], {}, 'one\ntwo')
    expect(outcome).toMatchObject({ code: 0, stdout: 'one\ntwo', stderr: 'said\n' })
  })

  test("F97: credentials, and no older ones, nor poolkey's own variables", async () => {
    const station = await signedIn()
    const answer = answerOf(await station.run(['credential-process', '--profile', 'dev']))
    const kept = { AWS_PAGER: 'less', AWS_CONFIG_FILE: station.configFile, KEPT: 'yes' }
    const gone = {
      ...{
        AWS_ACCESS_KEY_ID: 'old',
        AWS_SECRET_ACCESS_KEY: 'old',
        AWS_SESSION_TOKEN: 'old',
        AWS_SECURITY_TOKEN: 'old',
      },
      ...{
        AWS_DEFAULT_PROFILE: 'old',
        AWS_PROFILE: 'old',
        AWS_CREDENTIAL_EXPIRATION: 'old',
        AWS_SESSION_EXPIRATION: 'old',
      },
      ...{
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/',
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'old',
      },
      ...{ AWS_WEB_IDENTITY_TOKEN_FILE: '/old', AWS_ROLE_ARN: 'old', AWS_ROLE_SESSION_NAME: 'old' },
      ...{
        AWS_BEARER_TOKEN_BEDROCK: 'old',
        AWS_CREDENTIAL_PROFILES_FILE: '/old',
        BOTO_CONFIG: '/old',
      },
      ...{
        POOLKEY_DEBUG: '',
        POOLKEY_NO_INPUT: '1',
        POOLKEY_CLIENT_SECRET: 'old',
        POOLKEY_PASSPHRASE: 'old',
      },
    }
    const outcome = await station.run([...EXEC, '--', ...PRINT_ENVIRONMENT], { ...kept, ...gone })
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    const usual = Object.entries(station.env).filter(([name]) => name !== 'POOLKEY_STORE')
    expect(JSON.parse(outcome.stdout)).toEqual({
      ...Object.fromEntries(usual),
      ...kept,
      AWS_ACCESS_KEY_ID: answer.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: answer.SecretAccessKey,
      AWS_SESSION_TOKEN: answer.SessionToken,
      AWS_CREDENTIAL_EXPIRATION: answer.Expiration,
      AWS_SESSION_EXPIRATION: answer.Expiration,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      INSIDE_POOLKEY: 'dev',
    })
  })

  test('the credentials of --role, this once, with the life that --min-life asks for', async () => {
    const station = await signedIn({ credentialsSeconds: 1800 })
    station.emulator.settings.credentialsSeconds = 3600
    const { editor } = station.emulator.roles
    const options = ['--role', editor, '--min-life', '2000']
    const outcome = await station.run([...EXEC, ...options, '--', ...PRINT_ENVIRONMENT])
    const { AWS_CREDENTIAL_EXPIRATION } = JSON.parse(outcome.stdout) as Record<string, string>
    expect(Date.parse(AWS_CREDENTIAL_EXPIRATION!) - Date.now()).toBeGreaterThan(2_000_000)
    const asked = station.emulator.requests.filter(
      ({ operation }) => operation === 'GetCredentialsForIdentity',
    )
    expect(JSON.parse(asked.at(-1)!.body)).toMatchObject({ CustomRoleArn: editor })
  })
})

describe('how it ends', () => {
  test.each([0, 1, 2, 7, 125, 126, 127, 129, 130, 255])(
    'F96: with the exit code %i of the command',
    async (code) => {
      const station = await signedIn()
      const outcome = await station.run([...EXEC, '--', 'sh', '-c', `exit ${code}`])
      expect(outcome).toMatchObject({ code, signal: null, stdout: '', stderr: '' })
    },
  )

  test.each([
    ['KILL', 137],
    ['TERM', 143],
    ['HUP', 129],
    ['QUIT', 131],
    ['USR1', 138],
    ['SEGV', 139],
  ])('F96: with 128 + n when SIG%s ended the command', async (name, code) => {
    const station = await signedIn()
    const outcome = await station.run([...EXEC, '--', 'sh', '-c', `ulimit -c 0; kill -${name} $$`])
    expect(outcome).toMatchObject({ code, signal: null, stdout: '', stderr: '' })
  })

  test('F96: by SIGINT when that ended the command, as a shell that runs a loop wants to see', async () => {
    const station = await signedIn()
    const outcome = await station.run([...EXEC, '--', 'sh', '-c', 'kill -INT $$'])
    expect(outcome).toMatchObject({ signal: 'SIGINT', stdout: '', stderr: '' })
    // Who caught it and ends with its code has not died of it.
    expect(await station.run([...EXEC, '--', 'sh', '-c', 'exit 130'])).toMatchObject({ code: 130 })
  })

  test.each(['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    'F96: %s is forwarded, and the command decides',
    async (signal) => {
      const station = await signedIn()
      const name = signal.slice(3)
      const script = `trap 'echo got ${name}; exit 5' ${name}; echo ready; while :; do sleep 0.05; done`
      const running = station.start([...EXEC, '--', 'sh', '-c', script])
      await until(() => running.said().stdout === 'ready\n')
      running.child.kill(signal)
      expect(await running.ended).toMatchObject({
        code: 5,
        signal: null,
        stdout: `ready\ngot ${name}\n`,
        stderr: '',
      })
    },
  )

  test('F96: SIGINT is left to the terminal: poolkey alone neither ends nor passes it on', async () => {
    const station = await signedIn()
    const script = `trap 'echo interrupted; exit 6' INT; trap 'echo ended; exit 5' TERM; echo ready; while :; do sleep 0.05; done`
    const running = station.start([...EXEC, '--', 'sh', '-c', script])
    await until(() => running.said().stdout === 'ready\n')
    running.child.kill('SIGINT')
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 5, stdout: 'ready\nended\n', stderr: '' })
  })
})

describe('what cannot be run', () => {
  test.each([['no-such-program-anywhere'], ['./no-such-file'], ['/no/such/file'], ['']])(
    'F98: %j ends with 127',
    async (program) => {
      const station = await signedIn()
      const outcome = await station.run([...EXEC, '--', program, 'x'])
      expect(outcome).toMatchObject({ code: 127, stdout: '' })
      expect(outcome.stderr).toMatch(/^poolkey: error: .*\npoolkey: fix: .*\n$/)
    },
  )

  test('F98: what is there, and no program, ends with 126 and why', async () => {
    const station = await signedIn()
    const bin = join(station.home, 'bin')
    mkdirSync(bin)
    const put = (name: string, text: string, mode: number) => {
      writeFileSync(join(bin, name), text)
      chmodSync(join(bin, name), mode)
      return join(bin, name)
    }
    const run = (program: string) => station.run([...EXEC, '--', program], { PATH: `${bin}:/usr/bin:/bin` })
    const plain = await run(put('plain', 'echo no', 0o644))
    expect(plain).toMatchObject({ code: 126, stdout: '' })
    expect(plain.stderr).toContain('chmod +x')
    expect(await run(bin)).toMatchObject({ code: 126, stdout: '' })
    put('lost', '#!/no/such/interpreter\n', 0o755)
    for (const program of ['lost', join(bin, 'lost')]) {
      const lost = await run(program)
      expect(lost).toMatchObject({ code: 126, stdout: '' })
      expect(lost.stderr).toContain('first line')
    }
  })

  test('F98: what only the working folder has is not found, with PATH or without', async () => {
    const station = await signedIn()
    writeFileSync(join(station.home, 'only-here'), '#!/bin/sh\n')
    chmodSync(join(station.home, 'only-here'), 0o755)
    for (const PATH of [undefined, '/usr/bin']) {
      const words = [...EXEC, '--', 'only-here']
      const outcome = await startPoolkey(words, { ...station.env, PATH }, { cwd: station.home }).ended
      expect(outcome).toMatchObject({ code: 127, stdout: '' })
    }
  })

  test.each([
    ['an argument', 'echo "$(printf "a\\377")"'],
    ['the command', '"$(printf "/bin/a\\377")"'],
  ])(
    'F98: %s that would arrive changed, being no UTF-8, is refused, and nothing is run',
    async (_, words) => {
      const station = await signedIn()
      const line = `exec ${POOLKEY_LINE} ${EXEC.join(' ')} -- ${words}`
      const outcome = await startProgram('/bin/sh', ['-c', line], station.env).ended
      expect(outcome).toMatchObject({ code: 125, stdout: '' })
      expect(outcome.stderr).toMatch(/^poolkey: error: .*not UTF-8.*\npoolkey: fix: .*\n$/)
    },
  )

  test('what poolkey itself fails with is 125, and nothing is run', async () => {
    const station = await openStation()
    const touch = ['--', 'touch', join(station.home, 'ran')]
    const failures = [
      [await station.run([...EXEC, ...touch]), 'poolkey login --profile dev'],
      [await station.run(['exec', '--profile', 'unknown', ...touch]), 'no profile unknown'],
      [await station.run([...EXEC, ...touch], { NODE_TLS_REJECT_UNAUTHORIZED: '0' }), 'NODE_TLS'],
    ] as const
    for (const [outcome, words] of failures) {
      expect(outcome).toMatchObject({ code: 125, stdout: '' })
      expect(outcome.stderr).toContain(words)
    }
    expect(existsSync(join(station.home, 'ran'))).toBe(false)
  })

  test.each([
    [['aws', 's3', 'ls'], 'poolkey exec -- aws'],
    [['--no-such-option', '--', 'true'], 'unknown option'],
    [['--min-life', 'x', '--', 'true'], 'whole number'],
    [['--profile', '--', 'true'], 'argument missing'],
  ])("wrong usage is 125, as 2 may be the command's own: %j", async (words, said) => {
    const station = await openStation()
    const outcome = await station.run(['exec', ...words])
    expect(outcome).toMatchObject({ code: 125, stdout: '' })
    expect(outcome.stderr).toContain(said)
  })

  test('an error is told in words, even when the command has an option --json', async () => {
    const station = await openStation()
    const outcome = await station.run([...EXEC, '--', 'aws', '--json'])
    expect(outcome.stderr).toMatch(/^poolkey: error: /)
  })
})

test('F99: inside of another exec it says so in one line, and goes on', async () => {
  const station = await signedIn()
  const outcome = await station.run([...EXEC, '--', ...PRINT_ENVIRONMENT], {
    INSIDE_POOLKEY: 'outer\u001b[2J',
  })
  expect(outcome.code).toBe(0)
  expect(outcome.stderr).toMatch(/^poolkey: warning: [^\u001b\n]*inside[^\u001b\n]*outer[^\u001b\n]*\n$/)
  expect(JSON.parse(outcome.stdout)).toMatchObject({ INSIDE_POOLKEY: 'dev' })
})

test('inside of exec, a command that names no profile is told which one it is in', async () => {
  const station = await signedIn()
  const outcome = await station.run([...EXEC, '--', ...POOLKEY, 'status'])
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toMatch(/poolkey: fix: .*: --profile dev\n$/)
  const named = await station.run([...EXEC, '--', ...POOLKEY, 'status', '--profile', 'default'])
  expect(named.stderr).toContain('known: dev')
})

test.each([[[]], [['--']]])('without a command it runs $SHELL, and says so: %j', async (words) => {
  const station = await signedIn()
  const shell = join(station.home, 'doubles', 'my shell')
  writeFileSync(shell, '#!/bin/sh\necho "$# $INSIDE_POOLKEY"; exit 4\n')
  chmodSync(shell, 0o755)
  const outcome = await station.run([...EXEC, ...words], { SHELL: shell })
  expect(outcome).toMatchObject({ code: 4, stdout: '0 dev\n' })
  expect(outcome.stderr).toMatch(
    /^Starting .*my shell with credentials of profile dev until \d{4}-.* UTC\.\n$/,
  )
  const posix = await station.run([...EXEC, ...words], { SHELL: '' }, 'echo $INSIDE_POOLKEY')
  expect(posix).toMatchObject({ code: 0, stdout: 'dev\n' })
  expect(posix.stderr).toContain('Starting /bin/sh ')
})
