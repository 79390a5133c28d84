import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStation, POOLKEY, startProgram } from './poolkey-process.ts'

const PIPE = /^poolkey: error: cannot read (\S+): it is a pipe, not a file\npoolkey: fix: /

test.each(['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])(
  'a pipe into which nobody writes is refused as %s, not waited for',
  async (variable) => {
    const station = await openStation()
    const fifo = join(station.home, 'fifo')
    expect(spawnSync('mkfifo', [fifo]).status).toBe(0)
    const outcome = await station.run(['credential-process', '--profile', 'dev'], { [variable]: fifo })
    expect(outcome).toMatchObject({ code: 3, stdout: '' })
    expect(PIPE.exec(outcome.stderr)?.[1]).toBe(fifo)
  },
  10_000,
)

test('a session policy in a pipe is refused, not waited for', { timeout: 10_000 }, async () => {
  const station = await openStation()
  const fifo = join(station.home, 'fifo')
  expect(spawnSync('mkfifo', [fifo]).status).toBe(0)
  station.configure({
    cognito_exchange: 'web-identity',
    cognito_role_arn: station.emulator.roles.webIdentity,
    cognito_session_policy: `file://${fifo}`,
  })
  const outcome = await station.run(['credential-process', '--profile', 'dev'])
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toContain('cognito_session_policy')
})

test("a shell's process substitution is refused as what it is", async () => {
  const { configFile, env } = await openStation()
  const script = 'AWS_CONFIG_FILE=<(cat "$1") exec "${@:2}" status --profile dev'
  const words = ['-c', script, 'bash', configFile, ...POOLKEY]
  const outcome = await startProgram('bash', words, env).ended
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toMatch(PIPE)
})
