/** What the JSON API says to clients that answer wrongly, in the service's own names. */
import { describe, expect, test } from 'vitest'
import type { EmulatorUser } from '../../src/emulator/configuration.ts'
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts'
import { emulatorForTest, signIn } from './emulated-sign-in.ts'

const CAROL: EmulatorUser = {
  username: 'carol',
  password: 'Carols-Passw0rd',
  email: 'carol@example.com',
  groups: [],
}
const CUSTOM = { customChallenges: [{ parameters: { question: 'Which?' }, answer: 'that' }] }

interface Answered {
  status: number
  body: Record<string, unknown>
}

interface Pool {
  emulator: Emulator
  call: (operation: string, input: object) => Promise<Answered>
  /** Begins a sign-in of carol by a flow. */
  begin: (flow: string, parameters?: Record<string, string>) => Promise<Answered>
  /** Answers a question of hers. */
  answer: (name: string, session: unknown, responses?: Record<string, string>) => Promise<Answered>
}

async function poolWith(change: Partial<EmulatorUser> = {}, options: EmulatorOptions = {}): Promise<Pool> {
  const emulator = await emulatorForTest({ users: [{ ...CAROL, ...change }], ...options })
  const ClientId = emulator.clientId
  const call = async (operation: string, input: object) => {
    const response = await fetch(emulator.origin, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(input),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return {
    emulator,
    call,
    begin: (AuthFlow, parameters = {}) =>
      call('InitiateAuth', { ClientId, AuthFlow, AuthParameters: { USERNAME: 'carol', ...parameters } }),
    answer: (ChallengeName, Session, responses = {}) =>
      call('RespondToAuthChallenge', {
        ...{ ClientId, ChallengeName, Session },
        ChallengeResponses: { USERNAME: 'carol', ...responses },
      }),
  }
}

const refused = (name: string, message?: string) => ({
  status: 400,
  body: { __type: name, ...(message === undefined ? {} : { message }) },
})
const invalid = (message: string) => refused('InvalidParameterException', message)
const notAuthorized = (message: string) => refused('NotAuthorizedException', message)

/** The tokens of somebody who is asked nothing. */
async function tokensOf(pool: Pool): Promise<Record<string, string>> {
  const { body } = await pool.begin('CUSTOM_AUTH')
  return body['AuthenticationResult'] as Record<string, string>
}

describe('an answer to a question', () => {
  test('must name the question that was put', async () => {
    const { begin, answer } = await poolWith({}, CUSTOM)
    const { body } = await begin('CUSTOM_AUTH')
    expect(await answer('SMS_MFA', body['Session'], { SMS_MFA_CODE: '1' })).toMatchObject(
      invalid('Challenge name does not match the session.'),
    )
  })

  test('must name the user by the name that the pool told, and no alias', async () => {
    const { begin, answer } = await poolWith({}, CUSTOM)
    const { body } = await begin('CUSTOM_AUTH')
    expect(
      await answer('CUSTOM_CHALLENGE', body['Session'], { USERNAME: CAROL.email, ANSWER: 'that' }),
    ).toMatchObject(notAuthorized('Invalid session for the user.'))
    expect((await answer('CUSTOM_CHALLENGE', body['Session'], { ANSWER: 'that' })).status).toBe(200)
  })

  test.each([
    ['carol', 'WEB_AUTHN'],
    ['nobody', 'EMAIL_OTP'],
  ])('of %s may not choose %s, which was not offered', async (USERNAME, ANSWER) => {
    const { begin, answer } = await poolWith({}, { authFlows: ['ALLOW_USER_AUTH'] })
    const { body } = await begin('USER_AUTH', { USERNAME })
    expect(await answer('SELECT_CHALLENGE', body['Session'], { USERNAME, ANSWER })).toMatchObject(
      invalid('Challenge is not available.'),
    )
  })

  test('with a proof must tell its time in the form of the service', async () => {
    const { begin, answer } = await poolWith()
    const { body } = await begin('USER_SRP_AUTH', { SRP_A: 'abcdef' })
    const { SECRET_BLOCK = '' } = body['ChallengeParameters'] as Record<string, string>
    expect(
      await answer('PASSWORD_VERIFIER', undefined, {
        PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
        PASSWORD_CLAIM_SIGNATURE: 'x',
        TIMESTAMP: '2026-11-21T10:00:00Z',
      }),
    ).toMatchObject(invalid('TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.'))
  })

  test('about an authenticator app is no answer to another question', async () => {
    const { begin, call } = await poolWith({}, CUSTOM)
    const { body } = await begin('CUSTOM_AUTH')
    const { Session } = body
    const expected = notAuthorized('Invalid session for the user.')
    expect(await call('AssociateSoftwareToken', { Session })).toMatchObject(expected)
    expect(await call('VerifySoftwareToken', { Session, UserCode: '1' })).toMatchObject(expected)
  })
})

describe('a refresh token', () => {
  test('that was never handed out is refused, by either operation', async () => {
    const { emulator, call, begin } = await poolWith()
    const expected = notAuthorized('Invalid Refresh Token')
    const ClientId = emulator.clientId
    expect(await call('GetTokensFromRefreshToken', { ClientId, RefreshToken: 'another' })).toMatchObject(
      expected,
    )
    expect(await begin('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: 'another' })).toMatchObject(expected)
  })

  test.each<[string, EmulatorOptions]>([
    ['rotates its tokens', { rotation: { graceSeconds: 10 } }],
    ['does not allow it', { authFlows: ['ALLOW_USER_SRP_AUTH'] }],
  ])('is not taken by the flow of its name where the client %s', async (_, options) => {
    const { emulator, begin } = await poolWith({}, options)
    const { refresh_token: REFRESH_TOKEN } = await signIn(emulator)
    expect(await begin('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN })).toMatchObject(
      invalid('REFRESH_TOKEN_AUTH is not enabled for the client.'),
    )
  })

  test('is revoked; what is none is told apart from what nobody knows', async () => {
    const pool = await poolWith({}, { customChallenges: [] })
    const { AccessToken = '', RefreshToken = '' } = await tokensOf(pool)
    const revoke = (Token: string) => pool.call('RevokeToken', { ClientId: pool.emulator.clientId, Token })
    expect(await revoke(AccessToken)).toMatchObject(refused('UnsupportedTokenTypeException'))
    expect(await revoke('another')).toEqual({ status: 200, body: {} })
    expect(await revoke(RefreshToken)).toEqual({ status: 200, body: {} })
    expect(
      await pool.call('GetTokensFromRefreshToken', { ClientId: pool.emulator.clientId, RefreshToken }),
    ).toMatchObject(notAuthorized('Refresh Token has been revoked'))
  })
})

describe('an access token', () => {
  test('tells of the second factors that its user has', async () => {
    const pool = await poolWith({ factors: ['SMS_MFA'] }, { customChallenges: [] })
    const { AccessToken } = await tokensOf(pool)
    const { body } = await pool.call('GetUser', { AccessToken })
    expect(body).toMatchObject({ Username: 'carol', UserMFASettingList: ['SMS_MFA'] })
  })

  test('outlives its user, of whom there is nothing to tell', async () => {
    const pool = await poolWith({}, { customChallenges: [] })
    const { AccessToken } = await tokensOf(pool)
    pool.emulator.settings.users.length = 0
    expect(await pool.call('GetUser', { AccessToken })).toMatchObject(refused('UserNotFoundException'))
  })

  test.each(['PasswordVerifier', 'Salt'])('confirms no device whose %s is not in base64', async (name) => {
    const pool = await poolWith({}, { customChallenges: [], trackDevices: true })
    const { AccessToken } = await tokensOf(pool)
    expect(
      await pool.call('ConfirmDevice', {
        AccessToken,
        DeviceKey: 'any',
        DeviceSecretVerifierConfig: { PasswordVerifier: 'AAAA', Salt: 'AAAA', [name]: '*' },
      }),
    ).toMatchObject(invalid(`Invalid ${name}`))
  })
})
