import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { obtainCredentials } from '../../src/broker/credentials.ts'
import { sessionEntryName } from '../../src/broker/entry-names.ts'
import { obtainSession, refreshSession, storeSignIn } from '../../src/broker/session.ts'
import { readSession } from '../../src/broker/stored-session.ts'
import { serializeSession } from '../../src/broker/session-entry.ts'
import type { Session } from '../../src/broker/session-entry.ts'
import type { Fault } from '../../src/emulator/faults.ts'
import { explainError } from '../../src/errors/catalogue.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { Secret } from '../../src/secret.ts'
import { listEntries, writeEntry } from '../../src/vault/entries.ts'
import {
  arrived,
  EXCHANGE,
  failureOf,
  gate,
  idOf,
  openSignedInWorld,
  openWorld,
  OTHER_PERSON,
  REFRESH,
  signInAt,
  storedSession,
  wipe,
} from './emulated-broker.ts'
import type { World } from './emulated-broker.ts'

const HOUR = 3600
const ROTATING = { rotation: { graceSeconds: 0 } }

function sessionFile(world: World): string {
  return join(world.vault.folder, `${sessionEntryName(idOf(world))}.sealed`)
}

/** What a sibling with a lock of its own, or none, would leave on disk. */
function overwriteSession(world: World, session: Session): void {
  writeEntry({
    ...world.vault,
    name: sessionEntryName(idOf(world)),
    header: { kind: 'session', issuedAt: session.signedInAt.toISOString() },
    plaintext: serializeSession(session),
  })
}

const required = (reason: string) => ({ code: 'sign-in-required', facts: { profile: 'dev', reason } })

describe('a session', () => {
  test('whose ID token lives is handed out without a request, a lock or a write', async () => {
    const world = await openSignedInWorld()
    rmSync(join(world.vault.folder, 'locks'), { recursive: true })
    const before = [world.emulator.requests.length, readFileSync(sessionFile(world))]
    world.clock.advance(58 * 60)
    const session = await obtainSession(world.broker())
    expect(session.claims.email).toBe(world.emulator.user.email)
    expect([world.emulator.requests.length, readFileSync(sessionFile(world))]).toEqual(before)
    expect(existsSync(join(world.vault.folder, 'locks'))).toBe(false)
  })

  test('whose ID token is over is refreshed once for everybody who waits', async () => {
    const world = await openSignedInWorld(ROTATING)
    const before = storedSession(world)
    world.clock.advance(HOUR)
    const sessions = await Promise.all(Array.from({ length: 8 }, () => obtainSession(world.broker())))
    expect(world.emulator.count(REFRESH)).toBe(1)
    expect(new Set(sessions.map(({ idToken }) => idToken.reveal())).size).toBe(1)
    const after = storedSession(world)
    expect(after.idToken.equals(sessions[0]!.idToken)).toBe(true)
    expect(after.refreshToken!.equals(before.refreshToken!)).toBe(false)
    expect([after.signInId, after.signedInAt]).toEqual([before.signInId, before.signedInAt])
    expect(after.claims.expiresAt.getTime()).toBe(world.clock.now() + HOUR * 1000)
  })

  test('keeps its refresh token where the pool does not rotate it', async () => {
    const world = await openSignedInWorld()
    const before = storedSession(world)
    world.clock.advance(HOUR)
    await obtainSession(world.broker())
    expect(storedSession(world).refreshToken!.equals(before.refreshToken!)).toBe(true)
  })

  test('A13: fetches the signing keys again only when none of those it knows fits', async () => {
    const world = await openSignedInWorld()
    const fetched = world.emulator.count('jwks')
    world.clock.advance(HOUR)
    await obtainSession(world.broker())
    expect(world.emulator.count('jwks')).toBe(fetched)
    await world.emulator.rotateSigningKeys()
    world.clock.advance(HOUR)
    await obtainSession(world.broker())
    expect(world.emulator.count('jwks')).toBe(fetched + 1)
  })

  test('A13: fifty callers whose answer names an unknown key cost one refresh and one look for new keys', async () => {
    const world = await openSignedInWorld(ROTATING)
    const fetched = world.emulator.count('jwks')
    world.clock.advance(HOUR)
    world.emulator.forge({ grant: 'refresh_token', header: { kid: 'unknown' } })
    const held = gate()
    world.emulator.faults.set(REFRESH, { kind: 'hold', until: held.until })
    const failures = Array.from({ length: 50 }, () => failureOf(obtainSession(world.broker())))
    await arrived(world, REFRESH)
    // Only who waits already when it fails shares a failure: time goes on.
    world.clock.advance(1)
    held.open()
    for (const failure of await Promise.all(failures)) {
      expect(failure).toMatchObject({ code: 'id-token-invalid', facts: { check: 'signing key' } })
    }
    expect(world.emulator.count(REFRESH)).toBe(1)
    expect(world.emulator.count('jwks')).toBe(fetched + 1)
  })

  test('that is not there, or damaged, needs a person', async () => {
    const world = await openWorld()
    expect(await failureOf(obtainSession(world.broker()))).toEqual(required('none'))
    await storeSignIn(world.broker(), await signInAt(world))
    const bytes = readFileSync(sessionFile(world))
    for (const damage of [bytes.subarray(0, -1), Buffer.alloc(0), Buffer.from('{}')]) {
      writeFileSync(sessionFile(world), damage)
      expect(await failureOf(obtainSession(world.broker()))).toEqual(required('damaged'))
      expect(readFileSync(sessionFile(world))).toEqual(damage)
    }
    await storeSignIn(world.broker(), await signInAt(world))
    expect((await obtainSession(world.broker())).state).toBe('active')
  })

  test('without a refresh token needs a person when the ID token is over', async () => {
    const world = await openSignedInWorld()
    overwriteSession(world, { ...storedSession(world), refreshToken: undefined })
    expect((await obtainSession(world.broker())).state).toBe('active')
    world.clock.advance(HOUR)
    expect(await failureOf(obtainSession(world.broker()))).toEqual(required('no-refresh-token'))
  })

  test('has its ID token judged by the clock of the servers, not by ours', async () => {
    const world = await openWorld()
    const broker = () => world.broker({}, { now: () => world.clock.now() - 2 * HOUR * 1000 })
    const signedIn = await signInAt(world)
    const measuring = broker()
    const { signal } = measuring
    const url = new URL(world.emulator.origin)
    await measuring.http.request({ operation: 'the test', method: 'GET', url, signal })
    await storeSignIn(measuring, signedIn)
    expect(Math.abs(storedSession(world).clockSkewMs - 2 * HOUR * 1000)).toBeLessThan(1000)
    world.clock.advance(HOUR)
    await obtainSession(broker())
    expect(world.emulator.count(REFRESH)).toBe(1)
  })

  test('is refreshed when the clock went back since its ID token was issued', async () => {
    const world = await openSignedInWorld()
    await obtainSession(world.broker({}, { now: () => world.clock.now() - 2 * HOUR * 1000 }))
    expect(world.emulator.count(REFRESH)).toBe(1)
  })
})

test('a refresh is not begun when its outcome would find no place on disk', async () => {
  const world = await openSignedInWorld()
  const tooLarge = { ...storedSession(world), idToken: new Secret('A'.repeat(1024 * 1024)) }
  expect(await failureOf(refreshSession(world.broker(), tooLarge))).toMatchObject({
    code: 'vault-io',
    facts: { operation: 'write', errno: 'EFBIG' },
  })
  expect(world.emulator.count(REFRESH)).toBe(0)
})

describe('a refused refresh token', () => {
  test('E76: ends the session, and whose it was is remembered', async () => {
    const world = await openSignedInWorld()
    world.emulator.revokeAllSessions()
    world.clock.advance(HOUR)
    const ended = required('ended')
    expect(await failureOf(obtainSession(world.broker()))).toEqual(ended)
    expect(readSession(world.vault, idOf(world))).toEqual({
      state: 'ended',
      who: world.emulator.user.email,
      endedAt: new Date(world.clock.now()),
    })
    expect(await failureOf(obtainSession(world.broker()))).toEqual(ended)
    expect(world.emulator.count(REFRESH)).toBe(1)
  })

  test('E74: is no end where somebody stored another one meanwhile: theirs is used', async () => {
    const world = await openSignedInWorld()
    const theirs = await signInAt(world)
    world.clock.advance(HOUR)
    const mine = storedSession(world)
    const adopted = { ...mine, signInId: 'theirs', refreshToken: theirs.tokens.refreshToken }
    world.emulator.faults.set(REFRESH, {
      kind: 'alter',
      alter: (answer) => {
        overwriteSession(world, adopted)
        return { ...answer, status: 400, body: '{"error":"invalid_grant"}' }
      },
    })
    const session = await obtainSession(world.broker())
    expect(session.signInId).toBe('theirs')
    expect(world.emulator.count(REFRESH)).toBe(2)
    expect(storedSession(world).claims.expiresAt.getTime()).toBe(world.clock.now() + HOUR * 1000)
  })

  test('E76: is no end where somebody signed in meanwhile without getting one', async () => {
    const world = await openSignedInWorld()
    world.clock.advance(HOUR)
    const { tokens, claims } = await signInAt(world)
    const { idToken } = tokens
    const theirs = { ...storedSession(world), idToken, claims, signInId: 'theirs', refreshToken: undefined }
    world.emulator.faults.set(REFRESH, {
      kind: 'alter',
      alter: (answer) => {
        overwriteSession(world, theirs)
        return { ...answer, status: 400, body: '{"error":"invalid_grant"}' }
      },
    })
    expect((await obtainSession(world.broker())).signInId).toBe('theirs')
    expect(storedSession(world).signInId).toBe('theirs')
  })

  test.each(['invalid_client', 'unauthorized_client', 'invalid_request', 'invalid_scope'])(
    'E76: is not what %s says: the session stays',
    async (error) => {
      const world = await openSignedInWorld()
      world.clock.advance(HOUR)
      world.emulator.faults.set(REFRESH, { kind: 'answer', status: 400, body: JSON.stringify({ error }) })
      expect(await failureOf(obtainSession(world.broker()))).toMatchObject({
        code: 'token-refused',
        facts: { error },
      })
      expect((await obtainSession(world.broker())).state).toBe('active')
    },
  )
})

describe('a refresh that fails in passing leaves the session as it was', () => {
  test.each<[string, Fault, object]>([
    [
      'an internal error',
      { kind: 'server-error' },
      { code: 'unexpected-answer', facts: { kind: 'server-error' } },
    ],
    ['throttling', { kind: 'throttled' }, { code: 'unexpected-answer', facts: { kind: 'throttled' } }],
    ['a web page', { kind: 'html', status: 200 }, { code: 'unexpected-answer' }],
    ['a firewall', { kind: 'html' }, { code: 'unexpected-answer', facts: { kind: 'firewall' } }],
    [
      'a redirect',
      { kind: 'redirect', location: 'http://portal.example/' },
      { code: 'unexpected-answer', facts: { kind: 'redirect' } },
    ],
    ['a broken connection', { kind: 'reset' }, { code: 'network', facts: { kind: 'reset' } }],
    [
      'invalid_grant in a web page',
      { kind: 'answer', status: 400, headers: { 'Content-Type': 'text/html' }, body: '<p>invalid_grant</p>' },
      { code: 'unexpected-answer' },
    ],
    [
      'invalid_grant with another status',
      { kind: 'answer', status: 403, body: '{"error":"invalid_grant"}' },
      { code: 'unexpected-answer' },
    ],
  ])('E75: %s', async (_name, fault, failure) => {
    const world = await openSignedInWorld(ROTATING)
    const before = storedSession(world)
    world.clock.advance(HOUR)
    world.emulator.faults.set(REFRESH, fault, Number.POSITIVE_INFINITY)
    expect(await failureOf(obtainSession(world.broker()))).toMatchObject(failure)
    expect(world.emulator.count(REFRESH)).toBeLessThanOrEqual(3)
    expect(storedSession(world)).toEqual(before)
    expect(storedSession(world).refreshToken!.equals(before.refreshToken!)).toBe(true)
    world.emulator.faults.clear()
    expect((await obtainSession(world.broker())).state).toBe('active')
  })
})

describe('an answer to a refresh', () => {
  test('oidcc-client-test-refresh-token: that is honest gives new tokens for the same sign-in', async () => {
    const world = await openSignedInWorld(ROTATING)
    const before = storedSession(world)
    world.clock.advance(HOUR)
    const refreshed = await obtainSession(world.broker())
    expect(refreshed.claims).toMatchObject({ sub: before.claims.sub, issuer: before.claims.issuer })
    expect(refreshed.claims.expiresAt.getTime()).toBe(world.clock.now() + HOUR * 1000)
    expect(serializeSession(storedSession(world))).toEqual(serializeSession(refreshed))
    const [asked] = world.emulator.requests.filter(({ operation }) => operation === REFRESH)
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: world.emulator.clientId,
      refresh_token: before.refreshToken!.reveal(),
    })
  })

  /** An answer of which nothing is kept; the session goes on as soon as answers are honest again. */
  async function expectForeign(check: 'sub' | 'iss', got: string): Promise<void> {
    const world = await openSignedInWorld({ rotation: { graceSeconds: 60 } })
    const before = storedSession(world)
    const expected = String(before.claims.raw[check])
    world.clock.advance(HOUR)
    world.emulator.forge({ grant: 'refresh_token', claims: { [check]: got } })
    const failure = { code: 'id-token-invalid', facts: { check, expected, got } } as const
    expect(await failureOf(obtainSession(world.broker()))).toEqual(failure)
    expect(explainError(new PoolkeyError(failure.code, failure.facts), world.broker().profile)).toMatchObject(
      { exitCode: 5, what: `the ID token was refused: its claim ${check}, expected ${expected}, got ${got}` },
    )
    expect(serializeSession(storedSession(world))).toEqual(serializeSession(before))
    world.emulator.forge(undefined)
    expect((await obtainSession(world.broker())).claims.sub).toBe(before.claims.sub)
  }

  test('A11: oidcc-client-test-refresh-token-invalid-sub: about somebody else is refused and said, and the session stays', async () => {
    await expectForeign('sub', 'somebody-else')
  })

  test('A11: oidcc-client-test-refresh-token-invalid-issuer: of another issuer is refused and said, and the session stays', async () => {
    await expectForeign('iss', 'https://issuer.example.com')
  })

  test.each<[string, Parameters<World['emulator']['forge']>[0]]>([
    ['signature', { signature: 'other-key' }],
    ['aud', { claims: { aud: 'another-client' } }],
    ['token_use', { claims: { token_use: 'access' } }],
    ['exp', { claims: { exp: 1 } }],
    ['alg', { alg: 'none' }],
  ])(
    'with a bad %s is refused, but its refresh token is kept: the old one is spent',
    async (check, forgery) => {
      const world = await openSignedInWorld(ROTATING)
      const before = storedSession(world)
      world.clock.advance(HOUR)
      world.emulator.forge(forgery)
      expect(await failureOf(obtainSession(world.broker()))).toMatchObject({
        code: 'id-token-invalid',
        facts: { check },
      })
      const after = storedSession(world)
      expect(after.idToken.equals(before.idToken)).toBe(true)
      expect(after.refreshToken!.equals(before.refreshToken!)).toBe(false)
      world.emulator.forge(undefined)
      expect((await obtainSession(world.broker())).idToken.equals(before.idToken)).toBe(false)
    },
  )

  test.each<[string, (answer: Record<string, unknown>) => object, string]>([
    ['without an ID token', (answer) => ({ ...answer, id_token: undefined }), 'id-token-invalid'],
    ['with an ID token that is no token', (answer) => ({ ...answer, id_token: 'a.b.c' }), 'id-token-invalid'],
    ['with an ID token that is no text', (answer) => ({ ...answer, id_token: 7 }), 'unexpected-answer'],
    ['without an access token', (answer) => ({ ...answer, access_token: undefined }), 'unexpected-answer'],
    ['with a life in words', (answer) => ({ ...answer, expires_in: '3600' }), 'unexpected-answer'],
    ['of another token type', (answer) => ({ ...answer, token_type: 'mac' }), 'unexpected-answer'],
  ])('%s is refused, but its refresh token is kept: the old one is spent', async (_name, change, code) => {
    const world = await openSignedInWorld(ROTATING)
    const before = storedSession(world)
    world.clock.advance(HOUR)
    world.emulator.faults.set(REFRESH, {
      kind: 'alter',
      alter: (answer) => ({
        ...answer,
        body: JSON.stringify(change(JSON.parse(answer.body) as Record<string, unknown>)),
      }),
    })
    expect(await failureOf(obtainSession(world.broker()))).toMatchObject({ code })
    const after = storedSession(world)
    expect(after.idToken.equals(before.idToken)).toBe(true)
    expect(after.refreshToken!.equals(before.refreshToken!)).toBe(false)
    expect((await obtainSession(world.broker())).claims.expiresAt.getTime()).toBe(
      world.clock.now() + HOUR * 1000,
    )
  })

  test.each([{ exp: 'never' }, { iat: undefined }, { aud: 'another-client' }])(
    "of somebody else is refused, and nothing of it is kept, though the ID token's %j is wrong as well",
    async (claims) => {
      const world = await openSignedInWorld(ROTATING)
      const before = storedSession(world)
      world.clock.advance(HOUR)
      world.emulator.forge({ grant: 'refresh_token', claims: { sub: 'somebody-else', ...claims } })
      expect(await failureOf(obtainSession(world.broker()))).toMatchObject({ facts: { check: 'sub' } })
      expect(serializeSession(storedSession(world))).toEqual(serializeSession(before))
    },
  )

  test('has its new refresh token on disk before anything else is asked', async () => {
    const world = await openSignedInWorld(ROTATING)
    const before = storedSession(world)
    await world.emulator.rotateSigningKeys()
    world.clock.advance(HOUR)
    const held = gate()
    world.emulator.faults.set('jwks', { kind: 'hold', until: held.until })
    const keys = world.emulator.count('jwks')
    const obtained = obtainSession(world.broker())
    await arrived(world, 'jwks', keys + 1)
    expect(storedSession(world).refreshToken!.equals(before.refreshToken!)).toBe(false)
    held.open()
    await obtained
    expect(world.emulator.count(REFRESH)).toBe(1)
  })

  test('has its new refresh token on disk though the exchange after it fails', async () => {
    const world = await openSignedInWorld(ROTATING)
    const before = storedSession(world)
    world.clock.advance(HOUR)
    world.emulator.faults.set('GetId', { kind: 'html' }, Number.POSITIVE_INFINITY)
    await failureOf(obtainCredentials(world.broker()))
    const after = storedSession(world)
    expect(after.refreshToken!.equals(before.refreshToken!)).toBe(false)
    world.emulator.faults.clear()
    await obtainCredentials(world.broker())
    expect(world.emulator.count(REFRESH)).toBe(1)
    expect(world.emulator.count(EXCHANGE)).toBe(1)
  })
})

describe('a sign-in', () => {
  test('is another one each time, and all credentials of the one before are gone', async () => {
    const world = await openSignedInWorld()
    const first = storedSession(world)
    await obtainCredentials(world.broker())
    await obtainCredentials(world.broker({ cognito_role_arn: world.emulator.roles.editor }))
    expect(listEntries(world.vault.folder)).toHaveLength(3)
    await storeSignIn(world.broker(), await signInAt(world, OTHER_PERSON))
    expect(listEntries(world.vault.folder)).toEqual([sessionEntryName(idOf(world))])
    const second = storedSession(world)
    expect(second.claims.email).toBe(OTHER_PERSON.email)
    expect(second.identityIds).toEqual({})
    expect(second.signInId).not.toBe(first.signInId)
  })

  test('leaves credentials of other sessions alone', async () => {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    await storeSignIn(world.broker({ cognito_session: 'other' }), await signInAt(world))
    expect((await obtainCredentials(world.broker())).from).toBe('cache')
  })

  test('waits for a refresh that is under way, and replaces its outcome', async () => {
    const world = await openSignedInWorld(ROTATING)
    world.clock.advance(HOUR)
    const signedIn = await signInAt(world, OTHER_PERSON)
    const held = gate()
    world.emulator.faults.set(REFRESH, { kind: 'hold', until: held.until })
    const refreshing = obtainSession(world.broker())
    await arrived(world, REFRESH)
    const storing = storeSignIn(world.broker(), signedIn)
    held.open()
    await Promise.all([refreshing, storing])
    expect(storedSession(world).claims.email).toBe(OTHER_PERSON.email)
  })
})

describe('in a vault that was wiped meanwhile', () => {
  test('a sign-in is not stored', async () => {
    const world = await openSignedInWorld()
    const signedIn = await signInAt(world)
    wipe(world)
    expect(await failureOf(storeSignIn(world.broker(), signedIn))).toEqual(required('none'))
    expect(listEntries(world.vault.folder)).toEqual([])
  })

  test('or wiped and made anew, a sign-in is not stored under the old key', async () => {
    const world = await openWorld()
    const signedIn = await signInAt(world)
    const stale = { ...world.broker(), vault: { ...world.vault, key: Buffer.alloc(32, 1) } }
    expect(await failureOf(storeSignIn(stale, signedIn))).toEqual(required('none'))
    expect(listEntries(world.vault.folder)).toEqual([])
  })

  test('the outcome of a refresh is not stored', async () => {
    const world = await openSignedInWorld(ROTATING)
    world.clock.advance(HOUR)
    const held = gate()
    world.emulator.faults.set(REFRESH, { kind: 'hold', until: held.until })
    const outcome = failureOf(obtainSession(world.broker()))
    await arrived(world, REFRESH)
    wipe(world)
    held.open()
    expect(await outcome).toEqual(required('none'))
    expect(listEntries(world.vault.folder)).toEqual([])
  })
})

test('an abort ends the wait for a refresh with its reason, and the session is as it was', async () => {
  const world = await openSignedInWorld()
  const before = storedSession(world)
  world.clock.advance(HOUR)
  world.emulator.faults.set(REFRESH, { kind: 'silence' })
  const controller = new AbortController()
  const reason = new Error('enough')
  const outcome = expect(obtainSession(world.broker({}, { signal: controller.signal }))).rejects.toBe(reason)
  await arrived(world, REFRESH)
  controller.abort(reason)
  await outcome
  expect(serializeSession(storedSession(world))).toEqual(serializeSession(before))
  expect((await obtainSession(world.broker())).state).toBe('active')
})
