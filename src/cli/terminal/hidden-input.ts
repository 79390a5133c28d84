import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { abortReason, untilAborted } from '../../pause.ts'
import type { Job } from './job.ts'
import { takeTurn } from './turn.ts'
import type { Turn } from './turn.ts'

// What arrow and function keys send, and what a terminal puts around pasted text (ECMA-48 control sequences).
const KEY_SEQUENCE = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?/gu

/** Where it is typed, and what may be stopped meanwhile. */
export interface Typing {
  stdin: NodeJS.ReadStream
  job: Job
}

/**
 * Reads one line from a terminal without showing it; `ask` shows the question, once nothing typed is shown any more, and
 * again after a stop, which drops what was typed. Keys that are no character edit the line (Backspace, Ctrl-U, Ctrl-W), stop
 * this job (Ctrl-Z) or do nothing. What comes after the line stays for the next question. Undefined for Ctrl-D alone.
 * Throws `interrupted` on Ctrl-C, Ctrl-\ and when the terminal is gone, or the signal's reason.
 */
export function readHidden(
  { stdin, job }: Typing,
  ask: (how: { isAgain: boolean }) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    let typed: string[] = []
    const end = (settle: () => void) => {
      stdin.off('data', onData)
      for (const event of ENDS) stdin.off(event, onGone)
      signal.removeEventListener('abort', onAbort)
      giveBack(stdin, turn)
      settle()
    }
    const fail = (error: Error) => {
      end(() => {
        reject(error)
      })
    }
    const onAbort = () => {
      fail(abortReason(signal))
    }
    const onGone = () => {
      fail(new PoolkeyError('interrupted', { signal: 'SIGHUP' }))
    }
    const onData = (text: string) => {
      const keys = Array.from(text.replace(KEY_SEQUENCE, ''))
      for (const [index, key] of keys.entries()) {
        switch (key) {
          case '\r':
          case '\n':
          case NO_MORE: {
            const rest = keys.slice(index + 1).join('')
            end(() => {
              if (rest !== '') stdin.unshift(rest, 'utf8')
              resolve(key === NO_MORE && typed.length === 0 ? undefined : typed.join(''))
            })
            return
          }
          // In raw mode the terminal hands these on instead of sending a signal.
          case INTERRUPT:
            fail(new PoolkeyError('interrupted', { signal: 'SIGINT' }))
            return
          case QUIT:
            fail(new PoolkeyError('interrupted', { signal: 'SIGQUIT' }))
            return
          case SUSPEND:
            turn.suspend()
            break
          default:
            typed = edited(typed, key)
        }
      }
    }
    signal.addEventListener('abort', onAbort, { once: true })
    for (const event of ENDS) stdin.once(event, onGone)
    const turn = takeHidden({ stdin, job }, () => {
      typed = []
      ask({ isAgain: true })
    })
    stdin.setRawMode(true)
    ask({ isAgain: false })
    stdin.setEncoding('utf8')
    stdin.on('data', onData)
    stdin.resume()
  })
}

/** What is typed at a terminal over a while, none of it shown. */
export interface HiddenLines {
  /** The next line that was or will be typed. Throws the signal's reason. */
  next: (signal: AbortSignal) => Promise<string>
  /** Shows again what is typed. Lines that nobody asked for are thrown away. */
  close: () => void
}

/**
 * Takes all that is typed from now on. Ctrl-C, Ctrl-\ and a terminal that goes away are told to `onGone`, as `interrupted`.
 * Ctrl-Z stops this job, and drops half a line.
 */
export function openHidden({ stdin, job }: Typing, onGone: (error: PoolkeyError) => void): HiddenLines {
  const lines: string[] = []
  let typed: string[] = []
  let wake: () => void = () => undefined
  const onHangup = () => {
    onGone(new PoolkeyError('interrupted', { signal: 'SIGHUP' }))
  }
  const onData = (text: string) => {
    for (const key of text.replace(KEY_SEQUENCE, '')) {
      if (key === INTERRUPT) onGone(new PoolkeyError('interrupted', { signal: 'SIGINT' }))
      if (key === QUIT) onGone(new PoolkeyError('interrupted', { signal: 'SIGQUIT' }))
      if (key === SUSPEND) turn.suspend()
      if (!LINE_ENDS.includes(key)) {
        typed = edited(typed, key)
        continue
      }
      lines.push(typed.join(''))
      typed = []
    }
    wake()
  }
  const turn = takeHidden({ stdin, job }, () => {
    typed = []
  })
  for (const event of ENDS) stdin.once(event, onHangup)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.on('data', onData)
  stdin.resume()
  return {
    async next(signal) {
      const aborted = untilAborted(signal)
      aborted.catch(() => undefined)
      for (;;) {
        signal.throwIfAborted()
        const line = lines.shift()
        if (line !== undefined) return line
        const more = new Promise<void>((resolve) => {
          wake = resolve
        })
        await Promise.race([more, aborted])
      }
    },
    close() {
      stdin.off('data', onData)
      for (const event of ENDS) stdin.off(event, onHangup)
      giveBack(stdin, turn)
    },
  }
}

const INTERRUPT = '\u0003'
const SUSPEND = '\u001a'
const QUIT = '\u001c'
const NO_MORE = '\u0004'
const LINE_ENDS = ['\r', '\n', NO_MORE]

/** What is typed after one more key, which may be one that takes something back. */
function edited(typed: string[], key: string): string[] {
  switch (key) {
    case '\u007f':
    case '\b':
      return typed.slice(0, -1)
    case '\u0015':
      return []
    case '\u0017':
      return Array.from(typed.join('').replace(/\S*\s*$/u, ''))
    default:
      // Another control key: whoever pressed it did not mean a character that nobody can see.
      if (key >= ' ') typed.push(key)
      return typed
  }
}

const ENDS = ['end', 'close', 'error'] as const

/** Hides what is typed again after a stop, and only then goes on with `again`. */
function takeHidden({ stdin, job }: Typing, again: () => void): Turn {
  return takeTurn(job, {
    leave() {
      stdin.pause()
      setRawMode(stdin, false)
    },
    pause() {
      stdin.pause()
    },
    comeBack() {
      // Node sets a terminal only when it thinks that this changes it; a shell may have set it meanwhile.
      setRawMode(stdin, false)
      setRawMode(stdin, true)
      again()
      stdin.resume()
    },
  })
}

function giveBack(stdin: NodeJS.ReadStream, turn: Turn): void {
  const isAway = turn.isAway()
  turn.end()
  stdin.pause()
  if (!isAway) setRawMode(stdin, false)
}

function setRawMode(stdin: NodeJS.ReadStream, isRaw: boolean): void {
  try {
    stdin.setRawMode(isRaw)
  } catch {
    // The terminal is gone: there is nothing to restore, and the stream tells it.
  }
}
