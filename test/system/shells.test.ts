/** The shells that `poolkey env` is for, all of them: a missing one fails here, while test:e2e takes those there are. */
import { expect, test } from 'vitest'
import { answerOf, openStation, startProgram } from '../e2e/poolkey-process.ts'

test.each(['/bin/dash', '/bin/bash', '/bin/zsh'])('%s evaluates the statements of env', async (shell) => {
  const station = await openStation()
  await station.signIn()
  const { stdout } = await station.run(['env', '--profile', 'dev'])
  const script =
    'eval "$STATEMENTS" && printf "%s\\n" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"'
  const env = { PATH: '/usr/bin:/bin', HOME: station.home, STATEMENTS: stdout }
  const outcome = await startProgram(shell, ['-c', script], env).ended
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  const answer = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  expect(outcome.stdout).toBe(`${answer.AccessKeyId}\n${answer.SecretAccessKey}\n${answer.SessionToken}\n`)
})
