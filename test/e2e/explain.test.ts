import { expect, test } from 'vitest'
import { openStation } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'

const UTF8 = { LANG: 'C.UTF-8' }

async function explain(station: Station, words: string[] = [], env = {}): Promise<string> {
  const outcome = await station.run(['explain', '--profile', 'dev', ...words], env)
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  return outcome.stdout
}

test('draws the chain from the settings alone: no request, no vault, nobody signed in', async () => {
  const station = await openStation()
  const picture = await explain(station, [], UTF8)
  for (const title of ['Profile dev', 'Sign-in', 'Session', 'Identity pool', 'Role', 'Tools'])
    expect(picture).toContain(`┌─ ${title} ─`)
  expect(picture).toMatch(/^│ app client +\S+ +config:\d+ +│$/m)
  expect(picture).toMatch(/^refresh token +█+ +30 days$/m)
  expect(station.emulator.requests).toEqual([])
  expect(await station.run(['status', '--json', '--profile', 'dev'])).toMatchObject({
    stdout: expect.not.stringContaining('"store"') as unknown,
  })
})

test('is as wide as COLUMNS says where there is no terminal, and plain without a UTF-8 locale', async () => {
  const station = await openStation()
  const widthOf = (picture: string) => picture.split('\n')[0]?.length
  expect(widthOf(await explain(station, [], { COLUMNS: '60' }))).toBe(60)
  expect(widthOf(await explain(station))).toBe(80)
  expect(await explain(station)).toMatch(/^[\x20-\x7e\n]+$/)
  expect(await explain(station, [], { ...UTF8, TERM: 'dumb' })).toMatch(/^[\x20-\x7e\n]+$/)
  expect(await explain(station, [], { ...UTF8, FORCE_COLOR: '1' })).toContain('\u001b[')
})

test('as JSON has exactly the fields it promises', async () => {
  const station = await openStation({ profile: { cognito_refresh_token_days: '7' } })
  const told: unknown = JSON.parse(await explain(station, ['--json'], { AWS_REGION: 'us-east-1' }))
  const values = expect.any(Array) as unknown
  const source = expect.stringMatching(/^config:\d+$/) as unknown
  expect(told).toEqual({
    version: 1,
    profile: 'dev',
    exchange: 'enhanced',
    hops: [
      {
        ...{ id: 'profile', title: 'Profile dev', source: 'config:1' },
        values: [{ name: 'region', value: 'us-east-1', source: 'AWS_REGION' }],
      },
      { id: 'sign-in', title: 'Sign-in', values, lifetimeSeconds: 300, source },
      { id: 'session', title: 'Session', values, lifetimeSeconds: 604_800, source },
      { id: 'identity-pool', title: 'Identity pool', values, source },
      { id: 'role', title: 'Role', values, lifetimeSeconds: 3600, source },
      { id: 'tools', title: 'Tools', values, source },
    ],
  })
})

test('--format mermaid gives a flowchart', async () => {
  const chart = await explain(await openStation(), ['--format', 'mermaid'])
  expect(chart).toMatch(/^flowchart LR\n {2}hop_profile\["<b>Profile dev<\/b><br\/>/)
  expect(chart).toContain('\n  hop_session -->|"ID token"| hop_identity_pool\n')
})

test('a format that there is not, or two at once, is wrong usage; a broken profile is a configuration error', async () => {
  const station = await openStation()
  const run = (...words: string[]) => station.run(['explain', '--profile', 'dev', ...words])
  expect(await run('--format', 'svg')).toMatchObject({ code: 2, stdout: '' })
  expect(await run('--format', 'mermaid', '--json')).toMatchObject({ code: 2, stdout: '' })
  station.configure({ cognito_client_idd: 'x' })
  expect(await run()).toMatchObject({
    ...{ code: 3, stdout: '' },
    stderr: expect.stringContaining('cognito_client_id') as unknown,
  })
})

test('of a sign-in with a password it shows the way without a hosted UI, in each format', async () => {
  const station = await openStation({
    profile: { cognito_sign_in: 'password', cognito_domain: undefined, cognito_redirect_uri: undefined },
  })
  for (const format of ['text', 'mermaid']) {
    const drawn = await explain(station, ['--format', format], { COLUMNS: '140' })
    expect(drawn).toMatch(/InitiateAuth .*USER_SRP_AUTH/)
    expect(drawn).toContain('GetTokensFromRefreshToken')
    expect(drawn).not.toMatch(/callback|PKCE|browser|openid email/)
  }
  const told = JSON.parse(await explain(station, ['--json'])) as {
    hops: { id: string; values: { name: string; value: string; source: string }[] }[]
  }
  const { values } = told.hops.find(({ id }) => id === 'sign-in')!
  expect(values.find(({ name }) => name === 'endpoint')).toEqual({
    ...{ name: 'endpoint', value: `${station.emulator.origin}/` },
    source: expect.stringMatching(/^config:\d+$/) as string,
  })
  expect(station.emulator.requests).toEqual([])
})
