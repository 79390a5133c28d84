/** Clients that nobody here wrote sign in through the JSON API: amazon-cognito-identity-js by SRP, AWS's SDK for what that cannot do. */
import { createHmac } from 'node:crypto'
import {
  CognitoIdentityProviderClient,
  ConfirmDeviceCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js'
import type { CognitoUserSession, IAuthenticationCallback } from 'amazon-cognito-identity-js'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { EmulatorUser } from '../../src/emulator/configuration.ts'
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts'
import { oneTimeCode } from '../../src/emulator/one-time-code.ts'
import { claimsOf, emulatorForTest, handClock, signIn } from './emulated-sign-in.ts'

const PERSON: EmulatorUser = {
  username: 'carol',
  password: 'Carols-Passw0rd',
  email: 'carol@example.com',
  groups: ['admin'],
}

/** An emulator with one person, as a test wants them. */
async function poolWith(
  change: Partial<EmulatorUser> = {},
  options: EmulatorOptions = {},
): Promise<Emulator> {
  return emulatorForTest({ users: [{ ...PERSON, ...change }], ...options })
}

function userOf(emulator: Emulator, username = PERSON.username): CognitoUser {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
    clear: () => {
      kept.clear()
    },
  }
  const { userPoolId, clientId, origin } = emulator
  const pool = new CognitoUserPool({
    UserPoolId: userPoolId,
    ClientId: clientId,
    endpoint: origin,
    Storage: storage,
  })
  return new CognitoUser({ Username: username, Pool: pool, Storage: storage })
}

/** What their callbacks come to; `answers` has what to do where another question comes. */
function signingIn(
  user: CognitoUser,
  password = PERSON.password,
  answers: (callbacks: IAuthenticationCallback) => Partial<IAuthenticationCallback> = () => ({}),
): Promise<CognitoUserSession> {
  return new Promise((resolve, reject) => {
    const callbacks: IAuthenticationCallback = {
      onSuccess: resolve,
      onFailure: (error: unknown) => {
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    }
    const details = new AuthenticationDetails({ Username: user.getUsername(), Password: password })
    user.authenticateUser(details, { ...callbacks, ...answers(callbacks) })
  })
}

describe("amazon-cognito-identity-js, AWS's earlier client, signs in by SRP", () => {
  test('with the right password, and gets tokens of the API', async () => {
    const emulator = await poolWith()
    const session = await signingIn(userOf(emulator))
    const claims = claimsOf(session.getIdToken().getJwtToken())
    expect(claims).toMatchObject({ 'cognito:username': 'carol', token_use: 'id', email: PERSON.email })
    expect(claims).not.toHaveProperty('nonce')
    expect(claimsOf(session.getAccessToken().getJwtToken())).toMatchObject({
      scope: 'aws.cognito.signin.user.admin',
    })
    expect(emulator.requests.every(({ body }) => !body.includes(PERSON.password))).toBe(true)
  })

  test('by e-mail address, for which the pool names the user', async () => {
    const emulator = await poolWith()
    const session = await signingIn(userOf(emulator, PERSON.email))
    expect(session.getIdToken().payload['cognito:username']).toBe('carol')
  })

  test.each([
    ['a wrong password', PERSON.username, 'Carols-Passw0rd '],
    ['somebody unknown', 'nobody', PERSON.password],
  ])('and is refused with %s, in the same words', async (_, name, password) => {
    const user = userOf(await poolWith(), name)
    await expect(signingIn(user, password)).rejects.toMatchObject({
      code: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    })
  })

  test('changing a password that an administrator set', async () => {
    const emulator = await poolWith({ mustChangePassword: { requiredAttributes: ['name'] } })
    const user = userOf(emulator)
    await signingIn(user, PERSON.password, (callbacks) => ({
      newPasswordRequired: (_attributes, required: string[]) => {
        expect(required).toEqual(['name'])
        user.completeNewPasswordChallenge('A-new-Passw0rd', { name: 'Carol' }, callbacks)
      },
    }))
    expect((await signingIn(userOf(emulator), 'A-new-Passw0rd')).getIdToken().payload).toMatchObject({
      name: 'Carol',
    })
    await expect(signingIn(userOf(emulator))).rejects.toMatchObject({ code: 'NotAuthorizedException' })
  })

  test('with a code sent by SMS, and once more after a wrong one', async () => {
    const emulator = await poolWith({ factors: ['SMS_MFA'] })
    const user = userOf(emulator, PERSON.email)
    let tries = 0
    await signingIn(user, PERSON.password, (callbacks) => ({
      mfaRequired: () => {
        const again = {
          ...callbacks,
          onFailure: (error: { code: string }) => {
            tries += 1
            expect(error.code).toBe('CodeMismatchException')
            user.sendMFACode(emulator.sentCodes[0]!.code, callbacks)
          },
        }
        user.sendMFACode('wrong', again)
      },
    }))
    expect(tries).toBe(1)
  })

  test('with the code of an authenticator app, chosen among factors', async () => {
    const totpSecret = 'JBSWY3DPEHPK3PXP'
    const emulator = await poolWith({ factors: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'], totpSecret })
    const user = userOf(emulator)
    const chosen = await signingIn(user, PERSON.password, (callbacks) => ({
      selectMFAType: () => {
        user.sendMFASelectionAnswer('SOFTWARE_TOKEN_MFA', {
          ...callbacks,
          totpRequired: () => {
            user.sendMFACode(oneTimeCode(totpSecret, Date.now()), callbacks, 'SOFTWARE_TOKEN_MFA')
          },
          mfaRequired: () => {
            callbacks.onFailure(new Error('the other factor was asked for'))
          },
        })
      },
    }))
    expect(chosen.isValid()).toBe(true)
  })

  test('setting an authenticator app up where a second factor is required', async () => {
    const emulator = await poolWith({}, { requireMfa: true })
    const user = userOf(emulator)
    await signingIn(user, PERSON.password, (callbacks) => ({
      mfaSetup: () => {
        user.associateSoftwareToken({
          associateSecretCode: (secret) => {
            user.verifySoftwareToken(oneTimeCode(secret, Date.now()), 'phone', callbacks)
          },
          onFailure: callbacks.onFailure,
        })
      },
    }))
    expect(emulator.settings.users[0]).toMatchObject({ factors: ['SOFTWARE_TOKEN_MFA'] })
  })

  test('and may choose no factor that was not offered', async () => {
    const user = userOf(await poolWith({ factors: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'] }))
    const chosen = signingIn(user, PERSON.password, (callbacks) => ({
      selectMFAType: () => {
        user.sendMFASelectionAnswer('EMAIL_OTP', callbacks)
      },
    }))
    await expect(chosen).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: 'Invalid MFA type.',
    })
  })

  test('and is let in by no code where the authenticator app was never set up', async () => {
    const user = userOf(await poolWith({ factors: ['SOFTWARE_TOKEN_MFA'] }))
    const proved = signingIn(user, PERSON.password, (callbacks) => ({
      totpRequired: () => {
        user.sendMFACode('000000', callbacks, 'SOFTWARE_TOKEN_MFA')
      },
    }))
    await expect(proved).rejects.toMatchObject({ code: 'CodeMismatchException' })
  })

  test('and keeps an old password while a required attribute is missing', async () => {
    const emulator = await poolWith({ mustChangePassword: { requiredAttributes: ['name'] } })
    const user = userOf(emulator)
    const changed = signingIn(user, PERSON.password, (callbacks) => ({
      newPasswordRequired: () => {
        user.completeNewPasswordChallenge('A-new-Passw0rd', {}, callbacks)
      },
    }))
    await expect(changed).rejects.toThrow('Invalid user attributes: name is missing')
    expect(emulator.settings.users[0]).toMatchObject({ password: PERSON.password })
  })

  test('and is not let in by an authenticator app that has not shown a code yet', async () => {
    const emulator = await poolWith({}, { requireMfa: true })
    const user = userOf(emulator)
    const Session = await new Promise<string>((resolve, reject) => {
      signingIn(user, PERSON.password, () => ({
        mfaSetup: () => {
          resolve((user as unknown as { Session: string }).Session)
        },
      })).catch(reject)
    })
    const answer = new RespondToAuthChallengeCommand({
      ...{ ClientId: emulator.clientId, ChallengeName: 'MFA_SETUP', Session },
      ChallengeResponses: { USERNAME: 'carol' },
    })
    await expect(sdkOf(emulator).send(answer)).rejects.toThrow('Software token is not verified.')
  })

  test('answering what a trigger asks', async () => {
    const emulator = await poolWith(
      {},
      { customChallenges: [{ parameters: { question: 'Which?' }, answer: 'that' }] },
    )
    const user = userOf(emulator)
    user.setAuthenticationFlowType('CUSTOM_AUTH')
    const asked: unknown[] = []
    await signingIn(user, PERSON.password, (callbacks) => ({
      customChallenge: (parameters: { question: string }) => {
        asked.push(parameters.question)
        user.sendCustomChallengeAnswer('that', callbacks)
      },
    }))
    expect(asked).toEqual(['Which?'])
  })

  test.each([
    ['', {}],
    [', as the device that it had confirmed', { trackDevices: true }],
  ])('and refreshes what it got, by its own flow%s', async (_, options) => {
    const emulator = await poolWith({}, options)
    const user = userOf(emulator)
    const session = await signingIn(user)
    const refreshed = await new Promise<CognitoUserSession>((resolve, reject) => {
      user.refreshSession(session.getRefreshToken(), (error: Error | null, next: CognitoUserSession) => {
        if (error) reject(error)
        else resolve(next)
      })
    })
    expect(refreshed.getIdToken().getJwtToken()).not.toBe(session.getIdToken().getJwtToken())
  })

  test.each([
    ['unconfirmed', 'UserNotConfirmedException'],
    ['reset-required', 'PasswordResetRequiredException'],
    ['disabled', 'NotAuthorizedException'],
  ] as const)('and is told of a user who is %s only after the password', async (state, code) => {
    const emulator = await poolWith({ state })
    await expect(signingIn(userOf(emulator))).rejects.toMatchObject({ code })
    await expect(signingIn(userOf(emulator), 'wrong')).rejects.toMatchObject({
      message: 'Incorrect username or password.',
    })
  })
})

function sdkOf(emulator: Emulator): CognitoIdentityProviderClient {
  const client = new CognitoIdentityProviderClient({
    region: emulator.region,
    endpoint: emulator.origin,
    maxAttempts: 1,
  })
  onTestFinished(() => {
    client.destroy()
  })
  return client
}

describe("AWS's SDK", () => {
  test('chooses a code by mail instead of a password', async () => {
    const emulator = await poolWith({}, { authFlows: ['ALLOW_USER_AUTH'] })
    const client = sdkOf(emulator)
    const ClientId = emulator.clientId
    const first = await client.send(
      new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: 'carol' } }),
    )
    expect(first).toMatchObject({
      ChallengeName: 'SELECT_CHALLENGE',
      AvailableChallenges: ['PASSWORD_SRP', 'EMAIL_OTP', 'SMS_OTP'],
    })
    const respond = (ChallengeName: 'SELECT_CHALLENGE' | 'EMAIL_OTP', Session: string, answer: object) =>
      client.send(
        new RespondToAuthChallengeCommand({
          ClientId,
          ChallengeName,
          Session,
          ChallengeResponses: { USERNAME: 'carol', ...answer },
        }),
      )
    const second = await respond('SELECT_CHALLENGE', first.Session!, { ANSWER: 'EMAIL_OTP' })
    expect(second.ChallengeName).toBe('EMAIL_OTP')
    for (let wrong = 0; wrong < 3; wrong += 1) {
      await expect(respond('EMAIL_OTP', second.Session!, { EMAIL_OTP_CODE: 'no' })).rejects.toThrow(
        'Invalid code or auth state for the user.',
      )
    }
    const code = emulator.sentCodes[0]!.code
    await expect(respond('EMAIL_OTP', second.Session!, { EMAIL_OTP_CODE: code })).rejects.toThrow(
      'session can only be used once',
    )
  })

  test.each([
    ['a flow that the client is not allowed', { AuthFlow: 'USER_AUTH' }, 'InvalidParameterException'],
    ['a client that is not there', { ClientId: 'another' }, 'ResourceNotFoundException'],
    [
      "a client's number that makes every proof right",
      { AuthParameters: { USERNAME: 'carol', SRP_A: '0' } },
      'InvalidParameterException',
    ],
  ])('is refused %s', async (_, change, name) => {
    const emulator = await poolWith()
    const input = {
      ClientId: emulator.clientId,
      AuthFlow: 'USER_SRP_AUTH' as const,
      AuthParameters: { USERNAME: 'carol', SRP_A: 'abcdef' },
    }
    const command = new InitiateAuthCommand({ ...input, ...(change as object) })
    await expect(sdkOf(emulator).send(command)).rejects.toMatchObject({ name })
  })

  test.each([
    ['without', undefined, /configured with secret but SECRET_HASH was not received/],
    ['with a wrong', 'd3Jvbmc=', /Unable to verify secret hash/],
    [
      "with another name's",
      hashFor('someone', 'thesecretthesecretthesecret'),
      /Unable to verify secret hash/,
    ],
  ])('is refused %s SECRET_HASH where the client has a secret', async (_, hash, message) => {
    const clientSecret = 'thesecretthesecretthesecret'
    const emulator = await poolWith({}, { clientSecret })
    const start = (SECRET_HASH: string | undefined) =>
      sdkOf(emulator).send(
        new InitiateAuthCommand({
          ClientId: emulator.clientId,
          AuthFlow: 'USER_SRP_AUTH',
          AuthParameters: {
            USERNAME: 'carol',
            SRP_A: 'abcdef',
            ...(SECRET_HASH === undefined ? {} : { SECRET_HASH }),
          },
        }),
      )
    await expect(start(hash)).rejects.toThrow(message)
    const begun = await start(hashFor('carol', clientSecret))
    expect(begun).toMatchObject({ ChallengeName: 'PASSWORD_VERIFIER' })
    // As measured at AWS.
    expect(begun.Session).toBeUndefined()
  })

  test('refreshes with rotation, and is told of a token used twice', async () => {
    const clock = handClock()
    const emulator = await poolWith({}, { rotation: { graceSeconds: 10 }, now: clock.now })
    const session = await signIn(emulator)
    const client = sdkOf(emulator)
    const refresh = (RefreshToken: string) =>
      client.send(new GetTokensFromRefreshTokenCommand({ RefreshToken, ClientId: emulator.clientId }))
    const { AuthenticationResult: next } = await refresh(session.refresh_token)
    expect(next!.RefreshToken).not.toBe(session.refresh_token)
    clock.advance(11)
    await expect(refresh(session.refresh_token)).rejects.toMatchObject({ name: 'RefreshTokenReuseException' })
    await client.send(new RevokeTokenCommand({ Token: next!.RefreshToken!, ClientId: emulator.clientId }))
    await expect(refresh(next!.RefreshToken!)).rejects.toMatchObject({ name: 'NotAuthorizedException' })
  })

  test('must have the device confirmed, and name it, where the pool tracks them', async () => {
    const emulator = await poolWith({}, { trackDevices: true, customChallenges: [] })
    const ClientId = emulator.clientId
    const client = sdkOf(emulator)
    const { AuthenticationResult: got } = await client.send(
      new InitiateAuthCommand({ ClientId, AuthFlow: 'CUSTOM_AUTH', AuthParameters: { USERNAME: 'carol' } }),
    )
    const RefreshToken = got!.RefreshToken!
    await expect(
      client.send(new GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken })),
    ).rejects.toThrow('Invalid Refresh Token')
    const DeviceKey = got!.NewDeviceMetadata!.DeviceKey!
    const refresh = () =>
      client.send(new GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken, DeviceKey }))
    await expect(refresh()).rejects.toThrow('Invalid Refresh Token')
    const confirm = (key: string) =>
      client.send(
        new ConfirmDeviceCommand({
          AccessToken: got!.AccessToken,
          DeviceKey: key,
          DeviceSecretVerifierConfig: { PasswordVerifier: 'AAAA', Salt: 'AAAA' },
        }),
      )
    await expect(confirm('another')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await confirm(DeviceKey)
    expect((await refresh()).AuthenticationResult).toHaveProperty('IdToken')
  })

  test('reads the user and signs out everywhere with a token that has the scope, and not without', async () => {
    const emulator = await poolWith()
    const client = sdkOf(emulator)
    const session = await signingIn(userOf(emulator))
    const AccessToken = session.getAccessToken().getJwtToken()
    expect(await client.send(new GetUserCommand({ AccessToken }))).toMatchObject({ Username: 'carol' })
    const browser = await signIn(emulator)
    await expect(
      client.send(new GlobalSignOutCommand({ AccessToken: browser.access_token })),
    ).rejects.toThrow('does not have required scopes')
    await client.send(new GlobalSignOutCommand({ AccessToken }))
    await expect(client.send(new GetUserCommand({ AccessToken }))).rejects.toThrow('revoked')
    const RefreshToken = browser.refresh_token
    await expect(
      client.send(new GetTokensFromRefreshTokenCommand({ ClientId: emulator.clientId, RefreshToken })),
    ).rejects.toThrow('revoked')
  })
})

function hashFor(name: string, clientSecret: string): string {
  return createHmac('sha256', clientSecret).update(`${name}1example23456789emulated01`).digest('base64')
}
