import { existsSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { occupy } from '../sign-in/support/server.ts'
import type { Station } from './poolkey-process.ts'
import { answerOf, openStation, until } from './poolkey-process.ts'
import { filesIn } from './secret-sweep.ts'

const OTHER_PERSON = { username: 'other-user', password: 'Other-Passw0rd', email: 'other-user@example.com' }

function dev(station: Station, ...words: string[]) {
  return station.run([...words, '--profile', 'dev'])
}

async function userName(station: Station): Promise<unknown> {
  const { stdout } = await dev(station, 'status', '--json')
  return (JSON.parse(stdout) as { session: { userName?: string } }).session.userName
}

test('signs in, proves it by an exchange, and says who and until when', async () => {
  const station = await openStation()
  const login = await station.signIn()
  expect(login).toMatchObject({ code: 0, stdout: '' })
  expect(login.stderr).toContain('Signed in as test-user@example.com.\nCredentials until ')
  expect(login.page).toMatchObject({ status: 200 })
  expect(login.page.body).toContain('test-user@example.com')
  expect(new URL(login.page.url).searchParams.size, 'the code is gone from the address bar').toBe(0)
  expect(station.emulator.count('GetCredentialsForIdentity')).toBe(1)
  answerOf(await dev(station, 'credential-process'))
  expect(station.emulator.count('GetCredentialsForIdentity'), 'the proof is the answer').toBe(1)
})

test('does nothing when the sign-in already works', async () => {
  const station = await openStation()
  await station.signIn()
  const seen = station.emulator.requests.length
  const again = await dev(station, 'login')
  expect(again).toMatchObject({ code: 0, stdout: '' })
  expect(again.stderr).toBe(
    'Already signed in as test-user@example.com. To sign in anew: poolkey login --profile dev --force\n',
  )
  expect(station.emulator.requests.length).toBe(seen)
})

test('with --force signs in anew and fetches new credentials', async () => {
  const station = await openStation()
  await station.signIn()
  const first = answerOf(await dev(station, 'credential-process'))
  expect(await station.signIn(['--force'])).toMatchObject({ code: 0 })
  const second = answerOf(await dev(station, 'credential-process'))
  expect(second.AccessKeyId).not.toBe(first.AccessKeyId)
  expect(station.emulator.count('token:authorization_code')).toBe(2)
  expect(station.emulator.count('GetCredentialsForIdentity')).toBe(2)
})

test('keeps the sign-in when the exchange is refused, says both, and ends with 5', async () => {
  const station = await openStation()
  const { providers } = station.emulator.settings.identityPool
  station.emulator.settings.identityPool.providers = []
  const login = await station.signIn()
  expect(login).toMatchObject({ code: 5, stdout: '' })
  expect(login.stderr).toContain(
    'Signed in as test-user@example.com.\nThe sign-in is kept, but it yields no credentials:\n',
  )
  expect(login.stderr).toMatch(
    /poolkey: error: the identity pool .*\(NotAuthorizedException\)\npoolkey: fix: add user pool .*\n$/,
  )
  station.emulator.settings.identityPool.providers = providers
  answerOf(await dev(station, 'credential-process'))
  expect(station.emulator.count('token:authorization_code')).toBe(1)
})

test('gives up after --timeout with 6, naming the app client and the redirect URI to register', async () => {
  const station = await openStation()
  const login = await dev(station, 'login', '--no-browser', '--no-input', '--timeout', '1')
  expect(login).toMatchObject({ code: 6, stdout: '' })
  const message = login.stderr.slice(login.stderr.indexOf('poolkey: error:'))
  expect(message).toContain(station.emulator.clientId)
  expect(message).toContain(station.emulator.settings.redirectUris[0])
  expect(login.ms).toBeLessThan(8000)
})

test.each([
  { signal: 'SIGINT', code: 130 },
  { signal: 'SIGTERM', code: 143 },
] as const)(
  'ended by $signal while it waits ends with $code and stores no session',
  async ({ signal, code }) => {
    const station = await openStation()
    const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
    const url = await login.signInUrl()
    login.child.kill(signal)
    const outcome = await login.ended
    expect(outcome).toMatchObject({ code, signal: null, stdout: '' })
    expect(await dev(station, 'credential-process')).toMatchObject({ code: 4, stdout: '' })
    const port = new URL(url.searchParams.get('redirect_uri')!).port
    await expect(fetch(`http://127.0.0.1:${port}/`), 'nobody listens any more').rejects.toThrow()
  },
)

function occupyPortOf(redirectUri: string): Promise<void> {
  return occupy('127.0.0.1', Number(new URL(redirectUri).port))
}

test('takes the next registered redirect URI when the first port is occupied', async () => {
  const station = await openStation()
  const [first, second] = station.emulator.settings.redirectUris
  await occupyPortOf(first!)
  const login = await station.signIn()
  expect(login).toMatchObject({ code: 0 })
  expect(login.stderr).toContain(`redirect_uri=${encodeURIComponent(second!)}&`)
})

test('ends with 6 when every registered port is occupied, naming the setting and the ports', async () => {
  const station = await openStation()
  const { redirectUris } = station.emulator.settings
  for (const uri of redirectUris) await occupyPortOf(uri)
  const login = await dev(station, 'login', '--no-browser', '--no-input')
  expect(login).toMatchObject({ code: 6, stdout: '' })
  expect(login.stderr).toContain('cognito_redirect_uri')
  for (const uri of redirectUris) expect(login.stderr).toContain(new URL(uri).port)
})

test('does not replace another person without --yes: ends with 3 and the session stays', async () => {
  const station = await openStation()
  station.emulator.settings.users.push(OTHER_PERSON)
  await station.signIn()
  const before = answerOf(await dev(station, 'credential-process'))
  const login = await station.signIn(['--force'], OTHER_PERSON)
  expect(login).toMatchObject({ code: 3, stdout: '' })
  expect(login.stderr).toContain(
    'poolkey: error: other-user@example.com signed in, but the session belongs to test-user@example.com',
  )
  expect(login.stderr).toContain('poolkey: fix: run login again with --yes')
  expect(login.page.body, 'the browser is told the truth').toContain('it was left as it is')
  expect(await userName(station)).toBe('test-user')
  expect(answerOf(await dev(station, 'credential-process'))).toEqual(before)
})

test('replaces another person with --yes, whose credentials are void from then on', async () => {
  const station = await openStation()
  station.emulator.settings.users.push(OTHER_PERSON)
  await station.signIn()
  const before = answerOf(await dev(station, 'credential-process'))
  expect(await station.signIn(['--force', '--yes'], OTHER_PERSON)).toMatchObject({ code: 0 })
  expect(await userName(station)).toBe('other-user')
  expect(answerOf(await dev(station, 'credential-process')).AccessKeyId).not.toBe(before.AccessKeyId)
})

test('gives BROWSER the URL as one word and none of the AWS and poolkey variables', async () => {
  const station = await openStation({ env: { AWS_REGION: 'eu-west-1', POOLKEY_DEBUG: '', KEPT: 'yes' } })
  const login = station.start(['login', '--profile', 'dev', '--no-input'])
  const url = await login.signInUrl()
  await until(() => station.browserRuns()?.includes('url=') === true)
  const environment = station.browserRuns()!.split('\n')
  expect(environment).toContain(`url=${url.href}`)
  expect(environment).toContain('KEPT=yes')
  expect(environment.filter((line) => /^(AWS|POOLKEY)_/.test(line))).toEqual([])
  await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user })
  expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
})

test('says that no browser opened when BROWSER fails, and goes on waiting', async () => {
  const station = await openStation({ env: { BROWSER: '/bin/false' } })
  const login = station.start(['login', '--profile', 'dev', '--no-input'])
  const url = await login.signInUrl()
  await until(() => login.said().stderr.includes('No browser opened'))
  await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user })
  expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
})

test('refuses a forged ID token with 5 and stores nothing', async () => {
  const station = await openStation()
  station.emulator.forge({ signature: 'other-key' })
  const login = await station.signIn()
  expect(login).toMatchObject({ code: 5, stdout: '' })
  expect(login.page.body).not.toContain('test-user')
  expect(await dev(station, 'credential-process')).toMatchObject({ code: 4, stdout: '' })
})

test('a callback that was never asked for does not end the login', async () => {
  const station = await openStation()
  const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  const url = await login.signInUrl()
  const forged = new URL(url.searchParams.get('redirect_uri')!)
  forged.search = new URLSearchParams({ code: 'a-code', state: 'another-state' }).toString()
  expect((await fetch(forged)).status).toBe(400)
  await until(() => login.said().stderr.includes('Still waiting.'))
  await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user })
  expect(await login.ended).toMatchObject({ code: 0 })
})

test('a sign-in-only profile signs in without any exchange', async () => {
  const station = await openStation({ profile: { cognito_identity_pool_id: undefined } })
  expect(await station.signIn()).toMatchObject({ code: 0, stdout: '' })
  expect(station.emulator.count('GetId')).toBe(0)
  const process = await dev(station, 'credential-process')
  expect(process).toMatchObject({ code: 3, stdout: '' })
  expect(process.stderr).toContain('cognito_identity_pool_id')
})

test('two logins at once ask one person once', async () => {
  const station = await openStation()
  const first = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  const url = await first.signInUrl()
  const second = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  await until(() => second.said().stderr.includes('Waiting for another poolkey'))
  await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user })
  expect(await first.ended).toMatchObject({ code: 0 })
  const waited = await second.ended
  expect(waited).toMatchObject({ code: 0 })
  expect(waited.stderr).toContain('Already signed in as test-user@example.com.')
  expect(station.emulator.count('token:authorization_code')).toBe(1)
})

test('leaves the whole state folder to its owner alone', async () => {
  const station = await openStation()
  await station.signIn()
  expect(existsSync(station.stateFolder)).toBe(true)
  expect(statSync(station.stateFolder).mode & 0o777).toBe(0o700)
  const files = filesIn(station.stateFolder)
  expect(files.length).toBeGreaterThan(2)
  for (const file of files) expect(statSync(file).mode & 0o777, file).toBe(0o600)
})
