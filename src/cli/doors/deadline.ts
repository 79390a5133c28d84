import { PoolkeyError } from '../../errors/poolkey-error.ts'

/** A signal that aborts with `deadline-exceeded`. */
export function deadline(seconds: number): AbortSignal {
  const controller = new AbortController()
  // It keeps the process alive, lest Node leaves in silence while something is still owed; `runProgram` ends the process.
  setTimeout(() => {
    controller.abort(new PoolkeyError('deadline-exceeded', { waitedFor: 'an answer', seconds }))
  }, seconds * 1000)
  return controller.signal
}
