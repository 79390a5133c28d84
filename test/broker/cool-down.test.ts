import { expect, test } from 'vitest'
import {
  beginAttempt,
  endAttempt,
  forgetAttempts,
  forgetOutdatedAttempts,
  isWanted,
  recallAttempt,
} from '../../src/broker/cool-down.ts'
import { sessionId } from '../../src/broker/entry-names.ts'
import { locksFolder } from '../../src/broker/locks.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { prepareFolder } from '../../src/vault/state-folder.ts'
import { openWorld } from './emulated-broker.ts'
import type { World } from './emulated-broker.ts'

const TIMEOUT = new PoolkeyError('sign-in-timeout', {
  seconds: 300,
  clientId: 'client',
  redirectUri: 'http://localhost:8976/',
  opened: 'here',
})
const REFUSED = new PoolkeyError('sign-in-refused', { error: 'access_denied', description: 'not you' })
const NETWORK = new PoolkeyError('network', {
  host: 'example.com',
  operation: 'jwks',
  kind: 'reset',
  detail: 'ECONNRESET',
})

async function attempts() {
  const world: World = await openWorld()
  const broker = world.broker()
  // Attempts are made under a lock, whose folder is then there.
  prepareFolder(locksFolder(broker.vault))
  const signIn = broker.profile.signIn
  if (!signIn) throw new Error('the profile signs in')
  return {
    world,
    broker,
    signIn,
    /** What a caller that comes now, or came some seconds ago, is told instead of having a browser opened. */
    recalled: (secondsAgo = 0) => recallAttempt(broker, signIn, world.clock.now() - secondsAgo * 1000)?.code,
  }
}

test.each([
  ['that nobody finished', TIMEOUT],
  ['that was refused', REFUSED],
])('an automatic sign-in %s keeps the next browser closed for 120 s', async (_, error) => {
  const { world, broker, signIn, recalled } = await attempts()
  endAttempt(broker, signIn, error)
  world.clock.advance(119)
  expect(recalled()).toBe(error.code)
  world.clock.advance(2)
  expect(recalled()).toBeUndefined()
})

test('one whose process was killed counts as one that nobody finished', async () => {
  const { world, broker, signIn, recalled } = await attempts()
  beginAttempt(broker, signIn)
  world.clock.advance(119)
  expect(recallAttempt(broker, signIn, world.clock.now())).toMatchObject({
    code: 'sign-in-required',
    facts: { reason: 'unfinished' },
  })
  world.clock.advance(2)
  expect(recalled()).toBeUndefined()
})

test('any other failure is for those alone who were waiting', async () => {
  const { world, broker, signIn, recalled } = await attempts()
  endAttempt(broker, signIn, NETWORK)
  world.clock.advance(1)
  expect(recalled()).toBeUndefined()
  expect(recalled(2)).toBe('network')
})

test('a clock set back behind the end of an attempt does not keep the browser closed', async () => {
  const { world, broker, signIn, recalled } = await attempts()
  endAttempt(broker, signIn, TIMEOUT)
  world.clock.advance(-1)
  expect(recalled()).toBeUndefined()
})

test('what is forgotten is neither wanted nor recalled', async () => {
  const { broker, signIn, recalled } = await attempts()
  beginAttempt(broker, signIn)
  expect(isWanted(broker, signIn)).toBe(true)
  forgetOutdatedAttempts(broker, signIn)
  expect(isWanted(broker, signIn)).toBe(true)
  forgetAttempts(broker, sessionId(signIn))
  expect(isWanted(broker, signIn)).toBe(false)
  expect(recalled()).toBeUndefined()
})
