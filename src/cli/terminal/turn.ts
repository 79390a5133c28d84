import type { Job } from './job.ts'

/** A question's hold on the terminal. */
export interface Turn {
  /** Stops the job, the question being taken back. */
  suspend: () => void
  /** Whether the terminal is somebody else's, and must not be set. */
  isAway: () => boolean
  end: () => void
}

const LOOK_MS = 500

/**
 * Keeps a question through stops. `leave` gives the terminal back as it was; `pause` only stops reading, which a job in the
 * background may not do; `comeBack` sets the terminal and asks again, maybe twice. A shell does not tell a job that runs in
 * the background when it gets the terminal: that is looked for.
 */
export function takeTurn(
  job: Job,
  question: { leave: () => void; pause: () => void; comeBack: () => void },
): Turn {
  let looking: NodeJS.Timeout | undefined
  let isOver = false
  const comeBack = () => {
    clearInterval(looking)
    looking = undefined
    if (isOver) return
    if (job.isBackInFront()) {
      question.comeBack()
      return
    }
    question.pause()
    looking = setInterval(() => {
      if (job.isBackInFront()) comeBack()
    }, LOOK_MS)
  }
  const stopListening = job.onContinued(comeBack)
  return {
    suspend() {
      question.leave()
      job.stop()
      comeBack()
    },
    isAway: () => looking !== undefined,
    end() {
      isOver = true
      clearInterval(looking)
      stopListening()
    },
  }
}
