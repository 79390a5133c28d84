/** The line that says how long a sign-in still waits, and at which the redirected URL can be pasted: both are one. */
import type { PoolkeyError } from '../../errors/poolkey-error.ts'
import { pause } from '../../pause.ts'
import type { HiddenLines } from '../terminal/hidden-input.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { timeLeft } from '../texts/words.ts'

/** The line while it stands. */
export interface WaitingLine {
  /**
   * Asks for the redirected URL, which is not shown, as soon as this process is in the foreground. From then on nothing that
   * is typed is shown, until `stop`: what is being pasted when the callback comes must reach neither the next question nor
   * the shell. Throws the signal's reason.
   */
  readPasted: (signal: AbortSignal) => Promise<string>
  /** Lets something else be asked meanwhile. */
  without: <T>(work: () => Promise<T>) => Promise<T>
  /** Takes the line away for good: what comes next may be a question. */
  stop: () => void
}

const TICK_MS = 1000

/** Draws the line every second from now on, for as long as `limitMs`; `onGone` as of `Terminal.openHidden`. */
export function createWaitingLine(options: {
  terminal: Pick<Terminal, 'progress' | 'say' | 'openHidden' | 'isLive' | 'isInFront'>
  now: () => number
  limitMs: number
  onGone: (error: PoolkeyError) => void
}): WaitingLine {
  const { terminal, now, limitMs, onGone } = options
  const endsAt = now() + limitMs
  let isAsking = false
  let isQuiet = false
  let isStopped = false
  let typed: HiddenLines | undefined
  const draw = () => {
    if (isQuiet) return
    const left = `${timeLeft(endsAt - now())} left`
    // What does not fit in is cut off: what is wanted must be seen in a narrow window, too.
    terminal.progress(
      isAsking ? `${left}; paste the URL it ends at: ` : `Waiting for the browser ... ${left}`,
    )
  }
  const close = () => {
    typed?.close()
    typed = undefined
  }
  const ticking = setInterval(draw, TICK_MS)
  return {
    async readPasted(signal) {
      while (!terminal.isInFront) await pause(TICK_MS, signal)
      typed ??= await terminal.openHidden(onGone)
      const opened = typed
      if (isStopped) close()
      if (signal.aborted) return opened.next(signal)
      isAsking = true
      if (!terminal.isLive) terminal.say('The URL it ends at: ')
      draw()
      try {
        return await opened.next(signal)
      } finally {
        isAsking = false
      }
    },
    async without(work) {
      isQuiet = true
      terminal.progress(undefined)
      try {
        return await work()
      } finally {
        isQuiet = false
      }
    },
    stop() {
      clearInterval(ticking)
      isStopped = true
      close()
      terminal.progress(undefined)
    },
  }
}

/** Something that is waited for, and once there stays. */
export function createGate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
