import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { startEmulator } from '../../src/emulator/emulator.ts'
import { claimsOf, emulatorForTest, handClock, signIn } from './emulated-sign-in.ts'

/** Status of a request with any Host header, which fetch would not send. */
function statusFor(
  origin: string,
  options: { host?: string; path?: string; hostname?: string },
): Promise<number> {
  const { host, path = '/', hostname } = options
  const { port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { Host: host }
    const asked = request({ host: hostname ?? '127.0.0.1', port, path, headers, agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.once('error', reject)
    asked.end()
  })
}

describe('the server', () => {
  test('answers to loopback names and refuses every other Host header', async () => {
    const emulator = await emulatorForTest()
    const path = `/${emulator.userPoolId}/.well-known/jwks.json`
    const { port } = new URL(emulator.origin)
    for (const host of [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      'LOCALHOST',
      `[::1]:${port}`,
      '127.9.9.9',
    ]) {
      expect([host, await statusFor(emulator.origin, { host, path })]).toEqual([host, 200])
    }
    for (const host of [
      'evil.example',
      `localhost.evil.example:${port}`,
      '10.0.0.1',
      '127.0.0.1.evil.example',
    ]) {
      expect([host, await statusFor(emulator.origin, { host, path })]).toEqual([host, 403])
    }
    expect(emulator.count('jwks')).toBe(5)
  })

  test('answers to other names only where they are declared its own', async () => {
    const emulator = await emulatorForTest({ isOwnHost: (name) => name === 'sts.eu-west-1.amazonaws.com' })
    const path = `/${emulator.userPoolId}/.well-known/jwks.json`
    for (const [host, status] of [
      ['sts.eu-west-1.amazonaws.com', 200],
      ['sts.eu-west-1.amazonaws.com:443', 200],
      ['localhost', 200],
      ['sts.eu-west-1.amazonaws.com.evil.example', 403],
    ] as const) {
      expect([host, await statusFor(emulator.origin, { host, path })]).toEqual([host, status])
    }
  })

  test('listens on loopback only', async () => {
    const emulator = await emulatorForTest()
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')
    expect(new URL(emulator.origin).hostname).toBe('127.0.0.1')
    if (outside)
      await expect(statusFor(emulator.origin, { hostname: outside.address })).rejects.toThrow('ECONNREFUSED')
  })

  test('takes the port it is given, and says so when that is taken', async () => {
    const emulator = await emulatorForTest()
    const port = Number(new URL(emulator.origin).port)
    await expect(startEmulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await emulator.stop()
    const next = await startEmulator({ port })
    expect(next.origin).toBe(emulator.origin)
    await next.stop()
  })

  test('refuses a target that is no path and a body without end', async () => {
    const emulator = await emulatorForTest()
    expect(await statusFor(emulator.origin, { path: 'http://evil.example/' })).toBe(400)
    const answer = await fetch(emulator.origin, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) })
    expect(answer.status).toBe(413)
    expect(await statusFor(emulator.origin, { path: '/nowhere' })).toBe(404)
  })

  test('tells the time of its own clock', async () => {
    const clock = handClock()
    const emulator = await emulatorForTest({ now: clock.now })
    clock.advance(86_400)
    const answer = await fetch(`${emulator.issuer}/.well-known/jwks.json`)
    expect(answer.headers.get('date')).toBe('Sun, 22 Nov 2026 10:00:00 GMT')
    expect(emulator.requests.at(-1)?.at).toEqual(new Date(clock.now()))
  })
})

describe('the log', () => {
  test('has every request under the name of its operation, with what came of it', async () => {
    const emulator = await emulatorForTest()
    const tokens = await signIn(emulator)
    const [authorize, form, login, , token] = emulator.requests
    expect([authorize, form, login, token].map((entry) => [entry?.operation, entry?.status])).toEqual([
      ['authorize', 302],
      ['login-form', 200],
      ['login', 302],
      ['token:authorization_code', 200],
    ])
    expect(token?.originJti).toBe(claimsOf(tokens.id_token)['origin_jti'])
    expect(token?.body).toContain('code_verifier=')
    expect(emulator.count('login')).toBe(1)
  })
})

describe('the profile it prints', () => {
  test('names everything a profile needs, and takes additions', async () => {
    const emulator = await emulatorForTest()
    expect(
      emulator.profileText('dev', { region: 'eu-west-3', cognito_role_arn: emulator.roles.editor }),
    ).toBe(
      `[profile dev]
region = eu-west-3
endpoint_url = ${emulator.origin}
cognito_user_pool_id = ${emulator.userPoolId}
cognito_client_id = ${emulator.clientId}
cognito_domain = ${emulator.origin}
cognito_issuer = ${emulator.issuer}
cognito_redirect_uri = http://localhost:8400/callback, http://127.0.0.1:8400/callback, ${emulator.origin}/callback
cognito_identity_pool_id = ${emulator.identityPoolId}
cognito_role_arn = ${emulator.roles.editor}
`,
    )
    expect(emulator.profileText('default')).toMatch(/^\[default\]\n/)
    expect(emulator.profileText('a b')).toMatch(/^\[profile "a b"\]\n/)
  })
})

test('two emulators keep their users, settings and sessions apart', async () => {
  const redirectUris = ['http://localhost:8400/callback']
  const [one, two] = [await emulatorForTest({ redirectUris }), await emulatorForTest({ redirectUris })]
  one.settings.users[0]!.groups = []
  expect(redirectUris).toEqual(['http://localhost:8400/callback'])
  expect(claimsOf((await signIn(two)).id_token)).toHaveProperty('cognito:groups')
  expect(two.settings.redirectUris).not.toContain(`${one.origin}/callback`)
})
