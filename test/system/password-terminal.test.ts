/** Signing in with user name and password at a terminal, each question of the user pool as a person meets it. */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { EmulatorUser } from '../../src/emulator/configuration.ts'
import { oneTimeCode } from '../../src/emulator/one-time-code.ts'
import { openStation, until } from '../e2e/poolkey-process.ts'
import type { Station, StationOptions } from '../e2e/poolkey-process.ts'
import { CTRL, ENTER, openTerminal } from './terminal/terminal.ts'
import type { Terminal } from './terminal/terminal.ts'

const PASSWORD = `Pass-${randomBytes(8).toString('hex')}`
const TOTP_SECRET = 'JBSWY3DPEHPK3PXP'

interface AtTerminal {
  station: Station
  terminal: Terminal
}

/** Carol at a terminal, where `poolkey login` has asked for her password and got it. */
async function begin(person: Partial<EmulatorUser> = {}, options: StationOptions = {}): Promise<AtTerminal> {
  const carol = { username: 'carol', password: PASSWORD, email: 'carol@example.com', groups: ['admin'] }
  const station = await openStation({
    users: [{ ...carol, ...person }],
    profile: { cognito_sign_in: 'password', cognito_username: 'carol' },
    secrets: [{ kind: 'sign-in', name: 'password', value: PASSWORD }],
    ...options,
  })
  const terminal = openTerminal(station, 'poolkey login --profile dev')
  await terminal.answer('Password of carol: ', PASSWORD + ENTER)
  return { station, terminal }
}

/** Answers a question whose answer is shown. */
async function type(terminal: Terminal, question: string, typed: string): Promise<string> {
  const shown = await terminal.shows(question)
  terminal.type(typed + ENTER)
  return shown
}

async function sentCode({ emulator }: Station): Promise<string> {
  await until(() => emulator.sentCodes.length > 0)
  return emulator.sentCodes.at(-1)!.code
}

async function isSignedIn({ terminal }: AtTerminal): Promise<void> {
  const { code, shown } = await terminal.ended
  expect(shown).toContain('Signed in as carol@example.com.')
  expect(code).toBe(0)
}

test('asks for name and password, and shows no letter of the password', async () => {
  const station = await openStation({
    profile: { cognito_sign_in: 'password' },
    secrets: [{ kind: 'sign-in', name: 'password', value: 'Emulated-Passw0rd' }],
  })
  const terminal = openTerminal(station, 'poolkey login --profile dev')
  await type(terminal, 'User name: ', 'test-user')
  await terminal.answer('Password of test-user: ', `Emulated-Passw0rd${ENTER}`)
  const { code, shown } = await terminal.ended
  expect(code).toBe(0)
  expect(shown).toContain('Signed in as test-user@example.com.')
})

test.each([
  ['SMS_MFA', 'Code sent by SMS to +*******1234: '],
  ['EMAIL_OTP', 'Code sent by mail to t***@e***: '],
] as const)('%s: the code is asked for again after a wrong one', async (factor, question) => {
  const at = await begin({ factors: [factor] })
  await type(at.terminal, question, 'wrong')
  await at.terminal.shows('That code is wrong. Once more.')
  const code = await sentCode(at.station)
  await type(at.terminal, question, `${code.slice(0, 3)} ${code.slice(3)}`)
  await isSignedIn(at)
})

test('a code that is wrong three times ends it', async () => {
  const { terminal, station } = await begin({ factors: ['SMS_MFA'] })
  for (const wrong of ['1', '2', '3']) await type(terminal, 'Code sent by SMS', wrong)
  const { code, shown } = await terminal.ended
  expect(code).toBe(5)
  expect(shown).toContain('poolkey: error: the code is wrong')
  expect(station.emulator.count('RespondToAuthChallenge')).toBe(4)
})

test('a wrong password is asked for again, three times in all', async () => {
  const { terminal, station } = await begin()
  // The right one, once; then a sign-in with wrong ones alone.
  expect((await terminal.ended).code).toBe(0)
  const again = openTerminal(station, 'poolkey login --profile dev --force')
  await again.answer('Password of carol: ', `wrong${ENTER}`)
  await again.shows('User name and password do not fit each other. Once more.')
  for (const wrong of ['wrong', 'wrong']) await again.answer('Password of carol: ', wrong + ENTER)
  const { code, shown } = await again.ended
  expect(code).toBe(5)
  expect(shown).toContain('poolkey: error: user name and password do not fit each other')
})

test('Enter in the place of a password ends it, with the command that asks again', async () => {
  const station = await openStation()
  const terminal = openTerminal(station, 'poolkey login --profile dev --username test-user')
  await terminal.answer('Password of test-user: ', ENTER)
  const { code, shown } = await terminal.ended
  expect(code).toBe(2)
  expect(shown).toContain('poolkey: fix: run: poolkey login --profile dev --username test-user\n')
})

test('one of several factors is chosen by number', async () => {
  const at = await begin({ factors: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'], totpSecret: TOTP_SECRET })
  await at.terminal.shows('2  a code that an authenticator app shows')
  await type(at.terminal, 'Which one (1-2)? ', '3')
  await type(at.terminal, 'Which one (1-2)? ', '2')
  await type(at.terminal, 'your authenticator app shows: ', oneTimeCode(TOTP_SECRET, Date.now()))
  await isSignedIn(at)
  expect(at.station.emulator.sentCodes).toEqual([])
})

test('an authenticator app is set up with a key and a link, shown once', async () => {
  const at = await begin({}, { requireMfa: true })
  const shown = await type(at.terminal, 'Code that the app shows: ', 'wrong')
  const key = /^ {2}([A-Z2-7]{20,})\r?$/m.exec(shown)![1]!
  expect(shown.replaceAll(/\s/g, '')).toContain(`otpauth://totp/`)
  expect(shown.replaceAll(/\s/g, '')).toContain(`secret=${key}`)
  const again = await type(at.terminal, 'Code that the app shows: ', oneTimeCode(key, Date.now()))
  expect(again).not.toContain(key)
  await isSignedIn(at)
  expect(at.station.emulator.settings.users[0]).toMatchObject({ totpSecret: key })
})

test('a new password is asked for twice, hidden, and until the pool takes it', async () => {
  const at = await begin({ mustChangePassword: { requiredAttributes: ['name'] } })
  const { terminal } = at
  await type(terminal, 'name: ', 'Carol C.')
  const next = `New-${randomBytes(8).toString('hex')}`
  for (const [first, second] of [
    [next, 'another'],
    ['short', 'short'],
    [next, next],
  ]) {
    await terminal.answer('New password: ', first! + ENTER)
    await terminal.answer('The same again: ', second! + ENTER)
  }
  await isSignedIn(at)
  const { shown } = await terminal.ended
  expect(shown.split('This password was set for you').length).toBe(2)
  expect(shown).toContain('The two differ.')
  expect(shown).toContain('Password not long enough. Once more.')
  expect(shown).not.toContain(next)
  expect(at.station.emulator.settings.users[0]).toMatchObject({
    password: next,
    attributes: { name: 'Carol C.' },
  })
})

test("a trigger's own questions are shown and answered", async () => {
  const at = await begin(
    {},
    {
      authFlows: ['ALLOW_CUSTOM_AUTH'],
      customChallenges: [
        { parameters: { question: 'Which colour?\u001b[31m' }, answer: 'blue' },
        { parameters: { type: 'pet', hint: 'a dog' }, answer: 'Rex' },
      ],
    },
  )
  const shown = await type(at.terminal, 'Answer: ', 'blue')
  expect(shown).toContain('Which colour?')
  expect(shown).not.toContain('\u001b[31m')
  expect(await type(at.terminal, 'Answer: ', 'Rex')).toMatch(/type: pet\r?\nhint: a dog/)
  await isSignedIn(at)
})

test('a first factor is chosen where the pool lets choose', async () => {
  const at = await begin({}, { authFlows: ['ALLOW_USER_AUTH'], ignorePreferredChallenge: true })
  await at.terminal.shows('1  the password')
  await type(at.terminal, 'Which one (1-3)? ', '2')
  await type(at.terminal, 'Code sent by mail', await sentCode(at.station))
  await isSignedIn(at)
})

test('what remembering devices means is said', async () => {
  const at = await begin({}, { trackDevices: true })
  await isSignedIn(at)
  expect((await at.terminal.ended).shown.replaceAll(/\s+/g, ' ')).toContain(
    'This user pool remembers devices: this sign-in stands in its list',
  )
})

test('a device that could not be confirmed costs no sign-in, and how to try again is said', async () => {
  const station = await openStation({
    trackDevices: true,
    profile: { cognito_sign_in: 'password', cognito_username: 'test-user' },
  })
  station.emulator.faults.set('ConfirmDevice', { kind: 'throttled' }, 9)
  const terminal = openTerminal(station, 'poolkey login --profile dev', { columns: 200 })
  await terminal.answer('Password of test-user: ', `Emulated-Passw0rd${ENTER}`)
  const { code, shown } = await terminal.ended
  expect(shown).toContain('To try again: poolkey login --profile dev --force')
  expect(shown).toContain('Signed in as test-user@example.com.')
  expect(code).toBe(0)
})

test.each([
  [CTRL.c, 130],
  [CTRL.d, 5],
])('%j at a question ends it, and nobody is signed in', async (key, expected) => {
  const { terminal, station } = await begin({ factors: ['SMS_MFA'] })
  await terminal.shows('Code sent by SMS')
  terminal.type(key)
  expect((await terminal.ended).code).toBe(expected)
  expect((await station.run(['status', '--check', '--profile', 'dev'])).code).toBe(4)
})

test('nobody who answers is waited for longer than --timeout says', async () => {
  const station = await openStation({ profile: { cognito_sign_in: 'password', cognito_username: 'carol' } })
  const terminal = openTerminal(station, 'poolkey login --profile dev --timeout 1')
  const { code, shown } = await terminal.ended
  expect(code).toBe(6)
  expect(shown).toContain('Password of carol: ')
  expect(shown).toContain('poolkey: fix: to have longer: poolkey login --profile dev --timeout SECONDS\n')
})
