/** The peak of resident memory, of Node itself and of warm paths alike. */
import { join } from 'node:path'
import { runPath } from './rounds.ts'
import type { Path } from './rounds.ts'
import type { Bench } from './signed-in-home.ts'
import { summarize } from './summary.ts'
import type { Summary } from './summary.ts'

/** Megabytes (10^6 bytes); `id` as in the timings. */
export interface Memory extends Summary {
  id: string
  name: string
}

const KILOBYTE = 1024
const MEGABYTE = 1_000_000

/** Runs each path with the same file preloaded. What helper processes take is not in it. */
export function measureMemory(bench: Bench, paths: Path[], runs: number): Memory[] {
  const preload = ['--require', join(bench.root, 'test/bench/peak-memory.cjs')]
  return paths.map(({ id, name, ...path }) => {
    const looked: Path = { ...path, id, name, words: [...preload, ...path.words] }
    const peaks = Array.from({ length: runs }, () => peakIn(runPath(looked).stderr))
    return { id, name, ...summarize(peaks) }
  })
}

function peakIn(stderr: string): number {
  const [, kilobytes] = /^peak-memory (\d+)$/m.exec(stderr) ?? []
  if (kilobytes === undefined) throw new Error('the run told nothing of its memory')
  return (Number(kilobytes) * KILOBYTE) / MEGABYTE
}
