/** What this system can tell about processes, as a lock needs it: who we are, and whether a holder still lives. */
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import { errnoOf } from '../errno.ts'

/** A process, told apart from every other that ever had its number. Undefined is what the system does not tell. */
export interface ProcessIdentity {
  pid: number
  /** In the system's own unit; only ever compared. */
  startTime: string | undefined
  /** A digest of host name and machine id. */
  host: string
  /** `process.platform`: Windows and its Linux guest may share a folder and a host name, but not process numbers. */
  system: string
  bootId: string | undefined
  pidNamespace: string | undefined
}

/** What a system knows of a process number: nobody has it, or somebody does, started then. */
export type ProcessState = { kind: 'gone' } | { kind: 'running'; startTime: string | undefined }

/** The system as a lock sees it. Tests pass others to be another host. */
export interface LockPlatform {
  self: ProcessIdentity
  processAt(pid: number): ProcessState
  /** When this machine was started, by the clock that files are dated with. */
  startedAtMs(): number
  /** That clock. */
  nowMs(): number
  /** How often a holder gives a sign of life. */
  beatMs: number
  /** How long a holder that cannot be looked up must be silent until it counts as dead. */
  silenceMs: number
}

/** The system this process runs on. */
export function localPlatform(): LockPlatform {
  const own = linuxProcessAt(process.pid)
  const isProcReadable = own?.kind === 'running'
  return {
    self: {
      pid: process.pid,
      startTime: isProcReadable ? own.startTime : undefined,
      host: createHash('sha256')
        .update(`${hostname()}\n${readText('/etc/machine-id') ?? ''}`)
        .digest('hex')
        .slice(0, 16),
      system: process.platform,
      bootId: readText('/proc/sys/kernel/random/boot_id'),
      pidNamespace: readPidNamespace(),
    },
    processAt: (pid) => (isProcReadable ? linuxProcessAt(pid) : undefined) ?? signalledProcessAt(pid),
    startedAtMs: () => Date.now() - uptime() * 1000,
    nowMs: () => Date.now(),
    beatMs: 3_000,
    silenceMs: 30_000,
  }
}

// proc_pid_stat(5): the second field is a name in brackets that may hold brackets and spaces itself; the state is field 3,
// the start time field 22. Undefined: there is no readable /proc here.
function linuxProcessAt(pid: number): ProcessState | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid.toString()}/stat`, 'latin1')
  } catch (error) {
    return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ESRCH' ? { kind: 'gone' } : undefined
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  // A killed process stays a zombie until its parent asks for it, and holds nothing any more.
  if (state === 'Z' || state === 'X') return { kind: 'gone' }
  return { kind: 'running', startTime: fields[19] }
}

function signalledProcessAt(pid: number): ProcessState {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return { kind: 'gone' }
    // EPERM and the like: somebody has this number.
  }
  return { kind: 'running', startTime: undefined }
}

function readPidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    // Only Linux has it.
    return undefined
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // Only Linux has it.
    return undefined
  }
}
