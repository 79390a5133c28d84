import { open } from 'node:fs/promises'
import { untilAborted } from '../../pause.ts'

const CHUNK_BYTES = 64 * 1024

/**
 * What is written into a pipe that has a name, for a runtime without sockets of pipes: on threads that wait, for the first
 * writer and for each chunk. Throws the signal's reason; a thread that still waits then is left behind, for the process to
 * end without it. Node's own end would wait for the thread.
 */
export async function* readNamedPipe(path: string, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  const aborted = untilAborted(signal)
  const file = await Promise.race([open(path), aborted])
  try {
    for (;;) {
      const { bytesRead, buffer } = await Promise.race([file.read(Buffer.alloc(CHUNK_BYTES)), aborted])
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    // Not waited for: it waits for the read that was left behind. All has been read, or does not matter any more.
    file.close().catch(() => undefined)
  }
}
