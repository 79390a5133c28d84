import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { answerOf, openStation } from './poolkey-process.ts'
import { filesIn } from './secret-sweep.ts'

test('a machine without a keychain gets exit 7 with the fix, keeps nothing, and --store file works', async () => {
  const station = await openStation({
    env: { POOLKEY_STORE: undefined, DBUS_SESSION_BUS_ADDRESS: undefined },
  })
  const before = filesIn(station.home)
  const refused = await station.run(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  expect(refused).toMatchObject({ code: 7, stdout: '' })
  expect(refused.stderr).toMatch(/^poolkey: error: .*\npoolkey: fix: .*--store file.*\n$/)
  expect(refused.ms).toBeLessThan(15_000)
  expect(filesIn(station.home)).toEqual(before)
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
})

test('a store that does not exist is a configuration error, and nothing is made', async () => {
  const station = await openStation({ env: { POOLKEY_STORE: 'cellar' } })
  const outcome = await station.run(['login', '--profile', 'dev', '--no-input'])
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toContain('POOLKEY_STORE')
  expect(existsSync(station.stateFolder)).toBe(false)
})

test('POOLKEY_HOME and XDG_STATE_HOME say where the state lives', async () => {
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
