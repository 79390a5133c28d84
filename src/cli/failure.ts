/** What a person is told when a command fails, and the exit code. */
import { inspect } from 'node:util'
import { explainError } from '../errors/catalogue.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Profile } from '../profile/profile.ts'
import type { Terminal } from './terminal.ts'

/** Says what happened and the fix, with the profile's ids filled in; returns the exit code. */
export function explainTo(terminal: Terminal, error: unknown, profile?: Profile): number {
  if (!(error instanceof PoolkeyError)) {
    // Only the message's first line: what else hangs on an unknown error may be a request with its tokens.
    const message = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error)
    terminal.label('error', `this is a bug in poolkey: ${message.split('\n')[0] ?? ''}`)
    return 1
  }
  const { what, fix, exitCode } = explainError(error, profile)
  terminal.label('error', what)
  if (fix !== undefined) terminal.label('fix', fix)
  return exitCode
}
