import { constants, fstatSync, openSync, write, writeSync } from 'node:fs'
import { errnoOf } from '../errno.ts'

/** Says things on stderr without ever waiting for whoever reads it: what finds no room there is lost. */
export interface Aside {
  write: (text: string) => void
  /** The same for why the process ends, which is worth a second's wait; undefined where only an endless one is to be had. */
  writeLast: ((text: string) => void) | undefined
}

const LONGEST_QUEUE = 8
const LAST_WORD_MS = 1_000
const PAUSE_MS = 20

/** Opens stderr for that; Linux alone can so that a full pipe is told at once, elsewhere a thread of Node's waits. */
export function openAside(): Aside {
  const own = openAnew()
  if (own === undefined) return inBackground()
  return { write: writesTo(own, 0), writeLast: writesTo(own, LAST_WORD_MS) }
}

/**
 * The same pipe or terminal once more, so that not waiting is this descriptor's alone and nobody's who shares stderr. Only
 * Linux opens it so; a socket cannot be, and a file takes all at once.
 */
function openAnew(): number | undefined {
  try {
    const stats = fstatSync(2)
    if (!stats.isFIFO() && !stats.isCharacterDevice()) return undefined
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
    return openSync('/proc/self/fd/2', O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    // Closed, another system's, or somebody else's.
    return undefined
  }
}

function writesTo(descriptor: number, patienceMs: number): (text: string) => void {
  return (text) => {
    for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
      try {
        writeSync(descriptor, text)
        return
      } catch (error) {
        // Full, or nobody listens.
        if (errnoOf(error) !== 'EAGAIN' || waitedMs >= patienceMs) return
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
  }
}

/** One after the other, so that a reader who has stopped takes one thread of Node's and no more. */
function inBackground(): Aside {
  const waiting: string[] = []
  let isBusy = false
  const next = () => {
    const text = waiting.shift()
    isBusy = text !== undefined
    if (text !== undefined) write(2, text, next)
  }
  return {
    write: (text) => {
      if (waiting.length < LONGEST_QUEUE) waiting.push(text)
      if (!isBusy) next()
    },
    writeLast: undefined,
  }
}
