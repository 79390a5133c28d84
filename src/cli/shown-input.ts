import { createInterface } from 'node:readline/promises'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { writeAll } from '../outlets/write-all.ts'

/**
 * Reads one line from a terminal, which shows it; undefined on Ctrl-D, and when the terminal is gone.
 * Throws `interrupted` on Ctrl-C, or the signal's reason.
 */
export async function readShown(
  streams: { readonly stdin: NodeJS.ReadStream; readonly stderr: NodeJS.WriteStream },
  question: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const lines = createInterface({ input: streams.stdin, output: streams.stderr })
  const given = new AbortController()
  lines.once('SIGINT', () => {
    given.abort(new PoolkeyError('interrupted', { signal: 'SIGINT' }))
  })
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
    lines.close()
  }
}
