import { describe, expect, test } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import {
  authorizeUrl,
  callbackOf,
  emulatorForTest,
  handClock,
  locationOf,
  obtainCode,
  open,
  signIn,
} from './emulated-sign-in.ts'
import type { Emulator } from '../../src/emulator/emulator.ts'

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

/** Signs in by hand and answers with the browser's session cookie. */
async function openSession(emulator: Emulator): Promise<string> {
  const form = await open(locationOf(await open(authorizeUrl(emulator))).href)
  const csrf = /name="_csrf" value="([^"]+)"/.exec(await form.text())![1]!
  const { username, password } = emulator.user
  const answer = await fetch(form.url, {
    method: 'POST',
    redirect: 'manual',
    headers: { Cookie: cookiesOf(form) },
    body: new URLSearchParams({ _csrf: csrf, username, password }),
  })
  return cookiesOf(answer)
}

describe('the authorize endpoint', () => {
  test('leads a browser through the form back to the callback, with code and the same state', async () => {
    const emulator = await emulatorForTest()
    const page = await signInHeadlessly({ authorizeUrl: authorizeUrl(emulator), ...emulator.user })
    const { searchParams, origin, pathname } = new URL(page.url)
    expect(`${origin}${pathname}`).toBe(callbackOf(emulator))
    expect([...searchParams.keys()]).toEqual(['code', 'state'])
    expect(searchParams.get('state')).toBe('a-state')
    expect(searchParams.get('code')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test.each([
    ['a client it does not know', { client_id: 'somebody-else' }, 'invalid_client'],
    ['no client', { client_id: null }, 'invalid_client'],
    [
      'a redirect URI with a slash too many',
      { redirect_uri: 'http://localhost:8400/callback/' },
      'redirect_mismatch',
    ],
    ['another port', { redirect_uri: 'http://localhost:8401/callback' }, 'redirect_mismatch'],
    ['no redirect URI', { redirect_uri: null }, 'redirect_mismatch'],
  ])('shows its own page and calls nobody back for %s', async (_, change, error) => {
    const emulator = await emulatorForTest()
    const answer = await open(authorizeUrl(emulator, change))
    expect(answer.status).toBe(400)
    expect(answer.headers.get('location')).toBeNull()
    expect(await answer.text()).toContain(error)
  })

  test('does not let markup of a redirect URI into its error page', async () => {
    const emulator = await emulatorForTest()
    const answer = await open(authorizeUrl(emulator, { redirect_uri: 'http://x/<script>' }))
    expect(await answer.text()).not.toContain('<script>')
  })

  test.each([
    ['no response type', { response_type: null }, 'invalid_request'],
    ['an unknown response type', { response_type: 'id_token' }, 'invalid_request'],
    ['the implicit grant', { response_type: 'token' }, 'unauthorized_client'],
    ['a challenge without its method', { code_challenge: 'a'.repeat(43) }, 'invalid_request'],
    ['a method without its challenge', { code_challenge_method: 'S256' }, 'invalid_request'],
    [
      'the plain method',
      { code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' },
      'invalid_request',
    ],
    [
      'a challenge that is no digest',
      { code_challenge: 'abc', code_challenge_method: 'S256' },
      'invalid_request',
    ],
    ['a scope nobody defined', { scope: 'openid unheard-of' }, 'invalid_scope'],
    ['attributes without openid', { scope: 'email' }, 'invalid_scope'],
    ['a prompt that contradicts itself', { prompt: 'none login' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'shout' }, 'invalid_request'],
    ['a resource that is no URL', { resource: 'thing' }, 'invalid_request'],
  ])('redirects with the documented error, and without state, for %s', async (_, change, error) => {
    const emulator = await emulatorForTest()
    const location = locationOf(await open(authorizeUrl(emulator, change)))
    expect(`${location.origin}${location.pathname}`).toBe(callbackOf(emulator))
    expect(location.searchParams.get('error')).toBe(error)
    expect(location.searchParams.has('state')).toBe(false)
  })

  test('lets error redirects carry the state where a test asks for that', async () => {
    const emulator = await emulatorForTest({ errorsCarryState: true })
    const location = locationOf(await open(authorizeUrl(emulator, { scope: 'unheard-of' })))
    expect(location.searchParams.get('state')).toBe('a-state')
  })

  test('refuses a parameter that comes twice', async () => {
    const emulator = await emulatorForTest()
    const location = locationOf(await open(`${authorizeUrl(emulator)}&state=another`))
    expect(location.searchParams.get('error')).toBe('invalid_request')
    const twice = await open(`${authorizeUrl(emulator)}&redirect_uri=http%3A%2F%2Fevil.example`)
    expect([twice.status, twice.headers.get('location')]).toEqual([400, null])
  })

  test('leaves out scopes that the client does not have, and grants all of them when none is named', async () => {
    const emulator = await emulatorForTest({ clientScopes: ['openid', 'email', 'reports/read'] })
    const scopeFor = async (scope: string | null) => {
      const { access_token: token } = await signIn(emulator, { scope })
      return (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { scope: string })
        .scope
    }
    expect(await scopeFor('openid profile reports/read')).toBe('openid reports/read')
    expect(await scopeFor(null)).toBe('openid email reports/read')
    const location = locationOf(await open(authorizeUrl(emulator, { scope: 'phone' })))
    expect(location.searchParams.get('error')).toBe('invalid_scope')
  })

  test('takes a provider, a language and an e-mail address in place of the user name', async () => {
    const emulator = await emulatorForTest()
    const page = await signInHeadlessly({
      authorizeUrl: authorizeUrl(emulator, { identity_provider: 'COGNITO', idp_identifier: 'x', lang: 'de' }),
      username: emulator.user.email,
      password: emulator.user.password,
    })
    expect(new URL(page.url).searchParams.has('code')).toBe(true)
  })

  test('answers GET alone', async () => {
    const emulator = await emulatorForTest()
    const answer = await fetch(authorizeUrl(emulator), { method: 'POST' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
  })
})

describe('the session of the browser', () => {
  test('signs in at once for an hour', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now })
    const cookie = await openSession(emulator)
    expect(locationOf(await open(authorizeUrl(emulator), cookie)).searchParams.has('code')).toBe(true)
    clock.advance(3599)
    expect(locationOf(await open(authorizeUrl(emulator), cookie)).searchParams.has('code')).toBe(true)
    clock.advance(1)
    expect(locationOf(await open(authorizeUrl(emulator), cookie)).pathname).toBe('/login')
  })

  test('is kept from scripts', async () => {
    const emulator = await emulatorForTest({ secretMark: 'CANARY-' })
    const form = await open(locationOf(await open(authorizeUrl(emulator))).href)
    for (const cookie of form.headers.getSetCookie()) expect(cookie).toContain('HttpOnly')
    expect(await openSession(emulator)).toMatch(/^cognito=CANARY-/)
  })

  test('is passed over by prompt=login and needed by prompt=none', async () => {
    const emulator = await emulatorForTest()
    const cookie = await openSession(emulator)
    expect(locationOf(await open(authorizeUrl(emulator, { prompt: 'login' }), cookie)).pathname).toBe(
      '/login',
    )
    const silent = authorizeUrl(emulator, { prompt: 'none' })
    expect(locationOf(await open(silent, cookie)).searchParams.has('code')).toBe(true)
    const refused = locationOf(await open(silent)).searchParams
    expect([refused.get('error'), refused.get('state')]).toEqual(['login_required', 'a-state'])
  })

  test('ends at /logout, which leads to a registered sign-out URL', async () => {
    const emulator = await emulatorForTest()
    const cookie = await openSession(emulator)
    const url = `${emulator.origin}/logout?client_id=${emulator.clientId}`
    const answer = await open(`${url}&logout_uri=http%3A%2F%2Flocalhost%3A8400%2Flogout`, cookie)
    expect(locationOf(answer).href).toBe('http://localhost:8400/logout')
    expect(answer.headers.getSetCookie().join()).toContain('Max-Age=0')
    expect(locationOf(await open(authorizeUrl(emulator), cookie)).pathname).toBe('/login')
  })

  test('survives a /logout with an unregistered URL or another client', async () => {
    const emulator = await emulatorForTest()
    const cookie = await openSession(emulator)
    const other = await open(
      `${emulator.origin}/logout?client_id=other&logout_uri=http://localhost:8400/logout`,
      cookie,
    )
    const unregistered = await open(
      `${emulator.origin}/logout?client_id=${emulator.clientId}&logout_uri=http://evil.example/`,
      cookie,
    )
    const nothing = await open(`${emulator.origin}/logout?client_id=${emulator.clientId}`, cookie)
    expect([other.status, unregistered.status, nothing.status]).toEqual([400, 400, 400])
    expect(locationOf(await open(authorizeUrl(emulator), cookie)).searchParams.has('code')).toBe(true)
  })

  test('can be ended on the way to signing in as somebody else', async () => {
    const emulator = await emulatorForTest()
    const url = authorizeUrl(emulator).replace('/oauth2/authorize', '/logout')
    const location = locationOf(await open(url, await openSession(emulator)))
    expect(location.pathname).toBe('/login')
    expect(location.searchParams.get('redirect_uri')).toBe(callbackOf(emulator))
  })
})

describe('the form', () => {
  test('comes filled in with the test user, labelled, without script or foreign assets', async () => {
    const emulator = await emulatorForTest()
    const answer = await open(authorizeUrl(emulator).replace('/oauth2/authorize', '/login'))
    const html = await answer.text()
    expect(html).toContain(`value="${emulator.user.username}"`)
    expect(html).toContain(`value="${emulator.user.password}"`)
    expect(html).toContain('<label for="username">')
    expect(html).toContain('<label for="password">')
    expect(html).toContain('prefers-color-scheme: dark')
    expect(html).not.toMatch(/<script|src=|href=|url\(/i)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('takes the user name from login_hint', async () => {
    const emulator = await emulatorForTest()
    const url = authorizeUrl(emulator, { login_hint: '"><b>someone' }).replace('/oauth2/authorize', '/login')
    const html = await (await open(url)).text()
    expect(html).toContain('value="&quot;&gt;&lt;b&gt;someone"')
    expect(html).not.toContain(emulator.user.password)
  })

  test('says that name or password were wrong, and gives no password away', async () => {
    const emulator = await emulatorForTest()
    const page = await signInHeadlessly({
      authorizeUrl: authorizeUrl(emulator),
      username: emulator.user.username,
      password: 'wrong',
    })
    expect(page.status).toBe(400)
    expect(page.body).toContain('Incorrect username or password.')
    expect(page.body).not.toContain(emulator.user.password)
  })

  test('refuses to be posted by a page that was not handed the form', async () => {
    const emulator = await emulatorForTest()
    const { username, password } = emulator.user
    const url = authorizeUrl(emulator).replace('/oauth2/authorize', '/login')
    const body = new URLSearchParams({ username, password, _csrf: 'guess' })
    const cookie = cookiesOf(await open(url))
    for (const Cookie of ['', cookie]) {
      const answer = await fetch(url, { method: 'POST', body, redirect: 'manual', headers: { Cookie } })
      expect([answer.status, answer.headers.get('location')]).toEqual([403, null])
    }
  })
})

test('marks its codes', async () => {
  const emulator = await emulatorForTest({ secretMark: 'CANARY-' })
  expect(await obtainCode(emulator)).toMatch(/^CANARY-/)
})
