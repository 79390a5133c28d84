import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPoolkeyError } from '../../../src/errors/poolkey-error.ts'
import { parseImport } from '../../../src/profile/import/imported.ts'
import { failureOf } from '../failure.ts'

const POOL = 'eu-west-1_AbCdEf123'
const CLIENT = '1example23456789abcdefghij'
const IDENTITY_POOL = 'eu-west-1:11111111-2222-3333-4444-555555555555'

function read(document: unknown) {
  const imported = parseImport(JSON.stringify(document), 'file')
  return {
    ...imported,
    settings: Object.fromEntries([...imported.settings].map(([key, { value }]) => [key, value])),
    ambiguous: Object.fromEntries(imported.ambiguous),
  }
}

describe('several values', () => {
  test('of one key are left to choose among, each with its place; equal ones are one', () => {
    const { settings, ambiguous } = read({
      Web: { UserPoolId: POOL, WebClientId: CLIENT },
      Mobile: { UserPoolId: POOL, MobileClientId: '9other123456789abcdefghijk' },
    })
    expect(settings).toEqual({ region: 'eu-west-1', cognito_user_pool_id: POOL })
    expect(ambiguous).toEqual({
      cognito_client_id: [
        { value: CLIENT, where: 'Web.WebClientId' },
        { value: '9other123456789abcdefghijk', where: 'Mobile.MobileClientId' },
      ],
    })
  })

  // Each compared with each, they would take longer than any test may.
  test('200,000 of them are told apart', () => {
    const pools = Array.from({ length: 200_000 }, (_, at) => [`p${at}`, `eu-west-1_${at}`])
    expect(read(Object.fromEntries(pools)).ambiguous).toHaveProperty('cognito_user_pool_id')
  })

  test('a name that says what it is of outweighs one that does not', () => {
    const { settings } = read({ pool: POOL, clientId: CLIENT, deployment: 'abcdefghijklmnopqrstuvwx' })
    expect(settings).toMatchObject({ cognito_client_id: CLIENT })
    expect(read({ pool: POOL, deployment: CLIENT }).settings).toMatchObject({ cognito_client_id: CLIENT })
  })

  test('what the file calls a key or a secret is no app client, even where none is named', () => {
    const key = '0123456789abcdef0123456789abcdef'
    for (const document of [
      { pool: POOL, monitoringApiKey: key },
      { pool: POOL, secrets: { monitoring: key } },
      {
        pool: { sensitive: false, type: 'string', value: POOL },
        monitoring: { sensitive: true, type: 'string', value: key },
      },
    ])
      expect(read(document).settings).not.toHaveProperty('cognito_client_id')
    expect(read({ pool: POOL, secrets: { clientId: CLIENT } }).settings).toHaveProperty('cognito_client_id')
  })

  test('a name of any length makes no long path', () => {
    const { settings } = parseImport(JSON.stringify({ ['x'.repeat(1_000_000)]: POOL }), 'file')
    expect(settings.get('cognito_user_pool_id')?.where).toBe(`["${'x'.repeat(100)}..."]`)
  })

  test("without an identity pool a role is taken, or chosen among; a guest's is not", () => {
    const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`
    expect(read({ pool: POOL, a: role('a'), unauthRole: role('u') }).settings).toMatchObject({
      cognito_role_arn: role('a'),
    })
    expect(read({ pool: POOL, a: role('a'), b: role('b') }).ambiguous).toHaveProperty('cognito_role_arn')
  })

  test('of two clients in a mobile configuration, only the secret of the one that is taken is', () => {
    const [own, other] = ['a', 'b'].map((letter) => letter.repeat(51))
    const file = (oauth: object) => ({
      CognitoUserPool: { Default: { PoolId: POOL, AppClientId: 'other', AppClientSecret: other } },
      Auth: { Default: { OAuth: { AppClientId: CLIENT, ...oauth } } },
    })
    expect(read(file({})).clientSecret).toBeUndefined()
    expect(read(file({ AppClientSecret: own })).clientSecret?.where).toBe(
      'Auth.Default.OAuth.AppClientSecret',
    )
    expect(read(file({ AppClientId: 'other' })).clientSecret?.where).toBe(
      'CognitoUserPool.Default.AppClientSecret',
    )
  })

  test.each([
    ['client_secret', (value: string) => ({ client_secret: { sensitive: true, type: 'string', value } })],
    ['user_pool_client_secret', (value: string) => ({ user_pool_client_secret: { sensitive: true, value } })],
    ['Auth.UserPoolClientSecret', (value: string) => ({ Auth: { UserPoolClientSecret: value } })],
    [
      'UserPoolClientSecret',
      (value: string) => ({ Outputs: [{ OutputKey: 'UserPoolClientSecret', OutputValue: value }] }),
    ],
  ])('an output %s is taken whatever its form, and what is none is left out aloud', (where, outputs) => {
    for (const secret of ['canary+of_cognito'.repeat(3), 'canary-of.another/issuer~', 'CanaryOf8']) {
      const { clientSecret } = read(outputs(secret))
      expect(clientSecret?.where).toBe(where)
      expect(clientSecret?.secret.reveal()).toBe(secret)
    }
    for (const other of [
      ...['true', '1767225600000', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:x'],
      ...[
        '/acme/prod/cognito',
        '$CLIENT_SECRET',
        '${CLIENT_SECRET}',
        '{{client}}',
        '<its-secret>',
        '********',
      ],
    ]) {
      const { clientSecret, notes } = read(outputs(other))
      expect(clientSecret).toBeUndefined()
      expect(notes).toEqual([expect.stringMatching(new RegExp(`^${where} is left out: `))])
      expect(notes.join()).not.toContain(other)
    }
  })

  test.each(['ClientSecretName', 'client_secret_arn', 'webClientSecretId', 'client-secret-path'])(
    'an output %s tells where a secret is',
    (name) => {
      const { clientSecret, notes } = read({ pool: POOL, [name]: 'acme-prod-cognito-client' })
      expect(clientSecret).toBeUndefined()
      expect(notes).toEqual([expect.stringContaining(`${name} is left out: `)])
    },
  )

  test('several client secrets are none', () => {
    const secret = (letter: string) => letter.repeat(51)
    const { clientSecret, notes } = read({
      pool: POOL,
      webClientSecret: secret('a'),
      mobileClientSecret: secret('b'),
    })
    expect(clientSecret).toBeUndefined()
    expect(notes).toEqual([expect.stringContaining('several client secrets')])
  })
})

describe('regions and domains', () => {
  test.each([
    ['a prefix', 'eu-west-1', 'acme', 'acme.auth.eu-west-1.amazoncognito.com'],
    ['a prefix in GovCloud', 'us-gov-west-1', 'acme', 'acme.auth-fips.us-gov-west-1.amazoncognito.com'],
    ['a host', 'eu-west-1', 'https://login.example.com/', 'login.example.com'],
  ])('%s becomes the host of the hosted UI', (_, region, domain, expected) => {
    const { settings } = read({ pool: `${region}_AbCdEf123`, cognitoDomain: domain })
    expect(settings).toMatchObject({ region, cognito_domain: expected })
  })

  test('a region that the file gives twice gives way to the pool', () => {
    const { settings, ambiguous } = read({ pool: POOL, aRegion: 'us-east-1', bRegion: 'us-east-2' })
    expect(settings).toMatchObject({ region: 'eu-west-1' })
    expect(ambiguous).toEqual({})
  })

  test("a custom domain outranks the user pool's prefix", () => {
    const UserPool = { Id: POOL, Domain: 'acme', CustomDomain: 'auth.example.com' }
    expect(read({ UserPool }).settings).toMatchObject({ cognito_domain: 'auth.example.com' })
  })
})

describe('what cannot be used', () => {
  test('a placeholder is left out, without showing what stands there', () => {
    const { settings, notes } = read({
      aws_project_region: 'eu-west-1',
      aws_user_pools_id: '[YOUR USER POOL]',
      aws_user_pools_web_client_id: CLIENT,
    })
    expect(settings).toEqual({ region: 'eu-west-1', cognito_client_id: CLIENT })
    expect(notes).toEqual([
      'aws_user_pools_id is left out: it is not a user pool ID such as eu-west-1_AbCdEf123.',
    ])
  })

  test('scopes without openid are left out, with what to allow', () => {
    const UserPoolClient = {
      UserPoolId: POOL,
      AllowedOAuthScopes: ['email'],
      AllowedOAuthFlows: ['code'],
      AllowedOAuthFlowsUserPoolClient: true,
    }
    const { settings, notes } = read({ UserPoolClient })
    expect(settings).not.toHaveProperty('cognito_scopes')
    expect(notes).toEqual([expect.stringContaining('"openid"')])
  })

  test.each([
    ['implicit alone', { AllowedOAuthFlows: ['implicit'], AllowedOAuthFlowsUserPoolClient: true }],
    ['none', {}],
    ['code, switched off', { AllowedOAuthFlows: ['code'], AllowedOAuthFlowsUserPoolClient: false }],
  ])('an app client that allows %s is noticed', (_, flows) => {
    const { notes } = read({ UserPoolClient: { UserPoolId: POOL, ...flows } })
    expect(notes).toEqual([expect.stringContaining('does not allow the authorization code grant')])
  })

  test.each([
    ['nothing of Cognito', '{"a":{"b":"c"},"region":7}'],
    ['an Amplify file without sign-in', '{"version":"1","data":{"url":"https://x.example"}}'],
    ['no object', '[1,2,3]'],
  ])('%s is refused', (_, text) => {
    expect(failureOf(() => parseImport(text, 'file'))).toEqual({
      code: 'import-unusable',
      facts: { source: 'file', problem: 'there is no user pool, app client or identity pool in it' },
    })
  })
})

test('callback URLs of other machines, with TLS or of apps are left out, those of this machine kept in order', () => {
  const { settings, callbacks } = read({
    aws_user_pools_id: POOL,
    oauth: {
      redirectSignIn:
        'http://[::1]:9000/cb, https://localhost:3000/,app://x,http://localhost/,http://127.0.0.1:8400/,http://[::1]:9000/cb',
      redirectSignOut: 'https://app.example.com/',
    },
  })
  expect(settings['cognito_redirect_uri']).toBe('http://[::1]:9000/cb,http://127.0.0.1:8400/')
  expect(settings).not.toHaveProperty('cognito_logout_uri')
  expect(callbacks.isListed).toBe(true)
  expect(callbacks.dropped).toEqual([
    'https://localhost:3000/',
    'app://x',
    'http://localhost/',
    'https://app.example.com/',
  ])
  expect(read({ pool: POOL }).callbacks.isListed).toBe(false)
})

test('J123: a file can set nothing but the way to the sign-in: no program, no endpoint, no other profile', () => {
  const hostile = {
    cognito_browser: 'rm -rf /',
    cognito_auto_login: 'true',
    credential_process: '/bin/sh',
    endpoint_url: 'https://evil.example',
    cognito_issuer: 'https://evil.example',
    cognito_session_policy: 'file:///etc/passwd',
    cognito_source_profile: 'prod',
  }
  const { settings } = read({ ...hostile, aws_user_pools_id: POOL, oauth: hostile, auth: hostile })
  expect(settings).toEqual({ region: 'eu-west-1', cognito_user_pool_id: POOL })
})

describe('J127: whatever is thrown at it', () => {
  const isFine = (text: string) => {
    try {
      parseImport(text, 'file')
    } catch (error) {
      if (!isPoolkeyError(error, 'import-unusable')) throw error
    }
  }
  const pieces = [
    ...[
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      "'",
      '`',
      '\\',
      '//',
      '/*',
      '*/',
      '\n',
      ' ',
      ';',
      '=',
      '${',
      '(',
      ')',
    ],
    ...[
      'const ',
      'export default ',
      'module.exports = ',
      'import ',
      ' from ',
      ' as const',
      'x',
      '1',
      '-',
      '.5e',
    ],
    ...['"a":', '"Outputs":', '"OutputKey":', '"Stacks":', '"value":', '"sensitive":', '"UserPoolClient":'],
    ...[
      '"auth":',
      '"plugins":',
      '"oauth":',
      '"scope":',
      `"${POOL}"`,
      `"${CLIENT}"`,
      `"${IDENTITY_POOL}"`,
      'null',
    ],
  ]

  test.each([
    ['any text', fc.string({ unit: 'binary', maxLength: 200 })],
    [
      'pieces of literals',
      fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((some) => some.join('')),
    ],
    ['any JSON', fc.json({ maxDepth: 8 })],
  ])('%s is read, or refused as itself', (_, texts) => {
    fc.assert(fc.property(texts, isFine), { numRuns: 2000 })
  })

  test('values of any kind in the places of every format are read, and what is taken is valid', () => {
    const leaf = fc.oneof(
      fc.constantFrom(POOL, CLIENT, IDENTITY_POOL, 'http://localhost:8400/callback', 'openid', 'acme'),
      fc.string({ unit: 'binary' }),
      fc.jsonValue({ maxDepth: 2 }),
    )
    const names = [
      'auth',
      'oauth',
      'Auth',
      'Cognito',
      'Default',
      'CognitoUserPool',
      'PoolId',
      'AppClientId',
      'domain',
    ]
    const more = [
      'user_pool_id',
      'version',
      'aws_user_pools_id',
      'scope',
      'redirectSignIn',
      'OAuthMetadata',
      'output',
    ]
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.dictionary(fc.constantFrom(...names, ...more, '__proto__'), tie('tree'), { maxKeys: 6 }),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        isFine(JSON.stringify(value))
        isFine(JSON.stringify({ aws_user_pools_id: POOL, auth: value, oauth: value, UserPoolClient: value }))
      }),
      { numRuns: 1000 },
    )
  })

  test('values that make patterns go back and forth are read, in the time that a test may take', () => {
    for (const long of ['a-'.repeat(2000), 'a.'.repeat(2000), 'a://x,'.repeat(600), 'a-1'.repeat(1300)])
      for (const end of ['', ' ', '_', ':'])
        read({
          pool: POOL,
          authDomain: long + end,
          callbackUrls: long + end,
          region: long + end,
          x: long + end,
        })
  })
})
