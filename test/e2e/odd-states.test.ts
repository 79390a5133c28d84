import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startEmulator } from '../../src/emulator/emulator.ts'
import {
  answerOf,
  openStation,
  installIn,
  POOLKEY,
  profileText,
  startProgram,
  uniqueText,
  untilExpired,
} from './poolkey-process.ts'
import type { Outcome, Station } from './poolkey-process.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import { filesIn, stateIn } from './secret-sweep.ts'

const PROCESS = ['credential-process', '--profile', 'dev']
const isRoot = process.getuid?.() === 0

function entriesOf(station: Station): string[] {
  return existsSync(station.stateFolder)
    ? readdirSync(station.stateFolder).filter((name) => name.endsWith('.sealed'))
    : []
}

test('D59: login signs in anew when the session is damaged, though cached credentials are still fresh', async () => {
  const station = await openStation()
  await station.signIn()
  const session = entriesOf(station).find((name) => name.startsWith('session-')) ?? ''
  writeFileSync(`${station.stateFolder}/${session}`, 'x')
  expect((await station.run(['status', '--profile', 'dev'])).stdout).toMatch(
    /^Session +damaged: sign in again$/m,
  )
  const again = await station.signIn()
  expect(again).toMatchObject({ code: 0 })
  expect(again.stderr).toContain('Signed in as test-user@example.com.')
})

test.each([
  ['a store that does not exist', { POOLKEY_STORE: 'cellar' }],
  ['another store than the vault has', { POOLKEY_STORE: 'keychain' }],
])('logout --all with %s is a mistake: exit 3, and nothing is wiped', async (_, env) => {
  const station = await openStation()
  await station.signIn()
  const before = entriesOf(station)
  expect(await station.run(['logout', '--all'], env)).toMatchObject({ code: 3, stdout: '' })
  expect(entriesOf(station)).toEqual(before)
})

test.each([['logout --profile dev'], ['logout --all']])(
  '%s with a certificate file that is not there wipes all the same, and says what is not revoked: exit 6',
  async (line) => {
    const station = await openStation()
    await station.signIn()
    const outcome = await station.run(line.split(' '), { AWS_CA_BUNDLE: '/nonexistent/authorities.pem' })
    expect(outcome).toMatchObject({ code: 6, stdout: '' })
    expect(outcome.stderr).toContain('could not be revoked')
    expect(outcome.stderr).toContain('AWS_CA_BUNDLE')
    expect(entriesOf(station)).toEqual([])
  },
)

test.each([
  ['a wrong passphrase', { POOLKEY_PASSPHRASE: 'not the one' }],
  ['no passphrase', {}],
])('logout --all with %s wipes all the same, and says that nothing was revoked', async (_, env) => {
  const station = await openStation()
  await station.signIn()
  Object.assign(station.env, { POOLKEY_STORE: undefined })
  const right = { POOLKEY_PASSPHRASE: 'the right one' }
  expect(await station.run(['configure', 'store', 'passphrase'], right)).toMatchObject({ code: 0 })
  const outcome = await station.run(['logout', '--all', '--no-input'], env)
  expect(outcome).toMatchObject({ code: 0, stdout: '' })
  expect(outcome.stderr).toContain('nothing could be revoked')
  expect(entriesOf(station)).toEqual([])
})

test('logout --all says whose session no profile leads to any more, and wipes it', async () => {
  const station = await openStation()
  await station.signIn()
  station.configure({ cognito_session: 'another' })
  const outcome = await station.run(['logout', '--all'])
  expect(outcome).toMatchObject({ code: 6, stdout: '' })
  expect(outcome.stderr).toContain('test-user@example.com has a session that no profile leads to any more')
  expect(entriesOf(station)).toEqual([])
})

test('logout --all wipes even where the configuration file has a mistake, and says so', async () => {
  const station = await openStation()
  await station.signIn()
  appendFileSync(station.configFile, 'this line is broken\n')
  const outcome = await station.run(['logout', '--all'])
  expect(outcome.stderr).toContain('config:')
  expect(entriesOf(station)).toEqual([])
  expect(existsSync(`${station.stateFolder}/vault.json`)).toBe(false)
})

test('status --check fails for a profile that only signs in: credential-process has nothing to give', async () => {
  const station = await openStation({ profile: { cognito_identity_pool_id: undefined } })
  expect(await station.signIn()).toMatchObject({ code: 0 })
  expect(await station.run(['status', '--check', '--profile', 'dev'])).toMatchObject({ code: 4 })
})

test.each(['0', '1.5', 'soon', '10000000000'])('--timeout %s is refused', async (seconds) => {
  const station = await openStation()
  const outcome = await station.run(['login', '--profile', 'dev', '--timeout', seconds])
  expect(outcome).toMatchObject({ code: 2, stdout: '' })
  expect(outcome.stderr).toContain('from 1 to 86400')
})

/** The file of the state folder whose name begins so. */
function stateFile(station: Station, beginning: string): string {
  const name = readdirSync(station.stateFolder).find((one) => one.startsWith(beginning))
  if (name === undefined) throw new Error(`there is no ${beginning}`)
  return join(station.stateFolder, name)
}

function expectNamed(outcome: Outcome, code: number, text: string): void {
  expect(outcome).toMatchObject({ code, stdout: '' })
  expect(outcome.stderr).toContain(text)
  expect(outcome.stderr).toMatch(/^poolkey: error: .*\npoolkey: fix: .*\n$/)
}

const CANARY = `CANARY-${uniqueText()}`
const DAMAGE: [string, (path: string) => void][] = [
  ['empty', (path) => { truncateSync(path, 0) }],
  ['cut short', (path) => { truncateSync(path, Math.floor(statSync(path).size / 2)) }],
  ['garbage', (path) => { writeFileSync(path, `{"refresh_token": ${CANARY}`) }],
  ['JSON of another kind', (path) => { writeFileSync(path, JSON.stringify({ [CANARY]: CANARY })) }],
  ['of another version', (path) => { writeFileSync(path, readFileSync(path, 'latin1').replace(/"(format|version)":1/, '"$1":9'), 'latin1') }],
  ['of 100 MB', (path) => { truncateSync(path, 100 * 1024 * 1024) }],
] // prettier-ignore

test.each(DAMAGE)(
  'D59: a credentials entry that is %s is replaced, a session entry is exit 4, vault.json is exit 7; none is quoted',
  async (_what, spoil) => {
    const station = await openStation()
    await station.signIn()
    const first = answerOf(await station.run(PROCESS))
    const said: string[] = []
    const run = async (): Promise<Outcome> => {
      const outcome = await station.run(PROCESS)
      said.push(outcome.stderr)
      return outcome
    }
    spoil(stateFile(station, 'credentials-'))
    const second = answerOf(await run())
    expect(second).not.toEqual(first)
    expect(answerOf(await run())).toEqual(second)

    rmSync(stateFile(station, 'credentials-'))
    spoil(stateFile(station, 'session-'))
    expectNamed(await run(), 4, 'the stored session of profile dev is damaged')
    expect(await station.signIn()).toMatchObject({ code: 0 })
    answerOf(await run())

    const path = stateFile(station, 'vault.json')
    spoil(path)
    const damaged = statSync(path).size
    expectNamed(await run(), 7, 'poolkey logout --all')
    expect(statSync(path).size).toBe(damaged)
    expect(said.join('')).not.toContain(CANARY)
    // Nothing to search for secrets in.
    rmSync(path)
  },
)

const PLANTED: [string, string, (path: string, victim: string) => void][] = [
  ['a symbolic link', 'it is a symbolic link', (path, victim) => { symlinkSync(victim, path) }],
  ['a FIFO', 'it is not a regular file', (path) => { execFileSync('mkfifo', [path]) }],
  ['a folder', 'it is a folder', (path) => { mkdirSync(path) }],
] // prettier-ignore

test.each(PLANTED)(
  'D54: %s in the place of any file of the state is refused with exit 7, without a wait, and left as it is',
  async (_what, problem, plant) => {
    const station = await openStation()
    await station.signIn()
    const victim = join(station.home, 'victim')
    writeFileSync(victim, 'precious', { mode: 0o644 })
    for (const beginning of ['credentials-', 'session-', 'vault.json', 'vault.key']) {
      const path = stateFile(station, beginning)
      if (beginning === 'session-') rmSync(stateFile(station, 'credentials-'))
      renameSync(path, `${path}.away`)
      plant(path, victim)
      const before = lstatSync(path)
      const outcome = await station.run(PROCESS)
      expectNamed(outcome, 7, `${path} is refused: ${problem}`)
      expect(outcome.ms, beginning).toBeLessThan(10_000)
      expect(lstatSync(path)).toMatchObject({ ino: before.ino, mode: before.mode })
      expect(readFileSync(victim, 'utf8')).toBe('precious')
      expect(statSync(victim).mode & 0o777).toBe(0o644)
      rmSync(path, { recursive: true })
      renameSync(`${path}.away`, path)
    }
    answerOf(await station.run(PROCESS))
  },
)

test('D54: a state folder that is a symbolic link is refused with exit 7, and nothing is made behind it', async () => {
  const station = await openStation()
  const elsewhere = join(station.home, 'elsewhere')
  mkdirSync(elsewhere, { mode: 0o755 })
  mkdirSync(join(station.home, '.local', 'state'), { recursive: true })
  symlinkSync(elsewhere, station.stateFolder)
  const login = await station.run(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  expectNamed(login, 7, `${station.stateFolder} is refused: it is a symbolic link`)
  expect(readdirSync(elsewhere)).toEqual([])
  expect(statSync(elsewhere).mode & 0o777).toBe(0o755)
})

test('D53: modes that somebody loosened are tightened by use', async () => {
  const station = await openStation({ idTokenSeconds: 2, credentialsSeconds: 2 })
  await station.signIn()
  const answer = answerOf(await station.run(PROCESS))
  const folders = [station.stateFolder, join(station.stateFolder, 'locks')]
  for (const path of filesIn(station.stateFolder)) chmodSync(path, 0o666)
  for (const path of folders) chmodSync(path, 0o777)
  await untilExpired(answer)
  answerOf(await station.run(PROCESS))
  for (const path of stateIn(station.stateFolder))
    expect([path, statSync(path).mode & 0o777]).toEqual([path, 0o600])
  // Entries are written into the one, locks into the other.
  expect(statSync(folders[1] ?? '').mode & 0o777).toBe(0o700)
})

test("D53, D54: another user's folder in the place of the state is refused with exit 7", async () => {
  const station = await openStation()
  // Only root can give a folder away; for everybody else this one is another's.
  const folder = isRoot ? join(station.home, 'given-away') : '/usr'
  if (isRoot) {
    mkdirSync(folder)
    chownSync(folder, 12345, 12345)
  }
  const login = ['login', '--profile', 'dev', '--no-browser', '--no-input']
  const outcome = await station.run(login, { POOLKEY_HOME: folder })
  expectNamed(outcome, 7, `${folder} is refused: it belongs to another user`)
  if (isRoot) expect(readdirSync(folder)).toEqual([])
})

test('D60: a session whose issuer, client, domain, scopes or name is another one now sends its refresh token nowhere', async () => {
  const station = await openStation({ idTokenSeconds: 1, credentialsSeconds: 1 })
  await station.signIn()
  await untilExpired(answerOf(await station.run(PROCESS)))
  const evil = await startEmulator()
  try {
    const before = station.emulator.requests.length
    const changes: Record<string, string>[] = [
      { cognito_domain: evil.origin },
      { cognito_issuer: evil.issuer },
      { cognito_domain: evil.origin, cognito_issuer: evil.issuer },
      { cognito_client_id: '2example23456789' },
      { cognito_scopes: 'openid' },
      { cognito_session: 'another' },
    ]
    for (const change of changes) {
      station.configure(change)
      expectNamed(await station.run(PROCESS), 4, 'poolkey login --profile dev')
      expect([change, evil.requests.length]).toEqual([change, 0])
      expect([change, station.emulator.requests.length]).toEqual([change, before])
    }
    // None of them harmed it.
    station.configure()
    answerOf(await station.run(PROCESS))
  } finally {
    await evil.stop()
  }
})

test('D65: no name of a profile or a session gets into the name of a file, nor do two meet in one', async () => {
  const station = await openStation()
  const names: [string, string][] = [
    ['../../x', '../../y'],
    ['CON', 'NUL'],
    ['dev', 'a'],
    ['DEV', 'A'],
  ]
  const sections = names.map(([profile, session]) =>
    profileText(station.emulator, profile, { cognito_session: session }),
  )
  writeFileSync(station.configFile, sections.join('\n'))
  const outside = () => filesIn(station.home).filter((path) => !path.startsWith(`${station.stateFolder}/`))
  const before = outside()
  for (const [profile] of names) {
    expect(await station.signIn(['--profile', profile])).toMatchObject({ code: 0 })
    answerOf(await station.run(['credential-process', '--profile', profile]))
  }
  expect(outside()).toEqual(before)
  const entries = entriesOf(station)
  expect(entries.filter((name) => !name.startsWith('pointer-'))).toHaveLength(2 * names.length)
  for (const name of entries) expect(name).toMatch(/^(session|credentials|pointer)(-[0-9a-f]{32})+\.sealed$/)
})

test.each([
  ['--profile', 'x'.repeat(300), 2],
  ['--profile', 'a\\b', 2],
  ['cognito_session', 'x'.repeat(300), 3],
  ['cognito_session', 'a\0b', 3],
])('D65: %s is refused when its value is too long or cannot be one', async (what, value, code) => {
  const station = await openStation()
  if (what === 'cognito_session') station.configure({ cognito_session: value })
  const profile = what === '--profile' ? value : 'dev'
  const outcome = await station.run(['login', '--profile', profile, '--no-browser', '--no-input'])
  expect(outcome).toMatchObject({ code, stdout: '' })
  expect(existsSync(station.stateFolder)).toBe(false)
})

test('D66: a home that cannot be written is exit 7, naming the folder and what to do', async () => {
  const station = await openStation()
  // Root may write everywhere but into what is no real file system.
  const home = isRoot ? '/proc' : '/'
  const env = { HOME: home, AWS_CONFIG_FILE: station.configFile }
  const outcome = await station.run(['login', '--profile', 'dev', '--no-browser', '--no-input'], env)
  expectNamed(outcome, 7, `cannot write ${join(home, '.local/state/poolkey')}`)
  expect(outcome.stderr).toContain('POOLKEY_HOME')
})

test('D66: a place of the configuration that cannot be looked at is exit 3, naming the file', async () => {
  const station = await openStation()
  const file = join(station.home, 'a-file')
  writeFileSync(file, '')
  const outcome = await station.run(['status', '--profile', 'dev'], { AWS_CONFIG_FILE: join(file, 'config') })
  expectNamed(outcome, 3, `cannot read ${join(file, 'config')}`)
})

test('D66: without HOME everything works where POOLKEY_HOME and AWS_CONFIG_FILE say where things are', async () => {
  const folder = 'chosen'
  const station = await openStation()
  Object.assign(station.env, {
    HOME: undefined,
    POOLKEY_HOME: join(station.home, folder),
    AWS_CONFIG_FILE: station.configFile,
  })
  expect(await station.signIn()).toMatchObject({ code: 0 })
  answerOf(await station.run(PROCESS))
  expect(existsSync(join(station.home, folder, 'vault.json'))).toBe(true)
})

/** Runs the command in a working directory. */
function runIn(folder: string, words: string[], env: Station['env']): Promise<Outcome> {
  const line = 'cd "$1" && shift && exec "$@"'
  return startProgram('/bin/sh', ['-c', line, 'sh', folder, ...POOLKEY, ...words], env).ended
}

test('D66: a relative XDG_STATE_HOME is ignored, as its specification has it', async () => {
  const station = await openStation()
  await station.signIn()
  const folder = join(station.home, 'work')
  mkdirSync(folder)
  answerOf(await runIn(folder, PROCESS, { ...station.env, XDG_STATE_HOME: 'xdg' }))
  expect(readdirSync(folder)).toEqual([])
})

test.each(['.', 'home'])(
  'D66, J123: with HOME=%j the configuration of the working directory is not taken for that of the home',
  async (home) => {
    const station = await openStation()
    const folder = join(station.home, 'work')
    cpSync(join(station.home, '.aws'), join(folder, home, '.aws'), { recursive: true })
    const outcome = await runIn(folder, ['status', '--profile', 'dev'], { ...station.env, HOME: home })
    expect(outcome).toMatchObject({ code: 3, stdout: '' })
  },
)

test.each(['', '.', 'home'])(
  'D66: with HOME=%j no state is looked for, or left, wherever the command happens to run',
  async (home) => {
    const station = await openStation()
    await station.signIn()
    const folder = join(station.home, 'work')
    cpSync(join(station.home, '.local'), join(folder, home, '.local'), { recursive: true })
    const env = { ...station.env, HOME: home, AWS_CONFIG_FILE: station.configFile }
    expect((await runIn(folder, PROCESS, env)).stdout).toBe('')
  },
)

// Containers run as any number at all; only root can make a process of one that no list of users knows.
if (isRoot) {
  test('D66: without HOME, and as a user that no list knows, it says what is missing', async () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o755)
    const words = ['--reuid=54321', '--regid=54321', '--clear-groups']
    const command = [...words, ...installIn(folder), 'status', '--profile', 'dev']
    const outcome = await startProgram('setpriv', command, { PATH: '/usr/bin:/bin' }).ended
    expectNamed(outcome, 3, 'HOME')
  })
}
