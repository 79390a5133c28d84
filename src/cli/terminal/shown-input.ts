import type { Key } from 'node:readline'
import { createInterface } from 'node:readline/promises'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { writeAll } from '../../outlets/write-all.ts'
import type { Job } from './job.ts'
import { takeTurn } from './turn.ts'

/**
 * Reads one line from a terminal, which shows it; undefined on Ctrl-D, and when the terminal is gone.
 * Throws `interrupted` on Ctrl-C and Ctrl-\, or the signal's reason.
 */
export async function readShown(
  { stdin, stderr, job }: { stdin: NodeJS.ReadStream; stderr: NodeJS.WriteStream; job: Job },
  question: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const lines = createInterface({ input: stdin, output: stderr })
  const given = new AbortController()
  lines.once('SIGINT', () => {
    given.abort(new PoolkeyError('interrupted', { signal: 'SIGINT' }))
  })
  const onKey = (_: unknown, { sequence }: Key) => {
    if (sequence === QUIT) given.abort(new PoolkeyError('interrupted', { signal: 'SIGQUIT' }))
  }
  stdin.on('keypress', onKey)
  // Left to itself, readline reads no more once it goes on.
  const turn = takeTurn(job, {
    leave() {
      lines.pause()
      stdin.setRawMode(false)
    },
    pause() {
      lines.pause()
    },
    comeBack() {
      // Node sets a terminal only when it thinks that this changes it.
      stdin.setRawMode(false)
      stdin.setRawMode(true)
      lines.prompt(true)
    },
  })
  lines.on('SIGTSTP', turn.suspend)
  lines.once('close', () => {
    given.abort()
  })
  const over = AbortSignal.any([signal, given.signal])
  try {
    return await lines.question(question, { signal: over })
  } catch (error) {
    writeAll(2, '\n')
    if (over.aborted && over.reason instanceof PoolkeyError) throw over.reason
    signal.throwIfAborted()
    if (given.signal.aborted) return undefined
    throw error
  } finally {
    turn.end()
    stdin.off('keypress', onKey)
    lines.close()
  }
}

const QUIT = '\u001c'
