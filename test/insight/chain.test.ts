import { describe, expect, test } from 'vitest'
import type { Hop, HopValue } from '../../src/insight/hop.ts'
import { chainFor, CONFIG } from './chain-of.ts'

function valueOf(hops: Hop[], id: Hop['id'], name: string): HopValue | undefined {
  return hops.find((hop) => hop.id === id)?.values.find((one) => one.name === name)
}

test.each([
  ['dev', ['profile', 'sign-in', 'session', 'identity-pool', 'role', 'tools']],
  ['prod', ['profile', 'sign-in', 'session', 'identity-pool', 'role', 'second-role', 'tools']],
  ['direct', ['profile', 'sign-in', 'session', 'role', 'tools']],
  ['visitor', ['profile', 'identity-pool', 'role', 'tools']],
  ['deploy', ['profile', 'sign-in', 'session', 'identity-pool', 'role', 'second-role', 'tools']],
  ['tokens', ['profile', 'sign-in', 'session', 'tools']],
])('profile %s has the links that it needs, in order', (name, ids) => {
  expect(chainFor(name).map(({ id }) => id)).toEqual(ids)
})

test.each([
  ['dev', 'GetId, once a sign-in', 'GetCredentialsForIdentity'],
  ['prod', undefined, 'AssumeRoleWithWebIdentity'],
  ['direct', undefined, 'AssumeRoleWithWebIdentity'],
  ['visitor', 'GetId, once: the guest is kept', 'GetCredentialsForIdentity'],
])('profile %s tells what is called', (name, ofPool, ofRole) => {
  const hops = chainFor(name)
  expect(valueOf(hops, 'identity-pool', 'call')?.value).toBe(ofPool)
  expect(valueOf(hops, 'role', 'call')?.value).toBe(ofRole)
})

test('the basic flow asks for an OpenID token, which lives for ten minutes', () => {
  const hops = chainFor('prod')
  expect(valueOf(hops, 'identity-pool', 'calls')?.value).toBe('GetId, once a sign-in; GetOpenIdToken')
  expect(hops.find(({ id }) => id === 'identity-pool')).toMatchObject({
    lifetimeSeconds: 600,
    gives: 'OpenID token',
  })
})

test("a sign-in with a password goes by the user pool's API: nothing of a hosted UI is told", () => {
  const configText = `[profile ci]
cognito_user_pool_id = eu-west-1_AbCdEf123
cognito_client_id = 1example23456789
cognito_sign_in = password
cognito_username = ci
cognito_login_hint = somebody
cognito_auto_login = true
`
  const env = { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: 'http://localhost:9' }
  const hops = chainFor('ci', env, configText)
  const namesOf = (id: Hop['id']) => hops.find((hop) => hop.id === id)?.values.map(({ name }) => name)
  expect(namesOf('sign-in')).toEqual([
    ...['user pool', 'app client', 'sign-in by', 'issuer', 'calls', 'endpoint', 'scope', 'user name'],
  ])
  expect(valueOf(hops, 'sign-in', 'sign-in by')).toMatchObject({ source: 'config:4' })
  expect(valueOf(hops, 'sign-in', 'calls')?.value).toContain('USER_SRP_AUTH')
  expect(valueOf(hops, 'sign-in', 'endpoint')).toEqual({
    ...{ name: 'endpoint', value: 'http://localhost:9/' },
    source: 'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER',
  })
  expect(valueOf(hops, 'sign-in', 'scope')?.value).toBe('aws.cognito.signin.user.admin')
  expect(namesOf('session')).toEqual(['ID token', 'access token', 'refresh token', 'renewed by'])
  expect(valueOf(hops, 'session', 'renewed by')?.value).toBe('GetTokensFromRefreshToken')
  expect(hops.find(({ id }) => id === 'sign-in')).toMatchObject({ gives: 'tokens' })
  expect(hops.find(({ id }) => id === 'sign-in')?.lifetimeSeconds).toBeUndefined()
})

describe('each value tells whence it comes', () => {
  test.each<[string, Hop['id'], string, string, string]>([
    ['dev', 'sign-in', 'app client', '1example23456789', 'config:5'],
    ['dev', 'sign-in', 'callback URL', 'http://localhost:8400/callback', 'default'],
    ['dev', 'identity-pool', 'exchange', 'enhanced', 'default'],
    ['dev', 'tools', 'AWS tools', '/usr/local/bin/poolkey credential-process --profile dev', 'config:3'],
    // Inherited: the line in the other profile.
    ['prod', 'sign-in', 'app client', '1example23456789', 'config:5'],
    ['prod', 'profile', 'sign-in from', 'dev', 'config:17'],
    ['prod', 'identity-pool', 'exchange', 'basic', 'config:18'],
    ['prod', 'role', 'credentials', '12 h', 'config:20'],
    ['prod', 'second-role', 'role', 'arn:aws:iam::444455556666:role/Deploy', 'config:21'],
    ['prod', 'second-role', 'external ID', 'team-a', 'config:22'],
    ['prod', 'second-role', 'credentials', '1 h', 'default'],
    ['editor', 'role', 'role', 'arn:aws:iam::111122223333:role/Editor', 'config:12'],
    ['direct', 'session', 'refresh token', '1 year', 'config:28'],
    ['direct', 'role', 'exchange', 'web-identity', 'default'],
    ['direct', 'role', 'session name', 'email, else user name, else sub', 'default'],
    // AWS's own keys.
    ['deploy', 'profile', 'source profile', 'dev', 'config:38'],
    ['deploy', 'second-role', 'role', 'arn:aws:iam::444455556666:role/Deploy', 'config:37'],
    ['deploy', 'second-role', 'credentials', '15 min', 'config:39'],
    ['visitor', 'identity-pool', 'guest', 'true', 'config:34'],
  ])('%s, %s: %s', (name, id, what, value, source) => {
    expect(valueOf(chainFor(name), id, what)).toMatchObject({ value, source })
  })

  test('a variable that outranks the file is named', () => {
    const env = { AWS_DEFAULT_REGION: 'us-east-1', AWS_ENDPOINT_URL_STS: 'http://localhost:9' }
    const hops = chainFor('prod', env)
    expect(valueOf(hops, 'profile', 'region')).toMatchObject({
      value: 'us-east-1',
      source: 'AWS_DEFAULT_REGION',
    })
    expect(valueOf(hops, 'role', 'endpoint')).toMatchObject({
      value: 'http://localhost:9/',
      source: 'AWS_ENDPOINT_URL_STS',
    })
    expect(valueOf(hops, 'identity-pool', 'endpoint')).toBeUndefined()
  })

  test('an endpoint of the services section is named with its line there', () => {
    const text = `${CONFIG}services = local\n[services local]\nsts =\n  endpoint_url = http://localhost:9\n`
    const used = text.replace('[profile direct]', '[profile direct]\nservices = local')
    expect(valueOf(chainFor('direct', {}, used), 'role', 'endpoint')?.source).toBe('config:50')
  })

  test('a region that nobody set is the pool’s', () => {
    expect(valueOf(chainFor('visitor'), 'profile', 'region')).toMatchObject({
      value: "eu-west-1, the pool's",
      source: 'default',
    })
  })
})

test('a profile that no AWS tool asks poolkey for says so', () => {
  expect(valueOf(chainFor('direct'), 'tools', 'AWS tools')?.value).toMatch(/^not set: no AWS tool/)
  expect(valueOf(chainFor('deploy'), 'tools', 'AWS tools')?.value).toMatch(/by themselves/)
  expect(valueOf(chainFor('tokens'), 'tools', 'token')?.value).toMatch(/no AWS credentials/)
})

test.each([
  ['dev', '44 min'],
  ['prod', '44 min'],
  ['deploy', '10 min'],
])('credentials of %s are renewed %s after they were made', (name, after) => {
  expect(valueOf(chainFor(name), 'tools', 'renewed')?.value).toMatch(new RegExp(`^${after} after`))
})
