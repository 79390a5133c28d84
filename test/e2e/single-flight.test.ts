import { expect, test } from 'vitest'
import { answerOf, openStation, untilExpired } from './poolkey-process.ts'

const COMMAND = ['credential-process', '--profile', 'dev']
const CALLERS = 20

/** A station where somebody is signed in, everything lives for seconds and each refresh token works once. */
async function openRotating(seconds: number) {
  const station = await openStation({
    rotation: { graceSeconds: 0 },
    idTokenSeconds: seconds,
    credentialsSeconds: seconds,
  })
  await station.signIn()
  return station
}

test('20 callers with everything expired cause one refresh and one exchange, though each token works once', async () => {
  const station = await openRotating(2)
  await untilExpired(answerOf(await station.run(COMMAND)))
  const { emulator } = station
  emulator.settings.idTokenSeconds = 3600
  emulator.settings.credentialsSeconds = 3600
  const before = {
    refreshes: emulator.count('token:refresh_token'),
    exchanges: emulator.count('GetCredentialsForIdentity'),
  }

  const outcomes = await Promise.all(Array.from({ length: CALLERS }, () => station.run(COMMAND)))

  expect(emulator.count('token:refresh_token') - before.refreshes).toBe(1)
  expect(emulator.count('GetCredentialsForIdentity') - before.exchanges).toBe(1)
  for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 0, stderr: '' })
  expect(new Set(outcomes.map(({ stdout }) => stdout)).size).toBe(1)
  answerOf(await station.run(COMMAND))
})

test('the rotated token is the one used next', async () => {
  const station = await openRotating(1)
  for (let round = 0; round < 2; round += 1) await untilExpired(answerOf(await station.run(COMMAND)))
  answerOf(await station.run(COMMAND))
  const answered = station.emulator.requests.filter(({ operation }) => operation === 'token:refresh_token')
  expect(answered.map(({ status }) => status)).toEqual(answered.map(() => 200))
  expect(answered.length).toBeGreaterThanOrEqual(2)
  const tokens = answered.map(({ body }) => new URLSearchParams(body).get('refresh_token'))
  expect(new Set(tokens).size).toBe(tokens.length)
})

test('a rotated token is kept though the rest of the answer is refused', async () => {
  const station = await openRotating(2)
  await untilExpired(answerOf(await station.run(COMMAND)))
  station.emulator.forge({ grant: 'refresh_token', signature: 'other-key', times: 1 })
  expect(await station.run(COMMAND)).toMatchObject({ code: 5, stdout: '' })
  answerOf(await station.run(COMMAND))
})
