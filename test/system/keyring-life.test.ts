/** A whole life with a real keychain: the sealing key is in gnome-keyring, and nowhere else. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { answerOf, EXECUTABLE, installIn, openStation, startProgram } from '../e2e/poolkey-process.ts'
import type { Outcome, Station } from '../e2e/poolkey-process.ts'
import { filesIn, stateIn, leaksIn, leaksInFiles } from '../e2e/secret-sweep.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import { lockLoginKeyring, startKeyringSession } from './keyring-session.ts'
import type { KeyringSession } from './keyring-session.ts'
import { accountsInKeyring, keyInKeyring, openKeyringStation, reachOf, readVault } from './keyring-station.ts'

const PROCESS = ['credential-process', '--profile', 'dev']
// Somebody who never signs in makes the vault with the first command, and nobody is asked anything.
const GUEST = {
  cognito_guest: 'true',
  cognito_user_pool_id: undefined,
  cognito_client_id: undefined,
  cognito_domain: undefined,
  cognito_issuer: undefined,
  cognito_redirect_uri: undefined,
}

test('D62, D64: from login to logout --all the key is in the keyring alone, and gone in the end', async () => {
  const { session, station } = await openKeyringStation()
  expect(await station.signIn()).toMatchObject({ code: 0, stdout: '' })
  const { account, store } = readVault(station)
  expect(store).toBe('keychain')
  const value = keyInKeyring(session, account)
  expect(Buffer.from(value, 'base64').length).toBe(32)
  const key = { kind: 'sign-in', name: 'sealing key', value } as const

  const first = await station.run(['credential-process', '--profile', 'dev'])
  answerOf(first)
  expect((await station.run(['credential-process', '--profile', 'dev'])).stdout).toBe(first.stdout)
  const status = await station.run(['status', '--profile', 'dev', '--json'])
  expect(JSON.parse(status.stdout)).toMatchObject({ store: 'keychain', session: { state: 'valid' } })
  expect(
    stateIn(station.stateFolder).map((path) => path.slice(station.stateFolder.length + 1)),
  ).not.toContain('vault.key')
  expect(leaksInFiles(station.home, [key])).toEqual([])
  const raw = Buffer.from(value, 'base64').toString('latin1')
  for (const file of filesIn(station.home))
    expect(readFileSync(file, 'latin1').includes(raw), file).toBe(false)
  for (const { stdout, stderr } of [first, status])
    expect(leaksIn(stdout + stderr, [key], 'output')).toEqual([])

  const logout = await station.run(['logout', '--all'])
  expect(logout).toMatchObject({ code: 0, stdout: '' })
  expect(station.emulator.count('revoke')).toBe(1)
  expect(keyInKeyring(session, account)).toBe('')
  expect(filesIn(station.stateFolder)).toEqual([])
})

test('D61: a locked keyring is exit 7 for every caller, in time, and the sign-in survives it', async () => {
  const { session, station } = await openKeyringStation()
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const files = stateIn(station.stateFolder)
  lockLoginKeyring(session)
  for (const command of ['credential-process', 'env', 'status', 'login']) {
    const outcome = await station.run([command, '--profile', 'dev'])
    expect(outcome, command).toMatchObject({ code: 7, stdout: '' })
    expect(outcome.stderr, command).toMatch(/^poolkey: error: .*\npoolkey: fix: .*\n$/)
    expect(outcome.ms).toBeLessThan(15_000)
  }
  expect(stateIn(station.stateFolder)).toEqual(files)
})

interface Place {
  session: KeyringSession
  station: Station
}

/** What is wrong with the keychain from now on; gives how a command is run then. */
type Trouble = (place: Place) => (words: string[]) => Promise<Outcome>

const runAsEver: Trouble =
  ({ station }) =>
  (words) =>
    station.run(words)

const WITHOUT_LIBRARY = 'whose library is not installed'

const TROUBLES: [string, RegExp, Trouble][] = [
  [
    'that is locked',
    /^poolkey: error: the keychain (is locked|holds no key .*: it is locked, or .*)/,
    (place) => {
      lockLoginKeyring(place.session)
      return runAsEver(place)
    },
  ],
  [
    'that asks for its password and is not answered',
    /^poolkey: error: the keychain did not answer in time/,
    (place) => {
      leavePromptsUnanswered(place.session)
      lockLoginKeyring(place.session)
      return runAsEver(place)
    },
  ],
  [
    'whose daemon is frozen',
    /^poolkey: error: the keychain did not answer in time/,
    (place) => {
      const { daemonPid } = place.session
      process.kill(daemonPid, 'SIGSTOP')
      return async (words) => {
        const outcome = await place.station.run(words)
        process.kill(daemonPid, 'SIGCONT')
        return outcome
      }
    },
  ],
  [
    'whose daemon was killed',
    // The bus starts another one, which nobody has unlocked.
    /^poolkey: error: (the keychain is locked|the keychain holds no key .*: it is locked, or|no keychain service answers)/,
    (place) => {
      process.kill(place.session.daemonPid, 'SIGKILL')
      return runAsEver(place)
    },
  ],
  [
    'without D-Bus',
    /^poolkey: error: no keychain service answers/,
    ({ station }) =>
      (words) =>
        station.run(words, { DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: undefined }),
  ],
  [
    'behind a D-Bus that says nothing',
    /^poolkey: error: the keychain did not answer in time/,
    ({ station }) => {
      const path = join(temporaryFolder(), 'bus')
      const silent = createServer(() => undefined).listen(path)
      onTestFinished(() => void silent.close())
      return (words) => station.run(words, { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` })
    },
  ],
  [
    WITHOUT_LIBRARY,
    /^poolkey: error: the system's keychain library cannot be loaded/,
    ({ station }) => {
      // The executable has it within, and unpacks it there.
      if (EXECUTABLE !== undefined) return (words) => station.run(words, { TMPDIR: '/proc' })
      const [program = '', ...own] = installIn(temporaryFolder())
      return (words) => startProgram(program, [...own, ...words], station.env).ended
    },
  ],
]

/** The prompter of this session starts, and that is all it does. */
function leavePromptsUnanswered({ env }: KeyringSession): void {
  const folder = join(dirname(env['XDG_RUNTIME_DIR'] ?? ''), 'data', 'dbus-1', 'services')
  const name = 'org.gnome.keyring.SystemPrompter'
  mkdirSync(folder, { recursive: true })
  const program = `/bin/sh -c 'echo $$ >${folder}/pid; exec sleep 60'`
  writeFileSync(join(folder, `${name}.service`), `[D-BUS Service]\nName=${name}\nExec=${program}\n`)
  const bus = ['--dest', 'org.freedesktop.DBus', '--object-path', '/org/freedesktop/DBus']
  const reload = ['--method', 'org.freedesktop.DBus.ReloadConfig']
  execFileSync('gdbus', ['call', '--session', ...bus, ...reload], { env: { ...process.env, ...env } })
  onTestFinished(() => {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    process.kill(pid, 'SIGKILL')
  })
}

function contentsOf(folder: string): Record<string, string> {
  const files = existsSync(folder) ? stateIn(folder) : []
  return Object.fromEntries(files.map((path) => [path, readFileSync(path, 'base64')]))
}

function expectNamed(outcome: Outcome, expected: RegExp): void {
  expect(outcome).toMatchObject({ code: 7, stdout: '' })
  expect(outcome.stderr).toMatch(expected)
  expect(outcome.stderr).toMatch(/^poolkey: error: .*\npoolkey: fix: .*\n$/)
  // 10 s for the keychain; the rest is for a busy machine.
  expect(outcome.ms).toBeLessThan(20_000)
}

test('D61: a key that is in the keychain is read without its library', async () => {
  const place = await openKeyringStation()
  expect(await place.station.signIn()).toMatchObject({ code: 0 })
  const withoutLibrary = TROUBLES.find(([what]) => what === WITHOUT_LIBRARY)?.[2](place)
  expect(await withoutLibrary?.(['status', '--profile', 'dev'])).toMatchObject({ code: 0, stderr: '' })
  const { code, stdout } = (await withoutLibrary?.(PROCESS)) ?? {}
  expect(code).toBe(0)
  expect(stdout).toContain('SessionToken')
})

test.each(TROUBLES.filter(([what]) => what !== WITHOUT_LIBRARY))(
  'D61: a keychain %s is exit 7, in time and by name: no other store, no new key over the old vault',
  async (_what, expected, trouble) => {
    const place = await openKeyringStation()
    const { session, station } = place
    expect(await station.signIn()).toMatchObject({ code: 0 })
    const before = contentsOf(station.stateFolder)
    const accounts = accountsInKeyring(session)
    expect(accounts).toEqual([readVault(station).account])
    const key = keyInKeyring(session, accounts[0] ?? '')
    expectNamed(await trouble(place)(PROCESS), expected)
    expect(contentsOf(station.stateFolder)).toEqual(before)
    // As the same person finds it who signs in to the machine again.
    const later = await startKeyringSession(session)
    expect(accountsInKeyring(later)).toEqual(accounts)
    expect(keyInKeyring(later, accounts[0] ?? '')).toBe(key)
    answerOf(await station.run(PROCESS, reachOf(later)))
  },
)

test.each(TROUBLES)(
  'D61: with a keychain %s no vault is made, in the keychain or elsewhere, and it is exit 7',
  async (_what, expected, trouble) => {
    const session = await startKeyringSession()
    const station = await openStation({
      env: { ...reachOf(session), POOLKEY_STORE: undefined },
      identityPool: { allowUnauthenticated: true },
      profile: GUEST,
    })
    const place = { session, station }
    expectNamed(await trouble(place)(PROCESS), expected)
    expect(contentsOf(station.stateFolder)).toEqual({})
    expect(accountsInKeyring(await startKeyringSession(session))).toEqual([])
    expect(station.emulator.requests).toEqual([])
  },
)
