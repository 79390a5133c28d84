/** What a person, or a script that asked for JSON, is told when a command fails; and the exit code. */
import { explainError } from '../errors/catalogue.ts'
import { plainText } from '../errors/plain-text.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Profile } from '../profile/profile.ts'
import type { Terminal } from './terminal.ts'

/** Tells `terminal` of a failure and returns the exit code; `profile` fills in its ids. */
export type Explain = (terminal: Terminal, error: unknown, profile?: Profile) => number

/** Says what happened and the fix, a line each. */
export const explainTo: Explain = (terminal, error, profile) => {
  const { message, fix, exitCode } = toldOf(error, profile)
  terminal.label('error', message)
  if (fix !== undefined) terminal.label('fix', fix)
  return exitCode
}

/** The same as one line of JSON on stderr; `code` is a code of the catalogue, or `bug`. */
export const explainAsJson: Explain = (terminal, error, profile) => {
  const told = toldOf(error, profile)
  terminal.say(JSON.stringify({ version: 1, error: told }))
  return told.exitCode
}

interface Told {
  code: string
  message: string
  fix: string | undefined
  exitCode: number
}

function toldOf(error: unknown, profile: Profile | undefined): Told {
  if (isOurs(error)) {
    const { what, fix, exitCode } = explainError(error, profile)
    return { code: error.code, message: what, fix, exitCode }
  }
  // Only the message's first line: what else hangs on an unknown error may be a request with its tokens.
  const text =
    error instanceof Error ? `${error.name}: ${error.message}` : `thrown was no error but: ${typeof error}`
  const message = plainText(`this is a bug in poolkey: ${text.split(/[\r\n]/)[0] ?? ''}`)
  return { code: 'bug', message, fix: undefined, exitCode: 1 }
}

// `instanceof` alone would make a `PoolkeyError<any>` of it.
function isOurs(error: unknown): error is PoolkeyError {
  return error instanceof PoolkeyError
}
