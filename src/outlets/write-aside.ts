import { constants, fstatSync, openSync, write, writeSync } from 'node:fs'

/** Says things on stderr without ever waiting for whoever reads it: what finds no room there is lost. */
export interface Aside {
  write: (text: string) => void
  /** Whether the process may still say its last word this way: nothing of it waits when the process ends. */
  isLasting: boolean
}

const LONGEST_QUEUE = 8

export function openAside(): Aside {
  const own = openAnew()
  return own === undefined ? inBackground() : { write: writesTo(own), isLasting: true }
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

function writesTo(descriptor: number): (text: string) => void {
  return (text) => {
    try {
      writeSync(descriptor, text)
    } catch {
      // Full, or nobody listens.
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
    isLasting: false,
  }
}
