/** Sessions that began with a password: refreshed by the user pool's API, rotated durably, ended by its word alone. */
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Broker } from '../../src/broker/broker.ts'
import { obtainSession, storeSignIn } from '../../src/broker/session.ts'
import { readSession } from '../../src/broker/stored-session.ts'
import { signOut } from '../../src/broker/sign-out.ts'
import { sessionId } from '../../src/broker/entry-names.ts'
import type { EmulatorOptions } from '../../src/emulator/emulator.ts'
import type { Fault } from '../../src/emulator/faults.ts'
import { Secret } from '../../src/secret.ts'
import { signInWithPassword } from '../../src/sign-in/password-sign-in.ts'
import { createUserPoolClient } from '../../src/sign-in/user-pool-api.ts'
import { openHttp } from '../exchange/emulated-profile.ts'
import { arrived, failureOf, gate, openWorld } from './emulated-broker.ts'
import type { World } from './emulated-broker.ts'

const API = 'GetTokensFromRefreshToken'
const ENDPOINT = 'token:refresh_token'
const HOUR = 3600
const ALWAYS = Number.POSITIVE_INFINITY
const CLIENT_SECRET = new Secret(randomBytes(20).toString('hex'))

interface PasswordWorld {
  world: World
  broker: (change?: Partial<Broker>) => Broker
}

/** A world whose test user has signed in with the password; with `isSecret` the app client has a secret. */
async function openPasswordWorld(
  options: EmulatorOptions & { isSecret?: boolean; hasDomain?: boolean } = {},
): Promise<PasswordWorld> {
  const { isSecret = false, hasDomain = true, ...settings } = options
  const secret = isSecret ? CLIENT_SECRET : undefined
  const world = await openWorld({
    ...settings,
    ...(isSecret ? { clientSecret: CLIENT_SECRET.reveal() } : {}),
  })
  const broker = (change: Partial<Broker> = {}) => {
    const opened = world.broker({ cognito_sign_in: 'password' })
    const { signIn } = opened.profile
    const domain = hasDomain ? signIn!.domain : undefined
    const profile = { ...opened.profile, signIn: { ...signIn!, domain } }
    return { ...opened, profile, clientSecret: secret, ...change }
  }
  const { emulator } = world
  const { http, signal, profile } = broker()
  const place = {
    region: emulator.region,
    endpoint: new URL(emulator.origin),
    useFips: false,
    useDualstack: false,
  }
  const signedIn = await signInWithPassword({
    signIn: profile.signIn!,
    username: emulator.user.username,
    client: createUserPoolClient(place, { clientId: emulator.clientId, clientSecret: secret }, { http }),
    http,
    ask: () => Promise.resolve(new Secret(emulator.user.password)),
    onWrong: () => undefined,
    onDevice: () => undefined,
    passwordTries: 1,
    signal,
    now: world.clock.now,
  })
  await storeSignIn(broker(), signedIn)
  return { world, broker }
}

function storedOf({ world, broker }: PasswordWorld) {
  const stored = readSession(world.vault, sessionId(broker().profile.signIn!))
  if (stored.state !== 'active') throw new Error(`the session is ${stored.state}`)
  return stored
}

describe('a refresh', () => {
  test.each([
    ['a public client', {}],
    ['a client with a secret', { isSecret: true }],
    ['a profile without a domain', { hasDomain: false }],
    ['a pool that knows devices, whose key it names', { trackDevices: true }],
  ])('goes through the API, for %s', async (_, options) => {
    const opened = await openPasswordWorld({ rotation: { graceSeconds: 0 }, ...options })
    opened.world.clock.advance(HOUR)
    const before = storedOf(opened)
    const session = await obtainSession(opened.broker())
    expect(session.idToken.equals(before.idToken)).toBe(false)
    expect(session.refreshToken!.equals(before.refreshToken!)).toBe(false)
    expect(storedOf(opened).byPassword).toEqual(before.byPassword)
    opened.world.clock.advance(HOUR)
    await obtainSession(opened.broker())
    expect(opened.world.emulator.count(API)).toBe(2)
    expect(opened.world.emulator.count(ENDPOINT)).toBe(0)
  })

  test('goes through the token endpoint where the client is not allowed the API', async () => {
    const opened = await openPasswordWorld()
    opened.world.clock.advance(HOUR)
    opened.world.emulator.faults.set(API, refusal('InvalidParameterException', 'not for this client'))
    await obtainSession(opened.broker())
    expect(opened.world.emulator.count(ENDPOINT)).toBe(1)
  })

  test('is one, however many ask, with rotation and no grace', async () => {
    const opened = await openPasswordWorld({ rotation: { graceSeconds: 0 } })
    opened.world.clock.advance(HOUR)
    const all = await Promise.all(Array.from({ length: 20 }, () => obtainSession(opened.broker())))
    expect(new Set(all.map(({ idToken }) => idToken.reveal())).size).toBe(1)
    expect(opened.world.emulator.count(API)).toBe(1)
  })

  test('that was sent is finished and stored, though its caller is gone', async () => {
    const opened = await openPasswordWorld({ rotation: { graceSeconds: 0 } })
    opened.world.clock.advance(HOUR)
    const held = gate()
    opened.world.emulator.faults.set(API, { kind: 'hold', until: held.until })
    const caller = new AbortController()
    const before = storedOf(opened)
    const obtained = obtainSession(opened.broker({ signal: caller.signal }))
    obtained.catch(() => undefined)
    await arrived(opened.world, API)
    caller.abort(new Error('the caller is gone'))
    held.open()
    await expect(obtained).rejects.toThrow('the caller is gone')
    expect(storedOf(opened).refreshToken!.equals(before.refreshToken!)).toBe(false)
    opened.world.clock.advance(HOUR)
    await obtainSession(opened.broker())
  })

  test('whose answer is odd has its next refresh token on disk all the same', async () => {
    const opened = await openPasswordWorld({ rotation: { graceSeconds: 0 } })
    opened.world.clock.advance(HOUR)
    opened.world.emulator.faults.set(API, {
      kind: 'alter',
      alter: (answer) => ({ ...answer, body: answer.body.replace('"AccessToken"', '"Absent"') }),
    })
    expect(await failureOf(obtainSession(opened.broker()))).toMatchObject({ code: 'unexpected-answer' })
    await obtainSession(opened.broker())
    expect(opened.world.emulator.count(API)).toBe(2)
  })

  test('of somebody else is refused, and their token not kept', async () => {
    const opened = await openPasswordWorld({ rotation: { graceSeconds: 0 } })
    opened.world.clock.advance(HOUR)
    const before = storedOf(opened)
    opened.world.emulator.forge({ claims: { sub: 'somebody-else' } })
    expect(await failureOf(obtainSession(opened.broker()))).toMatchObject({
      code: 'id-token-invalid',
      facts: { check: 'sub' },
    })
    expect(storedOf(opened).refreshToken!.equals(before.refreshToken!)).toBe(true)
  })
})

const refusal = (name: string, message: string): Fault => ({
  kind: 'answer',
  status: 400,
  headers: { 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-ErrorType': `${name}:` },
  body: JSON.stringify({ __type: name, message }),
})

describe('the session ends', () => {
  test.each([
    ['NotAuthorizedException', 'Refresh Token has been revoked'],
    ['NotAuthorizedException', 'Refresh Token has expired'],
    ['NotAuthorizedException', 'Invalid Refresh Token'],
    ['NotAuthorizedException', 'User is disabled.'],
    ['RefreshTokenReuseException', 'Refresh token reuse detected'],
  ])('with %s: %s', async (name, message) => {
    const opened = await openPasswordWorld()
    opened.world.clock.advance(HOUR)
    opened.world.emulator.faults.set(API, refusal(name, message))
    expect(await failureOf(obtainSession(opened.broker()))).toMatchObject({
      code: 'sign-in-required',
      facts: { reason: 'ended' },
    })
    expect(() => storedOf(opened)).toThrow('ended')
  })

  test('when an administrator signs the person out', async () => {
    const opened = await openPasswordWorld()
    opened.world.clock.advance(HOUR)
    opened.world.emulator.revokeAllSessions()
    expect(await failureOf(obtainSession(opened.broker()))).toMatchObject({ facts: { reason: 'ended' } })
  })
})

describe('the session goes on', () => {
  test.each<[string, Fault, object]>([
    [
      'a wrong client secret',
      refusal('NotAuthorizedException', 'Unable to verify secret hash for client abc'),
      { code: 'service-refused' },
    ],
    [
      'an absent client secret',
      refusal('NotAuthorizedException', 'Client abc is configured with secret but secret was not received'),
      { code: 'service-refused' },
    ],
    ['a firewall', { kind: 'html', status: 403 }, { facts: { kind: 'firewall' } }],
    [
      "a firewall's word",
      refusal('ForbiddenException', 'Request not allowed'),
      { facts: { kind: 'firewall' } },
    ],
    ['throttling', { kind: 'throttled' }, { facts: { kind: 'throttled' } }],
    ['a 500', { kind: 'server-error' }, { facts: { kind: 'server-error' } }],
    ['a 302', { kind: 'redirect', location: 'http://portal.example/' }, { facts: { kind: 'redirect' } }],
    ["a portal's page", { kind: 'html', status: 200 }, { code: 'unexpected-answer' }],
    ['a reset connection', { kind: 'reset' }, { code: 'network' }],
    ['silence', { kind: 'silence' }, { code: 'network', facts: { kind: 'timeout' } }],
    ['a trigger that fails', refusal('UserLambdaValidationException', 'no'), { code: 'service-refused' }],
  ])('after %s', async (_, fault, failure) => {
    const opened = await openPasswordWorld({ rotation: { graceSeconds: 0 } })
    opened.world.clock.advance(HOUR)
    const before = storedOf(opened)
    opened.world.emulator.faults.set(API, fault, ALWAYS)
    const http = openHttp({ now: opened.world.clock.now, requestTimeoutMs: 300 })
    expect(await failureOf(obtainSession(opened.broker({ http })))).toMatchObject(failure)
    expect(storedOf(opened)).toEqual(before)
    opened.world.emulator.faults.clear()
    expect((await obtainSession(opened.broker())).signInId).toBe(before.signInId)
  })

  test('after passing trouble, in the same call', async () => {
    const opened = await openPasswordWorld()
    opened.world.clock.advance(HOUR)
    opened.world.emulator.faults.set(API, { kind: 'throttled' })
    opened.world.emulator.faults.set(API, { kind: 'lost' })
    await obtainSession(opened.broker())
    expect(opened.world.emulator.count(API)).toBe(3)
  })
})

test.each([true, false])('signing out revokes the refresh token (with a domain: %s)', async (hasDomain) => {
  const opened = await openPasswordWorld({ hasDomain, isSecret: true })
  const { originJti } = storedOf(opened).claims
  expect(await signOut(opened.broker())).toMatchObject({ revocation: { kind: 'revoked' } })
  const { requests } = opened.world.emulator
  expect(requests.at(-1)).toMatchObject({ operation: hasDomain ? 'revoke' : 'RevokeToken', originJti })
})
