import { PoolkeyError } from '../errors/poolkey-error.ts'
import { untilAborted } from '../pause.ts'

// What arrow and function keys send, and what a terminal puts around pasted text (ECMA-48 control sequences).

const KEY_SEQUENCE = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?/gu

/**
 * Reads one line from a terminal without showing it; `ask` shows the question, once nothing typed is shown any more. Keys
 * that are no character edit the line (Backspace, Ctrl-U, Ctrl-W) or do nothing. What comes after the line stays for the
 * next question. Throws `interrupted` on Ctrl-C and when the terminal is gone, or the signal's reason.
 */
export function readHidden(stdin: NodeJS.ReadStream, ask: () => void, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    let typed: string[] = []
    const end = (settle: () => void) => {
      stdin.off('data', onData)
      for (const event of ENDS) stdin.off(event, onGone)
      signal.removeEventListener('abort', onAbort)
      stdin.pause()
      leaveRawMode(stdin)
      settle()
    }
    const fail = (error: Error) => {
      end(() => {
        reject(error)
      })
    }
    const onAbort = () => {
      fail(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
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
          case '\u0004': {
            const rest = keys.slice(index + 1).join('')
            end(() => {
              if (rest !== '') stdin.unshift(rest, 'utf8')
              resolve(typed.join(''))
            })
            return
          }
          // In raw mode the terminal hands Ctrl-C on instead of sending a signal.
          case '\u0003':
            fail(new PoolkeyError('interrupted', { signal: 'SIGINT' }))
            return
          default:
            typed = edited(typed, key)
        }
      }
    }
    signal.addEventListener('abort', onAbort, { once: true })
    for (const event of ENDS) stdin.once(event, onGone)
    stdin.setRawMode(true)
    ask()
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

/** Takes all that is typed from now on. Ctrl-C, and a terminal that goes away, are told to `onGone`, as `interrupted`. */
export function openHidden(stdin: NodeJS.ReadStream, onGone: (error: PoolkeyError) => void): HiddenLines {
  const lines: string[] = []
  let typed: string[] = []
  let wake: () => void = () => undefined
  const onHangup = () => {
    onGone(new PoolkeyError('interrupted', { signal: 'SIGHUP' }))
  }
  const onData = (text: string) => {
    for (const key of text.replace(KEY_SEQUENCE, '')) {
      if (key === '\u0003') onGone(new PoolkeyError('interrupted', { signal: 'SIGINT' }))
      if (!LINE_ENDS.includes(key)) {
        typed = edited(typed, key)
        continue
      }
      lines.push(typed.join(''))
      typed = []
    }
    wake()
  }
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
      stdin.pause()
      leaveRawMode(stdin)
    },
  }
}

const LINE_ENDS = ['\r', '\n', '\u0004']

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

function leaveRawMode(stdin: NodeJS.ReadStream): void {
  try {
    stdin.setRawMode(false)
  } catch {
    // The terminal is gone: there is nothing to restore.
  }
}
