import { PoolkeyError } from '../errors/poolkey-error.ts'

// Far beyond any secret; whoever pipes a disk in by mistake is told at once.
const MAX_CHARACTERS = 64 * 1024

/** Reads what is piped into stdin, to its end; one newline there is not part of it. Throws `usage`, or the signal's reason. */
export async function readPiped(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<string> {
  const onAbort = () => {
    stdin.destroy()
  }
  signal.addEventListener('abort', onAbort, { once: true })
  let whole = ''
  try {
    signal.throwIfAborted()
    stdin.setEncoding('utf8')
    const chunks: AsyncIterable<string> = stdin
    for await (const chunk of chunks) {
      whole += chunk
      if (whole.length > MAX_CHARACTERS)
        throw new PoolkeyError('usage', { problem: 'stdin holds far too much' })
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof PoolkeyError) throw error
    // A closed stdin, or one that is a folder: as if nothing stood there.
    return ''
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
  signal.throwIfAborted()
  return whole.replace(/\r?\n$/, '')
}
