import { readFileSync } from 'node:fs'

type ForegroundProcess = Pick<NodeJS.Process, 'platform' | 'pid' | 'once' | 'getBuiltinModule'>

/**
 * Tells whether this process may read from its terminal and set it: a job in the background that does is stopped by the
 * system. True where there are no jobs, and where it cannot be told. Never throws.
 */
export function foregroundOf(proc: ForegroundProcess): () => boolean {
  if (['win32', 'linux'].includes(proc.platform)) return () => isInForeground(proc)
  let isInFront = false
  return () => {
    if (isInFront) return true
    isInFront = isInForeground(proc)
    // Nobody gets into the background without having been stopped. To ask takes a process.
    if (isInFront)
      proc.once('SIGCONT', () => {
        isInFront = false
      })
    return isInFront
  }
}

/** The same, looked at anew each time. */
export function isInForeground(proc: ForegroundProcess): boolean {
  const { platform } = proc
  if (platform === 'win32') return true
  if (platform === 'linux') return isForegroundStat(readText('/proc/self/stat'))
  return isForegroundStatus(readStatus(proc))
}

/** The answer of ps(1) on macOS and the BSDs: a plus stands for the foreground, a question mark for no terminal. */
export function isForegroundStatus(status: string): boolean {
  return status === '' || status.startsWith('?') || status.includes('+')
}

/** The same of a line of `/proc/<pid>/stat` (proc(5)). */
export function isForegroundStat(stat: string): boolean {
  // The name, in parentheses, may hold anything; after it come state, parent, group, session, terminal, its foreground group.
  const [, , group, , terminal, foreground] = stat.replace(/^.*\) /s, '').split(' ')
  // gVisor tells of none, and has zeros for both.
  const isWithoutTerminal = terminal === '0'
  return foreground === undefined || isWithoutTerminal || foreground === group
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    // It is hidden here.
    return ''
  }
}

function readStatus({ getBuiltinModule, pid }: ForegroundProcess): string {
  try {
    // It loads slowly, and is needed only here.
    const { execFileSync } = getBuiltinModule('node:child_process')
    return execFileSync('/bin/ps', ['-o', 'tty=,stat=', '-p', String(pid)], { encoding: 'latin1' }).trim()
  } catch {
    return ''
  }
}
