/**
 * Interleaved measuring: in each round every path has its turn, in an order drawn anew, so that whatever else the machine
 * does falls on all of them alike. A run counts from before its process is made until it has ended.
 */
import { spawnSync } from 'node:child_process'
import { summarize } from './summary.ts'
import type { Summary } from './summary.ts'

/** What is started: a program, its arguments, and exactly this environment. */
export interface Start {
  program: string
  words: string[]
  env: Record<string, string>
  cwd: string
}

/** One way to start something. */
export interface Path extends Start {
  /** By which budgets know it. */
  id: string
  /** What people read. */
  name: string
  /** Puts things as they must be before each run; not measured. */
  prepare?: () => void
  /** Whether that was the answer: what fails is often fast. */
  isRight: (stdout: string) => boolean
}

export interface Timing extends Summary {
  id: string
  name: string
}

/** Runs of one group of paths; their medians may be compared with each other and with nothing else. */
export interface Group {
  title: string
  timings: Timing[]
}

export interface Outcome {
  stdout: string
  stderr: string
  startMs: number
  endMs: number
}

const WARM_UPS = 2

/** Measures paths `rounds` times each. Throws when one of them fails or answers something else. */
export function measureGroup(title: string, paths: Path[], rounds: number): Group {
  const times = new Map(paths.map(({ id }) => [id, [] as number[]]))
  for (let round = -WARM_UPS; round < rounds; round++) {
    for (const path of shuffled(paths)) {
      const { startMs, endMs } = runPath(path)
      if (round >= 0) times.get(path.id)?.push(endMs - startMs)
    }
  }
  const timings = paths.map(({ id, name }) => ({ id, name, ...summarize(times.get(id) ?? []) }))
  return { title, timings }
}

/** One run of a path, looked at. */
export function runPath(path: Path): Outcome {
  path.prepare?.()
  const outcome = runToEnd(path)
  if (!path.isRight(outcome.stdout)) throw new Error(`${path.name}: not the answer that was expected`)
  return outcome
}

/** Runs a program and reads what it says; instants are those of the monotonic clock. Throws unless it ends with 0. */
export function runToEnd({ program, words, env, cwd }: Start): Outcome {
  const startMs = monotonicMs()
  const { status, signal, stdout, stderr, error } = spawnSync(program, words, {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const endMs = monotonicMs()
  if (error) throw error
  if (status !== 0)
    throw new Error(`exit ${status ?? signal ?? '?'}: ${words.join(' ')}\n${stderr.toString()}`)
  return { stdout: stdout.toString(), stderr: stderr.toString(), startMs, endMs }
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items]
  const drawn: T[] = []
  while (left.length > 0) drawn.push(...left.splice(Math.floor(Math.random() * left.length), 1))
  return drawn
}
