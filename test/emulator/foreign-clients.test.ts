/** Clients that nobody here wrote must be content with what the emulator says: AWS's own SDK and openid-client. */
import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  GetOpenIdTokenCommand,
} from '@aws-sdk/client-cognito-identity'
import type { Credentials } from '@aws-sdk/client-cognito-identity'
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import type { STSClientConfig } from '@aws-sdk/client-sts'
import * as oidc from 'openid-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { callbackOf, emulatorForTest, handClock, signIn } from './emulated-sign-in.ts'

interface Keys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
}

function identityClient(emulator: Emulator): CognitoIdentityClient {
  const client = new CognitoIdentityClient({
    region: emulator.region,
    endpoint: emulator.origin,
    maxAttempts: 1,
  })
  onTestFinished(() => {
    client.destroy()
  })
  return client
}

function stsClient(emulator: Emulator, credentials: Keys, config: STSClientConfig = {}): STSClient {
  const { region, origin: endpoint } = emulator
  const client = new STSClient({ region, endpoint, credentials, maxAttempts: 1, ...config })
  onTestFinished(() => {
    client.destroy()
  })
  return client
}

function keysOf(credentials: Credentials | undefined): Keys {
  return {
    accessKeyId: credentials!.AccessKeyId!,
    secretAccessKey: credentials!.SecretKey!,
    sessionToken: credentials!.SessionToken!,
  }
}

async function identityOf(emulator: Emulator, client: CognitoIdentityClient) {
  const Logins = { [emulator.issuer.replace('http://', '')]: (await signIn(emulator)).id_token }
  const { IdentityId } = await client.send(
    new GetIdCommand({ IdentityPoolId: emulator.identityPoolId, Logins }),
  )
  return { IdentityId, Logins }
}

/** Keys of the enhanced flow for the test user's preferred role. */
async function enhancedKeys(emulator: Emulator): Promise<Keys> {
  const client = identityClient(emulator)
  const input = await identityOf(emulator, client)
  return keysOf((await client.send(new GetCredentialsForIdentityCommand(input))).Credentials)
}

describe("AWS's SDK", () => {
  test('takes the enhanced flow and finds itself in the preferred role', async () => {
    const emulator = await emulatorForTest()
    const client = identityClient(emulator)
    const input = await identityOf(emulator, client)
    const { Credentials, IdentityId } = await client.send(new GetCredentialsForIdentityCommand(input))
    expect(IdentityId).toBe(input.IdentityId)
    expect(Credentials?.Expiration).toBeInstanceOf(Date)
    expect(Math.abs(Credentials!.Expiration!.getTime() - Date.now() - 3_600_000)).toBeLessThan(10_000)
    const caller = await stsClient(emulator, keysOf(Credentials)).send(new GetCallerIdentityCommand())
    expect(caller).toMatchObject({
      Account: '111122223333',
      Arn: 'arn:aws:sts::111122223333:assumed-role/PoolkeyAdmin/CognitoIdentityCredentials',
    })
    expect(caller.UserId).toMatch(/^AROA\w{17}:CognitoIdentityCredentials$/)
  })

  test('gets a role by its ARN, and the named error for one that is not offered', async () => {
    const emulator = await emulatorForTest()
    const client = identityClient(emulator)
    const input = await identityOf(emulator, client)
    const ask = (CustomRoleArn: string) =>
      client.send(new GetCredentialsForIdentityCommand({ ...input, CustomRoleArn }))
    const keys = keysOf((await ask(emulator.roles.editor)).Credentials)
    const { Arn } = await stsClient(emulator, keys).send(new GetCallerIdentityCommand())
    expect(Arn).toContain('assumed-role/PoolkeyEditor/')
    await expect(ask(emulator.roles.webIdentity)).rejects.toMatchObject({ name: 'NotAuthorizedException' })
  })

  test('takes the basic flow with a name and a duration of its own', async () => {
    const emulator = await emulatorForTest({
      identityPool: { allowClassicFlow: true, roleMapping: { kind: 'none' } },
    })
    const client = identityClient(emulator)
    const { Token, IdentityId } = await client.send(
      new GetOpenIdTokenCommand(await identityOf(emulator, client)),
    )
    const sts = stsClient(emulator, {
      accessKeyId: 'unused',
      secretAccessKey: 'unused',
      sessionToken: 'unused',
    })
    const answer = await sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: emulator.roles.editor,
        RoleSessionName: 'me@example.com',
        WebIdentityToken: Token,
        DurationSeconds: 7200,
      }),
    )
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: IdentityId,
      Audience: emulator.identityPoolId,
      Provider: 'cognito-identity.amazonaws.com',
    })
    expect(answer.AssumedRoleUser?.Arn).toBe(
      'arn:aws:sts::111122223333:assumed-role/PoolkeyEditor/me@example.com',
    )
    expect(Math.abs(answer.Credentials!.Expiration!.getTime() - Date.now() - 7_200_000)).toBeLessThan(10_000)
  })

  test('reads the errors of AssumeRoleWithWebIdentity by their names', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now })
    const { id_token: token, access_token: accessToken } = await signIn(emulator)
    const sts = stsClient(emulator, {
      accessKeyId: 'unused',
      secretAccessKey: 'unused',
      sessionToken: 'unused',
    })
    const assume = (WebIdentityToken: string, RoleArn = emulator.roles.webIdentity) =>
      sts.send(new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'me', WebIdentityToken }))
    await expect(assume(accessToken)).rejects.toMatchObject({ name: 'InvalidIdentityTokenException' })
    await expect(assume(token, emulator.roles.admin)).rejects.toMatchObject({ name: 'AccessDenied' })
    clock.advance(3600)
    await expect(assume(token)).rejects.toMatchObject({ name: 'ExpiredTokenException' })
  })

  test('chains into another account, with tags, an hour at most', async () => {
    const emulator = await emulatorForTest()
    const sts = stsClient(emulator, await enhancedKeys(emulator))
    const input = { RoleArn: emulator.roles.chained, RoleSessionName: 'chained' }
    const { Credentials, AssumedRoleUser, SourceIdentity } = await sts.send(
      new AssumeRoleCommand({
        ...input,
        Tags: [{ Key: 'team', Value: "blue ~*'()" }],
        TransitiveTagKeys: ['team'],
        SourceIdentity: 'somebody',
      }),
    )
    expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::444455556666:assumed-role/PoolkeyChained/chained')
    expect(SourceIdentity).toBe('somebody')
    const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!
    const second = {
      accessKeyId: AccessKeyId!,
      secretAccessKey: SecretAccessKey!,
      sessionToken: SessionToken!,
    }
    const { Account } = await stsClient(emulator, second).send(new GetCallerIdentityCommand())
    expect(Account).toBe('444455556666')
    await expect(sts.send(new AssumeRoleCommand({ ...input, DurationSeconds: 3601 }))).rejects.toMatchObject({
      name: 'ValidationError',
      message:
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    })
    const twice = [
      { Key: 'team', Value: 'a' },
      { Key: 'Team', Value: 'b' },
    ]
    await expect(sts.send(new AssumeRoleCommand({ ...input, Tags: twice }))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    })
    await expect(
      sts.send(new AssumeRoleCommand({ ...input, TransitiveTagKeys: ['team'] })),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    })
    const tagged = new AssumeRoleCommand({ ...input, Tags: [{ Key: 'team', Value: 'a' }] })
    emulator.settings.roles.find(({ arn }) => arn === emulator.roles.chained)!.trustPolicy = {
      Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' },
    }
    expect((await sts.send(new AssumeRoleCommand(input))).Credentials).toBeDefined()
    await expect(sts.send(tagged)).rejects.toMatchObject({
      message: expect.stringContaining('is not authorized to perform: sts:TagSession') as string,
    })
  })

  test('needs the external ID that the role asks for', async () => {
    const emulator = await emulatorForTest()
    const sts = stsClient(emulator, await enhancedKeys(emulator))
    const assume = (ExternalId?: string) =>
      sts.send(
        new AssumeRoleCommand({
          RoleArn: emulator.roles.chainedWithExternalId,
          RoleSessionName: 'me',
          ExternalId,
        }),
      )
    expect((await assume(emulator.externalId)).Credentials).toBeDefined()
    for (const wrong of [undefined, 'wrong']) {
      await expect(assume(wrong)).rejects.toMatchObject({
        name: 'AccessDenied',
        message: `User: arn:aws:sts::111122223333:assumed-role/PoolkeyAdmin/CognitoIdentityCredentials is not authorized to perform: sts:AssumeRole on resource: ${emulator.roles.chainedWithExternalId}`,
      })
    }
  })

  test('may not chain as a guest', async () => {
    const emulator = await emulatorForTest({ identityPool: { allowUnauthenticated: true } })
    const client = identityClient(emulator)
    const { IdentityId } = await client.send(new GetIdCommand({ IdentityPoolId: emulator.identityPoolId }))
    const { Credentials } = await client.send(new GetCredentialsForIdentityCommand({ IdentityId }))
    const sts = stsClient(emulator, keysOf(Credentials))
    expect((await sts.send(new GetCallerIdentityCommand())).Arn).toContain('/PoolkeyUnauthenticated/')
    const chained = new AssumeRoleCommand({ RoleArn: emulator.roles.chained, RoleSessionName: 'me' })
    await expect(sts.send(chained)).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  test('is refused with keys that are unknown, wrong, or over', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now })
    const keys = await enhancedKeys(emulator)
    // The SDK signs with its own clock, which an offset brings to that of the emulator.
    const ask = (change: Partial<Keys>) =>
      stsClient(emulator, { ...keys, ...change }, { systemClockOffset: clock.now() - Date.now() }).send(
        new GetCallerIdentityCommand(),
      )
    expect((await ask({})).Account).toBe('111122223333')
    await expect(ask({ accessKeyId: 'ASIAAAAAAAAAAAAAAAAA' })).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    })
    await expect(ask({ sessionToken: 'other' })).rejects.toMatchObject({ name: 'InvalidClientTokenId' })
    await expect(ask({ secretAccessKey: 'x'.repeat(40) })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    })
    clock.advance(3599)
    expect((await ask({})).Account).toBe('111122223333')
    clock.advance(1)
    await expect(ask({})).rejects.toMatchObject({ name: 'ExpiredToken' })
  })

  test('is refused when its clock is more than a quarter of an hour off', async () => {
    const emulator = await emulatorForTest()
    const keys = await enhancedKeys(emulator)
    const ask = (minutes: number) =>
      stsClient(emulator, keys, { systemClockOffset: minutes * 60_000 }).send(new GetCallerIdentityCommand())
    expect((await ask(14)).Account).toBe('111122223333')
    await expect(ask(16)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' })
    await expect(ask(-16)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' })
  })
})

describe('openid-client', () => {
  async function discover(emulator: Emulator, secret?: string): Promise<oidc.Configuration> {
    const auth = secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret)
    // Deprecated only to stand out; loopback is what it is for.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const options = { execute: [oidc.allowInsecureRequests] }
    return oidc.discovery(new URL(emulator.issuer), emulator.clientId, undefined, auth, options)
  }

  async function signInWith(config: oidc.Configuration, emulator: Emulator) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
    const expectedState = oidc.randomState()
    const expectedNonce = oidc.randomNonce()
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: callbackOf(emulator),
      scope: 'openid email',
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    const page = await signInHeadlessly({ authorizeUrl: url.href, ...emulator.user })
    return oidc.authorizationCodeGrant(config, new URL(page.url), {
      pkceCodeVerifier,
      expectedState,
      expectedNonce,
      idTokenExpected: true,
    })
  }

  test('discovers, signs in, refreshes, asks who it is and revokes', async () => {
    const emulator = await emulatorForTest({ rotation: { graceSeconds: 0 } })
    const config = await discover(emulator)
    const tokens = await signInWith(config, emulator)
    const claims = tokens.claims()!
    expect(claims).toMatchObject({ email: emulator.user.email, token_use: 'id' })

    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token!)
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
    const user = await oidc.fetchUserInfo(config, refreshed.access_token, claims.sub)
    expect(user['username']).toBe(emulator.user.username)

    await oidc.tokenRevocation(config, refreshed.refresh_token!)
    await expect(oidc.refreshTokenGrant(config, refreshed.refresh_token!)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  test('authenticates with a secret, plus signs included', async () => {
    const emulator = await emulatorForTest({ clientSecret: 'a+secret+with+plus+signs' })
    const tokens = await signInWith(await discover(emulator, 'a+secret+with+plus+signs'), emulator)
    expect(tokens.id_token).toBeDefined()
    await expect(signInWith(await discover(emulator, 'wrong'), emulator)).rejects.toMatchObject({
      error: 'invalid_client',
    })
  })
})
