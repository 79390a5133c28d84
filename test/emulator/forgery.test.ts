import { createHmac } from 'node:crypto'
import { createLocalJWKSet, importJWK, jwtVerify } from 'jose'
import type { JSONWebKeySet, JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import type { Forgery } from '../../src/emulator/forgery.ts'
import { claimsOf, emulatorForTest, headerOfToken, refresh, signIn } from './emulated-sign-in.ts'
import type { TokenAnswer } from './emulated-sign-in.ts'

async function verify(emulator: Emulator, token: string): Promise<unknown> {
  const jwks = (await (await fetch(`${emulator.issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet
  return jwtVerify(token, createLocalJWKSet(jwks), { algorithms: ['RS256'] })
}

describe('a forged ID token', () => {
  test.each([
    [{ alg: 'none' }, 'none'],
    [{ alg: 'HS256' }, 'HS256'],
    [{ alg: 'ES256' }, 'ES256'],
    [{ alg: 'RS512' }, 'RS512'],
    [{ signature: 'broken' }, 'RS256'],
    [{ signature: 'other-key' }, 'RS256'],
    [{ signature: 'embedded-key' }, 'RS256'],
    [{ signature: 'empty' }, 'RS256'],
  ] satisfies [Forgery, string][])('does not verify: %j', async (forgery, alg) => {
    const emulator = await emulatorForTest()
    emulator.forge(forgery)
    const { id_token: token } = await signIn(emulator)
    expect(headerOfToken(token)['alg']).toBe(alg)
    expect(claimsOf(token)['aud']).toBe(emulator.clientId)
    await expect(verify(emulator, token)).rejects.toThrow()
  })

  test('verifies when only its claims were changed', async () => {
    const emulator = await emulatorForTest()
    emulator.forge({
      claims: { iss: 'https://evil.example' },
      dropClaims: ['sub', 'nonce'],
      dropHeader: ['kid'],
    })
    const { id_token: token } = await signIn(emulator, { nonce: 'n' })
    expect(claimsOf(token)).toMatchObject({ iss: 'https://evil.example' })
    expect(claimsOf(token)).not.toHaveProperty('sub')
    expect(claimsOf(token)).not.toHaveProperty('nonce')
    expect(headerOfToken(token)).toEqual({ alg: 'RS256' })
    emulator.forge({ claims: { aud: ['a', 'b'] } })
    expect(await verify(emulator, (await signIn(emulator)).id_token)).toBeDefined()
  })

  test('is keyed by the client secret where asked', async () => {
    const emulator = await emulatorForTest()
    emulator.forge({ alg: 'HS256', hmacKey: 'client-secret' })
    emulator.settings.clientSecret = undefined
    const [input, signature] = (await signIn(emulator)).id_token.split(/\.(?=[^.]*$)/)
    expect(signature).toBe(createHmac('sha256', '').update(input!).digest('base64url'))
  })

  test.each<NonNullable<Forgery['alg']>>(['RS256', 'RS512', 'ES256'])(
    'brings the very key that it is signed with where asked: %s',
    async (alg) => {
      const emulator = await emulatorForTest()
      emulator.forge({ alg, signature: 'embedded-key' })
      const { id_token: token } = await signIn(emulator)
      const jwk = headerOfToken(token)['jwk'] as JWK
      expect(await jwtVerify(token, await importJWK(jwk, alg), { algorithms: [alg] })).toBeDefined()
      expect(Object.keys(jwk), 'the public half alone').not.toContain('d')
    },
  )

  test('may be the access token, or none', async () => {
    const emulator = await emulatorForTest()
    emulator.forge({ idToken: 'access-token' })
    const swapped = await signIn(emulator)
    expect(swapped.id_token).toBe(swapped.access_token)
    emulator.forge({ idToken: 'absent' })
    expect(await signIn(emulator)).not.toHaveProperty('id_token')
  })

  test('is made for one grant only, or for so many tokens, or until taken back', async () => {
    const emulator = await emulatorForTest()
    emulator.forge({ grant: 'refresh_token', times: 1, claims: { sub: 'somebody-else' } })
    const tokens = await signIn(emulator)
    const subjects = [tokens.id_token]
    for (let n = 0; n < 2; n++) {
      subjects.push(((await (await refresh(emulator, tokens.refresh_token)).json()) as TokenAnswer).id_token)
    }
    const honest = claimsOf(tokens.id_token)['sub']
    expect(subjects.map((token) => claimsOf(token)['sub'])).toEqual([honest, 'somebody-else', honest])
    emulator.forge({ claims: { sub: 'x' } })
    emulator.forge(undefined)
    expect(claimsOf((await signIn(emulator)).id_token)['sub']).toBe(honest)
  })
})
