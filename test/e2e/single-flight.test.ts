import { copyFileSync, cpSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { answerOf, openStation, profileText, until, untilExpired } from './poolkey-process.ts'
import type { Running, Station } from './poolkey-process.ts'

const COMMAND = ['credential-process', '--profile', 'dev']
const CALLERS = 20
const REFRESH = 'token:refresh_token'
const EXCHANGE = 'GetCredentialsForIdentity'
const ENDED =
  'poolkey: error: the session of profile dev has ended\npoolkey: fix: run: poolkey login --profile dev\n'

/** A station where somebody is signed in, everything lives for seconds and each refresh token works once, or longer. */
async function openRotating(seconds: number, graceSeconds = 0): Promise<Station> {
  const station = await openStation({
    rotation: { graceSeconds },
    idTokenSeconds: seconds,
    credentialsSeconds: seconds,
  })
  await station.signIn()
  return station
}

/** The same after a while: the next refresh and exchange give an hour. */
async function openExpired(graceSeconds: number): Promise<Station> {
  const station = await openRotating(2, graceSeconds)
  await untilExpired(answerOf(await station.run(COMMAND)))
  Object.assign(station.emulator.settings, { idTokenSeconds: 3600, credentialsSeconds: 3600 })
  return station
}

/** The refreshes from now on: which token, and what was answered. */
function watchRefreshes({ emulator }: Station): () => { token: string | null; status: number }[] {
  const seen = emulator.requests.length
  return () =>
    emulator.requests
      .slice(seen)
      .filter(({ operation }) => operation === REFRESH)
      .map(({ body, status }) => ({ token: new URLSearchParams(body).get('refresh_token'), status }))
}

/** A caller whose refresh has reached the user pool, which waits with the answer until `open` is called. */
async function holdRefresh(station: Station): Promise<{ caller: Running; open: () => void }> {
  const { emulator } = station
  let open = () => {}
  const held = new Promise<void>((resolve) => {
    open = resolve
  })
  const before = emulator.count(REFRESH)
  emulator.faults.set(REFRESH, { kind: 'hold', until: held })
  const caller = station.start(COMMAND)
  await until(() => emulator.count(REFRESH) > before)
  return { caller, open }
}

/** How many callers wait for a lock whose name begins so. */
function waitersFor(station: Station, lock: string): number {
  const names = readdirSync(join(station.stateFolder, 'locks'))
  return names.filter((name) => name.startsWith(lock) && name.endsWith('.tmp')).length
}

test('E69: 20 callers with everything expired cause one refresh and one exchange, though each token works once', async () => {
  const station = await openExpired(0)
  const { emulator } = station
  const before = {
    refreshes: emulator.count('token:refresh_token'),
    exchanges: emulator.count('GetCredentialsForIdentity'),
  }

  const outcomes = await Promise.all(Array.from({ length: CALLERS }, () => station.run(COMMAND)))

  expect(emulator.count('token:refresh_token') - before.refreshes).toBe(1)
  expect(emulator.count('GetCredentialsForIdentity') - before.exchanges).toBe(1)
  for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 0, stderr: '' })
  expect(new Set(outcomes.map(({ stdout }) => stdout)).size).toBe(1)
  answerOf(await station.run(COMMAND))
})

test('the rotated token is the one used next', async () => {
  const station = await openRotating(1)
  for (let round = 0; round < 2; round += 1) await untilExpired(answerOf(await station.run(COMMAND)))
  answerOf(await station.run(COMMAND))
  const answered = station.emulator.requests.filter(({ operation }) => operation === 'token:refresh_token')
  expect(answered.map(({ status }) => status)).toEqual(answered.map(() => 200))
  expect(answered.length).toBeGreaterThanOrEqual(2)
  const tokens = answered.map(({ body }) => new URLSearchParams(body).get('refresh_token'))
  expect(new Set(tokens).size).toBe(tokens.length)
})

test('a rotated token is kept though the rest of the answer is refused', async () => {
  const station = await openRotating(2)
  await untilExpired(answerOf(await station.run(COMMAND)))
  station.emulator.forge({ grant: 'refresh_token', signature: 'other-key', times: 1 })
  expect(await station.run(COMMAND)).toMatchObject({ code: 5, stdout: '' })
  answerOf(await station.run(COMMAND))
})

test('different roles of one session are exchanged for at the same time', async () => {
  const station = await openStation()
  const { emulator } = station
  const { admin, editor, chained } = emulator.roles
  await station.signIn()
  const profiles = {
    admin: { cognito_role_arn: admin },
    editor: { cognito_role_arn: editor },
    onward: { cognito_chain_role_arn: chained },
  }
  const sections = Object.entries(profiles).map(([name, keys]) => emulator.profileText(name, keys))
  writeFileSync(station.configFile, sections.join('\n'))
  // Nobody gets an answer before all have asked: with one after the other, none would come.
  const before = emulator.count(EXCHANGE)
  const all = until(() => emulator.count(EXCHANGE) === before + 3)
  emulator.faults.set(EXCHANGE, { kind: 'hold', until: all }, 3)
  const callers = Object.keys(profiles).map((name) => station.run(['credential-process', '--profile', name]))
  for (const outcome of await Promise.all(callers)) answerOf(outcome)
  expect(emulator.count(EXCHANGE)).toBe(before + 3)
})

test('callers who wait share a failure that happens meanwhile, and nobody else does', async () => {
  const station = await openStation()
  const { emulator } = station
  await station.signIn()
  station.configure({ cognito_role_arn: emulator.roles.editor })
  const before = emulator.count(EXCHANGE)
  const isWaited = until(() => waitersFor(station, 'credentials-') === 5)
  emulator.faults.set(EXCHANGE, { kind: 'hold', until: isWaited })
  const good = emulator.settings.identityPool
  emulator.settings.identityPool = { ...good, providers: [] }
  const first = station.start(COMMAND)
  await until(() => emulator.count(EXCHANGE) > before)
  const others = Array.from({ length: 5 }, () => station.start(COMMAND))
  const outcomes = await Promise.all([first, ...others].map(({ ended }) => ended))
  expect(emulator.count(EXCHANGE)).toBe(before + 1)
  const { stderr } = outcomes[0]!
  expect(stderr).toMatch(/^poolkey: error: .*\(NotAuthorizedException\)\npoolkey: fix: .*\n$/)
  for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 5, stdout: '', stderr })
  emulator.settings.identityPool = good
  answerOf(await station.run(COMMAND))
})

describe('E73: killed after the user pool has rotated the token and before it is on disk', () => {
  /** Its answer is only sent when the caller is already killed. */
  async function killBeforeAnswer(station: Station): Promise<void> {
    const caller = station.start(COMMAND)
    station.emulator.faults.set(REFRESH, {
      kind: 'alter',
      alter: (answer) => {
        caller.child.kill('SIGKILL')
        return answer
      },
    })
    expect(await caller.ended).toMatchObject({ signal: 'SIGKILL', stdout: '' })
  }

  test('a grace period takes the old token once more', async () => {
    const station = await openExpired(60)
    const refreshes = watchRefreshes(station)
    await killBeforeAnswer(station)
    answerOf(await station.run(COMMAND))
    const [first, second, ...more] = refreshes()
    expect([first!.status, second, more]).toEqual([200, { token: first!.token, status: 200 }, []])
  })

  test('without one the person is asked to sign in, in one message and without sending the token again', async () => {
    const station = await openExpired(0)
    const refreshes = watchRefreshes(station)
    await killBeforeAnswer(station)
    for (const attempt of [1, 2]) {
      const outcome = await station.run(COMMAND)
      expect(outcome, `attempt ${attempt}`).toMatchObject({ code: 4, stdout: '', stderr: ENDED })
    }
    expect(refreshes().map(({ status }) => status)).toEqual([200, 400])
    expect(await station.signIn()).toMatchObject({ code: 0 })
    answerOf(await station.run(COMMAND))
  })
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'E73: %s during a refresh ends the caller when what the pool gave is stored',
  async (signal, code) => {
    const station = await openExpired(0)
    // The pool has rotated by then; its answer comes when the signal has long arrived.
    station.emulator.faults.set(REFRESH, {
      kind: 'alter',
      alter: (answer) => {
        caller.child.kill(signal)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
        return answer
      },
    })
    const caller = station.start(COMMAND)
    expect(await caller.ended).toMatchObject({ code, stdout: '' })
    answerOf(await station.run(COMMAND))
  },
)

test('E72: behind a refresh that is stopped everybody ends in time and names whom they waited for', async () => {
  const station = await openExpired(60)
  const { roles } = station.emulator
  const sections = [undefined, roles.editor, roles.editor, roles.editor].map((role, index) =>
    profileText(station.emulator, index === 0 ? 'dev' : `p${String(index)}`, { cognito_role_arn: role }),
  )
  writeFileSync(station.configFile, sections.join('\n'))
  const { caller } = await holdRefresh(station)
  caller.child.kill('SIGSTOP')
  const waiters = [1, 2, 3].map((index) =>
    station.start(['credential-process', '--profile', `p${String(index)}`]),
  )
  for (const { ended } of waiters) {
    const outcome = await ended
    expect(outcome).toMatchObject({ code: 6, stdout: '' })
    expect(outcome.stderr).toContain(String(caller.child.pid))
    expect(outcome.ms).toBeLessThan(50_000)
  }
  caller.child.kill('SIGKILL')
  answerOf(await station.run(COMMAND))
}, 90_000)

test('E74: a copy of poolkey with other locks spends the token first, and what it stored is adopted', async () => {
  const station = await openExpired(0)
  const refreshes = watchRefreshes(station)
  const other = join(station.home, 'other')
  cpSync(station.stateFolder, other, { recursive: true })
  const { caller, open } = await holdRefresh(station)
  answerOf(await station.run(COMMAND, { POOLKEY_HOME: other }))
  const name = readdirSync(other).find((one) => one.startsWith('session-'))!
  copyFileSync(join(other, name), join(other, 'published'))
  renameSync(join(other, 'published'), join(station.stateFolder, name))
  open()
  answerOf(await caller.ended)
  expect(refreshes().map(({ status }) => status)).toEqual([400, 200])
})

test('E76: a sign-in that waits for a refresh which is refused is the session afterwards', async () => {
  const station = await openExpired(0)
  const { caller, open } = await holdRefresh(station)
  station.emulator.revokeAllSessions()
  const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input', '--force'])
  const { username, password } = station.emulator.user
  const authorizeUrl = (await login.signInUrl()).href
  const page = signInHeadlessly({ authorizeUrl, username, password })
  await until(() => login.said().stderr.includes('Waiting for another poolkey'))
  open()
  expect(await caller.ended).toMatchObject({ code: 4, stdout: '', stderr: ENDED })
  expect(await page).toMatchObject({ status: 200 })
  expect(await login.ended).toMatchObject({ code: 0 })
  answerOf(await station.run(COMMAND))
})
