/** Signing in with user name and password where nobody is at a terminal: scripts, with the password piped in. */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { EmulatorUser } from '../../src/emulator/configuration.ts'
import { letExpire } from './expiry.ts'
import { answerOf, openStation } from './poolkey-process.ts'
import type { Station, StationOptions } from './poolkey-process.ts'

const PASSWORD = `Pass-${randomBytes(8).toString('hex')}`
const CAROL: EmulatorUser = {
  username: 'carol',
  password: PASSWORD,
  email: 'carol@example.com',
  groups: ['admin'],
}
const BY_PASSWORD = { cognito_sign_in: 'password', cognito_username: 'carol', cognito_domain: undefined }
const LOGIN = ['login', '--profile', 'dev', '--no-input', '--password-stdin']

/** A station where Carol signs in with a password that may stand nowhere. */
function stationOf(options: StationOptions = {}, person: Partial<EmulatorUser> = {}): Promise<Station> {
  return openStation({
    users: [{ ...CAROL, ...person }],
    profile: BY_PASSWORD,
    secrets: [{ kind: 'sign-in', name: 'password', value: PASSWORD }],
    ...options,
  })
}

test('a script signs in, and credentials come and renew without a browser or a domain', async () => {
  const station = await stationOf({ rotation: { graceSeconds: 0 } })
  const signedIn = await station.run(LOGIN, {}, `${PASSWORD}\n`)
  expect(signedIn).toMatchObject({ code: 0, stdout: '' })
  expect(signedIn.stderr).toContain('Signed in as carol@example.com.')
  const first = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  letExpire(station)
  const second = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  expect(second.AccessKeyId).not.toBe(first.AccessKeyId)
  expect(station.emulator.count('GetTokensFromRefreshToken')).toBe(1)
  const again = await station.run(['login', '--profile', 'dev', '--no-input'])
  expect(again.stderr).toContain('Already signed in as carol@example.com')
  expect((await station.run(['logout', '--profile', 'dev'])).code).toBe(0)
  expect(station.emulator.count('RevokeToken')).toBe(1)
  expect((await station.run(['credential-process', '--profile', 'dev'])).code).toBe(4)
})

test('--username signs in with a password where the profile has the browser', async () => {
  const station = await stationOf({ profile: {} })
  const words = ['login', '--profile', 'dev', '--no-input', '--username', 'carol', '--password-stdin']
  expect(await station.run(words, {}, PASSWORD)).toMatchObject({ code: 0 })
  expect(station.emulator.count('authorize')).toBe(0)
  const again = await station.run(words, {}, PASSWORD)
  expect(again.stderr).toContain('To sign in anew: poolkey login --profile dev --username carol --force\n')
})

test('what --username began is begun anew with it, and the browser of such a profile needs no other setting', async () => {
  const station = await stationOf({ profile: {} })
  const words = ['login', '--profile', 'dev', '--username', 'carol', '--password-stdin']
  const wrong = await station.run(words, {}, 'not the password')
  expect(wrong.code).toBe(5)
  expect(wrong.stderr).toContain('then run: poolkey login --profile dev --username carol;')
  expect(wrong.stderr).toContain('needs the browser: poolkey login --profile dev\n')
  station.emulator.settings.users[0]!.factors = ['SMS_MFA']
  const factor = await station.run(words, {}, PASSWORD)
  expect(factor.code).toBe(2)
  expect(factor.stderr).toContain('at a terminal, run: poolkey login --profile dev --username carol\n')
})

test('a client secret goes with it', async () => {
  const clientSecret = randomBytes(20).toString('hex')
  const station = await stationOf({ clientSecret, env: { POOLKEY_CLIENT_SECRET: clientSecret } })
  expect(await station.run(LOGIN, {}, PASSWORD)).toMatchObject({ code: 0 })
  const without = await station.run([...LOGIN, '--force'], { POOLKEY_CLIENT_SECRET: undefined }, PASSWORD)
  expect(without.code).toBe(5)
  expect(without.stderr).toContain('--client-secret-stdin')
})

test.each([
  ['a wrong password', 'not the password', 5, /user name and password do not fit each other/],
  ['no password at all', '', 2, /no password came on stdin/],
])('%s is told in words', async (_, typed, code, words) => {
  const station = await stationOf()
  const outcome = await station.run(LOGIN, {}, typed)
  expect(outcome).toMatchObject({ code, stdout: '' })
  expect(outcome.stderr).toMatch(words)
})

test('--switch-account beside a profile with a password is told what signs in somebody else', async () => {
  const station = await stationOf()
  const outcome = await station.run(['login', '--profile', 'dev', '--switch-account'])
  expect(outcome).toMatchObject({ code: 2, stdout: '' })
  expect(outcome.stderr).toContain('poolkey login --profile dev --username NAME')
  expect(outcome.stderr).not.toContain('cognito_logout_uri')
})

test('without a terminal a missing password, name or code is told with what to do', async () => {
  const station = await stationOf({ profile: { ...BY_PASSWORD, cognito_username: undefined } })
  const nameless = await station.run(LOGIN, {}, PASSWORD)
  expect(nameless.code).toBe(2)
  expect(nameless.stderr).toContain('--username NAME')
  const words = ['login', '--profile', 'dev', '--username', 'carol']
  const unasked = await station.run(words)
  expect(unasked.code).toBe(2)
  expect(unasked.stderr).toContain('--password-stdin < FILE')
  station.emulator.settings.users[0]!.factors = ['SMS_MFA']
  const factor = await station.run([...words, '--password-stdin'], {}, PASSWORD)
  expect(factor.code).toBe(2)
  expect(factor.stderr).toContain('asks for a code of a second factor, and there is no terminal')
})

test("replaces nobody else's session without leave", async () => {
  const dave: EmulatorUser = { ...CAROL, username: 'dave', email: 'dave@example.com' }
  const station = await stationOf({ users: [CAROL, dave] })
  await station.run(LOGIN, {}, PASSWORD)
  const asDave = [...LOGIN, '--username', 'dave']
  const refused = await station.run(asDave, {}, PASSWORD)
  expect(refused.code).toBe(3)
  expect(refused.stderr).toContain('carol@example.com')
  const kept = await station.run(['status', '--profile', 'dev'])
  expect(kept.stdout).toContain('carol@example.com')
  expect(await station.run([...asDave, '--yes'], {}, PASSWORD)).toMatchObject({ code: 0 })
  expect((await station.run(['status', '--profile', 'dev'])).stdout).toContain('dave@example.com')
})

test('a credential process opens no browser for a profile with a password', async () => {
  const station = await stationOf({ profile: { ...BY_PASSWORD, cognito_auto_login: 'true' } })
  const outcome = await station.run(['credential-process', '--profile', 'dev'])
  expect(outcome.code).toBe(4)
  expect(outcome.stderr).toContain('poolkey login --profile dev')
})

test.each([
  ['--identity-provider', 'Google'],
  ['--idp-identifier', 'acme.example'],
  ['--login-hint', 'carol'],
  ['--lang', 'de'],
  ['--prompt', 'login'],
  ['--browser', 'firefox'],
])('what only a browser can heed is refused beside a profile with a password: %s', async (flag, value) => {
  const station = await stationOf()
  const outcome = await station.run(['login', '--profile', 'dev', flag, value])
  expect(outcome).toMatchObject({ code: 2, stdout: '' })
  expect(outcome.stderr).toContain(
    `${flag} is for a sign-in with the browser, and profile dev signs in with a password`,
  )
  expect(outcome.stderr).toContain('cognito_sign_in')
  expect(station.emulator.count('InitiateAuth')).toBe(0)
})

test('what only a browser can heed is refused beside --username', async () => {
  const station = await stationOf()
  const outcome = await station.run([...LOGIN, '--username', 'carol', '--identity-provider', 'Google'])
  expect(outcome.code).toBe(2)
})
