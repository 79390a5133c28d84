/** `poolkey login` on a machine without a browser, at a real terminal: what it prints, and the redirected URL pasted there. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answerOf, openStation, until } from '../e2e/poolkey-process.ts'
import type { Environment, Station } from '../e2e/poolkey-process.ts'
import { interceptCallback, withParameters } from '../sign-in/support/interception.ts'
import { openPage } from './chromium.ts'
import { CTRL, ENTER, openTerminal } from './terminal/terminal.ts'
import type { Terminal } from './terminal/terminal.ts'

const LOGIN = 'poolkey login --profile dev'
const PROCESS = ['credential-process', '--profile', 'dev']
const PASTE = 'paste the URL it ends at: '
const SSH = { SSH_CONNECTION: '192.0.2.7 50022 198.51.100.9 22', LOGNAME: 'dana', BROWSER: undefined }
const isRoot = process.getuid?.() === 0

/** What was said before the waiting, and the sign-in URL in it. */
async function waits(terminal: Terminal): Promise<{ said: string; url: URL }> {
  const said = (await terminal.shows(' left')).replaceAll('\r\n', '\n')
  const [, url] = /^ {2}(http\S+)$/m.exec(said) ?? []
  return url === undefined ? expect.fail(`no URL in: ${said}`) : { said, url: new URL(url) }
}

function portOf(station: Station): string {
  return new URL(station.emulator.settings.redirectUris[0]!).port
}

async function remoteStation(env: Environment = SSH): Promise<Station> {
  return openStation({ env: { BROWSER: undefined, ...env } })
}

describe('where there is no browser', () => {
  it.each<[string, Environment, (port: string) => string]>([
    [
      'This is an SSH session',
      SSH,
      (port) =>
        `The browser reaches port ${port} here while this runs beside it:\n  ssh -N -L ${port}:localhost:${port} dana@198.51.100.9\n`,
    ],
    [
      'This is an SSH session',
      { SSH_CONNECTION: '2001:db8::7 50022 2001:db8::9 2222', LOGNAME: 'dana' },
      (port) => `  ssh -N -L ${port}:localhost:${port} -p 2222 dana@2001:db8::9\n`,
    ],
    [
      'This is an SSH session',
      { SSH_TTY: '/dev/pts/1', SSH_CONNECTION: '$(id)', LOGNAME: '$(id)' },
      (port) => `  ssh -N -L ${port}:localhost:${port} THIS_MACHINE\n`,
    ],
    [
      'This is a codespace',
      { CODESPACES: 'true', CODESPACE_NAME: 'fuzzy-disco-x7', SSH_TTY: '1' },
      (port) => `  gh codespace ports forward ${port}:${port} --codespace fuzzy-disco-x7\n`,
    ],
    [
      'This is a container',
      { container: 'podman', TOOLBOX_PATH: undefined },
      (port) => `The browser must reach port ${port} of this container's own loopback`,
    ],
    [
      'There is no display',
      {},
      (port) =>
        `A browser on another machine reaches port ${port} here while this runs beside it:\n  ssh -N -L ${port}:localhost:${port} `,
    ],
  ])('%s: %j says so, and how a browser elsewhere reaches it', async (what, env, way) => {
    const station = await remoteStation(env)
    const terminal = openTerminal(station, LOGIN)
    const { said } = await waits(terminal)
    // As root nothing else is started anyway, which is said instead; the place is told all the same.
    if (isRoot) expect(said).toContain('Running as root: no browser is started')
    if (!isRoot || !what.includes('display')) expect(said).toContain(what)
    expect(said).toContain(way(portOf(station)))
    await terminal.shows(PASTE)
    terminal.type(CTRL.c)
    expect(await terminal.ended).toMatchObject({ code: 130 })
  })

  it('a set BROWSER counts as one, over SSH and in a container, and nothing is asked', async () => {
    const station = await openStation({ env: { ...SSH, BROWSER: undefined, container: 'podman' } })
    const browser = join(station.home, 'doubles', 'browser')
    const terminal = openTerminal(station, LOGIN, { env: { BROWSER: browser } })
    const { said, url } = await waits(terminal)
    expect(said).toContain('Sign in with the browser that opens; if none does, open:')
    await until(() => station.browserRuns()?.includes('url=') === true)
    await fetch(await interceptCallback(station.emulator, url))
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    expect(shown).not.toContain('paste')
  })

  it('a browser that does not open is made up for by pasting, too', async () => {
    const station = await openStation()
    const browser = join(station.home, 'failing')
    writeFileSync(browser, '#!/bin/sh\nexit 3\n')
    chmodSync(browser, 0o755)
    const terminal = openTerminal(station, LOGIN, { env: { BROWSER: browser } })
    const { url } = await waits(terminal)
    const callback = await interceptCallback(station.emulator, url)
    await terminal.answer(PASTE, callback.href + ENTER)
    expect(await terminal.ended).toMatchObject({ code: 0 })
  })
})

describe('the redirected URL', () => {
  it('is taken from the terminal where its page cannot load, and is not shown', async () => {
    const station = await remoteStation()
    const terminal = openTerminal(station, LOGIN)
    const { url } = await waits(terminal)
    const callback = await interceptCallback(station.emulator, url)
    await terminal.answer(PASTE, callback.href + ENTER)
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    expect(shown).toContain('Signed in as test-user@example.com.\n')
    expect(shown).not.toContain(callback.searchParams.get('code'))
    expect(shown, 'the line that was drawn is gone').toMatch(/\r\u001b\[2KSigned in as/)
    expect(station.emulator.count('token:authorization_code')).toBe(1)
    answerOf(await station.run(PROCESS))
  })

  it('that does not fit is told why, and asked for again; nothing of it reaches the user pool', async () => {
    const station = await remoteStation()
    const terminal = openTerminal(station, LOGIN)
    const { url } = await waits(terminal)
    const callback = await interceptCallback(station.emulator, url)
    for (const [typed, problem] of [
      ['', 'nothing was pasted'],
      [callback.searchParams.get('code')!, 'this is not a whole URL'],
      [url.href, 'this is the page to sign in on; the URL that it ends at is wanted'],
      [callback.href.replace('localhost', 'example.com'), 'the URL does not begin with http://localhost:'],
      [withParameters(callback, { state: null }).href, 'the state is missing'],
      [withParameters(callback, { state: 'f'.repeat(64) }).href, 'the state belongs to another sign-in'],
      [`${callback.href}&code=another`, 'a parameter is given more than once'],
    ] as const) {
      await terminal.answer(PASTE, typed + ENTER)
      await terminal.shows(`That URL does not fit: ${problem}`)
      await terminal.shows('Once more.')
    }
    expect(station.emulator.count('token:authorization_code')).toBe(0)
    await terminal.answer(PASTE, ` ${callback.href} ${ENTER}`)
    expect(await terminal.ended).toMatchObject({ code: 0 })
  })

  it('that tells of a refusal ends the sign-in with 5', async () => {
    const station = await remoteStation()
    const terminal = openTerminal(station, LOGIN)
    const { url } = await waits(terminal)
    const callback = withParameters(new URL(url.searchParams.get('redirect_uri')!), {
      error: 'access_denied',
      state: url.searchParams.get('state')!,
    })
    await terminal.answer(PASTE, callback.href + ENTER)
    const { code, shown } = await terminal.ended
    expect(code).toBe(5)
    expect(shown).toContain('poolkey: error: the sign-in was refused: access_denied')
  })

  it('need not be pasted any more once the callback has come, whatever was typed by then', async () => {
    const station = await remoteStation()
    const terminal = openTerminal(station, LOGIN)
    const { url } = await waits(terminal)
    const callback = await interceptCallback(station.emulator, url)
    await terminal.answer(PASTE, 'http://localhost:')
    expect((await fetch(callback)).status).toBe(200)
    expect(await terminal.ended).toMatchObject({ code: 0 })
    expect(station.emulator.count('token:authorization_code')).toBe(1)
  })

  it("of somebody else's sign-in asks before it replaces the session, at the same terminal", async () => {
    const station = await remoteStation()
    const other = { username: 'other-user', password: 'Other-Passw0rd', email: 'other-user@example.com' }
    station.emulator.settings.users.push(other)
    await station.signIn()
    const before = answerOf(await station.run(PROCESS))
    for (const [answer, code] of [
      ['n', 3],
      ['y', 0],
    ] as const) {
      const terminal = openTerminal(station, `${LOGIN} --force`)
      const { url } = await waits(terminal)
      const callback = await interceptCallback(station.emulator, url, other)
      await terminal.answer(PASTE, callback.href + ENTER)
      await terminal.shows("Replace that session with other-user@example.com's? [y/N] ")
      terminal.type(answer + ENTER)
      expect(await terminal.ended).toMatchObject({ code })
      const after = answerOf(await station.run(PROCESS))
      if (answer === 'n') expect(after).toEqual(before)
      else expect(after.AccessKeyId).not.toBe(before.AccessKeyId)
    }
  })

  it('is asked for in a plain line on a terminal that cannot redraw one', async () => {
    const station = await remoteStation()
    const terminal = openTerminal(station, LOGIN, { env: { TERM: 'dumb' } })
    const said = (await terminal.shows('The URL it ends at: ')).replaceAll('\r\n', '\n')
    const url = new URL(/^ {2}(http\S+)$/m.exec(said)?.[1] ?? '')
    const callback = await interceptCallback(station.emulator, url)
    terminal.type(callback.href + ENTER)
    expect(await terminal.ended).toMatchObject({ code: 0 })
  })

  it('is not asked for with --no-input: only the callback is waited for', async () => {
    const station = await remoteStation()
    const terminal = openTerminal(station, `${LOGIN} --no-browser --no-input`)
    const { said, url } = await waits(terminal)
    expect(said).not.toContain('paste')
    await fetch(await interceptCallback(station.emulator, url))
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    expect(shown).not.toContain('paste')
  })

  it('is what the address bar of a Chromium shows that cannot reach this machine', async () => {
    const station = await remoteStation()
    const terminal = openTerminal(station, LOGIN)
    const { url } = await waits(terminal)
    const { page, complaints } = await openPage({ reaches: url.host })
    await page.goto(url.href)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await until(() => complaints.some((one) => one.startsWith('failed: http://localhost:')))
    // Once the browser's own page of the failure is there, the address above it is the one that failed.
    await page.waitForURL('chrome-error://chromewebdata/')
    const devTools = await page.context().newCDPSession(page)
    const { entries, currentIndex } = await devTools.send('Page.getNavigationHistory')
    const address = entries[currentIndex]!.url
    expect(address).toContain('/callback?code=')
    await terminal.answer(PASTE, address + ENTER)
    expect(await terminal.ended).toMatchObject({ code: 0 })
  })
})
