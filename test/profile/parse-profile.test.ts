import { describe, expect, test } from 'vitest'
import { parseProfile } from '../../src/profile/parse-profile.ts'
import type { ParseProfileOptions } from '../../src/profile/parse-profile.ts'
import { listEffectiveSettings } from '../../src/profile/setting-origins.ts'
import { ISSUER, signInSettings } from '../sign-in/support/settings.ts'
import { failureOf } from './failure.ts'

const POOL_ID = 'eu-west-1:11111111-2222-3333-4444-555555555555'
const ROLE = 'arn:aws:iam::111122223333:role/dev'
const SIGN_IN = `cognito_user_pool_id = eu-west-1_AbCdEf123
cognito_client_id = 1example23456789
cognito_domain = acme.auth.eu-west-1.amazoncognito.com
`

function options(configText: string, more: Partial<ParseProfileOptions> = {}): ParseProfileOptions {
  const readFile = (path: string): string => {
    throw new Error(`no file ${path}`)
  }
  return { name: 'dev', configText, configFile: '/aws/config', env: {}, readFile, ...more }
}

/** A profile `dev` that can sign in, and what else stands under it. */
function withKeys(keys: string, more: Partial<ParseProfileOptions> = {}) {
  return parseProfile(options(`[profile dev]\n${SIGN_IN}${keys}`, more))
}

function failure(configText: string, more: Partial<ParseProfileOptions> = {}) {
  return failureOf(() => parseProfile(options(configText, more)))
}

function failureWithKeys(keys: string, more: Partial<ParseProfileOptions> = {}) {
  return failure(`[profile dev]\n${SIGN_IN}${keys}`, more)
}

describe('sign-in', () => {
  test('a minimal profile has every default', () => {
    expect(withKeys(`cognito_identity_pool_id = ${POOL_ID}`)).toEqual({
      name: 'dev',
      file: '/aws/config',
      settingsFrom: 'dev',
      region: 'eu-west-1',
      signIn: signInSettings({
        acceptedIssuers: [ISSUER, 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123'],
      }),
      identityPool: { id: POOL_ID, region: 'eu-west-1', loginsKey: undefined },
      exchange: { kind: 'enhanced', guest: false, roleArn: undefined },
      chain: undefined,
      endpoints: {
        sts: undefined,
        cognitoIdentity: undefined,
        cognitoIdentityProvider: undefined,
        useFips: false,
        useDualstack: false,
      },
      caBundle: undefined,
      accountId: undefined,
    })
  })

  test('cannot be changed once it was read', () => {
    const profile = withKeys('')
    expect(Object.isFrozen(profile)).toBe(true)
    expect(() => profile.signIn?.redirectUris.push('http://localhost:1/')).toThrow(TypeError)
  })

  test.each([
    ['us-gov-west-1', 'https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_A'],
    ['eusc-de-east-1', 'https://cognito-idp.eusc-de-east-1.amazonaws.eu/eusc-de-east-1_A'],
    ['cn-north-1', 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_A'],
  ])('the issuer of a pool in %s has its partition’s suffix', (region, issuer) => {
    const text = `[profile dev]\ncognito_user_pool_id = ${region}_A\ncognito_client_id = c\ncognito_domain = a.example.com`
    const { signIn } = parseProfile(options(text))
    expect(signIn?.issuer).toBe(issuer)
    expect(signIn?.acceptedIssuers).toEqual([issuer, issuer.replace('cognito-idp', 'issuer-cognito-idp')])
  })

  test('a configured issuer is the only one accepted', () => {
    const issuer = 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123'
    expect(withKeys(`cognito_issuer = ${issuer}`).signIn).toMatchObject({ issuer, acceptedIssuers: [issuer] })
  })

  test('with a password needs no domain', () => {
    const text =
      '[profile dev]\ncognito_user_pool_id = eu-west-1_A\ncognito_client_id = c\ncognito_sign_in = password'
    expect(parseProfile(options(text)).signIn).toMatchObject({ method: 'password', domain: undefined })
  })

  test('with a password by a flag, for one run, keeps in mind what the profile itself says', () => {
    const overrides = { cognito_sign_in: 'password', cognito_username: 'carol' }
    const text = `[profile dev]\n${SIGN_IN}cognito_username = dave`
    expect(parseProfile(options(text, { overrides })).signIn).toMatchObject({
      ...{ method: 'password', username: 'carol' },
      configured: { method: 'browser', username: 'dave' },
    })
  })

  test.each([
    ['cognito_user_pool_id', 'signing in'],
    ['cognito_client_id', 'signing in'],
    ['cognito_domain', 'signing in with a browser'],
  ])('is refused without %s', (key, neededFor) => {
    const text = `\n[profile dev]\n${SIGN_IN.split('\n')
      .filter((line) => !line.startsWith(`${key} `))
      .join('\n')}`
    const facts = { profile: 'dev', file: '/aws/config', line: 2, key, neededFor }
    expect(failure(text)).toEqual({ code: 'setting-missing', facts })
  })

  test('is refused with two ways to skip the provider chooser', () => {
    expect(failureWithKeys('cognito_identity_provider = Google\ncognito_idp_identifier = x')).toMatchObject({
      code: 'setting-conflict',
      facts: { key: 'cognito_identity_provider', with: 'cognito_idp_identifier', place: { line: 5 } },
    })
  })

  // A key's that stands below those of SIGN_IN.
  const place = { file: '/aws/config', line: 5, profile: 'dev' }

  test('a bad value is refused with file, line, key, value and what is allowed', () => {
    const facts = { place, key: 'cognito_auto_login', value: 'maybe', allowed: '"true" or "false"' }
    expect(failureWithKeys('cognito_auto_login = maybe')).toEqual({ code: 'setting-invalid', facts })
  })

  test('an unknown key is refused, with the one that was probably meant', () => {
    const facts = { place, key: 'cognito_userpool_id', nearest: 'cognito_user_pool_id' }
    expect(failureWithKeys('cognito_userpool_id = x')).toEqual({ code: 'setting-unknown', facts })
    expect(failureWithKeys('cognito_client_secret = x').facts).not.toHaveProperty('nearest')
  })

  test('keys of others are none of its business', () => {
    expect(withKeys('output = json\ncognitox = 1\nsso_region = 2').name).toBe('dev')
  })
})

describe('which profile', () => {
  test('an unknown one is refused, with the names there are', () => {
    expect(failure('[default]\n[profile a]\n[sso-session dev]')).toEqual({
      code: 'profile-unknown',
      facts: { profile: 'dev', file: '/aws/config', known: ['default', 'a'] },
    })
  })

  test.each([
    ['Dev', 'dev'],
    ['emulatd', 'emulated'],
    ['production', undefined],
  ])('of %s, which is unknown, the one that was probably meant is told: %s', (name, similar) => {
    const text = '[profile dev]\ncognito_guest = true\n[profile emulated]\ncognito_guest = true\n'
    expect(failure(text, { name }).facts).toMatchObject({ known: ['dev', 'emulated'], similar })
  })

  test('one without cognito_ keys is none of poolkey’s, and those that are get named', () => {
    const text = '[profile keys]\nregion = x\n[profile a]\ncognito_guest = true\n[profile b]\nregion = y\n'
    expect(failure(text, { name: 'keys' })).toEqual({
      code: 'profile-foreign',
      facts: { profile: 'keys', file: '/aws/config', line: 1, own: ['a'] },
    })
    expect(failure(text).facts).toMatchObject({ known: ['a'] })
  })

  test('a section that write filled leads to the profile it came from', () => {
    const written = {
      credentialsText: '[keys]\npoolkey_profile = dev\n',
      credentialsFile: '/aws/credentials',
    }
    expect(failure('', { name: 'keys', ...written })).toEqual({
      code: 'profile-foreign',
      facts: { profile: 'keys', file: '/aws/credentials', line: 1, own: [], writtenFrom: 'dev' },
    })
  })

  test('a name that cannot stand in AWS files is a usage error', () => {
    expect(failure('', { name: 'x]\n[default]' }).code).toBe('usage')
  })

  test('the credentials file wins key by key, and its places are named', () => {
    const split = options(`[profile dev]\n${SIGN_IN}cognito_username = one\n`, {
      credentialsText: '[dev]\ncognito_username = two\n',
      credentialsFile: '/aws/credentials',
    })
    expect(parseProfile(split).signIn).toMatchObject({ username: 'two', clientId: '1example23456789' })
    expect(parseProfile({ ...split, configText: '', credentialsText: `[dev]\n${SIGN_IN}` }).file).toBe(
      '/aws/credentials',
    )
    const bad = { ...split, credentialsText: '\n[dev]\ncognito_auto_login = x' }
    expect(failureOf(() => parseProfile(bad)).facts).toMatchObject({
      place: { file: '/aws/credentials', line: 3 },
    })
  })

  test('a broken line anywhere in the file is named', () => {
    expect(failureWithKeys('[profile other]\noops')).toMatchObject({
      code: 'config-syntax',
      facts: { line: 6 },
    })
  })
})

describe('the exchange', () => {
  test('is none without identity pool and role', () => {
    expect(withKeys('').exchange).toEqual({ kind: 'none' })
  })

  test('is web-identity with only a role', () => {
    expect(withKeys(`cognito_role_arn = ${ROLE}`).exchange).toEqual({
      kind: 'web-identity',
      role: {
        roleArn: ROLE,
        sessionName: undefined,
        durationSeconds: 3600,
        policy: undefined,
        policyArns: [],
      },
    })
  })

  test('is enhanced with an identity pool, the role being its custom role', () => {
    const { exchange } = withKeys(`cognito_identity_pool_id = ${POOL_ID}\ncognito_role_arn = ${ROLE}`)
    expect(exchange).toEqual({ kind: 'enhanced', guest: false, roleArn: ROLE })
  })

  test('basic carries every setting of the role session', () => {
    const { exchange } = withKeys(`cognito_identity_pool_id = ${POOL_ID}
cognito_exchange = basic
cognito_role_arn = ${ROLE}
cognito_role_session_name = jo
cognito_duration_seconds = 900
cognito_session_policy = {"Version": "2012-10-17"}
cognito_policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess`)
    expect(exchange).toEqual({
      kind: 'basic',
      guest: false,
      role: {
        roleArn: ROLE,
        sessionName: 'jo',
        durationSeconds: 900,
        policy: '{"Version": "2012-10-17"}',
        policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      },
    })
  })

  test('of a guest needs no sign-in', () => {
    const text = `[profile dev]\ncognito_guest = true\ncognito_identity_pool_id = us-east-1:11111111-2222`
    expect(parseProfile(options(text))).toMatchObject({
      signIn: undefined,
      region: 'us-east-1',
      exchange: { kind: 'enhanced', guest: true },
    })
  })

  const pool = `cognito_identity_pool_id = ${POOL_ID}\n`
  test.each([
    ['cognito_role_session_name', 'jo'],
    ['cognito_duration_seconds', '3600'],
    ['cognito_session_policy', '{}'],
    ['cognito_policy_arns', 'arn:aws:iam::aws:policy/x'],
  ])('enhanced refuses %s, which the pool decides', (key, value) => {
    expect(failureWithKeys(`${pool}${key} = ${value}`)).toMatchObject({
      code: 'setting-conflict',
      facts: { key, with: 'cognito_exchange', place: { line: 6, file: '/aws/config', profile: 'dev' } },
    })
  })

  test.each([
    [`${pool}cognito_exchange = basic`, 'cognito_role_arn', 'the basic exchange'],
    ['cognito_exchange = web-identity', 'cognito_role_arn', 'the web-identity exchange'],
    [
      `cognito_exchange = basic\ncognito_role_arn = ${ROLE}`,
      'cognito_identity_pool_id',
      'the basic exchange',
    ],
    ['cognito_exchange = enhanced', 'cognito_identity_pool_id', 'the enhanced exchange'],
    ['cognito_guest = true', 'cognito_identity_pool_id', 'guests'],
    [
      `cognito_chain_role_arn = ${ROLE}`,
      'cognito_identity_pool_id',
      'cognito_chain_role_arn (or set cognito_role_arn)',
    ],
    [
      'cognito_duration_seconds = 900',
      'cognito_identity_pool_id',
      'cognito_duration_seconds (or set cognito_role_arn)',
    ],
    [`${pool}cognito_chain_external_id = abc`, 'cognito_chain_role_arn', 'cognito_chain_external_id'],
    [
      `${pool}cognito_chain_duration_seconds = 900`,
      'cognito_chain_role_arn',
      'cognito_chain_duration_seconds',
    ],
  ])('%j is refused: %s is missing for %s', (keys, key, neededFor) => {
    expect(failureWithKeys(keys)).toMatchObject({ code: 'setting-missing', facts: { key, neededFor } })
  })

  test('a guest cannot assume a role by web identity', () => {
    expect(
      failureWithKeys(`cognito_guest = true\ncognito_exchange = web-identity\ncognito_role_arn = ${ROLE}`),
    ).toMatchObject({
      code: 'setting-conflict',
      facts: { key: 'cognito_guest' },
    })
  })

  test.each(['cognito_role_arn', 'cognito_chain_role_arn'])(
    '%s without an account needs an STS endpoint',
    (key) => {
      const keys = `${pool}${key} = arn:aws:iam:::role/ceph-role`
      expect(failureWithKeys(keys)).toMatchObject({ code: 'setting-invalid', facts: { key } })
      const env = { AWS_ENDPOINT_URL_STS: 'https://ceph.example' }
      expect(JSON.stringify(withKeys(keys, { env }))).toContain('arn:aws:iam:::role/ceph-role')
    },
  )

  test('a second role of poolkey’s own has its details', () => {
    expect(
      withKeys(`${pool}cognito_chain_role_arn = ${ROLE}\ncognito_chain_external_id = abc`).chain,
    ).toEqual({
      roleArn: ROLE,
      externalId: 'abc',
      sessionName: undefined,
      durationSeconds: 3600,
    })
  })
})

describe('a session policy', () => {
  const keys = (value: string) => `cognito_role_arn = ${ROLE}\ncognito_session_policy = ${value}\n`
  const policyOf = (value: string, files: Record<string, string>) => {
    const readFile = (path: string): string => {
      const text = files[path]
      if (text === undefined) throw new Error('ENOENT')
      return text
    }
    const { exchange } = withKeys(keys(value), { readFile })
    return exchange.kind === 'web-identity' ? exchange.role.policy : undefined
  }

  test('is read from a file, whose path counts from the folder of the config file', () => {
    expect(policyOf('file:///p/a.json', { '/p/a.json': '{"a": 1}\n' })).toBe('{"a": 1}')
    expect(policyOf('file://a.json', { '/aws/a.json': '{}' })).toBe('{}')
    expect(policyOf('file://~/a.json', { '~/a.json': '{}' })).toBe('{}')
  })

  test('may span several lines of the config file', () => {
    expect(policyOf('{\n  "a":\n  1 }', {})).toBe('{\n"a":\n1 }')
  })

  test.each([
    ['text that is not JSON', 'Allow *'],
    ['JSON that is no object', '[]'],
    ['null', 'null'],
    ['more than 2048 characters', `{"a": "${'x'.repeat(2048)}"}`],
    ['characters STS refuses', '{"a": "→"}'],
    ['a file that is not there', 'file:///nowhere'],
    ['no path', 'file://'],
  ])('is refused: %s', (_, value) => {
    expect(failureWithKeys(keys(value))).toMatchObject({
      code: 'setting-invalid',
      facts: { key: 'cognito_session_policy', value },
    })
  })

  test('is refused when its file holds no JSON', () => {
    expect(failureWithKeys(keys('file:///p'), { readFile: () => 'x' })).toMatchObject({
      code: 'setting-invalid',
    })
  })
})

describe('cognito_source_profile', () => {
  const base = `[profile base]\n${SIGN_IN}cognito_identity_pool_id = ${POOL_ID}\nregion = us-east-2\n`

  test('gives sign-in and pool keys, and nothing else', () => {
    const text = `${base}cognito_role_arn = ${ROLE}\ncognito_duration_seconds = 900\n[profile dev]\ncognito_source_profile = base\ncognito_username = jo\n`
    expect(parseProfile(options(text))).toMatchObject({
      name: 'dev',
      region: 'eu-west-1',
      signIn: { clientId: '1example23456789', username: 'jo' },
      identityPool: { id: POOL_ID },
      exchange: { kind: 'enhanced', roleArn: undefined },
    })
  })

  test('a bad value names the profile it was inherited from', () => {
    const text = `[profile dev]\ncognito_source_profile = base\n${base.replace('acme.auth', 'http://acme.auth')}`
    expect(failure(text)).toMatchObject({
      code: 'setting-invalid',
      facts: {
        key: 'cognito_domain',
        place: { file: '/aws/config', line: 6, profile: 'base', inheritedBy: 'dev' },
      },
    })
  })

  test('an unknown key there is refused too', () => {
    expect(failure(`[profile dev]\ncognito_source_profile = base\n${base}cognito_foo = 1`)).toMatchObject({
      code: 'setting-unknown',
      facts: { place: { profile: 'base', inheritedBy: 'dev' } },
    })
  })

  test('a value of one’s own hides a bad one there', () => {
    const text = `[profile dev]\ncognito_source_profile = base\ncognito_domain = a.example.com\n${base.replace('acme.auth', 'http://acme.auth')}`
    expect(parseProfile(options(text)).signIn?.domain?.host).toBe('a.example.com')
  })

  test('one’s own provider takes the place of an identifier there', () => {
    const text = `[profile dev]\ncognito_source_profile = base\ncognito_identity_provider = Google\n${base}cognito_idp_identifier = x`
    expect(parseProfile(options(text)).signIn).toMatchObject({
      identityProvider: 'Google',
      idpIdentifier: undefined,
    })
  })

  test.each([
    ['itself', '[profile dev]\ncognito_source_profile = dev', 'setting-conflict'],
    ['a profile that does not exist', '[profile dev]\ncognito_source_profile = nope', 'setting-invalid'],
    [
      'a circle',
      '[profile dev]\ncognito_source_profile = b\n[profile b]\ncognito_source_profile = dev',
      'setting-conflict',
    ],
    [
      'a second level',
      '[profile dev]\ncognito_source_profile = b\n[profile b]\ncognito_source_profile = c\n[profile c]',
      'setting-conflict',
    ],
  ])('refuses %s', (_, text, code) => {
    expect(failure(text)).toMatchObject({
      code,
      facts: { key: 'cognito_source_profile', place: { line: 2 } },
    })
  })
})

describe('AWS’s own chaining', () => {
  const base = `[profile base]\n${SIGN_IN}cognito_identity_pool_id = ${POOL_ID}\nregion = us-east-2\naws_account_id = 111122223333\n`
  const chained = (keys: string) => `[profile dev]\nrole_arn = ${ROLE}\nsource_profile = base\n${keys}`

  test('is a second role behind the exchange of the source profile', () => {
    const keys = 'external_id = abc\nrole_session_name = jo\nduration_seconds = 900\nregion = eu-north-1\n'
    expect(parseProfile(options(base + chained(keys)))).toMatchObject({
      name: 'dev',
      region: 'eu-north-1',
      signIn: { clientId: '1example23456789' },
      exchange: { kind: 'enhanced' },
      chain: { roleArn: ROLE, externalId: 'abc', sessionName: 'jo', durationSeconds: 900 },
      accountId: undefined,
    })
    expect(parseProfile(options(base + chained('')))).toMatchObject({
      region: 'us-east-2',
      chain: { durationSeconds: 3600 },
    })
  })

  test('goes through a source profile that itself shares a sign-in', () => {
    const text = `${base}[profile mid]\ncognito_source_profile = base\n${chained('').replace('= base', '= mid')}`
    expect(parseProfile(options(text))).toMatchObject({
      exchange: { kind: 'enhanced' },
      chain: { roleArn: ROLE },
    })
  })

  test('a mistake in the source profile names both', () => {
    expect(failure(chained('') + base + 'cognito_guest = x')).toMatchObject({
      facts: { place: { profile: 'base', inheritedBy: 'dev' } },
    })
  })

  test.each([
    ['a source that does not exist', chained(''), 'setting-invalid', 'source_profile'],
    ['itself as the source', chained('').replace('= base', '= dev'), 'setting-conflict', 'source_profile'],
    [
      'a second level',
      `${chained('')}[profile base]\nrole_arn = x\nsource_profile = y`,
      'setting-conflict',
      'source_profile',
    ],
    [
      'cognito keys beside it',
      chained('cognito_username = x\n') + base,
      'setting-conflict',
      'cognito_username',
    ],
    ['a third role', `${chained('')}${base}cognito_chain_role_arn = ${ROLE}`, 'setting-conflict', 'role_arn'],
    ['a role that is none', chained('').replace(ROLE, 'dev') + base, 'setting-invalid', 'role_arn'],
    [
      'a role without account',
      chained('').replace(ROLE, 'arn:aws:iam:::role/dev') + base,
      'setting-invalid',
      'role_arn',
    ],
    ['more than an hour', chained('duration_seconds = 3601\n') + base, 'setting-invalid', 'duration_seconds'],
    ['a bad external ID', chained('external_id = a b\n') + base, 'setting-invalid', 'external_id'],
    [
      'a bad session name',
      chained('role_session_name = a b\n') + base,
      'setting-invalid',
      'role_session_name',
    ],
    [
      'a source without an exchange',
      `${chained('')}[profile base]\n${SIGN_IN}`,
      'setting-missing',
      'cognito_identity_pool_id',
    ],
  ])('refuses %s', (_, text, code, key) => {
    expect(failure(text)).toMatchObject({ code, facts: { key } })
  })

  test('refuses a source that is not poolkey’s', () => {
    const text = `${chained('')}[profile base]\naws_access_key_id = x`
    expect(failure(text)).toMatchObject({ code: 'profile-foreign', facts: { profile: 'dev' } })
  })
})

describe('flags', () => {
  test('win over everything, and over the alternative in a file', () => {
    const overrides = { cognito_role_arn: ROLE, cognito_idp_identifier: 'x' }
    const profile = withKeys(
      'cognito_role_arn = arn:aws:iam::444455556666:role/a\ncognito_identity_provider = Google',
      { overrides },
    )
    expect(profile.signIn).toMatchObject({ identityProvider: undefined, idpIdentifier: 'x' })
    expect(profile.exchange).toMatchObject({ kind: 'web-identity', role: { roleArn: ROLE } })
  })

  test.each([
    ['a bad value', { cognito_role_arn: 'dev' }, '--role'],
    ['a bad value of another', { cognito_login_hint: 'a\nb' }, '--login-hint'],
    [
      'two that exclude each other',
      { cognito_identity_provider: 'a', cognito_idp_identifier: 'b' },
      '--identity-provider',
    ],
    ['a role without an account', { cognito_role_arn: 'arn:aws:iam:::role/dev' }, '--role'],
  ])('%s is a usage error that names the flag', (_, overrides, flag) => {
    const { code, facts } = failureWithKeys('', { overrides })
    expect(code).toBe('usage')
    expect(facts).toMatchObject({ problem: expect.stringContaining(flag) as unknown })
  })

  test.each([['Admin'], ['arn:aws:iam:::role/dev']])(
    '--role %s: the fix lists the roles to choose from',
    (role) => {
      expect(failureWithKeys('', { overrides: { cognito_role_arn: role } }).facts).toMatchObject({
        fix: 'for those that the token offers: poolkey roles --profile dev',
      })
      expect(failureWithKeys('', { overrides: { cognito_login_hint: 'a\nb' } }).facts).not.toHaveProperty(
        'fix',
      )
    },
  )
})

test('every setting in force tells whence it comes', () => {
  const text = `[profile base]\n${SIGN_IN}[profile dev]\ncognito_source_profile = base\ncognito_lang = de`
  const settings = listEffectiveSettings(options(text, { overrides: { cognito_prompt: 'login' } }))
  const originOf = (key: string) => settings.find((one) => one.key === key)?.origin
  expect(originOf('cognito_prompt')).toEqual({ kind: 'flag', flag: '--prompt' })
  expect(originOf('cognito_lang')).toEqual({
    kind: 'file',
    place: { file: '/aws/config', line: 7, profile: 'dev' },
  })
  expect(originOf('cognito_client_id')).toMatchObject({
    kind: 'file',
    place: { line: 3, profile: 'base', inheritedBy: 'dev' },
  })
  expect(originOf('cognito_scopes')).toEqual({ kind: 'default' })
  expect(originOf('cognito_issuer')).toBeUndefined()
})

test('a section without the word profile is named with its line', () => {
  const parse = () =>
    parseProfile({
      name: 'dev2',
      configText: '[profile dev]\n\n[dev2]\ncognito_client_id = x\n',
      configFile: '/config',
      env: {},
      readFile: () => '',
    })
  expect(parse).toThrow(
    expect.objectContaining({
      facts: { profile: 'dev2', file: '/config', known: ['dev'], similar: 'dev', bareSectionLine: 3 },
    }),
  )
})
