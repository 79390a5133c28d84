import { expect, test } from 'vitest'
import type { Broker } from '../../src/broker/broker.ts'
import { obtainCredentials } from '../../src/broker/credentials.ts'
import { obtainSession } from '../../src/broker/session.ts'
import { readStatus } from '../../src/broker/status.ts'
import { failureOf, openSignedInWorld, openWorld } from './emulated-broker.ts'
import type { World } from './emulated-broker.ts'

const HOUR = 3600

function statusOf(world: World, broker: Broker = world.broker()) {
  return readStatus(broker, { profile: broker.profile, now: broker.now() })
}

test('tells of nobody before there is a vault, and before there is a sign-in', async () => {
  const world = await openWorld()
  const { profile, now } = world.broker()
  const nobody = {
    version: 1,
    profile: 'dev',
    clockSkewSeconds: undefined,
    session: { state: 'none' },
    credentials: { state: 'none', exchange: 'enhanced' },
  }
  expect(readStatus(undefined, { profile, now: now() })).toEqual({ ...nobody, store: undefined })
  expect(statusOf(world)).toEqual({ ...nobody, store: 'file' })
})

test('tells who is signed in, in which role, until when, without a request', async () => {
  const world = await openSignedInWorld()
  const roleArn = world.emulator.roles.editor
  const extra = { cognito_role_arn: roleArn, cognito_refresh_token_days: '30' }
  const { credentials } = await obtainCredentials(world.broker(extra))
  const requests = world.emulator.requests.length
  const at = (seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString()
  const { emulator } = world
  expect(JSON.parse(JSON.stringify(statusOf(world, world.broker(extra))))).toEqual({
    version: 1,
    profile: 'dev',
    store: 'file',
    clockSkewSeconds: 0,
    session: {
      state: 'valid',
      userName: emulator.user.username,
      email: emulator.user.email,
      issuer: emulator.issuer,
      clientId: emulator.clientId,
      signedInAt: at(0),
      idTokenExpiresAt: at(HOUR),
      accessTokenExpiresAt: at(HOUR),
      refreshTokenExpiresAt: at(30 * 24 * HOUR),
    },
    credentials: {
      state: 'fresh',
      exchange: 'enhanced',
      roleArn,
      accountId: emulator.accountId,
      accessKeyId: credentials.accessKeyId,
      expiresAt: at(HOUR),
    },
  })
  expect(emulator.requests.length).toBe(requests)
})

test('follows session and credentials through their lives', async () => {
  const world = await openSignedInWorld()
  await obtainCredentials(world.broker())
  const states = () => {
    const { session, credentials } = statusOf(world)
    return [session.state, credentials.state]
  }
  expect(states()).toEqual(['valid', 'fresh'])
  world.clock.advance(45 * 60)
  expect(states()).toEqual(['valid', 'stale'])
  world.clock.advance(15 * 60)
  expect(states()).toEqual(['refreshable', 'expired'])
  world.emulator.revokeAllSessions()
  await failureOf(obtainSession(world.broker()))
  expect(states()).toEqual(['ended', 'expired'])
  expect(statusOf(world).session).toEqual({
    state: 'ended',
    userName: world.emulator.user.email,
    issuer: world.emulator.issuer,
    clientId: world.emulator.clientId,
  })
})

test('tells of a guest without a session', async () => {
  const world = await openWorld({ identityPool: { allowUnauthenticated: true } })
  const guest = { cognito_guest: 'true' }
  await obtainCredentials(world.broker(guest))
  expect(statusOf(world, world.broker(guest))).toMatchObject({
    session: { state: 'none' },
    credentials: { state: 'fresh', exchange: 'enhanced' },
  })
})

test('holds no secret', async () => {
  const world = await openSignedInWorld({ secretMark: 'CANARY' })
  await obtainCredentials(world.broker())
  expect(JSON.stringify(statusOf(world))).not.toContain('CANARY')
})
