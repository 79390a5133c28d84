import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { forgetFailures, onceForAll } from '../../src/broker/shared-failure.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { codesOf, errorsOf, EVERY_FAILURE } from '../errors/every-failure.ts'
import { gate, openWorld } from './emulated-broker.ts'
import type { World } from './emulated-broker.ts'

const LOCK = { kind: 'session', id: 'an-id' } as const
const SHARED = [
  'network',
  'unexpected-answer',
  'deadline-exceeded',
  'lock-held',
  'service-refused',
  'sign-in-required',
  'sign-in-refused',
  'sign-in-timeout',
  'redirect-ports-taken',
  'token-refused',
  'id-token-invalid',
]

function noteOf(world: World): string {
  return join(world.vault.folder, 'locks', 'session-an-id.failed')
}

/** Somebody fails under the lock while somebody else waits, who then tries or does not; `meanwhile` before that. */
async function waitThrough(world: World, error: Error, meanwhile: () => void = () => undefined) {
  const holding = gate()
  const waiting = gate()
  const failing = onceForAll(world.broker(), {
    lock: LOCK,
    lookAgain: () => undefined,
    work: async () => {
      await holding.until
      throw error
    },
  })
  const failed = expect(failing).rejects.toBe(error)
  const waiter = onceForAll(world.broker({}, { onWait: waiting.open }), {
    lock: LOCK,
    lookAgain: () => {
      meanwhile()
      return undefined
    },
    work: () => Promise.resolve('tried'),
  }).catch((thrown: unknown) => thrown)
  await waiting.until
  world.clock.advance(1)
  holding.open()
  await failed
  return waiter
}

describe('a failure under a lock', () => {
  test('of a kind that others would meet is shared with whoever waits, to the letter', async () => {
    const world = await openWorld()
    for (const code of codesOf(EVERY_FAILURE).filter((one) => SHARED.includes(one))) {
      for (const error of errorsOf(code, 'dev')) {
        const outcome = await waitThrough(world, error)
        expect(outcome).toBeInstanceOf(PoolkeyError)
        expect(outcome).toEqual(error)
      }
    }
  })

  test('of any other kind is its own', async () => {
    const world = await openWorld()
    const others = codesOf(EVERY_FAILURE).filter((one) => !SHARED.includes(one))
    for (const code of others) expect(await waitThrough(world, errorsOf(code, 'dev')[0]!)).toBe('tried')
    expect(await waitThrough(world, new TypeError('a bug'))).toBe('tried')
    expect(existsSync(noteOf(world))).toBe(false)
  })

  test('of another profile of the session names that of whoever reads it', async () => {
    const world = await openWorld()
    const theirs = new PoolkeyError('sign-in-required', { profile: 'theirs', reason: 'ended' })
    expect(await waitThrough(world, theirs)).toMatchObject({ facts: { profile: 'dev', reason: 'ended' } })
  })

  const DENIED = new PoolkeyError('deadline-exceeded', { waitedFor: 'an answer', seconds: 50 })

  test('is kept without the cause, for this user alone', async () => {
    const world = await openWorld()
    const facts = { waitedFor: 'an answer', seconds: 50 }
    const error = new PoolkeyError('deadline-exceeded', facts, { cause: new Error('CANARY') })
    let text = ''
    await waitThrough(world, error, () => {
      text = readFileSync(noteOf(world), 'utf8')
    })
    expect(JSON.parse(text)).toEqual({
      version: 1,
      at: new Date(world.clock.now()).toISOString(),
      code: 'deadline-exceeded',
      facts,
    })
  })

  test.each([
    '',
    'null',
    '{"version":1',
    '{"version":2,"at":"AT","code":"deadline-exceeded","facts":{"waitedFor":"x","seconds":1}}',
    '{"version":1,"at":"never","code":"deadline-exceeded","facts":{"waitedFor":"x","seconds":1}}',
    '{"version":1,"at":"AT","code":"toString","facts":{}}',
    '{"version":1,"at":"AT","code":"vault-io","facts":{"path":"x","operation":"read","errno":"EIO"}}',
    '{"version":1,"at":"AT","code":"deadline-exceeded"}',
    '{"version":1,"at":"AT","code":"deadline-exceeded","facts":{"waitedFor":"x","seconds":"1"}}',
    '{"version":1,"at":"AT","code":"deadline-exceeded","facts":{"seconds":1}}',
    '{"version":1,"at":"AT","code":"network","facts":{"host":"x","operation":"x","kind":"x","detail":"x"}}',
    '{"version":1,"at":"AT","code":"id-token-invalid","facts":{"check":"x","got":7}}',
  ])('whose note is damaged is not shared: %s', async (text) => {
    const world = await openWorld()
    const outcome = await waitThrough(world, DENIED, () => {
      writeFileSync(noteOf(world), text.replace('AT', new Date(world.clock.now()).toISOString()))
    })
    expect(outcome).toBe('tried')
  })

  test('that lies ahead, as the clock went back, or behind is not shared', async () => {
    for (const seconds of [-1, 1]) {
      const world = await openWorld()
      const outcome = await waitThrough(world, DENIED, () => {
        const at = new Date(world.clock.now() + seconds * 1000).toISOString()
        const note = JSON.parse(readFileSync(noteOf(world), 'utf8')) as object
        writeFileSync(noteOf(world), JSON.stringify({ ...note, at }))
      })
      expect(outcome).toBe('tried')
    }
  })

  test('leaves no trace once somebody succeeded', async () => {
    const world = await openWorld()
    expect(await waitThrough(world, DENIED)).toMatchObject({ code: 'deadline-exceeded' })
    expect(readdirSync(join(world.vault.folder, 'locks'))).toEqual(['session-an-id.failed'])
    const work = () => Promise.resolve('done')
    expect(await onceForAll(world.broker(), { lock: LOCK, lookAgain: () => undefined, work })).toBe('done')
    expect(readdirSync(join(world.vault.folder, 'locks'))).toEqual([])
  })

  test('is forgotten for its holder alone', async () => {
    const world = await openWorld()
    await waitThrough(world, DENIED)
    forgetFailures(world.vault, 'another-id')
    expect(existsSync(noteOf(world))).toBe(true)
    forgetFailures(world.vault, 'an-id')
    expect(existsSync(noteOf(world))).toBe(false)
  })
})

test("the impatience of who has something to fall back on is nobody else's failure", async () => {
  const world = await openWorld()
  const held = new PoolkeyError('lock-held', { lock: 'session', pid: 1, seconds: 3 })
  const failing = onceForAll(world.broker(), {
    lock: { ...LOCK, patienceMs: 3_000 },
    lookAgain: () => undefined,
    work: () => Promise.reject(held),
  })
  await expect(failing).rejects.toBe(held)
  expect(existsSync(noteOf(world))).toBe(false)
})
