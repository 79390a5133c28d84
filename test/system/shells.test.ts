/** The shells that `poolkey env` is for, all of them: a missing one fails here, while test:e2e takes those there are. */
import { expect, test } from 'vitest'
import { answerOf, openStation, POOLKEY_LINE, startProgram } from '../e2e/poolkey-process.ts'

const PRINT =
  'printf "%s\\n" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN" "$AWS_PROFILE"'

// As the README has people do it. The dialect is not named: poolkey looks who asks.
const POSIX = `creds=$(${POOLKEY_LINE} env --profile dev) && eval "$creds" && ${PRINT}`
const SHELLS: [path: string, script: string][] = [
  ['/bin/dash', POSIX],
  ['/bin/bash', POSIX],
  ['/bin/zsh', POSIX],
  ['/usr/bin/fish', `${POOLKEY_LINE} env --profile dev | source; and ${PRINT}`],
]
const CAREFUL_FISH = `set creds (${POOLKEY_LINE} env --profile dev); and printf '%s\\n' $creds | source`

test.each(SHELLS)('F88: %s evaluates what env prints for it', async (shell, script) => {
  const station = await openStation()
  await station.signIn()
  const env = { ...station.env, AWS_PROFILE: 'other' }
  const outcome = await startProgram(shell, ['-c', script], env).ended
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  const answer = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  expect(outcome.stdout).toBe(`${answer.AccessKeyId}\n${answer.SecretAccessKey}\n${answer.SessionToken}\n\n`)
})

test.each(SHELLS)('F89: %s has nothing to evaluate where env fails', async (shell, script) => {
  const station = await openStation()
  const outcome = await startProgram(shell, ['-c', script], station.env).ended
  expect(outcome).toMatchObject({ stdout: shell.endsWith('fish') ? '\n\n\n\n' : '' })
  expect(outcome.stderr).toContain('poolkey login --profile dev')
})

test('fish is warned of a variable that is kept for all sessions, and keeps it', async () => {
  const station = await openStation()
  await station.signIn()
  const script = `set -Ux AWS_PROFILE kept; ${POOLKEY_LINE} env --profile dev | source; and echo $AWS_PROFILE`
  const outcome = await startProgram('/usr/bin/fish', ['-c', script], station.env).ended
  expect(outcome).toMatchObject({ code: 0, stdout: 'kept\n' })
  expect(outcome.stderr).toMatch(/^poolkey: warning: .*AWS_PROFILE.*set -eU AWS_PROFILE\n$/)
})

test('fish evaluates what env left in a variable, and ends with its code where env fails', async () => {
  const station = await openStation()
  const run = (script: string) => startProgram('/usr/bin/fish', ['-c', script], station.env).ended
  expect(await run(`${CAREFUL_FISH}; and echo done`)).toMatchObject({ code: 4, stdout: '' })
  await station.signIn()
  const outcome = await run(`${CAREFUL_FISH}; and ${PRINT}`)
  const answer = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  expect(outcome.stdout).toBe(`${answer.AccessKeyId}\n${answer.SecretAccessKey}\n${answer.SessionToken}\n\n`)
})

test("in fish a function's own variable outranks what env sets", async () => {
  const station = await openStation()
  await station.signIn()
  const within = `function f; set -lx AWS_ACCESS_KEY_ID mine; ${CAREFUL_FISH}; ${PRINT}; end; f; ${PRINT}`
  const { stdout } = await startProgram('/usr/bin/fish', ['-c', within], station.env).ended
  expect(stdout.split('\n').filter((_line, index) => index % 4 === 0)).toEqual([
    'mine',
    answerOf(await station.run(['credential-process', '--profile', 'dev'])).AccessKeyId,
    '',
  ])
})
