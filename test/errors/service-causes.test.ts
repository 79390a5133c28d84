import { describe, expect, test } from 'vitest'
import { explainError } from '../../src/errors/catalogue.ts'
import { IDENTITY_POOL_CAUSES } from '../../src/errors/identity-pool-causes.ts'
import type { KnownCause } from '../../src/errors/known-cause.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import type { ErrorFacts } from '../../src/errors/poolkey-error.ts'
import { SECURITY_TOKEN_CAUSES } from '../../src/errors/security-token-causes.ts'
import { knownCauseOf } from '../../src/errors/service-causes.ts'
import { USER_POOL_CAUSES } from '../../src/errors/user-pool-causes.ts'
import { profileWith } from './every-failure.ts'
import { DANGEROUS_TEXTS, FORBIDDEN } from './hostile-text.ts'

// Which refusal has which cause, with the exact words, is the matter of test/exchange/refusals.test.ts.

type Refusal = ErrorFacts['service-refused']

const CLIENT = '1example23456789'
const ISSUER = 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123'
const ROLE = 'arn:aws:iam::111122223333:role/dev'
const SECOND_ROLE = 'arn:aws:iam::444455556666:role/other'

const direct = profileWith({ cognito_identity_pool_id: '', cognito_role_arn: ROLE })
const chained = profileWith({ cognito_chain_role_arn: SECOND_ROLE })

const UNSUPPORTED: Refusal = {
  service: 'identity pool',
  operation: 'GetId',
  name: 'NotAuthorizedException',
  message: 'Token is not from a supported provider of this identity pool.',
}
const DENIED: Refusal = {
  service: 'STS',
  operation: 'AssumeRoleWithWebIdentity',
  name: 'AccessDenied',
  message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
}
const CHAIN_DENIED: Refusal = {
  service: 'STS',
  operation: 'AssumeRole',
  name: 'AccessDenied',
  message: `User: arn:aws:sts::111122223333:assumed-role/dev/me is not authorized to perform: sts:AssumeRole on resource: ${SECOND_ROLE}`,
}
const NO_PROVIDER: Refusal = {
  ...DENIED,
  name: 'InvalidIdentityToken',
  message: `No OpenIDConnect provider found in your account for https://${ISSUER}`,
}

function told(refusal: Refusal, profile = direct) {
  return explainError(new PoolkeyError('service-refused', refusal), profile)
}

/** What a cause says, whatever text led to it. */
function sentencesOf(cause: KnownCause, profile?: typeof direct): string[] {
  const operation = cause.operation ?? 'GetId'
  const { what, fix } = cause.explain(profile, { ...DENIED, operation, message: 'a text of the service' })
  return [what, fix]
}

describe('a known cause', () => {
  test('is known with and without "Exception", which the wire drops and the SDK completes', () => {
    for (const refusal of [UNSUPPORTED, DENIED, NO_PROVIDER]) {
      const short = refusal.name.replace(/Exception$/, '')
      for (const name of [short, `${short}Exception`]) {
        expect(knownCauseOf({ ...refusal, name })).toBe(knownCauseOf(refusal))
        expect(told({ ...refusal, name }).what).toContain(`(${name})`)
      }
    }
  })

  test.each([...IDENTITY_POOL_CAUSES, ...SECURITY_TOKEN_CAUSES, ...USER_POOL_CAUSES])(
    'reads as a sentence without a profile, and with any: $name $operation $text',
    (cause) => {
      for (const profile of [undefined, direct, chained, profileWith()]) {
        for (const sentence of sentencesOf(cause, profile)) {
          expect(sentence).not.toMatch(/undefined|\[object|\.$|^\s|\s$| {2}/)
          expect(sentence.length).toBeGreaterThan(5)
        }
      }
    },
  )

  test('is not that of another service or operation', () => {
    expect(knownCauseOf({ ...UNSUPPORTED, service: 'STS' })).toBeUndefined()
    expect(knownCauseOf({ ...DENIED, service: 'identity pool' })).toBeUndefined()
    expect(knownCauseOf({ ...DENIED, operation: 'GetCallerIdentity' })).toBeUndefined()
  })

  test('takes a role without an account for what it is', () => {
    const profile = profileWith({
      cognito_identity_pool_id: '',
      cognito_role_arn: 'arn:aws:iam:::role/dev',
      endpoint_url: 'https://s3.example.com',
    })
    expect(told(NO_PROVIDER, profile).what).toContain("the role's account has no IAM OIDC provider")
    expect(told(DENIED, profile).fix).toContain(`to arn:aws:iam:::oidc-provider/${ISSUER} with aud ${CLIENT}`)
  })
})

describe('what a service says', () => {
  test('goes into a command only where a shell takes it for plain text', () => {
    const issuer = `https://issuer-${ISSUER}`
    const said = (text: string) =>
      told({ ...NO_PROVIDER, message: NO_PROVIDER.message.replace(/https.*/, text) })
    expect(said(issuer).fix).toContain(`--url ${issuer} --client-id-list ${CLIENT}`)
    for (const text of ['$(touch x)', '; touch x', '`touch x`', '\ntouch x', "'", ' --x']) {
      expect(said(`${issuer}${text}`).fix).toContain(`--url https://${ISSUER} --client-id-list ${CLIENT}`)
    }
  })

  test('names the first role of a chain, and nothing else in its place', () => {
    expect(told(CHAIN_DENIED, chained).what).toMatch(/^role dev of account 111122223333 may not assume/)
    for (const arn of ['', 'arn:aws:iam::111122223333:user/me', 'arn:aws:sts::1:assumed-role/dev/me']) {
      const message = CHAIN_DENIED.message.replace(/arn\S+ is/, `${arn} is`)
      expect(told({ ...CHAIN_DENIED, message }, chained).what).toMatch(/^the first role may not assume/)
    }
  })

  test.each(DANGEROUS_TEXTS.map((text) => [JSON.stringify(text), text]))('is neutralised: %s', (_, text) => {
    const { what } = told({ ...UNSUPPORTED, name: 'NewException', message: text })
    expect(what).toMatch(/^GetId was refused: NewException: safe.+safe$/)
    for (const name of ['MalformedPolicyDocument', 'InvalidIdentityToken']) {
      expect(told({ ...DENIED, name, message: text }).what).not.toMatch(FORBIDDEN)
    }
    expect(what).not.toMatch(FORBIDDEN)
  })
})

test('what is not known is quoted as it came, with a fix that says where to look', () => {
  expect(told({ ...UNSUPPORTED, name: 'NewException', message: 'Something new.' })).toEqual({
    what: 'GetId was refused: NewException: Something new.',
    fix: 'check the role and the identity pool that the profile names; --debug shows which requests were made',
    exitCode: 5,
  })
  expect(told({ ...CHAIN_DENIED, message: '' }).what).toBe('AssumeRole was refused: AccessDenied')
})
