import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { DANGEROUS_TEXTS, FORBIDDEN } from '../errors/hostile-text.ts'
import { interceptCallback, withParameters } from '../sign-in/support/interception.ts'
import { occupy } from '../sign-in/support/server.ts'
import type { Station } from './poolkey-process.ts'
import { answerOf, openStation, startProgram, uniqueText, until, untilExpired } from './poolkey-process.ts'
import { filesIn } from './secret-sweep.ts'

const OTHER_PERSON = { username: 'other-user', password: 'Other-Passw0rd', email: 'other-user@example.com' }

function dev(station: Station, ...words: string[]) {
  return station.run([...words, '--profile', 'dev'])
}

async function userName(station: Station): Promise<unknown> {
  const { stdout } = await dev(station, 'status', '--json')
  return (JSON.parse(stdout) as { session: { userName?: string } }).session.userName
}

test('signs in, proves it by an exchange, and says who and until when', async () => {
  const station = await openStation()
  const login = await station.signIn()
  expect(login).toMatchObject({ code: 0, stdout: '' })
  expect(login.stderr).toContain('Signed in as test-user@example.com.\nCredentials until ')
  expect(login.page).toMatchObject({ status: 200 })
  expect(login.page.body).toContain('test-user@example.com')
  expect(new URL(login.page.url).searchParams.size, 'the code is gone from the address bar').toBe(0)
  expect(station.emulator.count('GetCredentialsForIdentity')).toBe(1)
  answerOf(await dev(station, 'credential-process'))
  expect(station.emulator.count('GetCredentialsForIdentity'), 'the proof is the answer').toBe(1)
})

test('does nothing when the sign-in already works', async () => {
  const station = await openStation()
  await station.signIn()
  const seen = station.emulator.requests.length
  const again = await dev(station, 'login')
  expect(again).toMatchObject({ code: 0, stdout: '' })
  expect(again.stderr).toBe(
    'Already signed in as test-user@example.com. To sign in anew: poolkey login --profile dev --force\n',
  )
  expect(station.emulator.requests.length).toBe(seen)
})

test('with --force signs in anew and fetches new credentials', async () => {
  const station = await openStation()
  await station.signIn()
  const first = answerOf(await dev(station, 'credential-process'))
  expect(await station.signIn(['--force'])).toMatchObject({ code: 0 })
  const second = answerOf(await dev(station, 'credential-process'))
  expect(second.AccessKeyId).not.toBe(first.AccessKeyId)
  expect(station.emulator.count('token:authorization_code')).toBe(2)
  expect(station.emulator.count('GetCredentialsForIdentity')).toBe(2)
})

test('keeps the sign-in when the exchange is refused, says both, and ends with 5', async () => {
  const station = await openStation()
  const { providers } = station.emulator.settings.identityPool
  station.emulator.settings.identityPool.providers = []
  const login = await station.signIn()
  expect(login).toMatchObject({ code: 5, stdout: '' })
  expect(login.stderr).toContain(
    'Signed in as test-user@example.com.\nThe sign-in is kept, but it yields no credentials:\n',
  )
  expect(login.stderr).toMatch(
    /poolkey: error: the identity pool .*\(NotAuthorizedException\)\npoolkey: fix: add user pool .*\n$/,
  )
  const again = await station.signIn()
  expect(again.stderr).toMatch(
    /^Somebody is signed in already, but that yields no credentials\. A new sign-in helps/,
  )
  station.emulator.settings.identityPool.providers = providers
  answerOf(await dev(station, 'credential-process'))
  expect(station.emulator.count('token:authorization_code')).toBe(2)
})

test('B36: gives up after --timeout with 6, naming the app client and the redirect URI to register', async () => {
  const station = await openStation()
  const login = await dev(station, 'login', '--no-browser', '--no-input', '--timeout', '1')
  expect(login).toMatchObject({ code: 6, stdout: '' })
  const message = login.stderr.slice(login.stderr.indexOf('poolkey: error:'))
  expect(message).toContain(station.emulator.clientId)
  expect(message).toContain(station.emulator.settings.redirectUris[0])
  expect(login.ms).toBeLessThan(8000)
  await expectNobodyListens(station.emulator.settings.redirectUris[0]!)
  expect(await dev(station, 'credential-process')).toMatchObject({ code: 4, stdout: '' })
})

test.each([
  { how: 'SIGINT', end: { code: 130, signal: null } },
  { how: 'SIGTERM', end: { code: 143, signal: null } },
  // By the signal itself, which a shell tells as 129: there may be no terminal left to say anything to.
  { how: 'SIGHUP', end: { code: null, signal: 'SIGHUP' } },
] as const)(
  'B37: $how while it waits ends it, frees the port and stores no session',
  async ({ how, end }) => {
    const station = await openStation()
    const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
    const url = await login.signInUrl()
    login.child.kill(how)
    expect(await login.ended).toMatchObject({ ...end, stdout: '' })
    expect(await dev(station, 'credential-process')).toMatchObject({ code: 4, stdout: '' })
    await expectNobodyListens(url.searchParams.get('redirect_uri')!)
  },
)

async function expectNobodyListens(redirectUri: string): Promise<void> {
  const { port } = new URL(redirectUri)
  for (const host of ['127.0.0.1', '[::1]']) {
    await expect(fetch(`http://${host}:${port}/`), 'nobody listens any more').rejects.toThrow()
  }
}

function occupyPortOf(redirectUri: string, host = '127.0.0.1'): Promise<void> {
  return occupy(host, Number(new URL(redirectUri).port))
}

test('B25: takes the next registered redirect URI when the first port is occupied', async () => {
  const station = await openStation()
  const [first, second] = station.emulator.settings.redirectUris
  await occupyPortOf(first!)
  const login = await station.signIn()
  expect(login).toMatchObject({ code: 0 })
  expect(login.stderr).toContain(`redirect_uri=${encodeURIComponent(second!)}&`)
})

test('B25: ends with 6 when every registered port is occupied, naming the setting, the ports and who holds them', async () => {
  const station = await openStation()
  const { redirectUris } = station.emulator.settings
  for (const uri of redirectUris) await occupyPortOf(uri)
  const login = await dev(station, 'login', '--no-browser', '--no-input')
  expect(login).toMatchObject({ code: 6, stdout: '' })
  expect(login.stderr).toContain('cognito_redirect_uri')
  for (const uri of redirectUris) {
    expect(login.stderr).toContain(`port ${new URL(uri).port}: `)
    expect(login.stderr).toContain(`(pid ${process.pid})`)
  }
})

test.each(['::1', '0.0.0.0', '::'])(
  'B26: a squatter on %s is noticed before a browser opens: the next URL is taken, or none',
  async (host) => {
    const station = await openStation()
    const [first, second] = station.emulator.settings.redirectUris
    await occupyPortOf(first!, host)
    const login = await station.signIn()
    expect(login).toMatchObject({ code: 0 })
    expect(new URL(login.page.url).port).toBe(new URL(second!).port)

    await occupyPortOf(second!, host)
    const none = await dev(station, 'login', '--force', '--no-input')
    expect(none).toMatchObject({ code: 6, stdout: '' })
    expect(none.stderr).toContain('poolkey: error: no callback port is free')
    expect(none.stderr, 'no URL').not.toContain(station.emulator.origin)
    // The station fails this test if a browser was started.
  },
)

test('does not replace another person without --yes: ends with 3 and the session stays', async () => {
  const station = await openStation()
  station.emulator.settings.users.push(OTHER_PERSON)
  await station.signIn()
  const before = answerOf(await dev(station, 'credential-process'))
  const login = await station.signIn(['--force'], OTHER_PERSON)
  expect(login).toMatchObject({ code: 3, stdout: '' })
  expect(login.stderr).toContain(
    'poolkey: error: other-user@example.com signed in, but the session belongs to test-user@example.com',
  )
  expect(login.stderr).toContain('poolkey: fix: run login again with --yes')
  expect(login.page.body, 'the browser is told the truth').toContain('it was left as it is')
  expect(await userName(station)).toBe('test-user')
  expect(answerOf(await dev(station, 'credential-process'))).toEqual(before)
})

test('replaces another person with --yes, whose credentials are void from then on', async () => {
  const station = await openStation()
  station.emulator.settings.users.push(OTHER_PERSON)
  await station.signIn()
  const before = answerOf(await dev(station, 'credential-process'))
  expect(await station.signIn(['--force', '--yes'], OTHER_PERSON)).toMatchObject({ code: 0 })
  expect(await userName(station)).toBe('other-user')
  expect(answerOf(await dev(station, 'credential-process')).AccessKeyId).not.toBe(before.AccessKeyId)
})

test('C45, C49: gives BROWSER the URL as one word and none of the AWS and poolkey variables', async () => {
  const station = await openStation({ env: { AWS_REGION: 'eu-west-1', POOLKEY_DEBUG: '', KEPT: 'yes' } })
  const hint = '$(touch pwn)`id`&calc|\'"%PATH%;\\ #é'
  const login = station.start(['login', '--profile', 'dev', '--no-input', '--login-hint', hint])
  const url = await login.signInUrl()
  expect(url.searchParams.get('login_hint')).toBe(hint)
  await until(() => station.browserRuns()?.includes('url=') === true)
  const environment = station.browserRuns()!.split('\n')
  const opened = new URL(environment.find((line) => line.startsWith('url='))!.slice('url='.length))
  expect([...opened.searchParams]).toEqual([...url.searchParams])
  expect(opened.href).not.toMatch(/["'`$();|\\\s]/)
  expect(environment).toContain('KEPT=yes')
  expect(environment.filter((line) => /^(AWS|POOLKEY)_/.test(line))).toEqual([])
  await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user })
  expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
})

test('C49: gives BROWSER no descriptor of its own', async () => {
  const station = await openStation()
  const list = join(station.home, 'descriptors')
  const browser = plantBrowser(station, `(exec ls -l /proc/$$/fd >'${list}.new')\nmv '${list}.new' '${list}'`)
  const descriptors = () =>
    [...readFileSync(list, 'utf8').matchAll(/ (\d+) -> (.*)$/gm)].map(([, fd, target]) => `${fd} ${target}`)
  // What this test was started with itself, everybody hands on.
  await startProgram(browser, [], {}).ended
  const handedOn = descriptors()
  rmSync(list)
  const login = station.start(['login', '--profile', 'dev', '--no-input'], { BROWSER: browser })
  const url = await login.signInUrl()
  await until(() => existsSync(list))
  const streams = ['0 /dev/null', '1 /dev/null', '2 /dev/null']
  expect(descriptors()).toEqual(expect.arrayContaining(streams))
  expect(descriptors().filter((one) => !handedOn.includes(one) && !streams.includes(one))).toEqual([])
  await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user })
  expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
})

/** A browser of the test's own, beside the one whose start is noticed. */
function plantBrowser(station: Station, body: string): string {
  const path = join(station.home, 'doubles', `browser-${uniqueText()}`)
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

test.each([
  { which: 'that is absent', body: undefined, says: 'not found' },
  { which: 'that fails', body: 'exit 3', says: 'ended with 3' },
  { which: 'that hangs', body: 'exec sleep 60', says: undefined },
  { which: 'that writes junk', body: 'echo junk; echo junk >&2', says: undefined },
])('C50: goes on with the URL at hand, and a clean stdout, with a browser $which', async ({ body, says }) => {
  const station = await openStation()
  const browser = body === undefined ? join(station.home, 'absent') : plantBrowser(station, body)
  const login = station.start(['login', '--profile', 'dev', '--no-input'], { BROWSER: browser })
  const url = await login.signInUrl()
  if (says !== undefined) await until(() => login.said().stderr.includes('No browser opened'))
  await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user })
  const outcome = await login.ended
  expect(outcome).toMatchObject({ code: 0, stdout: '' })
  if (says === undefined) expect(outcome.stderr).not.toContain('No browser opened')
  else expect(outcome.stderr).toContain(says)
  expect(outcome.stderr).not.toContain('junk')
})

test('C50: a credential process whose browser writes junk answers with one JSON object all the same', async () => {
  const station = await openStation({ profile: { cognito_auto_login: 'true' } })
  const note = join(station.home, 'url')
  const browser = plantBrowser(station, `echo junk; echo junk >&2; echo "$1" >'${note}'`)
  const process = station.start(['credential-process', '--profile', 'dev'], { BROWSER: browser })
  await until(() => existsSync(note) && readFileSync(note, 'utf8').endsWith('\n'))
  const authorizeUrl = readFileSync(note, 'utf8').trim()
  await signInHeadlessly({ authorizeUrl, ...station.emulator.user })
  expect(answerOf(await process.ended).Version).toBe(1)
})

test("C51: root is warned and gets no browser of the system's; anybody else gets it", async () => {
  const station = await openStation({ env: { BROWSER: undefined, DISPLAY: ':0' } })
  const login = station.start(['login', '--profile', 'dev', '--no-input'])
  const url = await login.signInUrl()
  const isRoot = process.getuid?.() === 0
  // The double of xdg-open; as root, its start would fail this test.
  if (!isRoot) await until(() => station.browserRuns()?.includes(`url=${url.href}`) === true)
  await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user })
  const outcome = await login.ended
  expect(outcome).toMatchObject({ code: 0, stdout: '' })
  expect(outcome.stderr.includes('Running as root: no browser is started')).toBe(isRoot)
})

test.each([
  ...[
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/share',
    'ms-settings:x',
    'http://acme.example',
  ],
  ...['evil.example/@acme.auth.eu-west-1.amazoncognito.com', 'acme.example@evil.example'],
  ...['https://user:secret@acme.example', 'acme.example:8443', '\u0430cme.example', 'a$(calc).example'],
])('C47, C48: never opens a browser for the domain %s: exit 3, naming the line', async (domain) => {
  const station = await openStation({ profile: { cognito_domain: domain } })
  const login = await dev(station, 'login', '--no-input')
  expect(login).toMatchObject({ code: 3, stdout: '' })
  expect(login.stderr).toMatch(/^poolkey: error: .*config:\d+.*cognito_domain/)
  expect(login.stderr).not.toContain('authorize')
})

test('A6: refuses a forged ID token with 5 and stores nothing', async () => {
  const station = await openStation()
  station.emulator.forge({ signature: 'other-key' })
  const login = await station.signIn()
  expect(login).toMatchObject({ code: 5, stdout: '' })
  expect(login.page.body).not.toContain('test-user')
  expect(await dev(station, 'credential-process')).toMatchObject({ code: 4, stdout: '' })
})

test('A3: a callback that was never asked for does not end the login', async () => {
  const station = await openStation()
  const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  const url = await login.signInUrl()
  const forged = new URL(url.searchParams.get('redirect_uri')!)
  forged.search = new URLSearchParams({ code: 'a-code', state: 'another-state' }).toString()
  expect((await fetch(forged)).status).toBe(400)
  await until(() => login.said().stderr.includes('Still waiting.'))
  await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user })
  expect(await login.ended).toMatchObject({ code: 0 })
})

/** What the user pool, or anybody, sends to the callback of a login: an answer to this URL. */
function answerTo(url: URL, answer: Record<string, string>): URL {
  return withParameters(new URL(url.searchParams.get('redirect_uri')!), answer)
}

test.each([0, 1, 2])(
  'B32, H111: nothing in a description reaches a terminal as it is: part %i of what is dangerous',
  async (part) => {
    const texts = DANGEROUS_TEXTS.filter((_text, index) => index % 3 === part)
    const description = texts.join(' ')
    const station = await openStation()
    const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
    const url = await login.signInUrl()
    await fetch(answerTo(url, { error: texts[0]!, error_description: description }))
    await until(() => login.said().stderr.includes('Still waiting.'))
    const state = url.searchParams.get('state')!
    await fetch(answerTo(url, { error: texts[0]!, error_description: description, state }))
    const outcome = await login.ended
    expect(outcome).toMatchObject({ code: 5, stdout: '' })
    expect(outcome.stderr.replaceAll('\n', '')).not.toMatch(FORBIDDEN)
    // Twice in the notice, twice in the error, and nothing was cut off.
    expect(outcome.stderr.match(/safe/g)).toHaveLength(4 * (texts.length + 1))
  },
)

test('B30: an error with our state ends the login with 5, one without is told and ends nothing', async () => {
  const station = await openStation()
  const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  const url = await login.signInUrl()
  const unverified = await fetch(answerTo(url, { error: 'server_error', error_description: 'Not <b>ours' }))
  expect([unverified.status, await unverified.text()]).toEqual([
    400,
    expect.stringContaining('poolkey is still waiting'),
  ])
  await until(() => login.said().stderr.includes('Still waiting.'))
  const foreign = { error: 'access_denied', state: 'f'.repeat(64) }
  expect((await fetch(answerTo(url, foreign))).status).toBe(400)
  const state = url.searchParams.get('state')!
  await fetch(answerTo(url, { error: 'access_denied', error_description: 'User said no', state }))
  const outcome = await login.ended
  expect(outcome).toMatchObject({ code: 5, stdout: '' })
  expect(outcome.stderr).toContain('Somebody reports an error, unverified: server_error (Not <b>ours).')
  expect(outcome.stderr).toContain('poolkey: error: the sign-in was refused: access_denied (User said no)')
  expect(station.emulator.count('token:authorization_code')).toBe(0)
  expect(await dev(station, 'credential-process')).toMatchObject({ code: 4, stdout: '' })
})

test('B33: fifty callbacks at the same time, each with the right state, exchange one code', async () => {
  const station = await openStation()
  const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  const callback = await interceptCallback(station.emulator, await login.signInUrl())
  const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(callback)))
  const titles = await Promise.all(
    answers.map(async (answer) => /<title>(.*) - poolkey/.exec(await answer.text())?.[1]),
  )
  expect(titles.toSorted()).toEqual([...Array.from({ length: 49 }, () => 'Already answered'), 'Signed in'])
  expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
  expect(station.emulator.count('token:authorization_code')).toBe(1)
})

test('A16: two logins at two pools at once, their callbacks crossed: neither takes the other’s, both succeed', async () => {
  const stations = [await openStation(), await openStation()]
  const inFlight = await Promise.all(
    stations.map(async (station) => {
      const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
      return { station, login, callback: await interceptCallback(station.emulator, await login.signInUrl()) }
    }),
  )
  const [one, two] = inFlight.map(({ callback }) => callback)
  expect(one!.search).not.toBe(two!.search)
  expect((await fetch(new URL(two!.search, one))).status).toBe(400)
  expect((await fetch(new URL(one!.search, two))).status).toBe(400)
  for (const { station } of inFlight) expect(station.emulator.count('token:authorization_code')).toBe(0)
  for (const { station, login, callback } of inFlight) {
    expect((await fetch(callback)).status).toBe(200)
    expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
    expect(station.emulator.count('token:authorization_code')).toBe(1)
  }
})

test('A11: a refresh that answers for somebody else is refused with 5, and the session is as it was', async () => {
  const station = await openStation({ idTokenSeconds: 2, credentialsSeconds: 2 })
  await station.signIn()
  await untilExpired(answerOf(await dev(station, 'credential-process')))
  const sub = 'somebody-else'
  station.emulator.forge({ grant: 'refresh_token', claims: { sub } })
  const refused = await dev(station, 'credential-process')
  expect(refused).toMatchObject({ code: 5, stdout: '' })
  expect(refused.stderr).toMatch(
    /^poolkey: error: the ID token was refused: its claim sub, expected .*, got somebody-else\n/,
  )
  expect(await userName(station)).toBe('test-user')
  station.emulator.forge(undefined)
  expect(answerOf(await dev(station, 'credential-process')).Version).toBe(1)
  expect(station.emulator.count('token:authorization_code')).toBe(1)
})

test('a sign-in-only profile signs in without any exchange', async () => {
  const station = await openStation({ profile: { cognito_identity_pool_id: undefined } })
  expect(await station.signIn()).toMatchObject({ code: 0, stdout: '' })
  expect(station.emulator.count('GetId')).toBe(0)
  const process = await dev(station, 'credential-process')
  expect(process).toMatchObject({ code: 3, stdout: '' })
  expect(process.stderr).toContain('cognito_identity_pool_id')
})

test('two logins at once ask one person once', async () => {
  const station = await openStation()
  const first = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  const url = await first.signInUrl()
  const second = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  await until(() => second.said().stderr.includes('Waiting for another poolkey'))
  await signInHeadlessly({ authorizeUrl: url.href, ...station.emulator.user })
  expect(await first.ended).toMatchObject({ code: 0 })
  const waited = await second.ended
  expect(waited).toMatchObject({ code: 0 })
  expect(waited.stderr).toContain('Already signed in as test-user@example.com.')
  expect(station.emulator.count('token:authorization_code')).toBe(1)
})

test('leaves the whole state folder to its owner alone', async () => {
  const station = await openStation()
  await station.signIn()
  expect(existsSync(station.stateFolder)).toBe(true)
  expect(statSync(station.stateFolder).mode & 0o777).toBe(0o700)
  const files = filesIn(station.stateFolder)
  expect(files.length).toBeGreaterThan(2)
  for (const file of files) expect(statSync(file).mode & 0o777, file).toBe(0o600)
})
