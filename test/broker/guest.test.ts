import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { obtainCredentials } from '../../src/broker/credentials.ts'
import { guestEntryName, holderId } from '../../src/broker/entry-names.ts'
import { forgetGuest } from '../../src/broker/guest.ts'
import { listEntries } from '../../src/vault/entries.ts'
import { arrived, EXCHANGE, failureOf, gate, openWorld } from './emulated-broker.ts'
import type { World } from './emulated-broker.ts'

const GUEST = { cognito_guest: 'true' }
const HOUR = 3600
const TOO_LARGE_TOKEN = `"SessionToken":"${'A'.repeat(1024 * 1024 - 300)}"`

function openGuestWorld(): Promise<World> {
  return openWorld({
    identityPool: { allowUnauthenticated: true, allowClassicFlow: true, roleMapping: { kind: 'none' } },
  })
}

/** The identity IDs that credentials were asked for, one a request. */
function identitiesOf({ emulator }: World): string[] {
  const isUse = (operation: string) => operation === EXCHANGE || operation === 'GetOpenIdToken'
  return emulator.requests
    .filter(({ operation }) => isUse(operation))
    .map(({ body }) => (JSON.parse(body) as { IdentityId: string }).IdentityId)
}

function entryOf(world: World): string {
  return guestEntryName(holderId(world.broker(GUEST).profile))
}

test('a guest keeps the identity ID over exchanges, and needs no sign-in', async () => {
  const world = await openGuestWorld()
  await obtainCredentials(world.broker(GUEST))
  world.clock.advance(HOUR)
  expect((await obtainCredentials(world.broker(GUEST))).from).toBe('exchange')
  expect((await obtainCredentials(world.broker(GUEST))).from).toBe('cache')
  const [first, second, ...more] = identitiesOf(world)
  expect(first).toMatch(/^eu-west-1:/)
  expect([second, more]).toEqual([first, []])
  expect(world.emulator.count('GetId')).toBe(1)
})

test('a guest keeps the identity ID although the credentials could not be had', async () => {
  const world = await openGuestWorld()
  world.emulator.faults.set(EXCHANGE, { kind: 'reset' }, 10)
  expect(await failureOf(obtainCredentials(world.broker(GUEST)))).toMatchObject({ code: 'network' })
  world.emulator.faults.clear(EXCHANGE)
  await obtainCredentials(world.broker(GUEST))
  expect(world.emulator.count('GetId')).toBe(1)
})

test('two profiles of one pool are the same guest, also when both ask first', async () => {
  const world = await openGuestWorld()
  const held = gate()
  world.emulator.faults.set('GetId', { kind: 'hold', until: held.until })
  const role = { cognito_exchange: 'basic', cognito_role_arn: world.emulator.roles.unauthenticated }
  const both = [
    obtainCredentials(world.broker(GUEST)),
    obtainCredentials(world.broker({ ...GUEST, ...role })),
  ]
  await arrived(world, 'GetId')
  held.open()
  await Promise.all(both)
  expect(world.emulator.count('GetId')).toBe(1)
  const identities = identitiesOf(world)
  expect(identities).toHaveLength(2)
  expect(new Set(identities).size).toBe(1)
})

test('a guest whose identity is gone from the pool becomes another one, and stays that', async () => {
  const world = await openGuestWorld()
  await obtainCredentials(world.broker(GUEST))
  world.clock.advance(HOUR)
  world.emulator.faults.set(EXCHANGE, {
    kind: 'answer',
    status: 400,
    headers: {
      'x-amzn-ErrorType': 'ResourceNotFoundException:',
      'Content-Type': 'application/x-amz-json-1.1',
    },
    body: '{"__type":"ResourceNotFoundException","message":"Identity \'x\' not found."}',
  })
  await obtainCredentials(world.broker(GUEST))
  world.clock.advance(HOUR)
  await obtainCredentials(world.broker(GUEST))
  const [first, refused, second, third] = identitiesOf(world)
  expect(refused).toBe(first)
  expect(second).not.toBe(first)
  expect(third).toBe(second)
})

test('a guest whose entry is damaged becomes another one', async () => {
  const world = await openGuestWorld()
  await obtainCredentials(world.broker(GUEST))
  writeFileSync(join(world.vault.folder, `${entryOf(world)}.sealed`), 'damaged')
  world.clock.advance(HOUR)
  await obtainCredentials(world.broker(GUEST))
  expect(world.emulator.count('GetId')).toBe(2)
  expect(new Set(identitiesOf(world)).size).toBe(2)
})

test('a forgotten guest leaves nothing, and the next one is new', async () => {
  const world = await openGuestWorld()
  expect(await forgetGuest(world.broker(GUEST))).toBe(false)
  await obtainCredentials(world.broker(GUEST))
  expect(await forgetGuest(world.broker(GUEST))).toBe(true)
  expect(listEntries(world.vault.folder)).toEqual([])
  expect((await obtainCredentials(world.broker(GUEST))).from).toBe('exchange')
  expect(new Set(identitiesOf(world)).size).toBe(2)
})

test('a guest that is forgotten during an exchange does not come back', async () => {
  const world = await openGuestWorld()
  const held = gate()
  world.emulator.faults.set(EXCHANGE, { kind: 'hold', until: held.until })
  const asked = obtainCredentials(world.broker(GUEST))
  await arrived(world, EXCHANGE)
  expect(await forgetGuest(world.broker(GUEST))).toBe(true)
  held.open()
  // What is in hand is handed out.
  expect((await asked).from).toBe('exchange')
  expect(listEntries(world.vault.folder)).toEqual([])
})

test('a guest who is refused stays the same guest', async () => {
  const world = await openGuestWorld()
  await obtainCredentials(world.broker(GUEST))
  world.clock.advance(HOUR)
  world.emulator.settings.identityPool.allowUnauthenticated = false
  for (let tries = 0; tries < 2; tries += 1) {
    expect(await failureOf(obtainCredentials(world.broker(GUEST)))).toMatchObject({ code: 'service-refused' })
  }
  expect(world.emulator.count('GetId')).toBe(1)
})

test('a guest has credentials although the disk does not take them', async () => {
  const world = await openGuestWorld()
  world.emulator.faults.set(EXCHANGE, {
    kind: 'alter',
    alter: (answer) => ({ ...answer, body: answer.body.replace(/"SessionToken":"[^"]*"/, TOO_LARGE_TOKEN) }),
  })
  expect((await obtainCredentials(world.broker(GUEST))).from).toBe('exchange')
  expect((await obtainCredentials(world.broker(GUEST))).from).toBe('exchange')
  expect(world.emulator.count('GetId')).toBe(1)
})
