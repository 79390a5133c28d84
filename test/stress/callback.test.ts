/**
 * The callback of the built command under fire: slow connections, random requests, many callbacks at once, sockets that
 * nobody closes. What it took is printed; what must hold is the outcome. STRESS=full runs the full numbers.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { openStation, until } from '../e2e/poolkey-process.ts'
import type { Running, Station } from '../e2e/poolkey-process.ts'
import { interceptCallback } from '../sign-in/support/interception.ts'
import { createFuzzer } from './callback-fuzz.ts'

const IS_FULL = process.env['STRESS'] === 'full'
const ROUNDS = IS_FULL ? 20 : 2
const SLOW_CONNECTIONS = 500
const RETURNING_CONNECTIONS = IS_FULL ? 500 : 150
const RETURNS = IS_FULL ? 20 : 1
const FUZZED_REQUESTS = IS_FULL ? 100_000 : 3_000
const CODE_GRANT = 'token:authorization_code'
const MEBIBYTE = 1024 * 1024
// Machines are noisy: the limits are for what hangs, the table tells what is slow.
const GENEROUS_MS = 5_000

const measured: string[][] = [['what', 'rounds', 'least', 'median', 'most']]

afterAll(() => {
  const widths = measured[0]!.map((_cell, column) => Math.max(...measured.map((row) => row[column]!.length)))
  const lines = measured.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
  process.stdout.write(`\n${lines.join('\n')}\n`)
})

function report(what: string, values: number[], unit: string): void {
  const sorted = values.toSorted((one, other) => one - other)
  const [least, median, most] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map(
    (index) => `${Math.round(sorted[index]!)} ${unit}`,
  )
  measured.push([what, String(values.length), least!, median!, most!])
}

interface Waiting {
  station: Station
  login: Running
  port: number
  /** Where the browser of the person who signed in is sent; it has not gone there yet. */
  callback: URL
}

/** A `login` that waits for the browser of somebody who has just signed in. */
async function startLogin(station: Station): Promise<Waiting> {
  const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input', '--force'])
  const callback = await interceptCallback(station.emulator, await login.signInUrl())
  return { station, login, port: Number(callback.port), callback }
}

/** Delivers the callback; gives how long the page took, and how long after it the process was gone. */
async function comeBack({ login, callback }: Waiting): Promise<{ pageMs: number; exitMs: number }> {
  const startedAt = performance.now()
  const page = await fetch(callback)
  expect(await page.text()).toContain('<title>Signed in')
  const shownAt = performance.now()
  expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
  return { pageMs: shownAt - startedAt, exitMs: performance.now() - shownAt }
}

/** A connection that says the beginning of a request and then hardly more; destroyed when the test ends. */
function openSlowSocket(port: number, opening = 'GET /callback?code='): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => {
      socket.write(opening)
      resolve(socket)
    })
    const drip = setInterval(() => socket.write('x'), 1_000)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      clearInterval(drip)
      resolve(socket)
    })
    onTestFinished(() => void socket.destroy())
  })
}

function openSlowSockets(port: number, count: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, () => openSlowSocket(port)))
}

test(`B34: ${SLOW_CONNECTIONS} slow connections do not keep a real sign-in waiting`, async () => {
  const station = await openStation()
  const pages: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const waiting = await startLogin(station)
    const exchanged = station.emulator.count(CODE_GRANT)
    await openSlowSockets(waiting.port, SLOW_CONNECTIONS)
    const { pageMs } = await comeBack(waiting)
    expect(station.emulator.count(CODE_GRANT)).toBe(exchanged + 1)
    expect(pageMs).toBeLessThan(GENEROUS_MS)
    pages.push(pageMs)
  }
  report(`${SLOW_CONNECTIONS} slow connections: callback to page`, pages, 'ms')
})

test(`B34: nor do ${RETURNING_CONNECTIONS} that come again as soon as they are dropped, to one who reloads`, async () => {
  const station = await openStation()
  const ends: number[] = []
  const loads: number[] = []
  let connections = 0
  for (let round = 1; round <= RETURNS; round += 1) {
    const { login, callback, port } = await startLogin(station)
    let isOver = false
    void login.ended.then(() => (isOver = true))
    const comeAgain = async () => {
      while (!isOver) {
        connections += 1
        const socket = await openSlowSocket(port)
        socket.once('end', () => socket.destroy()).resume()
        if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
      }
    }
    const before = connections
    const attackers = Array.from({ length: RETURNING_CONNECTIONS }, comeAgain)
    await until(() => connections - before > 2 * RETURNING_CONNECTIONS)
    const startedAt = performance.now()
    let loaded = 0
    while (station.emulator.count(CODE_GRANT) < round && loaded < 2_000) {
      loaded += 1
      // The connection may be dropped to make room for theirs: the page stays blank.
      await fetch(callback)
        .then((page) => page.text())
        .catch(() => undefined)
    }
    expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
    ends.push(performance.now() - startedAt)
    loads.push(loaded)
    await Promise.all(attackers)
    expect(station.emulator.count(CODE_GRANT)).toBe(round)
  }
  report(`${RETURNING_CONNECTIONS} that come again (${connections} in all): callback to exit`, ends, 'ms')
  report(`${RETURNING_CONNECTIONS} that come again: page loaded`, loads, 'times')
})

test('B33: fifty callbacks at the same time exchange one code', async () => {
  const station = await openStation()
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { login, callback } = await startLogin(station)
    const answers = await Promise.all(Array.from({ length: 50 }, async () => (await fetch(callback)).text()))
    expect(answers.filter((page) => page.includes('<title>Signed in'))).toHaveLength(1)
    expect(answers.filter((page) => page.includes('<title>Already answered'))).toHaveLength(49)
    expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
    expect(station.emulator.count(CODE_GRANT)).toBe(round)
  }
  measured.push(['50 callbacks at once: exchanges', String(ROUNDS), '1', '1', '1'])
})

test('B38: sockets that a browser keeps open do not keep the process', async () => {
  const station = await openStation({ profile: { cognito_identity_pool_id: undefined } })
  const exits: Record<'none' | 'kept', number[]> = { none: [], kept: [] }
  for (let round = 0; round < ROUNDS; round += 1) {
    exits.none.push((await comeBack(await startLogin(station))).exitMs)
    const waiting = await startLogin(station)
    const ask = (target: string) =>
      `GET ${target} HTTP/1.1\r\nHost: localhost:${waiting.port}\r\nConnection: keep-alive\r\n\r\n`
    const openings = ['', 'GET /callback', ask('/favicon.ico'), ask('/callback?code=x&state=y')]
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => openSlowSocket(waiting.port, openings[index % 4])),
    )
    const { exitMs } = await comeBack(waiting)
    expect(exitMs).toBeLessThan(GENEROUS_MS)
    exits.kept.push(exitMs)
  }
  report('page to exit, no other connection', exits.none, 'ms')
  report('page to exit, 40 connections kept open', exits.kept, 'ms')
})

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024
}

function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** Sends bytes, says no more, and gives what came back. Rejects when the other side does not end the connection. */
function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setEncoding('latin1').setTimeout(20_000, () => {
      socket.destroy()
      reject(new Error(`no end to ${JSON.stringify(bytes.toString('latin1').slice(0, 500))}`))
    })
    socket.on('data', (chunk: string) => (received += chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      resolve(received)
    })
    socket.end(bytes)
  })
}

test(`B34, B35: ${FUZZED_REQUESTS} random requests are turned away and slow ones ended, memory stays flat, and the sign-in succeeds`, async () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const waiting = await startLogin(await openStation())
  const { login, callback, port } = waiting
  const pid = login.child.pid!
  const fuzzer = createFuzzer({ seed, port, state: callback.searchParams.get('state')! })
  const kinds = new Map<string, number>()
  const resident: number[] = []
  const filesBefore = openFiles(pid)
  const slow = await openSlowSockets(port, 20)
  const slowSince = performance.now()
  const slowLives = slow.map(async (socket) => {
    await new Promise((resolve) => socket.once('close', resolve).resume())
    return performance.now() - slowSince
  })
  let sent = 0
  const startedAt = performance.now()
  const keepSending = async () => {
    while (sent < FUZZED_REQUESTS) {
      sent += 1
      if (sent % Math.ceil(FUZZED_REQUESTS / 20) === 0) resident.push(residentBytes(pid))
      const bytes = fuzzer.next()
      const answer = await exchange(port, bytes)
      const found = [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => status!)
      const kind = `${found.join(', ') || 'nothing'}${answer.includes('<title>') ? ', a page' : ''}`
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      const isTurnedAway = found.every((status) => status === '100' || status.startsWith('4'))
      expect(isTurnedAway, `seed ${seed}: ${JSON.stringify(bytes.toString('latin1'))}`).toBe(true)
    }
  }
  await Promise.all(Array.from({ length: 40 }, keepSending))
  const seconds = (performance.now() - startedAt) / 1000

  const lives = await Promise.all(slowLives)
  expect(Math.max(...lives)).toBeLessThan(20_000)
  await until(() => openFiles(pid) <= filesBefore)
  // The first half warms it up: buffers, pages, compiled code.
  const [warm, late] = [resident.slice(0, 10), resident.slice(10)].map((part) => Math.max(...part))
  const growth = (late! - warm!) / MEBIBYTE
  const count = String(FUZZED_REQUESTS)
  measured.push(
    [`random requests (seed ${seed})`, count, '', `${Math.round(FUZZED_REQUESTS / seconds)} a second`, ''],
    ['random requests: memory at last beyond memory before', count, '', `${growth.toFixed(1)} MiB`, ''],
    ...[...kinds].toSorted().map(([kind, times]) => [`random requests: ${kind}`, String(times), '', '', '']),
  )
  report(
    'random requests: memory',
    resident.map((bytes) => bytes / MEBIBYTE),
    'MiB',
  )
  report('requests that are never complete: life', lives, 'ms')
  expect(growth).toBeLessThan(20)

  await comeBack(waiting)
  expect(waiting.station.emulator.count(CODE_GRANT)).toBe(1)
})

test('B35: a body without an end is not taken, and memory stays flat', async () => {
  const waiting = await startLogin(await openStation())
  const { port, login } = waiting
  const before = residentBytes(login.child.pid!)
  const chunk = Buffer.alloc(MEBIBYTE, 'x')
  const heads = [
    'Content-Length: 1073741824\r\n\r\n',
    `Transfer-Encoding: chunked\r\n\r\n40000000\r\n`,
    `Expect: 100-continue\r\nContent-Length: 1073741824\r\n\r\n`,
  ]
  const accepted: number[] = []
  for (const head of heads) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.resume().write(`POST /callback HTTP/1.1\r\nHost: localhost:${port}\r\n${head}`)
    for (let sent = 0; sent < 1024 && !socket.destroyed; sent += 1) {
      await new Promise((resolve) => socket.write(chunk, resolve))
    }
    await closed
    accepted.push(socket.bytesWritten / MEBIBYTE)
  }
  report('a body of 1 GiB: taken before the end', accepted, 'MiB')
  expect(Math.max(...accepted)).toBeLessThan(64)
  expect((residentBytes(login.child.pid!) - before) / MEBIBYTE).toBeLessThan(40)
  await comeBack(waiting)
})
