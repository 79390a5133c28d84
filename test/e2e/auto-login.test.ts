import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { listEntries } from '../../src/vault/entries.ts'
import { isHeld, withLock } from '../../src/vault/lock.ts'
import { answerOf, openStation, POOLKEY, profileText, until, untilExpired } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'

const PROCESS = ['credential-process', '--profile', 'dev']

/** The URLs that were given to a browser, one a start. */
function openedUrls(station: Station): string[] {
  return [...(station.browserRuns() ?? '').matchAll(/^url=(.*)$/gm)].map(([, url]) => url ?? '')
}

async function openedUrl(station: Station, count = 1): Promise<string> {
  await until(() => openedUrls(station).length >= count)
  return openedUrls(station)[count - 1]!
}

function openAutoLoginStation(): Promise<Station> {
  return openStation({ profile: { cognito_auto_login: 'true' } })
}

async function signInAt(station: Station, authorizeUrl: string): Promise<void> {
  const { username, password } = station.emulator.user
  const page = await signInHeadlessly({ authorizeUrl, username, password })
  expect(page.status).toBe(200)
}

/** The person says no at the identity provider. */
async function refuseAt(authorizeUrl: string): Promise<void> {
  const { searchParams } = new URL(authorizeUrl)
  const callback = new URL(searchParams.get('redirect_uri')!)
  callback.searchParams.set('error', 'access_denied')
  callback.searchParams.set('state', searchParams.get('state')!)
  await (await fetch(callback)).text()
}

/** The process that waits for the browser, by the lock it holds. */
function signInPid(station: Station): number {
  const locks = join(station.stateFolder, 'locks')
  const name = readdirSync(locks).find((one) => /^login-.*\.lock$/.test(one))
  if (name === undefined) throw new Error('nobody signs in')
  const line = readFileSync(join(locks, name), 'utf8').split('\n')[0]!
  return (JSON.parse(line) as { pid: number }).pid
}

test('E70: nobody signed in: one browser for 20 callers, who all get the same credentials', async () => {
  const station = await openAutoLoginStation()
  const callers = Array.from({ length: 20 }, () => station.start(PROCESS))
  await signInAt(station, await openedUrl(station))
  const answers = (await Promise.all(callers.map(({ ended }) => ended))).map(answerOf)
  for (const answer of answers) expect(answer).toEqual(answers[0])
  expect(openedUrls(station)).toHaveLength(1)
  expect(station.emulator.count('GetCredentialsForIdentity')).toBe(1)
})

test('E70: five people or scripts that log in at once share one browser', async () => {
  const station = await openStation()
  const logins = Array.from({ length: 5 }, () => station.start(['login', '--profile', 'dev', '--no-input']))
  await signInAt(station, await openedUrl(station))
  const outcomes = await Promise.all(logins.map(({ ended }) => ended))
  for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 0, stdout: '' })
  expect(outcomes.filter(({ stderr }) => stderr.includes('Already signed in as'))).toHaveLength(4)
  expect(openedUrls(station)).toHaveLength(1)
  expect(station.emulator.count('token:authorization_code')).toBe(1)
})

test('the sign-in outlives a caller that is killed while it waits', async () => {
  const station = await openAutoLoginStation()
  const caller = station.start(PROCESS)
  const url = await openedUrl(station)
  caller.child.kill('SIGKILL')
  await caller.ended
  await signInAt(station, url)
  answerOf(await station.run(PROCESS))
  expect(openedUrls(station)).toHaveLength(1)
})

test('the sign-in outlives the whole process group that an SDK or a terminal kills', async () => {
  const station = await openAutoLoginStation()
  const [program = '', ...own] = POOLKEY
  const caller = spawn(program, [...own, ...PROCESS], {
    env: station.env,
    detached: true,
    stdio: 'ignore',
  })
  const ended = once(caller, 'exit')
  const url = await openedUrl(station)
  process.kill(-caller.pid!, 'SIGKILL')
  await ended
  await signInAt(station, url)
  answerOf(await station.run(PROCESS))
  expect(openedUrls(station)).toHaveLength(1)
})

describe('two profiles of one session', () => {
  /** `dev` and `prod`, which differ in what does not make them another session. */
  async function openTwo(): Promise<Station> {
    const station = await openAutoLoginStation()
    const sections = [{}, { cognito_lang: 'de' }].map((more, index) =>
      profileText(station.emulator, index === 0 ? 'dev' : 'prod', { cognito_auto_login: 'true', ...more }),
    )
    writeFileSync(station.configFile, sections.join('\n'))
    return station
  }
  const processOf = (index: number) => ['credential-process', '--profile', index % 2 === 0 ? 'dev' : 'prod']

  test('E70: share one browser', async () => {
    const station = await openTwo()
    const callers = Array.from({ length: 10 }, (_, index) => station.start(processOf(index)))
    const url = await openedUrl(station)
    await until(() => callers.every(({ child }) => child.pid !== undefined))
    await signInAt(station, url)
    for (const { ended } of callers) answerOf(await ended)
    expect(openedUrls(station)).toHaveLength(1)
  })

  test('E70: share the refusal of the person, too', async () => {
    const station = await openTwo()
    const first = station.start(processOf(0))
    await refuseAt(await openedUrl(station))
    expect(await first.ended).toMatchObject({ code: 5, stdout: '' })
    for (const index of [1, 0, 1]) {
      const outcome = await station.run(processOf(index))
      expect(outcome).toMatchObject({ code: 5, stdout: '' })
      expect(outcome.stderr).toContain('the sign-in was refused: access_denied')
    }
    expect(openedUrls(station)).toHaveLength(1)
  })
})

describe('an attempt that the person refused', () => {
  async function refusedStation(): Promise<{ station: Station; message: string }> {
    const station = await openAutoLoginStation()
    const callers = [station.start(PROCESS), station.start(PROCESS)]
    await refuseAt(await openedUrl(station))
    const outcomes = await Promise.all(callers.map(({ ended }) => ended))
    const message = outcomes[0]!.stderr
    expect(message).toMatch(/^poolkey: error: the sign-in was refused: access_denied\npoolkey: fix: .*\n$/)
    for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 5, stdout: '', stderr: message })
    return { station, message }
  }

  test('ends every caller with it, and the next ones at once without a browser', async () => {
    const { station, message } = await refusedStation()
    const next = await station.run(PROCESS)
    expect(next).toMatchObject({ code: 5, stdout: '', stderr: message })
    expect(openedUrls(station)).toHaveLength(1)
  })

  test('is forgotten when the configuration changes', async () => {
    const { station } = await refusedStation()
    station.configure({ cognito_lang: 'de' })
    const caller = station.start(PROCESS)
    await signInAt(station, await openedUrl(station, 2))
    answerOf(await caller.ended)
  })

  test('is forgotten when somebody signs in by hand', async () => {
    const { station } = await refusedStation()
    expect(await station.signIn()).toMatchObject({ code: 0 })
    answerOf(await station.run(PROCESS))
    expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
    const caller = station.start(PROCESS)
    await signInAt(station, await openedUrl(station, 2))
    answerOf(await caller.ended)
  })
})

test('an attempt whose process was killed counts as one that nobody finished', async () => {
  const station = await openAutoLoginStation()
  const caller = station.start(PROCESS)
  await openedUrl(station)
  process.kill(signInPid(station), 'SIGKILL')
  const outcome = await caller.ended
  expect(outcome).toMatchObject({ code: 4, stdout: '' })
  expect(outcome.stderr).toContain('was never finished')
  expect(await station.run(PROCESS)).toMatchObject({ code: 4, stdout: '', stderr: outcome.stderr })
  expect(openedUrls(station)).toHaveLength(1)
})

test('a failure of the network ends those who wait, and is not remembered', async () => {
  const station = await openAutoLoginStation()
  station.emulator.faults.set('token:authorization_code', { kind: 'server-error' }, 20)
  const caller = station.start(PROCESS)
  const url = await openedUrl(station)
  const { username, password } = station.emulator.user
  await signInHeadlessly({ authorizeUrl: url, username, password })
  expect(await caller.ended).toMatchObject({ code: 6, stdout: '' })
  station.emulator.faults.clear('token:authorization_code')
  const next = station.start(PROCESS)
  await signInAt(station, await openedUrl(station, 2))
  answerOf(await next.ended)
})

test.each([
  ['over SSH', { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22', DISPLAY: ':0' }],
  ['without a display', {}],
])('%s no browser is opened: exit 4 at once', async (_, env) => {
  const station = await openAutoLoginStation()
  const outcome = await station.run(PROCESS, { BROWSER: undefined, ...env })
  expect(outcome).toMatchObject({ code: 4, stdout: '' })
  expect(outcome.stderr).toContain('poolkey login --profile dev')
  expect(station.browserRuns()).toBeUndefined()
})

test('E71: without cognito_auto_login no browser is opened', async () => {
  const station = await openStation()
  expect(await station.run(PROCESS)).toMatchObject({ code: 4, stdout: '' })
  expect(station.browserRuns()).toBeUndefined()
})

test('an ended session is signed in anew the same way', async () => {
  const lives = { idTokenSeconds: 3, credentialsSeconds: 3 }
  const station = await openStation({ profile: { cognito_auto_login: 'true' }, ...lives })
  await station.signIn()
  const { emulator } = station
  await untilExpired(answerOf(await station.run(PROCESS)))
  emulator.revokeAllSessions()
  Object.assign(emulator.settings, { idTokenSeconds: 3600, credentialsSeconds: 3600 })
  const caller = station.start(PROCESS)
  await signInAt(station, await openedUrl(station))
  answerOf(await caller.ended)
})

test.each([
  ['is not there', '/nonexistent/browser'],
  ['fails', '/bin/false'],
])('a browser that %s ends the attempt at once, and the next call tries again', async (_, browser) => {
  const station = await openAutoLoginStation()
  const outcome = await station.run(PROCESS, { BROWSER: browser })
  expect(outcome).toMatchObject({ code: 4, stdout: '' })
  expect(outcome.stderr).toContain('no browser could be opened')
  expect(outcome.stderr).toContain('poolkey login --profile dev')
  const caller = station.start(PROCESS)
  await signInAt(station, await openedUrl(station))
  answerOf(await caller.ended)
})

test('whoever signs in by hand takes over from an attempt that waits', async () => {
  const station = await openAutoLoginStation()
  const caller = station.start(PROCESS)
  await openedUrl(station)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  answerOf(await caller.ended)
  expect(openedUrls(station)).toHaveLength(1)
})

test('while somebody is about to sign in by hand, callers wait for that and open no browser', async () => {
  const station = await openAutoLoginStation()
  await station.signIn()
  const entries = listEntries(station.stateFolder)
  const session = entries.find((name) => name.startsWith('session-'))!.slice('session-'.length)
  expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
  const lock = {
    folder: join(station.stateFolder, 'locks'),
    name: `manual-login-${session}`,
    signal: new AbortController().signal,
  }
  let letGo = (): void => undefined
  const held = withLock(lock, () => new Promise<void>((resolve) => (letGo = resolve)))
  await until(() => isHeld(lock))
  const caller = station.start(PROCESS)
  const login = station.start(['login', '--profile', 'dev', '--no-browser'])
  await until(() => login.said().stderr.includes('Waiting for another poolkey'))
  // By then the caller has looked whether anybody signs in.
  for (const word of ['status', 'whoami', 'status']) await station.run([word, '--profile', 'dev'])
  letGo()
  await held
  await signInAt(station, (await login.signInUrl()).href)
  expect(await login.ended).toMatchObject({ code: 0 })
  answerOf(await caller.ended)
  expect(openedUrls(station)).toEqual([])
})

test('other settings take over from an attempt that waits', async () => {
  const station = await openAutoLoginStation()
  const before = station.start(PROCESS)
  await openedUrl(station)
  station.configure({ cognito_lang: 'de' })
  const after = station.start(PROCESS)
  const url = await openedUrl(station, 2)
  expect(new URL(url).searchParams.get('lang')).toBe('de')
  await signInAt(station, url)
  answerOf(await after.ended)
  // It waits with the others, or was told in between that its own attempt is over.
  expect([0, 4]).toContain((await before.ended).code)
})

test('a lock of a container that is gone does not keep anybody waiting for a browser', async () => {
  const station = await openAutoLoginStation()
  const first = station.start(PROCESS)
  await openedUrl(station)
  const locks = join(station.stateFolder, 'locks')
  const name = readdirSync(locks).find((one) => /^login-.*\.lock$/.test(one))!
  const line = JSON.parse(readFileSync(join(locks, name), 'utf8').split('\n')[0]!) as { pid: number }
  process.kill(line.pid, 'SIGKILL')
  await first.ended
  for (const one of readdirSync(locks)) rmSync(join(locks, one))
  writeFileSync(join(locks, name), `${JSON.stringify({ ...line, pidNamespace: 'pid:[1]' })}\n`, {
    mode: 0o600,
  })
  const next = station.start(PROCESS)
  await until(() => openedUrls(station).length === 2, 60_000)
  await signInAt(station, openedUrls(station)[1]!)
  answerOf(await next.ended)
})

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s ends a caller that waits with %s, and the sign-in goes on', async (signal, code) => {
  const station = await openAutoLoginStation()
  const caller = station.start(PROCESS)
  const url = await openedUrl(station)
  caller.child.kill(signal)
  expect(await caller.ended).toMatchObject({ code, stdout: '' })
  await signInAt(station, url)
  answerOf(await station.run(PROCESS))
})

test('without a browser and without a vault none is made: exit 4', async () => {
  const station = await openAutoLoginStation()
  const env = { BROWSER: undefined, POOLKEY_STORE: undefined, DBUS_SESSION_BUS_ADDRESS: undefined }
  expect(await station.run(PROCESS, env)).toMatchObject({ code: 4, stdout: '' })
  expect(existsSync(station.stateFolder)).toBe(false)
})
