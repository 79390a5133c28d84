/** What a run was at, and for how long: read from what `phases.cjs` tells on stderr. Pure. */
import type { Outcome } from './rounds.ts'
import { medianOf } from './summary.ts'

/** Names of parts and their medians in milliseconds, in the order of a run. */
export type Parts = { name: string; ms: number }[]

interface Span {
  part: string
  startMs: number
  endMs: number
}

interface Phases {
  readyMs: number
  exitMs: number
  spans: Span[]
}

const START = 'Node starts'
const LOAD = "loading: own chunks and Node's modules"
const SYNC = 'durable writes (fsync)'
const BEFORE = 'own work before the first request'
const BETWEEN = 'own work between requests'
const AFTER = 'own work after the last answer'
const END = 'Node ends'
const WHOLE = 'whole run, with the look inside'

/** The medians of each part over several runs. A moment that belongs to two parts counts for what the CPU was at. */
export function partsOf(outcomes: Outcome[]): Parts {
  const runs = outcomes.map(partsOfOne)
  const first = [START, LOAD, BEFORE]
  const last = [BETWEEN, AFTER, SYNC, END, WHOLE]
  const names = new Set(runs.flatMap((run) => [...run.keys()]))
  const between = [...names].filter((name) => ![...first, ...last].includes(name))
  const inOrder = [...first, ...between, ...last]
  return inOrder.map((name) => ({ name, ms: medianOf(runs.map((run) => run.get(name) ?? 0)) }))
}

function partsOfOne(outcome: Outcome): Map<string, number> {
  const { readyMs, exitMs, spans } = phasesIn(outcome.stderr)
  const named = spans.map(({ part, ...span }) => ({ ...span, part: nameOf(part) }))
  const borders = [readyMs, exitMs, ...named.flatMap(({ startMs, endMs }) => [startMs, endMs])]
    .filter((instant) => instant >= readyMs && instant <= exitMs)
    .sort((one, other) => one - other)
  const parts = new Map<string, number>([
    [START, readyMs - outcome.startMs],
    [END, outcome.endMs - exitMs],
    [WHOLE, outcome.endMs - outcome.startMs],
  ])
  borders.slice(1).forEach((endMs, index) => {
    const startMs = borders[index] ?? endMs
    const at = named.filter((span) => span.startMs <= startMs && span.endMs >= endMs).map(({ part }) => part)
    const part = [SYNC, LOAD].find((name) => at.includes(name)) ?? at[0] ?? workAt(startMs, spans)
    parts.set(part, (parts.get(part) ?? 0) + endMs - startMs)
  })
  return parts
}

function workAt(instant: number, spans: Span[]): string {
  const requests = spans.filter(({ part }) => part.startsWith('request '))
  if (!requests.some(({ startMs }) => startMs <= instant)) return BEFORE
  return requests.some(({ startMs }) => startMs > instant) ? BETWEEN : AFTER
}

function nameOf(part: string): string {
  if (part === 'load') return LOAD
  return part === 'sync' ? SYNC : `waiting for ${part}`
}

function phasesIn(stderr: string): Phases {
  const [, json] = /^phases (.*)$/m.exec(stderr) ?? []
  if (json === undefined) throw new Error('the run told nothing of its phases')
  return JSON.parse(json) as Phases
}
