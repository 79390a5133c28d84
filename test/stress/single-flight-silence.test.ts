/**
 * What servers that say nothing cost a caller in all: connecting takes 3 s at most, an answer 10 s, and what the user pool
 * does not answer is asked for once more. All cases wait side by side; the seconds hold the start of the process, too.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { Fault } from '../../src/emulator/faults.ts'
import { openStation, until } from '../e2e/poolkey-process.ts'
import { letExpire } from '../e2e/expiry.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { isFull, printTable } from './single-flight-herd.ts'

const COMMAND = ['credential-process', '--profile', 'dev']
const REFRESH = 'token:refresh_token'
const EXCHANGE = 'GetCredentialsForIdentity'
const STILL_SERVING_MS = 5 * 60_000
// For a machine that is busy with other things.
const SLACK_SECONDS = 20

interface Case {
  name: string
  /** Operations with their fault; `nobody`: no connection is accepted any more. */
  faults: [string, Fault][] | 'nobody'
  /** Whether there are credentials that new ones are due for but that still serve. */
  isServing?: boolean
  prepare?: (station: Station) => void | Promise<void>
  /** Asks when another caller is already waiting. */
  isSecond?: boolean
  code: number
  seconds: number
  /** Only in a full run. */
  isLong?: boolean
}

const silent = (...operations: string[]): [string, Fault][] =>
  operations.map((operation) => [operation, { kind: 'silence' }])
const throttled = (operation: string, retryAfterSeconds: number): [string, Fault][] => [
  [operation, { kind: 'throttled', retryAfterSeconds }],
]
const withRole = (station: Station) => {
  const { webIdentity } = station.emulator.roles
  station.configure({ cognito_identity_pool_id: undefined, cognito_role_arn: webIdentity })
}

const CASES: Case[] = [
  { name: 'token endpoint silent', faults: silent(REFRESH), code: 6, seconds: 20, isLong: true },
  {
    name: 'token endpoint silent, credentials that still serve',
    faults: silent(REFRESH),
    isServing: true,
    code: 0,
    seconds: 20,
    isLong: true,
  },
  {
    name: 'the same beside somebody who refreshes',
    faults: silent(REFRESH),
    isServing: true,
    isSecond: true,
    code: 0,
    seconds: 3,
  },
  {
    name: 'token endpoint silent, beside somebody who refreshes',
    faults: silent(REFRESH),
    isSecond: true,
    code: 6,
    seconds: 18,
    isLong: true,
  },
  { name: 'identity pool silent', faults: silent(EXCHANGE), code: 6, seconds: 10 },
  {
    name: 'identity pool silent, credentials that still serve',
    faults: silent(EXCHANGE),
    isServing: true,
    code: 0,
    seconds: 10,
  },
  {
    name: 'STS silent',
    faults: silent('AssumeRoleWithWebIdentity'),
    prepare: withRole,
    code: 6,
    seconds: 10,
  },
  {
    name: 'keys silent after the user pool changed them',
    faults: silent('jwks'),
    prepare: ({ emulator }) => emulator.rotateSigningKeys(),
    code: 6,
    seconds: 20,
    isLong: true,
  },
  { name: 'no connection', faults: 'nobody', code: 6, seconds: 6 },
  {
    name: 'no connection, credentials that still serve',
    faults: 'nobody',
    isServing: true,
    code: 0,
    seconds: 6,
  },
  {
    name: 'token endpoint throttling, Retry-After: 15',
    faults: throttled(REFRESH, 15),
    code: 6,
    seconds: 30,
    isLong: true,
  },
  { name: 'token endpoint throttling, Retry-After: 16', faults: throttled(REFRESH, 16), code: 6, seconds: 0 },
  {
    name: 'identity pool throttling, Retry-After: 15',
    faults: throttled(EXCHANGE, 15),
    code: 6,
    // The SDK waits for some seconds at most, whatever it is told.
    seconds: 8,
    isLong: true,
  },
]

const rows: (string | number)[][] = []

afterAll(() => {
  printTable('servers that say nothing', ['case', 'exit code', 'seconds', 'requests'], rows)
})

test('a server that says nothing costs a bounded time, and credentials that still serve are handed out after it', async () => {
  const cases = CASES.filter(({ isLong = false }) => isFull || !isLong)
  const stations = await Promise.all(cases.map(async (one) => ({ one, station: await openCase(one) })))
  const outcomes = await Promise.all(stations.map(({ one, station }) => measure(one, station)))
  for (const { one, outcome, requests } of outcomes) {
    rows.push([one.name, outcome.code ?? '?', (outcome.ms / 1000).toFixed(1), requests])
  }
  for (const { one, outcome } of outcomes) {
    expect(outcome, one.name).toMatchObject({ code: one.code })
    expect(outcome.ms / 1000, one.name).toBeGreaterThanOrEqual(one.seconds)
    expect(outcome.ms / 1000, one.name).toBeLessThan(one.seconds + SLACK_SECONDS)
  }
})

async function openCase({ faults, isServing = false, prepare }: Case): Promise<Station> {
  const station = await openStation({ rotation: { graceSeconds: 60 } })
  expect(await station.signIn()).toMatchObject({ code: 0 })
  letExpire(station, isServing ? STILL_SERVING_MS : undefined)
  await prepare?.(station)
  if (faults === 'nobody') await acceptNobody(station)
  else for (const [operation, fault] of faults) station.emulator.faults.set(operation, fault, 100)
  return station
}

async function measure(one: Case, station: Station) {
  const { emulator } = station
  const seen = emulator.requests.length
  if (one.isSecond === true) {
    station.start(COMMAND)
    await until(() => emulator.requests.length > seen)
  }
  const outcome = await station.run(COMMAND)
  return { one, outcome, requests: emulator.requests.length - seen }
}

/** In the emulator's place a process that is stopped, with as many connections waiting as the system takes for it. */
async function acceptNobody({ emulator }: Station): Promise<void> {
  const port = Number(new URL(emulator.origin).port)
  await emulator.stop()
  const script = `require('net').createServer().listen(${port}, '127.0.0.1', 1, () => console.log('listening'))`
  const stopped = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => {
    stopped.kill('SIGKILL')
  })
  await once(stopped.stdout, 'data')
  stopped.kill('SIGSTOP')
  for (let queued = 0; queued < 4; queued += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    onTestFinished(() => {
      socket.destroy()
    })
  }
}
