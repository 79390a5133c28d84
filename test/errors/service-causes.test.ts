import { describe, expect, test } from 'vitest'
import { explainError } from '../../src/errors/catalogue.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { profileWith } from './every-failure.ts'
import { DANGEROUS_TEXTS, FORBIDDEN } from './hostile-text.ts'

const POOL = 'eu-west-1_AbCdEf123'
const CLIENT = '1example23456789'
const IDENTITY_POOL = 'eu-west-1:11111111-2222-3333-4444-555555555555'
const ISSUER = `cognito-idp.eu-west-1.amazonaws.com/${POOL}`
const ROLE = 'arn:aws:iam::111122223333:role/dev'
const SECOND_ROLE = 'arn:aws:iam::444455556666:role/other'

const enhanced = profileWith()
const guest = profileWith({
  cognito_user_pool_id: '',
  cognito_client_id: '',
  cognito_domain: '',
  cognito_guest: 'true',
})
const basic = profileWith({ cognito_exchange: 'basic', cognito_role_arn: ROLE })
const direct = profileWith({ cognito_identity_pool_id: '', cognito_role_arn: ROLE })
const chained = profileWith({ cognito_chain_role_arn: SECOND_ROLE })

interface Case {
  name: string
  message: string
  what: string
  fix: string[]
  profile?: Profile
  operation?: string
}

function told(service: 'identity pool' | 'STS', one: Omit<Case, 'what' | 'fix'>) {
  const { name, message, operation = 'GetId', profile = enhanced } = one
  return explainError(
    new PoolkeyError('service-refused', { service, operation, name, message, status: 400 }),
    profile,
  )
}

/** The wire drops "Exception" from some codes that the SDK completes again, and the other way round. */
function bothNames(name: string): string[] {
  const short = name.replace(/Exception$/, '')
  return [short, `${short}Exception`]
}

function expectCause(service: 'identity pool' | 'STS', one: Case): void {
  for (const name of bothNames(one.name)) {
    const { what, fix, exitCode } = told(service, { ...one, name })
    expect(exitCode).toBe(5)
    expect(what).toBe(`${one.what} (${name})`)
    for (const part of one.fix) expect(fix).toContain(part)
  }
}

// Codes and texts of AWS as collected for this project (protocol reference 2.3-2.5), word for word.
const IDENTITY_POOL_CASES: Case[] = [
  {
    name: 'NotAuthorizedException',
    message: 'Token is not from a supported provider of this identity pool.',
    what: 'the identity pool does not accept tokens of this app client',
    fix: [`add user pool ${POOL} and client ${CLIENT} to the identity pool's identity providers`],
  },
  {
    name: 'NotAuthorizedException',
    message:
      "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    what: 'the identity pool has no identity provider that fits this sign-in',
    fix: [POOL, CLIENT, IDENTITY_POOL],
  },
  {
    name: 'NotAuthorizedException',
    message: "Invalid login token. Issuer doesn't match providerName",
    what: "the identity pool knows the token's issuer under another name",
    fix: ['cognito_logins_key', ISSUER],
  },
  {
    name: 'NotAuthorizedException',
    message: 'Invalid login token. Missing a required claim: aud',
    what: 'the identity pool was given a token that is not an ID token',
    fix: ['poolkey login --profile dev --force'],
  },
  {
    name: 'NotAuthorizedException',
    message: 'Invalid login token. Token expired: 1754028847 >= 1754027905',
    what: 'the identity pool says that the ID token has expired',
    fix: ['clock'],
  },
  {
    name: 'NotAuthorizedException',
    message: "Invalid login token. Couldn't verify signed token.",
    what: 'the identity pool could not verify the ID token',
    fix: ['try again', POOL],
  },
  {
    name: 'NotAuthorizedException',
    message: 'Invalid login token. Not a Cognito token.',
    what: 'the identity pool could not verify the ID token',
    fix: ['try again', POOL],
  },
  {
    name: 'NotAuthorizedException',
    message: 'Unauthenticated access is not supported for this identity pool.',
    what: 'the identity pool lets no guests in',
    fix: [IDENTITY_POOL, 'cognito_guest'],
    profile: guest,
  },
  {
    name: 'NotAuthorizedException',
    message: 'Not Authorized',
    what: 'the identity pool no longer takes this sign-in: signed out everywhere, or the user is disabled or deleted',
    fix: ['poolkey login --profile dev --force'],
  },
  {
    name: 'NotAuthorizedException',
    message: 'The ambiguous role mapping rules for: eu-west-1:aaaa denied this request.',
    what: 'the token offers several roles and the identity pool is set to deny when none is preferred',
    fix: ['cognito_role_arn', IDENTITY_POOL],
  },
  {
    name: 'InvalidIdentityPoolConfigurationException',
    message: 'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
    what: 'the identity pool could not assume the role it chose',
    fix: [IDENTITY_POOL, 'to cognito-identity.amazonaws.com with', 'sts:TagSession', 'amr authenticated'],
  },
  {
    name: 'InvalidIdentityPoolConfigurationException',
    message: 'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
    what: 'the identity pool could not assume the role it chose',
    fix: ['amr unauthenticated'],
    profile: guest,
  },
  {
    name: 'InvalidParameterException',
    message: 'Basic (classic) flow is not enabled, please use enhanced flow.',
    what: 'the identity pool does not allow the basic flow',
    fix: ['cognito_exchange = enhanced', IDENTITY_POOL],
    profile: basic,
  },
  {
    name: 'InvalidParameterException',
    message: 'Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.',
    what: 'the identity pool maps roles, which rules out the basic flow',
    fix: ['cognito_exchange = enhanced', IDENTITY_POOL],
    profile: basic,
  },
  {
    name: 'InvalidParameterException',
    message:
      "1 validation error detected: Value 'x' at 'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+",
    what: "the identity pool does not take a value that it was sent: 1 validation error detected: Value 'x' at 'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+",
    fix: [IDENTITY_POOL, 'profile dev'],
  },
  {
    name: 'ResourceNotFoundException',
    message: `IdentityPool '${IDENTITY_POOL}' not found.`,
    what: 'there is no such identity pool in its region',
    fix: [IDENTITY_POOL],
  },
  {
    name: 'ResourceNotFoundException',
    message: "Identity 'eu-west-1:99999999-2222-3333-4444-555555555555' not found.",
    what: `the identity pool no longer knows this person's identity (${IDENTITY_POOL})`,
    fix: ['poolkey login --profile dev --force'],
  },
  {
    name: 'ResourceConflictException',
    message: 'Login already linked',
    what: 'this sign-in is linked to another identity already',
    fix: [IDENTITY_POOL],
  },
  {
    name: 'LimitExceededException',
    message: '',
    what: 'the identity pool takes no more identities',
    fix: [IDENTITY_POOL],
  },
]

// Protocol reference 3.3.
const DENIED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity'
const STS_CASES: Case[] = [
  {
    name: 'ExpiredTokenException',
    message: 'Token expired: current date/time 1731098245 must be before the expiration date/time 1731095240',
    what: 'STS says that the ID token has expired',
    fix: ['clock'],
  },
  {
    name: 'ExpiredTokenException',
    message: 'Token expired: current date/time 1731098245 must be before the expiration date/time1731095240',
    what: 'STS says that the ID token has expired',
    fix: ['clock'],
  },
  {
    name: 'ExpiredTokenException',
    message: 'Token too old: 441398',
    what: 'the ID token is too old for STS',
    fix: ['poolkey login --profile dev --force'],
  },
  {
    name: 'InvalidIdentityToken',
    message: 'Incorrect token audience',
    what: 'the IAM OIDC provider does not list this app client as an audience',
    fix: [CLIENT, ISSUER],
  },
  {
    name: 'InvalidIdentityToken',
    message: `No OpenIDConnect provider found in your account for https://${ISSUER}`,
    what: "the role's account has no IAM OIDC provider for this user pool",
    fix: [`--url https://${ISSUER} --client-id-list ${CLIENT}`],
  },
  {
    name: 'InvalidIdentityToken',
    message:
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    what: "STS could not fetch the user pool's keys just now",
    fix: ['try again'],
  },
  {
    name: 'IDPRejectedClaim',
    message: 'The identity provider rejected the claim',
    what: 'STS was told that the ID token is invalid, expired or revoked',
    fix: ['poolkey login --profile dev --force'],
  },
  {
    name: 'AccessDenied',
    message: DENIED,
    what: `STS does not let this token assume ${ROLE}: no such role, or its trust policy does not match`,
    fix: ['sts:AssumeRoleWithWebIdentity', ISSUER, CLIENT],
  },
  {
    name: 'AccessDenied',
    message: DENIED,
    what: `STS does not let this token assume ${ROLE}: no such role, or its trust policy does not match`,
    fix: ['cognito-identity.amazonaws.com', IDENTITY_POOL],
    profile: basic,
  },
  {
    name: 'AccessDenied',
    message: `User: arn:aws:sts::111122223333:assumed-role/dev/me is not authorized to perform: sts:AssumeRole on resource: ${SECOND_ROLE}`,
    what: `the first role may not assume ${SECOND_ROLE}`,
    fix: ['sts:AssumeRole', "second role's trust policy"],
    profile: chained,
    operation: 'AssumeRole',
  },
  {
    name: 'MalformedPolicyDocument',
    message: 'Syntax errors in policy.',
    what: 'STS cannot read the session policy',
    fix: ['cognito_session_policy'],
  },
  {
    name: 'PackedPolicyTooLarge',
    message: 'Packed policy consumes 112% of allotted space',
    what: 'the session policy and policy ARNs are too large together',
    fix: ['cognito_session_policy', 'cognito_policy_arns'],
  },
  {
    name: 'RegionDisabledException',
    message: 'STS is not activated in this region for account:111122223333.',
    what: "STS is not active in eu-west-1 for the role's account",
    fix: ['region'],
  },
  {
    name: 'ValidationError',
    message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    what: `the role does not allow so long a session: ${ROLE}`,
    fix: ['cognito_duration_seconds'],
  },
  {
    name: 'ValidationError',
    message:
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    what: `the second role does not allow so long a session: ${SECOND_ROLE}`,
    fix: ['cognito_chain_duration_seconds', '3600'],
    profile: chained,
    operation: 'AssumeRole',
  },
  {
    name: 'ValidationError',
    message:
      "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    what: 'STS does not take the name of the role session',
    fix: ['cognito_role_session_name'],
  },
]

describe('identity pools', () => {
  test.each(IDENTITY_POOL_CASES)('$name "$message": $what', (one) => {
    expectCause('identity pool', one)
  })

  test.each([
    ['us-gov-west-1', 'cognito-identity-us-gov.amazonaws.com'],
    ['us-gov-east-1', 'cognito-identity.us-gov-east-1.amazonaws.com'],
  ])('in %s a trust policy names %s', (region, principal) => {
    const profile = profileWith({ cognito_identity_pool_id: IDENTITY_POOL.replace('eu-west-1', region) })
    const { fix } = told('identity pool', {
      name: 'InvalidIdentityPoolConfigurationException',
      message: '',
      profile,
    })
    expect(fix).toContain(`to ${principal} with`)
  })
})

describe('STS', () => {
  test.each(STS_CASES)('$name "$message": $what', (one) => {
    expectCause('STS', { operation: 'AssumeRoleWithWebIdentity', profile: direct, ...one })
  })
})

describe('what is not known', () => {
  test('is quoted as it came, with a fix that says where to look', () => {
    expect(told('identity pool', { name: 'NewException', message: 'Something new.' })).toEqual({
      what: 'GetId was refused: NewException: Something new.',
      fix: 'check the role and the identity pool that the profile names; --debug shows which requests were made',
      exitCode: 5,
    })
    expect(told('STS', { name: 'AccessDenied', message: '', operation: 'AssumeRole' }).what).toBe(
      'AssumeRole was refused: AccessDenied',
    )
  })

  test('a text of the other service is no known cause', () => {
    const { message } = IDENTITY_POOL_CASES[0]!
    expect(told('STS', { name: 'NotAuthorizedException', message }).fix).toMatch(/^check the role/)
    expect(told('identity pool', { name: 'AccessDenied', message: DENIED }).fix).toMatch(/^check the role/)
  })

  test.each(DANGEROUS_TEXTS.map((text) => [JSON.stringify(text), text]))('is neutralised: %s', (_, text) => {
    const { what } = told('identity pool', { name: 'NewException', message: text })
    expect(what).toMatch(/^GetId was refused: NewException: safe.+safe$/)
    expect(what).not.toMatch(FORBIDDEN)
  })
})

test('without a profile every cause still reads as a sentence', () => {
  for (const [service, cases] of [
    ['identity pool', IDENTITY_POOL_CASES],
    ['STS', STS_CASES],
  ] as const) {
    for (const { name, message, operation = 'GetId' } of cases) {
      const error = new PoolkeyError('service-refused', { service, operation, name, message })
      const { what, fix } = explainError(error)
      expect(what + (fix ?? '')).not.toContain('undefined')
      expect(fix).toBeDefined()
    }
  }
})
