/** The program's first step. Everything slow is behind `import()`, so that each command loads only what it uses. */
import { join } from 'node:path'
import { answerWarm } from './warm-path.ts'

// Should a promise get lost, Node leaves when nothing is left to wait for: that must never read as success.
process.exitCode = 1
void start()

async function start(): Promise<void> {
  const { argv, env, platform } = process
  if (await answerWarm({ words: argv.slice(2), env, platform, now: Date.now() })) {
    process.exitCode = 0
    return
  }
  // Helpers are files of their own, built beside this one.
  const parts = {
    selfCommand: [process.execPath, argv[1] ?? ''],
    helperCommand: (name: string) => [process.execPath, join(import.meta.dirname, `${name}.cjs`)],
  }
  await import('./cli/program.ts').then(
    ({ runProgram }) => runProgram(process, parts),
    () => {
      process.stderr.write(
        'poolkey: error: a file of this installation is missing\npoolkey: fix: install it again\n',
      )
    },
  )
}
