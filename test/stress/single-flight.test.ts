import { afterAll, expect, test } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { createSecurityTokenClient } from '../../src/exchange/security-token.ts'
import { createHttp } from '../../src/http/http.ts'
import { Secret } from '../../src/secret.ts'
import { answerOf, openStation, until } from '../e2e/poolkey-process.ts'
import { letExpire } from '../e2e/expiry.ts'
import type { ProcessAnswer, Station } from '../e2e/poolkey-process.ts'
import { configureRoles, isFull, printTable, spreadOf, startHerd, summaryOf } from './single-flight-herd.ts'
import type { CallerOutcome } from './single-flight-herd.ts'

const ROUNDS = isFull ? 20 : 2
const CALLERS = isFull ? 100 : 12
const ROLES = isFull ? 10 : 4
const COMMAND = ['credential-process', '--profile', 'dev']

interface Round {
  refreshes: number
  exchanges: number
  browsers: number
  outcomes: CallerOutcome[]
}

const rows: (string | number)[][] = []

afterAll(() => {
  const heads = ['scenario', 'rounds', 'callers', 'refreshes', 'exchanges', 'browsers', 'exit codes', 'ms']
  printTable('single flight: counts a round; ms of all callers, least / middle / most', heads, rows)
})

function note(scenario: string, rounds: Round[]): void {
  const each = (count: (round: Round) => number) => [...new Set(rounds.map(count))].join(', ')
  const outcomes = rounds.flatMap((round) => round.outcomes)
  rows.push([
    scenario,
    rounds.length,
    each((round) => round.outcomes.length),
    each((round) => round.refreshes),
    each((round) => round.exchanges),
    each((round) => round.browsers),
    [...new Set(outcomes.map(({ code }) => String(code)))].join(', '),
    spreadOf(outcomes.map(({ ms }) => ms)),
  ])
}

/** Lets callers loose on a station; `meanwhile` is what a person does. */
async function runRound(
  station: Station,
  callers: string[][],
  meanwhile?: () => Promise<void>,
): Promise<Round> {
  const before = countsOf(station)
  const herd = await startHerd(station, callers)
  await meanwhile?.()
  const outcomes = await herd.ended
  const after = countsOf(station)
  return {
    refreshes: after.refreshes - before.refreshes,
    exchanges: after.exchanges - before.exchanges,
    browsers: after.browsers - before.browsers,
    outcomes,
  }
}

function countsOf(station: Station) {
  const { emulator } = station
  return {
    refreshes: emulator.count('token:refresh_token'),
    exchanges: emulator.count('GetCredentialsForIdentity'),
    browsers: openedUrls(station).length,
  }
}

/** The URLs that were given to a browser, one a start. */
function openedUrls(station: Station): string[] {
  return [...(station.browserRuns() ?? '').matchAll(/^url=(.*)$/gm)].map(([, url]) => url ?? '')
}

/** Whose credentials an answer holds, as STS says. */
async function callerOf({ emulator }: Station, answer: ProcessAnswer): Promise<string> {
  const http = createHttp({ now: Date.now })
  const place = { endpoint: new URL(emulator.origin), useFips: false, useDualstack: false }
  const sts = createSecurityTokenClient({ region: emulator.region, ...place }, http)
  const { arn } = await sts.requestCallerIdentity({
    credentials: {
      accessKeyId: answer.AccessKeyId,
      secretAccessKey: new Secret(answer.SecretAccessKey),
      sessionToken: new Secret(answer.SessionToken),
      expiration: new Date(answer.Expiration),
      accountId: undefined,
      roleArn: undefined,
    },
    signal: AbortSignal.timeout(30_000),
  })
  http.close()
  return arn
}

/** The one answer that all callers got, which STS knows and which is good for the better part of an hour. */
async function sameAnswerOf(station: Station, outcomes: CallerOutcome[]): Promise<ProcessAnswer> {
  const asked = station.emulator.requests.slice(-6).map(({ operation, status, at }) => {
    return `${at.toISOString()} ${operation} ${status}`
  })
  expect(summaryOf(outcomes), asked.join('\n')).toEqual({ '0': outcomes.length })
  expect(new Set(outcomes.map(({ stdout }) => stdout)).size).toBe(1)
  const answer = answerOf(outcomes[0]!)
  expect(Date.parse(answer.Expiration) - Date.now()).toBeGreaterThan(3_000_000)
  expect(await callerOf(station, answer)).toContain(':assumed-role/')
  return answer
}

test('E69: many callers with an expired session whose tokens work once cause one refresh and one exchange', async () => {
  const station = await openStation({ rotation: { graceSeconds: 0 } })
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const rounds: Round[] = []
  const keys = new Set<string>()
  for (let round = 1; round <= ROUNDS; round += 1) {
    letExpire(station)
    const done = await runRound(
      station,
      Array.from({ length: CALLERS }, () => COMMAND),
    )
    rounds.push(done)
    keys.add((await sameAnswerOf(station, done.outcomes)).AccessKeyId)
    expect(done, `round ${round}`).toMatchObject({ refreshes: 1, exchanges: 1, browsers: 0 })
  }
  expect(keys.size).toBe(ROUNDS)
  note('expired session, rotation, grace 0', rounds)
})

test('E69: many callers for several roles of one session cause one refresh, and one exchange a role', async () => {
  const names = Array.from({ length: ROLES }, (_, index) => `Role${index}`)
  const station = await openStation({ rotation: { graceSeconds: 0 } })
  configureRoles(station, names)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const rounds: Round[] = []
  const callers = Array.from({ length: CALLERS }, (_, index) => names[index % ROLES]!)
  for (let round = 1; round <= ROUNDS; round += 1) {
    letExpire(station)
    const done = await runRound(
      station,
      callers.map((name) => ['credential-process', '--profile', name]),
    )
    rounds.push(done)
    for (const name of names) {
      const ofRole = done.outcomes.filter(({ words }) => words.at(-1) === name)
      expect(ofRole).toHaveLength(CALLERS / ROLES)
      const answer = await sameAnswerOf(station, ofRole)
      expect(await callerOf(station, answer)).toContain(`:assumed-role/${name}/`)
    }
    expect(done, `round ${round}`).toMatchObject({ refreshes: 1, exchanges: ROLES, browsers: 0 })
  }
  note(`${ROLES} roles of one session`, rounds)
})

test('E71: many callers where nobody is signed in open no browser, ask nobody and end with 4', async () => {
  const station = await openStation()
  const rounds: Round[] = []
  for (let round = 1; round <= ROUNDS; round += 1) {
    const done = await runRound(
      station,
      Array.from({ length: CALLERS }, () => COMMAND),
    )
    rounds.push(done)
    for (const outcome of done.outcomes) {
      expect(outcome).toMatchObject({
        code: 4,
        stdout: '',
        stderr:
          'poolkey: error: nobody is signed in for profile dev\npoolkey: fix: run: poolkey login --profile dev\n',
      })
    }
    expect(done.browsers).toBe(0)
  }
  expect(station.emulator.requests).toEqual([])
  note('nobody signed in', rounds)
})

test('E70: many callers where nobody is signed in share one browser with cognito_auto_login', async () => {
  const station = await openStation({ profile: { cognito_auto_login: 'true' } })
  const { username, password } = station.emulator.user
  const rounds: Round[] = []
  for (let round = 1; round <= ROUNDS; round += 1) {
    const opened = openedUrls(station).length
    const done = await runRound(
      station,
      Array.from({ length: CALLERS }, () => COMMAND),
      async () => {
        await until(() => openedUrls(station).length > opened, 40_000)
        const page = await signInHeadlessly({
          authorizeUrl: openedUrls(station)[opened]!,
          username,
          password,
        })
        expect(page).toMatchObject({ status: 200 })
      },
    )
    rounds.push(done)
    await sameAnswerOf(station, done.outcomes)
    expect(done, `round ${round}`).toMatchObject({ refreshes: 0, exchanges: 1, browsers: 1 })
    expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
  }
  note('nobody signed in, cognito_auto_login', rounds)
})
