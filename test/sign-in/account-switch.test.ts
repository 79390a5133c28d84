import { describe, expect, onTestFinished, test } from 'vitest'
import { isOwn } from '../../src/loopback/connection-owner.ts'
import { openLoopbackServer } from '../../src/loopback/loopback-server.ts'
import { createAccountSwitch } from '../../src/sign-in/account-switch.ts'
import { freePort } from './support/server.ts'
import { signInSettings } from './support/settings.ts'

const DOMAIN = new URL('https://acme.auth.eu-west-1.amazoncognito.com')
const SIGN_IN_URL = `${DOMAIN.origin}/oauth2/authorize?state=a-state`

function createFor(logoutUri: string, isWelcome = true) {
  return createAccountSwitch({
    signIn: signInSettings({ domain: DOMAIN }),
    logoutUri,
    signInUrl: () => SIGN_IN_URL,
    isOwn: () => isWelcome,
  })
}

/** What a browser, or somebody else, gets for the sign-out URL. */
async function ask(logoutUri: string, options: { isWelcome?: boolean } = {}) {
  const created = createFor(logoutUri, options.isWelcome)
  const { hostname, port } = new URL(logoutUri)
  const server = await openLoopbackServer({
    host: hostname,
    port: Number(port),
    onRequest: (request, response) => {
      if (!created.onRequest(request, response)) response.writeHead(404).end()
    },
  })
  onTestFinished(() => server?.close())
  const answer = await fetch(logoutUri, { redirect: 'manual' })
  return { created, status: answer.status, location: answer.headers.get('location') }
}

describe('the sign-out URL', () => {
  test('leads the browser on to the sign-in, which is remembered', async () => {
    const { created, ...answer } = await ask(`http://localhost:${await freePort()}/logout`)
    expect(answer).toEqual({ status: 303, location: SIGN_IN_URL })
    expect(created.hasLanded()).toBe(true)
  })

  test('tells another user of the machine nothing of the sign-in', async () => {
    const uri = `http://localhost:${await freePort()}/logout`
    const { created, ...answer } = await ask(uri, { isWelcome: false })
    expect(answer).toEqual({ status: 404, location: null })
    expect(created.hasLanded()).toBe(false)
  })

  test.each([
    ['http://localhost:8400/logout', true],
    ['http://127.0.0.1:8400/', true],
    ['https://localhost:8400/logout', false],
    ['https://www.example.com/bye', false],
  ])('%s leads on by itself: %s', async (logoutUri, leadsOn) => {
    const created = createFor(logoutUri)
    expect(created.leadsOn).toBe(leadsOn)
    // One elsewhere needs no listener.
    if (!leadsOn) expect(await created.listenBeside('http://localhost:8400/callback')).toBe(false)
  })

  test.each([
    ['http://localhost:PORT/callback', 'http://localhost:PORT/logout', true],
    ['http://localhost:PORT/callback', 'http://127.0.0.1:PORT/logout', true],
    ['http://127.0.0.1:PORT/callback', 'http://localhost:PORT/logout', true],
    ['http://127.0.0.1:PORT/callback', 'http://[::1]:PORT/logout', false],
    ['http://localhost:8400/callback', 'http://localhost:PORT/logout', false],
  ])(
    'a listener for %s answers for %s: %s; else it has one of its own',
    async (redirect, logout, isShared) => {
      const port = String(await freePort())
      const logoutUri = logout.replace('PORT', port)
      const created = createFor(logoutUri)
      expect(await created.listenBeside(redirect.replace('PORT', port))).toBe(!isShared)
      onTestFinished(created.close)
      const answer = fetch(logoutUri, { redirect: 'manual' })
      if (isShared) await expect(answer).rejects.toThrow()
      else expect((await answer).headers.get('location')).toBe(SIGN_IN_URL)
    },
  )
})

test.each([
  [{ kind: 'user', uid: process.getuid?.() ?? 0 }, true],
  [{ kind: 'user', uid: 0 }, true],
  [{ kind: 'user', uid: 12_345 }, false],
  [{ kind: 'elsewhere' }, false],
  [{ kind: 'unknown' }, true],
] as const)("a connection of %j is this user's own: %s", (owner, own) => {
  expect(isOwn(owner)).toBe(own)
})
