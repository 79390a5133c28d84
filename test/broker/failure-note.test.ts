import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readFailureNote, writeFailureNote } from '../../src/broker/failure-note.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import { openWorld } from './emulated-broker.ts'

const NETWORK = new PoolkeyError('network', {
  ...{ host: 'cognito', operation: 'GetId', kind: 'connect', detail: 'ECONNREFUSED' },
})

test('a failure that others would meet is noted, with the instant; what is one caller’s own is not', async () => {
  const world = await openWorld()
  const path = `${temporaryFolder()}/a.failed`
  expect(writeFailureNote(world.broker(), path, new PoolkeyError('interrupted', { signal: 'SIGINT' }))).toBe(
    false,
  )
  expect(writeFailureNote(world.broker(), path, new TypeError('a bug'))).toBe(false)
  expect(readFailureNote(world.broker(), path)).toBeUndefined()
  expect(writeFailureNote(world.broker(), path, NETWORK)).toBe(true)
  expect(readFailureNote(world.broker(), path)).toMatchObject({
    at: world.clock.now(),
    error: { code: 'network', facts: NETWORK.facts },
  })
})

test('where no note can be written or read, each tries for itself', async () => {
  const world = await openWorld()
  const path = `${temporaryFolder()}/a.failed`
  mkdirSync(path)
  expect(writeFailureNote(world.broker(), path, NETWORK)).toBe(true)
  expect(readFailureNote(world.broker(), path)).toBeUndefined()
})

test.each<[string, unknown]>([
  ['no JSON', 'x'],
  ['of another version', { version: 2, at: '2026-11-21T10:00:00Z', code: 'network', facts: NETWORK.facts }],
  ['without facts', { version: 1, at: '2026-11-21T10:00:00Z', code: 'network' }],
  ['of facts that are a list', { version: 1, at: '2026-11-21T10:00:00Z', code: 'network', facts: [] }],
  [
    'of facts that are not its code’s',
    { version: 1, at: '2026-11-21T10:00:00Z', code: 'network', facts: {} },
  ],
  [
    'of a code that is never shared',
    { version: 1, at: '2026-11-21T10:00:00Z', code: 'usage', facts: { problem: 'x' } },
  ],
  ['of no instant', { version: 1, at: 'yesterday', code: 'network', facts: NETWORK.facts }],
  ['longer than any', { version: 1, at: 'x'.repeat(70_000), code: 'network', facts: NETWORK.facts }],
])('a note that is %s counts as none', async (_, note) => {
  const path = `${temporaryFolder()}/a.failed`
  writeFileSync(path, typeof note === 'string' ? note : JSON.stringify(note), { mode: 0o600 })
  expect(readFailureNote((await openWorld()).broker(), path)).toBeUndefined()
})
