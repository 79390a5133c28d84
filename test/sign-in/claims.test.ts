import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { Secret } from '../../src/secret.ts'
import { checkClaims, decodeClaims, readClaims } from '../../src/sign-in/claims.ts'
import { CLIENT_ID, ISSUER } from './support/settings.ts'
import { idTokenClaims, NOW } from './support/tokens.ts'

describe('reading claims', () => {
  test('takes optional ones as absent when they have another type', () => {
    const claims = readClaims(
      idTokenClaims({
        email: 7,
        'cognito:username': undefined,
        'cognito:groups': 'a,b',
        'cognito:roles': ['x', 7, null, ''],
        'cognito:preferred_role': {},
        auth_time: 'x',
        origin_jti: undefined,
      }),
    )
    expect(claims).toMatchObject({
      email: undefined,
      username: undefined,
      groups: ['a', 'b'],
      roles: ['x'],
      preferredRole: undefined,
      authenticatedAt: undefined,
      originJti: undefined,
    })
  })

  test.each([{ sub: undefined }, { iss: 7 }, { iat: undefined }, { exp: 'x' }])('refuses %j', (change) => {
    expect(() => readClaims(idTokenClaims(change))).toThrow(PoolkeyError)
  })

  test('A10: any JSON object is read or refused, never a crash', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(idTokenClaims())), fc.jsonValue()),
        (changes) => {
          const raw = idTokenClaims(changes)
          const expected = {
            acceptedIssuers: [ISSUER],
            clientId: CLIENT_ID,
            nonce: 'nonce-1',
            accessToken: undefined,
            now: NOW,
            toleranceSeconds: 60,
          }
          try {
            const claims = checkClaims(raw, expected)
            expect(claims.issuer).toBe(ISSUER)
            expect(raw['aud']).toBe(CLIENT_ID)
            expect(raw['nonce']).toBe('nonce-1')
            expect(raw['token_use']).toBe('id')
            expect(claims.expiresAt.getTime()).toBeGreaterThan(NOW.getTime() - 60_000)
          } catch (error) {
            expect(error).toMatchObject({ code: 'id-token-invalid' })
          }
        },
      ),
    )
  })
})

describe('decoding without verification', () => {
  const tokenOf = (payload: string) => new Secret(`x.${Buffer.from(payload).toString('base64url')}.x`)

  test('gives the claims of the payload', () => {
    expect(decodeClaims(tokenOf(JSON.stringify(idTokenClaims()))).sub).toBe(
      'a1b2c3d4-5678-90ab-cdef-1234567890ab',
    )
  })

  test.each(['CANARY', '[]', '{}', ''])('refuses %j without quoting it', (payload) => {
    expect(() => decodeClaims(tokenOf(payload))).toThrow(PoolkeyError)
    expect(() => decodeClaims(tokenOf(payload))).not.toThrow(/CANARY/)
  })

  test('an expired token is still decoded', () => {
    expect(decodeClaims(tokenOf(JSON.stringify(idTokenClaims({ iat: 1, exp: 2 })))).expiresAt).toEqual(
      new Date(2_000),
    )
  })
})
