import { spawn } from 'node:child_process'
import type { Needs } from '../context.ts'

/** How a step ended, and after how long. */
export interface Ran {
  code: number
  stdout: string
  ms: number
}

/**
 * Runs this program again as a child. What it says to a person becomes part of the story, unless it talks to the
 * person itself (`atTerminal`). `onUrl` is told the sign-in URL.
 */
export function runSelf(
  context: Needs<'terminal' | 'selfCommand' | 'now' | 'interrupted'>,
  run: {
    args: string[]
    env: Record<string, string | undefined>
    atTerminal?: boolean
    onUrl?: (url: string) => void
  },
): Promise<Ran> {
  const [program = '', ...words] = context.selfCommand
  const startedAt = context.now()
  return new Promise((resolve, reject) => {
    const ears = run.atTerminal === true ? 'inherit' : 'pipe'
    const child = spawn(program, [...words, ...run.args], {
      env: run.env,
      stdio: [ears === 'pipe' ? 'ignore' : 'inherit', 'pipe', ears],
      signal: context.interrupted,
    })
    let stdout = ''
    let pending = ''
    let failure: Error | undefined
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (pending + text).split('\n')
      pending = lines.pop() ?? ''
      for (const line of lines) {
        try {
          context.terminal.answer(`  ${line}\n`)
        } catch (error) {
          // Thrown in here it would be nobody's to catch: the child finishes what it does, then it is said.
          failure = error instanceof Error ? error : new Error('the story broke off', { cause: error })
        }
        if (/^\s+http/.test(line)) run.onUrl?.(line.trim())
      }
    })
    child.once('error', (error) => {
      failure = error
      if (child.pid === undefined) reject(error)
    })
    // Only now, lest a child that was told to end still writes into a folder that is being removed.
    child.once('close', (code) => {
      if (failure) reject(failure)
      else resolve({ code: code ?? 1, stdout, ms: context.now() - startedAt })
    })
  })
}
