import { expect, test } from 'vitest'
import { askEndpoint, credentialsAt, isOpen } from './endpoint-client.ts'
import { letExpire } from './expiry.ts'
import { answerOf, openStation, POOLKEY_LINE, startProgram, until } from './poolkey-process.ts'
import type { Running, Station } from './poolkey-process.ts'

const EXEC = ['exec', '--profile', 'dev', '--server']
const EXCHANGE = 'GetCredentialsForIdentity'
const PRINT_ENVIRONMENT = [process.execPath, '-e', 'process.stdout.write(JSON.stringify(process.env))']
// Says where the endpoint is, then does as it is told: its environment is for tests alone.
const HOLD = [
  process.execPath,
  '-e',
  `const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = process.env
  process.on('SIGINT', () => console.log('interrupted'))
  console.log(JSON.stringify({ uri, token, pid: process.pid }))
  setInterval(() => undefined, 1000)`,
]

interface Held {
  uri: string
  token: string
  pid: number
}

async function openSignedIn(options: Parameters<typeof openStation>[0] = {}): Promise<Station> {
  const station = await openStation(options)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  return station
}

async function startHeld(station: Station): Promise<Running & { held: Held }> {
  const running = station.start([...EXEC, '--', ...HOLD])
  await until(() => running.said().stdout.includes('\n'))
  return { ...running, held: JSON.parse(running.said().stdout) as Held }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('F97, G104: the command finds the endpoint, and neither credentials nor what SDKs would prefer', async () => {
  const station = await openSignedIn()
  const old = Object.fromEntries(
    [
      ...[
        'ACCESS_KEY_ID',
        'SECRET_ACCESS_KEY',
        'SESSION_TOKEN',
        'SECURITY_TOKEN',
        'PROFILE',
        'DEFAULT_PROFILE',
      ],
      ...[
        'CONTAINER_CREDENTIALS_RELATIVE_URI',
        'CONTAINER_AUTHORIZATION_TOKEN_FILE',
        'CREDENTIAL_EXPIRATION',
      ],
      ...['WEB_IDENTITY_TOKEN_FILE', 'ROLE_ARN', 'ROLE_SESSION_NAME'],
    ].map((name) => [`AWS_${name}`, 'old']),
  )
  const outcome = await station.run([...EXEC, '--', ...PRINT_ENVIRONMENT], old)
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  const env = JSON.parse(outcome.stdout) as Record<string, string>
  const ours = Object.keys(env).filter((name) => /^AWS_|POOLKEY/.test(name))
  expect(ours.sort()).toEqual([
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_DEFAULT_REGION',
    'AWS_REGION',
    'INSIDE_POOLKEY',
  ])
  expect(env['INSIDE_POOLKEY']).toBe('dev')
})

test('E83: its credentials are renewed for as long as it runs', async () => {
  const station = await openSignedIn({ credentialsSeconds: 3 })
  const { held, child, ended } = await startHeld(station)
  const first = await credentialsAt(held)
  await until(() => Date.now() > Date.parse(first.Expiration))
  const later = await credentialsAt(held)
  expect(later.AccessKeyId).not.toBe(first.AccessKeyId)
  expect(Date.parse(later.Expiration)).toBeGreaterThan(Date.now())
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 143, stderr: '' })
})

test('Ctrl-C is for the command to answer: while it goes on, so does the endpoint, renewals included', async () => {
  const station = await openSignedIn({ credentialsSeconds: 3 })
  const { held, child, said } = await startHeld(station)
  const first = await credentialsAt(held)
  // As a terminal does: to every process of the group.
  child.kill('SIGINT')
  process.kill(held.pid, 'SIGINT')
  await until(() => said().stdout.includes('interrupted'))
  await until(() => Date.now() > Date.parse(first.Expiration))
  expect((await credentialsAt(held)).AccessKeyId).not.toBe(first.AccessKeyId)
  expect(said().stderr).toBe('')
})

test('G108: the endpoint ends with the command, whose exit code it is', async () => {
  const station = await openSignedIn()
  const ending = await startHeld(station)
  process.kill(ending.held.pid, 'SIGKILL')
  expect(await ending.ended).toMatchObject({ code: 137 })
  expect(await isOpen(ending.held)).toBe(false)
  const outcome = await station.run([...EXEC, '--', 'sh', '-c', 'exit 7'])
  expect(outcome).toMatchObject({ code: 7, stdout: '', stderr: '' })
})

test.each(['SIGTERM', 'SIGHUP'] as const)('G108: %s ends both, and the port is closed', async (signal) => {
  const station = await openSignedIn()
  const { held, child, ended } = await startHeld(station)
  child.kill(signal)
  const { code } = await ended
  expect(code ?? 129).toBe(signal === 'SIGTERM' ? 143 : 129)
  expect(isAlive(held.pid)).toBe(false)
  expect(await isOpen(held)).toBe(false)
})

test('G108: killed, its port is closed; what the command then lacks are credentials, not its life', async () => {
  const station = await openSignedIn()
  const { held, child, ended } = await startHeld(station)
  child.kill('SIGKILL')
  await until(() => !isAlive(child.pid!))
  expect(await isOpen(held)).toBe(false)
  expect(isAlive(held.pid)).toBe(true)
  process.kill(held.pid, 'SIGKILL')
  await ended
})

test('E73: the command ends during a refresh: what the pool gave is stored before poolkey ends, too', async () => {
  const station = await openSignedIn({ rotation: { graceSeconds: 0 } })
  const { held, ended } = await startHeld(station)
  letExpire(station)
  // The pool has rotated by then; its answer comes when the command is long gone.
  station.emulator.faults.set('token:refresh_token', {
    kind: 'alter',
    alter: (answer) => {
      process.kill(held.pid, 'SIGKILL')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
      return answer
    },
  })
  const asking = askEndpoint(held).catch(() => undefined)
  expect(await ended).toMatchObject({ code: 137, stderr: '' })
  await asking
  answerOf(await station.run(['credential-process', '--profile', 'dev']))
})

test('what a renewal only waits for does not hold up the end of the command', async () => {
  const station = await openSignedIn()
  const { held, ended } = await startHeld(station)
  letExpire(station)
  station.emulator.faults.set(EXCHANGE, { kind: 'silence' })
  const before = station.emulator.count(EXCHANGE)
  const asking = askEndpoint(held).catch(() => undefined)
  await until(() => station.emulator.count(EXCHANGE) > before)
  const killedMs = performance.now()
  process.kill(held.pid, 'SIGKILL')
  expect(await ended).toMatchObject({ code: 137, stderr: '' })
  expect(performance.now() - killedMs).toBeLessThan(5_000)
  await asking
})

test('what poolkey says into a pipe that it shares with the command leaves the pipe as it was', async () => {
  const station = await openSignedIn()
  // No stream of Node's here, which would do to the pipe what is looked for. open(2): O_NONBLOCK is 04000.
  const look = `const { readFileSync, writeSync } = require('node:fs')
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = process.env
  const isBlocking = (fd) => (parseInt(/flags:\\s+(\\d+)/.exec(readFileSync('/proc/self/fdinfo/' + fd, 'utf8'))[1], 8) & 0o4000) === 0
  process.on('SIGUSR2', () => { writeSync(1, 'blocking: ' + [1, 2].map(isBlocking).join() + '\\n'); process.exit(0) })
  writeSync(1, JSON.stringify({ uri, token, pid: process.pid }) + '\\n')
  setInterval(() => undefined, 1000)`
  const line = `${POOLKEY_LINE} ${EXEC.join(' ')} -- '${process.execPath}' -e "$1" 2>&1 | cat`
  const running = startProgram('/bin/sh', ['-c', line, 'sh', look], station.env)
  await until(() => running.said().stdout.includes('\n'))
  const held = JSON.parse(running.said().stdout) as Held
  letExpire(station)
  station.emulator.faults.set('token:refresh_token', { kind: 'server-error' }, Infinity)
  expect(await askEndpoint(held)).toMatchObject({ status: 503 })
  await until(() => running.said().stdout.includes('could not be renewed'))
  process.kill(held.pid, 'SIGUSR2')
  expect((await running.ended).stdout).toContain('blocking: true,true\n')
})

test('D64: gives nothing to the command after a logout', async () => {
  const station = await openSignedIn()
  const { held } = await startHeld(station)
  await credentialsAt(held)
  expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
  await expect(credentialsAt(held)).rejects.toThrow('HTTP 503: {"Code":"sign-in-required"')
})

test('--role is for this run alone, and a life to choose makes no sense beside it', async () => {
  const station = await openSignedIn()
  const usual = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  const { editor } = station.emulator.roles
  const running = station.start([...EXEC, '--role', editor, '--', ...HOLD])
  await until(() => running.said().stdout.includes('\n'))
  const held = JSON.parse(running.said().stdout) as Held
  expect((await credentialsAt(held)).AccessKeyId).not.toBe(usual.AccessKeyId)
  expect(station.emulator.requests.filter(({ operation }) => operation === EXCHANGE).at(-1)?.body).toContain(
    editor,
  )

  const refused = await station.run([...EXEC, '--min-life', '60', '--', 'true'])
  expect(refused).toMatchObject({ code: 125, stdout: '' })
  expect(refused.stderr).toContain('--min-life says nothing beside --server')
})

test('F96: what goes wrong before the command begins is 125, an unknown command 127, and nothing is left open', async () => {
  const station = await openStation()
  expect(await station.run([...EXEC, '--', 'true'])).toMatchObject({ code: 125, stdout: '' })
  expect(await station.signIn()).toMatchObject({ code: 0 })
  expect(await station.run([...EXEC, '--', 'no-such-command'])).toMatchObject({ code: 127, stdout: '' })
})
