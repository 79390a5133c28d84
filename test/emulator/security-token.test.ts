import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { describe, expect, test } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import { emulatorForTest, forgedIdToken, handClock, postForm, signIn } from './emulated-sign-in.ts'

const VERSION = '2011-06-15'

interface StsAnswer {
  status: number
  xml: string
  code: string | undefined
  message: string | undefined
}

function elementOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
}

async function post(emulator: Emulator, form: Record<string, string>): Promise<StsAnswer> {
  const answer = await postForm(emulator.origin, { Version: VERSION, ...form })
  const xml = await answer.text()
  return { status: answer.status, xml, code: elementOf(xml, 'Code'), message: elementOf(xml, 'Message') }
}

async function assumeWith(
  emulator: Emulator,
  token: string,
  change: Record<string, string> = {},
): Promise<StsAnswer> {
  return post(emulator, {
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: emulator.roles.webIdentity,
    RoleSessionName: 'a-session',
    WebIdentityToken: token,
    ...change,
  })
}

describe('AssumeRoleWithWebIdentity', () => {
  test('turns an ID token into keys of the role', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now, secretMark: 'CANARY-' })
    const { id_token: token } = await signIn(emulator)
    const { status, xml } = await assumeWith(emulator, token, { DurationSeconds: '900' })
    expect(status).toBe(200)
    expect(elementOf(xml, 'Arn')).toBe('arn:aws:sts::111122223333:assumed-role/PoolkeyWebIdentity/a-session')
    expect(elementOf(xml, 'AssumedRoleId')).toMatch(/^AROA[A-Z2-7]{17}:a-session$/)
    expect(elementOf(xml, 'Audience')).toBe(emulator.clientId)
    expect(elementOf(xml, 'Provider')).toBe(emulator.issuer)
    expect(elementOf(xml, 'AccessKeyId')).toMatch(/^ASIA[A-Z2-7]{16}$/)
    expect(elementOf(xml, 'SecretAccessKey')).toMatch(/^CANARY[A-Za-z0-9+/]{34}$/)
    expect(elementOf(xml, 'SessionToken')).toMatch(/^CANARY[A-Za-z0-9+/]+$/)
    expect(elementOf(xml, 'Expiration')).toBe('2026-11-21T10:15:00Z')
    expect(xml).not.toContain('PackedPolicySize')
  })

  test('writes nanoseconds, and takes a role without an account, where asked to', async () => {
    const emulator = await emulatorForTest({ expirationStyle: 'nanoseconds' })
    const { id_token: token } = await signIn(emulator)
    const RoleArn = 'arn:aws:iam:::role/PoolkeyWebIdentity'
    expect(await assumeWith(emulator, token, { RoleArn })).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    })
    emulator.settings.acceptRolesWithoutAccount = true
    const { xml } = await assumeWith(emulator, token, { RoleArn })
    expect(elementOf(xml, 'Arn')).toBe('arn:aws:sts:::assumed-role/PoolkeyWebIdentity/a-session')
    expect(elementOf(xml, 'Expiration')).toMatch(/\.\d{9}Z$/)
  })

  test('refuses an expired token by name and time', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now, idTokenSeconds: 300 })
    const { id_token: token } = await signIn(emulator)
    const expiry = clock.now() / 1000 + 300
    clock.advance(299)
    expect((await assumeWith(emulator, token)).status).toBe(200)
    clock.advance(1)
    expect(await assumeWith(emulator, token)).toMatchObject({
      status: 400,
      code: 'ExpiredTokenException',
      message: `Token expired: current date/time ${expiry} must be before the expiration date/time ${expiry}`,
    })
  })

  const unknownKey =
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"

  test.each([
    [
      'an access token',
      'Missing a required claim: aud',
      async (emulator: Emulator) => (await signIn(emulator)).access_token,
    ],
    [
      'another audience',
      'Incorrect token audience',
      (emulator: Emulator) => forgedIdToken(emulator, { claims: { aud: 'another-client' } }),
    ],
    [
      'an authorized party that is not in the list',
      'Incorrect token audience',
      (emulator: Emulator) => forgedIdToken(emulator, { claims: { azp: 'another-client' } }),
    ],
    [
      'a bad signature',
      'Token signature invalid',
      (emulator: Emulator) => forgedIdToken(emulator, { signature: 'broken' }),
    ],
    [
      'an unknown key',
      unknownKey,
      (emulator: Emulator) => forgedIdToken(emulator, { header: { kid: 'unknown' } }),
    ],
    [
      'an issuer of another account',
      'No OpenIDConnect provider found in your account for https://issuer.example.com',
      (emulator: Emulator) => forgedIdToken(emulator, { claims: { iss: 'https://issuer.example.com' } }),
    ],
    [
      'no JWT',
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
      () => Promise.resolve('nonsense'),
    ],
  ])('refuses %s', async (_, message, makeToken) => {
    const emulator = await emulatorForTest()
    const answer = await assumeWith(emulator, await makeToken(emulator))
    expect(answer).toMatchObject({ status: 400, code: 'InvalidIdentityToken', message })
  })

  test('says the same of a role that is not there and of one that does not trust the pool', async () => {
    const emulator = await emulatorForTest()
    const { id_token: token } = await signIn(emulator)
    const refusal = {
      status: 403,
      code: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    }
    const missing = 'arn:aws:iam::111122223333:role/missing'
    expect(await assumeWith(emulator, token, { RoleArn: missing })).toMatchObject(refusal)
    expect(await assumeWith(emulator, token, { RoleArn: emulator.roles.admin })).toMatchObject(refusal)
    emulator.forge({ claims: { 'https://aws.amazon.com/tags': { principal_tags: { team: ['blue'] } } } })
    expect(await assumeWith(emulator, (await signIn(emulator)).id_token)).toMatchObject(refusal)
    emulator.forge({ claims: { 'https://aws.amazon.com/source_identity': 'somebody' } })
    expect(await assumeWith(emulator, (await signIn(emulator)).id_token)).toMatchObject(refusal)
  })

  const constraint = (value: string, at: string, rule: string) =>
    `1 validation error detected: Value ${value} at '${at}' failed to satisfy constraint: ${rule}`

  test.each([
    [
      { RoleSessionName: 'x' },
      constraint("'x'", 'roleSessionName', 'Member must have length greater than or equal to 2'),
    ],
    [
      { RoleSessionName: 'x'.repeat(65) },
      constraint(
        `'${'x'.repeat(65)}'`,
        'roleSessionName',
        'Member must have length less than or equal to 64',
      ),
    ],
    [
      { RoleSessionName: 'a b' },
      constraint(
        "'a b'",
        'roleSessionName',
        'Member must satisfy regular expression pattern: ^[\\w+=,.@-]*$',
      ),
    ],
    [
      { DurationSeconds: '899' },
      constraint("'899'", 'durationSeconds', 'Member must have value greater than or equal to 900'),
    ],
    [
      { DurationSeconds: '43201' },
      constraint("'43201'", 'durationSeconds', 'Member must have value less than or equal to 43200'),
    ],
    [
      { RoleArn: 'arn:aws:iam::111122223333:user/no-role' },
      'arn:aws:iam::111122223333:user/no-role is invalid',
    ],
    [
      { RoleArn: 'short' },
      constraint("'short'", 'roleArn', 'Member must have length greater than or equal to 20'),
    ],
    [
      { 'PolicyArns.member.1.arn': 'arn:aws:iam::444455556666:policy/theirs' },
      'Policy arn:aws:iam::444455556666:policy/theirs is not in the account of the role.',
    ],
  ])('checks its parameters: %j', async (change, message) => {
    const emulator = await emulatorForTest()
    const { id_token: token } = await signIn(emulator)
    const answer = await assumeWith(emulator, token, change)
    expect(answer).toMatchObject({ status: 400, code: 'ValidationError' })
    expect(answer.message?.replaceAll('&quot;', '"')).toBe(message)
  })

  test('wants every required parameter', async () => {
    const emulator = await emulatorForTest()
    const form = {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: emulator.roles.webIdentity,
      WebIdentityToken: 'token',
    }
    expect(await post(emulator, form)).toMatchObject({
      code: 'ValidationError',
      message: constraint('null', 'roleSessionName', 'Member must not be null'),
    })
  })

  test('refuses a longer session than the role allows', async () => {
    const emulator = await emulatorForTest()
    const { id_token: token } = await signIn(emulator)
    const DurationSeconds = '7200'
    expect((await assumeWith(emulator, token, { DurationSeconds })).status).toBe(200)
    emulator.settings.roles.find(({ arn }) => arn === emulator.roles.webIdentity)!.maxSessionSeconds = 7199
    expect(await assumeWith(emulator, token, { DurationSeconds })).toMatchObject({
      status: 400,
      code: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    })
  })

  test('measures session policies and refuses broken or too large ones', async () => {
    const emulator = await emulatorForTest()
    const { id_token: token } = await signIn(emulator)
    const managed = { 'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess' }
    const policy = (length: number) => JSON.stringify({ Statement: [], Version: '2012-10-17' }).padEnd(length)
    const fitting = await assumeWith(emulator, token, { Policy: policy(1000), ...managed })
    expect(elementOf(fitting.xml, 'PackedPolicySize')).toBe('51')
    expect(await assumeWith(emulator, token, { Policy: policy(2040), ...managed })).toMatchObject({
      status: 400,
      code: 'PackedPolicyTooLarge',
      message: 'Packed policy consumes 102% of allotted space, please use smaller policy.',
    })
    expect(await assumeWith(emulator, token, { Policy: policy(2049) })).toMatchObject({
      code: 'ValidationError',
    })
    expect(await assumeWith(emulator, token, { Policy: '{"Statement":"€"}' })).toMatchObject({
      code: 'ValidationError',
    })
    expect(await assumeWith(emulator, token, { Policy: '{' })).toMatchObject({
      code: 'MalformedPolicyDocument',
    })
    expect(await assumeWith(emulator, token, { Policy: '{}' })).toMatchObject({
      code: 'MalformedPolicyDocument',
    })
    const eleven = Object.fromEntries(
      Array.from({ length: 11 }, (_, n) => [
        `PolicyArns.member.${n + 1}.arn`,
        `arn:aws:iam::aws:policy/P${n}`,
      ]),
    )
    expect(await assumeWith(emulator, token, eleven)).toMatchObject({ code: 'ValidationError' })
  })
})

describe('requests by signature', () => {
  test('need one', async () => {
    const emulator = await emulatorForTest()
    expect(await post(emulator, { Action: 'GetCallerIdentity' })).toMatchObject({
      status: 403,
      code: 'MissingAuthenticationToken',
    })
  })

  test('are refused when the signed body was changed on the way', async () => {
    const emulator = await emulatorForTest()
    const { xml } = await assumeWith(emulator, (await signIn(emulator)).id_token)
    const client = new STSClient({
      region: emulator.region,
      endpoint: emulator.origin,
      maxAttempts: 1,
      credentials: {
        accessKeyId: elementOf(xml, 'AccessKeyId')!,
        secretAccessKey: elementOf(xml, 'SecretAccessKey')!,
        sessionToken: elementOf(xml, 'SessionToken')!,
      },
    })
    await client.send(new GetCallerIdentityCommand())
    const { headers, body } = emulator.requests.at(-1)!
    const replay = async (change: Record<string, string | null>, sent = body) => {
      const { host, connection, 'content-length': length, ...kept } = headers
      expect([host, connection, length]).not.toContain(undefined)
      const answer = await fetch(emulator.origin, {
        method: 'POST',
        body: sent,
        headers: Object.entries({ ...kept, ...change }).flatMap(([name, value]): [string, string][] =>
          value === null ? [] : [[name, value]],
        ),
      })
      const xml = await answer.text()
      return [answer.status, elementOf(xml, 'Code'), elementOf(xml, 'Message')?.split('.')[0]]
    }
    const refused = (text: string) => [403, 'SignatureDoesNotMatch', text]
    const { authorization = '' } = headers
    const signedHeadersAre = (names: string) =>
      authorization.replace(/SignedHeaders=[^,]*/, `SignedHeaders=${names}`)
    expect(await replay({})).toEqual([200, undefined, undefined])
    expect(await replay({}, `${body}&X=1`)).toEqual(
      refused('The request signature we calculated does not match the signature you provided'),
    )
    expect(await replay({ authorization: authorization.replace('/sts/', '/iam/') })).toEqual(
      refused("Credential should be scoped to correct service: 'sts'"),
    )
    expect(await replay({ authorization: signedHeadersAre('host;x-amz-date') })).toEqual(
      refused('The request signature does not cover host, date and security token'),
    )
    expect(
      await replay({ authorization: signedHeadersAre('host;x-absent;x-amz-date;x-amz-security-token') }),
    ).toEqual(refused('The request signature we calculated does not match the signature you provided'))
    expect(await replay({ 'x-amz-date': null })).toEqual(
      refused('The request signature does not cover host, date and security token'),
    )
    const day = headers['x-amz-date']?.slice(0, 8) ?? ''
    expect(await replay({ 'x-amz-date': `${day}Tnoon` })).toEqual(
      refused(expect.stringContaining(`Signature expired: ${day}Tnoon`) as string),
    )
    expect((await replay({ authorization: 'Bearer x' })).slice(0, 2)).toEqual([400, 'IncompleteSignature'])
    expect((await replay({ 'x-amz-security-token': 'other' })).slice(0, 2)).toEqual([
      403,
      'InvalidClientTokenId',
    ])
  })
})

describe('the query API', () => {
  test('knows its operations and version, and speaks XML', async () => {
    const emulator = await emulatorForTest()
    expect(await post(emulator, { Action: 'GetSessionToken' })).toMatchObject({
      status: 400,
      code: 'InvalidAction',
    })
    expect(await post(emulator, { Action: 'GetCallerIdentity', Version: '2010-01-01' })).toMatchObject({
      code: 'InvalidAction',
    })
    const nothing = await postForm(emulator.origin, {})
    expect([nothing.status, nothing.headers.get('content-type')]).toEqual([400, 'text/xml'])
    expect(await nothing.text()).toMatch(
      /^<ErrorResponse xmlns="https:\/\/sts.amazonaws.com\/doc\/2011-06-15\/"><Error><Type>Sender<\/Type><Code>MissingAction/,
    )
  })

  test('escapes what it quotes', async () => {
    const emulator = await emulatorForTest()
    const { xml } = await post(emulator, { Action: '<script>&"' })
    expect(xml).toContain('&lt;script&gt;&amp;&quot;')
  })
})
