/**
 * A lock whose users are killed and stopped at random instants: never two inside, never a wait without end. STRESS=full
 * makes 200 rounds of it.
 */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { bundled } from '../vault/bundle.ts'
import type { Order } from './locks-child.ts'

const isFull = process.env['STRESS'] === 'full'
const childPath = bundled('test/stress/locks-child.ts', { packages: false })
const WORKERS = 4
// For what hangs, not for what is slow.
const LIMIT_MS = 30_000
const rows: string[] = []

interface Worker {
  child: ChildProcessByStdio<null, Readable, null>
  pid: number
  /** When it got in, by the clock. */
  enteredAt: number[]
  /** The processes it was refused for, in the order of the refusals. */
  waitedFor: string[]
}

/** Workers at one lock. */
class Crowd {
  readonly folder = mkdtempSync(join(tmpdir(), 'poolkey-stress-'))
  readonly two: string[] = []
  workers: Worker[] = []
  entries = 0
  readonly #order: Omit<Order, 'folder'>

  constructor(order: Omit<Order, 'folder'>) {
    this.#order = order
    onTestFinished(async () => {
      await Promise.all(this.workers.map((worker) => this.kill(worker)))
      rmSync(this.folder, { recursive: true, force: true })
    })
  }

  /** Starts workers until there are enough; `host` tells them apart where each is to be another machine. */
  async complete(hostOf: (index: number) => Pick<Order, 'host'> = () => ({})): Promise<void> {
    const missing = Array.from({ length: WORKERS - this.workers.length }, (_, index) => hostOf(index))
    for (const host of missing)
      this.workers.push(this.#start({ ...this.#order, ...host, folder: this.folder }))
    await Promise.all(
      this.workers.map(({ enteredAt, waitedFor }) =>
        eventually(() => enteredAt.length + waitedFor.length > 0, 'a worker at work'),
      ),
    )
  }

  #start(order: Order): Worker {
    const child = spawn(process.execPath, [childPath(), JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const worker: Worker = { child, pid: child.pid ?? 0, enteredAt: [], waitedFor: [] }
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const value = line.slice(line.lastIndexOf(' ') + 1)
        if (line.startsWith('in ')) worker.enteredAt.push(Number(value))
        else if (line.startsWith('waited ')) worker.waitedFor.push(value)
        else this.two.push(line)
        if (line.startsWith('in ')) this.entries += 1
      }
    })
    return worker
  }

  async kill(worker: Worker): Promise<void> {
    this.workers = this.workers.filter((one) => one !== worker)
    const { child } = worker
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  /** Whoever holds the lock in this instant. */
  holder(): Worker | undefined {
    try {
      const { pid } = JSON.parse(readFileSync(join(this.folder, 'shared.lock'), 'utf8').split('\n')[0] ?? '') as { pid: number } // prettier-ignore
      return this.workers.find((worker) => worker.pid === pid)
    } catch {
      // Between two holders.
      return undefined
    }
  }

  /** Whoever holds the lock next. */
  async anyHolder(): Promise<Worker> {
    let worker: Worker | undefined
    await eventually(() => (worker = this.holder()) !== undefined, 'a holder')
    if (worker === undefined) throw new Error('no holder')
    return worker
  }

  /** A holder that was stopped while it held the lock, and holds it still. */
  async stoppedHolder(): Promise<Worker> {
    for (;;) {
      const worker = await this.anyHolder()
      worker.child.kill('SIGSTOP')
      await eventually(() => stateOf(worker.pid) === 'T', 'a stopped worker')
      if (this.holder() === worker) return worker
      worker.child.kill('SIGCONT')
      await setTimeout(Math.random() * 5)
    }
  }

  /** How long it takes from `sinceMs` until somebody gets in. */
  async nextEntry(sinceMs: number): Promise<number> {
    const later = () => this.workers.flatMap(({ enteredAt }) => enteredAt.filter((at) => at > sinceMs))
    await eventually(() => later().length > 0, 'somebody inside')
    return Math.min(...later()) - sinceMs
  }
}

function stateOf(pid: number): string | undefined {
  const text = readFileSync(`/proc/${pid.toString()}/stat`, 'latin1')
  return text.slice(text.lastIndexOf(')') + 2)[0]
}

async function eventually(isSo: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + LIMIT_MS
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`not within ${LIMIT_MS.toString()} ms: ${what}`)
    await setTimeout(2)
  }
}

function tell(what: string, rounds: number, { crowd, waitsMs }: { crowd: Crowd; waitsMs: number[] }): void {
  const sorted = waitsMs.toSorted((one, other) => one - other)
  const [least, median, most] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((at) => sorted[at])
  const numbers = [rounds, crowd.entries, crowd.two.length, least, median, most]
  rows.push(`${what.padEnd(54)}${numbers.map((number) => String(number).padStart(9)).join('')}`)
}

afterAll(() => {
  const titles = ['rounds', 'entries', 'two in', 'min ms', 'median', 'longest']
  const head = `${'wait from the event to the next one in'.padEnd(54)}${titles.map((title) => title.padStart(9)).join('')}`
  process.stdout.write(`\n${[head, ...rows].join('\n')}\n`)
})

const HERE: Omit<Order, 'folder'> = { patienceMs: 20_000, silenceMs: 30_000, hasLinks: true }

const anybody = (crowd: Crowd) => Promise.resolve(crowd.workers[Math.floor(Math.random() * WORKERS)])
const holder = (crowd: Crowd) => crowd.anyHolder()
const NO_LINKS = { ...HERE, silenceMs: 1_000, hasLinks: false }

test.each([
  ['E72: kill -9 of anybody', { choose: anybody, order: HERE, few: 8 }],
  ['E72: kill -9 of the holder', { choose: holder, order: HERE, few: 8 }],
  ['E72, E78: without hard links kill -9 of the holder', { choose: holder, order: NO_LINKS, few: 6 }],
])(
  '%s at a random instant lets the next one in soon, and never two',
  async (what, { choose, order, few }) => {
    const rounds = isFull ? 200 : few
    const crowd = new Crowd(order)
    const waitsMs: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      await crowd.complete()
      await setTimeout(Math.random() * 20)
      const worker = await choose(crowd)
      if (worker === undefined) throw new Error('nobody to kill')
      const killedMs = Date.now()
      await crowd.kill(worker)
      waitsMs.push(await crowd.nextEntry(killedMs))
      expect(crowd.two).toEqual([])
    }
    tell(what, rounds, { crowd, waitsMs })
  },
)

test('E72: a stopped holder keeps everybody out, is named to all who wait, and goes on or dies without harm', async () => {
  const rounds = isFull ? 200 : 6
  const crowd = new Crowd({ ...HERE, patienceMs: 150 })
  const waitsMs: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    await crowd.complete()
    await setTimeout(Math.random() * 20)
    const stopped = await crowd.stoppedHolder()
    const others = crowd.workers.filter((worker) => worker !== stopped)
    const before = others.map(({ enteredAt, waitedFor }) => [enteredAt.length, waitedFor.length] as const)
    // The first refusal may be for the holder before; the second began when this one was stopped.
    await eventually(
      () => others.every(({ waitedFor }, index) => waitedFor.length >= (before[index]?.[1] ?? 0) + 2),
      'refusals of all others',
    )
    others.forEach(({ enteredAt, waitedFor }, index) => {
      // What was said before the stop may be read after it.
      expect(enteredAt.slice(before[index]?.[0]).filter((at) => at > stoppedAt(stopped))).toEqual([])
      expect(waitedFor.at(-1)).toBe(stopped.pid.toString())
    })
    const goneMs = Date.now()
    if (round % 2 === 0) stopped.child.kill('SIGCONT')
    else await crowd.kill(stopped)
    waitsMs.push(await crowd.nextEntry(goneMs))
    expect(crowd.two).toEqual([])
  }
  tell('E72: SIGSTOP of the holder, then CONT or KILL', rounds, { crowd, waitsMs })
})

// It said so before it was stopped, and nobody was in after it.
function stoppedAt({ enteredAt }: Worker): number {
  return enteredAt.at(-1) ?? 0
}

test('E78: holders on other hosts are never doubted while they live, and taken over when they fell silent', async () => {
  const rounds = isFull ? 40 : 1
  const silenceMs = 3_000
  const crowd = new Crowd({ ...HERE, silenceMs })
  let hosts = 0
  const waitsMs: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    await crowd.complete(() => {
      hosts += 1
      return { host: `host-${hosts.toString()}` }
    })
    await setTimeout(Math.random() * 20)
    const worker = await crowd.anyHolder()
    const killedMs = Date.now()
    await crowd.kill(worker)
    waitsMs.push(await crowd.nextEntry(killedMs))
    expect(crowd.two).toEqual([])
  }
  tell(`E78: kill -9 on another host, silence ${silenceMs.toString()} ms`, rounds, { crowd, waitsMs })
})
