import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/emulator/faults.ts'
import { emulatorForTest, postForm, refresh, signIn } from './emulated-sign-in.ts'
import type { TokenAnswer } from './emulated-sign-in.ts'

const REFRESH = 'token:refresh_token'

describe('a fault', () => {
  test('strikes as many answers of its operation as it was told, after those set before it', async () => {
    const emulator = await emulatorForTest()
    const { refresh_token: token } = await signIn(emulator)
    emulator.faults.set(REFRESH, { kind: 'server-error' }, 2)
    emulator.faults.set(REFRESH, { kind: 'throttled', retryAfterSeconds: 7 })
    emulator.faults.set('revoke', { kind: 'html' })
    const statuses = []
    for (let n = 0; n < 4; n++) statuses.push((await refresh(emulator, token)).status)
    expect(statuses).toEqual([500, 500, 429, 200])
    expect(emulator.count(REFRESH)).toBe(4)
  })

  test('of every operation is named *, and can be taken back', async () => {
    const emulator = await emulatorForTest()
    emulator.faults.set('*', { kind: 'html' }, Number.POSITIVE_INFINITY)
    expect((await fetch(`${emulator.issuer}/.well-known/jwks.json`)).status).toBe(403)
    expect((await fetch(emulator.origin)).status).toBe(403)
    emulator.faults.clear('jwks')
    expect((await fetch(emulator.origin)).status).toBe(403)
    emulator.faults.clear()
    expect((await fetch(`${emulator.issuer}/.well-known/jwks.json`)).status).toBe(200)
  })

  test.each([
    [{ kind: 'html' }, 403, 'text/html', null],
    [
      { kind: 'redirect', location: 'http://portal.example/', status: 307 },
      307,
      null,
      'http://portal.example/',
    ],
    [{ kind: 'answer', status: 418, headers: { 'Content-Type': 'text/x' }, body: 'b' }, 418, 'text/x', null],
  ] satisfies [Fault, number, string | null, string | null][])(
    '%j',
    async (fault, status, type, location) => {
      const emulator = await emulatorForTest()
      emulator.faults.set('jwks', fault)
      const answer = await fetch(`${emulator.issuer}/.well-known/jwks.json`, { redirect: 'manual' })
      expect([answer.status, answer.headers.get('content-type'), answer.headers.get('location')]).toEqual([
        status,
        type,
        location,
      ])
    },
  )

  test('is worded in the protocol of its service', async () => {
    const emulator = await emulatorForTest()
    const json = { 'X-Amz-Target': 'AWSCognitoIdentityService.GetId' }
    emulator.faults.set('GetId', { kind: 'throttled' })
    const throttled = await fetch(emulator.origin, { method: 'POST', body: '{}', headers: json })
    expect([throttled.status, throttled.headers.get('x-amzn-errortype')]).toEqual([
      400,
      'TooManyRequestsException:',
    ])
    emulator.faults.set('AssumeRole', { kind: 'server-error' })
    const failed = await postForm(emulator.origin, { Action: 'AssumeRole' })
    expect(failed.status).toBe(500)
    expect(await failed.text()).toContain('<Code>InternalFailure</Code>')
  })

  test('that resets the connection leaves the request undone', async () => {
    const emulator = await emulatorForTest({ rotation: { graceSeconds: 0 } })
    const { refresh_token: token } = await signIn(emulator)
    emulator.faults.set(REFRESH, { kind: 'reset' })
    await expect(refresh(emulator, token)).rejects.toThrow()
    expect((await refresh(emulator, token)).status).toBe(200)
  })

  test.each(['lost', 'half'] as const)(
    'that loses the answer (%s) does so after the work is done',
    async (kind) => {
      const emulator = await emulatorForTest({ rotation: { graceSeconds: 0 } })
      const { refresh_token: token } = await signIn(emulator)
      emulator.faults.set(REFRESH, { kind })
      await expect(refresh(emulator, token).then((answer) => answer.text())).rejects.toThrow()
      expect((await refresh(emulator, token)).status).toBe(400)
    },
  )

  test('of silence never answers, and does not keep the emulator from stopping', async () => {
    const emulator = await emulatorForTest()
    emulator.faults.set('jwks', { kind: 'silence' })
    const asking = fetch(`${emulator.issuer}/.well-known/jwks.json`)
    asking.catch(() => undefined)
    while (emulator.count('jwks') === 0) await new Promise(setImmediate)
    await emulator.stop()
    await expect(asking).rejects.toThrow()
  })

  test('that holds a request lets others pass meanwhile', async () => {
    const emulator = await emulatorForTest({ rotation: { graceSeconds: 0 } })
    const { refresh_token: token } = await signIn(emulator)
    let release = () => {}
    emulator.faults.set(REFRESH, { kind: 'hold', until: new Promise<void>((resolve) => (release = resolve)) })
    const held = refresh(emulator, token)
    while (emulator.count(REFRESH) === 0) await new Promise(setImmediate)
    expect((await refresh(emulator, token)).status).toBe(200)
    release()
    expect((await held).status).toBe(400)
  })

  test('may change the real answer', async () => {
    const emulator = await emulatorForTest()
    const { refresh_token: token } = await signIn(emulator)
    emulator.faults.set(REFRESH, {
      kind: 'alter',
      alter: (answer) => ({ ...answer, body: answer.body.replace('Bearer', 'MAC') }),
    })
    expect(((await (await refresh(emulator, token)).json()) as TokenAnswer).token_type).toBe('MAC')
  })

  test('that fails itself is seen as a failure of the emulator', async () => {
    const emulator = await emulatorForTest()
    emulator.faults.set('jwks', {
      kind: 'alter',
      alter: () => {
        throw new Error('the test is wrong')
      },
    })
    const answer = await fetch(`${emulator.issuer}/.well-known/jwks.json`)
    expect(answer.status).toBe(500)
    expect(await answer.text()).toContain('the test is wrong')
  })
})
