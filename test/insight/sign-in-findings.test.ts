import { expect, test } from 'vitest'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { signInFindings } from '../../src/insight/sign-in-findings.ts'
import { profileWith } from '../errors/every-failure.ts'

const profile = profileWith()
const signIn = profile.signIn ?? expect.fail('no sign-in')
const CALLBACK = 'http://localhost:8400/callback'
const fine = { kind: 'accepted' } as const

test('what is accepted is told in two lines', () => {
  const check = { discovery: fine, keys: fine, callbacks: [{ redirectUri: CALLBACK, verdict: fine }] }
  expect(signInFindings(profile, check).map(({ state }) => state)).toEqual(['ok', 'ok'])
})

test.each([
  ['redirect_mismatch', `register ${CALLBACK} letter by letter`],
  ['unauthorized_client', 'allow the authorization code grant'],
  ['invalid_scope: no such scope', 'allow the scopes'],
  ['Client does not exist.', `check that app client ${signIn.clientId}`],
])('what is refused as %s is mended by: %s', (reason, fix) => {
  const verdict = { kind: 'refused', reason } as const
  const findings = signInFindings(profile, {
    ...{ discovery: fine, keys: fine },
    callbacks: [{ redirectUri: CALLBACK, verdict }],
  })
  expect(findings[1]).toMatchObject({
    ...{ state: 'failed', code: 'sign-in-refused', exitCode: 5 },
    ...{ cause: expect.stringContaining(reason) as string, fix: expect.stringContaining(fix) as string },
    steps: expect.arrayContaining([
      expect.stringMatching(
        reason.startsWith('Client')
          ? /^aws cognito-idp list-user-pool-clients /
          : /App clients > \w+ > Login pages/,
      ) as string,
    ]) as string[],
  })
})

test('an issuer that refuses is broken, one that says something else is not known, one that is silent is broken', () => {
  const verdicts = (error?: PoolkeyError) => ({
    discovery: { kind: 'refused', reason: 'HTTP 404' } as const,
    keys: { kind: 'unknown', detail: 'no answer', ...(error ? { error } : {}) } as const,
    callbacks: [],
  })
  const network = new PoolkeyError('network', {
    ...{ host: 'cognito', operation: 'its keys', kind: 'connect', detail: 'ECONNREFUSED' },
  })
  expect(signInFindings(profile, verdicts())).toMatchObject([
    {
      ...{ state: 'failed', code: 'issuer-unknown', exitCode: 3 },
      cause: `${signIn.issuer} does not give its configuration: HTTP 404`,
      fix: 'check cognito_user_pool_id, and cognito_issuer if it is set',
    },
    { state: 'warning', cause: "could not tell of the issuer's signing keys: no answer" },
  ])
  expect(signInFindings(profile, verdicts(network))[1]).toMatchObject({
    ...{ state: 'failed', code: 'network', exitCode: 6 },
    cause: "could not tell of the issuer's signing keys: no answer",
  })
})
