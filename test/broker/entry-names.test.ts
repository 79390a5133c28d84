import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  credentialsEntryName,
  credentialsPrefix,
  guestEntryName,
  holderId,
  sessionEntryName,
  sessionId,
  pointerEntryName,
} from '../../src/broker/entry-names.ts'
import { parseProfile } from '../../src/profile/parse-profile.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { isOwnName } from '../../src/vault/durable-file.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Reader'
const BASE: Record<string, string> = {
  region: 'eu-west-1',
  cognito_user_pool_id: 'eu-west-1_AbCdEf123',
  cognito_client_id: '1example23456789',
  cognito_domain: 'acme.auth.eu-west-1.amazoncognito.com',
  cognito_identity_pool_id: 'eu-west-1:11111111-2222-3333-4444-555555555555',
}
const WEB_IDENTITY = { ...BASE, cognito_exchange: 'web-identity', cognito_role_arn: ROLE }
const CHAIN = { ...BASE, cognito_chain_role_arn: ROLE }

type Keys = Record<string, string | undefined>

function profileWith(keys: Keys, env: Keys = {}, files: Record<string, string> = {}): Profile {
  const lines = Object.entries(keys).flatMap(([key, value]) =>
    value === undefined ? [] : `${key} = ${value}`,
  )
  return parseProfile({
    name: 'dev',
    configText: ['[profile dev]', ...lines, ''].join('\n'),
    configFile: 'config',
    env,
    readFile: (path) => {
      const text = files[path]
      if (text === undefined) throw new Error(`no test reads ${path}`)
      return text
    },
  })
}

const idOf = (keys: Keys) => sessionId(profileWith(keys).signIn!)
const nameOf = (keys: Keys, env?: Keys) => credentialsEntryName(profileWith(keys, env))

describe('a session is another one', () => {
  test.each<[string, Keys]>([
    ['client', { cognito_client_id: '2example23456789' }],
    ['user pool', { cognito_user_pool_id: 'eu-west-1_AbCdEf124' }],
    ['issuer', { cognito_issuer: 'https://issuer.example.com/pool' }],
    ['domain', { cognito_domain: 'acme2.auth.eu-west-1.amazoncognito.com' }],
    ['scopes', { cognito_scopes: 'openid email' }],
    ['session name', { cognito_session: 'work' }],
  ])('with another %s, and none of its credentials are its own', (_name, change) => {
    expect(idOf({ ...BASE, ...change })).not.toBe(idOf(BASE))
    expect(nameOf({ ...BASE, ...change }).startsWith(credentialsPrefix(idOf(BASE)))).toBe(false)
  })

  test('between any two sets of identities, and only then', () => {
    const choice = fc.record({
      cognito_client_id: fc.constantFrom('1example23456789', '2example23456789'),
      cognito_user_pool_id: fc.constantFrom('eu-west-1_AbCdEf123', 'eu-west-1_AbCdEf124'),
      cognito_domain: fc.constantFrom('a.auth.eu-west-1.amazoncognito.com', 'b.example.com'),
      cognito_scopes: fc.constantFrom('openid email profile', 'openid', 'openid email'),
      cognito_session: fc.constantFrom(undefined, 'a', 'b'),
    })
    fc.assert(
      fc.property(choice, choice, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other)
        expect(idOf({ ...BASE, ...one }) === idOf({ ...BASE, ...other })).toBe(isSame)
      }),
      { numRuns: 150 },
    )
  })
})

test.each<[string, Keys]>([
  ['the order of scopes', { cognito_scopes: 'profile openid email' }],
  ['how the domain is written', { cognito_domain: 'https://acme.auth.eu-west-1.amazoncognito.com' }],
  ['the region of STS', { region: 'us-east-1' }],
  ['the redirect URI', { cognito_redirect_uri: 'http://localhost:9999/callback' }],
  [
    'what the sign-in page is told',
    { cognito_login_hint: 'ada', cognito_lang: 'de', cognito_prompt: 'login' },
  ],
  ['the role', { cognito_role_arn: ROLE }],
])('%s makes no other session', (_name, change) => {
  expect(idOf({ ...BASE, ...change })).toBe(idOf(BASE))
})

describe('credentials are other ones', () => {
  test.each<[string, Keys, Keys]>([
    ['role', BASE, { cognito_role_arn: ROLE }],
    ['identity pool', BASE, { cognito_identity_pool_id: 'eu-west-1:11111111-2222-3333-4444-666666666666' }],
    ['Logins key', BASE, { cognito_logins_key: 'idp.example.com' }],
    ['exchange', { ...BASE, cognito_role_arn: ROLE }, { cognito_exchange: 'web-identity' }],
    ['exchange', { ...BASE, cognito_role_arn: ROLE }, { cognito_exchange: 'basic' }],
    ['role session name', WEB_IDENTITY, { cognito_role_session_name: 'nightly' }],
    ['duration', WEB_IDENTITY, { cognito_duration_seconds: '900' }],
    ['policy', WEB_IDENTITY, { cognito_session_policy: '{"Version":"2012-10-17","Statement":[]}' }],
    ['policy ARN', WEB_IDENTITY, { cognito_policy_arns: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
    ['chained role', BASE, { cognito_chain_role_arn: ROLE }],
    ['external ID', CHAIN, { cognito_chain_external_id: 'an-id' }],
    ['chained session name', CHAIN, { cognito_chain_session_name: 'nightly' }],
    ['chained duration', CHAIN, { cognito_chain_duration_seconds: '900' }],
    ['endpoint', BASE, { endpoint_url: 'https://aws.example.com' }],
    ['region', BASE, { region: 'us-east-1' }],
    ['FIPS endpoint', BASE, { use_fips_endpoint: 'true' }],
    ['dual-stack endpoint', BASE, { use_dualstack_endpoint: 'true' }],
  ])('with another %s', (_name, base, change) => {
    expect(nameOf({ ...base, ...change })).not.toBe(nameOf(base))
  })

  test('with another endpoint of the environment', () => {
    for (const variable of ['AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL_COGNITO_IDENTITY'])
      expect(nameOf(BASE, { [variable]: 'https://aws.example.com' })).not.toBe(nameOf(BASE))
  })

  test('with another content of the same policy file', () => {
    const keys = { ...WEB_IDENTITY, cognito_session_policy: 'file:///policy.json' }
    const [one, other] = ['{"Version":"2012-10-17","Statement":[]}', '{"Version":"2012-10-17"}'].map((text) =>
      credentialsEntryName(profileWith(keys, {}, { '/policy.json': text })),
    )
    expect(one).not.toBe(other)
  })
})

test('two profiles that ask for the same share credentials', () => {
  const one = profileWith(BASE)
  expect(credentialsEntryName({ ...one, name: 'other', file: '/elsewhere' })).toBe(credentialsEntryName(one))
})

test('guests of two pools are two, and neither is somebody who signed in', () => {
  const guest = { cognito_guest: 'true', cognito_identity_pool_id: BASE['cognito_identity_pool_id'] }
  const other = { ...guest, cognito_identity_pool_id: 'eu-west-1:11111111-2222-3333-4444-666666666666' }
  const holders = [guest, other, BASE].map((keys) => holderId(profileWith(keys)))
  expect(new Set(holders).size).toBe(3)
  expect(holderId(profileWith(BASE))).toBe(idOf(BASE))
})

test('every name is one the vault takes, and tells nothing of what is behind it', () => {
  const id = idOf(BASE)
  for (const name of [sessionEntryName(id), nameOf(BASE), guestEntryName(id)]) {
    expect(isOwnName(`${name}.sealed`)).toBe(true)
    expect(name).toMatch(/^(session|credentials|guest)(-[0-9a-f]{32})+$/)
  }
})

describe('what remembers how somebody asked', () => {
  const name = (env: Record<string, string>, profileFlag?: string) => pointerEntryName({ profileFlag, env })

  test('is another for another profile, place or variable of AWS, whatever its case', () => {
    const names = [
      name({}),
      name({}, 'dev'),
      name({ HOME: '/home/me' }),
      name({ AWS_PROFILE: 'dev' }),
      name({ AWS_PROFILE: 'prod' }),
      name({ aws_profile: 'dev' }),
      name({ AWS_WEB_IDENTITY_TOKEN_FILE: '/token' }),
    ]
    expect(new Set(names).size).toBe(names.length)
  })

  test.each([
    'PATH',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_BEARER_TOKEN_BEDROCK',
    'POOLKEY_PASSPHRASE',
  ])('tells nothing of %s', (variable) => {
    expect(name({ [variable]: 'value' })).toBe(name({}))
  })
})
