/** doctor among others who need the same session, and ended in the middle of it. */
import { expect, test } from 'vitest'
import { answerOf, freeRedirectUris, openStation, POOLKEY, until } from '../poolkey-process.ts'
import type { Station } from '../poolkey-process.ts'

const PROCESS = ['credential-process', '--profile', 'dev']
const DOCTOR = ['doctor', '--profile', 'dev']
const REFRESH = 'token:refresh_token'

async function signedIn(): Promise<Station> {
  const station = await openStation({
    ...{ rotation: { graceSeconds: 0 }, redirectUris: await freeRedirectUris(1) },
  })
  station.configure({ credential_process: [...POOLKEY, ...PROCESS].join(' ') })
  await station.signIn()
  return station
}

test('doctors and tools at once lose no session, and share one callback port', async () => {
  const station = await signedIn()
  const doctors = Array.from({ length: 4 }, () => station.run(DOCTOR))
  const tools = Array.from({ length: 10 }, () => station.run(PROCESS))
  for (const outcome of await Promise.all(doctors)) expect(outcome).toMatchObject({ code: 0 })
  for (const outcome of await Promise.all(tools)) answerOf(outcome)
  expect(await station.run(DOCTOR)).toMatchObject({ code: 0 })
})

test.each(['authorize', 'GetCallerIdentity'])(
  'interrupted while %s is silent, it ends with 130 and leaves everything as it was',
  async (operation) => {
    const station = await signedIn()
    const before = station.emulator.requests.length
    station.emulator.faults.set(operation, { kind: 'silence' }, 9)
    const running = station.start(DOCTOR)
    await until(() => station.emulator.requests.slice(before).some((one) => one.operation === operation))
    running.child.kill('SIGINT')
    const { code, stdout, ms } = await running.ended
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
    expect(ms).toBeLessThan(8000)
    station.emulator.faults.clear()
    answerOf(await station.run(PROCESS))
  },
)

test('killed before its refresh reaches anybody, it leaves a session that goes on', async () => {
  const station = await signedIn()
  station.emulator.faults.set('authorize', { kind: 'silence' }, 9)
  const running = station.start(DOCTOR)
  await until(() => station.emulator.requests.some(({ operation }) => operation === 'jwks'))
  running.child.kill('SIGKILL')
  await running.ended
  station.emulator.faults.clear()
  const refreshes = station.emulator.count(REFRESH)
  expect(await station.run(DOCTOR)).toMatchObject({ code: 0 })
  expect(station.emulator.count(REFRESH)).toBe(refreshes + 1)
})
