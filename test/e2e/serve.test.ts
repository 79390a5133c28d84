import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../sign-in/support/server.ts'
import { askEndpoint, credentialsAt, exportedBy, isOpen, startServing } from './endpoint-client.ts'
import type { ContainerCredentials } from './endpoint-client.ts'
import { letExpire } from './expiry.ts'
import { answerOf, openStation, POOLKEY, POOLKEY_LINE, startProgram, until } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'
import { disguisesOf, filesIn, watchCommandLines } from './secret-sweep.ts'

const EXCHANGE = 'GetCredentialsForIdentity'
const CODES = { SIGINT: 0, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 }

async function openSignedIn(options: Parameters<typeof openStation>[0] = {}): Promise<Station> {
  const station = await openStation(options)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  return station
}

test('gives the credentials of the profile to who has the variables that it prints', async () => {
  const station = await openSignedIn()
  const answer = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  const serving = await startServing(station)
  expect(await credentialsAt(serving)).toEqual({
    AccessKeyId: answer.AccessKeyId,
    SecretAccessKey: answer.SecretAccessKey,
    Token: answer.SessionToken,
    Expiration: answer.Expiration,
  })
  expect(serving.uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/credentials$/)
  expect(serving.variables).toMatchObject({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' })
  expect(station.emulator.count(EXCHANGE)).toBe(1)
})

test('says where the variables are: on the terminal, in a file, or in a pipe, whose end nobody must wait for', async () => {
  const station = await openSignedIn()
  const file = join(station.home, 'endpoint.sh')
  const serving = async (after: string) => {
    const running = startProgram(
      '/bin/sh',
      ['-c', `exec ${POOLKEY_LINE} serve --profile dev ${after}`],
      station.env,
    )
    await until(() => running.said().stderr.includes('Ctrl-C'))
    running.child.kill('SIGINT')
    return (await running.ended).stderr
  }
  expect(await serving(`>'${file}'`)).toMatch(/^Credentials .* the variables from its stdout, until .*\n$/)
  expect(readFileSync(file, 'utf8')).toContain('AWS_CONTAINER_CREDENTIALS_FULL_URI')
  expect(await serving('')).toMatch(/\nThey went into a pipe: .* poolkey exec --server\n$/)
})

test('what it prints removes whatever SDKs would prefer to it', async () => {
  const station = await openSignedIn()
  const { said } = await startServing(station)
  const before = [
    ...[
      'ACCESS_KEY_ID',
      'SECRET_ACCESS_KEY',
      'SESSION_TOKEN',
      'SECURITY_TOKEN',
      'PROFILE',
      'DEFAULT_PROFILE',
    ],
    ...['WEB_IDENTITY_TOKEN_FILE', 'ROLE_ARN', 'CONTAINER_CREDENTIALS_RELATIVE_URI'],
    ...['CONTAINER_AUTHORIZATION_TOKEN_FILE', 'CREDENTIAL_EXPIRATION', 'SESSION_EXPIRATION'],
    // Of older SDKs and tools, and what Amazon Bedrock takes instead of credentials.
    ...['ACCESS_KEY', 'SECRET_KEY', 'CREDENTIAL_FILE', 'CREDENTIAL_PROFILES_FILE', 'BEARER_TOKEN_BEDROCK'],
    ...['ROLE_SESSION_NAME', 'ACCOUNT_ID'],
  ].map((name) => [`AWS_${name}`, 'old'])
  const env = { ...Object.fromEntries(before), BOTO_CONFIG: 'old', STATEMENTS: said().stdout } as Record<
    string,
    string
  >
  const shell = await startProgram('/bin/sh', ['-c', 'eval "$STATEMENTS"; unset STATEMENTS; env'], env).ended
  expect(shell.code).toBe(0)
  const names = [...shell.stdout.matchAll(/^((?:AWS|BOTO)_\w+)=/gm)].map(([, name]) => name)
  expect(names.sort()).toEqual([
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_DEFAULT_REGION',
    'AWS_REGION',
  ])
})

test('E83: crosses the expiry of its credentials, with and without anybody asking, and never gives any that are over', async () => {
  const station = await openSignedIn({ credentialsSeconds: 3 })
  const serving = await startServing(station)
  const keys = new Set<string>()
  await until(() => station.emulator.count(EXCHANGE) >= 3)
  const endMs = performance.now() + 5_000
  while (performance.now() < endMs) {
    const { AccessKeyId, Expiration } = await credentialsAt(serving)
    expect(Date.parse(Expiration)).toBeGreaterThan(Date.now())
    keys.add(AccessKeyId)
  }
  expect(keys.size).toBeGreaterThanOrEqual(2)
  expect(serving.said().stderr).not.toContain('warning')
})

test('D64: gives nothing after a logout, names the command that helps, and goes on after it', async () => {
  const station = await openSignedIn()
  const serving = await startServing(station)
  await credentialsAt(serving)
  expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
  const refused = await askEndpoint(serving)
  expect(refused.status).toBe(503)
  expect(JSON.parse(refused.body)).toEqual({
    Code: 'sign-in-required',
    Message: 'nobody is signed in for profile dev; run: poolkey login --profile dev',
  })
  expect(await station.run(['logout', '--all'])).toMatchObject({ code: 0 })
  expect(await askEndpoint(serving)).toMatchObject({ status: 503 })
  expect(await station.signIn()).toMatchObject({ code: 0 })
  await credentialsAt(serving)
})

test('G108: a user pool that fails is told as 503 and on stderr once; the next after it has credentials', async () => {
  const station = await openSignedIn()
  const serving = await startServing(station)
  letExpire(station)
  station.emulator.faults.set('token:refresh_token', { kind: 'server-error' }, Infinity)
  for (let round = 0; round < 3; round += 1) {
    const { status, body } = await askEndpoint(serving)
    expect(status).toBe(503)
    expect(JSON.parse(body)).toMatchObject({ Code: 'unexpected-answer' })
  }
  station.emulator.faults.clear('token:refresh_token')
  let answer = await askEndpoint(serving)
  while (answer.status !== 200) answer = await askEndpoint(serving)
  expect(serving.said().stderr.match(/could not be renewed/g)).toHaveLength(1)
  expect(JSON.parse(answer.body) as ContainerCredentials).toHaveProperty('Token')
})

test('warns where the files have credentials that AWS tools prefer to any endpoint', async () => {
  const station = await openSignedIn()
  const warning = 'poolkey: warning: the profile "default" of your AWS files has credentials of its own'
  expect((await startServing(station)).said().stderr).not.toContain(warning)
  appendFileSync(station.configFile, '\n[default]\nregion = eu-west-1\n')
  expect((await startServing(station)).said().stderr).not.toContain(warning)
  appendFileSync(station.configFile, 'credential_process = /usr/bin/other\n')
  expect((await startServing(station)).said().stderr).toContain(warning)
})

describe('how it ends', () => {
  test.each(Object.entries(CODES))(
    'G108: %s: port closed, token file gone, exit code %i',
    async (signal, code) => {
      const station = await openSignedIn()
      const file = join(station.home, 'token')
      const serving = await startServing(station, ['--token-file', file])
      const port = Number(new URL(serving.uri).port)
      expect(existsSync(file)).toBe(true)
      serving.child.kill(signal as NodeJS.Signals)
      const outcome = await serving.ended
      // A hang-up ends it as if nobody had caught it.
      expect(outcome.code ?? 129).toBe(code)
      expect(existsSync(file)).toBe(false)
      expect(await isOpen({ uri: `http://127.0.0.1:${port}` })).toBe(false)
    },
  )

  test.each([
    ['SIGINT', 0],
    ['SIGTERM', 143],
  ] as const)(
    'E73: %s during a refresh: what the pool gave is stored before it ends',
    async (signal, code) => {
      const station = await openSignedIn({ rotation: { graceSeconds: 0 } })
      const serving = await startServing(station)
      letExpire(station)
      // The pool has rotated by then; its answer comes when the signal has long arrived.
      station.emulator.faults.set('token:refresh_token', {
        kind: 'alter',
        alter: (answer) => {
          serving.child.kill(signal)
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
          return answer
        },
      })
      const asking = askEndpoint(serving).catch(() => undefined)
      expect(await serving.ended).toMatchObject({ code })
      await asking
      answerOf(await station.run(['credential-process', '--profile', 'dev']))
    },
  )

  test('G108: killed, its port is closed; the file it left is named, and stays until somebody removes it', async () => {
    const station = await openSignedIn()
    const file = join(station.home, 'token')
    const words = ['--token-file', file]
    const first = await startServing(station, words)
    const left = readFileSync(file, 'utf8')
    first.child.kill('SIGKILL')
    await first.ended
    expect(await isOpen(first)).toBe(false)
    const refused = await station.run(['serve', '--profile', 'dev', ...words])
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(refused.stderr).toContain('one that a killed poolkey serve left: remove it')
    expect(readFileSync(file, 'utf8')).toBe(left)
    rmSync(file)
    const { uri } = await startServing(station, words)
    await credentialsAt({ uri, token: readFileSync(file, 'utf8') })
  })

  test('a second one leaves the token file of the first alone, which goes on', async () => {
    const station = await openSignedIn()
    const file = join(station.home, 'token')
    const words = ['--token-file', file]
    const { uri } = await startServing(station, words)
    expect(await station.run(['serve', '--profile', 'dev', ...words])).toMatchObject({ code: 3 })
    await credentialsAt({ uri, token: readFileSync(file, 'utf8') })
  })

  test('G108: a stderr that is full and that nobody reads holds up neither the endpoint nor its end', async () => {
    const station = await openSignedIn()
    const pipe = join(station.home, 'full')
    execFileSync('mkfifo', [pipe])
    const ends = [constants.O_RDONLY, constants.O_WRONLY].map((way) =>
      openSync(pipe, way | constants.O_NONBLOCK),
    )
    onTestFinished(() => {
      ends.forEach(closeSync)
    })
    expect(() => {
      for (;;) writeSync(ends[1]!, 'x'.repeat(1024))
    }).toThrow('EAGAIN')
    const line = `exec ${POOLKEY_LINE} serve --profile dev 2>>"$1"`
    const serving = startProgram('/bin/sh', ['-c', line, 'sh', pipe], station.env)
    onTestFinished(() => {
      serving.child.kill('SIGKILL')
    })
    await until(() => serving.said().stdout.includes('AWS_CONTAINER_AUTHORIZATION_TOKEN='))
    const variables = exportedBy(serving.said().stdout)
    const door = {
      uri: variables['AWS_CONTAINER_CREDENTIALS_FULL_URI']!,
      token: variables['AWS_CONTAINER_AUTHORIZATION_TOKEN']!,
    }
    letExpire(station)
    station.emulator.faults.set('token:refresh_token', { kind: 'server-error' }, Infinity)
    for (let round = 0; round < 2; round += 1) expect(await askEndpoint(door)).toMatchObject({ status: 503 })
    serving.child.kill('SIGTERM')
    expect(await serving.ended).toMatchObject({ code: 143 })
  })

  test('D64: without anybody signed in nothing is printed and nothing is left', async () => {
    const station = await openStation()
    const file = join(station.home, 'token')
    const outcome = await station.run(['serve', '--profile', 'dev', '--token-file', file])
    expect(outcome).toMatchObject({ code: 4, stdout: '' })
    expect(outcome.stderr).toContain('poolkey login --profile dev')
    expect(existsSync(file)).toBe(false)
  })

  test('nobody reads what it prints: exit 1, port closed, token file gone', async () => {
    const station = await openSignedIn()
    const file = join(station.home, 'token')
    const { child, ended } = station.start(['serve', '--profile', 'dev', '--token-file', file])
    child.stdout!.destroy()
    const outcome = await ended
    expect(outcome).toMatchObject({ code: 1 })
    expect(outcome.stderr).toContain('nobody reads the output any more')
    expect(existsSync(file)).toBe(false)
  })

  test('a port that is taken is named: exit 6', async () => {
    const station = await openSignedIn()
    const port = new URL(station.emulator.origin).port
    const outcome = await station.run(['serve', '--profile', 'dev', '--port', port])
    expect(outcome).toMatchObject({ code: 6, stdout: '' })
    expect(outcome.stderr).toContain(`poolkey: error: port ${port} of 127.0.0.1 is not free`)
    expect(outcome.stderr).toContain('poolkey: fix: choose another with --port')
  })

  test('a port that only root may have is named as such', async () => {
    const station = await openSignedIn()
    const { uid } = userInfo()
    // Without any right of root's, whoever runs the tests.
    const drop = uid === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] : ['env']
    const [program, ...words] = [...drop, ...POOLKEY, 'serve', '--profile', 'dev', '--port', '443']
    const outcome = await startProgram(program, words, station.env).ended
    expect(outcome).toMatchObject({ code: 6, stdout: '' })
    expect(outcome.stderr).toContain('gives port 443 of 127.0.0.1 to root alone (EACCES)')
  })

  test('a port that is free is taken as asked for', async () => {
    const station = await openSignedIn()
    const server = createServer()
    await listen(server, '127.0.0.1', 0)
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const { uri } = await startServing(station, ['--port', String(port)])
    expect(new URL(uri).port).toBe(String(port))
  })
})

describe('G104: the token', () => {
  test('stands on stdout and nowhere else', async () => {
    const commandLines = watchCommandLines()
    const station = await openSignedIn()
    const serving = await startServing(station, ['--debug'])
    const { token, uri } = serving
    await credentialsAt(serving)
    await askEndpoint({ uri, token: 'wrong' })
    letExpire(station)
    await credentialsAt(serving)
    serving.child.kill('SIGTERM')
    const { stderr } = await serving.ended
    const places = [
      stderr,
      commandLines.stop(),
      uri,
      ...filesIn(station.home).map((path) => readFileSync(path, 'latin1')),
    ]
    for (const disguise of disguisesOf(token))
      for (const place of places) expect(place).not.toContain(disguise)
  })

  test('stands in a file of its own: 0600, no newline, its absolute path printed in place of the token', async () => {
    const station = await openSignedIn()
    const file = join(station.home, 'token')
    const serving = await startServing(station, ['--token-file', file])
    const token = readFileSync(file, 'utf8')
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(serving.variables).toMatchObject({ AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file })
    const { stdout, stderr } = serving.said()
    expect(stdout + stderr).not.toContain(token)
    expect(exportedBy(stdout)).not.toHaveProperty('AWS_CONTAINER_AUTHORIZATION_TOKEN')
    await credentialsAt({ uri: serving.uri, token })
  })

  test('an empty file, as mktemp makes one, is filled', async () => {
    const station = await openSignedIn()
    const file = join(station.home, 'token')
    writeFileSync(file, '')
    const { uri } = await startServing(station, ['--token-file', file])
    await credentialsAt({ uri, token: readFileSync(file, 'utf8') })
  })

  test.each([
    [
      'a link',
      (path: string) => {
        symlinkSync(`${path}-target`, path)
      },
      'it is a symbolic link',
    ],
    [
      'a link to a file',
      (path: string) => {
        writeFileSync(`${path}-target`, '')
        symlinkSync(`${path}-target`, path)
      },
      'it is a symbolic link',
    ],
    [
      'a folder',
      (path: string) => {
        mkdirSync(path)
      },
      'it is a folder',
    ],
    [
      "somebody's notes",
      (path: string) => {
        writeFileSync(path, 'notes')
        chmodSync(path, 0o644)
      },
      'it exists, and is not empty',
    ],
    [
      'what looks like a token',
      (path: string) => {
        writeFileSync(path, 'A'.repeat(43))
      },
      'it exists, and is not empty',
    ],
  ])('goes into no place where %s is, which stays as it was: exit 3', async (_, place, problem) => {
    const station = await openSignedIn()
    const file = join(station.home, 'token')
    place(file)
    const lookAtIt = () => ({
      mode: statSync(file, { throwIfNoEntry: false })?.mode,
      files: filesIn(station.home)
        .filter((path) => path.startsWith(file))
        .map((path) => readFileSync(path, 'utf8')),
    })
    const before = lookAtIt()
    const outcome = await station.run(['serve', '--profile', 'dev', '--token-file', file])
    expect(outcome).toMatchObject({ code: 3, stdout: '' })
    expect(outcome.stderr).toContain(`poolkey: error: ${file} cannot be the token file: ${problem}\n`)
    expect(lookAtIt()).toEqual(before)
  })

  test('a folder that is not there is said so', async () => {
    const station = await openSignedIn()
    const file = join(station.home, 'no-such-folder', 'token')
    const outcome = await station.run(['serve', '--profile', 'dev', '--token-file', file])
    expect(outcome).toMatchObject({ code: 3, stdout: '' })
    expect(outcome.stderr).toContain('it cannot be written (ENOENT)')
  })

  test('a folder that went away while poolkey stood in it is said so', async () => {
    const station = await openSignedIn()
    const gone = join(station.home, 'gone')
    mkdirSync(gone)
    const line = `rmdir ../gone; exec ${POOLKEY_LINE} serve --profile dev --token-file token`
    const outcome = await startProgram('/bin/sh', ['-c', line], station.env, { cwd: gone }).ended
    expect(outcome).toMatchObject({ code: 3, stdout: '' })
    expect(outcome.stderr).toContain(
      'token cannot be the token file: the folder in which poolkey was started is gone',
    )
  })

  test("a file that is somebody else's by the end is left alone", async () => {
    const station = await openSignedIn()
    const file = join(station.home, 'token')
    const serving = await startServing(station, ['--token-file', file])
    writeFileSync(file, 'other')
    serving.child.kill('SIGINT')
    await serving.ended
    expect(readFileSync(file, 'utf8')).toBe('other')
  })
})
