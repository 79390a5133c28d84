import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { obtainCredentials } from '../../src/broker/credentials.ts'
import { sessionEntryName } from '../../src/broker/entry-names.ts'
import { obtainSession, storeSignIn } from '../../src/broker/session.ts'
import { readSession } from '../../src/broker/stored-session.ts'
import { signOut } from '../../src/broker/sign-out.ts'
import type { Fault } from '../../src/emulator/faults.ts'
import { listEntries } from '../../src/vault/entries.ts'
import { refresh } from '../emulator/emulated-sign-in.ts'
import {
  arrived,
  failureOf,
  gate,
  idOf,
  openSignedInWorld,
  openWorld,
  REFRESH,
  signInAt,
  storedSession,
} from './emulated-broker.ts'

const HOUR = 3600

describe('a sign-out', () => {
  test('wipes the session with all its credentials, and ends it at the user pool', async () => {
    const world = await openSignedInWorld()
    const { credentials } = await obtainCredentials(world.broker())
    world.clock.advance(60)
    const last = await obtainCredentials(world.broker({ cognito_role_arn: world.emulator.roles.editor }))
    const { refreshToken } = storedSession(world)
    expect(credentials.expiration.getTime()).toBeLessThan(last.credentials.expiration.getTime())
    expect(await signOut(world.broker())).toEqual({
      who: world.emulator.user.email,
      credentialsUntil: last.credentials.expiration,
      revocation: { kind: 'revoked' },
    })
    expect(listEntries(world.vault.folder)).toEqual([])
    expect((await refresh(world.emulator, refreshToken!.reveal())).status).toBe(400)
    expect(await failureOf(obtainCredentials(world.broker()))).toMatchObject({
      code: 'sign-in-required',
      facts: { reason: 'none' },
    })
  })

  test('has wiped before it asks the user pool', async () => {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    const held = gate()
    world.emulator.faults.set('revoke', { kind: 'hold', until: held.until })
    const signingOut = signOut(world.broker())
    await arrived(world, 'revoke')
    expect(listEntries(world.vault.folder)).toEqual([])
    held.open()
    expect((await signingOut).revocation).toEqual({ kind: 'revoked' })
  })

  test.each<[string, Fault, object]>([
    [
      'is refused',
      { kind: 'answer', status: 400, body: '{"error":"invalid_client"}' },
      { code: 'token-refused' },
    ],
    ['is stopped by a firewall', { kind: 'html' }, { code: 'unexpected-answer' }],
    ['finds no network', { kind: 'reset' }, { code: 'network' }],
  ])('whose revocation %s has wiped all the same, and says so', async (_why, fault, failure) => {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    world.emulator.faults.set('revoke', fault, Number.POSITIVE_INFINITY)
    const { revocation, who } = await signOut(world.broker())
    expect(who).toBe(world.emulator.user.email)
    expect(revocation).toMatchObject({ kind: 'failed', error: failure })
    expect(listEntries(world.vault.folder)).toEqual([])
  })

  test('leaves other sessions and their credentials alone', async () => {
    const world = await openSignedInWorld()
    const other = { cognito_session: 'other' }
    await storeSignIn(world.broker(other), await signInAt(world))
    await obtainCredentials(world.broker(other))
    await signOut(world.broker())
    expect(listEntries(world.vault.folder)).toHaveLength(2)
    expect((await obtainCredentials(world.broker(other))).from).toBe('cache')
    world.clock.advance(HOUR)
    expect((await obtainCredentials(world.broker(other))).from).toBe('exchange')
  })

  test('where nobody is signed in has nothing to revoke', async () => {
    const world = await openWorld()
    expect(await signOut(world.broker())).toEqual({
      who: undefined,
      credentialsUntil: undefined,
      revocation: { kind: 'nothing-to-revoke' },
    })
    expect(world.emulator.requests).toEqual([])
  })

  test('after the user pool ended the session removes what is left of it', async () => {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    world.emulator.revokeAllSessions()
    world.clock.advance(HOUR)
    await failureOf(obtainSession(world.broker()))
    expect(await signOut(world.broker())).toEqual({
      who: world.emulator.user.email,
      credentialsUntil: undefined,
      revocation: { kind: 'nothing-to-revoke' },
    })
    expect(listEntries(world.vault.folder)).toEqual([])
  })

  test('of a damaged session removes it', async () => {
    const world = await openSignedInWorld()
    await obtainCredentials(world.broker())
    writeFileSync(join(world.vault.folder, `${sessionEntryName(idOf(world))}.sealed`), 'damaged')
    expect(await signOut(world.broker())).toMatchObject({
      who: undefined,
      revocation: { kind: 'nothing-to-revoke' },
    })
    expect(listEntries(world.vault.folder)).toEqual([])
  })

  test('waits for a refresh that is under way, and revokes the token that came of it', async () => {
    const world = await openSignedInWorld({ rotation: { graceSeconds: 0 } })
    world.clock.advance(HOUR)
    const held = gate()
    world.emulator.faults.set(REFRESH, { kind: 'hold', until: held.until })
    const refreshing = obtainSession(world.broker())
    await arrived(world, REFRESH)
    const signingOut = signOut(world.broker())
    held.open()
    const [session, { revocation }] = await Promise.all([refreshing, signingOut])
    expect(revocation).toEqual({ kind: 'revoked' })
    expect(readSession(world.vault, idOf(world))).toEqual({ state: 'none' })
    expect((await refresh(world.emulator, session.refreshToken!.reveal())).status).toBe(400)
  })
})
