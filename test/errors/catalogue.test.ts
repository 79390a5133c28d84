import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explainError } from '../../src/errors/catalogue.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import type { ErrorCode, ErrorFacts } from '../../src/errors/poolkey-error.ts'
import { codesOf, errorsOf, EVERY_FAILURE, everyError, profileWith } from './every-failure.ts'
import { FORBIDDEN, hostileText } from './hostile-text.ts'

const profile = profileWith()

// Contract section 5. `interrupted` is 128 + the signal's number.
const EXIT_CODES: Record<Exclude<ErrorCode, 'interrupted'>, number> = {
  usage: 2,
  'config-unreadable': 3,
  'config-unwritable': 3,
  'config-syntax': 3,
  'profile-unknown': 3,
  'profile-foreign': 3,
  'setting-unknown': 3,
  'setting-invalid': 3,
  'setting-missing': 3,
  'setting-conflict': 3,
  'environment-invalid': 3,
  'configure-refused': 3,
  'store-mismatch': 3,
  'no-exchange': 3,
  'scope-missing': 3,
  'other-person': 3,
  'token-file-unusable': 3,
  'life-too-short': 3,
  'value-unquotable': 3,
  'write-refused': 3,
  'import-unusable': 3,
  'no-token': 3,
  'no-browser': 3,
  'sign-in-required': 4,
  'person-changed': 4,
  'sign-in-refused': 5,
  'token-refused': 5,
  'id-token-invalid': 5,
  'service-refused': 5,
  'challenge-unanswerable': 5,
  'console-refused': 5,
  network: 6,
  'unexpected-answer': 6,
  'deadline-exceeded': 6,
  'nobody-answered': 6,
  'lock-held': 6,
  'sign-in-timeout': 6,
  'web-sign-out-unconfirmed': 6,
  'redirect-ports-taken': 6,
  'port-taken': 6,
  'console-not-opened': 6,
  'keychain-unavailable': 7,
  'key-missing': 7,
  'passphrase-missing': 7,
  'passphrase-wrong': 7,
  'client-secret-damaged': 7,
  'vault-damaged': 7,
  'vault-unsafe': 7,
  'vault-io': 7,
  'program-not-found': 127,
  'program-not-runnable': 126,
  'output-closed': 1,
}

// Why a failure has no fix.
const WITHOUT_FIX: Partial<Record<ErrorCode, string>> = {
  'output-closed': 'whoever stopped reading knows why',
  interrupted: 'whoever ended it knows why',
  'service-refused': 'of an unknown refusal nothing better is known than its own text',
}

describe('every code', () => {
  test.each(Object.entries(EXIT_CODES))('%s ends with %i', (code, exitCode) => {
    for (const error of errorsOf(code as ErrorCode, 'example')) {
      expect(explainError(error, profile).exitCode).toBe(exitCode)
    }
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('%s ends with %i', (signal, exitCode) => {
    expect(explainError(new PoolkeyError('interrupted', { signal }))).toEqual({
      what: `ended by ${signal}`,
      fix: undefined,
      exitCode,
    })
  })

  test.each(codesOf(EVERY_FAILURE))('%s says what happened, and what mends it', (code) => {
    const errors = errorsOf(code, 'example')
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) {
      for (const { what, fix } of [explainError(error, profile), explainError(error)]) {
        expect(what).not.toBe('')
        // One style: no capital in front, no full stop behind, nothing that was forgotten to be filled in.
        for (const text of [what, fix ?? '-']) expect(text).not.toMatch(/undefined|\[object|\.$|^\s|\s$| {2}/)
        if (fix === undefined) expect(WITHOUT_FIX).toHaveProperty(code)
        else expect(fix).not.toBe('')
      }
    }
  })

  test('what happened differs from one variant to the next', () => {
    const codes = [
      'sign-in-required',
      'network',
      'keychain-unavailable',
      'output-closed',
      'interrupted',
    ] as const
    for (const code of codes) {
      const texts = errorsOf(code, 'example').map((error) => explainError(error).what)
      expect(new Set(texts).size, code).toBe(texts.length)
    }
  })
})

describe('hostile facts', () => {
  test('never reach the terminal as they are, in any message', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const error of everyError(text)) {
          const { what, fix } = explainError(error, profile)
          for (const said of [what, fix ?? '']) {
            expect(said).not.toMatch(FORBIDDEN)
            expect(said.length).toBeLessThanOrEqual(500)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  test('names of objects that every object has are no known error', () => {
    for (const error of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      const refused = new PoolkeyError('sign-in-refused', { error })
      expect(explainError(refused, profile).fix).toBe('run: poolkey login --profile dev')
      const token = new PoolkeyError('token-refused', { grant: 'code', error, status: 400 })
      expect(explainError(token, profile).fix).toBe('run: poolkey login --profile dev')
      const claim = new PoolkeyError('id-token-invalid', { check: error })
      expect(explainError(claim, profile).what).toBe(`the ID token was refused: its claim ${error}`)
    }
  })

  test.each([
    { name: 'dev', shown: 'dev' },
    { name: 'a b', shown: "'a b'" },
    { name: 'a$(touch x)', shown: "'a$(touch x)'" },
    { name: '日本', shown: "'日本'" },
  ])('profile $name is quoted for a shell where it has to be', ({ name, shown }) => {
    const error = new PoolkeyError('sign-in-required', { profile: name, reason: 'none' })
    expect(explainError(error).fix).toBe(`run: poolkey login --profile ${shown}`)
  })
})

describe('wording', () => {
  function said<C extends ErrorCode>(code: C, facts: ErrorFacts[C]): [string, string | undefined] {
    const { what, fix } = explainError(new PoolkeyError(code, facts), profile)
    return [what, fix]
  }

  test('a setting is named with file, line, profile, value and what is allowed', () => {
    const place = { file: '/home/me/.aws/config', line: 7, profile: 'base', inheritedBy: 'dev' }
    const allowed = 'none, login, select_account or consent'
    expect(said('setting-invalid', { place, key: 'cognito_prompt', value: 'maybe', allowed })).toEqual([
      '/home/me/.aws/config:7 [base, inherited by dev]: cognito_prompt = maybe is not valid',
      'set cognito_prompt to none, login, select_account or consent',
    ])
  })

  test('a setting that contradicts itself is not said to contradict another', () => {
    const place = { file: '/home/me/.aws/config', line: 7, profile: 'dev' }
    const key = 'cognito_source_profile'
    const problem = 'a profile cannot be its own source'
    expect(said('setting-conflict', { place, key, with: key, problem })).toEqual([
      '/home/me/.aws/config:7 [dev]: cognito_source_profile: a profile cannot be its own source',
      'change cognito_source_profile, or remove it',
    ])
  })

  test('of many profiles only the first dozen is listed', () => {
    const known = Array.from({ length: 13 }, (_, index) => `p${index}`)
    const [, fix] = said('profile-unknown', { profile: 'x', file: '/f', known })
    expect(fix).toBe(
      'name one with --profile or AWS_PROFILE; known: p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, ... (all: poolkey configure list)',
    )
    expect(said('profile-unknown', { profile: 'x', file: '/f', known: known.slice(0, 12) })[1]).toMatch(
      /p11$/,
    )
  })

  test('inside of exec, a profile that was not named is that of exec', () => {
    const facts = { profile: 'default', file: '/f', known: ['x', 'my team'], inside: 'my team' }
    expect(said('profile-unknown', facts)[1]).toMatch(/: --profile 'my team'$/)
  })

  test.each([
    ['ls -la', 'poolkey exec -- ls ARGUMENTS'],
    ['/bin/ls -la', 'poolkey exec -- /bin/ls -la'],
    ['ls | wc', "poolkey exec -- sh -c '...'"],
    ['FOO=1', 'poolkey exec -- env FOO=VALUE COMMAND'],
    ['./no', 'check the path'],
    ['no', 'poolkey exec -- sh -ic COMMAND'],
  ])('there is no program %s: it is mended by %s', (program, fix) => {
    expect(said('program-not-found', { program })[1]).toSatisfy((text: string) => text.endsWith(fix))
  })

  test('what was to be assigned to a variable is not repeated', () => {
    expect(said('program-not-found', { program: 'TOKEN=secret word' }).join()).not.toContain('secret')
    expect(said('program-not-found', { program: 'mysql -psecret db' }).join()).not.toContain('secret')
  })

  test('a missing ID token points to the scope, not to a claim', () => {
    expect(
      said('id-token-invalid', { check: 'presence', expected: 'an ID token: the scope openid' }),
    ).toEqual([
      'the ID token was refused: there is none, expected an ID token: the scope openid',
      'let cognito_scopes of profile dev contain openid, and allow it for app client 1example23456789',
    ])
  })

  test.each([
    ['iss', 'cognito_issuer'],
    ['aud', 'cognito_client_id'],
    ['exp', 'clock'],
    ['nonce', 'poolkey login --profile dev'],
    ['signature', 'cognito_domain'],
  ])('a token refused for its %s is mended by %s', (check, fix) => {
    expect(said('id-token-invalid', { check, expected: 'a', got: 'b' })[1]).toContain(fix)
  })

  test.each([
    ['invalid_client', 'refresh', 'poolkey configure --client-secret-stdin --profile dev'],
    ['unauthorized_client', 'code', 'cognito_redirect_uri is registered exactly as written'],
    ['invalid_grant', 'code', 'run: poolkey login --profile dev'],
    ['unsupported_token_type', 'revoke', 'enable token revocation for app client 1example23456789'],
    ['invalid_request', 'revoke', 'enable token revocation for app client 1example23456789'],
    ['invalid_client', 'revoke', 'poolkey configure --client-secret-stdin --profile dev'],
  ] as const)('%s for a %s is mended by %s', (error, grant, fix) => {
    expect(said('token-refused', { grant, error, status: 400 })[1]).toContain(fix)
  })

  test('an identity provider that fails is looked for in the user pool', () => {
    const description = 'Google Error - 503 error getting token'
    expect(said('sign-in-refused', { error: 'invalid_request', description })).toEqual([
      `the sign-in was refused: invalid_request (${description})`,
      expect.stringContaining('settings in user pool eu-west-1_AbCdEf123'),
    ])
  })

  test('a silent browser says what to register', () => {
    const facts = {
      seconds: 300,
      clientId: '1example23456789',
      redirectUri: 'http://localhost:8400/callback',
    }
    const [, byHand] = said('sign-in-timeout', { ...facts, opened: 'by hand' })
    expect(byHand).toMatch(/^if the page .* did not load, forward its port, or paste its address here; if /)
    expect(said('sign-in-timeout', { ...facts, opened: 'here' })).toEqual([
      'nobody came back from the browser within 300 s',
      expect.stringMatching(
        /^if the browser showed an error page of the user pool, register http:\/\/localhost:8400\/callback as a callback URL of app client 1example23456789, or check that ID and cognito_domain \(.+\); otherwise run: poolkey login --profile dev$/,
      ) as string,
    ])
  })

  test.each([
    ['127.0.0.1:9229', 'ECONNREFUSED', 'reached', 'poolkey emulate --port 9229'],
    ['acme.auth.example.com', 'ENOTFOUND', 'found', 'poolkey doctor --profile dev'],
  ])(
    'a browser sent to %s (%s), where nobody is: first what is to be done about that',
    (host, because, how, fix) => {
      const known = { seconds: 300, clientId: 'c', redirectUri: 'r', opened: 'here' } as const
      const [what, next] = said('sign-in-timeout', { ...known, unreachable: host, because })
      expect(what).toBe(
        `nobody came back from the browser within 300 s; from here ${host} cannot be ${how} (${because})`,
      )
      expect(next).toContain(fix)
      // It may have been so for a moment only, or for this machine alone.
      expect(next).toMatch(
        /; if the browser reached it all the same: .*register r as a callback URL of app client c/,
      )
    },
  )

  test.each([
    ['library', 'poolkey login --profile dev --store file'],
    ['service', 'poolkey login --profile dev --store file'],
    ['no-keyring', 'gnome-keyring-daemon --unlock'],
    ['no-keyring', 'poolkey login --profile dev --store file'],
    ['locked', 'unlock the keychain'],
    ['timeout', 'unlock the keychain'],
    ['denied', 'allow poolkey'],
  ] as const)('a keychain problem (%s) is mended by: %s', (problem, fix) => {
    expect(said('keychain-unavailable', { problem })[1]).toContain(fix)
  })

  test.each(['library', 'service', 'no-keyring'] as const)(
    'without a profile a keychain problem (%s) is mended by configure store, which has no --store',
    (problem) => {
      const { fix } = explainError(new PoolkeyError('keychain-unavailable', { problem }))
      expect(fix).toContain('poolkey configure store passphrase')
      expect(fix).not.toContain('--store')
    },
  )

  test('a key file that is gone is not called locked', () => {
    expect(said('key-missing', { store: 'file', vaultFile: '/s/vault.json' })).toEqual([
      'the key of the vault /s/vault.json is gone',
      'run: poolkey logout --all, then poolkey login --profile dev --store file',
    ])
    expect(said('key-missing', { store: 'keychain', vaultFile: '/s/vault.json' })[0]).toContain('locked')
  })
})

test('a profile without a domain is told of the way that needs none; another command is not', () => {
  const facts = { profile: 'dev', file: '/config', line: 3, key: 'cognito_domain' }
  const fixFor = (neededFor: string) =>
    explainError(new PoolkeyError('setting-missing', { ...facts, neededFor })).fix
  expect(fixFor('signing in with a browser')).toBe(
    'add cognito_domain = ..., or cognito_sign_in = password, to profile dev in /config (line 3)',
  )
  expect(fixFor('logout --web')).toBe('add cognito_domain = ... to profile dev in /config (line 3)')
})
