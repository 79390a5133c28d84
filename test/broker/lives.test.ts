import { expect, test } from 'vitest'
import { obtainCredentials } from '../../src/broker/credentials.ts'
import { readLives } from '../../src/broker/lives.ts'
import { signOut } from '../../src/broker/sign-out.ts'
import { openSignedInWorld, openWorld, storedSession } from './emulated-broker.ts'

test('nothing lives before there is a vault, and before there is a sign-in', async () => {
  expect(readLives(undefined)).toEqual({})
  expect(readLives((await openWorld()).broker())).toEqual({})
})

test('a sign-in has an ID token; credentials live once they were asked for', async () => {
  const world = await openSignedInWorld()
  const { claims } = storedSession(world)
  const idToken = { issuedAt: claims.issuedAt, expiresAt: claims.expiresAt }
  expect(readLives(world.broker())).toEqual({ idToken })
  const { credentials } = await obtainCredentials(world.broker())
  expect(readLives(world.broker())).toEqual({
    idToken,
    credentials: { issuedAt: new Date(world.clock.now()), expiresAt: credentials.expiration },
  })
})

test('the sign-in itself has an end where the profile says how long refresh tokens are valid', async () => {
  const world = await openSignedInWorld()
  const { signedInAt } = storedSession(world)
  const { signIn } = readLives(world.broker({ cognito_refresh_token_days: '2' }))
  expect(signIn).toEqual({
    issuedAt: signedInAt,
    expiresAt: new Date(signedInAt.getTime() + 2 * 24 * 3600 * 1000),
  })
})

test('after a sign-out nothing of it lives', async () => {
  const world = await openSignedInWorld()
  await obtainCredentials(world.broker())
  await signOut(world.broker())
  expect(readLives(world.broker())).toEqual({})
})

test('a guest has credentials and no sign-in', async () => {
  const world = await openWorld({
    identityPool: { allowUnauthenticated: true, allowClassicFlow: true, roleMapping: { kind: 'none' } },
  })
  const guest = { cognito_guest: 'true' }
  await obtainCredentials(world.broker(guest))
  expect(Object.keys(readLives(world.broker(guest)))).toEqual(['credentials'])
})
