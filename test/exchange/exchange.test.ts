import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import { exchangeForCredentials, sessionNameOf } from '../../src/exchange/exchange.ts'
import type { ExchangeRequest } from '../../src/exchange/exchange.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { Secret } from '../../src/secret.ts'
import { decodeClaims } from '../../src/sign-in/claims.ts'
import { emulatorForTest, signIn } from '../emulator/emulated-sign-in.ts'
import { clientsOf, openHttp, profileOf } from './emulated-profile.ts'

const NEVER = new AbortController().signal

async function signedInAt(emulator: Emulator): Promise<NonNullable<ExchangeRequest['signedIn']>> {
  const idToken = new Secret((await signIn(emulator)).id_token)
  return { idToken, claims: decodeClaims(idToken) }
}

function exchangeOf(
  profile: Profile,
  rest: Pick<ExchangeRequest, 'signedIn'> & { identityId?: string | undefined },
) {
  const clients = clientsOf(profile, openHttp())
  return exchangeForCredentials({ profile, identityId: undefined, clients, signal: NEVER, ...rest })
}

/** Somebody whose identity ID is known from an exchange. */
async function exchangedOnce() {
  const emulator = await emulatorForTest()
  const profile = profileOf(emulator)
  const signedIn = await signedInAt(emulator)
  const { identityId } = await exchangeOf(profile, { signedIn })
  return { emulator, profile, signedIn, identityId }
}

async function callerOf(profile: Profile, result: Awaited<ReturnType<typeof exchangeForCredentials>>) {
  const sts = await clientsOf(profile, openHttp()).securityToken()
  return sts.requestCallerIdentity({ credentials: result.credentials, signal: NEVER })
}

function bodyOf(emulator: Emulator, operation: string): string {
  return emulator.requests.find((request) => request.operation === operation)!.body
}

describe('the enhanced flow', () => {
  test('yields credentials of the role the identity pool chooses', async () => {
    const emulator = await emulatorForTest()
    const profile = profileOf(emulator)
    const result = await exchangeOf(profile, { signedIn: await signedInAt(emulator) })
    expect(result.credentials).toMatchObject({ roleArn: undefined, accountId: undefined })
    expect(result.identityId).toMatch(/^eu-west-1:/)
    expect((await callerOf(profile, result)).arn).toContain('assumed-role/PoolkeyAdmin/')
  })

  test('asks for cognito_role_arn and knows the account from it', async () => {
    const emulator = await emulatorForTest()
    const roleArn = emulator.roles.editor
    const profile = profileOf(emulator, { cognito_role_arn: roleArn })
    const result = await exchangeOf(profile, { signedIn: await signedInAt(emulator) })
    expect(result.credentials).toMatchObject({ roleArn, accountId: emulator.accountId })
    expect((await callerOf(profile, result)).arn).toContain('assumed-role/PoolkeyEditor/')
  })

  test('asks for no identity ID when it is given one', async () => {
    const { emulator, profile, signedIn, identityId } = await exchangedOnce()
    expect(emulator.count('GetId')).toBe(1)
    expect((await exchangeOf(profile, { signedIn, identityId })).identityId).toBe(identityId)
    expect(emulator.count('GetId')).toBe(1)
    expect(emulator.count('GetCredentialsForIdentity')).toBe(2)
  })

  test('asks once more whose identity it is when the one it knows is gone', async () => {
    const emulator = await emulatorForTest()
    const identityId = 'eu-west-1:99999999-2222-3333-4444-555555555555'
    const result = await exchangeOf(profileOf(emulator), { signedIn: await signedInAt(emulator), identityId })
    expect(result.identityId).not.toBe(identityId)
    expect(emulator.count('GetId')).toBe(1)
    expect(emulator.count('GetCredentialsForIdentity')).toBe(2)
  })

  test('does not try again when the identity turns out to be the same', async () => {
    const { emulator, profile, signedIn, identityId } = await exchangedOnce()
    emulator.faults.set('GetCredentialsForIdentity', {
      kind: 'answer',
      status: 400,
      headers: { 'x-amzn-ErrorType': 'NotAuthorizedException:' },
      body: '{"__type":"NotAuthorizedException","message":"Not Authorized"}',
    })
    await expect(exchangeOf(profile, { signedIn, identityId })).rejects.toMatchObject({
      code: 'service-refused',
      facts: { name: 'NotAuthorizedException', message: 'Not Authorized' },
    })
    expect(emulator.count('GetId')).toBe(2)
    expect(emulator.count('GetCredentialsForIdentity')).toBe(2)
  })

  test('does not doubt the identity when the refusal is about something else', async () => {
    const { emulator, profile, signedIn, identityId } = await exchangedOnce()
    emulator.settings.identityPool.authenticatedRole = 'arn:aws:iam::111122223333:role/Unknown'
    emulator.settings.identityPool.roleMapping = { kind: 'none' }
    await expect(exchangeOf(profile, { signedIn, identityId })).rejects.toMatchObject({
      code: 'service-refused',
      facts: { name: 'InvalidIdentityPoolConfigurationException' },
    })
    expect(emulator.count('GetId')).toBe(1)
  })

  test('takes the Logins key from the token, unless the profile says another', async () => {
    const emulator = await emulatorForTest()
    const signedIn = await signedInAt(emulator)
    await exchangeOf(profileOf(emulator), { signedIn })
    const provider = emulator.issuer.replace('http://', '')
    expect(JSON.parse(bodyOf(emulator, 'GetId'))).toMatchObject({
      Logins: { [provider]: signedIn.idToken.reveal() },
    })
    const other = profileOf(emulator, { cognito_logins_key: 'idp.example.com' })
    await expect(exchangeOf(other, { signedIn })).rejects.toMatchObject({ code: 'service-refused' })
  })
})

describe('the web-identity flow', () => {
  test('assumes the role with the ID token, in the name of who signed in', async () => {
    const emulator = await emulatorForTest()
    const roleArn = emulator.roles.webIdentity
    const profile = profileOf(emulator, {
      cognito_exchange: 'web-identity',
      cognito_role_arn: roleArn,
      cognito_duration_seconds: '900',
    })
    const result = await exchangeOf(profile, { signedIn: await signedInAt(emulator) })
    expect(result.identityId).toBeUndefined()
    expect(result.credentials.accountId).toBe(emulator.accountId)
    expect((await callerOf(profile, result)).arn).toBe(
      `arn:aws:sts::${emulator.accountId}:assumed-role/PoolkeyWebIdentity/test-user@example.com`,
    )
    expect(emulator.count('GetId')).toBe(0)
    const lifeMs = result.credentials.expiration.getTime() - Date.now()
    expect(Math.abs(lifeMs - 900_000)).toBeLessThan(20_000)
  })

  test('sends session name, policy and policy ARNs as the profile says', async () => {
    const emulator = await emulatorForTest()
    const policy = '{"Version":"2012-10-17","Statement":[]}'
    const profile = profileOf(emulator, {
      cognito_exchange: 'web-identity',
      cognito_role_arn: emulator.roles.webIdentity,
      cognito_role_session_name: 'nightly',
      cognito_session_policy: policy,
      cognito_policy_arns: 'arn:aws:iam::aws:policy/ReadOnlyAccess, arn:aws:iam::aws:policy/ViewOnly',
    })
    await exchangeOf(profile, { signedIn: await signedInAt(emulator) })
    const form = new URLSearchParams(bodyOf(emulator, 'AssumeRoleWithWebIdentity'))
    expect(Object.fromEntries(form)).toMatchObject({
      RoleSessionName: 'nightly',
      Policy: policy,
      'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      'PolicyArns.member.2.arn': 'arn:aws:iam::aws:policy/ViewOnly',
      DurationSeconds: '3600',
    })
  })

  test('works with an STS-like service: no account in the ARN, nanoseconds in Expiration', async () => {
    const emulator = await emulatorForTest({
      acceptRolesWithoutAccount: true,
      expirationStyle: 'nanoseconds',
    })
    const profile = profileOf(emulator, {
      cognito_exchange: 'web-identity',
      cognito_role_arn: 'arn:aws:iam:::role/PoolkeyWebIdentity',
    })
    const { credentials } = await exchangeOf(profile, { signedIn: await signedInAt(emulator) })
    expect(credentials.accountId).toBeUndefined()
    expect(credentials.roleArn).toBe('arn:aws:iam:::role/PoolkeyWebIdentity')
    expect(credentials.expiration.getTime() % 1000).toBe(0)
    expect(Math.abs(credentials.expiration.getTime() - Date.now() - 3_600_000)).toBeLessThan(20_000)
  })

  test('leaves the account out where the service does, whatever the profile says', async () => {
    const emulator = await emulatorForTest({ acceptRolesWithoutAccount: true })
    const profile = profileOf(emulator, {
      cognito_exchange: 'web-identity',
      cognito_role_arn: 'arn:aws:iam:::role/PoolkeyWebIdentity',
      aws_account_id: '999988887777',
    })
    const { credentials } = await exchangeOf(profile, { signedIn: await signedInAt(emulator) })
    expect(credentials.accountId).toBeUndefined()
  })
})

describe('the basic flow', () => {
  test("assumes the role with the identity pool's token", async () => {
    const emulator = await emulatorForTest({
      identityPool: { allowClassicFlow: true, roleMapping: { kind: 'none' } },
    })
    const profile = profileOf(emulator, {
      cognito_exchange: 'basic',
      cognito_role_arn: emulator.roles.authenticated,
    })
    const signedIn = await signedInAt(emulator)
    const result = await exchangeOf(profile, { signedIn })
    expect((await callerOf(profile, result)).arn).toContain(
      'assumed-role/PoolkeyAuthenticated/test-user@example.com',
    )
    expect(bodyOf(emulator, 'AssumeRoleWithWebIdentity')).not.toContain(signedIn.idToken.reveal())
    await exchangeOf(profile, { signedIn, identityId: result.identityId })
    expect(emulator.count('GetId')).toBe(1)
  })
})

describe('a guest', () => {
  test('has credentials of the unauthenticated role without any token', async () => {
    const emulator = await emulatorForTest({ identityPool: { allowUnauthenticated: true } })
    const profile = profileOf(emulator, { cognito_guest: 'true' })
    const result = await exchangeOf(profile, { signedIn: undefined })
    expect((await callerOf(profile, result)).arn).toContain('assumed-role/PoolkeyUnauthenticated/')
    expect(bodyOf(emulator, 'GetId')).not.toContain('Logins')
    const again = await exchangeOf(profile, { signedIn: undefined, identityId: result.identityId })
    expect(again.identityId).toBe(result.identityId)
    expect(emulator.count('GetId')).toBe(1)
  })

  test('is refused where the identity pool has none', async () => {
    const emulator = await emulatorForTest()
    const profile = profileOf(emulator, { cognito_guest: 'true' })
    await expect(exchangeOf(profile, { signedIn: undefined })).rejects.toMatchObject({
      code: 'service-refused',
      facts: { service: 'identity pool', operation: 'GetId', name: 'NotAuthorizedException', status: 400 },
    })
  })
})

describe('a chained role', () => {
  test('is assumed with the credentials of the first one', async () => {
    const emulator = await emulatorForTest()
    const profile = profileOf(emulator, {
      cognito_chain_role_arn: emulator.roles.chainedWithExternalId,
      cognito_chain_external_id: emulator.externalId,
      cognito_chain_duration_seconds: '900',
    })
    const result = await exchangeOf(profile, { signedIn: await signedInAt(emulator) })
    expect(result.credentials.accountId).toBe('444455556666')
    expect(result.identityId).toMatch(/^eu-west-1:/)
    expect((await callerOf(profile, result)).arn).toBe(
      'arn:aws:sts::444455556666:assumed-role/PoolkeyChainedWithExternalId/test-user@example.com',
    )
    const form = new URLSearchParams(bodyOf(emulator, 'AssumeRole'))
    expect([form.get('ExternalId'), form.get('DurationSeconds')]).toEqual([emulator.externalId, '900'])
  })

  test('that does not trust the first one is refused in the words of STS', async () => {
    const emulator = await emulatorForTest()
    const profile = profileOf(emulator, {
      cognito_chain_role_arn: emulator.roles.chainedWithExternalId,
    })
    await expect(exchangeOf(profile, { signedIn: await signedInAt(emulator) })).rejects.toMatchObject({
      code: 'service-refused',
      facts: { service: 'STS', operation: 'AssumeRole', name: 'AccessDenied', status: 403 },
    })
    expect(emulator.count('AssumeRole')).toBe(1)
  })
})

test('a sign-in-only profile has no exchange', async () => {
  const emulator = await emulatorForTest()
  const profile = { ...profileOf(emulator), exchange: { kind: 'none' as const } }
  await expect(exchangeOf(profile, { signedIn: await signedInAt(emulator) })).rejects.toMatchObject({
    code: 'no-exchange',
  })
  expect(emulator.count('GetId')).toBe(0)
})

describe('sessionNameOf', () => {
  test.each([
    [{ email: 'ada@example.com', username: 'ada', sub: 's' }, 'ada@example.com'],
    [{ email: undefined, username: 'Google_123', sub: 's' }, 'Google_123'],
    [{ email: undefined, username: undefined, sub: '1234' }, '1234'],
    [{ email: 'Ada Løve "x"@example.com', username: 'ada', sub: 's' }, 'Ada-L-ve--x-@example.com'],
    [{ email: undefined, username: 'a', sub: 's' }, 'a-'],
    [{ email: `${'a'.repeat(60)}@example.com`, username: 'ada', sub: 's' }, `${'a'.repeat(60)}@exa`],
    [undefined, 'guest'],
  ])('%j is %s', (claims, name) => {
    expect(sessionNameOf(claims)).toBe(name)
  })

  test('is always one that STS takes, whatever the claims', () => {
    const text = fc.option(fc.string({ unit: 'binary', maxLength: 200, size: 'large' }), { nil: undefined })
    fc.assert(
      fc.property(text, text, fc.string({ unit: 'binary' }), (email, username, sub) => {
        expect(sessionNameOf({ email, username, sub })).toMatch(/^[\w+=,.@-]{2,64}$/)
      }),
    )
  })
})
