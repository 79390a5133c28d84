/** Another version of poolkey on the same vault: what it wrote and this one cannot read stays as it is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { clientSecretOf } from '../../src/broker/client-secret.ts'
import { obtainCredentials } from '../../src/broker/credentials.ts'
import { clientSecretEntryName, sessionEntryName } from '../../src/broker/entry-names.ts'
import { isSignedIn, obtainSession } from '../../src/broker/session.ts'
import { listSignedIn } from '../../src/broker/stored-session.ts'
import { parseSession, serializeSession } from '../../src/broker/session-entry.ts'
import { readStatus } from '../../src/broker/status.ts'
import { readVaultFile } from '../../src/vault/vault-file.ts'
import { writeEntry } from '../../src/vault/entries.ts'
import { localPlatform } from '../../src/vault/lock-platform.ts'
import { failureOf, idOf, openSignedInWorld, openWorld, REFRESH, storedSession } from './emulated-broker.ts'
import type { World } from './emulated-broker.ts'

function pathOf(world: World, name: string): string {
  return join(world.vault.folder, `${name}.sealed`)
}

/** The entry as a later version would seal it. */
function sealAsNewer(world: World, name: string): void {
  const [header = '', ...body] = readFileSync(pathOf(world, name), 'latin1').split('\n')
  const newer = JSON.stringify({ ...(JSON.parse(header) as object), format: 2, cipher: 'another' })
  writeFileSync(pathOf(world, name), [newer, ...body].join('\n'), 'latin1')
}

/** The session with its content changed, sealed as it is today. */
function changeSession(world: World, change: object): void {
  const fields = JSON.parse(serializeSession(storedSession(world)).toString()) as object
  writeEntry({
    ...world.vault,
    name: sessionEntryName(idOf(world)),
    header: { kind: 'session', issuedAt: new Date(world.clock.now()).toISOString() },
    plaintext: Buffer.from(JSON.stringify({ ...fields, ...change })),
  })
}

describe('E77: a session of a later version', () => {
  test.each<[string, (world: World) => void]>([
    [
      'that is sealed otherwise',
      (world) => {
        sealAsNewer(world, sessionEntryName(idOf(world)))
      },
    ],
    [
      'that is written otherwise',
      (world) => {
        changeSession(world, { version: 2, tokens: [] })
      },
    ],
  ])('%s needs a person, and none of its bytes or tokens is touched', async (_name, makeNewer) => {
    const world = await openSignedInWorld({ rotation: { graceSeconds: 0 } })
    makeNewer(world)
    const path = pathOf(world, sessionEntryName(idOf(world)))
    const before = readFileSync(path)
    world.clock.advance(3600)
    const broker = world.broker()
    const damaged = { code: 'sign-in-required', facts: { profile: 'dev', reason: 'damaged' } }
    expect(await failureOf(obtainSession(broker))).toEqual(damaged)
    expect(await failureOf(obtainCredentials(broker))).toEqual(damaged)
    expect(isSignedIn(broker)).toBe(false)
    expect(listSignedIn(world.vault)).toEqual([])
    const { session } = readStatus(broker, { profile: broker.profile, now: world.clock.now() })
    expect(session).toEqual({ state: 'ended' })
    expect(readFileSync(path)).toEqual(before)
    expect(world.emulator.count(REFRESH)).toBe(0)
  })

  test('that only says more is used', async () => {
    const world = await openSignedInWorld()
    const before = storedSession(world)
    changeSession(world, { learntLater: { of: 'something' } })
    const session = await obtainSession(world.broker())
    expect(serializeSession(session)).toEqual(serializeSession(before))
  })
})

test('E77: a session of the first version can still be read', () => {
  const text = readFileSync(join(import.meta.dirname, 'session-version-1.json'))
  const session = parseSession(text)
  expect(session).toMatchObject({ state: 'active', signInId: 'a-sign-in', clockSkewMs: -1500 })
})

test("E77: an app client's secret of a later version is an error, and stays", async () => {
  const world = await openWorld()
  const broker = world.broker()
  const name = clientSecretEntryName(broker.profile.signIn!)
  const header = { kind: 'client-secret', issuedAt: new Date(world.clock.now()).toISOString() }
  writeEntry({ ...world.vault, name, header, plaintext: Buffer.from('{"version":2}') })
  const before = readFileSync(pathOf(world, name))
  expect(() => clientSecretOf(broker)).toThrow(
    expect.objectContaining({ code: 'client-secret-damaged' }) as Error,
  )
  expect(readFileSync(pathOf(world, name))).toEqual(before)
})

test('E77: a vault of a later version is told as such, and stays', async () => {
  const { vault } = await openWorld()
  const path = join(vault.folder, 'vault.json')
  const facts = JSON.parse(readFileSync(path, 'utf8')) as object
  const text = JSON.stringify({ ...facts, version: 2, store: 'another' })
  writeFileSync(path, text)
  const problem = 'it was written by a newer poolkey'
  expect(() => readVaultFile(vault.folder)).toThrow(
    expect.objectContaining({ code: 'vault-damaged', facts: { path, problem } }) as Error,
  )
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test.each<[string, () => string]>([
  [
    'that says more',
    () =>
      JSON.stringify({ version: 2, id: 'a'.repeat(24), ...localPlatform().self, purpose: 'something new' }),
  ],
  ['that is written otherwise', () => 'lock/2 held by 4711'],
  ['in the making', () => ''],
])('E77: a lock of a later version %s is not taken from whoever holds it', async (_name, line) => {
  const world = await openSignedInWorld()
  world.clock.advance(3600)
  const locks = join(world.vault.folder, 'locks')
  mkdirSync(locks, { recursive: true, mode: 0o700 })
  const path = join(locks, `session-${idOf(world)}.lock`)
  const text = line() === '' ? '' : `${line()}\n....`
  writeFileSync(path, text, { mode: 0o600 })
  expect(await failureOf(obtainSession(world.broker(), { patienceMs: 300 }))).toMatchObject({
    code: 'lock-held',
  })
  expect(readFileSync(path, 'utf8')).toBe(text)
  expect(world.emulator.count(REFRESH)).toBe(0)
})
