/** The tables that people read, as Markdown. Pure. */
import type { Comparison } from './budgets.ts'
import type { NodeMeasured } from './measure-node.ts'
import type { Memory } from './memory.ts'
import type { Group } from './rounds.ts'
import type { Sizes } from './sizes.ts'

/** The machine and the day; nothing that names either. */
export interface Circumstances {
  cpu: string
  cores: number
  system: string
  date: string
  /** The machine's load average when the bench began. */
  load: number
  rounds: number
}

const METHOD = `Written by \`npm run bench\`. In each round every path of a group has its turn, in an order drawn anew; a run counts from
before its process is made until it has ended, in milliseconds. Ratios are of medians within the group (min/min: of the fastest
runs). Each run has a clean environment: a HOME of its own, no NODE_OPTIONS, no NODE_EXTRA_CA_CERTS, no POOLKEY_* besides the
passphrase. \`floor.cjs\` reads and decrypts the same sealed credentials and does nothing else.`

const LARGE_CHUNK_BYTES = 10_000
const MEGABYTE = 1_000_000

/** What stands before all tables. */
export function headText({ cpu, cores, system, date, rounds, load }: Circumstances): string {
  const machine = `${cpu}, ${cores} cores, ${system}`
  return paragraphs([
    '# Measurements',
    METHOD,
    `${date} · ${machine} · ${rounds} rounds · load ${load.toFixed(1)} before`,
  ])
}

/** What one Node's run came to. */
export function nodeText(measured: NodeMeasured, comparison: Comparison): string {
  const { nodeVersion, groups, coldParts, coldRequests, memory, gaps } = measured
  return paragraphs([
    `## Node ${nodeVersion.replace('v', '')}`,
    '### Budgets',
    budgetTable(comparison),
    ...(comparison.notMeasured.length === 0 ? [] : [`Not measured: ${comparison.notMeasured.join('; ')}.`]),
    ...groups.flatMap((group) => [`### ${group.title}`, groupTable(group)]),
    '### Cold exchange by part (medians)',
    table(
      ['part', 'ms'],
      coldParts.map(({ name, ms }) => [name, fixed(ms, 1)]),
    ),
    `Requests of one: ${coldRequests.join(', ')}.`,
    '### Peak memory (VmHWM, told by a preloaded file; helper processes are not in it)',
    memoryTable(memory),
    ...gaps.map((gap) => `Not measured, ${gap}.`),
  ])
}

export function sizesText(sizes: Sizes): string {
  return paragraphs(['## Sizes', sizeTable(sizes)])
}

/** One line for each budget that was missed. */
export function missedBudgets(comparison: Comparison): string[] {
  return comparison.verdicts
    .filter(({ isMet }) => !isMet)
    .map(({ name, got, limit, unit }) => `${name}: ${fixed(got, 2)} ${unit}, budget ${limit}`)
}

function budgetTable({ verdicts }: Comparison): string {
  return table(
    ['path', 'budget', 'median', 'min/min', ''],
    verdicts.map(({ name, limit, unit, got, gotOfMinima, isMet }) => [
      name,
      `<= ${limit} ${unit}`,
      fixed(got, 3),
      gotOfMinima === undefined ? '' : fixed(gotOfMinima, 3),
      isMet ? 'met' : 'MISSED',
    ]),
  )
}

function groupTable({ timings }: Group): string {
  const base = (id: string) => timings.find((row) => row.id === id)
  const [node, floor] = [base('node'), base('floor')]
  const ratio = (value: number, to: number | undefined) => (to === undefined ? '' : fixed(value / to, 2))
  return table(
    ['path', 'min', 'median', 'p90', 'x node', 'x floor', 'x node (min/min)', 'x floor (min/min)'],
    timings.map(({ name, min, median, p90 }) => [
      name,
      ...[min, median, p90].map((value) => fixed(value, 1)),
      ...[ratio(median, node?.median), ratio(median, floor?.median)],
      ...[ratio(min, node?.min), ratio(min, floor?.min)],
    ]),
  )
}

function memoryTable(memory: Memory[]): string {
  const node = memory.find(({ id }) => id === 'node')?.median ?? 0
  return table(
    ['path', 'MB', "above Node's own"],
    memory.map(({ name, median }) => [name, fixed(median, 1), fixed(median - node, 1)]),
  )
}

function sizeTable({ tarball, unpacked, files, installed, chunks }: Sizes): string {
  const large = chunks.filter(({ name, bytes }) => bytes >= LARGE_CHUNK_BYTES || name === 'warm-start.cjs')
  const rest = chunks.filter((chunk) => !large.includes(chunk))
  const sum = (some: typeof chunks) => some.reduce((total, { bytes }) => total + bytes, 0)
  const bytesOf = (bytes: number) => bytes.toLocaleString('en')
  // What follows the last hyphen changes with the content.
  const nameOf = (name: string) => name.replace(/-[\w-]{8}\.cjs$/, '.cjs')
  return table(
    ['', 'bytes'],
    [
      ['published package', bytesOf(tarball)],
      [`unpacked, ${files} files`, bytesOf(unpacked)],
      [
        'installed with its dependency',
        installed === undefined
          ? 'not measured'
          : `${bytesOf(installed)} (${fixed(installed / MEGABYTE, 2)} MB)`,
      ],
      [`all ${chunks.length} chunks`, bytesOf(sum(chunks))],
      ...large.map(({ name, bytes }) => [`chunk \`${nameOf(name)}\``, bytesOf(bytes)]),
      [`${rest.length} smaller chunks`, bytesOf(sum(rest))],
    ],
  )
}

function paragraphs(texts: string[]): string {
  return `${texts.join('\n\n')}\n`
}

function fixed(value: number, digits: number): string {
  return value.toFixed(digits)
}

// Padded, because it is read in a terminal as well. The first column is text, the others are numbers or short.
function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
