/** Refresh tokens that work once: what a sibling without our locks, a lost answer or a sign-in meanwhile does to them. */
import { cpSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Broker } from '../../src/broker/broker.ts'
import { obtainCredentials } from '../../src/broker/credentials.ts'
import { sessionEntryName } from '../../src/broker/entry-names.ts'
import { obtainSession, storeSignIn } from '../../src/broker/session.ts'
import { readSession } from '../../src/broker/stored-session.ts'
import type { Fault } from '../../src/emulator/faults.ts'
import type { EmulatorOptions } from '../../src/emulator/emulator.ts'
import { openHttp } from '../exchange/emulated-profile.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import {
  arrived,
  EXCHANGE,
  failureOf,
  gate,
  idOf,
  openSignedInWorld,
  OTHER_PERSON,
  REFRESH,
  signInAt,
  storedSession,
} from './emulated-broker.ts'
import type { World } from './emulated-broker.ts'

const HOUR = 3600
const ALWAYS = Number.POSITIVE_INFINITY
const ONCE_EACH: EmulatorOptions = { rotation: { graceSeconds: 0 } }
const WITH_GRACE: EmulatorOptions = { rotation: { graceSeconds: 60 } }

function sessionFile(folder: string, world: World): string {
  return join(folder, `${sessionEntryName(idOf(world))}.sealed`)
}

/** Another copy of poolkey on the same vault, with locks of its own; `publish` puts what it stored where ours is. */
function openSibling(world: World): { broker: () => Broker; publish: () => void } {
  const folder = join(temporaryFolder(), 'vault')
  cpSync(world.vault.folder, folder, { recursive: true })
  return {
    broker: () => ({ ...world.broker(), vault: { ...world.vault, folder } }),
    publish: () => {
      renameSync(sessionFile(folder, world), sessionFile(world.vault.folder, world))
    },
  }
}

/** A caller whose refresh has reached the user pool and is answered only when `open` is called. */
async function holdRefresh(world: World) {
  const held = gate()
  world.emulator.faults.set(REFRESH, { kind: 'hold', until: held.until })
  const obtained = obtainSession(world.broker())
  obtained.catch(() => undefined)
  await arrived(world, REFRESH)
  return { obtained, open: held.open }
}

function statusesOf({ emulator }: World): number[] {
  return emulator.requests.filter(({ operation }) => operation === REFRESH).map(({ status }) => status)
}

describe('E74: a sibling that spends the refresh token first', () => {
  test('is found out by the refusal, and what it stored is adopted', async () => {
    const world = await openSignedInWorld(ONCE_EACH)
    world.clock.advance(HOUR)
    const sibling = openSibling(world)
    const { obtained, open } = await holdRefresh(world)
    const theirs = await obtainSession(sibling.broker())
    sibling.publish()
    const stored = readFileSync(sessionFile(world.vault.folder, world))
    open()
    const session = await obtained
    expect(session.idToken.equals(theirs.idToken)).toBe(true)
    expect(session.refreshToken!.equals(theirs.refreshToken!)).toBe(true)
    expect(statusesOf(world)).toEqual([400, 200])
    expect(readFileSync(sessionFile(world.vault.folder, world))).toEqual(stored)
  })

  test('long ago is adopted with its refresh token, which is spent next', async () => {
    const world = await openSignedInWorld(ONCE_EACH)
    world.clock.advance(HOUR)
    const sibling = openSibling(world)
    const { obtained, open } = await holdRefresh(world)
    const theirs = await obtainSession(sibling.broker())
    sibling.publish()
    world.clock.advance(HOUR)
    open()
    const session = await obtained
    expect(session.idToken.equals(theirs.idToken)).toBe(false)
    expect(session.claims.expiresAt.getTime()).toBe(world.clock.now() + HOUR * 1000)
    expect(statusesOf(world)).toEqual([400, 200, 200])
    expect(storedSession(world).refreshToken!.equals(session.refreshToken!)).toBe(true)
  })

  test('costs ten callers who wait neither a sign-in nor a second refresh', async () => {
    const world = await openSignedInWorld(ONCE_EACH)
    world.clock.advance(HOUR)
    const sibling = openSibling(world)
    const held = gate()
    world.emulator.faults.set(REFRESH, { kind: 'hold', until: held.until })
    const callers = Array.from({ length: 10 }, () => obtainCredentials(world.broker()))
    await arrived(world, REFRESH)
    await obtainSession(sibling.broker())
    sibling.publish()
    held.open()
    const keys = (await Promise.all(callers)).map(({ credentials }) => credentials.accessKeyId)
    expect(new Set(keys).size).toBe(1)
    expect(statusesOf(world)).toEqual([400, 200])
    expect(world.emulator.count(EXCHANGE)).toBe(1)
  })
})

describe('E75: a refresh that ends with', () => {
  test.each<[string, Fault, object]>([
    ['a reset connection', { kind: 'reset' }, { code: 'network', facts: { kind: 'reset' } }],
    ["a portal's page", { kind: 'html', status: 200 }, { facts: { kind: 'html' } }],
    ["a firewall's 403", { kind: 'html', status: 403 }, { facts: { kind: 'firewall' } }],
    ['a 302', { kind: 'redirect', location: 'http://portal.example/' }, { facts: { kind: 'redirect' } }],
    ['a 429', { kind: 'throttled' }, { facts: { kind: 'throttled', status: 429 } }],
    ['a 500', { kind: 'server-error' }, { facts: { kind: 'server-error', status: 500 } }],
    ['a 503', { kind: 'answer', status: 503 }, { facts: { kind: 'server-error', status: 503 } }],
    ['silence', { kind: 'silence' }, { code: 'network', facts: { kind: 'timeout' } }],
    ['no JSON', { kind: 'answer', status: 200, body: 'welcome' }, { facts: { kind: 'not-the-protocol' } }],
    [
      'invalid_grant on a page',
      { kind: 'answer', status: 400, body: '<p>{"error":"invalid_grant"}</p>' },
      { facts: { kind: 'not-the-protocol' } },
    ],
  ])('%s leaves the session as it was, and the next one works', async (_name, fault, failure) => {
    const world = await openSignedInWorld(ONCE_EACH)
    world.clock.advance(HOUR)
    const before = storedSession(world)
    world.emulator.faults.set(REFRESH, fault, ALWAYS)
    const impatient = { ...world.broker(), http: openHttp({ now: world.clock.now, requestTimeoutMs: 300 }) }
    expect(await failureOf(obtainSession(impatient))).toMatchObject(failure)
    const after = storedSession(world)
    expect(after).toEqual(before)
    expect(after.refreshToken!.equals(before.refreshToken!)).toBe(true)
    world.emulator.faults.clear()
    expect((await obtainSession(world.broker())).signInId).toBe(before.signInId)
  })

  test.each<[string, Fault]>([
    ['a reset connection after the rotation', { kind: 'lost' }],
    ['half an answer', { kind: 'half' }],
  ])('%s is tried once more with the old token, which a grace period takes', async (_name, fault) => {
    const world = await openSignedInWorld(WITH_GRACE)
    world.clock.advance(HOUR)
    const before = storedSession(world)
    world.emulator.faults.set(REFRESH, fault)
    const session = await obtainSession(world.broker())
    expect(world.emulator.count(REFRESH)).toBe(2)
    expect(session.refreshToken!.equals(before.refreshToken!)).toBe(false)
    world.clock.advance(HOUR)
    await obtainSession(world.broker())
    expect(statusesOf(world).at(-1)).toBe(200)
  })

  test.each<[string, Fault]>([
    ['a reset connection after the rotation, twice', { kind: 'lost' }],
    ['half an answer, twice', { kind: 'half' }],
  ])('%s leaves the session, and the next caller still has the grace period', async (_name, fault) => {
    const world = await openSignedInWorld(WITH_GRACE)
    world.clock.advance(HOUR)
    const before = storedSession(world)
    world.emulator.faults.set(REFRESH, fault, 2)
    expect(await failureOf(obtainSession(world.broker()))).toMatchObject({
      code: 'network',
      facts: { kind: 'reset' },
    })
    expect(world.emulator.count(REFRESH)).toBe(2)
    expect(storedSession(world)).toEqual(before)
    world.clock.advance(59)
    expect((await obtainSession(world.broker())).signInId).toBe(before.signInId)
  })

  test('E73: an answer lost for good, without a grace period, asks for a sign-in once and sends no token again', async () => {
    const world = await openSignedInWorld(ONCE_EACH)
    world.clock.advance(HOUR)
    world.emulator.faults.set(REFRESH, { kind: 'lost' })
    const ended = { code: 'sign-in-required', facts: { profile: 'dev', reason: 'ended' } }
    expect(await failureOf(obtainSession(world.broker()))).toEqual(ended)
    expect(await failureOf(obtainSession(world.broker()))).toEqual(ended)
    expect(world.emulator.count(REFRESH)).toBe(2)
  })
})

describe('E76: a refused refresh token', () => {
  test('ends the session before a sign-in that waits for it, which then stays', async () => {
    const world = await openSignedInWorld(ONCE_EACH)
    const signedIn = await signInAt(world, OTHER_PERSON)
    world.clock.advance(HOUR)
    const { obtained, open } = await holdRefresh(world)
    world.emulator.revokeAllSessions()
    const waiting = gate()
    const storing = storeSignIn(world.broker({}, { onWait: waiting.open }), signedIn)
    await waiting.until
    open()
    expect(await failureOf(obtained)).toMatchObject({ code: 'sign-in-required' })
    const stored = await storing
    expect(storedSession(world).signInId).toBe(stored.signInId)
    expect(storedSession(world).refreshToken!.equals(signedIn.tokens.refreshToken!)).toBe(true)
  })

  test('takes nothing from a sign-in that a sibling stored meanwhile', async () => {
    const world = await openSignedInWorld(ONCE_EACH)
    world.clock.advance(HOUR)
    const sibling = openSibling(world)
    const { obtained, open } = await holdRefresh(world)
    world.emulator.revokeAllSessions()
    const theirs = await storeSignIn(sibling.broker(), await signInAt(world))
    sibling.publish()
    const stored = readFileSync(sessionFile(world.vault.folder, world))
    open()
    expect((await obtained).signInId).toBe(theirs.signInId)
    expect(readFileSync(sessionFile(world.vault.folder, world))).toEqual(stored)
    expect(statusesOf(world)).toEqual([400])
  })

  test('alone ends it: no other refusal of the user pool does', async () => {
    const world = await openSignedInWorld()
    world.clock.advance(HOUR)
    const refusals = ['invalid_client', 'unauthorized_client', 'invalid_request', 'unsupported_grant_type']
    for (const error of refusals) {
      world.emulator.faults.set(REFRESH, { kind: 'answer', status: 400, body: JSON.stringify({ error }) })
      expect(await failureOf(obtainSession(world.broker()))).toMatchObject({ facts: { error } })
      expect(readSession(world.vault, idOf(world)).state).toBe('active')
    }
  })
})
