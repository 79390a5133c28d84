import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { answerOf, openStation, uniqueText, untilExpired } from './poolkey-process.ts'
import type { Station, StationOptions } from './poolkey-process.ts'
import { filesIn, stateIn } from './secret-sweep.ts'

const SEAL = ['configure', '--client-secret-stdin', '--profile', 'dev']

/** A station whose app client has a secret, which no output, file or command line may show. */
async function openConfidentialStation(
  options: StationOptions = {},
): Promise<{ station: Station; clientSecret: string }> {
  const clientSecret = `Canary${uniqueText()}+client+secret`
  const station = await openStation({
    clientSecret,
    secrets: [{ kind: 'sign-in', name: 'client secret', value: clientSecret }],
    ...options,
  })
  return { station, clientSecret }
}

test('an app client with a secret: the refusal names the command that seals it, which then serves every request', async () => {
  const { station, clientSecret } = await openConfidentialStation({
    idTokenSeconds: 3,
    credentialsSeconds: 3,
  })
  const { emulator } = station
  const refused = await station.signIn()
  expect(refused).toMatchObject({ code: 5, stdout: '' })
  expect(refused.stderr).toContain('invalid_client')
  expect(refused.stderr).toContain('poolkey configure --client-secret-stdin --profile dev')

  const before = readFileSync(station.configFile, 'utf8')
  const sealed = await station.run(SEAL, {}, `${clientSecret}\n`)
  expect(sealed).toMatchObject({ code: 0, stdout: '' })
  expect(sealed.stderr).toBe(`The secret of app client ${emulator.clientId} is sealed in the vault.\n`)
  expect(readFileSync(station.configFile, 'utf8')).toBe(before)

  expect(await station.signIn()).toMatchObject({ code: 0 })
  await untilExpired(answerOf(await station.run(['credential-process', '--profile', 'dev'])))
  answerOf(await station.run(['credential-process', '--profile', 'dev']))
  expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
  const basic = `Basic ${Buffer.from(`${emulator.clientId}:${clientSecret}`).toString('base64')}`
  const asked = emulator.requests.filter(({ operation }) => /^token:|^revoke$/.test(operation)).slice(1)
  expect(asked.map(({ operation }) => operation)).toEqual([
    'token:authorization_code',
    'token:refresh_token',
    'revoke',
  ])
  for (const { headers, body } of asked) {
    expect(headers['authorization']).toBe(basic)
    expect(body).not.toContain('client_secret')
  }
})

test('POOLKEY_CLIENT_SECRET outranks a sealed secret, and is kept nowhere', async () => {
  const { station, clientSecret } = await openConfidentialStation()
  expect(await station.run(SEAL, {}, 'no+longer+the+secret')).toMatchObject({ code: 0 })
  expect(await station.signIn()).toMatchObject({ code: 5 })
  station.env['POOLKEY_CLIENT_SECRET'] = clientSecret
  expect(await station.signIn()).toMatchObject({ code: 0 })
})

test.each([
  ['nothing', '', 'no client secret came on stdin'],
  ['an empty line', '\n', 'no client secret came on stdin'],
  ['two lines', 'first\nsecond\n', 'is no client secret'],
  ['a blank within', 'a b', 'is no client secret'],
  ['far too much', 'x'.repeat(100_000), 'far too much'],
])('%s on stdin is a usage error, and nothing is made', async (_, stdin, problem) => {
  const station = await openStation()
  const before = filesIn(station.home)
  const outcome = await station.run(SEAL, {}, stdin)
  expect(outcome).toMatchObject({ code: 2, stdout: '' })
  expect(outcome.stderr).toContain(problem)
  expect(outcome.stderr).not.toContain('second')
  expect(filesIn(station.home)).toEqual(before)
})

test('configure without anything to do, or for a guest, is a usage error', async () => {
  const station = await openStation()
  expect(await station.run(['configure'])).toMatchObject({ code: 2, stdout: '' })
  station.configure({ cognito_guest: 'true' })
  expect(await station.run(SEAL, {}, 'a+secret')).toMatchObject({ code: 2, stdout: '' })
})

describe('logout --all', () => {
  test('removes client secrets with everything else', async () => {
    const { station, clientSecret } = await openConfidentialStation()
    await station.run(SEAL, {}, clientSecret)
    expect(await station.run(['logout', '--all'])).toMatchObject({ code: 0 })
    expect(filesIn(station.stateFolder)).toEqual([])
    expect(await station.signIn()).toMatchObject({ code: 5 })
  })

  test('--keep-client-secrets keeps them and the key, and nothing else', async () => {
    const { station, clientSecret } = await openConfidentialStation()
    await station.run(SEAL, {}, clientSecret)
    expect(await station.signIn()).toMatchObject({ code: 0 })
    const logout = await station.run(['logout', '--all', '--keep-client-secrets'])
    expect(logout).toMatchObject({ code: 0, stdout: '' })
    expect(logout.stderr).toContain('client secrets and the sealing key are kept')
    expect(station.emulator.count('revoke')).toBe(1)
    const names = stateIn(station.stateFolder).map((path) =>
      path.replace(/.*\//, '').replace(/-[0-9a-f]{32}/, ''),
    )
    expect(names.sort()).toEqual(['client-secret.sealed', 'vault.json', 'vault.key'])
    expect(await station.signIn()).toMatchObject({ code: 0 })
  })

  test('--keep-client-secrets alone is a usage error', async () => {
    const station = await openStation()
    const outcome = await station.run(['logout', '--keep-client-secrets', '--profile', 'dev'])
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toContain('--all')
  })
})
