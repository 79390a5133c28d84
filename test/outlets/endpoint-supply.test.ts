import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Broker } from '../../src/broker/broker.ts'
import { obtainCredentials } from '../../src/broker/credentials.ts'
import { forgetGuest } from '../../src/broker/guest.ts'
import { storeSignIn } from '../../src/broker/session.ts'
import { signOut } from '../../src/broker/sign-out.ts'
import { standingCredentials } from '../../src/broker/standing-credentials.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { startSupply } from '../../src/outlets/endpoint-supply.ts'
import type { Supply } from '../../src/outlets/endpoint-supply.ts'
import {
  arrived,
  credentialsNameOf,
  EXCHANGE,
  failureOf,
  gate,
  openSignedInWorld,
  openWorld,
  OTHER_PERSON,
  REFRESH,
  signInAt,
  wipe,
} from '../broker/emulated-broker.ts'
import type { World } from '../broker/emulated-broker.ts'

const MINUTE = 60
const HOUR = 3600
const NEVER_ENDING = Number.POSITIVE_INFINITY

interface Supplied extends Supply {
  failures: { error: Error; until: Date | undefined }[]
  /** How often a broker was asked for: once a renewal. */
  renewals: () => number
  /** Sets this machine's clock off, without time having passed. */
  setClock: (seconds: number) => void
  keyNow: () => Promise<string>
}

async function supplyIn(
  world: World,
  extra: Record<string, string> = {},
  vaultOf: (broker: Broker) => Broker = (broker) => broker,
): Promise<Supplied> {
  const failures: Supplied['failures'] = []
  let renewals = 0
  let offMs = 0
  const now = () => world.clock.now() + offMs
  const standing = standingCredentials({
    openBroker: () => {
      renewals += 1
      return Promise.resolve(vaultOf(world.broker(extra, { now })))
    },
    monotonicMs: world.clock.now,
  })
  const supply = await startSupply({
    standing,
    monotonicMs: world.clock.now,
    onFailure: (error, until) => failures.push({ error, until }),
  })
  onTestFinished(() => supply.stop())
  return {
    ...supply,
    failures,
    renewals: () => renewals,
    setClock: (seconds) => {
      offMs += seconds * 1000
    },
    keyNow: async () => (await supply.get()).accessKeyId,
  }
}

/** What it gives once a renewal that goes on in the background has ended. */
async function untilRenewed(supply: Supplied, oldKey: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const key = await supply.keyNow()
      expect(key).not.toBe(oldKey)
      return key
    },
    { timeout: 10_000, interval: 10 },
  )
}

test('answers from memory: any number of times without a request, a lock or a look into an entry', async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  const key = await supply.keyNow()
  const requests = world.emulator.requests.length
  rmSync(join(world.vault.folder, 'locks'), { recursive: true })
  const startedMs = performance.now()
  for (let round = 0; round < 200; round += 1) expect(await supply.keyNow()).toBe(key)
  expect((performance.now() - startedMs) / 200).toBeLessThan(5)
  expect(world.emulator.requests.length).toBe(requests)
  expect(supply.renewals()).toBe(1)
})

test('E83: new ones come while the old still live, for all who ask meanwhile by one exchange', async () => {
  const world = await openSignedInWorld({ credentialsSeconds: 90 })
  const supply = await supplyIn(world)
  const key = await supply.keyNow()
  world.clock.advance(59)
  expect(await supply.keyNow()).toBe(key)
  expect(supply.renewals()).toBe(1)
  world.clock.advance(2)
  const held = gate()
  world.emulator.faults.set(EXCHANGE, { kind: 'hold', until: held.until })
  // Due, and still given.
  for (let round = 0; round < 20; round += 1) expect(await supply.keyNow()).toBe(key)
  held.open()
  await untilRenewed(supply, key)
  expect(world.emulator.count(EXCHANGE)).toBe(2)
  expect(supply.failures).toEqual([])
})

test('E83: what expired while nobody looked, as in sleep, is not given: who asks waits for new ones', async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  const key = await supply.keyNow()
  world.clock.advance(2 * HOUR)
  const answers = await Promise.all([supply.keyNow(), supply.keyNow(), supply.keyNow()])
  expect(new Set(answers).size).toBe(1)
  expect(answers[0]).not.toBe(key)
  expect(world.emulator.count(EXCHANGE)).toBe(2)
})

test('G107: a renewal that fails is told once and tried again after growing pauses; what lives is given', async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  const key = await supply.keyNow()
  world.clock.advance(45 * MINUTE)
  world.emulator.faults.set(EXCHANGE, { kind: 'server-error' }, NEVER_ENDING)
  expect(await supply.keyNow()).toBe(key)
  await vi.waitFor(() => {
    expect(supply.failures).toHaveLength(1)
  }, 20_000)
  expect(supply.failures[0]?.until).toEqual(new Date(world.clock.now() + 15 * MINUTE * 1000))
  const tries = supply.renewals()
  for (let round = 0; round < 50; round += 1) expect(await supply.keyNow()).toBe(key)
  expect(supply.renewals()).toBe(tries)
  world.clock.advance(MINUTE)
  expect(await supply.keyNow()).toBe(key)
  await vi.waitFor(() => {
    expect(supply.renewals()).toBe(tries + 1)
  })
  world.emulator.faults.clear(EXCHANGE)
  world.clock.advance(2 * MINUTE)
  await untilRenewed(supply, key)
  expect(supply.failures).toHaveLength(1)
})

test('G108: when they are over and no new ones can be had, it says why at once, and asks nobody at each request', async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  world.clock.advance(2 * HOUR)
  world.emulator.faults.set(REFRESH, { kind: 'server-error' }, NEVER_ENDING)
  const failure = await failureOf(supply.get())
  expect(failure).toMatchObject({ code: 'unexpected-answer' })
  const requests = world.emulator.requests.length
  for (let round = 0; round < 20; round += 1) expect(await failureOf(supply.get())).toEqual(failure)
  expect(world.emulator.requests.length).toBe(requests)
  expect(supply.failures).toMatchObject([{ until: undefined }])
  world.emulator.faults.clear(REFRESH)
  world.clock.advance(2 * MINUTE)
  await supply.get()
})

test('D64: gives nothing from the instant of a logout; a sign-in of the same person mends it at once', async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  const key = await supply.keyNow()
  await signOut(world.broker())
  expect(await failureOf(supply.get())).toEqual({
    code: 'sign-in-required',
    facts: { profile: 'dev', reason: 'none' },
  })
  await storeSignIn(world.broker(), await signInAt(world))
  expect(await supply.keyNow()).not.toBe(key)
})

test('D64: gives nothing after all sessions were wiped with the vault', async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  wipe(world)
  expect(await failureOf(supply.get())).toMatchObject({ code: 'sign-in-required' })
})

test("a sign-in as somebody else ends it: neither the old person's credentials are given nor the new one's", async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  const changed = { code: 'person-changed', facts: { profile: 'dev' } }
  await storeSignIn(world.broker(), await signInAt(world, OTHER_PERSON))
  expect(await failureOf(supply.get())).toEqual(changed)
  const { credentials } = await obtainCredentials(world.broker())
  expect(await failureOf(supply.get())).toEqual(changed)
  world.clock.advance(2 * HOUR)
  expect(await failureOf(supply.get())).toEqual(changed)
  // The first person is back.
  await storeSignIn(world.broker(), await signInAt(world))
  expect(await supply.keyNow()).not.toBe(credentials.accessKeyId)
})

test('a sign-in as somebody else while it renews: what was under way is not given', async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  const key = await supply.keyNow()
  world.clock.advance(45 * MINUTE)
  const held = gate()
  world.emulator.faults.set(EXCHANGE, { kind: 'hold', until: held.until })
  expect(await supply.keyNow()).toBe(key)
  await vi.waitFor(() => {
    expect(world.emulator.count(EXCHANGE)).toBe(2)
  })
  await storeSignIn(world.broker(), await signInAt(world, OTHER_PERSON))
  held.open()
  expect(await failureOf(supply.get())).toMatchObject({ code: 'person-changed' })
})

test("takes over what another process renewed, or the same person's new sign-in brought, without a request", async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  world.clock.advance(10 * MINUTE)
  const renewed = await obtainCredentials(world.broker(), { renew: true })
  expect(await supply.keyNow()).toBe(renewed.credentials.accessKeyId)
  await storeSignIn(world.broker(), await signInAt(world))
  const anew = await obtainCredentials(world.broker())
  expect(await supply.keyNow()).toBe(anew.credentials.accessKeyId)
  expect(world.emulator.count(EXCHANGE)).toBe(3)
  expect(supply.renewals()).toBe(1)
})

test('many endpoints of one profile make one exchange a period', async () => {
  const world = await openSignedInWorld()
  const supplies = [await supplyIn(world), await supplyIn(world), await supplyIn(world)]
  const key = await supplies[0]!.keyNow()
  world.clock.advance(45 * MINUTE)
  const renewed = await Promise.all(supplies.map((supply) => untilRenewed(supply, key)))
  expect(new Set(renewed).size).toBe(1)
  expect(world.emulator.count(EXCHANGE)).toBe(2)
})

test('goes on when the session ended but the credentials live, as every command does', async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  const key = await supply.keyNow()
  world.emulator.revokeAllSessions()
  world.clock.advance(HOUR - 5 * MINUTE)
  expect(await supply.keyNow()).toBe(key)
  world.clock.advance(10 * MINUTE)
  expect(await failureOf(supply.get())).toEqual({
    code: 'sign-in-required',
    facts: { profile: 'dev', reason: 'ended' },
  })
})

test('E81: a clock that is set back does not make them live longer, one that is set ahead costs one renewal', async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  const first = await supply.keyNow()
  world.clock.advance(30 * MINUTE)
  supply.setClock(-20 * MINUTE)
  expect(await supply.keyNow()).toBe(first)
  world.clock.advance(15 * MINUTE)
  // By the clock they have half an hour left.
  const second = await untilRenewed(supply, first)
  supply.setClock(3 * HOUR)
  const third = await untilRenewed(supply, second)
  world.clock.advance(MINUTE)
  expect(await supply.keyNow()).toBe(third)
  expect(supply.renewals()).toBe(3)
  expect(world.emulator.count(EXCHANGE)).toBe(3)
})

test('D58: with a disk that takes nothing it gives what it got, and still notices a logout', async () => {
  const world = await openSignedInWorld()
  const entry = join(world.vault.folder, `${credentialsNameOf(world)}.sealed`)
  // What is too large for an entry is what a full disk comes to.
  world.emulator.faults.set(EXCHANGE, {
    kind: 'alter',
    alter: (answer) => ({
      ...answer,
      body: answer.body.replace(
        /"SessionToken":"[^"]*"/,
        `"SessionToken":"${'A'.repeat(1024 * 1024 - 300)}"`,
      ),
    }),
  })
  const supply = await supplyIn(world)
  rmSync(entry, { force: true })
  const key = await supply.keyNow()
  expect(await supply.keyNow()).toBe(key)
  expect(supply.renewals()).toBe(1)
  await signOut(world.broker())
  expect(await failureOf(supply.get())).toMatchObject({ code: 'sign-in-required' })
})

test('a guest has credentials, too, and as another guest when the first was forgotten', async () => {
  const extra = { cognito_guest: 'true' }
  const world = await openWorld({ identityPool: { allowUnauthenticated: true } })
  const supply = await supplyIn(world, extra)
  const key = await supply.keyNow()
  expect(await supply.keyNow()).toBe(key)
  await forgetGuest(world.broker(extra))
  expect(await supply.keyNow()).not.toBe(key)
})

test('E73: stopped, it begins nothing any more, and gives the end of the renewal under way', async () => {
  const world = await openSignedInWorld({ rotation: { graceSeconds: 0 } })
  const supply = await supplyIn(world)
  world.clock.advance(2 * HOUR)
  const held = gate()
  world.emulator.faults.set(REFRESH, { kind: 'hold', until: held.until })
  const asking = supply.keyNow()
  await arrived(world, REFRESH)
  let hasEnded = false
  const stopped = supply.stop().then(() => {
    hasEnded = true
  })
  expect(hasEnded).toBe(false)
  held.open()
  await Promise.all([stopped, asking])
  expect(world.emulator.count(EXCHANGE)).toBe(2)
  world.clock.advance(2 * HOUR)
  await failureOf(supply.get())
  expect(supply.renewals()).toBe(2)
})

test('E71: begins with nobody signed in by saying so, and never by a sign-in', async () => {
  const world = await openWorld()
  const failure = await failureOf(supplyIn(world))
  expect(failure).toEqual({ code: 'sign-in-required', facts: { profile: 'dev', reason: 'none' } })
  expect(world.emulator.requests).toEqual([])
})

test('what cannot be looked at is not given', async () => {
  const world = await openSignedInWorld()
  const supply = await supplyIn(world)
  await supply.get()
  const file = join(world.vault.folder, `${credentialsNameOf(world)}.sealed`)
  rmSync(file)
  const { symlinkSync } = await import('node:fs')
  symlinkSync(join(world.vault.folder, 'elsewhere'), file)
  symlinkSync('elsewhere', join(world.vault.folder, 'elsewhere'))
  await expect(supply.get()).rejects.toBeInstanceOf(PoolkeyError)
})
