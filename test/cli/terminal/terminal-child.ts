/**
 * What the tests of the terminal run as another process. JSON in the first argument says what the streams,
 * which are pipes, are said to be, which environment counts, and what to do, step by step; one order after the other.
 */
import { readSync, writeSync } from 'node:fs'
import { openTerminal } from '../../../src/cli/terminal/terminal.ts'
import type { Terminal } from '../../../src/cli/terminal/terminal.ts'
import { PoolkeyError } from '../../../src/errors/poolkey-error.ts'

export type Step =
  | { do: 'answer'; text: string; times?: number }
  | { do: 'say'; line: string; times?: number }
  | { do: 'label'; kind: 'error' | 'fix' | 'warning'; line: string; times?: number }
  | { do: 'progress'; line?: string }
  | { do: 'confirm' }
  | { do: 'ask' }
  | { do: 'change'; kind: 'file' | 'hunk' | 'added' | 'removed' | 'same'; line: string }
  | { do: 'tell' }
  /** What the answer may look like. */
  | { do: 'measure' }
  /** Waits until a line comes on stdin. */
  | { do: 'wait' }
  /** Makes stdout a stream of Node, which does not wait until a full pipe is read. */
  | { do: 'touch-stdout' }

export interface Order {
  isTerminal: boolean
  columns?: number
  env: Record<string, string>
  noInput?: boolean
  steps: Step[]
}

const orders = JSON.parse(process.argv[2] ?? '') as Order[]

function terminalFor({ isTerminal, columns, env, noInput = false }: Order): Terminal {
  return openTerminal({
    streams: {
      stdin: process.stdin,
      get stdout() {
        return Object.assign(Object.create(process.stdout) as typeof process.stdout, { columns })
      },
      get stderr() {
        return Object.assign(Object.create(process.stderr) as typeof process.stderr, { columns })
      },
    },
    isTerminal: () => isTerminal,
    env,
    noInput,
  })
}

async function follow(terminal: Terminal, step: Step): Promise<void> {
  switch (step.do) {
    case 'answer':
      terminal.answer(step.text.repeat(step.times ?? 1))
      return
    case 'say':
      terminal.say(step.line.repeat(step.times ?? 1))
      return
    case 'label':
      terminal.label(step.kind, step.line.repeat(step.times ?? 1))
      return
    case 'progress':
      terminal.progress(step.line)
      return
    case 'confirm':
      terminal.answer(
        `${(await terminal.confirm('Sure?\u001b[2J', AbortSignal.timeout(10_000))).toString()}\n`,
      )
      return
    case 'ask':
      terminal.answer(
        `${JSON.stringify(await terminal.ask('Name\u001b[2J: ', AbortSignal.timeout(10_000)))}\n`,
      )
      return
    case 'change':
      terminal.change(step.kind, step.line)
      return
    case 'tell':
      terminal.answer(`${JSON.stringify({ canAsk: terminal.canAsk, isLive: terminal.isLive })}\n`)
      return
    case 'measure': {
      const { answerColumns, isAnswerColoured } = terminal
      terminal.answer(`${JSON.stringify({ answerColumns, isAnswerColoured })}\n`)
      return
    }
    case 'wait':
      readSync(0, Buffer.alloc(16))
      return
    case 'touch-stdout':
      process.stdout.write('')
  }
}

async function act(): Promise<void> {
  for (const order of orders) {
    const terminal = terminalFor(order)
    for (const step of order.steps) await follow(terminal, step)
  }
  process.exit(0)
}

act().catch((error: unknown) => {
  const told = error instanceof PoolkeyError ? `${error.code} ${JSON.stringify(error.facts)}` : String(error)
  writeSync(2, told)
  process.exit(1)
})
