/** Signing in with a password, against the emulator's own verifier, challenge by challenge. */
import { describe, expect, test } from 'vitest'
import type { EmulatorUser } from '../../src/emulator/configuration.ts'
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts'
import type { Fault } from '../../src/emulator/faults.ts'
import { oneTimeCode } from '../../src/emulator/one-time-code.ts'
import { Secret } from '../../src/secret.ts'
import type { SignedIn } from '../../src/sign-in/browser-sign-in.ts'
import type { Question } from '../../src/sign-in/challenge-questions.ts'
import { signInWithPassword } from '../../src/sign-in/password-sign-in.ts'
import { createUserPoolClient } from '../../src/sign-in/user-pool-api.ts'
import { emulatorForTest } from '../emulator/emulated-sign-in.ts'
import { openHttp, profileOf } from '../exchange/emulated-profile.ts'

const PERSON: EmulatorUser = { username: 'carol', password: 'Carols-Passw0rd', email: 'carol@example.com' }

type Answer = string | ((question: Question, emulator: Emulator) => string)

/** What the person typed, question by question, and how it ended. */
interface Conversation {
  emulator: Emulator
  asked: Question[]
  wrong: string[]
  devices: boolean[]
  outcome: Promise<SignedIn>
}

async function converse(
  answers: Answer[],
  {
    person = {},
    options = {},
    username = PERSON.username,
    clientSecret,
    prepare,
    passwordTries = 1,
  }: {
    person?: Partial<EmulatorUser>
    options?: EmulatorOptions
    username?: string
    clientSecret?: string
    prepare?: (emulator: Emulator) => void
    passwordTries?: number
  } = {},
): Promise<Conversation> {
  const emulator = await emulatorForTest({ users: [{ ...PERSON, ...person }], ...options })
  prepare?.(emulator)
  const { signIn } = profileOf(emulator)
  const http = openHttp()
  const asked: Question[] = []
  const wrong: string[] = []
  const devices: boolean[] = []
  const place = {
    region: emulator.region,
    endpoint: new URL(emulator.origin),
    useFips: false,
    useDualstack: false,
  }
  const secret = clientSecret === undefined ? undefined : new Secret(clientSecret)
  const outcome = signInWithPassword({
    signIn: signIn!,
    username,
    client: createUserPoolClient(place, { clientId: emulator.clientId, clientSecret: secret }, { http }),
    http,
    ask: (question) => {
      const answer = answers[asked.length]
      asked.push(question)
      if (answer === undefined) return Promise.reject(new Error(`asked for ${question.kind} besides`))
      return Promise.resolve(new Secret(typeof answer === 'string' ? answer : answer(question, emulator)))
    },
    passwordTries,
    onWrong: ({ message }) => wrong.push(message),
    onDevice: (isTaken) => devices.push(isTaken),
    signal: new AbortController().signal,
    now: Date.now,
  })
  await outcome.catch(() => undefined)
  return { emulator, asked, wrong, devices, outcome }
}

const sentCode: Answer = (_question, { sentCodes }) => sentCodes.at(-1)!.code
const TOTP_SECRET = 'JBSWY3DPEHPK3PXP'
const appCode: Answer = () => oneTimeCode(TOTP_SECRET, Date.now())

test('yields verified tokens, and the password is in no request', async () => {
  const { outcome, emulator, asked } = await converse([PERSON.password])
  const { claims, tokens, byPassword } = await outcome
  expect(claims).toMatchObject({ username: 'carol', email: PERSON.email })
  expect(tokens.refreshToken).toBeInstanceOf(Secret)
  expect(byPassword).toEqual({ deviceKey: undefined })
  expect(asked).toEqual([{ kind: 'password' }])
  expect(emulator.requests.map(({ operation }) => operation)).toEqual([
    'InitiateAuth',
    'RespondToAuthChallenge',
    'jwks',
  ])
  expect(JSON.stringify(emulator.requests)).not.toContain(PERSON.password)
})

test.each<[Answer[], Partial<EmulatorUser>]>([
  [[], {}],
  [[sentCode], { factors: ['SMS_MFA'] }],
  [['A-new-Passw0rd'], { mustChangePassword: { requiredAttributes: [] } }],
])('knows a person by the name that the pool has, whatever was typed: %j %j', async (answers, person) => {
  const { outcome } = await converse([PERSON.password, ...answers], { username: PERSON.email, person })
  expect((await outcome).claims.username).toBe('carol')
})

test.each([
  ['a wrong password', 'not it', {}, 'NotAuthorizedException'],
  ['a user who is not confirmed', PERSON.password, { state: 'unconfirmed' }, 'UserNotConfirmedException'],
  ['a password to be reset', PERSON.password, { state: 'reset-required' }, 'PasswordResetRequiredException'],
] as const)('is refused for %s', async (_, password, person, name) => {
  const { outcome } = await converse([password], { person })
  await expect(outcome).rejects.toMatchObject({
    code: 'service-refused',
    facts: { service: 'user pool', name },
  })
})

describe('a password that can be asked for again', () => {
  test.each([
    [2, ['no', PERSON.password]],
    [3, ['no', 'nor this', PERSON.password]],
  ])('is right at try %d', async (tries, typed) => {
    const { outcome, asked, wrong } = await converse(typed, { passwordTries: 3 })
    expect((await outcome).claims.username).toBe('carol')
    expect(asked).toHaveLength(tries)
    expect(wrong).toHaveLength(tries - 1)
  })

  test('is wrong three times in all', async () => {
    const { outcome, asked } = await converse(['1', '2', '3', PERSON.password], { passwordTries: 3 })
    await expect(outcome).rejects.toMatchObject({ facts: { message: 'Incorrect username or password.' } })
    expect(asked).toHaveLength(3)
  })

  test.each<[string, string, Partial<EmulatorUser>, EmulatorOptions]>([
    ['a user who is disabled', PERSON.password, { state: 'disabled' }, {}],
    [
      'an app client whose secret is not known',
      PERSON.password,
      {},
      { clientSecret: 'thesecretthesecretthesecret' },
    ],
  ])('is not asked for again for %s', async (_, typed, person, options) => {
    const { outcome, asked } = await converse([typed, typed], { passwordTries: 3, person, options })
    await expect(outcome).rejects.toMatchObject({ code: 'service-refused' })
    expect(asked).toHaveLength(1)
  })

  test("is not asked for again after a wrong answer to a trigger's question", async () => {
    const { outcome, asked } = await converse([PERSON.password, 'red', PERSON.password], {
      passwordTries: 3,
      options: {
        authFlows: ['ALLOW_CUSTOM_AUTH'],
        customChallenges: [{ parameters: { question: 'Colour?' }, answer: 'blue' }],
      },
    })
    await expect(outcome).rejects.toMatchObject({ code: 'service-refused' })
    expect(asked).toHaveLength(2)
  })
})

test("takes an ID token that is somebody else's client's for no sign-in", async () => {
  const prepare = (emulator: Emulator) => {
    emulator.forge({ claims: { aud: 'another-client' } })
  }
  const { outcome } = await converse([PERSON.password], { prepare })
  await expect(outcome).rejects.toMatchObject({ code: 'id-token-invalid', facts: { check: 'aud' } })
})

describe('an app client with a secret', () => {
  const clientSecret = 'thesecretthesecretthesecret'

  test('proves it with every answer, by the name that goes with it', async () => {
    const { outcome } = await converse([PERSON.password, sentCode], {
      clientSecret,
      options: { clientSecret },
      person: { factors: ['SMS_MFA'] },
      username: PERSON.email,
    })
    expect((await outcome).claims.username).toBe('carol')
  })

  test.each([undefined, 'another'])('is refused with the secret %s', async (wrong) => {
    const { outcome } = await converse([PERSON.password], {
      options: { clientSecret },
      ...(wrong === undefined ? {} : { clientSecret: wrong }),
    })
    await expect(outcome).rejects.toMatchObject({ code: 'service-refused' })
  })
})

describe('a second factor', () => {
  test.each([
    ['SMS_MFA', 'sms', '+*******1234'],
    ['EMAIL_OTP', 'email', 't***@e***'],
  ] as const)('%s: says where the code went', async (factor, by, destination) => {
    const { outcome, asked } = await converse([PERSON.password, sentCode], { person: { factors: [factor] } })
    await outcome
    expect(asked[1]).toEqual({ kind: 'code', by, destination })
  })

  test("takes an app's code", async () => {
    const person: Partial<EmulatorUser> = { factors: ['SOFTWARE_TOKEN_MFA'], totpSecret: TOTP_SECRET }
    const { outcome, asked } = await converse([PERSON.password, appCode], { person })
    await outcome
    expect(asked[1]).toEqual({ kind: 'code', by: 'app', destination: undefined })
  })

  test.each([
    ['SOFTWARE_TOKEN_MFA', 'is asked for once more', 3],
    ['SMS_MFA', 'ends it: no other is sent', 2],
  ] as const)('%s: a code that is too old, or was used, %s', async (factor, _, questions) => {
    const right = factor === 'SMS_MFA' ? sentCode : appCode
    const { outcome, asked } = await converse([PERSON.password, right, right], {
      person: { factors: [factor], totpSecret: TOTP_SECRET },
      prepare: ({ faults }) => {
        const body = '{"__type":"ExpiredCodeException","message":"It has already been used once."}'
        faults.set('RespondToAuthChallenge', { kind: 'alter', alter: (answer) => answer })
        faults.set('RespondToAuthChallenge', { kind: 'answer', status: 400, body })
      },
    })
    await outcome.catch(() => undefined)
    expect(asked).toHaveLength(questions)
    if (factor === 'SMS_MFA')
      await expect(outcome).rejects.toMatchObject({ facts: { name: 'ExpiredCodeException' } })
    else expect((await outcome).claims.username).toBe('carol')
  })

  test('is chosen where there are several', async () => {
    const person: Partial<EmulatorUser> = {
      factors: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'],
      totpSecret: TOTP_SECRET,
    }
    const { outcome, asked } = await converse([PERSON.password, 'SOFTWARE_TOKEN_MFA', appCode], { person })
    await outcome
    expect(asked[1]).toEqual({ kind: 'choice', options: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'] })
  })

  test('is asked for again after a wrong code, three times in all', async () => {
    const person: Partial<EmulatorUser> = { factors: ['SMS_MFA'] }
    const right = await converse([PERSON.password, '1', '2', sentCode], { person })
    expect((await right.outcome).claims.username).toBe('carol')
    expect(right.wrong).toHaveLength(2)
    const wrong = await converse([PERSON.password, '1', '2', '3', sentCode], { person })
    await expect(wrong.outcome).rejects.toMatchObject({ facts: { name: 'CodeMismatchException' } })
    expect(wrong.asked).toHaveLength(4)
  })

  test('is set up where it is required, with a secret for the app, under the name that was typed', async () => {
    const setUp: Answer = (question) =>
      oneTimeCode(question.kind === 'app-code' ? question.secret : '', Date.now())
    const { outcome, asked, wrong, emulator } = await converse([PERSON.password, 'wrong', setUp], {
      options: { requireMfa: true },
      username: PERSON.email,
    })
    await outcome
    expect(wrong).toHaveLength(1)
    const question = asked[1]!
    expect(question).toMatchObject({ kind: 'app-code' })
    const { secret, otpauthUrl } = question as Extract<Question, { kind: 'app-code' }>
    expect(emulator.settings.users[0]!.totpSecret).toBe(secret)
    const url = new URL(otpauthUrl)
    expect(`${url.protocol}//${url.host}`).toBe('otpauth://totp')
    expect(url.searchParams.get('secret')).toBe(secret)
    expect(decodeURIComponent(url.pathname)).toContain(`:${PERSON.email}`)
  })
})

test('has a password that an administrator set changed, with what else is required', async () => {
  const { outcome, asked, wrong, emulator } = await converse(
    [PERSON.password, 'Carol C.', 'short', PERSON.password, 'A-new-Passw0rd'],
    { person: { mustChangePassword: { requiredAttributes: ['name'] } } },
  )
  await outcome
  expect(asked.map((question) => question.kind)).toEqual([
    'password',
    'attribute',
    'new-password',
    'new-password',
    'new-password',
  ])
  expect(wrong).toEqual([
    'Password does not conform to policy: Password not long enough',
    'Password has previously been used',
  ])
  expect(emulator.settings.users[0]).toMatchObject({ password: 'A-new-Passw0rd' })
})

describe('a client that is not allowed USER_SRP_AUTH', () => {
  test('is signed in to by USER_AUTH, the password preferred', async () => {
    const { outcome, emulator } = await converse([PERSON.password], {
      options: { authFlows: ['ALLOW_USER_AUTH'] },
    })
    await outcome
    expect(emulator.count('InitiateAuth')).toBe(2)
  })

  test.each([
    [
      ['EMAIL_OTP', sentCode],
      ['choice', 'code'],
    ],
    [['PASSWORD_SRP'], ['choice']],
  ] as [Answer[], string[]][])('lets the first factor be chosen: %j', async (answers, kinds) => {
    const prepare = (emulator: Emulator) => {
      emulator.settings.ignorePreferredChallenge = true
    }
    const { outcome, asked } = await converse([PERSON.password, ...answers], {
      prepare,
      options: { authFlows: ['ALLOW_USER_AUTH'] },
    })
    await outcome
    expect(asked.map(({ kind }) => kind)).toEqual(['password', ...kinds])
    expect(asked[1]).toEqual({ kind: 'choice', options: ['PASSWORD_SRP', 'EMAIL_OTP', 'SMS_OTP'] })
  })

  test('answers what its triggers ask, by CUSTOM_AUTH', async () => {
    const { outcome, asked } = await converse([PERSON.password, 'blue', 'Rex'], {
      options: {
        authFlows: ['ALLOW_CUSTOM_AUTH'],
        customChallenges: [
          { parameters: { question: 'Colour?' }, answer: 'blue' },
          { parameters: { question: 'Dog?' }, answer: 'Rex' },
        ],
      },
    })
    await outcome
    expect(asked[1]).toEqual({ kind: 'custom', parameters: { question: 'Colour?' } })
  })

  test('nor anything else: is told of the first', async () => {
    const { outcome } = await converse([PERSON.password], { options: { authFlows: [] } })
    await expect(outcome).rejects.toMatchObject({
      facts: { message: 'USER_SRP_AUTH is not enabled for the client.' },
    })
  })
})

describe('a pool that remembers devices', () => {
  test('has this one confirmed', async () => {
    const { outcome, devices, emulator } = await converse([PERSON.password], {
      options: { trackDevices: true },
    })
    expect((await outcome).byPassword!.deviceKey).toMatch(/^eu-west-1_/)
    expect(devices).toEqual([true])
    expect(emulator.count('ConfirmDevice')).toBe(1)
  })

  test('and does not take it: the sign-in is good all the same, and that is told', async () => {
    const body = '{"__type":"NotAuthorizedException","message":"Access Token does not have required scopes"}'
    const { outcome, devices } = await converse([PERSON.password], {
      options: { trackDevices: true },
      prepare: ({ faults }) => {
        faults.set('ConfirmDevice', { kind: 'answer', status: 400, body })
      },
    })
    expect((await outcome).claims.username).toBe('carol')
    expect(devices).toEqual([false])
  })

  test.each<[string, Fault]>([
    ['a firewall', { kind: 'answer', status: 400, body: '{"__type":"ForbiddenException","message":"no"}' }],
    ['its own trouble', { kind: 'server-error' }],
    ['throttling', { kind: 'throttled' }],
    ['the network', { kind: 'reset' }],
  ])('that is kept from it by %s leaves a sign-in that was all answered', async (_, fault) => {
    const { outcome, devices } = await converse([PERSON.password], {
      options: { trackDevices: true },
      prepare: ({ faults }) => {
        faults.set('ConfirmDevice', fault, 9)
      },
    })
    expect((await outcome).claims.username).toBe(PERSON.username)
    expect(devices).toEqual([false])
  })
})

/** A pool that answers InitiateAuth with one challenge. */
const asking = (challenge: object) => (emulator: Emulator) => {
  const body = JSON.stringify({
    Session: 'a-session-of-twenty-characters',
    ChallengeParameters: {},
    ...challenge,
  })
  const headers = { 'Content-Type': 'application/x-amz-json-1.1' }
  emulator.faults.set('*', { kind: 'answer', status: 200, headers, body }, 1000)
}

test.each([
  [{ ChallengeName: 'WEB_AUTHN' }, 'WEB_AUTHN'],
  [{ ChallengeName: 'SELECT_CHALLENGE', AvailableChallenges: ['WEB_AUTHN', 'PASSWORD'] }, 'WEB_AUTHN'],
  [
    { ChallengeName: 'SELECT_MFA_TYPE', ChallengeParameters: { MFAS_CAN_CHOOSE: 'no list' } },
    'SELECT_MFA_TYPE',
  ],
  [{ ChallengeName: 'MFA_SETUP', ChallengeParameters: { MFAS_CAN_SETUP: '["SMS_MFA"]' } }, 'MFA_SETUP'],
  [{ ChallengeName: 'SOMETHING_NEW' }, 'SOMETHING_NEW'],
])('names a challenge that no terminal can answer: %j', async (challenge, name) => {
  const { outcome } = await converse([PERSON.password], { prepare: asking(challenge) })
  await expect(outcome).rejects.toMatchObject({ code: 'challenge-unanswerable', facts: { challenge: name } })
})

test('leaves a pool that asks on and on', async () => {
  const answers = Array.from({ length: 100 }, () => 'an answer')
  const { outcome, asked } = await converse(answers, {
    prepare: asking({ ChallengeName: 'CUSTOM_CHALLENGE' }),
  })
  await expect(outcome).rejects.toMatchObject({ code: 'challenge-unanswerable' })
  expect(asked.length).toBeLessThan(30)
})

test('quotes no answer in the error of a service that quotes what it refuses', async () => {
  const prepare = (emulator: Emulator) => {
    const quoting = (operation: string) => {
      emulator.faults.set(
        operation,
        {
          kind: 'answer',
          status: 400,
          body: '{"__type":"CodeMismatchException","message":"SECRETCODE is not it"}',
        },
        9,
      )
    }
    emulator.settings.customChallenges = [{ parameters: {}, answer: 'x' }]
    emulator.settings.authFlows = ['ALLOW_CUSTOM_AUTH']
    emulator.faults.set('RespondToAuthChallenge', {
      kind: 'alter',
      alter: (answer) => {
        quoting('RespondToAuthChallenge')
        return answer
      },
    })
  }
  const { outcome, asked } = await converse([PERSON.password, 'SECRETCODE'], { prepare })
  const error = await outcome.catch((reason: unknown) => reason)
  expect(asked).toHaveLength(2)
  expect(error).toMatchObject({ facts: { name: 'CodeMismatchException', message: '[redacted] is not it' } })
})
