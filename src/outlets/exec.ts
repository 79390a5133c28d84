/**
 * Runs a program in poolkey's place, without a shell: it has our standard streams and terminal, in our process group, so
 * that Ctrl-C, Ctrl-Z and the window's size reach it from the terminal itself; it ends poolkey with its own exit code.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { statSync } from 'node:fs'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { errnoOf } from '../errno.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { findInFolders, searchFolders } from '../search-path.ts'
import { findWindowsProgram } from './windows-program.ts'

/** Has `listener` called for each such signal that this process gets, in place of what it would do; returns what ends that. */
export type OnSignal = (signal: NodeJS.Signals, listener: () => void) => () => void

/** A program to run, and with what. */
export interface ChildToRun {
  /** The program, sought in PATH unless it is a path, and its arguments: each reaches it as it stands. */
  command: string[]
  /** All of its environment. */
  env: Record<string, string>
  platform: NodeJS.Platform
  onSignal: OnSignal
}

/** A hung-up terminal's exit code, whatever the program ended with: nobody is there to see it. */
const HUNG_UP = 128 + constants.signals.SIGHUP

/** An exit code; or SIGINT, by which the process is to end itself, as a shell ends its loop only when it sees that. */
export type Ending = number | 'SIGINT'

/**
 * Gives how the program ended: its exit code, 128 + n when signal n ended it, SIGINT as such but on Windows. SIGTERM, SIGHUP and SIGQUIT are forwarded; SIGINT is
 * survived, as it comes to both from the terminal. Throws `program-not-found`, `program-not-runnable`.
 */
export async function runChild({ command, env, platform, onSignal }: ChildToRun): Promise<Ending> {
  const [name = '', ...words] = command
  if (name === '') throw new PoolkeyError('program-not-found', { program: name })
  const place: Place = {
    platform,
    folders: searchFolders({ env: { PATH: PATH_UNLESS_SET, ...env }, platform }),
  }
  const program = platform === 'win32' ? windowsProgram(name, env) : name
  // Not awaited here, but by what holds neither environment nor arguments.
  return waitFor(startChild(), { onSignal, name, place })

  function startChild(): ChildProcess {
    try {
      return spawn(program, words, { env, stdio: 'inherit', shell: false })
    } catch (error) {
      throw whyNotRun(error, name, place)
    }
  }
}

// execvp(3)
const PATH_UNLESS_SET = '/bin:/usr/bin'

// Where a program was sought.
interface Place {
  platform: NodeJS.Platform
  folders: string[]
}

// From the start to the handlers nothing is awaited: no signal comes between.
async function waitFor(
  child: ChildProcess,
  { onSignal, name, place }: { onSignal: OnSignal; name: string; place: Place },
): Promise<Ending> {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor))
  const forwarded = (['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const).map((signal) =>
    onSignal(signal, () => child.kill(signal)),
  )
  const survived = onSignal('SIGINT', () => undefined)
  try {
    const ending = await endOf(child, place)
    // Node restores the terminal's modes when it ends, and aborts where the terminal is gone.
    return terminals.every((descriptor) => isatty(descriptor)) ? ending : HUNG_UP
  } catch (error) {
    throw whyNotRun(error, name, place)
  } finally {
    for (const end of [...forwarded, survived]) end()
  }
}

function endOf(child: ChildProcess, { platform }: Place): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (signal === 'SIGINT' && platform !== 'win32') resolve(signal)
      // One of the two is there.
      else resolve(signal === null ? Number(code) : 128 + constants.signals[signal])
    })
  })
}

function windowsProgram(name: string, env: Record<string, string>): string {
  const found = findWindowsProgram(name, env, isFile)
  switch (found.kind) {
    case 'found':
      return found.path
    case 'batch':
      throw new PoolkeyError('program-not-runnable', { program: found.path, problem: 'batch-file' })
    case 'absent':
      throw new PoolkeyError('program-not-found', { program: name })
  }
}

function whyNotRun(error: unknown, program: string, place: Place): unknown {
  const errno = errnoOf(error)
  if (errno === undefined) return error
  const cause = { cause: error }
  if (errno !== 'ENOENT') return new PoolkeyError('program-not-runnable', { program, problem: errno }, cause)
  // It is there, and yet the system found something missing: the interpreter that its first line names.
  return place.platform !== 'win32' && isThere(program, place)
    ? new PoolkeyError('program-not-runnable', { program, problem: 'no-interpreter' }, cause)
    : new PoolkeyError('program-not-found', { program }, cause)
}

function isThere(program: string, place: Place): boolean {
  return program.includes('/') ? isFile(program) : findInFolders(program, place, isFile) !== undefined
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    // Absent or closed to us: either way it cannot be run.
    return false
  }
}
