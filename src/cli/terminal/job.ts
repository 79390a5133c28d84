/** This process as a job of the shell that it was begun at. */
import { foregroundOf, isInForeground } from './foreground.ts'

/** What can be asked of the job, and done to it. */
export interface Job {
  /** Whether it is this process's turn at the terminal: false in the background. */
  isInFront: () => boolean
  /** The same just after it was stopped, when `isInFront` may not have heard of it. */
  isBackInFront: () => boolean
  /** Stops it as Ctrl-Z does, with all of the same command; back once it goes on, at once where no shell would wake it. */
  stop: () => void
  /** Tells when it goes on after having been stopped, be it in the background; gives what ends that. */
  onContinued: (listener: () => void) => () => void
}

type JobProcess = Pick<
  NodeJS.Process,
  'platform' | 'pid' | 'once' | 'on' | 'off' | 'kill' | 'getBuiltinModule'
>

/** What was begun by no shell. */
export const NO_JOB: Job = {
  isInFront: () => true,
  isBackInFront: () => true,
  stop: () => undefined,
  onContinued: () => () => undefined,
}

/** The job that `proc` belongs to. */
export function jobOf(proc: JobProcess): Job {
  return {
    isInFront: foregroundOf(proc),
    isBackInFront: () => isInForeground(proc),
    stop() {
      // As the terminal itself does it: to the whole group. Windows has no such signal.
      if (proc.platform !== 'win32') proc.kill(0, 'SIGTSTP')
    },
    onContinued(listener) {
      proc.on('SIGCONT', listener)
      return () => proc.off('SIGCONT', listener)
    },
  }
}
