import { expect, test } from 'vitest'
import { answerOf, openStation } from './poolkey-process.ts'

const PROCESS = ['credential-process', '--profile', 'dev']
const MINUTE_MS = 60_000

test.each([
  ['behind', 40 * MINUTE_MS, "40 min behind the servers'"],
  ['ahead of', -3 * 60 * MINUTE_MS, "3 h 0 min ahead of the servers'"],
])('E81: a clock that is %s the servers is put right in freshness, and named', async (_, aheadMs, note) => {
  const named = `this machine's clock is ${note}`
  const station = await openStation({ now: () => Date.now() + aheadMs })
  const login = await station.signIn()
  expect(login).toMatchObject({ code: 0 })
  expect(login.stderr).toContain(`poolkey: warning: ${named}\n`)

  const answer = answerOf(await station.run(PROCESS))
  // The instant that AWS gave, whatever the clock here says.
  const lifeMs = Date.parse(answer.Expiration) - (Date.now() + aheadMs)
  expect(lifeMs).toBeGreaterThan(55 * MINUTE_MS)
  expect(answerOf(await station.run(PROCESS))).toEqual(answer)
  expect(station.emulator.count('GetCredentialsForIdentity')).toBe(1)

  expect((await station.run(['status', '--profile', 'dev'])).stdout).toContain(named)
  station.configure({ cognito_role_arn: 'arn:aws:iam::111122223333:role/NotOffered' })
  const refused = await station.run(PROCESS)
  expect(refused).toMatchObject({ code: 5, stdout: '' })
  expect(refused.stderr.split('\n')).toHaveLength(3)
  expect(refused.stderr).toContain(`; ${named}\n`)
})
