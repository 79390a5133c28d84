import { PoolkeyError } from '../../errors/poolkey-error.ts'

// Far beyond any secret; whoever pipes a disk in by mistake is told at once.
const MOST_BYTES_OF_SECRET = 64 * 1024

/** Reads what is piped into stdin, to its end; one newline there is not part of it. Throws `usage`, or the signal's reason. */
export async function readPiped(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<string> {
  const bytes = await readPipedBytes(stdin, MOST_BYTES_OF_SECRET, signal)
  return bytes.toString('utf8').replace(/\r?\n$/, '')
}

/** Reads all that is piped into stdin. Throws `usage` where it is too much, or the signal's reason. */
export async function readPipedBytes(
  stdin: NodeJS.ReadStream,
  mostBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const onAbort = () => {
    stdin.destroy()
  }
  signal.addEventListener('abort', onAbort, { once: true })
  const parts: Buffer[] = []
  let size = 0
  try {
    signal.throwIfAborted()
    const chunks: AsyncIterable<Buffer> = stdin
    for await (const chunk of chunks) {
      parts.push(chunk)
      size += chunk.length
      if (size > mostBytes) throw new PoolkeyError('usage', { problem: 'stdin holds far too much' })
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof PoolkeyError) throw error
    // A closed stdin, or one that is a folder: as if nothing stood there.
    return Buffer.alloc(0)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
  signal.throwIfAborted()
  return Buffer.concat(parts)
}
