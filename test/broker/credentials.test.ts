import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { holderId, sessionEntryName } from '../../src/broker/entry-names.ts'
import { obtainCredentials, readCredentials } from '../../src/broker/credentials.ts'
import { withBrokerLock } from '../../src/broker/locks.ts'
import { obtainSession, storeSignIn } from '../../src/broker/session.ts'
import { signOut } from '../../src/broker/sign-out.ts'
import type { Fault } from '../../src/emulator/faults.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { listEntries } from '../../src/vault/entries.ts'
import {
  arrived,
  credentialsNameOf,
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

const MINUTE = 60
const HOUR = 3600
const NEVER_ENDING = Number.POSITIVE_INFINITY
const GUEST = { cognito_guest: 'true' }

function counts(world: World): Record<string, number> {
  const { emulator } = world
  return Object.fromEntries(['GetId', EXCHANGE, REFRESH].map((name) => [name, emulator.count(name)]))
}

function entryFile(world: World, extra: Record<string, string> = {}): string {
  return join(world.vault.folder, `${credentialsNameOf(world, extra)}.sealed`)
}

/** A session token so long that its entry is larger than any the vault writes: what a full disk comes to. */
const TOO_LARGE: Fault = {
  kind: 'alter',
  alter: (answer) => ({
    ...answer,
    body: answer.body.replace(/"SessionToken":"[^"]*"/, `"SessionToken":"${'A'.repeat(1024 * 1024 - 300)}"`),
  }),
}

describe('credentials that are fresh', () => {
  test('come from the cache without a request or a lock', async () => {
    const world = await openSignedInWorld()
    const first = await obtainCredentials(world.broker())
    expect(first.from).toBe('exchange')
    rmSync(join(world.vault.folder, 'locks'), { recursive: true })
    const requests = world.emulator.requests.length
    world.clock.advance(43 * MINUTE)
    const second = await obtainCredentials(world.broker())
    expect(second.from).toBe('cache')
    expect(second.credentials.accessKeyId).toBe(first.credentials.accessKeyId)
    expect(second.credentials.expiration).toEqual(first.credentials.expiration)
    expect(world.emulator.requests.length).toBe(requests)
    expect(existsSync(join(world.vault.folder, 'locks'))).toBe(false)
  })

  test('E69: are exchanged for once by ten callers', async () => {
    const world = await openSignedInWorld({ rotation: { graceSeconds: 0 } })
    world.clock.advance(HOUR)
    const got = await Promise.all(Array.from({ length: 10 }, () => obtainCredentials(world.broker())))
    expect(counts(world)).toEqual({ GetId: 1, [EXCHANGE]: 1, [REFRESH]: 1 })
    expect(new Set(got.map(({ credentials }) => credentials.accessKeyId)).size).toBe(1)
    expect(got.filter(({ from }) => from === 'exchange')).toHaveLength(1)
  })

  test('are renewed all the same on request, once for all who ask at that moment', async () => {
    const world = await openSignedInWorld()
    const first = await obtainCredentials(world.broker())
    world.clock.advance(1)
    const held = gate()
    world.emulator.faults.set(EXCHANGE, { kind: 'hold', until: held.until })
    const renewing = [1, 2, 3].map(() => obtainCredentials(world.broker(), { renew: true }))
    await arrived(world, EXCHANGE, 2)
    held.open()
    const renewed = await Promise.all(renewing)
    expect(world.emulator.count(EXCHANGE)).toBe(2)
    for (const { credentials } of renewed)
      expect(credentials.accessKeyId).not.toBe(first.credentials.accessKeyId)
  })

  test('but with less life than wished for are renewed', async () => {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    world.clock.advance(29 * MINUTE)
    expect((await obtainCredentials(world.broker(), { minLife: 'half' })).from).toBe('cache')
    world.clock.advance(2 * MINUTE)
    expect((await obtainCredentials(world.broker())).from).toBe('cache')
    expect((await obtainCredentials(world.broker(), { minLife: 20 * MINUTE * 1000 })).from).toBe('cache')
    expect((await obtainCredentials(world.broker(), { minLife: 'half' })).from).toBe('exchange')
  })
})

describe('credentials that are due', () => {
  test('cost one exchange and no refresh while the ID token lives', async () => {
    const world = await openSignedInWorld({ credentialsSeconds: 900 })
    await obtainCredentials(world.broker())
    world.clock.advance(900)
    expect((await obtainCredentials(world.broker())).from).toBe('exchange')
    expect(counts(world)).toEqual({ GetId: 1, [EXCHANGE]: 2, [REFRESH]: 0 })
  })

  test('cost one exchange and one refresh when the ID token is over', async () => {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    world.clock.advance(HOUR)
    expect((await obtainCredentials(world.broker())).from).toBe('exchange')
    expect(counts(world)).toEqual({ GetId: 1, [EXCHANGE]: 2, [REFRESH]: 1 })
  })

  test('of one role do not wait for the exchange of another', async () => {
    const world = await openSignedInWorld()
    const held = gate()
    world.emulator.faults.set(EXCHANGE, { kind: 'hold', until: held.until })
    const slow = obtainCredentials(world.broker())
    await arrived(world, EXCHANGE)
    const editor = world.emulator.roles.editor
    const quick = await obtainCredentials(world.broker({ cognito_role_arn: editor }))
    expect(quick.credentials.roleArn).toBe(editor)
    held.open()
    expect((await slow).from).toBe('exchange')
    expect(world.emulator.count('GetId')).toBe(2)
  })

  test('replace a damaged entry', async () => {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    const bytes = readFileSync(entryFile(world))
    for (const damage of [bytes.subarray(0, -1), Buffer.alloc(0), Buffer.from('not sealed')]) {
      writeFileSync(entryFile(world), damage)
      expect((await obtainCredentials(world.broker())).from).toBe('exchange')
      expect((await obtainCredentials(world.broker())).from).toBe('cache')
    }
  })

  test('are returned although the disk does not take them', async () => {
    const world = await openSignedInWorld()
    world.emulator.faults.set(EXCHANGE, TOO_LARGE)
    const { credentials, from } = await obtainCredentials(world.broker())
    expect(from).toBe('exchange')
    expect(credentials.sessionToken.reveal().length).toBeGreaterThan(1_000_000)
    expect(readCredentials(world.vault, credentialsNameOf(world))).toBeUndefined()
    expect((await obtainCredentials(world.broker())).from).toBe('exchange')
    expect((await obtainCredentials(world.broker())).from).toBe('cache')
  })
})

describe('E80: when new credentials cannot be had', () => {
  test.each<[string, string, Fault]>([
    ['the exchange fails', EXCHANGE, { kind: 'server-error' }],
    ['the exchange is answered with 503', EXCHANGE, { kind: 'answer', status: 503 }],
    ['the exchange is throttled', EXCHANGE, { kind: 'throttled' }],
    ['the refresh is answered with 503', REFRESH, { kind: 'answer', status: 503 }],
    ['the exchange is refused', EXCHANGE, { kind: 'html' }],
    ['the refresh is answered with a web page', REFRESH, { kind: 'html' }],
    ['the refresh is redirected', REFRESH, { kind: 'redirect', location: 'http://portal.example/' }],
    ['the session was ended', REFRESH, { kind: 'answer', status: 400, body: '{"error":"invalid_grant"}' }],
  ])('since %s, those with more than a minute left serve', async (_why, operation, fault) => {
    const world = await openSignedInWorld()
    // The ID token is over while the credentials still live.
    world.clock.advance(30 * MINUTE)
    const first = await obtainCredentials(world.broker())
    world.emulator.faults.set(operation, fault, NEVER_ENDING)
    world.clock.advance(58 * MINUTE + 59)
    const second = await obtainCredentials(world.broker())
    expect(second.from).toBe('fallback')
    expect(second.credentials.accessKeyId).toBe(first.credentials.accessKeyId)
    world.clock.advance(1)
    expect(await failureOf(obtainCredentials(world.broker()))).toMatchObject({
      code: expect.stringMatching(/^(unexpected-answer|sign-in-required)$/) as unknown,
    })
  })

  test('those with less life than wished for do not', async () => {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    world.emulator.faults.set(EXCHANGE, { kind: 'html' }, NEVER_ENDING)
    world.clock.advance(50 * MINUTE)
    expect(await failureOf(obtainCredentials(world.broker(), { minLife: 'half' }))).toMatchObject({
      code: 'unexpected-answer',
    })
    expect((await obtainCredentials(world.broker(), { minLife: 5 * MINUTE * 1000 })).from).toBe('fallback')
  })

  test('those that were to be renewed do not', async () => {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    world.emulator.faults.set(EXCHANGE, { kind: 'html' }, NEVER_ENDING)
    expect(await failureOf(obtainCredentials(world.broker(), { renew: true }))).toMatchObject({
      code: 'unexpected-answer',
    })
    expect((await obtainCredentials(world.broker())).from).toBe('cache')
  })

  /** A renewal, while credentials still live, that is ended by `reason` before the exchange answers. */
  async function renewalEndedBy(reason: PoolkeyError) {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    world.clock.advance(50 * MINUTE)
    world.emulator.faults.set(EXCHANGE, { kind: 'silence' })
    const controller = new AbortController()
    const renewal = obtainCredentials(world.broker({}, { signal: controller.signal }))
    await arrived(world, EXCHANGE, 2)
    controller.abort(reason)
    return renewal
  }

  test('an interruption is one', async () => {
    const reason = new PoolkeyError('interrupted', { signal: 'SIGINT' })
    await expect(renewalEndedBy(reason)).rejects.toBe(reason)
  })

  test('a deadline is none while credentials live', async () => {
    const reason = new PoolkeyError('deadline-exceeded', { waitedFor: 'an answer', seconds: 50 })
    expect((await renewalEndedBy(reason)).from).toBe('fallback')
  })
})

test.each([0, -1, -HOUR])(
  'E82: credentials that have %d s to live when they arrive are refused',
  async (seconds) => {
    const world = await openSignedInWorld({ credentialsSeconds: seconds })
    const expired = new Date(world.clock.now() + seconds * 1000).toISOString()
    for (const extra of [
      {},
      { cognito_exchange: 'web-identity', cognito_role_arn: world.emulator.roles.webIdentity },
    ]) {
      world.emulator.faults.set('AssumeRoleWithWebIdentity', {
        kind: 'alter',
        alter: (answer) => ({
          ...answer,
          body: answer.body.replace(/<Expiration>.*<\/Expiration>/, `<Expiration>${expired}</Expiration>`),
        }),
      })
      expect(await failureOf(obtainCredentials(world.broker(extra)))).toEqual({
        code: 'unexpected-answer',
        facts: {
          host: new URL(world.emulator.origin).host,
          operation: 'the exchange',
          kind: 'not-the-protocol',
          detail: `the credentials expired at ${expired}`,
        },
      })
      expect(readCredentials(world.vault, credentialsNameOf(world, extra))).toBeUndefined()
    }
  },
)

describe('callers who wait for somebody else', () => {
  /** From now on the identity pool refuses every exchange; returns what makes it good again. */
  function refuseExchanges(world: World): () => void {
    const { settings } = world.emulator
    const good = settings.identityPool
    const authenticatedRole = 'arn:aws:iam::111122223333:role/Unknown'
    settings.identityPool = { ...good, authenticatedRole, roleMapping: { kind: 'none' } }
    return () => {
      settings.identityPool = good
    }
  }

  test('share a failure that happens while they wait, and whoever comes later tries anew', async () => {
    const world = await openSignedInWorld()
    const held = gate()
    world.emulator.faults.set(EXCHANGE, { kind: 'hold', until: held.until })
    const first = failureOf(obtainCredentials(world.broker()))
    await arrived(world, EXCHANGE)
    let waiting = 0
    const onWait = () => {
      waiting += 1
    }
    const others = [1, 2, 3, 4, 5].map(() => failureOf(obtainCredentials(world.broker({}, { onWait }))))
    await vi.waitUntil(() => waiting === 5, { timeout: 10_000, interval: 5 })
    world.clock.advance(1)
    const makeGood = refuseExchanges(world)
    held.open()
    const failure = await first
    expect(failure).toMatchObject({ code: 'service-refused' })
    expect(await Promise.all(others)).toEqual([1, 2, 3, 4, 5].map(() => failure))
    expect(world.emulator.count(EXCHANGE)).toBe(1)
    expect(await failureOf(obtainCredentials(world.broker()))).toEqual(failure)
    expect(world.emulator.count(EXCHANGE)).toBe(2)
    makeGood()
    expect((await obtainCredentials(world.broker())).from).toBe('exchange')
  })

  test('but insist on new credentials try for themselves', async () => {
    const world = await openSignedInWorld()
    const [held, heldAgain] = [gate(), gate()]
    for (const { until } of [held, heldAgain]) world.emulator.faults.set(EXCHANGE, { kind: 'hold', until })
    const first = failureOf(obtainCredentials(world.broker()))
    await arrived(world, EXCHANGE)
    const waiting = gate()
    const insisting = obtainCredentials(world.broker({}, { onWait: waiting.open }), { renew: true })
    await waiting.until
    world.clock.advance(1)
    const makeGood = refuseExchanges(world)
    held.open()
    expect(await first).toMatchObject({ code: 'service-refused' })
    makeGood()
    heldAgain.open()
    expect((await insisting).from).toBe('exchange')
  })

  test('wait only briefly while what they have still serves', async () => {
    const world = await openSignedInWorld()
    const { credentials } = await obtainCredentials(world.broker())
    world.clock.advance(50 * MINUTE)
    const held = gate()
    world.emulator.faults.set(EXCHANGE, { kind: 'hold', until: held.until })
    const slow = obtainCredentials(world.broker())
    await arrived(world, EXCHANGE, 2)
    const startedMs = performance.now()
    const quick = await obtainCredentials(world.broker())
    expect(quick.from).toBe('fallback')
    expect(quick.credentials.accessKeyId).toBe(credentials.accessKeyId)
    expect(performance.now() - startedMs).toBeLessThan(10_000)
    held.open()
    expect((await slow).from).toBe('exchange')
  }, 15_000)

  test('for a refresh of another role wait only briefly, too', async () => {
    const world = await openSignedInWorld()
    const editor = { cognito_role_arn: world.emulator.roles.editor }
    world.clock.advance(30 * MINUTE)
    await obtainCredentials(world.broker())
    world.clock.advance(50 * MINUTE)
    const held = gate()
    world.emulator.faults.set(REFRESH, { kind: 'hold', until: held.until })
    const slow = obtainCredentials(world.broker(editor))
    await arrived(world, REFRESH)
    expect((await obtainCredentials(world.broker())).from).toBe('fallback')
    held.open()
    expect((await slow).from).toBe('exchange')
  }, 15_000)
})

describe('a life wished for', () => {
  test.each([{}, { renew: true }])(
    'that new credentials do not have either is an error: %j',
    async (wish) => {
      const world = await openSignedInWorld()
      const minLife = 40_000_000
      expect(await failureOf(obtainCredentials(world.broker(), { ...wish, minLife }))).toEqual({
        code: 'life-too-short',
        facts: { wantedSeconds: 40_000, gotSeconds: 3600 },
      })
      expect((await obtainCredentials(world.broker())).from).toBe('cache')
    },
  )

  test('in halves is what there is', async () => {
    const world = await openSignedInWorld({ credentialsSeconds: 900 })
    expect((await obtainCredentials(world.broker(), { minLife: 'half' })).from).toBe('exchange')
  })
})

test('the account is what the profile says today, where the service does not tell', async () => {
  const world = await openSignedInWorld()
  const accountOf = async (extra: Record<string, string>) => {
    const { credentials, from } = await obtainCredentials(world.broker(extra))
    return [from, credentials.accountId]
  }
  expect(await accountOf({ aws_account_id: '111111111111' })).toEqual(['exchange', '111111111111'])
  expect(await accountOf({ aws_account_id: '222222222222' })).toEqual(['cache', '222222222222'])
  expect(await accountOf({})).toEqual(['cache', undefined])
})

describe('in a vault that was wiped meanwhile', () => {
  test('an exchange yields nothing, and stores nothing', async () => {
    const world = await openSignedInWorld()
    const sealed = readFileSync(join(world.vault.folder, `${sessionEntryName(idOf(world))}.sealed`))
    const held = gate()
    world.emulator.faults.set(EXCHANGE, { kind: 'hold', until: held.until })
    const outcome = failureOf(obtainCredentials(world.broker()))
    await arrived(world, EXCHANGE)
    wipe(world)
    // As if the wipe had not yet come to the session.
    writeFileSync(join(world.vault.folder, `${sessionEntryName(idOf(world))}.sealed`), sealed)
    held.open()
    expect(await outcome).toEqual({ code: 'sign-in-required', facts: { profile: 'dev', reason: 'none' } })
    expect(listEntries(world.vault.folder)).toEqual([sessionEntryName(idOf(world))])
  })

  test('a guest gets credentials, which are not stored', async () => {
    const world = await openWorld({ identityPool: { allowUnauthenticated: true } })
    wipe(world)
    expect((await obtainCredentials(world.broker(GUEST))).from).toBe('exchange')
    expect(listEntries(world.vault.folder)).toEqual([])
  })
})

describe('an exchange under way', () => {
  async function holdExchange(world: World) {
    const held = gate()
    world.emulator.faults.set(EXCHANGE, { kind: 'hold', until: held.until })
    const obtained = obtainCredentials(world.broker())
    obtained.catch(() => undefined)
    await arrived(world, EXCHANGE)
    return { obtained, open: held.open }
  }

  test('while somebody signs out yields nothing, and stores nothing', async () => {
    const world = await openSignedInWorld()
    const { obtained, open } = await holdExchange(world)
    await signOut(world.broker())
    open()
    expect(await failureOf(obtained)).toEqual({
      code: 'sign-in-required',
      facts: { profile: 'dev', reason: 'none' },
    })
    expect(listEntries(world.vault.folder)).toEqual([])
  })

  test('while somebody else signs in is discarded, and asked for anew as them', async () => {
    const world = await openSignedInWorld()
    const { obtained, open } = await holdExchange(world)
    await storeSignIn(world.broker(), await signInAt(world, OTHER_PERSON))
    open()
    const { credentials } = await obtained
    const sts = await world.broker().clients.securityToken()
    const caller = await sts.requestCallerIdentity({ credentials, signal: new AbortController().signal })
    // The test user would be PoolkeyAdmin.
    expect(caller.arn).toContain('assumed-role/PoolkeyEditor/')
    expect(world.emulator.count(EXCHANGE)).toBe(2)
    const session = storedSession(world)
    expect(session.claims.email).toBe(OTHER_PERSON.email)
    expect(Object.values(session.identityIds)).toHaveLength(1)
    const stored = readCredentials(world.vault, credentialsNameOf(world))!
    expect(stored.signInId).toBe(session.signInId)
    expect(stored.credentials.accessKeyId).toBe(credentials.accessKeyId)
  })

  test('while everybody keeps signing in gives up', async () => {
    const world = await openSignedInWorld()
    const signIns = await Promise.all([1, 2, 3].map(() => signInAt(world)))
    const obtained = obtainOverSignIns(world, signIns)
    expect(await failureOf(obtained)).toMatchObject({ code: 'sign-in-required' })
    expect(world.emulator.count(EXCHANGE)).toBe(3)
    expect(readCredentials(world.vault, credentialsNameOf(world))).toBeUndefined()
  })

  async function obtainOverSignIns(world: World, signIns: Awaited<ReturnType<typeof signInAt>>[]) {
    const gates = signIns.map(() => gate())
    for (const { until } of gates) world.emulator.faults.set(EXCHANGE, { kind: 'hold', until })
    const obtained = obtainCredentials(world.broker())
    obtained.catch(() => undefined)
    for (const [index, signedIn] of signIns.entries()) {
      await arrived(world, EXCHANGE, index + 1)
      await storeSignIn(world.broker(), signedIn)
      gates[index]!.open()
    }
    return obtained
  }

  test('while the session is refreshed is kept: it is the same sign-in', async () => {
    const world = await openSignedInWorld({ rotation: { graceSeconds: 0 } })
    const { obtained, open } = await holdExchange(world)
    world.clock.advance(HOUR)
    const refreshed = await obtainSession(world.broker())
    world.clock.advance(-HOUR)
    open()
    expect((await obtained).from).toBe('exchange')
    const after = storedSession(world)
    expect(after.idToken.equals(refreshed.idToken)).toBe(true)
    expect(after.refreshToken!.equals(refreshed.refreshToken!)).toBe(true)
    expect(Object.values(after.identityIds)).toHaveLength(1)
  })
})

test('E81: an ID token that only seems to live, as the clock went back, is refreshed after the refusal', async () => {
  const world = await openSignedInWorld()
  world.clock.advance(70 * MINUTE)
  const behind = () => world.clock.now() - 30 * MINUTE * 1000
  const { credentials } = await obtainCredentials(world.broker({}, { now: behind }))
  expect(credentials.expiration.getTime()).toBe(world.clock.now() + HOUR * 1000)
  expect(world.emulator.count(REFRESH)).toBe(1)
})

test.each([-5, 5])('E81: a clock that is %d hours off does no harm', async (hours) => {
  const world = await openWorld()
  const now = () => world.clock.now() + hours * HOUR * 1000
  const signing = world.broker({}, { now })
  const { signal } = signing
  const signedIn = await signInAt(world)
  await signing.http.request({
    operation: 'the test',
    method: 'GET',
    url: new URL(world.emulator.origin),
    signal,
  })
  await storeSignIn(signing, signedIn)
  const { credentials } = await obtainCredentials(world.broker({}, { now }))
  expect(credentials.expiration.getTime()).toBe(world.clock.now() + HOUR * 1000)
  world.clock.advance(43 * MINUTE)
  expect((await obtainCredentials(world.broker({}, { now }))).from).toBe('cache')
  world.clock.advance(2 * MINUTE)
  expect((await obtainCredentials(world.broker({}, { now }))).from).toBe('exchange')
  expect(counts(world)).toEqual({ GetId: 1, [EXCHANGE]: 2, [REFRESH]: 0 })
})

describe('E81: after the clock was set', () => {
  /** A vault written under a clock that was so many minutes ahead. */
  async function openWrittenUnder(minutesAhead: number): Promise<World> {
    const world = await openWorld()
    const options = { now: () => world.clock.now() + minutesAhead * MINUTE * 1000 }
    const broker = world.broker({}, options)
    const url = new URL(world.emulator.origin)
    const { signal } = broker
    await broker.http.request({ operation: 'the test', method: 'GET', url, signal })
    await storeSignIn(broker, await signInAt(world))
    await obtainCredentials(world.broker({}, options))
    return world
  }

  const RIGHT = [40, -40].flatMap((ahead) =>
    ['the-only-boot', 'another-boot', undefined].map((bootId) => [ahead, bootId] as const),
  )

  test.each(RIGHT)(
    'right, from %d minutes ahead, what expired is not handed out (%s)',
    async (ahead, bootId) => {
      const world = await openWrittenUnder(ahead)
      world.clock.advance(70 * MINUTE)
      const { credentials, from } = await obtainCredentials(world.broker({}, { bootId }))
      expect(from).toBe('exchange')
      expect(credentials.expiration.getTime()).toBe(world.clock.now() + HOUR * 1000)
      // The ID token was over as well, which showed before it was sent.
      expect(counts(world)).toEqual({ GetId: 1, [EXCHANGE]: 2, [REFRESH]: 1 })
    },
  )

  test('beyond right, what expired is not handed out', async () => {
    const world = await openWrittenUnder(40)
    world.clock.advance(70 * MINUTE)
    const behind = () => world.clock.now() - 20 * MINUTE * 1000
    expect((await obtainCredentials(world.broker({}, { now: behind }))).from).toBe('exchange')
  })

  test('right while the machine did not count the time, what expired is not handed out', async () => {
    const world = await openWrittenUnder(40)
    const machine = world.broker().machine!()
    world.clock.advance(70 * MINUTE)
    const resumed = { ...world.broker(), machine: () => machine }
    expect((await obtainCredentials(resumed)).from).toBe('exchange')
  })

  test('nothing expired is a fallback either', async () => {
    const world = await openWrittenUnder(40)
    world.clock.advance(70 * MINUTE)
    for (const name of [REFRESH, EXCHANGE]) world.emulator.faults.set(name, { kind: 'reset' }, NEVER_ENDING)
    expect(await failureOf(obtainCredentials(world.broker()))).toMatchObject({ code: 'network' })
  })

  test('never, a clock that is ahead costs one renewal a restart', async () => {
    const world = await openWrittenUnder(50)
    const now = () => world.clock.now() + 50 * MINUTE * 1000
    world.clock.advance(5 * MINUTE)
    expect((await obtainCredentials(world.broker({}, { now }))).from).toBe('cache')
    const restarted = { now, bootId: 'another-boot' }
    expect((await obtainCredentials(world.broker({}, restarted))).from).toBe('exchange')
    world.clock.advance(40 * MINUTE)
    expect((await obtainCredentials(world.broker({}, restarted))).from).toBe('cache')
  })
})

test('the identity ID is remembered with the session, and asked for anew when it is gone', async () => {
  const world = await openSignedInWorld({ credentialsSeconds: 900 })
  await obtainCredentials(world.broker())
  const poolId = world.emulator.identityPoolId
  const known = storedSession(world).identityIds[poolId]
  expect(known).toMatch(/^eu-west-1:/)
  world.clock.advance(900)
  world.emulator.faults.set(EXCHANGE, {
    kind: 'answer',
    status: 400,
    headers: { 'x-amzn-ErrorType': 'ResourceNotFoundException:' },
    body: '{"__type":"ResourceNotFoundException","message":"Identity not found."}',
  })
  world.emulator.faults.set('GetId', {
    kind: 'alter',
    alter: (answer) => ({
      ...answer,
      body: '{"IdentityId":"eu-west-1:99999999-2222-3333-4444-555555555555"}',
    }),
  })
  expect(await failureOf(obtainCredentials(world.broker()))).toMatchObject({ code: 'service-refused' })
  expect(storedSession(world).identityIds[poolId]).toBe(known)
  expect(world.emulator.count('GetId')).toBe(2)
})

test('a sign-in-only profile has no credentials to give', async () => {
  const world = await openSignedInWorld()
  const broker = world.broker()
  const signInOnly = { ...broker, profile: { ...broker.profile, exchange: { kind: 'none' as const } } }
  expect(await failureOf(obtainCredentials(signInOnly))).toEqual({
    code: 'no-exchange',
    facts: { profile: 'dev' },
  })
})

test('E72: fresh credentials are handed out though the session lock is not to be had, and not stored', async () => {
  const world = await openSignedInWorld()
  const broker = world.broker()
  const released = gate()
  const held = withBrokerLock(broker, { kind: 'session', id: holderId(broker.profile) }, () => released.until)
  const { from } = await obtainCredentials(world.broker())
  expect(from).toBe('exchange')
  expect(listEntries(world.vault.folder).filter((name) => name.startsWith('credentials-'))).toEqual([])
  released.open()
  await held
})
