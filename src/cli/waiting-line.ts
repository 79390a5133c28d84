/** The line that says how long a sign-in still waits, and at which the redirected URL can be pasted: both are one. */
import type { Terminal } from './terminal.ts'
import { timeLeft } from './words.ts'

export interface WaitingLine {
  /** Asks for the redirected URL, which is not shown. Throws as `askHidden`. */
  readPasted: (signal: AbortSignal) => Promise<string>
  /** Takes the line away for good: what comes next may be a question. */
  stop: () => void
}

const TICK_MS = 1000

/** Draws the line every second from now on, for as long as `limitMs`. */
export function createWaitingLine(
  terminal: Pick<Terminal, 'progress' | 'askHidden' | 'isLive'>,
  now: () => number,
  limitMs: number,
): WaitingLine {
  const endsAt = now() + limitMs
  let isAsking = false
  const draw = () => {
    const left = `Waiting for the browser ... ${timeLeft(endsAt - now())} left`
    terminal.progress(isAsking ? `${left}; or paste the URL it ends at: ` : left)
  }
  const ticking = setInterval(draw, TICK_MS)
  return {
    async readPasted(signal) {
      isAsking = true
      // What is typed is not shown, so the line can be drawn anew while somebody pastes.
      const question = terminal.isLive ? '' : 'The URL it ends at: '
      const asked = terminal.askHidden(question, signal)
      draw()
      try {
        return await asked
      } finally {
        isAsking = false
      }
    },
    stop() {
      clearInterval(ticking)
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
