/** `logout --web`: the session that the browser has at the user pool ends, too. */
import { expect, test } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { occupy } from '../sign-in/support/server.ts'
import { freeRedirectUris, openStation, until } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'

const LOGIN = ['login', '--profile', 'dev', '--no-browser', '--no-input']
const LOGOUT = ['logout', '--profile', 'dev', '--web']

/** Somebody is signed in, in the browser too. */
async function signedIn(profile: (logoutUri: string) => Record<string, string>) {
  const redirectUris = await freeRedirectUris(1)
  const logoutUri = new URL('/bye', redirectUris[0]).href
  const station = await openStation({ redirectUris, logoutUris: [logoutUri], profile: profile(logoutUri) })
  const cookies = new Map<string, string>()
  expect(await signInAgain(station, cookies)).toContain('Signed in')
  return { station, cookies, logoutUri }
}

async function signInAgain(station: Station, cookies: Map<string, string>): Promise<string> {
  const login = station.start(LOGIN)
  const authorizeUrl = (await login.signInUrl()).href
  const { body } = await signInHeadlessly({ authorizeUrl, ...station.emulator.user, cookies })
  await login.ended
  return body
}

/** What the browser was sent to. */
async function openedUrl(station: Station): Promise<URL> {
  await until(() => /^url=/m.test(station.browserRuns() ?? ''))
  return new URL(/^url=(.*)$/m.exec(station.browserRuns() ?? '')?.[1] ?? '')
}

const isSignedIn = async (station: Station) =>
  (await station.run(['status', '--check', '--profile', 'dev'])).code === 0

test('the browser is sent to end its session and comes back, and the next sign-in asks for a password', async () => {
  const { station, cookies, logoutUri } = await signedIn((uri) => ({ cognito_logout_uri: uri }))
  const logout = station.start(LOGOUT)
  const url = await openedUrl(station)
  expect(url.href.startsWith(`${station.emulator.origin}/logout?`)).toBe(true)
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: station.emulator.clientId,
    logout_uri: logoutUri,
  })
  expect(await isSignedIn(station), 'what is local goes first').toBe(false)
  const page = await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user, cookies })
  expect(page).toMatchObject({ status: 200, url: logoutUri })
  expect(page.body).toContain('Signed out')
  const outcome = await logout.ended
  expect(outcome).toMatchObject({ code: 0, stdout: '' })
  expect(outcome.stderr).toMatch(/is signed out \(dev\)\.\n(?:.*\n)*The browser's session has ended\.\n$/)
  const asked = station.emulator.count('login')
  await signInAgain(station, cookies)
  expect(station.emulator.count('login')).toBe(asked + 1)
})

test('without a sign-out URL it goes on to the sign-in page, of which nobody is told', async () => {
  const { station } = await signedIn(() => ({}))
  const outcome = await station.run(LOGOUT)
  expect(outcome).toMatchObject({ code: 0, stdout: '' })
  expect(outcome.stderr).toContain('The browser was sent to end its session')
  expect(Object.fromEntries((await openedUrl(station)).searchParams)).toEqual({
    client_id: station.emulator.clientId,
    redirect_uri: station.emulator.settings.redirectUris[0],
    response_type: 'code',
  })
})

test('where no browser can be opened the address is said', async () => {
  const { station, logoutUri } = await signedIn((uri) => ({ cognito_logout_uri: uri }))
  const outcome = await station.run(LOGOUT, { BROWSER: '', SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' })
  expect(outcome).toMatchObject({ code: 0, stdout: '' })
  expect(outcome.stderr).toContain(`logout_uri=${encodeURIComponent(logoutUri)}\n`)
  expect(outcome.stderr).toContain('even if the page that this leads to does not load')
  expect(await isSignedIn(station)).toBe(false)
})

test('a revocation that fails does not keep the browser signed in; the code is that of the failure', async () => {
  const { station, cookies } = await signedIn((uri) => ({ cognito_logout_uri: uri }))
  station.emulator.faults.set('revoke', { kind: 'server-error' }, 9)
  const logout = station.start(LOGOUT)
  const url = await openedUrl(station)
  await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user, cookies })
  const outcome = await logout.ended
  expect(outcome).toMatchObject({ code: 6 })
  expect(outcome.stderr).toContain("The browser's session has ended.")
  expect(await isSignedIn(station)).toBe(false)
})

test('a sign-out port that another program holds: exit 6, and what is local is gone all the same', async () => {
  const { station, logoutUri } = await signedIn((uri) => ({ cognito_logout_uri: uri }))
  await occupy('127.0.0.1', Number(new URL(logoutUri).port))
  const outcome = await station.run(LOGOUT)
  expect(outcome).toMatchObject({ code: 6, stdout: '' })
  expect(outcome.stderr).toContain('no sign-out port is free')
  expect(await isSignedIn(station)).toBe(false)
})

test.each([['--all'], ['--forget-guest']])('beside %s it is wrong usage', async (other) => {
  const station = await openStation()
  const outcome = await station.run([...LOGOUT, other])
  expect(outcome).toMatchObject({ code: 2, stdout: '' })
  expect(outcome.stderr).toContain('poolkey: fix: see: poolkey logout --help')
})

test('Ctrl-C ends the waiting for the browser', async () => {
  const { station } = await signedIn((uri) => ({ cognito_logout_uri: uri }))
  const logout = station.start(LOGOUT)
  await openedUrl(station)
  logout.child.kill('SIGINT')
  expect(await logout.ended).toMatchObject({ code: 130 })
  expect(await isSignedIn(station)).toBe(false)
})
