/**
 * The scenarios of the OpenID relying-party conformance suite that apply to a code flow with Cognito, each under the
 * suite's own name, and the other attacks on the answer of a user pool: a real sign-in at the emulator, which forges.
 * The three about refreshing are in test/broker/session.test.ts.
 */
import { describe, expect, test } from 'vitest'
import { obtainSession } from '../../src/broker/session.ts'
import type { Forgery } from '../../src/emulator/forgery.ts'
import { OTHER_PERSON } from '../broker/emulated-broker.ts'
import type { World } from '../broker/emulated-broker.ts'
import {
  attempt,
  deliver,
  expectRefused,
  expectSignedIn,
  openSignInWorld,
} from './support/emulated-attempt.ts'
import { interceptCallback, withParameters } from './support/interception.ts'
import { startServer } from './support/server.ts'

const CODE_GRANT = 'token:authorization_code'
const HOUR = 3600

/** A sign-in at an emulator that forges so is refused for the named check. */
async function expectForgeryRefused(world: World, forgery: Forgery, check: string): Promise<void> {
  world.emulator.forge(forgery)
  expectRefused(await attempt(world), check)
}

/** From now on the key document holds other keys: `change` gets those for ID and access tokens. */
function publish(world: World, change: (keys: [object, object]) => object[]): void {
  world.emulator.faults.clear('jwks')
  world.emulator.faults.set(
    'jwks',
    {
      kind: 'alter',
      alter: (answer) => {
        const { keys } = JSON.parse(answer.body) as { keys: [object, object] }
        return { ...answer, body: JSON.stringify({ keys: change(keys) }) }
      },
    },
    Number.POSITIVE_INFINITY,
  )
}

/** An authorize URL as a sign-in would open it. */
async function urlOf(world: World): Promise<URL> {
  let opened: URL | undefined
  const refuse = (url: URL) => {
    opened = url
    const { searchParams } = url
    const back = new URL(searchParams.get('redirect_uri')!)
    return deliver(withParameters(back, { error: 'access_denied', state: searchParams.get('state') }))
  }
  await attempt(world, { browser: refuse })
  return opened!
}

/** Lets everybody go on once all have arrived. */
function meeting(count: number): { arrive: () => Promise<void> } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  let missing = count
  return {
    arrive: () => {
      missing -= 1
      if (missing === 0) open()
      return opened
    },
  }
}

function headerOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())
}

test('oidcc-client-test: an honest answer signs in, and nothing is asked that is not needed', async () => {
  const world = await openSignInWorld()
  const { claims } = expectSignedIn(await attempt(world))
  expect(claims.email).toBe(world.emulator.user.email)
  expect(world.emulator.requests.map(({ operation }) => operation)).toEqual([
    ...['authorize', 'login-form', 'login', CODE_GRANT, 'jwks'],
  ])
})

describe('the claims', () => {
  test('A7: oidcc-client-test-invalid-iss: another pool, another region, a slash more, http or none is refused', async () => {
    const world = await openSignInWorld()
    const { issuer } = world.emulator
    const others = [
      issuer.replace(/_\w+$/, '_Another12'),
      issuer.replace('eu-west-1', 'us-east-1'),
      `${issuer}/`,
      issuer.replace('127.0.0.1', 'localhost'),
      issuer.replace('http:', 'https:'),
      'https://issuer.example.com',
    ]
    expect(new Set([issuer, ...others]).size).toBe(7)
    for (const iss of others) await expectForgeryRefused(world, { claims: { iss } }, 'iss')
    await expectForgeryRefused(world, { dropClaims: ['iss'] }, 'iss')
  })

  test('A10: oidcc-client-test-missing-sub: a token about nobody is refused', async () => {
    const world = await openSignInWorld()
    await expectForgeryRefused(world, { dropClaims: ['sub'] }, 'sub')
    await expectForgeryRefused(world, { claims: { sub: '' } }, 'sub')
  })

  test('A8: oidcc-client-test-invalid-aud: a token for another app client, or for others beside ours, is refused', async () => {
    const world = await openSignInWorld()
    const { clientId } = world.emulator
    await expectForgeryRefused(world, { claims: { aud: '1another23456789' } }, 'aud')
    await expectForgeryRefused(world, { claims: { aud: [clientId, '1another23456789'] } }, 'aud')
    await expectForgeryRefused(world, { claims: { azp: '1another23456789' } }, 'azp')
  })

  test('A8: oidcc-client-test-missing-aud: a token for nobody is refused', async () => {
    await expectForgeryRefused(await openSignInWorld(), { dropClaims: ['aud'] }, 'aud')
  })

  test('A10: oidcc-client-test-missing-iat: a token without its age is refused', async () => {
    await expectForgeryRefused(await openSignInWorld(), { dropClaims: ['iat'] }, 'iat')
  })

  test('A10: a token without an end, or with one that is no instant, is refused', async () => {
    const world = await openSignInWorld()
    await expectForgeryRefused(world, { dropClaims: ['exp'] }, 'exp')
    for (const exp of ['soon', 2 ** 53, -1, null]) {
      await expectForgeryRefused(world, { claims: { exp } }, 'exp')
    }
  })

  test('A5: oidcc-client-test-nonce-invalid: a token of another sign-in, or of none, is refused', async () => {
    const world = await openSignInWorld()
    await expectForgeryRefused(world, { claims: { nonce: 'a'.repeat(64) } }, 'nonce')
    await expectForgeryRefused(world, { dropClaims: ['nonce'] }, 'nonce')
  })

  test('A9: an access token in the place of the ID token is refused', async () => {
    const world = await openSignInWorld()
    // The emulator signs access tokens with a key of their own, which stands in the same document, as Cognito does.
    await expectForgeryRefused(world, { idToken: 'access-token' }, 'aud')
    await expectForgeryRefused(world, { claims: { token_use: 'access' } }, 'token_use')
  })

  test('A12: a token that vouches for another access token is refused', async () => {
    await expectForgeryRefused(await openSignInWorld(), { claims: { at_hash: 'a'.repeat(22) } }, 'at_hash')
  })

  test('A19: without the scope openid the answer has no ID token, and the scope is named', async () => {
    const world = await openSignInWorld()
    world.emulator.forge({ idToken: 'absent' })
    const attempted = await attempt(world)
    expectRefused(attempted, 'presence')
    expect(attempted.page).toContain('openid')
  })

  test('A19: scopes that the app client does not allow are left out, and the sign-in works', async () => {
    const world = await openSignInWorld({ clientScopes: ['openid', 'profile'] })
    const { claims } = expectSignedIn(await attempt(world))
    expect([claims.username, claims.email]).toEqual([world.emulator.user.username, undefined])
  })
})

describe('the signature', () => {
  test('oidcc-client-test-idtoken-sig-rs256: RS256 by a key of the issuer is taken', async () => {
    const world = await openSignInWorld()
    const { tokens } = expectSignedIn(await attempt(world))
    expect(headerOf(tokens.idToken.reveal())).toMatchObject({ alg: 'RS256' })
  })

  test('A6: oidcc-client-test-idtoken-sig-none: an unsigned token is refused', async () => {
    const world = await openSignInWorld()
    await expectForgeryRefused(world, { alg: 'none' }, 'alg')
    await expectForgeryRefused(world, { alg: 'none', header: { alg: 'RS256' } }, 'signature')
    await expectForgeryRefused(world, { signature: 'empty' }, 'signature')
  })

  test('A6: oidcc-client-test-invalid-sig-rs256: a signature that is broken, or of a key that is not the issuer’s, is refused', async () => {
    const world = await openSignInWorld()
    await expectForgeryRefused(world, { signature: 'broken' }, 'signature')
    await expectForgeryRefused(world, { signature: 'other-key' }, 'signature')
    await expectForgeryRefused(world, { alg: 'RS512' }, 'alg')
  })

  test('A6: oidcc-client-test-invalid-sig-hs256: an HMAC keyed by the public key or the client secret is refused', async () => {
    const world = await openSignInWorld({ clientSecret: 'Secret0fTheAppClient0000' })
    for (const hmacKey of ['public-key', 'client-secret'] as const) {
      for (const header of [{}, { alg: 'RS256' }]) {
        world.emulator.forge({ alg: 'HS256', hmacKey, header })
        const attempted = await attempt(world, { clientSecret: 'Secret0fTheAppClient0000' })
        expectRefused(attempted, 'alg' in header ? 'signature' : 'alg')
      }
    }
  })

  test('A6: oidcc-client-test-invalid-sig-es256: another algorithm is refused, were its key in the document', async () => {
    const world = await openSignInWorld()
    await expectForgeryRefused(world, { alg: 'ES256' }, 'alg')
    await expectForgeryRefused(world, { alg: 'ES256', header: { alg: 'RS256' } }, 'signature')
  })

  test('A6: a key that the token brings along, or says where to find, is not looked at', async () => {
    const world = await openSignInWorld()
    const elsewhere = await startServer((_request, response) => {
      response.writeHead(404).end()
    })
    await expectForgeryRefused(world, { signature: 'embedded-key' }, 'signature')
    await expectForgeryRefused(world, { signature: 'embedded-key', dropHeader: ['kid'] }, 'signature')
    const jku = `${elsewhere.url.origin}/jwks.json`
    await expectForgeryRefused(world, { signature: 'other-key', header: { jku, x5u: jku } }, 'signature')
    expect(elsewhere.requests).toEqual([])
  })
})

describe('the keys', () => {
  test('A14: oidcc-client-test-kid-absent-single-jwks: a token without key ID is taken where the one key fits', async () => {
    const world = await openSignInWorld()
    world.emulator.forge({ dropHeader: ['kid'] })
    publish(world, ([, accessKey]) => [accessKey])
    expectRefused(await attempt(world), 'signature')
    publish(world, ([idKey]) => [idKey])
    expectSignedIn(await attempt(world))
  })

  test('A14: oidcc-client-test-kid-absent-multiple-jwks: a token without key ID is taken where one of the keys fits', async () => {
    const world = await openSignInWorld()
    await expectForgeryRefused(world, { dropHeader: ['kid'], signature: 'other-key' }, 'signature')
    world.emulator.forge({ dropHeader: ['kid'] })
    expectSignedIn(await attempt(world))
    publish(world, (keys) => keys.toReversed())
    expectSignedIn(await attempt(world))
  })

  test('A13: oidcc-client-test-signing-key-rotation: the next sign-in is verified with the new keys, the old ones are worth nothing', async () => {
    const world = await openSignInWorld()
    const before = expectSignedIn(await attempt(world))
    await world.emulator.rotateSigningKeys()
    const after = expectSignedIn(await attempt(world))
    const known = before.keys.keys.map(({ kid }) => kid)
    expect(after.keys.keys.filter(({ kid }) => known.includes(kid))).toEqual([])
    expect(world.emulator.count('jwks')).toBe(2)
  })

  test('A13: a token whose keys were rotated away before it is verified is refused', async () => {
    const world = await openSignInWorld()
    const { emulator } = world
    const stale = await (await fetch(`${emulator.issuer}/.well-known/jwks.json`)).text()
    await emulator.rotateSigningKeys()
    emulator.faults.set('jwks', { kind: 'answer', status: 200, body: stale })
    expectRefused(await attempt(world), 'signing key')
    expect(emulator.count('jwks'), 'ours and one more').toBe(2)
  })
})

// poolkey reads no discovery document: issuer, domain and the path of the keys are its settings. What the document could
// say wrong is therefore shown to reach nothing.
describe('the discovery document', () => {
  test('oidcc-client-test-discovery-openid-config: is never asked for, neither to sign in nor to refresh', async () => {
    const world = await openSignInWorld()
    expectSignedIn(await attempt(world))
    world.clock.advance(HOUR)
    await obtainSession(world.broker())
    expect(world.emulator.count('token:refresh_token')).toBe(1)
    expect(world.emulator.count('discovery')).toBe(0)
    expect(world.emulator.count('unknown')).toBe(0)
  })

  test('oidcc-client-test-discovery-jwks-uri-keys: the keys are those of the issuer’s own address', async () => {
    const world = await openSignInWorld()
    const { claims, keys } = expectSignedIn(await attempt(world))
    const asked = world.emulator.requests.filter(({ operation }) => operation === 'jwks')
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /${world.emulator.userPoolId}/.well-known/jwks.json`,
    ])
    expect(claims.issuer).toBe(world.emulator.issuer)
    expect(keys.keys).toHaveLength(2)
  })

  test('A17: oidcc-client-test-discovery-issuer-mismatch: whatever it says, nothing goes where it points', async () => {
    const elsewhere = await startServer((_request, response) => {
      response.writeHead(404).end()
    })
    const world = await openSignInWorld()
    const lie = {
      issuer: 'https://issuer.example.com',
      authorization_endpoint: `${elsewhere.url.origin}/oauth2/authorize`,
      token_endpoint: `${elsewhere.url.origin}/oauth2/token`,
      jwks_uri: `${elsewhere.url.origin}/jwks.json`,
      code_challenge_methods_supported: ['plain'],
    }
    const body = JSON.stringify(lie)
    world.emulator.faults.set('discovery', { kind: 'answer', status: 200, body }, Number.POSITIVE_INFINITY)
    expectSignedIn(await attempt(world))
    expect(elsewhere.requests).toEqual([])
  })

  test('A17: oidcc-client-test-discovery-issuer-mismatch: a configured issuer that is not the tokens’ is noticed in the token', async () => {
    const world = await openSignInWorld()
    // One slash more: the same key document, another name.
    const profile = { cognito_issuer: `${world.emulator.issuer}/` }
    expectRefused(await attempt(world, { profile }), 'iss')
  })
})

describe('the app client', () => {
  test('A23: oidcc-client-test-client-secret-basic: proves itself with HTTP Basic, and its secret is nowhere else', async () => {
    const clientSecret = 'Secret0fTheAppClient0000'
    const world = await openSignInWorld({ clientSecret })
    expectSignedIn(await attempt(world, { clientSecret }))
    const { emulator } = world
    const basic = Buffer.from(`${emulator.clientId}:${clientSecret}`).toString('base64')
    const [asked] = emulator.requests.filter(({ operation }) => operation === CODE_GRANT)
    expect(asked?.headers['authorization']).toBe(`Basic ${basic}`)
    const rest = emulator.requests.map(({ url, body, headers }) => [
      url,
      body,
      { ...headers, authorization: '' },
    ])
    expect(JSON.stringify(rest)).not.toContain(clientSecret)
  })

  test('A23: without its secret it is refused, and nothing is kept', async () => {
    const world = await openSignInWorld({ clientSecret: 'Secret0fTheAppClient0000' })
    const attempted = await attempt(world)
    expect(attempted).toMatchObject({
      failure: { code: 'token-refused', facts: { error: 'invalid_client' } },
      kept: [],
    })
  })
})

describe('PKCE', () => {
  test('A2: a user pool that refuses S256 is not asked again with less', async () => {
    const world = await openSignInWorld()
    const attempted = await attempt(world, {
      browser: async (url) => {
        expect(url.searchParams.get('code_challenge_method')).toBe('S256')
        const back = new URL(url.searchParams.get('redirect_uri')!)
        const state = url.searchParams.get('state')!
        const description = 'Transform algorithm not supported'
        const answer = { error: 'invalid_request', error_description: description, state }
        return deliver(withParameters(back, answer))
      },
    })
    expect(attempted).toMatchObject({ failure: { code: 'sign-in-refused' }, kept: [] })
    expect(world.emulator.requests).toEqual([])
  })

  test('A2: a code that was given without regard to the challenge is sent with the verifier all the same', async () => {
    const world = await openSignInWorld()
    await attempt(world, {
      browser: async (url) => {
        const forgetful = withParameters(url, { code_challenge: null, code_challenge_method: null })
        return deliver(await interceptCallback(world.emulator, forgetful))
      },
    })
    const [asked] = world.emulator.requests.filter(({ operation }) => operation === CODE_GRANT)
    expect(new URLSearchParams(asked?.body).get('code_verifier')).toMatch(/^[\w-]{43}$/)
  })
})

describe('state, nonce and PKCE', () => {
  /** Mallory signs in as herself with all of our parameters but these, and has our browser open her callback. */
  async function luredBrowser(world: World, url: URL, change: Record<string, string | null>): Promise<URL> {
    world.emulator.settings.users.push(OTHER_PERSON)
    return interceptCallback(world.emulator, withParameters(url, change), OTHER_PERSON)
  }

  test.each([
    ['another', 'f'.repeat(64)],
    ['none', null],
  ])('A4: the state alone stops a code with our nonce and our challenge: %s', async (_which, state) => {
    const world = await openSignInWorld()
    const attempted = await attempt(world, {
      browser: async (url) => {
        const answer = await fetch(await luredBrowser(world, url, { state }))
        expect(answer.status).toBe(400)
        expect(world.emulator.count(CODE_GRANT)).toBe(0)
        return deliver(await interceptCallback(world.emulator, url))
      },
    })
    expect(expectSignedIn(attempted).claims.username).toBe(world.emulator.user.username)
    expect(world.emulator.count(CODE_GRANT)).toBe(1)
  })

  test.each([
    ['another', 'f'.repeat(64)],
    ['none', null],
  ])('A4: the nonce alone stops a code with our state and our challenge: %s', async (_which, nonce) => {
    const world = await openSignInWorld()
    const attempted = await attempt(world, {
      browser: async (url) => deliver(await luredBrowser(world, url, { nonce })),
    })
    expectRefused(attempted, 'nonce')
    expect(attempted.page).not.toContain(OTHER_PERSON.email)
  })

  test.each([
    ['another', { code_challenge: 'f'.repeat(43) }],
    ['none', { code_challenge: null, code_challenge_method: null }],
  ])('A4: PKCE alone stops a code with our state and our nonce: %s', async (_which, change) => {
    const world = await openSignInWorld()
    const attempted = await attempt(world, {
      browser: async (url) => deliver(await luredBrowser(world, url, change)),
    })
    expect(attempted).toMatchObject({
      failure: { code: 'token-refused', facts: { grant: 'code', error: 'invalid_grant' } },
      kept: [],
    })
    expect(attempted.page).toContain('<title>Sign-in failed')
  })
})

describe('the callback', () => {
  test('A3: with a state that is not ours, in whatever way, is not exchanged, and the real one is', async () => {
    const world = await openSignInWorld()
    const attempted = await attempt(world, {
      browser: async (url) => {
        const callback = await interceptCallback(world.emulator, url)
        const state = callback.searchParams.get('state')!
        const wrong = [
          withParameters(callback, { state: null }),
          withParameters(callback, { state: '' }),
          withParameters(callback, { state: 'f'.repeat(64) }),
          withParameters(callback, { state: state.slice(0, -1) }),
          withParameters(callback, { state: state.slice(1) }),
          withParameters(callback, { state: `${state}0` }),
          withParameters(callback, { state: state.toUpperCase() }),
          new URL(`${callback.href}&state=${state}`),
          new URL(`${callback.href}&state=${'f'.repeat(64)}`),
        ]
        for (const one of wrong) {
          const answer = await fetch(one)
          expect(answer.status, one.search).toBe(400)
          expect(await answer.text()).toContain('<title>Request refused')
        }
        expect(world.emulator.count(CODE_GRANT)).toBe(0)
        return deliver(callback)
      },
    })
    expectSignedIn(attempted)
    expect(world.emulator.count(CODE_GRANT)).toBe(1)
  })

  test('A15: that names another issuer is not exchanged; that names ours, or none, is', async () => {
    const world = await openSignInWorld()
    for (const iss of [world.emulator.issuer, null]) {
      const attempted = await attempt(world, {
        browser: async (url) => {
          const callback = await interceptCallback(world.emulator, url)
          const exchanged = world.emulator.count(CODE_GRANT)
          const other = await fetch(withParameters(callback, { iss: 'https://issuer.example.com' }))
          expect(other.status).toBe(400)
          expect(world.emulator.count(CODE_GRANT)).toBe(exchanged)
          return deliver(withParameters(callback, { iss }))
        },
      })
      expectSignedIn(attempted)
    }
  })

  test('A16: of one pool brought to the listener of another is taken by neither, and both sign-ins go on', async () => {
    const [first, second] = [await openSignInWorld(), await openSignInWorld()]
    const barrier = meeting(2)
    const callbacks = new Map<World, URL>()
    const inFlight = (world: World, other: World) =>
      attempt(world, {
        browser: async (url) => {
          const own = await interceptCallback(world.emulator, url)
          callbacks.set(world, own)
          await barrier.arrive()
          const crossed = new URL(own)
          crossed.search = callbacks.get(other)!.search
          expect((await fetch(crossed)).status).toBe(400)
          expect(world.emulator.count(CODE_GRANT)).toBe(0)
          return deliver(own)
        },
      })
    const [one, two] = await Promise.all([inFlight(first, second), inFlight(second, first)])
    expect(expectSignedIn(one).claims.issuer).toBe(first.emulator.issuer)
    expect(expectSignedIn(two).claims.issuer).toBe(second.emulator.issuer)
  })

  test('A16: with the code of one pool and the state of another is worth nothing at either', async () => {
    const [first, second] = [await openSignInWorld(), await openSignInWorld()]
    const callback = await interceptCallback(first.emulator, await urlOf(first))
    const attempted = await attempt(second, {
      browser: async (url) => {
        const own = await interceptCallback(second.emulator, url)
        return deliver(withParameters(own, { code: callback.searchParams.get('code') }))
      },
    })
    expect(attempted).toMatchObject({ failure: { facts: { error: 'invalid_grant' } }, kept: [] })
    expect(first.emulator.count(CODE_GRANT)).toBe(0)
  })
})

test.each(['lost', 'half', 'reset'] as const)(
  'A21: a code whose answer is %s is never sent again',
  async (kind) => {
    const world = await openSignInWorld()
    world.emulator.faults.set(CODE_GRANT, { kind })
    const attempted = await attempt(world)
    expect(attempted).toMatchObject({ failure: { code: 'network', facts: { kind: 'reset' } }, kept: [] })
    expect(attempted.page).toContain('<title>Sign-in failed')
    expect(world.emulator.count(CODE_GRANT)).toBe(1)
  },
)
