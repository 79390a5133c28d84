import { readFileSync } from 'node:fs'
import { shellNamed } from '../../outlets/shell.ts'
import type { Shell } from '../../outlets/shell.ts'

const LIMIT_MS = 1_000

/** The shell that asks: by the name of the parent process. POSIX where that cannot be known. Never throws. */
export async function shellOfParent({
  pid,
  platform,
}: {
  pid: number
  platform: NodeJS.Platform
}): Promise<Shell> {
  try {
    return shellNamed(platform === 'linux' ? nameByProc(pid) : await nameByPs(pid))
  } catch {
    // Hidden from us, gone already, or a system without `ps`, such as Windows.
    return 'sh'
  }
}

function nameByProc(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8')
}

// By its path and in an empty environment: what PATH or a variable names has no say here.
async function nameByPs(pid: number): Promise<string> {
  const { execFileSync } = await import('node:child_process')
  return execFileSync('/bin/ps', ['-o', 'comm=', '-p', String(pid)], {
    encoding: 'utf8',
    env: {},
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  })
}
