/**
 * The only printing. stdout carries the answer alone, written whole; everything said to a person goes to stderr, one
 * line a message, made safe. A progress line appears only on a terminal and never stays behind.
 */
import { fstatSync } from 'node:fs'
import { plainText } from '../../errors/plain-text.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Aside } from '../../outlets/write-aside.ts'
import { writeAll } from '../../outlets/write-all.ts'
import type { HiddenLines } from './hidden-input.ts'
import { NO_JOB } from './job.ts'
import type { Job } from './job.ts'

/** What a command says and asks. */
export interface Terminal {
  /** Writes the answer to stdout. Throws `output-closed` when nobody reads it, or it cannot be written. */
  answer(text: string): void
  /** Says one line to the person. */
  say(line: string): void
  /** Says `poolkey: <kind>: <line>`. */
  label(kind: 'error' | 'fix' | 'warning', line: string): void
  /**
   * From now on what is said waits for nobody: a reader who has stopped must not stop those who wait for this process. Gives
   * what ends that.
   */
  neverWait(through: Aside): () => void
  /** Replaces the progress line, on a terminal only; undefined removes it. */
  progress(line: string | undefined): void
  /** Whether stdout is a terminal: whoever looks at it sees the answer. */
  isAnswerShown: boolean
  /** Whether stdout is a pipe or a socket: another program has the answer. */
  isAnswerPiped: boolean
  /** Columns for the answer: the terminal's, else those that COLUMNS says, else 80. */
  answerColumns: number
  /** Whether the answer may have colours. */
  isAnswerColoured: boolean
  /** Whether a person can be asked. */
  canAsk: boolean
  /** Whether stderr is a terminal that can redraw a line. */
  isLive: boolean
  /** Whether it is this process's turn at the terminal: false for a job in the background, whose questions wait. */
  isInFront: boolean
  /**
   * Asks for a line that is not shown; only where `canAsk`. Undefined for no answer (Ctrl-D). Throws `interrupted`, or the
   * signal's reason.
   */
  askHidden(question: string, signal: AbortSignal): Promise<string | undefined>
  /** Takes what is typed without showing it, for longer than one question; only where `canAsk`. As `openHidden`. */
  openHidden(onGone: (error: PoolkeyError) => void): Promise<HiddenLines>
  /** Reads a secret: asked for without being shown, or all that is piped into stdin. Throws `usage`, `interrupted`. */
  readSecret(question: string, signal: AbortSignal): Promise<string>
  /** Asks for a line that is shown; undefined where there is no terminal, or no answer (Ctrl-D). Throws as `askHidden`. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>
  /** The bytes piped into stdin, of which there may be `mostBytes`. Throws `usage`, or the signal's reason. */
  readInput(mostBytes: number, signal: AbortSignal): Promise<Buffer>
  /** Shows a line of a diff. */
  change(kind: 'file' | 'hunk' | 'added' | 'removed' | 'same', line: string): void
  /** Asks a yes-or-no question; false without a terminal. */
  confirm(question: string, signal: AbortSignal): Promise<boolean>
}

/**
 * `streams` is the process itself. Node makes each stream when it is first looked at, which takes time, and makes a pipe
 * non-blocking for all who share it: they are looked at only where they are known to be terminals, or are read.
 */
export interface TerminalOptions {
  streams: {
    readonly stdin: NodeJS.ReadStream
    readonly stdout: NodeJS.WriteStream
    readonly stderr: NodeJS.WriteStream
  }
  isTerminal: IsTerminal
  /** This process as a job of a shell; none unless said. */
  job?: Job
  env: Record<string, string | undefined>
  noInput: boolean
}

const ERASE_LINE = '\r\u001b[2K'

/** Whether a descriptor is a terminal. */
export type IsTerminal = (descriptor: 0 | 1 | 2) => boolean

const FOREGROUND_POLL_MS = 500

/** The terminal of a process; nothing is asked of the system before it is needed. */
export function openTerminal(options: TerminalOptions): Terminal {
  const { streams, isTerminal, job = NO_JOB, env, noInput } = options
  const isLive = () => env['TERM'] !== 'dumb' && isTerminal(2)
  const canAsk = () => !noInput && isTerminal(0) && isTerminal(2)
  let drawn = false
  let aside: ((text: string) => void) | undefined

  const erase = () => {
    if (drawn) writeAll(2, ERASE_LINE)
    drawn = false
  }
  const say = (line: string) => {
    erase()
    if (aside) aside(`${line}\n`)
    else writeAll(2, `${line}\n`)
  }
  // Whoever asks from the background is stopped by the system, and then hears no signal that is to end it.
  const untilInFront = async (signal: AbortSignal) => {
    if (job.isInFront()) return
    say('There is a question: bring this to the foreground (fg) to answer it.')
    const { pause } = await import('../../pause.ts')
    while (!job.isInFront()) await pause(FOREGROUND_POLL_MS, signal)
  }
  const askHidden = async (question: string, signal: AbortSignal) => {
    await untilInFront(signal)
    const { readHidden } = await import('./hidden-input.ts')
    const ask = ({ isAgain }: { isAgain: boolean }) => {
      erase()
      writeAll(2, `${isAgain ? ERASE_LINE : ''}${plainText(question, 200)}`)
    }
    try {
      return await readHidden({ stdin: streams.stdin, job }, ask, signal)
    } finally {
      writeAll(2, '\n')
    }
  }
  const askShown = async (question: string, signal: AbortSignal) => {
    await untilInFront(signal)
    erase()
    const { readShown } = await import('./shown-input.ts')
    return readShown({ stdin: streams.stdin, stderr: streams.stderr, job }, plainText(question, 2000), signal)
  }
  return {
    get isAnswerShown() {
      return isTerminal(1)
    },
    get isAnswerPiped() {
      return isPipe(1)
    },
    get answerColumns() {
      const wanted = isTerminal(1) ? streams.stdout.columns : Number(env['COLUMNS'])
      return Number.isInteger(wanted) && wanted > 0 ? wanted : 80
    },
    get isAnswerColoured() {
      return wantsColour(env, () => env['TERM'] !== 'dumb' && isTerminal(1))
    },
    get canAsk() {
      return canAsk()
    },
    get isLive() {
      return isLive()
    },
    get isInFront() {
      return job.isInFront()
    },
    askHidden,
    async openHidden(onGone) {
      return (await import('./hidden-input.ts')).openHidden({ stdin: streams.stdin, job }, onGone)
    },
    async readSecret(question, signal) {
      if (canAsk()) return (await askHidden(question, signal)) ?? ''
      if (isTerminal(0)) throw new PoolkeyError('usage', { problem: 'nothing is piped into stdin' })
      const { readPiped } = await import('./piped-input.ts')
      return readPiped(streams.stdin, signal)
    },
    answer(text) {
      erase()
      writeAll(1, text)
    },
    say(line) {
      say(plainText(line, 8000))
    },
    label(kind, line) {
      const tint = { error: '31', fix: '32', warning: '33' }[kind]
      const name = wantsColour(env, isLive) ? `\u001b[1;${tint}m${kind}:\u001b[0m` : `${kind}:`
      say(`poolkey: ${name} ${plainText(line, 2000)}`)
    },
    neverWait(through) {
      aside = through.write
      return () => {
        aside = through.writeLast
      }
    },
    progress(line) {
      if (!isLive()) return
      // Whoever is in the foreground by now has the line.
      if (!job.isInFront()) {
        drawn = false
        return
      }
      erase()
      if (line === undefined) return
      writeAll(2, plainText(line, (streams.stderr.columns || 80) - 1))
      drawn = true
    },
    change(kind, line) {
      const tint = { file: '1', hunk: '36', added: '32', removed: '31', same: '' }[kind]
      const text = plainText(line, 2000)
      say(tint !== '' && wantsColour(env, isLive) ? `\u001b[${tint}m${text}\u001b[0m` : text)
    },
    async ask(question, signal) {
      return canAsk() ? askShown(question, signal) : undefined
    },
    async readInput(mostBytes, signal) {
      if (isTerminal(0)) throw new PoolkeyError('usage', { problem: 'nothing is piped into stdin' })
      const { readPipedBytes } = await import('./piped-input.ts')
      return readPipedBytes(streams.stdin, mostBytes, signal)
    },
    async confirm(question, signal) {
      if (!canAsk()) return false
      // No answer is no leave.
      const reply = await askShown(`${question} [y/N] `, signal)
      return /^y(es)?$/i.test(reply?.trim() ?? '')
    },
  }
}

/** Asks the system, without a stream. What asks it loads slowly: most descriptors are pipes and files, told without it. */
export function terminalsOf({ getBuiltinModule }: Pick<NodeJS.Process, 'getBuiltinModule'>): IsTerminal {
  return (descriptor) => isCharacterDevice(descriptor) && getBuiltinModule('node:tty').isatty(descriptor)
}

/** Whether a descriptor may be a terminal; a closed one is none. */
function isCharacterDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice()
  } catch {
    return false
  }
}

function isPipe(descriptor: number): boolean {
  try {
    const status = fstatSync(descriptor)
    return status.isFIFO() || status.isSocket()
  } catch {
    return false
  }
}

/** https://no-color.org; FORCE_COLOR asks for colour where there is no terminal, and 0 for none where there is one. */
function wantsColour(env: Record<string, string | undefined>, isLive: () => boolean): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false
  const forced = env['FORCE_COLOR']
  return forced === undefined || forced === '' ? isLive() : forced !== '0'
}
