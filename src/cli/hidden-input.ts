import { PoolkeyError } from '../errors/poolkey-error.ts'

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
          case '\u007f':
          case '\b':
            typed.pop()
            break
          case '\u0015':
            typed = []
            break
          case '\u0017':
            typed = Array.from(typed.join('').replace(/\S*\s*$/u, ''))
            break
          default:
            // Another control key: whoever pressed it did not mean a character that nobody can see.
            if (key >= ' ') typed.push(key)
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

const ENDS = ['end', 'close', 'error'] as const

function leaveRawMode(stdin: NodeJS.ReadStream): void {
  try {
    stdin.setRawMode(false)
  } catch {
    // The terminal is gone: there is nothing to restore.
  }
}
