/** What `npm run bench` understands. */
import { parseArgs } from 'node:util'

export const USAGE = `npm run bench -- [options]
  --short            7 rounds of what takes little time, nothing written
  --check            exit 1 when a budget is missed, and name it
  --rounds N         rounds of each group (default 25)
  --node PATH        measure with this Node; may be given more than once
  --nodes            measure with this Node, and with 22 and 24 from the registry
  --standalone PATH  measure this standalone executable as well
`

export interface BenchOptions {
  isShort: boolean
  isChecked: boolean
  rounds: number
  nodes: string[]
  fetchesNodes: boolean
  standalone: string | undefined
}

const FULL_ROUNDS = 25
const SHORT_ROUNDS = 7

/** What the words ask for: a run, the usage, or nothing that it understands. */
export type Asked =
  { kind: 'run'; options: BenchOptions } | { kind: 'help' } | { kind: 'misuse'; problem: string }

export function readOptions(words: string[]): Asked {
  try {
    return parseWords(words)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { kind: 'misuse', problem: error.message }
  }
}

function parseWords(words: string[]): Asked {
  const { values } = parseArgs({
    args: words,
    options: {
      short: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      node: { type: 'string', multiple: true, default: [] },
      nodes: { type: 'boolean', default: false },
      standalone: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return { kind: 'help' }
  const rounds = Number(values.rounds ?? (values.short ? SHORT_ROUNDS : FULL_ROUNDS))
  if (!Number.isInteger(rounds) || rounds < 1) throw new TypeError('--rounds wants a whole number above 0')
  const options = {
    ...{ isShort: values.short, isChecked: values.check, rounds },
    nodes: values.node,
    fetchesNodes: values.nodes,
    standalone: values.standalone,
  }
  return { kind: 'run', options }
}
