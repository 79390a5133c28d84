/** What an edit of a configuration file changes, line by line, for people to look at; secrets are left out. Pure. */
import { splitLines } from './config-text.ts'

/** A line of a unified diff; `hunk` tells where the lines below it stand. */
export interface DiffLine {
  kind: 'file' | 'hunk' | 'added' | 'removed' | 'same'
  /** With its mark: `+`, `-` or a blank. */
  text: string
}

interface Step {
  kind: 'added' | 'removed' | 'same'
  line: string
  /** Lines of the old and of the new text before this one. */
  before: number
  after: number
}

const CONTEXT = 3
// Beyond that many comparisons the lines between the first and the last difference are shown as replaced.
const MOST_COMPARISONS = 4_000_000

/** The unified diff of two texts of one file; empty where they are equal. */
export function unifiedDiff(file: string, before: string, after: string): DiffLine[] {
  const steps = stepsBetween(linesOf(before), linesOf(after))
  const shown = { before: masked(linesOf(before)), after: masked(linesOf(after)) }
  const hunks = hunksOf(steps)
  if (hunks.length === 0) return []
  return [
    { kind: 'file', text: `--- ${file}` },
    { kind: 'file', text: `+++ ${file}` },
    ...hunks.flatMap((hunk): DiffLine[] => [
      { kind: 'hunk', text: headOf(hunk) },
      ...hunk.map((step): DiffLine => {
        const line = step.kind === 'added' ? shown.after[step.after] : shown.before[step.before]
        return { kind: step.kind, text: `${MARKS[step.kind]}${line ?? ''}` }
      }),
    ]),
  ]
}

const MARKS = { added: '+', removed: '-', same: ' ' }

function linesOf(text: string): string[] {
  const lines = splitLines(text)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** Values of keys that hold secrets, with the lines that continue them, are nobody's to see. */
function masked(lines: string[]): string[] {
  let hidden: number | undefined
  return lines.map((line) => {
    const indent = line.length - line.trimStart().length
    if (hidden !== undefined && line.trim() !== '' && indent > hidden)
      return `${line.slice(0, indent)}[hidden]`
    const [, start = '', name = ''] = /^([\s#;]*([^=\s]+)\s*=\s*)/.exec(line) ?? []
    hidden = isSecretName(name) ? indent : undefined
    return hidden === undefined ? line : `${start}[hidden]`
  })
}

function isSecretName(name: string): boolean {
  return /secret|token|passw|passphrase|private|access_key/i.test(name) && !/^cognito_|_file$/i.test(name)
}

function stepsBetween(before: string[], after: string[]): Step[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let end = 0
  const least = Math.min(before.length, after.length) - start
  while (end < least && before.at(-1 - end) === after.at(-1 - end)) end += 1
  const middle = middleSteps(before.slice(start, before.length - end), after.slice(start, after.length - end))
  const steps: Step[] = []
  let [old, now] = [0, 0]
  const push = (kind: Step['kind'], line: string) => {
    steps.push({ kind, line, before: old, after: now })
    if (kind !== 'added') old += 1
    if (kind !== 'removed') now += 1
  }
  for (const line of before.slice(0, start)) push('same', line)
  for (const { kind, line } of middle) push(kind, line)
  for (const line of before.slice(before.length - end)) push('same', line)
  return steps
}

/** By the longest common subsequence. */
function middleSteps(before: string[], after: string[]): Pick<Step, 'kind' | 'line'>[] {
  const removed = before.map((line) => ({ kind: 'removed' as const, line }))
  const added = after.map((line) => ({ kind: 'added' as const, line }))
  if (before.length * after.length > MOST_COMPARISONS) return [...removed, ...added]
  const common = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0))
  const at = (row: number, column: number) => common[row]?.[column] ?? 0
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      const best =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
      common[row]?.splice(column, 1, best)
    }
  }
  const steps: Pick<Step, 'kind' | 'line'>[] = []
  let [row, column] = [0, 0]
  while (row < before.length || column < after.length) {
    const [old, now] = [before[row], after[column]]
    if (old !== undefined && old === now) {
      steps.push({ kind: 'same', line: old })
      row += 1
      column += 1
    } else if (old !== undefined && (now === undefined || at(row + 1, column) >= at(row, column + 1))) {
      steps.push({ kind: 'removed', line: old })
      row += 1
    } else if (now !== undefined) {
      steps.push({ kind: 'added', line: now })
      column += 1
    }
  }
  return steps
}

function hunksOf(steps: Step[]): Step[][] {
  const hunks: Step[][] = []
  let last = -Infinity
  steps.forEach((step, index) => {
    if (step.kind === 'same') return
    const from = Math.max(index - CONTEXT, 0)
    // Overlapping ones are one.
    const hunk = from <= last ? hunks.at(-1) : undefined
    const begin = hunk ? last + 1 : from
    const end = Math.min(index + CONTEXT, steps.length - 1)
    const lines = steps.slice(begin, end + 1)
    if (hunk) hunk.push(...lines)
    else hunks.push(lines)
    last = end
  })
  return hunks
}

function headOf(hunk: Step[]): string {
  const before = hunk.filter(({ kind }) => kind !== 'added').length
  const after = hunk.filter(({ kind }) => kind !== 'removed').length
  const first = hunk[0] ?? { before: 0, after: 0 }
  // An empty side counts from the line before it (POSIX, diff -u).
  const range = (start: number, count: number) => `${count === 0 ? start : start + 1},${count}`
  return `@@ -${range(first.before, before)} +${range(first.after, after)} @@`
}
