/** `poolkey login` in a real Chromium and at a real terminal, from the hosted UI's button to the page that says how it ended. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { freeRedirectUris, openStation, until } from '../e2e/poolkey-process.ts'
import type { Outcome, Station } from '../e2e/poolkey-process.ts'
import { leaksIn } from '../e2e/secret-sweep.ts'
import { occupy, startServer } from '../sign-in/support/server.ts'
import { browserCommand, openPage } from './chromium.ts'
import type { WatchedPage } from './chromium.ts'
import { CTRL, openTerminal } from './terminal/terminal.ts'
import type { Terminal } from './terminal/terminal.ts'

const LOGIN = ['login', '--profile', 'dev', '--no-input']

/** Where a sign-in came to rest: the page is still open, the command has ended. */
interface Ended extends WatchedPage {
  station: Station
  outcome: Outcome
}

/** Signs in with a browser that a person opened by hand. */
async function signIn(prepare?: (station: Station) => void): Promise<Ended> {
  const station = await openStation()
  prepare?.(station)
  const watched = await openPage()
  const login = station.start([...LOGIN, '--no-browser'])
  await watched.page.goto((await login.signInUrl()).href)
  await pressSignIn(watched.page)
  return { ...watched, station, outcome: await login.ended }
}

/** Presses the button of the form, which comes filled in, and follows to the page that says how it ended. */
async function pressSignIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(({ pathname }) => /^\/callback\/[0-9a-f]{32}$/.test(pathname))
}

/** What was opened in BROWSER up to now. */
function opened(station: Station): string[] {
  return [...(station.browserRuns() ?? '').matchAll(/^url=(.*)$/gm)].map(([, url]) => url!)
}

function expectBareAddress({ page, station }: Pick<Ended, 'page' | 'station'>): void {
  const { origin, search, hash } = new URL(page.url())
  expect({ origin, search, hash }).toEqual({
    origin: new URL(station.emulator.settings.redirectUris[0]!).origin,
    search: '',
    hash: '',
  })
}

describe('a sign-in in Chromium', () => {
  it('B31: takes one press of a button, and ends on a page that tells a screen reader who is signed in', async () => {
    const { page, station, outcome, requests, complaints } = await signIn()
    expect(outcome).toMatchObject({ code: 0, stdout: '' })
    expectBareAddress({ page, station })
    expect(await page.title()).toBe('Signed in - poolkey')
    expect(await page.locator('body').ariaSnapshot()).toBe(
      [
        '- main "Signed in":',
        '  - status:',
        '    - heading "Signed in" [level=1]',
        '    - paragraph:',
        '      - text: You are signed in as',
        '      - strong: test-user@example.com',
        '      - text: .',
        '    - paragraph: You can close this window and return to the terminal.',
        '  - text: poolkey',
      ].join('\n'),
    )
    expect(complaints).toEqual([])
    const own = [station.emulator.origin, new URL(page.url()).origin]
    expect(requests.filter(({ origin }) => !own.includes(origin))).toEqual([])
    expect(requests.map(({ pathname }) => pathname.replace(/[0-9a-f]{32}$/, '*'))).toEqual([
      ...['/oauth2/authorize', '/login', '/login'],
      ...['/callback', '/callback/*'],
    ])
  })

  it('works in the browser that --browser names', async () => {
    const station = await openStation()
    const { command, openedPage } = browserCommand()
    const login = station.start([...LOGIN, '--browser', command])
    const page = await openedPage()
    await pressSignIn(page)
    expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
    expectBareAddress({ page, station })
    expect(await page.title()).toBe('Signed in - poolkey')
  })

  it('A5, B41: that fails says so, and why, where the person looks', async () => {
    const { page, station, outcome, complaints } = await signIn(({ emulator }) => {
      emulator.forge({ claims: { nonce: 'the nonce of another sign-in' } })
    })
    expect(outcome).toMatchObject({ code: 5, stdout: '' })
    expectBareAddress({ page, station })
    expect(await page.title()).toBe('Sign-in failed - poolkey')
    const alert = page.getByRole('main', { name: 'Sign-in failed' }).getByRole('alert')
    expect(await alert.getByRole('heading', { level: 1 }).textContent()).toBe('Sign-in failed')
    const text = await alert.innerText()
    expect(text).toContain('nonce')
    expect(text).toContain('Nothing was stored.')
    expect(text).not.toContain('test-user')
    expect(complaints).toEqual([])
    const next = await station.run(['credential-process', '--profile', 'dev'])
    expect(next, 'nothing was stored indeed').toMatchObject({ code: 4, stdout: '' })
  })

  it.each([
    { outcome: 'Signed in', nonce: undefined },
    { outcome: 'Sign-in failed', nonce: 'the nonce of another sign-in' },
  ])('ends on a page ($outcome) that can be read in light, in the dark and on a phone', async (row) => {
    const { page } = await signIn(({ emulator }) => {
      if (row.nonce !== undefined) emulator.forge({ claims: { nonce: row.nonce } })
    })
    expect(await page.title()).toContain(row.outcome)
    const brightness = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const texts = await readColours(page)
      expect(texts.length).toBeGreaterThanOrEqual(4)
      for (const { text, ink, paper } of texts) {
        expect(contrastOf(ink, paper), `${text}, ${colorScheme}`).toBeGreaterThanOrEqual(AA_CONTRAST)
      }
      brightness.push(luminanceOf(texts[0]!.paper))
    }
    expect(brightness[0], 'light paper').toBeGreaterThan(0.8)
    expect(brightness[1], 'dark paper').toBeLessThan(0.05)
    await page.setViewportSize({ width: 320, height: 480 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  })

  it('B40: leaves nothing secret to the Back button and the history', async () => {
    const { page, station } = await signIn()
    const devTools = await page.context().newCDPSession(page)
    const { entries } = await devTools.send('Page.getNavigationHistory')
    const secrets = station.secrets()
    expect(secrets.map(({ name }) => name)).toContain('code')
    expect(leaksIn(JSON.stringify(entries), secrets, 'the history')).toEqual([])
    expect(entries.map(({ url }) => new URL(url).pathname.replace(/[0-9a-f]{32}$/, '*'))).toEqual([
      ...['blank', '/login', '/callback/*'],
    ])
    await page.goBack()
    expect(new URL(page.url()).pathname, "the user pool's own page").toBe('/login')
    expect(leaksIn(`${page.url()} ${await page.content()}`, secrets, 'the page before')).toEqual([])
  })
})

describe('another account', () => {
  const OTHER = { username: 'other-user', password: 'Other-Passw0rd', email: 'other-user@example.com' }

  it('--switch-account really signs in somebody else in a browser that would sign in the same person again', async () => {
    const [callback = '', beside = ''] = await freeRedirectUris()
    const logoutUri = new URL('/logout', callback).href
    const station = await openStation({
      redirectUris: [callback, beside],
      logoutUris: [logoutUri],
      profile: { cognito_logout_uri: logoutUri },
    })
    station.emulator.settings.users.push(OTHER)
    const { page, complaints } = await openPage()
    const atResult = () => page.waitForURL(({ pathname }) => /^\/callback\/[0-9a-f]{32}$/.test(pathname))
    /** Runs `login` and has its browser open what it is given. */
    const begin = async (...words: string[]) => {
      const before = opened(station).length
      const login = station.start([...LOGIN, ...words])
      await until(() => opened(station).length > before)
      await page.goto(opened(station).at(-1)!)
      return login
    }
    const first = await begin()
    await pressSignIn(page)
    expect(await first.ended).toMatchObject({ code: 0 })

    const again = await begin('--force')
    await atResult()
    expect(await again.ended).toMatchObject({ code: 0 })
    expect(await page.locator('strong').textContent()).toBe('test-user@example.com')

    const login = await begin('--switch-account', '--yes')
    expect(new URL(page.url()).pathname, 'the form, and nobody signed in').toBe('/login')
    await page.getByLabel('Username').fill(OTHER.username)
    await page.getByLabel('Password').fill(OTHER.password)
    await pressSignIn(page)
    expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
    expect(await page.locator('strong').textContent()).toBe(OTHER.email)
    expect((await station.run(['status', '--profile', 'dev'])).stdout).toContain(OTHER.email)
    expect(opened(station), 'one opening a sign-in').toHaveLength(3)
    expect(complaints).toEqual([])
  })

  it('--switch-account by way of a page elsewhere waits for Enter, then opens the sign-in, and asks before it replaces', async () => {
    // As Cognito has it: not on this machine, as far as poolkey can tell.
    const logoutUri = 'https://www.example.com/signed-out'
    const station = await openStation({
      logoutUris: [logoutUri],
      profile: { cognito_logout_uri: logoutUri },
    })
    station.emulator.settings.users.push(OTHER)
    await station.signIn()
    const terminal = openTerminal(station, 'poolkey login --profile dev --switch-account')
    await terminal.shows('Press Enter once the browser says that you are signed out: ')
    await until(() => opened(station).length === 1)
    const { page } = await openPage()
    // The page elsewhere cannot be had from here; the session has ended on the way to it.
    await expect(page.goto(opened(station)[0]!)).rejects.toThrow('www.example.com')
    await page.waitForURL('chrome-error://chromewebdata/')
    terminal.type('\r')
    await until(() => opened(station).length === 2)
    expect(opened(station).map((url) => new URL(url).pathname)).toEqual(['/logout', '/oauth2/authorize'])
    await page.goto(opened(station)[1]!)
    await page.getByLabel('Username').fill(OTHER.username)
    await page.getByLabel('Password').fill(OTHER.password)
    const [replaced] = await Promise.all([
      terminal.shows("Replace that session with other-user@example.com's? [y/N] ").then((said) => {
        terminal.type('y\r')
        return said
      }),
      pressSignIn(page),
    ])
    expect(replaced).toContain('test-user@example.com is signed in here.')
    expect(await terminal.ended).toMatchObject({ code: 0 })
    expect(await page.locator('strong').textContent()).toBe(OTHER.email)
  })
})

describe('logout --web', () => {
  it('ends the session of a browser, which says so and then wants a password again', async () => {
    const redirectUris = await freeRedirectUris()
    const logoutUri = new URL('/bye', redirectUris[0]).href
    const profile = { cognito_logout_uri: logoutUri }
    const station = await openStation({ redirectUris, logoutUris: [logoutUri], profile })
    const { page, complaints } = await openPage()
    const login = station.start([...LOGIN, '--no-browser'])
    await page.goto((await login.signInUrl()).href)
    await pressSignIn(page)
    expect(await login.ended).toMatchObject({ code: 0 })

    const terminal = openTerminal(station, 'poolkey logout --profile dev --web')
    await terminal.shows('Waiting for the browser to end its session')
    await until(() => opened(station).length === 1)
    await page.goto(opened(station)[0]!)
    expect(await page.title()).toBe('Signed out - poolkey')
    expect(page.url()).toBe(logoutUri)
    const { code, shown } = await terminal.ended
    expect(shown).toContain("The browser's session has ended.")
    expect(code).toBe(0)

    const again = station.start([...LOGIN, '--no-browser'])
    await page.goto((await again.signInUrl()).href)
    expect(new URL(page.url()).pathname, 'the form, and nobody signed in').toBe('/login')
    again.child.kill('SIGINT')
    expect(await again.ended).toMatchObject({ code: 130 })
    expect(complaints).toEqual([])
  })
})

describe('the page of somebody else', () => {
  /** What a page can try to send to another origin, one way after another; tells what came of each. */
  const ATTACKS = `async (callback) => {
    const guess = callback + '?code=guess&state=guess'
    const said = async (work) => work.then((text) => 'read: ' + text, () => 'nothing')
    const loaded = (element, property) => said(new Promise((resolve, reject) => {
      element.onload = () => resolve('loaded')
      element.onerror = reject
      element[property] = guess
      document.body.append(element)
    }))
    return {
      cors: await said(fetch(guess).then((answer) => answer.text())),
      withHeader: await said(fetch(guess, { headers: { 'X-A': 'b' } }).then((answer) => answer.text())),
      posted: await said(fetch(guess, { method: 'POST', body: 'a' }).then((answer) => answer.text())),
      blind: await said(fetch(guess, { mode: 'no-cors' }).then((answer) => answer.text())),
      image: await loaded(document.createElement('img'), 'src'),
      script: await loaded(document.createElement('script'), 'src'),
      style: await loaded(Object.assign(document.createElement('link'), { rel: 'stylesheet' }), 'href'),
    }
  }`

  it('B39: reads nothing of the callback, frames it not, and ends no sign-in', async () => {
    const { url: evil } = await startServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<body>free coffee</body>')
    })
    const station = await openStation()
    const login = station.start([...LOGIN, '--no-browser'])
    const signInUrl = await login.signInUrl()
    const callback = signInUrl.searchParams.get('redirect_uri')!
    const { page, requests } = await openPage()
    await page.goto(evil.href)
    const outcome = await page.evaluate(`(${ATTACKS})(${JSON.stringify(callback)})`)
    expect(outcome).toEqual({
      ...{ cors: 'nothing', withHeader: 'nothing', posted: 'nothing', blind: 'nothing' },
      ...{ image: 'nothing', script: 'nothing', style: 'nothing' },
    })
    const framed = await page.evaluate<string>(`new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.onload = () => {
        try { resolve(frame.contentDocument ? 'blank' : 'an error page') } catch { resolve('an error page') }
      }
      frame.src = ${JSON.stringify(`${callback}?code=guess&state=guess`)}
      document.body.append(frame)
    })`)
    expect(framed).toBe('an error page')
    expect(
      await page
        .frames()[1]
        ?.locator('body')
        .innerText()
        .catch(() => ''),
    ).not.toContain('poolkey')
    expect(requests.filter(({ href }) => href.startsWith(callback)).length).toBeGreaterThanOrEqual(7)
    await page.goto(signInUrl.href)
    await pressSignIn(page)
    expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
    expect(station.emulator.count('token:authorization_code')).toBe(1)
  })
})

describe('a login at a terminal', () => {
  const LINE = 'poolkey login --profile dev --no-browser'

  it.each<[string, string, { line?: string; code: number; end: (terminal: Terminal) => unknown }]>([
    [
      'B37',
      'Ctrl-C',
      {
        code: 130,
        end: ({ type }) => {
          type(CTRL.c)
        },
      },
    ],
    ['B37', 'SIGTERM', { code: 143, end: async ({ pid }) => process.kill(await pid(), 'SIGTERM') }],
    ['B37', 'SIGHUP', { code: 129, end: async ({ pid }) => process.kill(await pid(), 'SIGHUP') }],
    ['B36', 'its time limit', { line: `${LINE} --timeout 2`, code: 6, end: () => undefined }],
  ])('%s: ended by %s gives back port and cursor, and stores nothing', async (_case, _how, row) => {
    const station = await openStation()
    const terminal = openTerminal(station, row.line ?? LINE)
    await terminal.shows(' left')
    await row.end(terminal)
    const { code, shown } = await terminal.ended
    expect(code).toBe(row.code)
    // What is drawn in place is erased; nothing else moves the cursor, hides it or changes the screen.
    expect(shown.replaceAll(/\d+:\d\d left[^\n]*?\r\u001b\[2K/g, '')).not.toMatch(/\u001b|Waiting/)
    // A shell adds a word of its own for whoever was hung up.
    expect(shown).toMatch(/\n[^\n]*poolkey: (error|fix): .*\n(Hangup\n)?$/)
    for (const uri of station.emulator.settings.redirectUris)
      await occupy('127.0.0.1', Number(new URL(uri).port))
    expect(await station.run(['credential-process', '--profile', 'dev'])).toMatchObject({
      code: 4,
      stdout: '',
    })
  })
})

// WCAG 2.2, success criterion 1.4.3: text of usual size.
const AA_CONTRAST = 4.5

interface ColouredText {
  text: string
  ink: string
  paper: string
}

/** The texts of a result page with their colours and that of the card they stand on. */
async function readColours(page: Page): Promise<ColouredText[]> {
  const script = `[...document.querySelectorAll('h1, p, .quiet, footer')].map((element) => ({
    text: element.textContent,
    ink: getComputedStyle(element).color,
    paper: getComputedStyle(document.querySelector('main')).backgroundColor,
  }))`
  return page.evaluate<ColouredText[]>(script)
}

/** WCAG's contrast ratio of two colours, 1 to 21. */
function contrastOf(one: string, other: string): number {
  const [dark = 0, bright = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b)
  return (bright + 0.05) / (dark + 0.05)
}

/** WCAG's relative luminance of `rgb(R, G, B)`, 0 to 1. */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [...colour.matchAll(/\d+/g)].map(([digits]) => {
    const part = Number(digits) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
