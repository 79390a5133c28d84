import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answerOf, openStation, uniqueText } from './poolkey-process.ts'
import { filesIn, stateIn } from './secret-sweep.ts'

test('D61: a machine without a keychain gets exit 7 with the fix, keeps nothing, and --store file works', async () => {
  const station = await openStation({
    env: { POOLKEY_STORE: undefined, DBUS_SESSION_BUS_ADDRESS: undefined },
  })
  const before = filesIn(station.home)
  const refused = await station.run(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  expect(refused).toMatchObject({ code: 7, stdout: '' })
  expect(refused.stderr).toMatch(/^poolkey: error: .*\npoolkey: fix: .*--store file.*\n$/)
  expect(refused.ms).toBeLessThan(15_000)
  // The standalone executable unpacks the keychain's library into TMPDIR.
  expect(filesIn(station.home).filter((path) => !basename(path).startsWith('.bun-'))).toEqual(before)
  expect(station.emulator.requests).toEqual([])

  expect(await station.signIn(['--store', 'file'])).toMatchObject({ code: 0, stdout: '' })
  answerOf(await station.run(['credential-process', '--profile', 'dev']))
})

test('a store other than the vault has is refused, naming both', async () => {
  const station = await openStation()
  await station.signIn()
  const other = await station.run(['credential-process', '--profile', 'dev'], { POOLKEY_STORE: 'keychain' })
  expect(other).toMatchObject({ code: 3, stdout: '' })
  expect(other.stderr).toContain('keeps its key in the file store, not keychain')
  expect(other.stderr).toContain('poolkey configure store keychain')
})

test('a store that does not exist is a configuration error, and nothing is made', async () => {
  const station = await openStation({ env: { POOLKEY_STORE: 'cellar' } })
  const outcome = await station.run(['login', '--profile', 'dev', '--no-input'])
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toContain('POOLKEY_STORE')
  expect(existsSync(station.stateFolder)).toBe(false)
})

test('D66: POOLKEY_HOME and XDG_STATE_HOME say where the state lives', async () => {
  const station = await openStation()
  const chosen = `${station.home}/elsewhere`
  station.env['POOLKEY_HOME'] = chosen
  await station.signIn()
  expect(existsSync(`${chosen}/vault.json`)).toBe(true)
  station.env['POOLKEY_HOME'] = undefined
  station.env['XDG_STATE_HOME'] = `${station.home}/xdg`
  await station.signIn()
  expect(existsSync(`${station.home}/xdg/poolkey/vault.json`)).toBe(true)
  expect(existsSync(station.stateFolder)).toBe(false)
})

test.skipIf(process.platform !== 'linux')(
  'D66: doctor finds that the state folder cannot be made before a sign-in does, whatever the store',
  async () => {
    for (const store of ['file', undefined]) {
      const station = await openStation({ env: { POOLKEY_STORE: store, POOLKEY_HOME: '/proc/poolkey' } })
      const { code, stdout } = await station.run(['doctor', '--profile', 'dev'])
      expect(code).toBe(7)
      expect(stdout).toContain('cannot write /proc/poolkey')
      expect(stdout).toContain('name another in POOLKEY_HOME')
      expect(stdout).not.toContain('--store')
    }
  },
)

describe('configure store', () => {
  const PROCESS = ['credential-process', '--profile', 'dev']

  test('moves the key between file and passphrase, and the session stays', async () => {
    const passphrase = `Canary${uniqueText()} horse battery`
    const station = await openStation({
      env: { POOLKEY_STORE: undefined },
      secrets: [{ kind: 'sign-in', name: 'passphrase', value: passphrase }],
    })
    await station.signIn(['--store', 'file'])
    const answer = answerOf(await station.run(PROCESS))

    const env = { POOLKEY_PASSPHRASE: passphrase }
    const moved = await station.run(['configure', 'store', 'passphrase'], env)
    expect(moved).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'The sealing key is now under a passphrase.\n',
    })
    expect(existsSync(`${station.stateFolder}/vault.key`)).toBe(false)
    expect(await station.run(PROCESS)).toMatchObject({ code: 7, stdout: '' })
    expect(answerOf(await station.run(PROCESS, env))).toEqual(answer)

    const again = await station.run(['configure', 'store', 'passphrase'], env)
    expect(again).toMatchObject({ code: 0, stderr: 'The sealing key is under a passphrase already.\n' })

    expect(await station.run(['configure', 'store', 'file'], env)).toMatchObject({ code: 0 })
    expect(answerOf(await station.run(PROCESS))).toEqual(answer)
  })

  test('needs the passphrase, and changes nothing without it', async () => {
    const station = await openStation({ env: { POOLKEY_STORE: undefined } })
    await station.signIn(['--store', 'file'])
    const before = stateIn(station.stateFolder)
    const refused = await station.run(['configure', 'store', 'passphrase'])
    expect(refused).toMatchObject({ code: 7, stdout: '' })
    expect(refused.stderr).toContain('POOLKEY_PASSPHRASE')
    expect(stateIn(station.stateFolder)).toEqual(before)
    answerOf(await station.run(PROCESS))
  })

  test('D61: to a keychain that is not there ends with 7 and leaves the key where it was', async () => {
    const station = await openStation({
      env: { POOLKEY_STORE: undefined, DBUS_SESSION_BUS_ADDRESS: undefined },
    })
    await station.signIn(['--store', 'file'])
    const answer = answerOf(await station.run(PROCESS))
    expect(await station.run(['configure', 'store', 'keychain'])).toMatchObject({ code: 7, stdout: '' })
    expect(await station.run(['configure', 'store', 'file'])).toMatchObject({ code: 0 })
    expect(answerOf(await station.run(PROCESS))).toEqual(answer)
  })

  test('says so when POOLKEY_STORE still names another store', async () => {
    const station = await openStation({ env: { POOLKEY_PASSPHRASE: 'correct horse' } })
    await station.signIn()
    const moved = await station.run(['configure', 'store', 'passphrase'])
    expect(moved).toMatchObject({ code: 0, stdout: '' })
    expect(moved.stderr).toContain('poolkey: warning: POOLKEY_STORE is file')
  })

  test('to a store that does not exist is a usage error and makes nothing', async () => {
    const station = await openStation({ env: { POOLKEY_STORE: undefined } })
    const unknown = await station.run(['configure', 'store', 'cellar'])
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
    expect(unknown.stderr).toContain('keychain, passphrase, file')
    expect(existsSync(station.stateFolder)).toBe(false)
  })

  test('where there is no vault yet makes one, which a sign-in uses', async () => {
    const passphrase = `Canary${uniqueText()} horse battery`
    const station = await openStation({
      env: { POOLKEY_STORE: undefined },
      secrets: [{ kind: 'sign-in', name: 'passphrase', value: passphrase }],
    })
    expect(await station.run(['configure', 'store', 'passphrase'])).toMatchObject({ code: 7, stdout: '' })
    expect(existsSync(`${station.stateFolder}/vault.json`)).toBe(false)
    const env = { POOLKEY_PASSPHRASE: passphrase }
    expect(await station.run(['configure', 'store', 'passphrase'], env)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'There was no vault yet: one is made, and its sealing key is under a passphrase.\n',
    })
    expect(existsSync(`${station.stateFolder}/vault.wrapped-key`)).toBe(true)
    Object.assign(station.env, env)
    await station.signIn()
    answerOf(await station.run(PROCESS))
  })

  test('D61: gives a guest on a machine without a keychain what every command names', async () => {
    const station = await openStation({
      identityPool: { allowUnauthenticated: true },
      env: { POOLKEY_STORE: undefined, DBUS_SESSION_BUS_ADDRESS: undefined },
    })
    station.configure({
      ...{ cognito_user_pool_id: undefined, cognito_client_id: undefined, cognito_domain: undefined },
      ...{ cognito_issuer: undefined, cognito_redirect_uri: undefined, cognito_guest: 'true' },
    })
    for (const command of ['credential-process', 'doctor']) {
      const { code, stdout, stderr } = await station.run([command, '--profile', 'dev'])
      expect(code).toBe(7)
      expect(stdout + stderr).toContain('poolkey configure store file')
      expect(stdout + stderr).not.toContain('poolkey login')
    }
    expect(await station.run(['configure', 'store', 'file'])).toMatchObject({ code: 0 })
    answerOf(await station.run(PROCESS))
  })
})
