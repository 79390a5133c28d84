/** What each path may cost, and whether it keeps to it. All are ratios of one group's medians, or sizes. Pure. */
import type { Memory } from './memory.ts'
import type { Group } from './rounds.ts'
import type { Sizes } from './sizes.ts'

/** What the budgets are compared with. */
export interface Measured {
  nodeMajor: number
  groups: Group[]
  memory: Memory[]
  sizes: Sizes
}

/** `got` and `limit` are in `unit`; `gotOfMinima` is the same from the fastest runs. */
export interface Verdict {
  name: string
  limit: number
  unit: string
  got: number
  gotOfMinima: number | undefined
  isMet: boolean
}

/** Budgets that could be compared, and the names of those that could not. */
export interface Comparison {
  verdicts: Verdict[]
  notMeasured: string[]
}

type Cost = (id: string) => number

interface Budget {
  name: string
  limit: number
  unit: string
  /** Rows of one group, and what is made of their costs. */
  needs: string[]
  of: (cost: Cost) => number
}

const MEGABYTE = 1_000_000
// By the major version of Node; later ones have the last.
const COLD = new Map([
  [20, 4.0],
  [22, 3.3],
])
const COLD_LATER = 2.9

/** Compares everything that was measured. */
export function compareWithBudgets(measured: Measured): Comparison {
  const verdicts: Verdict[] = []
  const notMeasured: string[] = []
  for (const { name, limit, unit, needs, of } of timeBudgets(measured.nodeMajor)) {
    const group = measured.groups.find(({ timings }) =>
      needs.every((id) => timings.some((row) => row.id === id)),
    )
    if (group === undefined) notMeasured.push(name)
    else {
      const got = of(costsIn(group, 'median'))
      verdicts.push({ name, limit, unit, got, gotOfMinima: of(costsIn(group, 'min')), isMet: got <= limit })
    }
  }
  for (const { name, limit, got } of otherBudgets(measured)) {
    if (got === undefined) notMeasured.push(name)
    else verdicts.push({ name, limit, unit: 'MB', got, gotOfMinima: undefined, isMet: got <= limit })
  }
  return { verdicts, notMeasured }
}

function timeBudgets(nodeMajor: number): Budget[] {
  const ratio = (name: string, id: string, to: { id: string; unit: string; limit: number }): Budget => ({
    ...{ name, limit: to.limit, unit: to.unit, needs: [id, to.id] },
    of: (cost) => cost(id) / cost(to.id),
  })
  const toNode = (name: string, id: string, limit: number) =>
    ratio(name, id, { id: 'node', unit: 'x `node -e 0`', limit })
  const toFloor = (name: string, id: string) =>
    ratio(name, id, { id: 'floor', unit: 'x `floor.cjs`', limit: 1.06 })
  const keyRead = (cost: Cost) => cost('keytar-read') - cost('node')
  return [
    toFloor('warm, file store, 5 profiles', 'warm-5'),
    toFloor('warm, file store, 5,000 profiles', 'warm-5000'),
    {
      ...{
        name: 'warm, keychain, above `floor.cjs` (aim: 0.5)',
        limit: 1,
        unit: "x the keychain's own read",
      },
      needs: ['warm-keychain', 'floor', 'keytar-read', 'node'],
      of: (cost) => (cost('warm-keychain') - cost('floor')) / keyRead(cost),
    },
    ratio('warm against `aws configure export-credentials`', 'warm-5', {
      ...{ id: 'aws-export', unit: 'x that', limit: 0.07 },
    }),
    toNode('standalone, warm, file store', 'standalone', 0.6),
    toNode('standalone, warm, keychain', 'standalone-keychain', 1.0),
    toNode('`status`, file store', 'status', 1.3),
    {
      ...{ name: '`status`, keychain, without the key read', limit: 1.3, unit: 'x `node -e 0`' },
      needs: ['status-keychain', 'keytar-read', 'node'],
      of: (cost) => (cost('status-keychain') - keyRead(cost)) / cost('node'),
    },
    toNode('`--help`', 'help', 1.5),
    toNode('cold exchange', 'cold', COLD.get(nodeMajor) ?? COLD_LATER),
  ]
}

function otherBudgets({
  memory,
  sizes,
}: Measured): { name: string; limit: number; got: number | undefined }[] {
  const peak = (id: string) => memory.find((row) => row.id === id)?.median
  const [warm, node] = [peak('warm-5'), peak('node')]
  return [
    {
      name: "peak memory, warm, above Node's own",
      limit: 4,
      got: warm === undefined || node === undefined ? undefined : warm - node,
    },
    {
      name: 'installed size',
      limit: 4,
      got: sizes.installed === undefined ? undefined : sizes.installed / MEGABYTE,
    },
    { name: 'published package', limit: 1, got: sizes.tarball / MEGABYTE },
  ]
}

function costsIn({ timings }: Group, of: 'median' | 'min'): Cost {
  return (id) => timings.find((row) => row.id === id)?.[of] ?? Number.NaN
}
