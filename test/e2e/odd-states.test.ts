import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openStation } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'

function entriesOf(station: Station): string[] {
  return existsSync(station.stateFolder)
    ? readdirSync(station.stateFolder).filter((name) => name.endsWith('.sealed'))
    : []
}

test('login signs in anew when the session is damaged, though cached credentials are still fresh', async () => {
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
