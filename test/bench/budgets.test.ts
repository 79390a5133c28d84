import { expect, test } from 'vitest'
import { compareWithBudgets } from './budgets.ts'
import type { Measured } from './budgets.ts'
import { missedBudgets } from './report.ts'

const COSTS = {
  ...{ node: 20, floor: 24, 'warm-5': 25, 'warm-5000': 25, 'warm-keychain': 30, 'keytar-read': 32 },
  ...{ status: 25, 'status-keychain': 37, help: 30 },
}

function measured(costs: Record<string, number>, change: Partial<Measured> = {}): Measured {
  const row = ([id, ms]: [string, number]) => ({ id, name: id, min: ms, median: ms, p90: ms, runs: 25 })
  const rows = (all: Record<string, number>) => Object.entries(all).map(row)
  return {
    nodeMajor: 20,
    groups: [
      { title: 'Starts', timings: rows(costs) },
      { title: 'Cold exchange', timings: rows({ node: 20, cold: 70 }) },
    ],
    memory: rows({ node: 40, 'warm-5': 43 }),
    sizes: { tarball: 900_000, unpacked: 2_000_000, files: 70, installed: 3_900_000, chunks: [] },
    ...change,
  }
}

test('all that keeps to its budget is met, and what was not measured is named', () => {
  const { verdicts, notMeasured } = compareWithBudgets(measured(COSTS))
  expect(verdicts.filter(({ isMet }) => !isMet)).toEqual([])
  expect(verdicts.map(({ name }) => name)).toContain('cold exchange')
  expect(notMeasured).toEqual([
    'warm against `aws configure export-credentials`',
    'standalone, warm, file store',
    'standalone, warm, keychain',
  ])
})

test.each([
  [{ 'warm-5': 26 }, 'warm, file store, 5 profiles: 1.08 x `floor.cjs`, budget 1.06'],
  [{ 'warm-5000': 26 }, 'warm, file store, 5,000 profiles: 1.08 x `floor.cjs`, budget 1.06'],
  [
    { 'warm-keychain': 37 },
    "warm, keychain, above `floor.cjs` (aim: 0.5): 1.08 x the keychain's own read, budget 1",
  ],
  [{ standalone: 13 }, 'standalone, warm, file store: 0.65 x `node -e 0`, budget 0.6'],
  [{ 'standalone-keychain': 21 }, 'standalone, warm, keychain: 1.05 x `node -e 0`, budget 1'],
  [{ status: 27 }, '`status`, file store: 1.35 x `node -e 0`, budget 1.3'],
  [{ 'status-keychain': 39 }, '`status`, keychain, without the key read: 1.35 x `node -e 0`, budget 1.3'],
  [{ help: 31 }, '`--help`: 1.55 x `node -e 0`, budget 1.5'],
  [{ 'aws-export': 350 }, 'warm against `aws configure export-credentials`: 0.07 x that, budget 0.07'],
])('a path that costs more than its budget is named: %j', (costs, missed) => {
  expect(missedBudgets(compareWithBudgets(measured({ ...COSTS, ...costs })))).toEqual([missed])
})

test('the cold exchange has a budget for each Node', () => {
  const missed = (nodeMajor: number) => missedBudgets(compareWithBudgets(measured(COSTS, { nodeMajor })))
  expect([20, 22, 24].map(missed)).toEqual([
    [],
    ['cold exchange: 3.50 x `node -e 0`, budget 3.3'],
    ['cold exchange: 3.50 x `node -e 0`, budget 2.9'],
  ])
})

test('sizes and memory have budgets in megabytes', () => {
  const { memory, sizes } = measured(COSTS)
  const heavy = memory.map((row) => (row.id === 'warm-5' ? { ...row, median: 44.5 } : row))
  const change = { memory: heavy, sizes: { ...sizes, tarball: 1_100_000, installed: 4_200_000 } }
  expect(missedBudgets(compareWithBudgets(measured(COSTS, change)))).toEqual([
    "peak memory, warm, above Node's own: 4.50 MB, budget 4",
    'installed size: 4.20 MB, budget 4',
    'published package: 1.10 MB, budget 1',
  ])
})

test('paths of different groups are never compared', () => {
  const { groups } = measured(COSTS)
  const { notMeasured } = compareWithBudgets(
    measured(COSTS, {
      groups: groups.map(({ title, timings }) => ({
        title,
        timings: timings.filter(({ id }) => title !== 'Starts' || id !== 'node'),
      })),
    }),
  )
  expect(notMeasured).toContain('`--help`')
})
