/** What is known of a sign-in with a password before anybody's is tried, against the emulator's API. */
import { expect, test } from 'vitest'
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { Secret } from '../../src/secret.ts'
import { checkPasswordWay } from '../../src/sign-in/password-begin.ts'
import type { PasswordVerdict } from '../../src/sign-in/password-begin.ts'
import { createUserPoolClient } from '../../src/sign-in/user-pool-api.ts'
import { emulatorForTest } from '../emulator/emulated-sign-in.ts'
import { openHttp } from '../exchange/emulated-profile.ts'

const NEVER = new AbortController().signal

function check(
  emulator: Emulator,
  signal: AbortSignal = NEVER,
  clientSecret?: string,
): Promise<PasswordVerdict> {
  const place = {
    ...{ region: emulator.region, endpoint: new URL(emulator.origin) },
    ...{ useFips: false, useDualstack: false },
  }
  const secret = clientSecret === undefined ? undefined : new Secret(clientSecret)
  const client = { clientId: emulator.clientId, clientSecret: secret }
  return checkPasswordWay(createUserPoolClient(place, client, { http: openHttp(), tries: 1 }), signal)
}

async function checked(options: EmulatorOptions, prepare: (emulator: Emulator) => void = () => undefined) {
  const emulator = await emulatorForTest(options)
  prepare(emulator)
  return { emulator, verdict: await check(emulator) }
}

test('asks once, for somebody who is made up, and answers no question', async () => {
  const { emulator, verdict } = await checked({})
  expect(verdict).toEqual({ kind: 'accepted' })
  expect(emulator.requests.map(({ operation }) => operation)).toEqual(['InitiateAuth'])
  const { verdict: again } = await checked({ authFlows: ['ALLOW_CUSTOM_AUTH'] })
  expect(again).toEqual({ kind: 'accepted' })
})

test.each([
  ['a client without a flow for passwords', { authFlows: [] }, 'InvalidParameterException'],
  ['a client with a secret', { clientSecret: 'a-secret-of-the-app-client-0001' }, 'NotAuthorizedException'],
])('%s is told by what it answers', async (_, options: EmulatorOptions, name) => {
  const { verdict } = await checked(options)
  expect(verdict).toMatchObject({ kind: 'refused', error: { code: 'service-refused', facts: { name } } })
})

test('the secret goes with it', async () => {
  const clientSecret = 'a-secret-of-the-app-client-0001'
  const emulator = await emulatorForTest({ clientSecret })
  expect(await check(emulator, NEVER, clientSecret)).toEqual({ kind: 'accepted' })
})

test.each(['UserNotFoundException', 'UserLambdaValidationException'])(
  '%s is about somebody who is made up, and says that the client was let through',
  async (name) => {
    const body = JSON.stringify({ __type: name, message: 'No.' })
    const { verdict } = await checked({}, ({ faults }) => {
      faults.set('InitiateAuth', { kind: 'answer', status: 400, body })
    })
    expect(verdict).toEqual({ kind: 'accepted' })
  },
)

test('what the network says is a verdict, too; an interruption is none', async () => {
  const { verdict } = await checked({}, ({ faults }) => {
    faults.set('InitiateAuth', { kind: 'html' })
  })
  expect(verdict).toMatchObject({ kind: 'refused', error: { facts: { kind: 'firewall' } } })
  const interrupted = new AbortController()
  interrupted.abort(new PoolkeyError('interrupted', { signal: 'SIGINT' }))
  const emulator = await emulatorForTest({})
  await expect(check(emulator, interrupted.signal)).rejects.toMatchObject({ code: 'interrupted' })
})
