/** A whole life with a real keychain: the sealing key is in gnome-keyring, and nowhere else. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { answerOf } from '../e2e/poolkey-process.ts'
import { filesIn, leaksIn, leaksInFiles } from '../e2e/secret-sweep.ts'
import { lockLoginKeyring } from './keyring-session.ts'
import { keyInKeyring, openKeyringStation, readVault } from './keyring-station.ts'

test('from login to logout --all the key is in the keyring alone, and gone in the end', async () => {
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
    filesIn(station.stateFolder).map((path) => path.slice(station.stateFolder.length + 1)),
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

test('a locked keyring is exit 7 for every caller, in time, and the sign-in survives it', async () => {
  const { session, station } = await openKeyringStation()
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const files = filesIn(station.stateFolder)
  lockLoginKeyring(session)
  for (const command of ['credential-process', 'env', 'status', 'login']) {
    const outcome = await station.run([command, '--profile', 'dev'])
    expect(outcome, command).toMatchObject({ code: 7, stdout: '' })
    expect(outcome.stderr, command).toMatch(/^poolkey: error: .*\npoolkey: fix: .*\n$/)
    expect(outcome.ms).toBeLessThan(15_000)
  }
  expect(filesIn(station.stateFolder)).toEqual(files)
})

test('a keyring whose daemon has stopped is exit 7 within the deadline, with nothing on stdout', async () => {
  const { session, station } = await openKeyringStation()
  expect(await station.signIn()).toMatchObject({ code: 0 })
  process.kill(session.daemonPid, 'SIGSTOP')
  const outcome = await station.run(['credential-process', '--profile', 'dev'])
  process.kill(session.daemonPid, 'SIGCONT')
  expect(outcome).toMatchObject({ code: 7, stdout: '' })
  expect(outcome.ms).toBeLessThan(50_000)
  answerOf(await station.run(['credential-process', '--profile', 'dev']))
})
