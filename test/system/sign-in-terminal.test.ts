/** What a sign-in in a browser does to the terminal that it was begun at: as a job in the background, and at its questions. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStation, until } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { interceptCallback } from '../sign-in/support/interception.ts'
import { CTRL, ENTER, openTerminal } from './terminal/terminal.ts'
import type { Terminal } from './terminal/terminal.ts'

const OTHER = { username: 'other-user', password: 'Other-Passw0rd', email: 'other-user@example.com' }
const PASSWORD = 'Emulated-Passw0rd'
const BY_PASSWORD = 'poolkey login --profile dev --username test-user'
const WAITS = 'There is a question: bring this to the foreground (fg) to answer it.'
const LOGIN = 'poolkey login --profile dev --no-browser'

/** A shell with job control, which starts the sign-in in the background and goes on with `then`. */
async function inBackground(then: string): Promise<{ station: Station; terminal: Terminal }> {
  const station = await openStation({ env: { BROWSER: undefined } })
  const script = join(station.home, 'shell')
  writeFileSync(script, `set -m\n${LOGIN} &\n${then}\n`)
  return { station, terminal: openTerminal(station, `bash "${script}"`) }
}

async function callbackOf({ station, terminal }: { station: Station; terminal: Terminal }): Promise<URL> {
  const said = (await terminal.shows('Waiting up to 300 s')).replaceAll('\r\n', '\n')
  expect(said).toContain('Or bring this to the foreground (fg) and paste the URL that the browser ends at')
  const [, url = ''] = /^ {2}(http\S+)$/m.exec(said) ?? []
  return interceptCallback(station.emulator, new URL(url))
}

test('in the background it waits for the callback, and neither draws over what the shell shows nor is stopped', async () => {
  const background = await inBackground('wait $!')
  const callback = await callbackOf(background)
  expect((await fetch(callback)).status).toBe(200)
  const { code, shown } = await background.terminal.ended
  expect(shown).not.toContain('left')
  expect(shown).toContain('Signed in as test-user@example.com.\n')
  expect(code).toBe(0)
})

test('it can be pasted into once it was brought to the foreground', async () => {
  const background = await inBackground('read -r _\nfg')
  const { station, terminal } = background
  const callback = await callbackOf(background)
  terminal.type(ENTER)
  await terminal.answer('or paste the URL it ends at: ', callback.href + ENTER)
  expect(await terminal.ended).toMatchObject({ code: 0 })
  expect(station.emulator.count('token:authorization_code')).toBe(1)
})

test('a question waits for the foreground, and says so', async () => {
  const station = await openStation({ secrets: [{ kind: 'sign-in', name: 'password', value: PASSWORD }] })
  const script = join(station.home, 'shell')
  writeFileSync(script, `set -m\n${BY_PASSWORD} &\nread -r _\nfg\n`)
  const terminal = openTerminal(station, `bash "${script}"`)
  await terminal.shows(WAITS)
  terminal.type(ENTER)
  await terminal.answer('Password of test-user: ', PASSWORD + ENTER)
  const { code, shown } = await terminal.ended
  expect(shown).toContain('Signed in as test-user@example.com.')
  expect(code).toBe(0)
})

test('a question that nothing brings to the foreground can be ended, by timeout(1) too', async () => {
  const station = await openStation()
  const terminal = openTerminal(station, `timeout 4 ${BY_PASSWORD}`)
  await terminal.shows(WAITS)
  expect(await terminal.ended).toMatchObject({ code: 124 })
})

/** Somebody else signs in; the callback comes while the URL is asked for, and the tokens are held back. */
async function callbackAtThePrompt() {
  const station = await openStation({ env: { BROWSER: undefined } })
  station.emulator.settings.users.push(OTHER)
  await station.signIn()
  const terminal = openTerminal(station, `${LOGIN} --force`)
  const said = (await terminal.shows('or paste the URL it ends at: ')).replaceAll('\r\n', '\n')
  const [, url = ''] = /^ {2}(http\S+)$/m.exec(said) ?? []
  const callback = await interceptCallback(station.emulator, new URL(url), OTHER)
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  station.emulator.faults.set('token:authorization_code', { kind: 'hold', until: held })
  const page = fetch(callback).catch(() => undefined)
  await until(() => station.emulator.count('token:authorization_code') === 1)
  return { station, terminal, callback, release, page }
}

/** What a process has read up to now, from whatever it is (proc(5)). */
function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1])
}

test('what is pasted while the callback comes is neither shown nor an answer to the question after it', async () => {
  const { terminal, callback, release } = await callbackAtThePrompt()
  // The last of it is long enough to be told from everything else that poolkey reads.
  const rest = 'x'.repeat(50_000)
  const pid = await terminal.pid()
  const wanted = bytesRead(pid) + rest.length
  terminal.type(`y${ENTER}${callback.href}${ENTER}${rest}`)
  await until(() => bytesRead(pid) > wanted)
  release()
  await terminal.shows("Replace that session with other-user@example.com's? [y/N] ")
  terminal.type(`y${ENTER}`)
  const { code, shown } = await terminal.ended
  expect(shown).not.toContain(callback.searchParams.get('code'))
  expect(shown).toContain('Signed in as other-user@example.com.')
  expect(code).toBe(0)
})

test('Ctrl-C ends it even then', async () => {
  const { terminal, release } = await callbackAtThePrompt()
  terminal.type(CTRL.c)
  expect(await terminal.ended).toMatchObject({ code: 130 })
  release()
})

test('the question whether the browser says "signed out" stays until it is answered, or the time is over', async () => {
  const logoutUri = 'https://www.example.com/signed-out'
  const station = await openStation({
    logoutUris: [logoutUri],
    profile: { cognito_logout_uri: logoutUri },
  })
  const terminal = openTerminal(station, 'poolkey login --profile dev --switch-account --timeout 3')
  await terminal.shows('Press Enter once the browser says that you are signed out: ')
  const { code, shown } = await terminal.ended
  station.browserRuns()
  expect(shown.slice(shown.indexOf('Press Enter'))).not.toContain('Waiting')
  expect(code).toBe(6)
})

test('a window that is closed while the URL is asked for ends it with 129', async () => {
  const station = await openStation({ env: { BROWSER: undefined } })
  const note = join(station.home, 'code')
  const terminal = openTerminal(station, `trap : HUP; ${LOGIN}; echo $? >"$HOME/code"`)
  await terminal.answer('or paste the URL it ends at: ', 'http')
  terminal.close()
  await until(() => existsSync(note) && readFileSync(note, 'utf8') !== '')
  expect(readFileSync(note, 'utf8')).toBe('129\n')
})
