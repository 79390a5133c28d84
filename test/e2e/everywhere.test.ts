/** `logout --everywhere`: the person's sessions on other machines end, too. */
import { expect, test } from 'vitest'
import { openStation, until } from './poolkey-process.ts'
import type { Station, StationOptions } from './poolkey-process.ts'

const SCOPE = 'aws.cognito.signin.user.admin'
const SCOPES = { cognito_scopes: `openid email profile ${SCOPE}` }
const LOGOUT = ['logout', '--profile', 'dev', '--everywhere']
// As nothing of the session is left here, another must be begun.
const AGAIN =
  'poolkey: fix: run: poolkey login --profile dev, then: poolkey logout --everywhere --profile dev'

/** Two machines: each has a state of its own and a session of the same person. */
async function twoMachines(options: StationOptions = { profile: SCOPES }): Promise<Station> {
  const station = await openStation(options)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const elsewhere = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'], other(station))
  const { signInHeadlessly } = await import('../../src/emulator/headless-browser.ts')
  await signInHeadlessly({ authorizeUrl: (await elsewhere.signInUrl()).href, ...station.emulator.user })
  expect(await elsewhere.ended).toMatchObject({ code: 0 })
  return station
}

const other = ({ home }: Station) => ({ POOLKEY_HOME: `${home}/elsewhere` })
const isSignedIn = async (station: Station, env = {}) =>
  (await station.run(['status', '--check', '--profile', 'dev'], env)).code === 0

test('every session of the person ends; what is here is wiped', async () => {
  const station = await twoMachines()
  const outcome = await station.run(LOGOUT)
  expect(outcome).toMatchObject({ code: 0, stdout: '' })
  expect(outcome.stderr).toContain('Every session at the user pool has ended, on other machines too')
  expect(station.emulator.count('GlobalSignOut')).toBe(1)
  expect(await isSignedIn(station)).toBe(false)
  // The other machine learns of it when it refreshes.
  const login = station.start(
    ['login', '--profile', 'dev', '--force', '--no-browser', '--no-input'],
    other(station),
  )
  await login.signInUrl()
  login.child.kill('SIGINT')
  await login.ended
  const refreshed = await station.run(['doctor', '--profile', 'dev', '--json'], other(station))
  expect(refreshed).toMatchObject({ code: 4 })
})

test('without the scope: exit 3 naming it, and what is here is wiped all the same', async () => {
  const station = await twoMachines({})
  const outcome = await station.run(LOGOUT)
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).not.toContain('has ended, on other machines too')
  expect(outcome.stderr).toContain(`has no scope ${SCOPE}`)
  expect(outcome.stderr).toContain(`add it to cognito_scopes`)
  expect(outcome.stderr).toMatch(/^poolkey: fix: .*sign in anew; then run: poolkey logout --everywhere --/m)
  expect(outcome.stderr).toContain('Sessions on other machines, if there are any, go on:')
  expect(station.emulator.count('GlobalSignOut')).toBe(0)
  expect(station.emulator.count('revoke')).toBe(1)
  expect(await isSignedIn(station)).toBe(false)
  expect(await isSignedIn(station, other(station))).toBe(true)
})

test('a network that fails: exit 6, what is here is wiped, and that is said', async () => {
  const station = await twoMachines()
  for (const operation of ['GlobalSignOut', 'revoke'])
    station.emulator.faults.set(operation, { kind: 'reset' }, 100)
  const outcome = await station.run(LOGOUT)
  expect(outcome).toMatchObject({ code: 6, stdout: '' })
  expect(outcome.stderr).toMatch(/is signed out \(dev\)\.\n/)
  expect(outcome.stderr).toContain('Everything local is wiped')
  // What is wiped cannot be revoked by trying again.
  expect(outcome.stderr).not.toContain('try again')
  expect(outcome.stderr.match(/^poolkey: fix: .*$/gm)).toEqual([AGAIN, AGAIN])
  station.emulator.faults.clear()
  expect(await isSignedIn(station)).toBe(false)
})

test('a failure of it does not keep the browser signed in', async () => {
  const station = await twoMachines()
  station.emulator.faults.set('GlobalSignOut', { kind: 'server-error' }, 9)
  expect(await station.run([...LOGOUT, '--web'])).toMatchObject({ code: 6, stdout: '' })
  expect(station.browserRuns()).toContain('/logout?')
})

test('once every session has ended there is none to revoke: that failing is no failure', async () => {
  const station = await twoMachines()
  station.emulator.faults.set('revoke', { kind: 'reset' }, 100)
  const outcome = await station.run(LOGOUT)
  expect(outcome).toMatchObject({ code: 0, stdout: '' })
  expect(outcome.stderr).not.toContain('revoked')
  expect(await isSignedIn(station)).toBe(false)
})

test('Ctrl-C before the user pool has answered: 130, and it is said that somebody is still signed in', async () => {
  const station = await twoMachines()
  station.emulator.faults.set('GlobalSignOut', { kind: 'silence' })
  const logout = station.start(LOGOUT)
  await until(() => station.emulator.count('GlobalSignOut') === 1)
  logout.child.kill('SIGINT')
  const outcome = await logout.ended
  expect(outcome).toMatchObject({ code: 130, stdout: '' })
  expect(outcome.stderr).toContain('Nobody is signed out here yet.\n')
  expect(await isSignedIn(station)).toBe(true)
})

test('an access token that is over is refreshed first', async () => {
  const station = await twoMachines({ profile: SCOPES, accessTokenSeconds: 1 })
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  station.emulator.settings.accessTokenSeconds = 3600
  expect(await station.run(LOGOUT)).toMatchObject({ code: 0 })
  expect(station.emulator.count('GlobalSignOut')).toBe(1)
})

test('nobody signed in: exit 4, since nobody can be named', async () => {
  const station = await openStation({ profile: SCOPES })
  const outcome = await station.run(LOGOUT)
  expect(outcome).toMatchObject({ code: 4, stdout: '' })
  expect(outcome.stderr).toContain('Nobody is signed in.')
  expect(outcome.stderr).toContain(AGAIN)
})

test.each([['--all'], ['--forget-guest']])('beside %s it is wrong usage', async (beside) => {
  const station = await openStation()
  expect(await station.run([...LOGOUT, beside])).toMatchObject({ code: 2, stdout: '' })
})
