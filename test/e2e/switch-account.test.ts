/** Whose session it is: `--switch-account`, what is handed on to the hosted UI, two people at one app client. */
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { occupy } from '../sign-in/support/server.ts'
import { answerOf, freeRedirectUris, openStation, profileText, until } from './poolkey-process.ts'
import type { Running, Station, StationOptions } from './poolkey-process.ts'

const OTHER = { username: 'other-user', password: 'Other-Passw0rd', email: 'other-user@example.com' }
const LOGIN = ['login', '--profile', 'dev', '--no-browser', '--no-input']
const SWITCH = [...LOGIN, '--switch-account', '--yes']

interface Switching {
  station: Station
  /** What the person's browser keeps. */
  cookies: Map<string, string>
  logoutUri: string
}

/** Somebody is signed in, in the browser too, and there is another person. */
async function openSwitching({
  path = '/logout',
  isBeside = false,
  ...options
}: { path?: string; isBeside?: boolean } & StationOptions = {}): Promise<Switching> {
  const redirectUris = await freeRedirectUris(2)
  const [own, beside] = redirectUris
  const logoutUri = new URL(path, isBeside ? beside : own).href
  const station = await openStation({
    redirectUris: isBeside ? [own!] : redirectUris,
    logoutUris: [logoutUri],
    ...options,
    profile: { cognito_logout_uri: logoutUri, ...options.profile },
  })
  station.emulator.settings.users.push(OTHER)
  const cookies = new Map<string, string>()
  const login = station.start(LOGIN)
  await signInHeadlessly({
    authorizeUrl: (await login.signInUrl()).href,
    ...station.emulator.user,
    cookies,
  })
  expect(await login.ended).toMatchObject({ code: 0 })
  return { station, cookies, logoutUri }
}

/** The two pages of a switch: the one that ends the session, and the one to sign in on. */
async function pagesOf(login: Running): Promise<{ signOut: URL; signIn: URL }> {
  await login.signInUrl()
  await until(() => urlsIn(login).length === 2)
  const [signOut, signIn] = urlsIn(login)
  return { signOut: signOut!, signIn: signIn! }
}

function urlsIn(login: Running): URL[] {
  return [...login.said().stderr.matchAll(/^ {2}(https?:\S+)\n/gm)].map(([, url]) => new URL(url!))
}

async function userName(station: Station, profile = 'dev'): Promise<unknown> {
  const { stdout } = await station.run(['status', '--json', '--profile', profile])
  return (JSON.parse(stdout) as { session: { userName?: string } }).session.userName
}

test('without it a browser that is signed in signs in the same person again, whoever was meant', async () => {
  const { station, cookies } = await openSwitching()
  const login = station.start([...LOGIN, '--force'])
  const authorizeUrl = (await login.signInUrl()).href
  await signInHeadlessly({ authorizeUrl, ...OTHER, cookies })
  expect(await login.ended).toMatchObject({ code: 0 })
  expect(await userName(station)).toBe('test-user')
})

test.each([
  { where: 'the port of the callback', isBeside: false, path: '/logout' },
  { where: 'the very address of the callback', isBeside: false, path: '/callback' },
  { where: 'a port of its own', isBeside: true, path: '/bye?a=b' },
])(
  '--switch-account ends the session in the browser, then signs in somebody else: by way of $where',
  async ({ isBeside, path }) => {
    const { station, cookies, logoutUri } = await openSwitching({ isBeside, path })
    const before = answerOf(await station.run(['credential-process', '--profile', 'dev']))
    const login = station.start(SWITCH)
    const { signOut, signIn } = await pagesOf(login)
    expect(`${signOut.origin}${signOut.pathname}`).toBe(`${station.emulator.origin}/logout`)
    expect(Object.fromEntries(signOut.searchParams)).toEqual({
      client_id: station.emulator.clientId,
      logout_uri: logoutUri,
    })
    const page = await signInHeadlessly({ authorizeUrl: signOut.href, ...OTHER, cookies })
    expect(page.body).toContain('other-user@example.com')
    expect(await login.ended).toMatchObject({ code: 0, stdout: '' })
    expect(await userName(station)).toBe('other-user')
    const after = answerOf(await station.run(['credential-process', '--profile', 'dev']))
    expect(after.AccessKeyId).not.toBe(before.AccessKeyId)
    const seen = station.emulator.requests.map(({ operation }) => operation)
    expect(seen.slice(seen.indexOf('logout'), seen.indexOf('logout') + 4)).toEqual([
      ...['logout', 'authorize', 'login-form', 'login'],
    ])
    const asked = station.emulator.requests.filter(({ operation }) => operation === 'authorize').at(-1)!
    const query = new URL(asked.url, station.emulator.origin).searchParams
    expect(Object.fromEntries(query), 'PKCE, state and nonce').toEqual(
      Object.fromEntries(signIn.searchParams),
    )
    expect(query.get('code_challenge')).toMatch(/^[\w-]{43}$/)
  },
)

test('--switch-account opens one page in the browser, which leads to the other', async () => {
  const { station, cookies } = await openSwitching()
  const login = station.start(['login', '--profile', 'dev', '--no-input', '--switch-account', '--yes'])
  await until(() => station.browserRuns()?.includes('url=') === true)
  const opened = () => [...station.browserRuns()!.matchAll(/^url=(.*)$/gm)].map(([, url]) => url!)
  expect(new URL(opened()[0]!).pathname).toBe('/logout')
  await signInHeadlessly({ authorizeUrl: opened()[0]!, ...OTHER, cookies })
  expect(await login.ended).toMatchObject({ code: 0 })
  expect(opened()).toHaveLength(1)
  expect(await userName(station)).toBe('other-user')
})

test('--switch-account without --yes and without a terminal is exit 3, and the old session stays', async () => {
  const { station, cookies } = await openSwitching()
  const before = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  const login = station.start([...LOGIN, '--switch-account'])
  const { signOut } = await pagesOf(login)
  await signInHeadlessly({ authorizeUrl: signOut.href, ...OTHER, cookies })
  expect(await login.ended).toMatchObject({ code: 3, stdout: '' })
  expect(await userName(station)).toBe('test-user')
  expect(answerOf(await station.run(['credential-process', '--profile', 'dev']))).toEqual(before)
  expect(station.emulator.count('revoke'), 'the tokens that nobody keeps').toBe(1)
})

test('the way on to the sign-in is for its own address alone', async () => {
  const { station, logoutUri } = await openSwitching()
  const login = station.start(SWITCH)
  const { signIn } = await pagesOf(login)
  const ask = (url: string, init: RequestInit = {}) => fetch(url, { redirect: 'manual', ...init })
  const led = await ask(logoutUri)
  expect([led.status, led.headers.get('location')]).toEqual([303, signIn.href])
  expect(led.headers.get('referrer-policy')).toBe('no-referrer')
  for (const [url, init, status] of [
    [`${logoutUri}?x=1`, {}, 404],
    [`${logoutUri}/`, {}, 404],
    [logoutUri, { method: 'POST' }, 404],
  ] as const) {
    const answer = await ask(url, init)
    expect([answer.status, answer.headers.get('location')], url).toEqual([status, null])
  }
  login.child.kill('SIGTERM')
  expect(await login.ended).toMatchObject({ code: 143 })
})

test('--switch-account needs cognito_logout_uri: exit 3 before anything is opened or asked', async () => {
  const station = await openStation()
  const login = await station.run(SWITCH)
  expect(login).toMatchObject({ code: 3, stdout: '' })
  expect(login.stderr).toContain(
    'poolkey: error: profile dev has no cognito_logout_uri, which login --switch-account needs',
  )
  const uri = new URL('/logout', station.emulator.settings.redirectUris[0]).href
  expect(login.stderr).toContain(`poolkey configure --logout-uri ${uri} --profile dev`)
  expect(station.emulator.requests).toEqual([])
})

test('--switch-account by way of a page elsewhere takes somebody at the terminal', async () => {
  const elsewhere = 'https://www.example.com/signed-out'
  const station = await openStation({ profile: { cognito_logout_uri: elsewhere } })
  const login = await station.run(SWITCH)
  expect(login).toMatchObject({ code: 2, stdout: '' })
  expect(login.stderr).toContain(`since ${elsewhere} does not lead back here`)
})

test('--switch-account whose sign-out port is taken is exit 6 and names the setting, before a browser opens', async () => {
  const { station, logoutUri } = await openSwitching({ isBeside: true })
  await occupy('127.0.0.1', Number(new URL(logoutUri).port))
  const login = await station.run(['login', '--profile', 'dev', '--no-input', '--switch-account'])
  expect(login).toMatchObject({ code: 6, stdout: '' })
  expect(login.stderr).toContain(`no sign-out port is free: ${logoutUri}`)
  expect(login.stderr).toContain('set cognito_logout_uri to it')
})

test('a sign-out URL that is not registered leads nowhere: the time limit names it', async () => {
  const { station, cookies, logoutUri } = await openSwitching()
  station.emulator.settings.logoutUris = []
  const login = station.start([...SWITCH, '--timeout', '2'])
  const { signOut } = await pagesOf(login)
  const page = await signInHeadlessly({ authorizeUrl: signOut.href, ...OTHER, cookies })
  expect(page).toMatchObject({ status: 400, url: signOut.href })
  const outcome = await login.ended
  expect(outcome).toMatchObject({ code: 6, stdout: '' })
  expect(outcome.stderr).toContain(`register ${logoutUri} as a sign-out URL and http://localhost:`)
  expect(outcome.stderr).toContain('otherwise run: poolkey login --switch-account --profile dev')
})

test('--prompt, --login-hint, --identity-provider, --idp-identifier and --lang reach the hosted UI, over the profile', async () => {
  const station = await openStation({
    profile: { cognito_login_hint: 'profile', cognito_idp_identifier: 'profile', cognito_prompt: 'consent' },
  })
  const asked = async (...words: string[]) => {
    const login = station.start([...LOGIN, ...words])
    const { searchParams } = await login.signInUrl()
    login.child.kill('SIGTERM')
    await login.ended
    const names = ['prompt', 'login_hint', 'identity_provider', 'idp_identifier', 'lang']
    return Object.fromEntries([...searchParams].filter(([name]) => names.includes(name)))
  }
  const own = { login_hint: 'profile', idp_identifier: 'profile', prompt: 'consent' }
  expect(await asked()).toEqual(own)
  expect(
    await asked(...['--prompt', 'login select_account', '--login-hint', 'dana', '--lang', 'de']),
  ).toEqual({ ...own, prompt: 'login select_account', login_hint: 'dana', lang: 'de' })
  expect(await asked('--identity-provider', 'Google')).toEqual({
    ...{ login_hint: 'profile', prompt: 'consent', identity_provider: 'Google' },
  })
  expect(await asked('--idp-identifier', 'example.com')).toEqual({ ...own, idp_identifier: 'example.com' })
})

test('a way to the identity provider cannot be given twice, and a prompt is one that there is', async () => {
  const station = await openStation()
  for (const [words, said] of [
    [['--identity-provider', 'Google', '--idp-identifier', 'example.com'], 'cognito_idp_identifier'],
    [['--prompt', 'never'], 'login, select_account, consent'],
  ] as const) {
    const login = await station.run([...LOGIN, ...words])
    expect(login).toMatchObject({ code: 2, stdout: '' })
    expect(login.stderr).toContain(said)
  }
  expect(station.emulator.requests).toEqual([])
})

test('--prompt login has the form shown to a browser that is signed in', async () => {
  const { station, cookies } = await openSwitching()
  const login = station.start([...LOGIN, '--force', '--yes', '--prompt', 'login'])
  const authorizeUrl = (await login.signInUrl()).href
  await signInHeadlessly({ authorizeUrl, ...OTHER, cookies })
  expect(await login.ended).toMatchObject({ code: 0 })
  expect(await userName(station)).toBe('other-user')
})

test('cognito_session keeps two people at one app client apart: sign-in, credentials and logout', async () => {
  const station = await openStation()
  station.emulator.settings.users.push(OTHER)
  const profiles = ['one', 'two'].map((name) =>
    profileText(station.emulator, name, { cognito_session: name }),
  )
  writeFileSync(station.configFile, profiles.join('\n'))
  const signIn = async (profile: string, person: { username: string; password: string }) => {
    const login = station.start(['login', '--profile', profile, '--no-browser', '--no-input'])
    const authorizeUrl = (await login.signInUrl()).href
    await signInHeadlessly({ authorizeUrl, username: person.username, password: person.password })
    expect(await login.ended).toMatchObject({ code: 0 })
  }
  await signIn('one', station.emulator.user)
  await signIn('two', OTHER)
  expect([await userName(station, 'one'), await userName(station, 'two')]).toEqual([
    'test-user',
    'other-user',
  ])
  const keys = async () =>
    Promise.all(
      ['one', 'two'].map(async (name) => {
        const outcome = await station.run(['credential-process', '--profile', name])
        return outcome.code === 0 ? answerOf(outcome).AccessKeyId : outcome.code
      }),
    )
  const [one, two] = await keys()
  expect(one).not.toBe(two)
  expect(await station.run(['logout', '--profile', 'one'])).toMatchObject({ code: 0 })
  expect(await keys()).toEqual([4, two])
})
