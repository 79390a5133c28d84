import { describe, expect, test } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import type { Forgery } from '../../src/emulator/forgery.ts'
import type { TrustStatement } from '../../src/emulator/trust-policy.ts'
import {
  claimsOf,
  emulatorForTest,
  forgedIdToken,
  handClock,
  headerOfToken,
  signIn,
} from './emulated-sign-in.ts'

interface AwsAnswer {
  status: number
  errorType: string | null
  body: Record<string, unknown>
  text: string
}

async function call(emulator: Emulator, operation: string, input: unknown): Promise<AwsAnswer> {
  const answer = await fetch(emulator.origin, {
    method: 'POST',
    headers: {
      'X-Amz-Target': `AWSCognitoIdentityService.${operation}`,
      'Content-Type': 'application/x-amz-json-1.1',
    },
    body: JSON.stringify(input),
  })
  const text = await answer.text()
  const errorType = answer.headers.get('x-amzn-errortype')
  return { status: answer.status, errorType, text, body: JSON.parse(text) as Record<string, unknown> }
}

function loginsOf(emulator: Emulator, idToken: string): Record<string, string> {
  return { [emulator.issuer.replace('http://', '')]: idToken }
}

async function forgedLogins(emulator: Emulator, forgery: Forgery): Promise<Record<string, string>> {
  return loginsOf(emulator, await forgedIdToken(emulator, forgery))
}

async function getId(emulator: Emulator, Logins?: Record<string, string>): Promise<AwsAnswer> {
  return call(emulator, 'GetId', { IdentityPoolId: emulator.identityPoolId, Logins })
}

/** Signs in and answers with what GetCredentialsForIdentity needs. */
async function signedIn(emulator: Emulator): Promise<{ IdentityId: string; Logins: Record<string, string> }> {
  const Logins = loginsOf(emulator, (await signIn(emulator)).id_token)
  const { body } = await getId(emulator, Logins)
  return { IdentityId: body['IdentityId'] as string, Logins }
}

/** An emulator where one person signed in, then another, who is the test user from then on. */
async function twoSignedIn() {
  const emulator = await emulatorForTest({
    users: [
      { username: 'one', password: 'pw-one', email: 'one@example.com' },
      { username: 'two', password: 'pw-two', email: 'two@example.com' },
    ],
  })
  const one = await signedIn(emulator)
  Object.assign(emulator.user, { username: 'two', password: 'pw-two' })
  return { emulator, one, two: await signedIn(emulator) }
}

function expectRefusal(answer: AwsAnswer, code: string, message: string): void {
  expect([answer.status, answer.errorType]).toEqual([400, `${code}:`])
  expect(answer.body).toEqual({ __type: code, message })
}

function adminStatement(emulator: Emulator): TrustStatement {
  const { trustPolicy } = emulator.settings.roles.find(({ arn }) => arn === emulator.roles.admin)!
  return [trustPolicy.Statement].flat()[0]!
}

describe('GetId', () => {
  test('gives one person the same identity every time, and another person another', async () => {
    const { emulator, one, two } = await twoSignedIn()
    const twoAgain = await signedIn(emulator)
    expect(one.IdentityId).toMatch(/^eu-west-1:[0-9a-f-]{36}$/)
    expect(two.IdentityId).not.toBe(one.IdentityId)
    expect(twoAgain.IdentityId).toBe(two.IdentityId)
  })

  test('checks its parameters against the service model', async () => {
    const emulator = await emulatorForTest()
    const constraint = (value: string, at: string, rule: string) =>
      `1 validation error detected: Value ${value} at '${at}' failed to satisfy constraint: ${rule}`
    expectRefusal(
      await call(emulator, 'GetId', {}),
      'InvalidParameterException',
      constraint('null', 'identityPoolId', 'Member must not be null'),
    )
    expectRefusal(
      await call(emulator, 'GetId', { IdentityPoolId: 'nonsense' }),
      'InvalidParameterException',
      constraint(
        "'nonsense'",
        'identityPoolId',
        'Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+',
      ),
    )
    expect((await call(emulator, 'GetId', { IdentityPoolId: 1 })).body['__type']).toBe(
      'SerializationException',
    )
    expect((await getId(emulator, { ['x'.repeat(129)]: 't' })).body['__type']).toBe(
      'InvalidParameterException',
    )
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`provider-${n}`, 't']))
    expect((await getId(emulator, eleven)).body['__type']).toBe('InvalidParameterException')
  })

  test('does not know another pool, nor another operation', async () => {
    const emulator = await emulatorForTest({ identityPool: { allowUnauthenticated: true } })
    const IdentityPoolId = 'eu-west-1:99999999-2222-3333-4444-555555555555'
    expectRefusal(
      await call(emulator, 'GetId', { IdentityPoolId }),
      'ResourceNotFoundException',
      `IdentityPool '${IdentityPoolId}' not found.`,
    )
    expect((await call(emulator, 'ListIdentities', {})).body['__type']).toBe('UnknownOperationException')
  })
})

describe('a login', () => {
  const cases: [string, string, (emulator: Emulator) => Promise<Record<string, string>>][] = [
    [
      'an access token',
      'Invalid login token. Missing a required claim: aud',
      async (emulator) => loginsOf(emulator, (await signIn(emulator)).access_token),
    ],
    [
      'an access token with an audience',
      'Token is not from a supported provider of this identity pool.',
      async (emulator) =>
        loginsOf(emulator, (await signIn(emulator, { resource: 'https://api.example.com' })).access_token),
    ],
    [
      'another Logins key',
      "Invalid login token. Issuer doesn't match providerName",
      async (emulator) => ({
        'cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123': (await signIn(emulator)).id_token,
      }),
    ],
    [
      'a Logins key with its scheme',
      "Invalid login token. Issuer doesn't match providerName",
      async (emulator) => ({ [emulator.issuer]: (await signIn(emulator)).id_token }),
    ],
    [
      'a token for another client',
      'Token is not from a supported provider of this identity pool.',
      (emulator) => forgedLogins(emulator, { claims: { aud: 'another-client' } }),
    ],
    [
      'a token with a signature of somebody else',
      "Invalid login token. Couldn't verify signed token.",
      (emulator) => forgedLogins(emulator, { signature: 'other-key' }),
    ],
    [
      'a token without signature',
      "Invalid login token. Couldn't verify signed token.",
      (emulator) => forgedLogins(emulator, { alg: 'none' }),
    ],
    [
      'a token signed with the public key as a password',
      "Invalid login token. Couldn't verify signed token.",
      (emulator) => forgedLogins(emulator, { alg: 'HS256' }),
    ],
    [
      'a header that names another algorithm than the signature has',
      "Invalid login token. Couldn't verify signed token.",
      (emulator) => forgedLogins(emulator, { header: { alg: 'RS512' } }),
    ],
    [
      'an issuer that differs in its scheme alone',
      "Invalid login token. Couldn't verify signed token.",
      (emulator) => forgedLogins(emulator, { claims: { iss: emulator.issuer.replace('http:', 'https:') } }),
    ],
    [
      'a token for another use',
      'Invalid login token. Not a Cognito token.',
      (emulator) => forgedLogins(emulator, { claims: { token_use: 'access' } }),
    ],
    [
      'no token at all',
      'Invalid login token. Not a Cognito token.',
      (emulator) => Promise.resolve(loginsOf(emulator, 'nonsense')),
    ],
  ]

  test.each(cases)('is refused with %s', async (_, message, makeLogins) => {
    const emulator = await emulatorForTest()
    expectRefusal(await getId(emulator, await makeLogins(emulator)), 'NotAuthorizedException', message)
  })

  test('is refused from the second on in which its token expires', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now, idTokenSeconds: 300 })
    const { id_token: token } = await signIn(emulator)
    const { exp } = claimsOf(token) as { exp: number }
    clock.advance(299)
    expect((await getId(emulator, loginsOf(emulator, token))).status).toBe(200)
    clock.advance(1)
    expectRefusal(
      await getId(emulator, loginsOf(emulator, token)),
      'NotAuthorizedException',
      `Invalid login token. Token expired: ${exp} >= ${exp}`,
    )
  })

  test('is refused once signing keys are rotated', async () => {
    const emulator = await emulatorForTest()
    const { id_token: token } = await signIn(emulator)
    await emulator.rotateSigningKeys()
    expectRefusal(
      await getId(emulator, loginsOf(emulator, token)),
      'NotAuthorizedException',
      "Invalid login token. Couldn't verify signed token.",
    )
    expect((await getId(emulator, loginsOf(emulator, (await signIn(emulator)).id_token))).status).toBe(200)
  })

  test('is refused by a pool without providers', async () => {
    const emulator = await emulatorForTest({ identityPool: { providers: [] } })
    expectRefusal(
      await getId(emulator, loginsOf(emulator, (await signIn(emulator)).id_token)),
      'NotAuthorizedException',
      "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    )
  })

  test('of a session that was signed out is refused only under the server-side token check', async () => {
    const emulator = await emulatorForTest()
    const { id_token: token } = await signIn(emulator)
    emulator.revokeAllSessions()
    expect((await getId(emulator, loginsOf(emulator, token))).status).toBe(200)
    emulator.settings.identityPool.providers[0]!.serverSideTokenCheck = true
    expectRefusal(
      await getId(emulator, loginsOf(emulator, token)),
      'NotAuthorizedException',
      'Not Authorized',
    )
  })

  test('of a user who was deleted is refused only under the server-side token check', async () => {
    const emulator = await emulatorForTest()
    const logins = loginsOf(emulator, (await signIn(emulator)).id_token)
    emulator.settings.users = []
    expect((await getId(emulator, logins)).status).toBe(200)
    emulator.settings.identityPool.providers[0]!.serverSideTokenCheck = true
    expectRefusal(await getId(emulator, logins), 'NotAuthorizedException', 'Not Authorized')
  })
})

describe('GetCredentialsForIdentity', () => {
  test('answers with keys of the form AWS gives, for an hour', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now, secretMark: 'CANARY-' })
    const identity = await signedIn(emulator)
    const { body, text } = await call(emulator, 'GetCredentialsForIdentity', identity)
    const credentials = body['Credentials'] as Record<string, unknown>
    expect(body['IdentityId']).toBe(identity.IdentityId)
    expect(Object.keys(credentials)).toEqual(['AccessKeyId', 'SecretKey', 'SessionToken', 'Expiration'])
    expect(credentials['AccessKeyId']).toMatch(/^ASIA[A-Z2-7]{16}$/)
    expect(credentials['SecretKey']).toMatch(/^CANARY[A-Za-z0-9+/]{34}$/)
    expect(credentials['SessionToken']).toMatch(/^CANARY[A-Za-z0-9+/]+$/)
    expect(credentials['Expiration']).toBe(clock.now() / 1000 + 3600)
    expect(text).toMatch(/"Expiration":\d\.\d+E9\}/)
  })

  test('wants a login for an identity that has one, and the right one', async () => {
    const { emulator, one, two } = await twoSignedIn()
    const mixed = { IdentityId: one.IdentityId, Logins: two.Logins }
    expectRefusal(
      await call(emulator, 'GetCredentialsForIdentity', mixed),
      'NotAuthorizedException',
      "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    )
    expectRefusal(
      await call(emulator, 'GetCredentialsForIdentity', { IdentityId: one.IdentityId }),
      'NotAuthorizedException',
      'Unauthenticated access is not supported for this identity pool.',
    )
    const unknown = 'eu-west-1:00000000-0000-0000-0000-000000000000'
    expectRefusal(
      await call(emulator, 'GetCredentialsForIdentity', { ...one, IdentityId: unknown }),
      'ResourceNotFoundException',
      `Identity '${unknown}' not found.`,
    )
  })

  test('refuses a role the token does not offer', async () => {
    const emulator = await emulatorForTest()
    const CustomRoleArn = emulator.roles.authenticated
    const answer = await call(emulator, 'GetCredentialsForIdentity', {
      ...(await signedIn(emulator)),
      CustomRoleArn,
    })
    expectRefusal(answer, 'NotAuthorizedException', `Access to Role '${CustomRoleArn}' is forbidden.`)
  })

  test('refuses a user whose roles are ambiguous, where the pool says Deny', async () => {
    const emulator = await emulatorForTest({
      identityPool: { roleMapping: { kind: 'token', ambiguous: 'Deny' } },
    })
    for (const group of emulator.settings.groups) group.precedence = 5
    const identity = await signedIn(emulator)
    expectRefusal(
      await call(emulator, 'GetCredentialsForIdentity', identity),
      'NotAuthorizedException',
      `The ambiguous role mapping rules for: ${identity.IdentityId} denied this request.`,
    )
    const named = { ...identity, CustomRoleArn: emulator.roles.editor }
    expect((await call(emulator, 'GetCredentialsForIdentity', named)).status).toBe(200)
  })

  test.each([
    ['no role at all', (emulator: Emulator) => void (emulator.settings.roles = [])],
    [
      'a trust policy for another pool',
      (emulator: Emulator) => {
        adminStatement(emulator).Condition!['StringEquals'] = {
          'cognito-identity.amazonaws.com:aud': 'eu-west-1:other',
        }
      },
    ],
    [
      'a trust policy for guests',
      (emulator: Emulator) => {
        adminStatement(emulator).Condition!['ForAnyValue:StringLike'] = {
          'cognito-identity.amazonaws.com:amr': 'unauthenticated',
        }
      },
    ],
    [
      'a trust policy that allows sts:AssumeRole only',
      (emulator: Emulator) => {
        adminStatement(emulator).Action = 'sts:AssumeRole'
      },
    ],
    [
      'mapped tags without sts:TagSession',
      (emulator: Emulator) => {
        emulator.settings.identityPool.principalTags = { username: 'cognito:username' }
        adminStatement(emulator).Action = 'sts:AssumeRoleWithWebIdentity'
      },
    ],
  ])('complains about its configuration when there is %s', async (_, spoil) => {
    const emulator = await emulatorForTest()
    const identity = await signedIn(emulator)
    expect((await call(emulator, 'GetCredentialsForIdentity', identity)).status).toBe(200)
    spoil(emulator)
    expectRefusal(
      await call(emulator, 'GetCredentialsForIdentity', identity),
      'InvalidIdentityPoolConfigurationException',
      'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
    )
  })
})

describe('guests', () => {
  test('are refused unless the pool allows them', async () => {
    const emulator = await emulatorForTest()
    expectRefusal(
      await getId(emulator),
      'NotAuthorizedException',
      'Unauthenticated access is not supported for this identity pool.',
    )
  })

  test('each get an identity and credentials, but not those of somebody who signed in', async () => {
    const emulator = await emulatorForTest({ identityPool: { allowUnauthenticated: true } })
    const [one, two] = [(await getId(emulator)).body, (await getId(emulator, {})).body]
    expect(one['IdentityId']).not.toBe(two['IdentityId'])
    expect((await call(emulator, 'GetCredentialsForIdentity', one)).status).toBe(200)
    const { IdentityId } = await signedIn(emulator)
    expectRefusal(
      await call(emulator, 'GetCredentialsForIdentity', { IdentityId }),
      'NotAuthorizedException',
      `Access to Identity '${IdentityId}' is forbidden.`,
    )
  })

  test('become the person who signs in, and are merged into one who has an identity already', async () => {
    const emulator = await emulatorForTest({ identityPool: { allowUnauthenticated: true } })
    const guest = (await getId(emulator)).body['IdentityId'] as string
    const Logins = loginsOf(emulator, (await signIn(emulator)).id_token)
    const grown = await call(emulator, 'GetCredentialsForIdentity', { IdentityId: guest, Logins })
    expect(grown.body['IdentityId']).toBe(guest)
    expect((await getId(emulator, Logins)).body['IdentityId']).toBe(guest)
    const second = (await getId(emulator)).body['IdentityId']
    const merged = await call(emulator, 'GetCredentialsForIdentity', { IdentityId: second, Logins })
    expect(merged.body['IdentityId']).toBe(guest)
  })
})

describe('GetOpenIdToken', () => {
  test('answers with a signed token about the identity, for ten minutes', async () => {
    const emulator = await emulatorForTest({
      identityPool: { allowClassicFlow: true, roleMapping: { kind: 'none' } },
    })
    const identity = await signedIn(emulator)
    const { body } = await call(emulator, 'GetOpenIdToken', identity)
    const token = body['Token'] as string
    const claims = claimsOf(token)
    expect(claims).toMatchObject({
      iss: 'https://cognito-identity.amazonaws.com',
      aud: emulator.identityPoolId,
      sub: identity.IdentityId,
    })
    expect(claims['amr']).toContain('authenticated')
    expect(claims['amr']).toContain(emulator.issuer.replace('http://', ''))
    expect((claims['exp'] as number) - (claims['iat'] as number)).toBe(600)
    const jwks = await (await fetch(`${emulator.origin}/.well-known/jwks_uri`)).text()
    expect(jwks).toContain(headerOfToken(token)['kid'] as string)
  })

  test('is closed while the classic flow is, and for a pool with role mappings', async () => {
    const emulator = await emulatorForTest()
    const identity = await signedIn(emulator)
    expectRefusal(
      await call(emulator, 'GetOpenIdToken', identity),
      'InvalidParameterException',
      'Basic (classic) flow is not enabled, please use enhanced flow.',
    )
    emulator.settings.identityPool.allowClassicFlow = true
    expectRefusal(
      await call(emulator, 'GetOpenIdToken', identity),
      'InvalidParameterException',
      'Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.',
    )
  })
})
