import { describe, expect, test } from 'vitest'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { signInFindings } from '../../src/insight/sign-in-findings.ts'
import type { SignInCheck } from '../../src/sign-in/sign-in-check.ts'
import { profileWith } from '../errors/every-failure.ts'

const profile = profileWith()
const signIn = profile.signIn ?? expect.fail('no sign-in')
const CALLBACK = 'http://localhost:8400/callback'
const fine = { kind: 'accepted' } as const

test('what is accepted is told in two lines', () => {
  const check = { discovery: fine, keys: fine, callbacks: [{ redirectUri: CALLBACK, verdict: fine }] }
  expect(signInFindings(profile, check).map(({ state }) => state)).toEqual(['ok', 'ok'])
})

test('a guest has no sign-in, of which there is nothing to find', () => {
  const keys = { cognito_guest: 'true', cognito_user_pool_id: '', cognito_client_id: '', cognito_domain: '' }
  expect(signInFindings(profileWith(keys), { discovery: fine, keys: fine, callbacks: [] })).toEqual([])
})

test('settings that contradict each other are warned of, others are not', () => {
  const asked = { discovery: fine, keys: fine, callbacks: [] }
  const warned = (changed: Partial<typeof signIn>) =>
    signInFindings({ ...profile, signIn: { ...signIn, ...changed } }, asked).filter(
      ({ state }) => state !== 'ok',
    )
  expect(warned({ issuer: signIn.issuer.replace(/[^/]+$/, 'eu-west-1_Another99') })).toMatchObject([
    {
      ...{ state: 'warning', code: 'issuer-of-another-pool' },
      cause: expect.stringContaining('eu-west-1_Another99') as string,
    },
  ])
  expect(warned({ autoLogin: true, method: 'password' })).toMatchObject([
    {
      ...{ state: 'warning', code: 'auto-login-without-browser' },
      cause: expect.stringContaining('cognito_sign_in is password') as string,
    },
  ])
  expect(warned({ autoLogin: true, domain: undefined })).toMatchObject([
    {
      code: 'auto-login-without-browser',
      cause: expect.stringContaining('there is no cognito_domain') as string,
    },
  ])
  expect(warned({ autoLogin: true })).toEqual([])
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

describe('of a sign-in with a password', () => {
  const byPassword = profileWith({ cognito_sign_in: 'password' })
  const found = (check: Partial<SignInCheck>) =>
    signInFindings(byPassword, { discovery: fine, keys: fine, callbacks: [], ...check }).slice(1)

  test('the API that begins one is told, and the domain that answers, rightly or not', () => {
    expect(found({ password: fine, domain: { kind: 'refused', reason: 'redirect_mismatch' } })).toEqual([
      {
        state: 'ok',
        text: `the user pool's API begins a sign-in with a password at app client ${signIn.clientId}`,
      },
      { state: 'ok', text: `${signIn.domain?.host ?? ''} answers: signing out goes by it` },
    ])
  })

  test('a domain that nobody answers at is a warning: nobody signs in there', () => {
    const error = new PoolkeyError('deadline-exceeded', { waitedFor: 'an answer', seconds: 10 })
    const [trouble] = found({ domain: { kind: 'unknown', detail: 'gave up after 10 s', error } })
    expect(trouble).toMatchObject({
      ...{ state: 'warning', code: 'deadline-exceeded' },
      cause: 'could not tell of cognito_domain, by which signing out goes: gave up after 10 s',
    })
  })

  test.each([
    ['InvalidParameterException', 'USER_SRP_AUTH is not enabled for the client.', 'ALLOW_USER_SRP_AUTH'],
    ['NotAuthorizedException', 'Unable to verify secret hash', '--client-secret-stdin'],
    ['ResourceNotFoundException', 'User pool client x does not exist.', 'list-user-pool-clients'],
  ])('%s is broken, with what mends it', (name, message, step) => {
    const error = new PoolkeyError('service-refused', {
      ...{ service: 'user pool', operation: 'InitiateAuth', name, message },
    })
    expect(found({ password: { kind: 'refused', error } })).toMatchObject([
      {
        ...{ state: 'failed', code: 'service-refused', exitCode: 5 },
        detail: `InitiateAuth answered ${name}: ${message}`,
        steps: expect.arrayContaining([expect.stringContaining(step) as string]) as string[],
      },
    ])
  })

  test.each([
    ['unexpected-answer', { host: 'h', operation: 'InitiateAuth', kind: 'throttled' }, 'warning'],
    ['network', { host: 'h', operation: 'InitiateAuth', kind: 'connect', detail: 'ECONNREFUSED' }, 'failed'],
    ['deadline-exceeded', { waitedFor: 'an answer', seconds: 10 }, 'failed'],
  ] as const)('%s says nothing of the app client: %s', (code, facts, state) => {
    const error: PoolkeyError = new PoolkeyError(code, facts)
    expect(found({ password: { kind: 'refused', error } })).toMatchObject([
      {
        state,
        code,
        exitCode: 6,
        cause: expect.stringMatching(/^could not tell whether app client/) as string,
      },
    ])
  })
})
