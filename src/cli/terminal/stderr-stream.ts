import { writeAll } from '../../outlets/write-all.ts'
import type { IsTerminal } from './terminal.ts'

/**
 * Puts a stream that changes nothing of its descriptor in the place of Node's stderr, unless that is a terminal. Node looks
 * at `process.stderr` whenever a socket closes, and what it makes of a pipe then is non-blocking for all who share that
 * pipe: a command that `exec` runs would be told EAGAIN by its own stderr.
 */
export function leaveStderrBlocking(proc: NodeJS.Process, isTerminal: IsTerminal): void {
  if (isTerminal(2)) return
  let stream: NodeJS.WritableStream | undefined
  Reflect.defineProperty(proc, 'stderr', {
    configurable: true,
    enumerable: true,
    get: () => (stream ??= writesAtOnce()),
  })

  function writesAtOnce(): NodeJS.WritableStream {
    const { Writable } = proc.getBuiltinModule('node:stream')
    return new Writable({
      decodeStrings: false,
      write(text: unknown, _encoding, done) {
        writeAll(2, String(text))
        done()
      },
    })
  }
}
