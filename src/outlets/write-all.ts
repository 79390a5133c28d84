import { writeSync } from 'node:fs'
import { errnoOf } from '../errno.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'

/**
 * Writes a text to stdout (1) or stderr (2), whole, before it returns: nothing is lost when the process ends right after.
 * Throws `output-closed` when nobody reads stdout, or it cannot be written.
 */
export function writeAll(descriptor: 1 | 2, text: string): void {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes))
    } catch (error) {
      const errno = errnoOf(error)
      // A full pipe, until it is read.
      if (errno === 'EAGAIN') {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
        continue
      }
      // Nobody listens on stderr: what is said is lost, what is done is not.
      if (descriptor === 2) return
      throw new PoolkeyError('output-closed', { errno: String(errno) }, { cause: error })
    }
  }
}
