/**
 * `serve` under steady load while its credentials come and go, and connections that only hang around. STRESS=full: five
 * minutes with credentials of 90 seconds.
 */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { askEndpoint, startServing } from '../e2e/endpoint-client.ts'
import type { ContainerCredentials } from '../e2e/endpoint-client.ts'
import { openStation } from '../e2e/poolkey-process.ts'
import { isFull, printTable, spreadOf } from './single-flight-herd.ts'

const EXCHANGE = 'GetCredentialsForIdentity'
const [SECONDS, LIFE_SECONDS] = isFull ? [300, 90] : [12, 6]
// New ones are due when a third is left.
const PERIOD_MS = (LIFE_SECONDS * 1000 * 2) / 3
const EVERY_MS = 10
const HANGING = 20
// What Node's heap may differ by between two looks at a process that keeps nothing.
const RSS_BOUND_KIB = 24 * 1024

test(`E83, G107: 100 requests a second for ${SECONDS} s across the expiry of its credentials: no error, one exchange a period, flat memory`, async () => {
  const station = await openStation({ credentialsSeconds: LIFE_SECONDS })
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const before = station.emulator.count(EXCHANGE)
  const exchangedAtMs: number[] = []
  station.emulator.faults.set(
    EXCHANGE,
    {
      kind: 'alter',
      alter: (answer) => {
        exchangedAtMs.push(performance.now())
        return answer
      },
    },
    Infinity,
  )
  const serving = await startServing(station)
  const port = Number(new URL(serving.uri).port)
  const hanging = setInterval(() => {
    for (let count = 0; count < HANGING; count += 1) hangAround(port)
  }, 5_000)
  onTestFinished(() => {
    clearInterval(hanging)
  })

  const failures: string[] = []
  const times: number[] = []
  const keys = new Set<string>()
  let leastLeftMs = Infinity
  const rss: number[] = []
  const under: Promise<void>[] = []
  const startedMs = performance.now()
  let asked = 0
  const ask = async () => {
    try {
      const { status, body, ms } = await askEndpoint(serving)
      if (status !== 200) throw new Error(`HTTP ${status}: ${body}`)
      const { AccessKeyId, Expiration } = JSON.parse(body) as ContainerCredentials
      keys.add(AccessKeyId)
      leastLeftMs = Math.min(leastLeftMs, Date.parse(Expiration) - Date.now())
      times.push(ms)
    } catch (error) {
      failures.push(String(error))
    }
  }
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - startedMs
      // A tick that came late is made up for.
      for (; asked < elapsedMs / EVERY_MS; asked += 1) under.push(ask())
      if (elapsedMs / 1000 > rss.length) rss.push(rssOf(serving.child.pid!))
      if (elapsedMs < SECONDS * 1000) return
      clearInterval(timer)
      resolve()
    }, EVERY_MS)
  })
  await Promise.all(under)

  // The first seconds are Node's own: it compiles, and its heap finds its size.
  const settled = rss.slice(Math.floor(rss.length / 6))
  const [atFirst, atLast] = [averageOf(settled.slice(0, 5)), averageOf(settled.slice(-5))]
  const exchanges = station.emulator.count(EXCHANGE) - before
  const gaps = exchangedAtMs.slice(1).map((at, index) => at - exchangedAtMs[index]!)
  const sorted = times.toSorted((one, other) => one - other)
  printTable(
    `endpoint: ${LIFE_SECONDS}-second credentials`,
    [
      ...['seconds', 'requests', 'failed', 'sets of credentials', 'exchanges', 'least life given, s'],
      ...['ms (least / middle / most)', 'ms p99', 'RSS MiB: start, settled, end, most'],
    ],
    [
      [
        ...[SECONDS, asked, failures.length, keys.size, exchanges, (leastLeftMs / 1000).toFixed(1)],
        spreadOf(times),
        sorted[Math.floor(sorted.length * 0.99)]!.toFixed(1),
        [rss[0]!, atFirst, atLast, Math.max(...rss)].map((kib) => (kib / 1024).toFixed(1)).join(', '),
      ],
    ],
  )
  expect(failures).toEqual([])
  expect(asked).toBeGreaterThanOrEqual(SECONDS * 100)
  // The sign-in left a set that was taken over; each period has one exchange, by the timer and by nobody else.
  const periods = (SECONDS * 1000) / PERIOD_MS
  expect(exchanges).toBeGreaterThanOrEqual(Math.floor(periods) - 1)
  expect(exchanges).toBeLessThanOrEqual(Math.ceil(periods) + 1)
  for (const gap of gaps) expect(gap).toBeGreaterThan(PERIOD_MS * 0.8)
  // New ones come before the old are of no more use.
  expect(leastLeftMs).toBeGreaterThan((LIFE_SECONDS * 1000) / 10)
  expect(atLast - atFirst).toBeLessThan(RSS_BOUND_KIB)
})

/** A connection that begins a request and never ends it; the endpoint drops it. */
function hangAround(port: number): void {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET /credentials HTTP/1.1\r\nHost: ')
}

/** Resident memory of a process, in KiB (proc(5)). */
function rssOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

function averageOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
