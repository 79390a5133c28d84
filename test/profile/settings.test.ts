import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nearestKey } from '../../src/profile/nearest-key.ts'
import { SETTING_LIST, SETTINGS, settingOf, settingsTable } from '../../src/profile/settings.ts'

const accepted: Record<string, [string, unknown][]> = {
  cognito_user_pool_id: [
    ['eu-west-1_AbCdEf123', 'eu-west-1_AbCdEf123'],
    ['us-gov-west-1_x', 'us-gov-west-1_x'],
    ['local_abc', 'local_abc'],
  ],
  cognito_client_id: [
    ['1example23456789', '1example23456789'],
    ['a+_B', 'a+_B'],
  ],
  cognito_domain: [
    ['acme.auth.eu-west-1.amazoncognito.com', new URL('https://acme.auth.eu-west-1.amazoncognito.com')],
    ['https://Auth.Example.com/', new URL('https://auth.example.com')],
    ['http://localhost:9000', new URL('http://localhost:9000')],
    ['http://127.0.0.1:9000', new URL('http://127.0.0.1:9000')],
    ['http://[::1]:9000', new URL('http://[::1]:9000')],
    ['https://localhost:9443', new URL('https://localhost:9443')],
    ['xn--bcher-kva.example', new URL('https://xn--bcher-kva.example')],
  ],
  cognito_issuer: [
    [
      'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A',
      'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A',
    ],
    ['https://idp.example:8443', 'https://idp.example:8443'],
    ['https://idp.example/', 'https://idp.example/'],
    ['http://127.0.0.1:9000/pool', 'http://127.0.0.1:9000/pool'],
  ],
  cognito_redirect_uri: [
    ['http://localhost:8400/callback', ['http://localhost:8400/callback']],
    ['http://127.0.0.1:80, http://[::1]:65535/a/', ['http://127.0.0.1:80', 'http://[::1]:65535/a/']],
  ],
  cognito_logout_uri: [
    ['https://example.com/bye?x=1', 'https://example.com/bye?x=1'],
    ['http://localhost:8400/', 'http://localhost:8400/'],
  ],
  cognito_scopes: [['openid  email api/read openid', ['openid', 'email', 'api/read']]],
  cognito_identity_provider: [['Corp SAML', 'Corp SAML']],
  cognito_idp_identifier: [['example.com', 'example.com']],
  cognito_login_hint: [['jo@example.com', 'jo@example.com']],
  cognito_lang: [
    ['pt-BR', 'pt-BR'],
    ['de', 'de'],
  ],
  cognito_prompt: [
    ['login', 'login'],
    ['login consent', 'login consent'],
  ],
  cognito_sign_in: [
    ['browser', 'browser'],
    ['password', 'password'],
  ],
  cognito_username: [['jo', 'jo']],
  cognito_session: [['work', 'work']],
  cognito_refresh_token_days: [
    ['30', 30],
    ['0.5', 0.5],
  ],
  cognito_auto_login: [
    ['true', true],
    ['False', false],
  ],
  cognito_browser: [
    ['firefox --private-window', ['firefox', '--private-window']],
    [
      `"/opt/my browser/b" 'a b' c"d e"f`,
      ['/opt/my browser/b', 'a b', 'c', 'd e', 'f'].slice(0, 2).concat('cd ef'),
    ],
    ['C:\\bin\\b.exe $(calc) ; %s', ['C:\\bin\\b.exe', '$(calc)', ';', '%s']],
  ],
  cognito_identity_pool_id: [
    ['eu-west-1:11111111-2222-3333-4444-555555555555', 'eu-west-1:11111111-2222-3333-4444-555555555555'],
  ],
  cognito_logins_key: [
    ['cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A', 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A'],
  ],
  cognito_exchange: [
    ['enhanced', 'enhanced'],
    ['basic', 'basic'],
    ['web-identity', 'web-identity'],
  ],
  cognito_guest: [['true', true]],
  cognito_role_arn: [
    ['arn:aws:iam::111122223333:role/dev', 'arn:aws:iam::111122223333:role/dev'],
    ['arn:aws-eusc:iam::111122223333:role/team/a/dev', 'arn:aws-eusc:iam::111122223333:role/team/a/dev'],
    ['arn:aws:iam:::role/ceph', 'arn:aws:iam:::role/ceph'],
    ['arn:minio:iam:::role/idmp-x', 'arn:minio:iam:::role/idmp-x'],
  ],
  cognito_role_session_name: [
    ['jo@example.com', 'jo@example.com'],
    ['ab', 'ab'],
  ],
  cognito_duration_seconds: [
    ['900', 900],
    ['43200', 43200],
  ],
  cognito_session_policy: [
    ['{}', '{}'],
    ['file://p.json', 'file://p.json'],
  ],
  cognito_policy_arns: [
    [
      'arn:aws:iam::aws:policy/ReadOnlyAccess, arn:aws:iam::111122223333:policy/x/y',
      ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::111122223333:policy/x/y'],
    ],
  ],
  cognito_chain_role_arn: [
    ['arn:aws-us-gov:iam::111122223333:role/dev', 'arn:aws-us-gov:iam::111122223333:role/dev'],
  ],
  cognito_chain_external_id: [['a:b/c', 'a:b/c']],
  cognito_chain_session_name: [['ab', 'ab']],
  cognito_chain_duration_seconds: [
    ['900', 900],
    ['3600', 3600],
  ],
  cognito_source_profile: [
    ['base', 'base'],
    ['a b', 'a b'],
  ],
}

const refused: Record<string, string[]> = {
  cognito_user_pool_id: [
    '',
    'eu-west-1',
    'evil.example/_A',
    'eu-west-1_A-b',
    'EU_A',
    `eu_${'a'.repeat(60)}`,
    'eu-west-1_A\n',
  ],
  cognito_client_id: ['', 'a-b', 'a b', 'a&b', 'a'.repeat(129), '$(calc)'],
  cognito_domain: [
    '',
    'acme',
    'http://auth.example.com',
    'https://auth.example.com:8443',
    'auth.example.com:443',
    'https://auth.example.com/path',
    'evil.com/@x.auth.eu-west-1.amazoncognito.com',
    'x.auth.eu-west-1.amazoncognito.com@evil.com',
    'https://u:p@auth.example.com',
    'https://@auth.example.com',
    'https://auth.example.com?x=1',
    'https://auth.example.com#x',
    'https://auth.example.com?',
    'https:\\\\evil.com',
    'auth.example.com\\@evil.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/x',
    'ms-settings:x',
    'auth.example.com.',
    'b\u00fccher.example',
    '\u0430uth.example.com',
    'a$(calc).example.com',
    'a`b`.example.com',
    'a&b.example.com',
    'a|b.example.com',
    'a"b.example.com',
    '%50ATH.example.com',
    'a b.example.com',
    'auth.exam\tple.com',
    '0x7f.1',
    '2130706433',
    '169.254.169.254',
    'https://10.0.0.1',
    '-a.example.com',
    'http://127.0.0.1.evil.com',
    'http://localhost.evil.com',
    'http://localhost@evil.com',
    '//evil.com',
    'http://localhost:99999',
    'https://https://a.b',
  ],
  cognito_issuer: [
    '',
    'cognito-idp.eu-west-1.amazonaws.com/x',
    'http://idp.example',
    'https://u@idp.example',
    'https://idp.example/?x',
    'https://idp.example/#',
    'https://IDP.example/x',
    'https://idp.example/../x',
    'ftp://idp.example',
    'https://idp.example:443/x',
    'https://idp.example/ x',
  ],
  cognito_redirect_uri: [
    '',
    ',',
    'http://localhost/callback',
    'http://localhost:8400/callback,',
    'https://localhost:8400/callback',
    'http://localhost:0/x',
    'http://localhost:65536/x',
    'http://example.com:8400/x',
    'http://localhost:8400/x?y',
    'http://localhost:8400/x#y',
    'http://u@localhost:8400/',
    'http://localhost:8400@evil.com/',
    'http://127.0.0.2:8400/',
    'http://localhost:8400/../x',
    'http://localhost:8400/a b',
    'http://LOCALHOST:8400/',
    'myapp://x',
    `http://localhost:8400/${'a'.repeat(1024)}`,
    'http://0.0.0.0:8400/',
  ],
  cognito_logout_uri: [
    '',
    'http://example.com/',
    'javascript:alert(1)',
    'https://u@example.com/',
    'https://example.com/#x',
    'https://e.example/\u202e',
    `https://example.com/${'a'.repeat(1024)}`,
  ],
  cognito_scopes: ['', 'email profile', 'openid "x"', 'openid \\', 'openid \u00fc'],
  cognito_identity_provider: ['', 'a\u0007b', 'a\nb', 'a\u202eb', 'a'.repeat(129)],
  cognito_idp_identifier: ['', 'a\0b'],
  cognito_login_hint: ['', 'a\rb'],
  cognito_lang: ['', 'german!', 'd', 'de_DE'],
  cognito_prompt: ['', 'Login', 'login,consent', 'login  consent'],
  cognito_sign_in: ['', 'Browser', 'device'],
  cognito_username: ['', '\u001b[31m'],
  cognito_session: ['', 'a\nb', 'a'.repeat(65)],
  cognito_refresh_token_days: ['', '0', '-1', '3651', 'ten', '1e2', '99999'],
  cognito_auto_login: ['', 'yes', '1'],
  cognito_browser: ['', '   ', 'firefox "open', "firefox 'open", 'a\0b', '""'],
  cognito_identity_pool_id: [
    '',
    'eu-west-1',
    '11111111-2222',
    'eu.west/1:1111',
    'eu-west-1:XYZ',
    `eu-west-1:${'1'.repeat(50)}`,
  ],
  cognito_logins_key: ['', 'a b', 'a'.repeat(129), 'a\u00fc'],
  cognito_exchange: ['', 'Enhanced', 'direct'],
  cognito_guest: ['', 'on'],
  cognito_role_arn: [
    '',
    'dev',
    'arn:aws:iam::111122223333:user/dev',
    'arn:aws:sts::111122223333:role/dev',
    'arn:aws:iam::111122223333:role/',
    'arn:aws:iam::111122223333:role/a b',
    "arn:aws:iam::111122223333:role/a'b",
    'arn:aws:iam::111122223333:role/a\nb',
    `arn:aws:iam::111122223333:role/${'a'.repeat(65)}`,
  ],
  cognito_role_session_name: ['', 'a', 'a b', 'a'.repeat(65), 'a$b'],
  cognito_duration_seconds: ['', '899', '43201', '3600s', '1e3', '-900', '0x900', '3600.5'],
  cognito_session_policy: [''],
  cognito_policy_arns: [
    '',
    'ReadOnlyAccess',
    'arn:aws:iam::aws:policy/a,',
    'arn:aws:iam::aws:role/abcdef',
    Array(11).fill('arn:aws:iam::aws:policy/a').join(','),
  ],
  cognito_chain_role_arn: ['', 'x'],
  cognito_chain_external_id: ['', 'a', 'a b', 'a'.repeat(1225)],
  cognito_chain_session_name: ['', 'a'],
  cognito_chain_duration_seconds: ['', '899', '3601'],
  cognito_source_profile: ['', 'a"b', 'a]b', ' a', 'a\nb'],
}

describe('every setting', () => {
  test('has cases here that are accepted and refused', () => {
    const keys = SETTING_LIST.map(({ key }) => key)
    expect(Object.keys(accepted)).toEqual(keys)
    expect(Object.keys(refused)).toEqual(keys)
  })

  test.each(
    SETTING_LIST.flatMap(({ key }) =>
      (accepted[key] ?? []).map(([text, value]) => [key, text, value] as const),
    ),
  )('%s accepts %j', (key, text, value) => {
    expect(settingOf(key)?.type.parse(text)).toEqual(value)
  })

  test.each(SETTING_LIST.flatMap(({ key }) => (refused[key] ?? []).map((text) => [key, text] as const)))(
    '%s refuses %j',
    (key, text) => {
      expect(settingOf(key)?.type.parse(text)).toBeUndefined()
    },
  )

  test('accepts its own default', () => {
    for (const one of SETTING_LIST) {
      if (one.default !== undefined) expect(one.type.parse(one.default), one.key).toBeDefined()
    }
  })

  test('never throws, and accepts no control character, whatever the text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SETTING_LIST), fc.string({ unit: 'binary' }), (one, text) => {
        const value = one.type.parse(text)
        if (/\p{Cc}/u.test(text) && one.key !== 'cognito_session_policy' && one.key !== 'cognito_scopes') {
          expect(value === undefined || /^\s|\s$|,\s/.test(text)).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

test('a domain that is accepted is an origin over https, or loopback', () => {
  const part = fc.constantFrom(
    'http://',
    'https://',
    'localhost',
    '127.0.0.1',
    'auth.example.com',
    'evil.com',
    '@',
    ':',
    '/',
    '\\',
    '?',
    '#',
    '.',
    '%2f',
    '8400',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const url = SETTINGS.domain.type.parse(parts.join(''))
      if (!url) return
      expect(`${url.pathname}${url.search}${url.hash}${url.username}${url.password}`).toBe('/')
      const isLoopback = ['localhost', '127.0.0.1'].includes(url.hostname)
      expect(isLoopback || (url.protocol === 'https:' && url.port === '')).toBe(true)
    }),
    { numRuns: 5000 },
  )
})

describe('an unknown key', () => {
  test.each([
    ['cognito_userpool_id', 'cognito_user_pool_id'],
    ['cognito_user_pool', 'cognito_user_pool_id'],
    ['cognito_clientid', 'cognito_client_id'],
    ['cognito_redirect_uris', 'cognito_redirect_uri'],
    ['cognito_scope', 'cognito_scopes'],
    ['cognito_role', undefined],
    ['cognito_duration_second', 'cognito_duration_seconds'],
    ['cognito_identity_pool', 'cognito_identity_pool_id'],
    ['cognito_client_secret', undefined],
    ['cognito_xyzzy', undefined],
    ['cognito_', undefined],
  ])('%s is taken for %s', (unknown, meant) => {
    expect(nearestKey(unknown)).toBe(meant)
  })

  test('is recognised through one wrong, missing or swapped letter', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SETTING_LIST), fc.nat(), (one, at) => {
        const position = 9 + (at % (one.key.length - 9))
        expect(nearestKey(one.key.slice(0, position) + one.key.slice(position + 1))).toBe(one.key)
      }),
    )
  })
})

test('the table for the README has a row for every setting, with its group, and nothing that breaks a row', () => {
  const lines = settingsTable().trimEnd().split('\n')
  expect(lines).toHaveLength(SETTING_LIST.length + 2)
  expect(lines[0]).toBe('| key | | meaning | default |')
  expect(lines[2]).toBe(
    '| `cognito_user_pool_id` | S | User pool; its region is the part before `_`. | required unless guest |',
  )
  for (const line of lines) expect(line.split('|')).toHaveLength(6)
})
