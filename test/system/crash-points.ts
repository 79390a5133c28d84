/**
 * Programs under strace: which system calls one makes about a folder, and what becomes of the folder when one of those
 * fails, or the program is killed just before it. Only the first thread is traced, where all of Node's synchronous file
 * calls are made, so that the n-th call of a name is the same one in every run.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram } from '../e2e/poolkey-process.ts'
import type { Environment, Outcome } from '../e2e/poolkey-process.ts'

/** What to run. `folder`: what its calls are about. */
export interface Traced {
  folder: string
  program: string
  words: string[]
  env: Environment
}

/** One call about the folder. */
export interface Call {
  name: string
  /** Which one of that name it is in its process. */
  nth: number
  /** Which one of that name it is about the folder. */
  nthHere: number
  /** The call itself, without what is random. */
  line: string
  /** What it closes was open for writing: network file systems tell at the closing that a write came to nothing. */
  isClosingWritten: boolean
}

/** What happens instead of a call. */
export type Fault = 'kill' | 'EIO' | 'ENOSPC' | 'EROFS' | 'EPERM' | 'EOPNOTSUPP' | 'ENOSYS' | 'EINVAL'

// Node makes a few calls more or less at its start, as it finds the machine.
const SHIFTS = [0, 0, 1, -1, 2, -2, 3, -3]

/** The calls of a run that nothing happens to, as strace shows them; `calls` are those about the folder. */
export async function trace(what: Traced): Promise<{ outcome: Outcome; lines: string[]; calls: Call[] }> {
  const { outcome, lines } = await strace(what, ['-e', 'trace=%file,%desc'])
  const counts = new Map<string, { all: number; here: number }>()
  const written = new Set<string>()
  const calls: Call[] = []
  for (const line of lines) {
    const name = nameOf(line)
    if (name === undefined) continue
    const before = counts.get(name) ?? { all: 0, here: 0 }
    const isHere = isAbout(what.folder, line)
    const count = { all: before.all + 1, here: before.here + (isHere ? 1 : 0) }
    counts.set(name, count)
    const [, opened] = /O_(?:WRONLY|RDWR).* = (\d+)</.exec(line) ?? []
    if (opened !== undefined) written.add(opened)
    const [, closed = ''] = /^close\((\d+)/.exec(line) ?? []
    const isClosingWritten = written.delete(closed)
    if (isHere)
      calls.push({
        name,
        nth: count.all,
        nthHere: count.here,
        line: withoutChance(what.folder, line),
        isClosingWritten,
      })
  }
  return { outcome, lines, calls }
}

/** Runs what `place` puts in place anew, with that happening at a call. Throws when no run of some comes to that call. */
export async function runWith<T extends { what: Traced }>(
  place: () => T,
  { call, fault }: { call: Call; fault: Fault },
  running: (placed: T, outcome: Promise<Outcome>) => Promise<void>,
): Promise<T & { outcome: Outcome }> {
  for (const shift of SHIFTS.filter((one) => call.nth + one > 0)) {
    const placed = place()
    const run = strike(placed.what, { ...call, nth: call.nth + shift }, fault)
    await running(
      placed,
      run.then(({ outcome }) => outcome),
    )
    const { outcome, isHit } = await run
    if (isHit) return { ...placed, outcome }
  }
  throw new Error('no run came to it')
}

async function strike(what: Traced, call: Call, fault: Fault): Promise<{ outcome: Outcome; isHit: boolean }> {
  const { name, nth, nthHere, line } = call
  const inject = `${name}:${fault === 'kill' ? 'signal=SIGKILL' : `error=${fault}`}:when=${nth.toString()}`
  const { outcome, lines } = await strace(what, ['-e', `trace=${name}`, '-e', `inject=${inject}`])
  const upToHit = lines.filter((one) => nameOf(one) === name).slice(0, nth)
  const isSame = upToHit.length === nth && withoutChance(what.folder, upToHit.at(-1) ?? '') === line
  const isHit = isSame && upToHit.filter((one) => isAbout(what.folder, one)).length === nthHere
  return { outcome, isHit }
}

/** A run in which every call of these names fails. */
export async function runFailing(
  what: Traced,
  names: string[],
  fault: Exclude<Fault, 'kill'>,
): Promise<Outcome> {
  const set = names.join(',')
  const { outcome, lines } = await strace(what, ['-e', `trace=${set}`, '-e', `inject=${set}:error=${fault}`])
  if (!lines.some((line) => line.endsWith('(INJECTED)'))) throw new Error(`nothing of ${set} was called`)
  return outcome
}

/** What can become of a call: a kill before it, and the errors of a disk that breaks, is full or cannot be written. */
export function faultsOf({ name, line, isClosingWritten }: Call): Fault[] {
  // Linux never fails to close what was only read.
  if (name === 'close') return isClosingWritten ? ['kill', 'EIO', 'ENOSPC'] : ['kill']
  const isMaking = name.startsWith('open') ? line.includes('O_CREAT') : /^(mkdir|link|rename)/.test(name)
  const needsRoom = isMaking || /^(p?write|fsync|fdatasync)/.test(name)
  const isChange = isMaking || /^(unlink|rmdir|f?chmod)/.test(name)
  return [
    'kill',
    'EIO',
    ...(needsRoom ? (['ENOSPC'] as const) : []),
    ...(isChange ? (['EROFS'] as const) : []),
  ]
}

/** Does all of it for each item, a few at a time. */
export async function forEachAtOnce<T>(items: T[], act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item)
  }
  await Promise.all(Array.from({ length: 3 }, worker))
}

async function strace(
  { program, words, env }: Traced,
  options: string[],
): Promise<{ outcome: Outcome; lines: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'poolkey-strace-'))
  const log = join(folder, 'log')
  try {
    // -y: what a descriptor stands for; -s: whole paths.
    const always = ['-qq', '-y', '-s', '4096', '-o', log]
    const outcome = await startProgram('strace', [...always, ...options, program, ...words], env).ended
    return { outcome, lines: readFileSync(log, 'latin1').split('\n') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function nameOf(line: string): string | undefined {
  return /^(\w+)\(/.exec(line)?.[1]
}

function isAbout(folder: string, line: string): boolean {
  const at = line.indexOf(folder)
  if (at < 0 || line.startsWith('execve(')) return false
  return /["/>]/.test(line.charAt(at + folder.length))
}

// The name, the paths and how they are opened: neither numbers and random names, nor what is written, nor the result.
function withoutChance(folder: string, line: string): string {
  const asked = line
    .replace(/\)\s+= [^=]*$/, '')
    .replace(/^((?:p?write|read)\w*\([^,]*),.*/, '$1')
    .replaceAll(/AT_FDCWD<[^>]*>/g, '')
  const parts = asked.match(/"\/[^"]*"|<\/[^>]*>|\bO_\w+/g) ?? []
  return [nameOf(line) ?? '', ...parts]
    .join(' ')
    .replaceAll(folder, '')
    .replaceAll(/poolkey-(?!lock")[\w-]+/g, '*')
    .replaceAll(/\b[0-9a-f]{12,}\b/g, '*')
}
