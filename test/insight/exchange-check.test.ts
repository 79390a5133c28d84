import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { guestEntryName, holderId, sessionEntryName } from '../../src/broker/entry-names.ts'
import { withBrokerLock } from '../../src/broker/locks.ts'
import { readSession } from '../../src/broker/stored-session.ts'
import { checkExchange, checkSession } from '../../src/insight/exchange-check.ts'
import { removeEntry } from '../../src/vault/entries.ts'
import {
  gate,
  idOf,
  openSignedInWorld,
  openWorld,
  REFRESH,
  storedSession,
} from '../broker/emulated-broker.ts'

test('a session is renewed although its ID token is new', async () => {
  const world = await openSignedInWorld()
  const before = storedSession(world)
  world.clock.advance(60)
  const { findings, session } = await checkSession(world.broker())
  expect(findings[0]).toMatchObject({ state: 'ok' })
  expect(session?.claims.issuedAt.getTime()).toBe(before.claims.issuedAt.getTime() + 60_000)
})

test('a session that was signed out while its lock was waited for is not brought back', async () => {
  const world = await openSignedInWorld()
  const released = gate()
  const lock = { kind: 'session', id: idOf(world) } as const
  const held = withBrokerLock(world.broker(), lock, () => released.until)
  const onWait = vi.fn()
  const checked = checkSession(world.broker({}, { onWait }))
  await vi.waitUntil(() => onWait.mock.calls.length > 0, { timeout: 10_000, interval: 5 })
  removeEntry({ folder: world.vault.folder, name: sessionEntryName(idOf(world)) })
  released.open()
  await held
  expect((await checked).findings).toMatchObject([{ state: 'failed', code: 'sign-in-required', exitCode: 4 }])
  expect(readSession(world.vault, idOf(world))).toEqual({ state: 'none' })
  expect(world.emulator.count(REFRESH)).toBe(0)
})

test("what breaks a guest's exchange on this machine is the machine's, for want of a session", async () => {
  const world = await openWorld({ identityPool: { allowUnauthenticated: true } })
  const broker = world.broker({ cognito_guest: 'true' })
  const name = guestEntryName(holderId(broker.profile))
  symlinkSync('/', join(world.vault.folder, `${name}.sealed`))
  const links = ['identity-pool', 'role'] as const
  const { findings, credentials } = await checkExchange(broker, { links: [...links], session: undefined })
  expect(credentials).toBeUndefined()
  expect([...findings]).toMatchObject([['machine', [{ state: 'failed', code: 'vault-unsafe' }]]])
})
