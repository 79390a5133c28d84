import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clientSecretOf, storeClientSecret } from '../../src/broker/client-secret.ts'
import { clientSecretEntryName } from '../../src/broker/entry-names.ts'
import { Secret } from '../../src/secret.ts'
import { openWorld } from './emulated-broker.ts'
import type { World } from './emulated-broker.ts'

const CLIENT_SECRET = 'Canary+secret+of+an+app+client'

function sealIn(world: World, text = CLIENT_SECRET): void {
  const broker = world.broker()
  storeClientSecret(broker, broker.profile.signIn!, new Secret(text))
}

const secretFor = (world: World, extra: Record<string, string> = {}) =>
  clientSecretOf(world.broker(extra))?.reveal()

test('a sealed client secret serves every profile of its client, and can be replaced', async () => {
  const world = await openWorld()
  expect(secretFor(world)).toBeUndefined()
  sealIn(world)
  expect(secretFor(world)).toBe(CLIENT_SECRET)
  expect(secretFor(world, { cognito_session: 'other', cognito_scopes: 'openid' })).toBe(CLIENT_SECRET)
  sealIn(world, 'another')
  expect(secretFor(world)).toBe('another')
})

test.each([
  ['client', { cognito_client_id: 'another' }],
  ['domain', { cognito_domain: 'http://localhost:1' }],
  ['issuer', { cognito_issuer: 'http://localhost:1/other' }],
])('a sealed client secret goes to no other %s', async (_, extra) => {
  const world = await openWorld()
  sealIn(world)
  expect(secretFor(world, extra)).toBeUndefined()
})

test('a client secret in the environment outranks the sealed one', async () => {
  const world = await openWorld()
  sealIn(world)
  const broker = { ...world.broker(), clientSecret: new Secret('given') }
  expect(clientSecretOf(broker)?.reveal()).toBe('given')
})

test('a guest has no client secret', async () => {
  const world = await openWorld()
  sealIn(world)
  expect(secretFor(world, { cognito_guest: 'true' })).toBeUndefined()
})

test('a damaged client secret is an error that says how to seal it anew', async () => {
  const world = await openWorld()
  sealIn(world)
  const name = clientSecretEntryName(world.broker().profile.signIn!)
  writeFileSync(join(world.vault.folder, `${name}.sealed`), 'damaged')
  expect(() => secretFor(world)).toThrow(expect.objectContaining({ code: 'client-secret-damaged' }))
})
