/** What a person, or a script that asked for JSON, is told when a command fails; and the exit code. */
import { explainError } from '../../errors/catalogue.ts'
import { seeHelp } from '../../errors/explanation.ts'
import { jsonLine, plainText } from '../../errors/plain-text.ts'
import { isOurs, isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { clockNote } from './words.ts'

/** What is known when something fails: the profile fills in its ids, and a clock that is off is told with every failure. */
export interface Situation {
  profile?: Profile | undefined
  /** How far the servers' clock is ahead, if it was measured. */
  clockSkewMs?: number | undefined
  /** What is to be done where what failed cannot be tried again, but can be made up for. */
  instead?: string
}

/** Tells `terminal` of a failure and returns the exit code. */
export type Explain = (terminal: Terminal, error: unknown, situation?: Situation) => number

/** How failures are told when poolkey is run with these words, the command first. */
export function explainFor(words: string[]): Explain {
  // A --json among the words of exec is another program's.
  if (words[0] === 'exec') return (...failure) => exitCodeOfExec(explainTo(...failure))
  return words.includes('--json') ? explainAsJson : explainTo
}

const FAILED_BEFORE = 125

/** As `env` and `nohup` do: the lower codes are the command's own, wrong usage included. An interruption stays. */
function exitCodeOfExec(exitCode: number): number {
  return Math.max(exitCode, FAILED_BEFORE)
}

/** Says what happened and the fix, a line each. */
export const explainTo: Explain = (terminal, error, situation) => {
  const { message, fix, exitCode } = toldOf(error, situation)
  terminal.label('error', message)
  if (fix !== undefined) terminal.label('fix', fix)
  return exitCode
}

/** The same as one line of JSON on stderr; `code` is a code of the catalogue, or `bug`. */
export const explainAsJson: Explain = (terminal, error, situation) => {
  const told = toldOf(error, situation)
  terminal.say(jsonLine({ version: 1, error: told }))
  return told.exitCode
}

/** The failure of a command: wrong usage without a word on how to do it right is told with the command's help. */
export function withHelpOf(command: string, error: unknown): unknown {
  if (!isPoolkeyError(error, 'usage') || error.facts.fix !== undefined) return error
  return new PoolkeyError('usage', { ...error.facts, fix: seeHelp(command) }, { cause: error })
}

interface Told {
  code: string
  message: string
  fix: string | undefined
  exitCode: number
}

function toldOf(error: unknown, { profile, clockSkewMs, instead }: Situation = {}): Told {
  if (isOurs(error)) {
    const { what, fix: own, exitCode } = explainError(error, profile)
    // What mends the network or signs in has a part in what is to be done anyway.
    const isPart = own === undefined || exitCode === 6 || exitCode === 4
    const fix = instead === undefined ? own : isPart ? instead : `${own}; then ${instead}`
    const clock = clockNote(clockSkewMs)
    return { code: error.code, message: clock === undefined ? what : `${what}; ${clock}`, fix, exitCode }
  }
  // Only the message's first line: what else hangs on an unknown error may be a request with its tokens.
  const text =
    error instanceof Error ? `${error.name}: ${error.message}` : `thrown was no error but: ${typeof error}`
  const message = plainText(`this is a bug in poolkey: ${text.split(/[\r\n]/)[0] ?? ''}`)
  return { code: 'bug', message, fix: undefined, exitCode: 1 }
}
