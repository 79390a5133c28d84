/** The first step of `credential-process`: the shortcut if it answers, else the program. */
import { FILE_MISSING } from './installation.ts'
import { answerWarm } from './warm-path.ts'

// As in `start`: a lost promise must never read as success.
process.exitCode = 1
void start()

async function start(): Promise<void> {
  const { argv, env, platform } = process
  if (await answerWarm({ words: argv.slice(2), env, platform, now: Date.now() })) process.exitCode = 0
  else {
    await import('./start.ts').catch(() => {
      process.stderr.write(FILE_MISSING)
    })
  }
}
