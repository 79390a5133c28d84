/**
 * The built command under a wall clock that is set while it runs, by libfaketime (Debian: faketime). As on a real machine
 * the monotonic clock goes on undisturbed, and the servers keep their own time.
 */
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { answerOf, openStation, until } from '../e2e/poolkey-process.ts'
import type { ProcessAnswer, Station } from '../e2e/poolkey-process.ts'

const COMMAND = ['credential-process', '--profile', 'dev']
const EXCHANGE = 'GetCredentialsForIdentity'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
// When seconds no longer fit into 31 bits.
const END_OF_2038 = Date.UTC(2038, 0, 19, 3, 14, 8)

interface Clocks {
  station: Station
  /** This machine's clock is so far ahead of the real time from now on. */
  setOurs: (aheadMs: number) => void
  /** The servers' clock. */
  setTheirs: (aheadMs: number) => void
  /** The instant by the servers' clock. */
  theirs: () => number
}

/** A station with both clocks set so far ahead, whose commands run under the faked one. */
async function openClocks(aheadMs = 0, env: Record<string, string> = {}): Promise<Clocks> {
  const folder = mkdtempSync(join(tmpdir(), 'poolkey-clock-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'offset')
  const setOurs = (ms: number) => {
    writeFileSync(`${file}.new`, `${ms < 0 ? '-' : '+'}${Math.abs(Math.round(ms / 1000))}\n`)
    renameSync(`${file}.new`, file)
  }
  let theirsMs = aheadMs
  const theirs = () => Date.now() + theirsMs
  setOurs(aheadMs)
  const station = await openStation({
    now: theirs,
    env: {
      LD_PRELOAD: libraryPath(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
      ...env,
    },
  })
  return {
    station,
    setOurs,
    setTheirs: (ms) => {
      theirsMs = ms
    },
    theirs,
  }
}

function libraryPath(): string {
  const found = readdirSync('/usr/lib').flatMap((name) => {
    const folder = join('/usr/lib', name, 'faketime')
    try {
      return readdirSync(folder).map((library) => join(folder, library))
    } catch {
      return []
    }
  })
  const path = found.find((one) => one.endsWith('/libfaketimeMT.so.1'))
  if (path === undefined) throw new Error('libfaketime is missing (Debian: faketime)')
  return path
}

/** Credentials that the servers gave for an hour, some minutes ago at most. */
function expectAlive(answer: ProcessAnswer, { theirs }: Clocks, minutes = 59): void {
  const leftMs = Date.parse(answer.Expiration) - theirs()
  expect(leftMs / MINUTE).toBeGreaterThan(minutes)
  expect(leftMs).toBeLessThanOrEqual(HOUR)
}

test.each([
  ['an hour ahead', HOUR, / clock is 1 h 0 min ahead of the servers'\n/],
  ['an hour back', -HOUR, / clock is 1 h 0 min behind the servers'\n/],
  ['past 2038', END_OF_2038 + DAY - Date.now(), / clock is .+ ahead of the servers'\n/],
])('E81: a clock set %s between two requests does no harm, then or later', async (_, jumpMs, named) => {
  const clocks = await openClocks()
  const { station, setOurs, setTheirs } = clocks
  const { emulator } = station
  expect(await station.signIn()).toMatchObject({ code: 0 })
  // Two requests: for the first role, and with it for the second.
  station.configure({ cognito_chain_role_arn: emulator.roles.chained })
  emulator.faults.set(EXCHANGE, {
    kind: 'alter',
    alter: (answer) => {
      setOurs(jumpMs)
      return answer
    },
  })
  const first = answerOf(await station.run(COMMAND))
  expectAlive(first, clocks)
  const seen = emulator.requests.length
  expect(answerOf(await station.run(COMMAND))).toEqual(first)
  expect(emulator.requests.length).toBe(seen)
  expect((await station.run(['status', '--profile', 'dev'])).stdout).not.toMatch(/NaN|Invalid|-\d+ min/)
  station.configure({ cognito_role_arn: 'arn:aws:iam::111122223333:role/NotOffered' })
  const refused = await station.run(COMMAND)
  expect(refused).toMatchObject({ code: 5, stdout: '' })
  expect(refused.stderr).toMatch(named)
  station.configure({ cognito_chain_role_arn: emulator.roles.chained })

  setOurs(jumpMs + 50 * MINUTE)
  setTheirs(50 * MINUTE)
  const second = answerOf(await station.run(COMMAND))
  expect(second.AccessKeyId).not.toBe(first.AccessKeyId)
  expectAlive(second, clocks)

  // Somebody sets it right.
  setOurs(50 * MINUTE)
  expectAlive(answerOf(await station.run(COMMAND)), clocks)
  setOurs(120 * MINUTE)
  setTheirs(120 * MINUTE)
  expectAlive(answerOf(await station.run(COMMAND)), clocks)
})

test('E81: a clock that is set while nobody answers neither lengthens nor shortens the wait', async () => {
  const waits = [0, HOUR, -HOUR, END_OF_2038 + DAY - Date.now()].map(async (jumpMs) => {
    const { station, setOurs } = await openClocks()
    const { emulator } = station
    expect(await station.signIn()).toMatchObject({ code: 0 })
    station.configure({ cognito_role_arn: emulator.roles.editor })
    emulator.faults.set(EXCHANGE, { kind: 'silence' }, 10)
    const before = emulator.count(EXCHANGE)
    const caller = station.start(COMMAND)
    await until(() => emulator.count(EXCHANGE) > before)
    setOurs(jumpMs)
    const outcome = await caller.ended
    expect(outcome).toMatchObject({ code: 6, stdout: '' })
    expect(outcome.stderr).toContain('did not answer in time')
    return outcome.ms
  })
  for (const ms of await Promise.all(waits)) {
    expect(ms).toBeGreaterThan(9_900)
    expect(ms).toBeLessThan(45_000)
  }
})

test.each([
  ['the end of summer time', 'Europe/Berlin', Date.UTC(2026, 9, 25, 1)],
  ['the beginning of summer time', 'Europe/Berlin', Date.UTC(2027, 2, 28, 1)],
  ['half an hour of summer time', 'Australia/Lord_Howe', Date.UTC(2027, 3, 3, 15)],
  ['the last second of 31 bits', 'UTC', END_OF_2038],
])('E81: %s passes unnoticed', async (_, TZ, instant) => {
  const beforeMs = instant - 30_000 - Date.now()
  const clocks = await openClocks(beforeMs, { TZ })
  const { station, setOurs, setTheirs } = clocks
  const login = await station.signIn()
  expect(login).toMatchObject({ code: 0 })
  expect(login.stderr).not.toContain('clock')
  const first = answerOf(await station.run(COMMAND))
  expectAlive(first, clocks)
  for (const set of [setOurs, setTheirs]) set(beforeMs + MINUTE)
  expect(answerOf(await station.run(COMMAND))).toEqual(first)
  for (const set of [setOurs, setTheirs]) set(beforeMs + 50 * MINUTE)
  const second = answerOf(await station.run(COMMAND))
  expect(second.AccessKeyId).not.toBe(first.AccessKeyId)
  expectAlive(second, clocks)
})

test('E81: a machine that sleeps for two days with a request under way wakes up to good credentials', async () => {
  const clocks = await openClocks()
  const { station, setOurs, setTheirs } = clocks
  const { emulator } = station
  expect(await station.signIn()).toMatchObject({ code: 0 })
  station.configure({ cognito_role_arn: emulator.roles.editor })
  let wake = () => {}
  const asleep = new Promise<void>((resolve) => {
    wake = resolve
  })
  const before = emulator.count(EXCHANGE)
  emulator.faults.set(EXCHANGE, { kind: 'hold', until: asleep })
  const caller = station.start(COMMAND)
  await until(() => emulator.count(EXCHANGE) > before)
  caller.child.kill('SIGSTOP')
  for (const set of [setOurs, setTheirs]) set(2 * DAY)
  caller.child.kill('SIGCONT')
  wake()
  const answer = answerOf(await caller.ended)
  expectAlive(answer, clocks)
  expect(emulator.count('token:refresh_token')).toBe(1)
  expect(answerOf(await station.run(COMMAND))).toEqual(answer)
})

// Every clock runs ten times as fast for the command, so that its 48 s are 5 s here.
test('E70: a caller of an automatic sign-in waits 48 s for the person, then says that the browser still waits', async () => {
  const station = await openStation({
    profile: { cognito_auto_login: 'true' },
    env: { LD_PRELOAD: libraryPath(), FAKETIME: '+0 x10', NO_FAKE_STAT: '1' },
  })
  const outcome = await station.run(COMMAND)
  expect(outcome).toMatchObject({ code: 4, stdout: '' })
  expect(outcome.stderr).toContain('a sign-in for profile dev still waits in the browser')
  expect(outcome.ms * 10).toBeGreaterThan(48_000)
  expect(outcome.ms * 10).toBeLessThan(240_000)
  expect(station.browserRuns()).toContain('url=')
})
