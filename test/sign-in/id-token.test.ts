import { createHash } from 'node:crypto'
import { base64url, exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createHttp } from '../../src/http/http.ts'
import { Secret } from '../../src/secret.ts'
import { requestKeys, verifyIdToken } from '../../src/sign-in/id-token.ts'
import type { VerifyIdTokenOptions } from '../../src/sign-in/id-token.ts'
import { answerJson, startServer } from './support/server.ts'
import { CLIENT_ID, ISSUER } from './support/settings.ts'
import { createSigner, idTokenClaims, NOW } from './support/tokens.ts'
import type { Signer } from './support/tokens.ts'

let signer: Signer
let other: Signer
beforeAll(async () => {
  signer = await createSigner('key-1')
  other = await createSigner('key-2')
})

interface Attempted {
  fetches: number
  result: ReturnType<typeof verifyIdToken>
}

function verify(
  token: string,
  changes: Partial<VerifyIdTokenOptions> & { fetched?: JSONWebKeySet } = {},
): Attempted {
  const { fetched = signer.keys, ...rest } = changes
  const attempted: Attempted = { fetches: 0, result: Promise.reject(new Error('not begun')) }
  attempted.result.catch(() => undefined)
  attempted.result = verifyIdToken({
    token: new Secret(token),
    signIn: { acceptedIssuers: [ISSUER], clientId: CLIENT_ID },
    nonce: 'nonce-1',
    knownKeys: undefined,
    fetchKeys: () => {
      attempted.fetches += 1
      return Promise.resolve(fetched)
    },
    now: NOW,
    ...rest,
  })
  return attempted
}

async function expectRefusal(attempted: Attempted, check: string, token?: string): Promise<void> {
  const error: unknown = await attempted.result.catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'id-token-invalid', facts: { check } })
  expect(error).not.toHaveProperty('cause')
  if (token !== undefined) expect(JSON.stringify(error)).not.toContain(token)
}

describe('a good token', () => {
  test('gives its claims and the keys', async () => {
    const { claims, keys } = await verify(await signer.sign(idTokenClaims())).result
    expect(claims).toEqual({
      sub: 'a1b2c3d4-5678-90ab-cdef-1234567890ab',
      issuer: ISSUER,
      username: 'alice',
      email: 'alice@example.com',
      groups: ['admins'],
      roles: ['arn:aws:iam::111122223333:role/admins'],
      preferredRole: 'arn:aws:iam::111122223333:role/admins',
      issuedAt: new Date('2026-11-21T09:59:50Z'),
      expiresAt: new Date('2026-11-21T10:59:50Z'),
      authenticatedAt: new Date('2026-11-21T09:59:00Z'),
      originJti: 'origin-1',
      raw: idTokenClaims(),
    })
    expect(keys).toEqual(signer.keys)
  })

  test('may be of either form of the issuer', async () => {
    const updated = 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123'
    const token = await signer.sign(idTokenClaims({ iss: updated }))
    const { claims } = await verify(token, {
      signIn: { acceptedIssuers: [ISSUER, updated], clientId: CLIENT_ID },
    }).result
    expect(claims.issuer).toBe(updated)
  })

  test('of a refresh needs no nonce and may have one', async () => {
    const without = await signer.sign(idTokenClaims({ nonce: undefined }))
    await expect(verify(without, { nonce: undefined }).result).resolves.toBeDefined()
    const with_ = await signer.sign(idTokenClaims({ nonce: 'of the sign-in' }))
    await expect(verify(with_, { nonce: undefined }).result).resolves.toBeDefined()
  })

  test('may name us as authorized party', async () => {
    await expect(verify(await signer.sign(idTokenClaims({ azp: CLIENT_ID }))).result).resolves.toBeDefined()
  })
})

describe('the signature', () => {
  test('A6: alg none is refused', async () => {
    const part = (value: unknown) => base64url.encode(JSON.stringify(value))
    for (const alg of ['none', 'None', 'NONE', '']) {
      const token = `${part({ alg })}.${part(idTokenClaims())}.`
      await expectRefusal(verify(token), 'alg', token)
    }
  })

  test('A6: HS256 with the client secret or the public key as its key is refused', async () => {
    const publicKey = JSON.stringify(signer.keys.keys[0])
    for (const key of ['a client secret of some length', publicKey]) {
      const token = await new SignJWT(idTokenClaims())
        .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
        .sign(Buffer.from(key))
      await expectRefusal(verify(token), 'alg', token)
    }
  })

  test('A6: ES256, PS256 and RS512 are refused, even with a key that is in the set', async () => {
    for (const alg of ['ES256', 'PS256', 'RS512']) {
      const { privateKey, publicKey } = await generateKeyPair(alg)
      const token = await new SignJWT(idTokenClaims())
        .setProtectedHeader({ alg, kid: 'key-1' })
        .sign(privateKey)
      const fetched = { keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1' }] }
      await expectRefusal(verify(token, { fetched }), 'alg', token)
    }
  })

  test('A6: a changed signature, payload or header is refused', async () => {
    const token = await signer.sign(idTokenClaims())
    const [header = '', payload = '', signature = ''] = token.split('.')
    const flipped = Buffer.from(signature, 'base64url')
    flipped[10] = (flipped[10] ?? 0) ^ 1
    const payloadOfAnother = base64url.encode(JSON.stringify(idTokenClaims({ sub: 'mallory' })))
    const headerOfAnother = base64url.encode(JSON.stringify({ alg: 'RS256', kid: 'key-1', typ: 'JWT' }))
    for (const forged of [
      `${header}.${payload}.${flipped.toString('base64url')}`,
      `${header}.${payloadOfAnother}.${signature}`,
      `${headerOfAnother}.${payload}.${signature}`,
      `${header}.${payload}.`,
    ]) {
      await expectRefusal(verify(forged), 'signature', forged)
    }
  })

  test('A6: a token of another key under the known key ID is refused', async () => {
    await expectRefusal(verify(await other.sign(idTokenClaims(), { kid: 'key-1' })), 'signature')
  })

  test('A6: is checked before any claim', async () => {
    await expectRefusal(
      verify(await other.sign(idTokenClaims({ iss: 'evil' }), { kid: 'key-1' })),
      'signature',
    )
  })

  test('A6: an extension that must be understood is refused', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256')
    const token = await new SignJWT(idTokenClaims())
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1', crit: ['x'], x: 1 })
      .sign(privateKey, { crit: { x: true } })
    const fetched = { keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1' }] }
    await expectRefusal(verify(token, { fetched }), 'signature')
  })

  test.each(['', 'x', 'a.b.c', '..', '{}', 'eyJhbGciOiJSUzI1NiJ9', `${'a'.repeat(20)}.${'b'.repeat(20)}`])(
    'A6: what is no token is refused: %j',
    async (text) => {
      await expectRefusal(verify(text), 'format')
    },
  )

  test('a token of absurd size is refused unread', async () => {
    await expectRefusal(verify('a'.repeat(300_000)), 'size')
  })
})

describe('the keys', () => {
  test('A13: known keys need no request', async () => {
    const attempted = verify(await signer.sign(idTokenClaims()), { knownKeys: signer.keys })
    await attempted.result
    expect(attempted.fetches).toBe(0)
  })

  test('A13: a rotated key is fetched once and returned', async () => {
    const attempted = verify(await other.sign(idTokenClaims()), {
      knownKeys: signer.keys,
      fetched: other.keys,
    })
    expect((await attempted.result).keys).toEqual(other.keys)
    expect(attempted.fetches).toBe(1)
  })

  test('A13: an unknown key ID costs one request and fails', async () => {
    const token = await signer.sign(idTokenClaims(), { kid: 'unknown' })
    const known = verify(token, { knownKeys: signer.keys })
    await expectRefusal(known, 'signing key')
    expect(known.fetches).toBe(1)
    const fresh = verify(token)
    await expectRefusal(fresh, 'signing key')
    expect(fresh.fetches).toBe(1)
  })

  test('A14: without a key ID the one key, or the one of several that fits, is taken', async () => {
    const token = await signer.sign(idTokenClaims(), { kid: undefined as unknown as string })
    await expect(verify(token).result).resolves.toBeDefined()
    const both = { keys: [...other.keys.keys, ...signer.keys.keys] }
    await expect(verify(token, { fetched: both }).result).resolves.toBeDefined()
    await expectRefusal(verify(token, { fetched: other.keys }), 'signature')
  })

  test('damaged known keys are as good as none', async () => {
    const damaged = { keys: [{ kty: 'RSA', kid: 'key-1' }] }
    const attempted = verify(await signer.sign(idTokenClaims()), { knownKeys: damaged })
    await expect(attempted.result).resolves.toBeDefined()
    expect(attempted.fetches).toBe(1)
  })

  test('a fault while fetching them goes on as it is', async () => {
    const fault = new Error('fault')
    const token = await signer.sign(idTokenClaims())
    await expect(verify(token, { fetchKeys: () => Promise.reject(fault) }).result).rejects.toBe(fault)
  })
})

describe('the claims', () => {
  const SECONDS = NOW.getTime() / 1000
  test.each([
    ['A7', 'iss', { iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other1234' }],
    ['A7', 'iss', { iss: 'https://cognito-idp.us-east-1.amazonaws.com/eu-west-1_AbCdEf123' }],
    ['A7', 'iss', { iss: `${ISSUER}/` }],
    ['A7', 'iss', { iss: ISSUER.replace('https', 'http') }],
    ['A7', 'iss', { iss: undefined }],
    ['A7', 'iss', { iss: [ISSUER] }],
    ['A8', 'aud', { aud: 'another client' }],
    ['A8', 'aud', { aud: undefined }],
    ['A8', 'aud', { aud: [CLIENT_ID] }],
    ['A8', 'aud', { aud: [CLIENT_ID, 'another'] }],
    ['A8', 'azp', { azp: 'another client' }],
    ['A9', 'token_use', { token_use: 'access' }],
    ['A9', 'token_use', { token_use: undefined }],
    ['A9', 'aud', { aud: undefined, token_use: 'access', client_id: CLIENT_ID }],
    ['A5', 'nonce', { nonce: 'another' }],
    ['A5', 'nonce', { nonce: undefined }],
    ['A5', 'nonce', { nonce: ['nonce-1'] }],
    ['A10', 'sub', { sub: undefined }],
    ['A10', 'sub', { sub: '' }],
    ['A10', 'sub', { sub: 7 }],
    ['A10', 'sub', { sub: 'x'.repeat(256) }],
    ['A10', 'iat', { iat: undefined }],
    ['A10', 'iat', { iat: '1759345200' }],
    ['A10', 'iat', { iat: SECONDS + 61 }],
    ['A10', 'exp', { exp: undefined }],
    ['A10', 'exp', { exp: String(SECONDS + 60) }],
    ['A10', 'exp', { exp: SECONDS - 60 }],
    ['A10', 'exp', { exp: 2 ** 53 }],
    ['A10', 'exp', { exp: -1 }],
    ['A10', 'exp', { exp: null }],
    ['A10', 'exp', { exp: SECONDS + 8 * 24 * 3600 }],
    ['A10', 'exp', { iat: SECONDS + 30, exp: SECONDS + 30 }],
    ['H111', 'email', { email: 'x'.repeat(3_000) }],
  ])('%s: a wrong %s is refused: %j', async (_case, check, change) => {
    const token = await signer.sign(idTokenClaims(change))
    await expectRefusal(verify(token), check, token)
  })

  test('A10: the clock may be off by the tolerance', async () => {
    const late = await signer.sign(idTokenClaims({ iat: SECONDS + 60 }))
    await expect(verify(late).result).resolves.toBeDefined()
    const over = await signer.sign(idTokenClaims({ iat: SECONDS - 3600, exp: SECONDS - 59 }))
    await expect(verify(over).result).resolves.toBeDefined()
    await expectRefusal(verify(over, { toleranceSeconds: 0 }), 'exp')
  })

  test('A12: a hash of another access token is refused', async () => {
    const half = createHash('sha256').update('access-1').digest().subarray(0, 16).toString('base64url')
    const token = await signer.sign(idTokenClaims({ at_hash: half }))
    await expect(verify(token, { accessToken: new Secret('access-1') }).result).resolves.toBeDefined()
    await expect(verify(token).result).resolves.toBeDefined()
    await expectRefusal(verify(token, { accessToken: new Secret('access-2') }), 'at_hash')
  })

  test('a payload that is no JSON object is refused without being quoted', async () => {
    const { CompactSign } = await import('jose')
    const { privateKey, publicKey } = await generateKeyPair('RS256')
    const fetched = { keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1' }] }
    for (const payload of [
      Buffer.from('CANARY'),
      Buffer.from('[1]'),
      Buffer.from('null'),
      Buffer.from([0xff, 0xfe]),
    ]) {
      const token = await new CompactSign(payload)
        .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
        .sign(privateKey)
      await expectRefusal(verify(token, { fetched }), 'format', 'CANARY')
    }
  })
})

describe('the key document', () => {
  function fetchFrom(url: URL, path = '/pool') {
    const http = createHttp({ now: () => 0 })
    onTestFinished(() => {
      http.close()
    })
    return requestKeys({
      issuer: `${url.origin}${path}`,
      http,
      signal: new AbortController().signal,
      wait: () => Promise.resolve(),
    })
  }

  test('is read under the issuer, RSA signing keys only, and nothing private is kept', async () => {
    const [key] = signer.keys.keys
    const { url, requests } = await startServer((_request, response) => {
      answerJson(response, 200, {
        keys: [
          { ...key, d: 'private', x5c: ['x'] },
          { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
          { ...key, use: 'enc' },
          { ...key, alg: 'RS512' },
          { kty: 'RSA', n: 7, e: 'AQAB' },
          null,
          'x',
        ],
      })
    })
    expect(await fetchFrom(url)).toEqual({ keys: [{ kty: 'RSA', n: key?.n, e: key?.e, kid: 'key-1' }] })
    expect(await fetchFrom(url, '/pool/')).toBeDefined()
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /pool/.well-known/jwks.json',
      'GET /pool/.well-known/jwks.json',
    ])
  })

  test.each([
    ['no keys', { keys: [] }],
    ['no list', { keys: {} }],
    ['only others', { keys: [{ kty: 'oct', k: 'x' }] }],
    ['something else', { message: 'x' }],
  ])('is refused with %s', async (_what, body) => {
    const { url } = await startServer((_request, response) => {
      answerJson(response, 200, body)
    })
    await expect(fetchFrom(url)).rejects.toMatchObject({
      code: 'unexpected-answer',
      facts: { kind: 'not-the-protocol', operation: 'the signing keys' },
    })
  })

  test('behind a portal or a failing server is named so', async () => {
    const portal = await startServer((_request, response) => {
      response.writeHead(302, { Location: 'http://portal.test/login' }).end()
    })
    await expect(fetchFrom(portal.url)).rejects.toMatchObject({ facts: { kind: 'redirect' } })
    const failing = await startServer((_request, response) => {
      response.writeHead(500).end()
    })
    await expect(fetchFrom(failing.url)).rejects.toMatchObject({ facts: { kind: 'server-error' } })
    expect(failing.requests).toHaveLength(3)
  })
})
