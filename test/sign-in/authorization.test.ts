import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { authorizeUrl, createAttempt, logoutUrl } from '../../src/sign-in/authorization.ts'
import type { Attempt } from '../../src/sign-in/authorization.ts'
import { signInSettings } from './support/settings.ts'

const REDIRECT_URI = 'http://localhost:8400/callback'

describe('an attempt', () => {
  test('A1: state, nonce and verifier are fresh, 256 bits each, and of the allowed length and alphabet', () => {
    const attempts = Array.from({ length: 10_000 }, createAttempt)
    const odd = attempts.filter(
      ({ state, nonce, codeVerifier }) =>
        !/^[0-9a-f]{64}$/.test(state) ||
        !/^[0-9a-f]{64}$/.test(nonce) ||
        !/^[A-Za-z0-9_-]{43}$/.test(codeVerifier.reveal()),
    )
    expect(odd).toEqual([])
    const values = attempts.flatMap(({ state, nonce, codeVerifier }) => [state, nonce, codeVerifier.reveal()])
    expect(new Set(values).size).toBe(30_000)
  })

  // Beyond the limit once in some millions of runs, for 15 and 63 degrees of freedom. The last letter of a verifier holds
  // four bits, and is not evenly spread.
  test.each<[string, (attempt: Attempt) => string, { digits: number; limit: number }]>([
    ['state', ({ state }) => state, { digits: 16, limit: 60 }],
    ['nonce', ({ nonce }) => nonce, { digits: 16, limit: 60 }],
    ['verifier', ({ codeVerifier }) => codeVerifier.reveal().slice(0, 42), { digits: 64, limit: 140 }],
  ])('A1: the digits of the %s are evenly spread', (_what, textOf, { digits, limit }) => {
    const text = Array.from({ length: 2_000 }, () => textOf(createAttempt())).join('')
    const counts = new Map<string, number>()
    for (const digit of text) counts.set(digit, (counts.get(digit) ?? 0) + 1)
    const wanted = text.length / digits
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - wanted) ** 2 / wanted, 0)
    expect(counts.size).toBe(digits)
    expect(chiSquare).toBeLessThan(limit)
  })

  test('the challenge is the SHA-256 of the verifier', () => {
    const { codeVerifier, codeChallenge } = createAttempt()
    expect(codeChallenge).toBe(createHash('sha256').update(codeVerifier.reveal()).digest('base64url'))
  })
})

describe('the authorize URL', () => {
  test('A2: asks for a code with PKCE S256, state and nonce, and never shows the verifier', () => {
    const attempt = createAttempt()
    const url = authorizeUrl({ signIn: signInSettings(), attempt, redirectUri: REDIRECT_URI })
    expect(url.origin + url.pathname).toBe('https://acme.auth.eu-west-1.amazoncognito.com/oauth2/authorize')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: '1example23456789',
      redirect_uri: REDIRECT_URI,
      scope: 'openid email profile',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: attempt.codeChallenge,
      code_challenge_method: 'S256',
    })
    expect(url.href).not.toContain(attempt.codeVerifier.reveal())
  })

  test('A22: every text of the settings comes back as it was', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(
        fc.record({ provider: text, loginHint: text, lang: text, prompt: text }),
        fc.constantFrom('identityProvider', 'idpIdentifier'),
        ({ provider, ...given }, way) => {
          const signIn = signInSettings({ ...given, [way]: provider })
          const url = authorizeUrl({ signIn, attempt: createAttempt(), redirectUri: REDIRECT_URI })
          const read = new URL(url.href).searchParams
          expect(read.get(way === 'idpIdentifier' ? 'idp_identifier' : 'identity_provider')).toBe(provider)
          expect(read.get('login_hint')).toBe(given.loginHint)
          expect(read.get('lang')).toBe(given.lang)
          expect(read.get('prompt')).toBe(given.prompt)
          expect([...read.keys()]).toHaveLength(12)
          expect(url.href).toMatch(/^[\x21-\x7e]+$/)
        },
      ),
    )
  })

  test('an identifier of the provider goes under its own name', () => {
    const signIn = signInSettings({ idpIdentifier: 'acme.example' })
    const url = authorizeUrl({ signIn, attempt: createAttempt(), redirectUri: REDIRECT_URI })
    expect(url.searchParams.get('idp_identifier')).toBe('acme.example')
    expect(url.searchParams.has('identity_provider')).toBe(false)
  })

  test('a sign-in without a domain is a bug', () => {
    const signIn = signInSettings({ domain: undefined })
    expect(() => authorizeUrl({ signIn, attempt: createAttempt(), redirectUri: REDIRECT_URI })).toThrow(
      TypeError,
    )
  })
})

test('the logout URL names client and registered sign-out URL, and nothing else', () => {
  const domain = new URL('https://acme.auth.eu-west-1.amazoncognito.com')
  const url = logoutUrl({ domain, clientId: 'client', logoutUri: 'https://example.com/bye?a=b&c' })
  expect(url.href).toBe(
    'https://acme.auth.eu-west-1.amazoncognito.com/logout?client_id=client&logout_uri=https%3A%2F%2Fexample.com%2Fbye%3Fa%3Db%26c',
  )
})
