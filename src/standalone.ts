/**
 * The first step of the standalone executable. It is a whole installation in one file: the helpers are in it, and it starts
 * itself for them, with their name as its first word.
 */
import { answerWarm } from './warm-path.ts'

const { argv, env, platform } = process
const words = argv.slice(2)
if (words[0] === 'keychain-helper') void import('./vault/keychain-helper.ts')
else if (words[0] === 'open-helper') void import('./sign-in/open-helper.ts')
else void start()

async function start(): Promise<void> {
  // As in `start`: a lost promise must never read as success.
  process.exitCode = 1
  if (await answerWarm({ words, env, platform, now: Date.now() })) {
    process.exitCode = 0
    return
  }
  const programs = {
    selfCommand: [process.execPath],
    helperCommand: (name: string) => [process.execPath, name],
  }
  const { runProgram } = await import('./cli/program.ts')
  await runProgram(process, programs)
}
