/** The program's first step. Everything slow is behind `import()`, so that each command loads only what it uses. */
import { answerWarm } from './warm-path.ts'

// Should a promise get lost, Node leaves when nothing is left to wait for: that must never read as success.
process.exitCode = 1
void start()

async function start(): Promise<void> {
  const { argv, env, platform } = process
  if (answerWarm({ words: argv.slice(2), env, platform, now: Date.now() })) {
    process.exitCode = 0
    return
  }
  await import('./cli/program.ts').then(
    ({ runProgram }) => runProgram(process),
    () => {
      process.stderr.write(
        'poolkey: error: a file of this installation is missing\npoolkey: fix: install it again\n',
      )
    },
  )
}
