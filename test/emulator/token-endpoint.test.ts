import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { JSONWebKeySet } from 'jose'
import {
  callbackOf,
  challengeOf,
  claimsOf,
  emulatorForTest,
  exchangeCode,
  handClock,
  headerOfToken,
  obtainCode,
  postForm,
  postToken,
  refresh,
  signIn,
} from './emulated-sign-in.ts'
import type { TokenAnswer } from './emulated-sign-in.ts'

async function errorOf(answer: Response): Promise<[number, string]> {
  return [answer.status, ((await answer.json()) as { error: string }).error]
}

describe('the code grant', () => {
  test('answers with three tokens signed by the keys of the key set', async () => {
    const emulator = await emulatorForTest()
    const tokens = await signIn(emulator, { nonce: 'a-nonce' })
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
    expect(tokens.refresh_token).toMatch(/^eyJj[A-Za-z0-9-_=.]+$/)

    const jwks = (await (await fetch(`${emulator.issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet
    expect(jwks.keys).toHaveLength(2)
    const keySet = createLocalJWKSet(jwks)
    const id = await jwtVerify(tokens.id_token, keySet, { algorithms: ['RS256'], issuer: emulator.issuer })
    const access = await jwtVerify(tokens.access_token, keySet, {
      algorithms: ['RS256'],
      issuer: emulator.issuer,
    })
    expect(id.protectedHeader.kid).not.toBe(access.protectedHeader.kid)
    const hash = createHash('sha256')
      .update(tokens.access_token)
      .digest()
      .subarray(0, 16)
      .toString('base64url')
    expect(id.payload).toMatchObject({
      aud: emulator.clientId,
      token_use: 'id',
      nonce: 'a-nonce',
      at_hash: hash,
      email: emulator.user.email,
      email_verified: true,
      'cognito:username': emulator.user.username,
      'cognito:groups': ['admin', 'editor'],
      'cognito:roles': [emulator.roles.admin, emulator.roles.editor],
      'cognito:preferred_role': emulator.roles.admin,
      origin_jti: access.payload['origin_jti'],
    })
    expect(access.payload).toMatchObject({
      token_use: 'access',
      client_id: emulator.clientId,
      scope: 'openid email profile',
      username: emulator.user.username,
    })
    expect(access.payload).not.toHaveProperty('aud')
  })

  test('invents no nonce, and gives no ID token without openid', async () => {
    const emulator = await emulatorForTest()
    expect(claimsOf((await signIn(emulator)).id_token)).not.toHaveProperty('nonce')
    expect(await signIn(emulator, { scope: 'aws.cognito.signin.user.admin' })).not.toHaveProperty('id_token')
  })

  test('puts in the attributes that the scopes open, all of them for openid alone', async () => {
    const emulator = await emulatorForTest()
    emulator.settings.users[0]!.attributes = { name: 'A Name' }
    const attributesFor = async (scope: string) => {
      const { name, email } = claimsOf((await signIn(emulator, { scope })).id_token)
      return [name, email]
    }
    expect(await attributesFor('openid')).toEqual(['A Name', emulator.user.email])
    expect(await attributesFor('openid profile')).toEqual(['A Name', undefined])
    expect(await attributesFor('openid email')).toEqual([undefined, emulator.user.email])
  })

  test('puts a resource that was asked for into the access token as its audience, for good', async () => {
    const emulator = await emulatorForTest()
    const tokens = await signIn(emulator, { resource: 'https://api.example.com' })
    const refreshed = (await (await refresh(emulator, tokens.refresh_token)).json()) as TokenAnswer
    expect(claimsOf(tokens.access_token)['aud']).toBe('https://api.example.com')
    expect(claimsOf(refreshed.access_token)['aud']).toBe('https://api.example.com')
  })

  test('takes a code once', async () => {
    const emulator = await emulatorForTest()
    const code = await obtainCode(emulator)
    expect((await exchangeCode(emulator, code)).status).toBe(200)
    expect(await errorOf(await exchangeCode(emulator, code))).toEqual([400, 'invalid_grant'])
  })

  test('takes a code for five minutes', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now })
    const [first, second] = [await obtainCode(emulator), await obtainCode(emulator)]
    clock.advance(299)
    expect((await exchangeCode(emulator, first)).status).toBe(200)
    clock.advance(1)
    expect(await errorOf(await exchangeCode(emulator, second))).toEqual([400, 'invalid_grant'])
  })

  test('wants the identical redirect URI', async () => {
    const emulator = await emulatorForTest()
    const answer = await exchangeCode(emulator, await obtainCode(emulator), {
      redirect_uri: `${callbackOf(emulator)}/`,
    })
    expect(await errorOf(answer)).toEqual([400, 'unauthorized_client'])
  })

  test('wants the verifier of the challenge, and none where there was no challenge', async () => {
    const emulator = await emulatorForTest()
    const verifier = randomBytes(32).toString('base64url')
    const withChallenge = () =>
      obtainCode(emulator, { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' })
    const refused = [
      await exchangeCode(emulator, await withChallenge()),
      await exchangeCode(emulator, await withChallenge(), { code_verifier: `${verifier.slice(0, -1)}~` }),
      await exchangeCode(emulator, await withChallenge(), { code_verifier: 'short' }),
      await exchangeCode(emulator, await obtainCode(emulator), { code_verifier: verifier }),
    ]
    for (const answer of refused) expect(await errorOf(answer)).toEqual([400, 'invalid_grant'])
    expect((await exchangeCode(emulator, await withChallenge(), { code_verifier: verifier })).status).toBe(
      200,
    )
  })
})

describe('requests that are not as they should be', () => {
  test('answers GET with 405', async () => {
    const emulator = await emulatorForTest()
    expect((await fetch(`${emulator.origin}/oauth2/token`)).status).toBe(405)
    expect((await fetch(`${emulator.origin}/oauth2/revoke`)).status).toBe(405)
  })

  test('refuses a JSON body, a missing grant, a repeated parameter and an unknown grant', async () => {
    const emulator = await emulatorForTest()
    const url = `${emulator.origin}/oauth2/token`
    const form = `grant_type=refresh_token&client_id=${emulator.clientId}&refresh_token=x`
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const json = await fetch(url, {
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/json' },
    })
    const twice = await fetch(url, { method: 'POST', body: `${form}&refresh_token=y`, headers: type })
    expect(await errorOf(json)).toEqual([400, 'invalid_request'])
    expect(await errorOf(twice)).toEqual([400, 'invalid_request'])
    expect(await errorOf(await postToken(emulator, {}))).toEqual([400, 'invalid_request'])
    expect(await errorOf(await postToken(emulator, { grant_type: 'refresh_token' }))).toEqual([
      400,
      'invalid_request',
    ])
    expect(await errorOf(await postToken(emulator, { grant_type: 'password' }))).toEqual([
      400,
      'unsupported_grant_type',
    ])
    const machine = await postToken(emulator, { grant_type: 'client_credentials' })
    expect(await errorOf(machine)).toEqual([400, 'unauthorized_client'])
  })

  test('refuses a client it does not know, and a public client that sends a secret', async () => {
    const emulator = await emulatorForTest()
    const { refresh_token: token } = await signIn(emulator)
    const form = { grant_type: 'refresh_token', refresh_token: token }
    expect(await errorOf(await postToken(emulator, { ...form, client_id: 'other' }))).toEqual([
      400,
      'invalid_client',
    ])
    expect(await errorOf(await postToken(emulator, { ...form, client_secret: 's' }))).toEqual([
      400,
      'invalid_client',
    ])
  })

  test('wants the secret of a client that has one, in the header or in the form', async () => {
    const clientSecret = 'a+secret+of+letters+and+plus'
    const emulator = await emulatorForTest({ clientSecret })
    const basic = (secret: string) => ({
      Authorization: `Basic ${Buffer.from(`${emulator.clientId}:${secret}`).toString('base64')}`,
    })
    const form = { grant_type: 'authorization_code', redirect_uri: callbackOf(emulator) }
    const code = await obtainCode(emulator)
    expect(await errorOf(await postToken(emulator, { ...form, code }))).toEqual([400, 'invalid_client'])
    expect(await errorOf(await postToken(emulator, { ...form, code }, basic('wrong')))).toEqual([
      400,
      'invalid_client',
    ])
    const tokens = (await (
      await postToken(emulator, { ...form, code }, basic(clientSecret))
    ).json()) as TokenAnswer
    const other = await postToken(emulator, { ...form, code, client_id: 'other' }, basic(clientSecret))
    expect(await errorOf(other)).toEqual([400, 'invalid_client'])
    const refreshForm = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    expect((await postToken(emulator, { ...refreshForm, client_secret: clientSecret })).status).toBe(200)
    const revoke = await postForm(`${emulator.origin}/oauth2/revoke`, {
      token: tokens.refresh_token,
      client_id: emulator.clientId,
    })
    expect(await errorOf(revoke)).toEqual([401, 'invalid_client'])
  })
})

describe('the refresh grant', () => {
  test('answers without a refresh token while rotation is off, and keeps auth_time and origin_jti', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now })
    const tokens = await signIn(emulator, { nonce: 'a-nonce' })
    clock.advance(600)
    const answer = (await (await refresh(emulator, tokens.refresh_token)).json()) as TokenAnswer
    expect(answer).not.toHaveProperty('refresh_token')
    const [before, after] = [claimsOf(tokens.id_token), claimsOf(answer.id_token)]
    expect(after).toMatchObject({
      sub: before['sub'],
      auth_time: before['auth_time'],
      origin_jti: before['origin_jti'],
    })
    expect(after['iat']).toBe((before['iat'] as number) + 600)
    expect(after['jti']).not.toBe(before['jti'])
  })

  test('ends with the life of the refresh token, which rotation does not prolong', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({
      now: clock.now,
      rotation: { graceSeconds: 0 },
      refreshTokenSeconds: 3600,
    })
    const first = await signIn(emulator)
    clock.advance(3599)
    const second = (await (await refresh(emulator, first.refresh_token)).json()) as TokenAnswer
    expect(second.refresh_token).not.toBe(first.refresh_token)
    clock.advance(1)
    expect(await errorOf(await refresh(emulator, second.refresh_token))).toEqual([400, 'invalid_grant'])
  })

  test('takes a rotated token during the grace period that began with its first use', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now, rotation: { graceSeconds: 10 } })
    const { refresh_token: token } = await signIn(emulator)
    expect((await refresh(emulator, token)).status).toBe(200)
    clock.advance(6)
    expect((await refresh(emulator, token)).status).toBe(200)
    clock.advance(4)
    expect(await errorOf(await refresh(emulator, token))).toEqual([400, 'invalid_grant'])
  })

  test('refuses a rotated token at once without a grace period, and goes on with its successor', async () => {
    const emulator = await emulatorForTest({ rotation: { graceSeconds: 0 } })
    const first = await signIn(emulator)
    const second = (await (await refresh(emulator, first.refresh_token)).json()) as TokenAnswer
    expect(await errorOf(await refresh(emulator, first.refresh_token))).toEqual([400, 'invalid_grant'])
    expect((await refresh(emulator, second.refresh_token)).status).toBe(200)
  })
})

describe('revocation', () => {
  test('ends the whole sign-in, also through a token that was rotated since', async () => {
    const emulator = await emulatorForTest({ rotation: { graceSeconds: 60 } })
    const first = await signIn(emulator)
    const second = (await (await refresh(emulator, first.refresh_token)).json()) as TokenAnswer
    const form = { token: first.refresh_token, client_id: emulator.clientId }
    const answer = await postForm(`${emulator.origin}/oauth2/revoke`, form)
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(await errorOf(await refresh(emulator, second.refresh_token))).toEqual([400, 'invalid_grant'])
    expect(emulator.requests.at(-2)).toMatchObject({
      operation: 'revoke',
      originJti: claimsOf(first.id_token)['origin_jti'],
    })
  })

  test('leaves other sign-ins alone, until an administrator signs the user out everywhere', async () => {
    const emulator = await emulatorForTest()
    const [one, other] = [await signIn(emulator), await signIn(emulator)]
    await postForm(`${emulator.origin}/oauth2/revoke`, {
      token: one.refresh_token,
      client_id: emulator.clientId,
    })
    expect((await refresh(emulator, other.refresh_token)).status).toBe(200)
    emulator.revokeAllSessions()
    expect(await errorOf(await refresh(emulator, other.refresh_token))).toEqual([400, 'invalid_grant'])
  })

  test('answers 200 for a token it does not know, and errors for what is not a refresh token', async () => {
    const emulator = await emulatorForTest()
    const { access_token: accessToken } = await signIn(emulator)
    const url = `${emulator.origin}/oauth2/revoke`
    const client = { client_id: emulator.clientId }
    expect((await postForm(url, { ...client, token: 'unknown' })).status).toBe(200)
    expect(await errorOf(await postForm(url, { ...client, token: accessToken }))).toEqual([
      400,
      'unsupported_token_type',
    ])
    expect(await errorOf(await postForm(url, client))).toEqual([400, 'invalid_request'])
    expect(await errorOf(await postForm(url, { token: 'unknown', client_id: 'other' }))).toEqual([
      401,
      'invalid_client',
    ])
  })
})

describe('userInfo', () => {
  const ask = (origin: string, token: string) =>
    fetch(`${origin}/oauth2/userInfo`, { headers: token === '' ? {} : { Authorization: `Bearer ${token}` } })

  test('tells who an access token belongs to', async () => {
    const emulator = await emulatorForTest()
    const tokens = await signIn(emulator)
    expect(await (await ask(emulator.origin, tokens.access_token)).json()).toEqual({
      sub: claimsOf(tokens.id_token)['sub'],
      email: emulator.user.email,
      email_verified: 'true',
      username: emulator.user.username,
    })
  })

  test('refuses no token, an ID token, one without openid, one that expired and one that was revoked', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now, accessTokenSeconds: 300 })
    const tokens = await signIn(emulator)
    const bare = await signIn(emulator, { scope: 'aws.cognito.signin.user.admin' })
    const nothing = await ask(emulator.origin, '')
    expect([nothing.status, nothing.headers.get('www-authenticate')]).toEqual([
      400,
      'Bearer error="invalid_request", error_description="Bad OAuth2 request at UserInfo Endpoint"',
    ])
    for (const token of [tokens.id_token, bare.access_token, 'x']) {
      expect(await errorOf(await ask(emulator.origin, token))).toEqual([401, 'invalid_token'])
    }
    emulator.revokeAllSessions()
    expect((await ask(emulator.origin, tokens.access_token)).status).toBe(401)
    const later = await signIn(emulator)
    clock.advance(300)
    expect((await ask(emulator.origin, later.access_token)).status).toBe(401)
  })
})

test('marks every secret', async () => {
  const emulator = await emulatorForTest({ secretMark: 'CANARY-' })
  const tokens = await signIn(emulator)
  expect(tokens.refresh_token).toMatch(/^CANARY-eyJj/)
  expect(claimsOf(tokens.id_token)['custom:mark']).toBe('CANARY-')
  expect(claimsOf(tokens.access_token)['custom:mark']).toBe('CANARY-')
  expect(headerOfToken(tokens.id_token)['alg']).toBe('RS256')
})
