import { expect, test } from 'vitest'
import { partsOf } from './phases.ts'
import type { Outcome } from './rounds.ts'

const LOAD = "loading: own chunks and Node's modules"

function runOf(spans: { part: string; startMs: number; endMs: number }[]): Outcome {
  const stderr = `poolkey: note\n\nphases ${JSON.stringify({ readyMs: 20, exitMs: 90, spans })}\n`
  return { stdout: '', stderr, startMs: 0, endMs: 95 }
}

test('each moment of a run counts for one part, and the parts make the whole', () => {
  const parts = partsOf([
    runOf([
      { part: 'load', startMs: 22, endMs: 40 },
      { part: 'request /oauth2/token', startMs: 45, endMs: 60 },
      // Loaded while the answer was awaited: the CPU was at that.
      { part: 'load', startMs: 50, endMs: 55 },
      { part: 'sync', startMs: 62, endMs: 65 },
      { part: 'request GetCredentialsForIdentity', startMs: 70, endMs: 80 },
    ]),
  ])
  expect(parts).toEqual([
    { name: 'Node starts', ms: 20 },
    { name: LOAD, ms: 23 },
    { name: 'own work before the first request', ms: 7 },
    { name: 'waiting for request /oauth2/token', ms: 10 },
    { name: 'waiting for request GetCredentialsForIdentity', ms: 10 },
    { name: 'own work between requests', ms: 7 },
    { name: 'own work after the last answer', ms: 10 },
    { name: 'durable writes (fsync)', ms: 3 },
    { name: 'Node ends', ms: 5 },
    { name: 'whole run, with the look inside', ms: 95 },
  ])
  const [whole, ...pieces] = parts.map(({ ms }) => ms).reverse()
  expect(pieces.reduce((sum, ms) => sum + ms, 0)).toBe(whole)
})

test('a part is the median of its runs', () => {
  const loads = [30, 24, 50].map((endMs) => runOf([{ part: 'load', startMs: 20, endMs }]))
  expect(partsOf(loads)).toContainEqual({ name: LOAD, ms: 10 })
})

test('a run that tells nothing is not taken for an empty one', () => {
  expect(() => partsOf([{ stdout: '', stderr: '', startMs: 0, endMs: 1 }])).toThrow('told nothing')
})
