import { expect, test } from 'vitest'
import { decodeClaims } from '../../src/sign-in/claims.ts'
import { Secret } from '../../src/secret.ts'
import { letExpire } from './expiry.ts'
import { openStation } from './poolkey-process.ts'

const TOKEN = ['token', '--profile', 'dev']

function payloadOf(line: string): Record<string, unknown> {
  const [, payload = ''] = line.trim().split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
}

test('prints the ID token and a newline; --access the access token; --header a header', async () => {
  const station = await openStation()
  await station.signIn()
  const id = await station.run(TOKEN)
  expect(id).toMatchObject({ code: 0, stderr: '' })
  expect(id.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  expect(payloadOf(id.stdout)).toMatchObject({ token_use: 'id', aud: station.emulator.clientId })
  const access = await station.run([...TOKEN, '--access'])
  expect(payloadOf(access.stdout)).toMatchObject({ token_use: 'access' })
  const header = await station.run([...TOKEN, '--header'])
  expect(header.stdout).toBe(`Authorization: Bearer ${id.stdout}`)
  const both = await station.run([...TOKEN, '--header', '--access'])
  expect(both.stdout).toBe(`Authorization: Bearer ${access.stdout}`)
})

test('--claims prints what the token says as JSON, and no token', async () => {
  const station = await openStation()
  await station.signIn()
  const { stdout } = await station.run(TOKEN)
  const claims = await station.run([...TOKEN, '--claims'])
  expect(claims).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(claims.stdout)).toEqual(decodeClaims(new Secret(stdout.trim())).raw)
  for (const other of ['--access', '--header']) {
    expect(await station.run([...TOKEN, '--claims', other])).toMatchObject({ code: 2, stdout: '' })
  }
})

test('refreshes a token that is over, once for all who ask', async () => {
  const station = await openStation()
  await station.signIn()
  const before = await station.run(TOKEN)
  letExpire(station)
  const asked = await Promise.all([1, 2, 3, 4].map(() => station.run(TOKEN)))
  expect(new Set(asked.map(({ stdout }) => stdout)).size).toBe(1)
  expect(asked[0]?.stdout).not.toBe(before.stdout)
  expect(station.emulator.count('token:refresh_token')).toBe(1)
})

test('refreshes the access token where it is over before the ID token is', async () => {
  const station = await openStation({ accessTokenSeconds: 1 })
  await station.signIn()
  const signedInAt = Date.now()
  station.emulator.settings.accessTokenSeconds = 3600
  await expect.poll(() => Date.now()).toBeGreaterThan(signedInAt + 1000)
  const ids = await station.run(TOKEN)
  const asked = await Promise.all([1, 2, 3].map(() => station.run([...TOKEN, '--access'])))
  expect(new Set(asked.map(({ stdout }) => stdout)).size).toBe(1)
  expect(Number(payloadOf(asked[0]?.stdout ?? '')['exp'])).toBeGreaterThan(Date.now() / 1000 + 3000)
  expect(ids).toMatchObject({ code: 0 })
  expect(station.emulator.count('token:refresh_token')).toBe(1)
})

test('a profile that only signs in has tokens', async () => {
  const station = await openStation({ profile: { cognito_identity_pool_id: undefined } })
  await station.signIn()
  expect(await station.run(TOKEN)).toMatchObject({ code: 0, stderr: '' })
})

test('nobody signed in: nothing on stdout, exit 4, the login command', async () => {
  const station = await openStation()
  for (const words of [[], ['--access'], ['--header'], ['--claims']]) {
    const outcome = await station.run([...TOKEN, ...words])
    expect(outcome).toMatchObject({ code: 4, stdout: '' })
    expect(outcome.stderr).toContain('poolkey login --profile dev')
  }
})

test('a guest has no token: exit 3, and what is missing', async () => {
  const station = await openStation({ profile: { cognito_guest: 'true' } })
  const outcome = await station.run(TOKEN)
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toContain('cognito_user_pool_id')
})
