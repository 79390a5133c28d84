import { PoolkeyError } from '../errors/poolkey-error.ts'

/** Reads one line from a terminal without showing it. Throws `interrupted` on Ctrl-C, or the signal's reason. */
export function readHidden(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const typed: string[] = []
    const end = (settle: () => void) => {
      stdin.off('data', onData)
      signal.removeEventListener('abort', onAbort)
      stdin.setRawMode(false)
      stdin.pause()
      settle()
    }
    const onAbort = () => {
      end(() => {
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
      })
    }
    const onData = (text: string) => {
      for (const character of text) {
        switch (character) {
          case '\r':
          case '\n':
          case '\u0004':
            end(() => {
              resolve(typed.join(''))
            })
            return
          // In raw mode the terminal hands Ctrl-C on instead of sending a signal.
          case '\u0003':
            end(() => {
              reject(new PoolkeyError('interrupted', { signal: 'SIGINT' }))
            })
            return
          case '\u007f':
          case '\b':
            typed.pop()
            break
          case '\u0015':
            typed.length = 0
            break
          default:
            typed.push(character)
        }
      }
    }
    signal.addEventListener('abort', onAbort, { once: true })
    stdin.setRawMode(true)
    stdin.setEncoding('utf8')
    stdin.on('data', onData)
    stdin.resume()
  })
}
