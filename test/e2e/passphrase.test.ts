import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { answerOf, openStation } from './poolkey-process.ts'

const PROCESS = ['credential-process', '--profile', 'dev']

test('a vault under a passphrase opens with it, from the environment or a file, and with nothing else', async () => {
  const station = await openStation({
    env: { POOLKEY_STORE: undefined, POOLKEY_PASSPHRASE: 'correct horse' },
  })
  expect(await station.signIn(['--store', 'passphrase'])).toMatchObject({ code: 0 })
  const answer = answerOf(await station.run(PROCESS))

  const file = `${station.home}/passphrase`
  writeFileSync(file, 'correct horse\n', { mode: 0o600 })
  const fromFile = { POOLKEY_PASSPHRASE: undefined, POOLKEY_PASSPHRASE_FILE: file }
  expect(answerOf(await station.run(PROCESS, fromFile))).toEqual(answer)

  const wrong = await station.run(PROCESS, { POOLKEY_PASSPHRASE: 'correct house' })
  expect(wrong).toMatchObject({ code: 7, stdout: '' })
  expect(wrong.stderr).not.toContain('house')
  const none = await station.run(PROCESS, { POOLKEY_PASSPHRASE: undefined })
  expect(none).toMatchObject({ code: 7, stdout: '' })
  expect(none.stderr).toContain('POOLKEY_PASSPHRASE')
})

test('a passphrase file that cannot be read is a configuration error', async () => {
  const station = await openStation({
    env: { POOLKEY_STORE: 'passphrase', POOLKEY_PASSPHRASE_FILE: '/nonexistent/passphrase' },
  })
  const outcome = await station.run(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toContain('POOLKEY_PASSPHRASE_FILE')
})
