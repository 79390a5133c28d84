/** Refreshes that are killed at random instants, where each refresh token works once, or once more for a while. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseSession } from '../../src/broker/session-entry.ts'
import { listEntries, readEntry } from '../../src/vault/entries.ts'
import { readKeyFile } from '../../src/vault/vault-file.ts'
import { answerOf, openStation, startPoolkey, until } from '../e2e/poolkey-process.ts'
import { letExpire } from '../e2e/expiry.ts'
import type { Outcome, Station } from '../e2e/poolkey-process.ts'
import { isFull, printTable, spreadOf } from './single-flight-herd.ts'

const COMMAND = ['credential-process', '--profile', 'dev']
const REFRESH = 'token:refresh_token'
const ENDED =
  'poolkey: error: the session of profile dev has ended\npoolkey: fix: run: poolkey login --profile dev\n'
const ROUNDS_A_STATION = isFull ? 50 : 6
const STATIONS = isFull ? 5 : 1
// Longer than any of them may take on a machine that is busy with other things; a holder that is not known to be dead
// would be waited for 45 s.
const LIMIT_MS = 30_000

const INSTANTS = ['at any instant', 'while it waits', 'before the answer', 'around the write'] as const
type Instant = (typeof INSTANTS)[number]

interface Round {
  graceSeconds: number
  instant: Instant
  /** It came to its end before it was killed. */
  wasFaster: boolean
  /** What the user pool answered to a killed refresh was nowhere on disk. */
  wasLost: boolean
  outcome: Outcome
  /** From the kill to the end of a caller who was waiting beside it. */
  companionMs: number | undefined
}

const rounds: Round[] = []
let temporaries = 0

afterAll(() => {
  const groups = [0, 60].flatMap((graceSeconds) => INSTANTS.map((instant) => ({ graceSeconds, instant })))
  const rows = groups.map(({ graceSeconds, instant }) => {
    const own = rounds.filter((round) => round.graceSeconds === graceSeconds && round.instant === instant)
    const count = (isCounted: (round: Round) => boolean) => own.filter(isCounted).length
    const beside = own.flatMap(({ companionMs }) => (companionMs === undefined ? [] : [companionMs]))
    return [
      graceSeconds,
      instant,
      own.length,
      count(({ wasFaster }) => wasFaster),
      count(({ wasLost }) => wasLost),
      count(({ outcome }) => outcome.code === 0),
      count(({ outcome }) => outcome.code === 4),
      own.length === 0 ? '-' : spreadOf(own.map(({ outcome }) => outcome.ms)),
      beside.length === 0 ? '-' : spreadOf(beside),
    ]
  })
  const heads = [
    'grace',
    'killed',
    'rounds',
    'too late',
    'answer lost',
    'next worked',
    'next: exit 4',
    'ms of the next',
    'ms from the kill to the end of who waited',
  ]
  printTable('rotation: kill -9 (least / middle / most)', heads, rows)
  const waits = rounds.flatMap(({ outcome, companionMs = 0 }) => [outcome.ms, companionMs])
  process.stdout.write(
    `  ${rounds.length} rounds, torn entries: 0, longest wait: ${Math.round(Math.max(...waits))} ms, temporary files left: ${temporaries}\n`,
  )
})

describe.each([0, 60])('E73: with a grace period of %d s', (graceSeconds) => {
  test.each(Array.from({ length: STATIONS }, (_, index) => index + 1))(
    'kill -9 of a refresh leaves the old session or the new one, and the next caller goes on (%d)',
    async () => {
      const station = await openStation({ rotation: { graceSeconds } })
      expect(await station.signIn()).toMatchObject({ code: 0 })
      letExpire(station)
      const usualMs = (await startPoolkey(COMMAND, station.env).ended).ms
      for (let round = 0; round < ROUNDS_A_STATION; round += 1) {
        const instant = INSTANTS[round % INSTANTS.length]!
        const hasCompanion = Math.floor(round / INSTANTS.length) % 2 === 1
        rounds.push(await killOnce(station, { graceSeconds, instant, usualMs, hasCompanion }))
      }
      temporaries += filesOf(station).filter((name) => name.endsWith('.tmp')).length
    },
  )
})

async function killOnce(
  station: Station,
  how: { graceSeconds: number; instant: Instant; usualMs: number; hasCompanion: boolean },
): Promise<Round> {
  const { graceSeconds, instant, usualMs, hasCompanion } = how
  const { emulator } = station
  letExpire(station)
  const tokenBefore = readSessionOf(station).refreshToken
  const seen = emulator.requests.length
  const killer = prepareKill(station, instant)
  const callers = Array.from({ length: hasCompanion ? 2 : 1 }, () => startPoolkey(COMMAND, station.env))
  const ended = Promise.all(
    callers.map(async (caller) => ({ outcome: await caller.ended, endedAtMs: performance.now() })),
  )
  if (instant === 'at any instant') {
    await pause(Math.random() * 1.1 * usualMs)
    killer.kill(callers[0]!.child.pid)
  }
  const endings = await ended
  killer.stop()
  const victims = endings.filter(({ outcome }) => outcome.signal === 'SIGKILL')
  const survivors = endings.filter(({ outcome }) => outcome.signal !== 'SIGKILL')
  expectWhole(station)

  const refreshes = refreshesSince(station, seen)
  const isTokenOnDisk = readSessionOf(station).refreshToken === tokenBefore
  // Killed between the two writes it has stored the next token, which whoever waited has sent.
  const wasSentAgain = refreshes.length > 1 && refreshes[1]?.token === refreshes[0]?.token
  const wasLost = victims.length > 0 && refreshes[0]?.status === 200 && (isTokenOnDisk || wasSentAgain)
  const outcome = await startPoolkey(COMMAND, station.env).ended
  for (const one of [...survivors.map((survivor) => survivor.outcome), outcome]) {
    expect(one.ms, JSON.stringify(one)).toBeLessThan(LIMIT_MS)
    if (wasLost && graceSeconds === 0) expect(one).toMatchObject({ code: 4, stdout: '', stderr: ENDED })
    else answerOf(one)
  }
  expectWhole(station)
  if (outcome.code === 4) await expectCleanEnd(station, seen)
  const [survivor] = survivors
  return {
    graceSeconds,
    instant,
    wasFaster: victims.length === 0,
    wasLost,
    outcome,
    companionMs: victims.length > 0 && survivor ? survivor.endedAtMs - killer.killedAtMs() : undefined,
  }
}

interface Killer {
  kill: (pid: number | undefined) => void
  killedAtMs: () => number
  /** What has not happened by now shall not happen to the next. */
  stop: () => void
}

/** Has whoever refreshes killed at an instant of it; `at any instant` is the caller's own. */
function prepareKill(station: Station, instant: Instant): Killer {
  const { emulator } = station
  let killedAtMs = 0
  let isOver = false
  const kill = (pid: number | undefined) => {
    if (pid === undefined || isOver) return
    killedAtMs = performance.now()
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has just ended by itself.
    }
  }
  const killHolder = () => {
    kill(sessionLockPid(station))
  }
  if (instant === 'while it waits') {
    const before = emulator.count(REFRESH)
    const killed = until(() => emulator.count(REFRESH) > before, 60_000).then(killHolder)
    emulator.faults.set(REFRESH, { kind: 'hold', until: killed })
  } else if (instant !== 'at any instant') {
    emulator.faults.set(REFRESH, {
      kind: 'alter',
      alter: (answer) => {
        if (instant === 'before the answer') killHolder()
        else setTimeout(killHolder, Math.random() * 40)
        return answer
      },
    })
  }
  return {
    kill,
    killedAtMs: () => killedAtMs,
    stop: () => {
      isOver = true
      emulator.faults.clear(REFRESH)
    },
  }
}

/** The refused token ended the session: it is not sent again, and a sign-in mends it. */
async function expectCleanEnd(station: Station, seen: number): Promise<void> {
  const [first, ...more] = refreshesSince(station, seen)
  expect(more).toEqual([{ token: first!.token, status: 400 }])
  const again = await startPoolkey(COMMAND, station.env).ended
  expect(again).toMatchObject({ code: 4, stdout: '', stderr: ENDED })
  expect(refreshesSince(station, seen)).toHaveLength(2)
  expect(await station.signIn()).toMatchObject({ code: 0 })
}

function refreshesSince({ emulator }: Station, seen: number) {
  return emulator.requests
    .slice(seen)
    .filter(({ operation }) => operation === REFRESH)
    .map(({ body, status }) => ({ token: new URLSearchParams(body).get('refresh_token'), status }))
}

/** Every entry can be opened: none is torn. */
function expectWhole(station: Station): void {
  const { stateFolder: folder } = station
  const key = readKeyFile(folder)!
  const kinds = listEntries(folder).map((name) => readEntry({ folder, key, name }).kind)
  expect(new Set(kinds)).toEqual(new Set(['found']))
}

function readSessionOf({ stateFolder: folder }: Station) {
  const name = listEntries(folder).find((one) => one.startsWith('session-'))!
  const entry = readEntry({ folder, key: readKeyFile(folder)!, name })
  if (entry.kind !== 'found') throw new Error(`the session is ${entry.kind}`)
  const session = parseSession(entry.plaintext)
  if (session.state === 'ended') return { state: session.state, refreshToken: undefined }
  return { state: session.state, refreshToken: session.refreshToken!.reveal() }
}

/** Who holds the lock under which refresh tokens are spent. */
function sessionLockPid(station: Station): number | undefined {
  const name = filesOf(station).find((one) => /^locks\/session-\w+\.lock$/.test(one))
  if (name === undefined) return undefined
  try {
    const [line = ''] = readFileSync(join(station.stateFolder, name), 'utf8').split('\n')
    return (JSON.parse(line) as { pid: number }).pid
  } catch {
    // It was given up between the two looks.
    return undefined
  }
}

function filesOf(station: Station): string[] {
  return readdirSync(station.stateFolder, { recursive: true, encoding: 'utf8' })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
