import { describe, expect, test } from 'vitest'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { stepsFor } from '../../src/insight/steps.ts'
import { withPlaces } from '../../src/insight/where-set.ts'
import { troubleOf } from '../../src/insight/finding.ts'
import { parseProfile } from '../../src/profile/parse-profile.ts'
import { readOrigins } from '../../src/profile/setting-origins.ts'
import { profileWith } from '../errors/every-failure.ts'

const ROLE = 'arn:aws:iam::111122223333:role/team/First'
const SECOND = 'arn:aws:iam::444455556666:role/Second'
const GUEST = {
  ...{ cognito_guest: 'true', cognito_user_pool_id: '', cognito_client_id: '', cognito_domain: '' },
}
const POOL = 'eu-west-1:11111111-2222-3333-4444-555555555555'
const IN_USER_POOL = 'AWS console: Amazon Cognito > User pools > eu-west-1_AbCdEf123'
const IN_CLIENT = `${IN_USER_POOL} > App clients > 1example23456789`
const IN_POOL = `AWS console: Amazon Cognito > Identity pools > ${POOL}`

const refusal = (
  service: 'identity pool' | 'STS' | 'user pool',
  operation: string,
  name: string,
  message: string,
) => new PoolkeyError('service-refused', { service, operation, name, message })
const TOO_LONG = refusal(
  'STS',
  'AssumeRole',
  'ValidationError',
  'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
)
const FIRST_TOO_LONG = refusal(
  'STS',
  'AssumeRoleWithWebIdentity',
  'ValidationError',
  'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
)
const SECOND_DENIED = refusal(
  'STS',
  'AssumeRole',
  'AccessDenied',
  'User: x is not authorized to perform: sts:AssumeRole on resource: y',
)
const BASIC = refusal(
  'identity pool',
  'GetOpenIdToken',
  'InvalidParameterException',
  'Basic (classic) flow is not enabled, please use enhanced flow.',
)

/** A profile that AWS tools chain from `dev`, or one that takes its sign-in from there. */
const CONFIG = {
  env: {},
  configFile: '/home/me/.aws/config',
  credentialsFile: '/home/me/.aws/credentials',
  credentialsText: '',
  readFile: () => '',
  configText: [
    '[profile dev]',
    'region = eu-west-1',
    'cognito_user_pool_id = eu-west-1_AbCdEf123',
    'cognito_client_id = 1example23456789',
    'cognito_domain = acme.auth.eu-west-1.amazoncognito.com',
    'cognito_exchange = web-identity',
    `cognito_role_arn = ${ROLE}`,
    '[profile far]',
    `role_arn = ${SECOND}`,
    'source_profile = dev',
    '[profile heir]',
    'cognito_source_profile = dev',
    `cognito_role_arn = ${ROLE}`,
    '',
  ].join('\n'),
}
const far = parseProfile({ ...CONFIG, name: 'far' })

describe('steps', () => {
  test.each([
    [
      'a session that is too long',
      FIRST_TOO_LONG,
      'poolkey configure --duration-seconds 3600 --yes --profile dev',
    ],
    ['the flow', BASIC, 'poolkey configure --exchange enhanced --yes --profile dev'],
  ])('edit the profile in which the settings stand, where AWS chains: %s', (_, error, step) => {
    expect(stepsFor(error, far)).toContain(step)
  })

  test('write no key of AWS’s own', () => {
    expect(stepsFor(TOO_LONG, far)).toEqual([])
    const own = profileWith({ cognito_role_arn: ROLE, cognito_chain_role_arn: SECOND })
    expect(stepsFor(TOO_LONG, own)).toEqual([
      'poolkey configure --chain-duration-seconds 3600 --yes --profile dev',
    ])
  })

  test('send no guest to a sign-in, and to no trust policy that could not help', () => {
    const guest = profileWith({ ...GUEST, cognito_chain_role_arn: SECOND })
    const expired = refusal(
      'identity pool',
      'GetId',
      'NotAuthorizedException',
      'Invalid login token. Token expired: 2 >= 1',
    )
    const ambiguous = refusal(
      'identity pool',
      'GetCredentialsForIdentity',
      'NotAuthorizedException',
      'The ambiguous role mapping rules for: x denied this request.',
    )
    expect(stepsFor(expired, guest)).toEqual([])
    expect(stepsFor(SECOND_DENIED, guest)).toEqual([])
    expect(stepsFor(ambiguous, guest)).toEqual([`${IN_POOL} > User access > the user pool > Role settings`])
  })

  test('name roles without their paths, and quote what a shell would not leave whole', () => {
    expect(stepsFor(SECOND_DENIED, far)).toEqual([
      'poolkey trust-policy --second-role --profile far > trust.json',
      'aws iam update-assume-role-policy --role-name Second --policy-document file://trust.json',
    ])
    expect(stepsFor(FIRST_TOO_LONG, far)[0]).toBe(
      'aws iam get-role --role-name First --query Role.MaxSessionDuration',
    )
    const named = parseProfile({
      ...CONFIG,
      configText: CONFIG.configText.replace('[profile far]', '[profile R&D]'),
      name: 'R&D',
    })
    expect(stepsFor(SECOND_DENIED, named)[0]).toBe(
      "poolkey trust-policy --second-role --profile 'R&D' > trust.json",
    )
  })

  test.each([
    ['invalid_client', ['poolkey configure --client-secret-stdin --profile dev']],
    ['invalid_grant', ['poolkey login --profile dev']],
    [
      'unauthorized_client',
      [
        'AWS console: Amazon Cognito > User pools > eu-west-1_AbCdEf123 > App clients > 1example23456789 > Login pages > Edit',
      ],
    ],
  ])('of a token endpoint that says %s', (error, steps) => {
    const refused = new PoolkeyError('token-refused', { grant: 'refresh', error, status: 400 })
    expect(stepsFor(refused, profileWith())).toEqual(expect.arrayContaining(steps))
  })

  test.each([
    [
      'NotAuthorizedException',
      'Unable to verify secret hash',
      'poolkey configure --client-secret-stdin --profile dev',
    ],
    [
      'InvalidParameterException',
      'USER_SRP_AUTH is not enabled for the client.',
      `${IN_CLIENT} > App client information > Edit > Authentication flows > ALLOW_USER_SRP_AUTH`,
    ],
    [
      'ResourceNotFoundException',
      'User pool client x does not exist.',
      'aws cognito-idp list-user-pool-clients --user-pool-id eu-west-1_AbCdEf123 --region eu-west-1',
    ],
    ['ResourceNotFoundException', 'Device does not exist.', 'poolkey login --profile dev --force'],
    ['NotAuthorizedException', 'User is disabled.', `${IN_USER_POOL} > Users > NAME > Actions`],
    ['UserNotConfirmedException', '', `${IN_USER_POOL} > Users > NAME > Actions`],
  ])('of a user pool’s API that says %s: %s', (name, message, step) => {
    const error = refusal('user pool', 'InitiateAuth', name, message)
    expect(stepsFor(error, profileWith({ cognito_sign_in: 'password' }))[0]).toBe(step)
  })

  test.each([
    [
      'library',
      ['poolkey login --profile dev --store passphrase', 'poolkey login --profile dev --store file'],
    ],
    [
      'service',
      ['poolkey login --profile dev --store passphrase', 'poolkey login --profile dev --store file'],
    ],
    ['locked', []],
  ] as const)('without a keychain (%s) lead to another store only where there is none', (problem, steps) => {
    const error = new PoolkeyError('keychain-unavailable', { problem, detail: '' })
    expect(stepsFor(error, profileWith())).toEqual(steps)
    expect(stepsFor(error, profileWith(GUEST))).toEqual([])
  })

  test.each([
    ['login_required', []],
    ['server_error', []],
    [
      'invalid_client',
      ['aws cognito-idp list-user-pool-clients --user-pool-id eu-west-1_AbCdEf123 --region eu-west-1'],
    ],
    [
      'invalid_scope',
      [
        `${IN_CLIENT} > Login pages > Edit`,
        'aws cognito-idp describe-user-pool-client --user-pool-id eu-west-1_AbCdEf123 --client-id 1example23456789 --region eu-west-1',
      ],
    ],
  ])('of a sign-in that was refused as %s', (error, steps) => {
    const refused = new PoolkeyError('sign-in-refused', {
      ...{ error, redirectUri: 'http://localhost:8400/callback' },
    })
    expect(stepsFor(refused, profileWith())).toEqual(steps)
  })

  test('where someone is to sign in: do that', () => {
    const error = new PoolkeyError('sign-in-required', { profile: 'dev', reason: 'none' })
    expect(stepsFor(error, profileWith())).toEqual(['poolkey login --profile dev'])
  })

  test.each([
    [
      'AssumeRole',
      'RegionDisabledException',
      '',
      'AWS console: IAM > Account settings > Security Token Service (STS) > Endpoints',
    ],
    [
      'AssumeRoleWithWebIdentity',
      'InvalidIdentityToken',
      'No OpenIDConnect provider found in your account for https://x',
      'aws iam create-open-id-connect-provider --url https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123 --client-id-list 1example23456789',
    ],
    [
      'AssumeRoleWithWebIdentity',
      'InvalidIdentityToken',
      'Incorrect token audience',
      'AWS console: IAM > Identity providers > cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123 > Audiences > Add audience',
    ],
  ])('of STS, whose %s says %s: %s', (operation, name, message, step) => {
    expect(
      stepsFor(refusal('STS', operation, name, message), profileWith({ cognito_role_arn: ROLE })),
    ).toContain(step)
  })

  test.each([
    [
      'NotAuthorizedException',
      'Token is not from a supported provider of this identity pool.',
      `${IN_POOL} > User access > Add identity provider > Amazon Cognito user pool eu-west-1_AbCdEf123, app client 1example23456789`,
    ],
    [
      'InvalidIdentityPoolConfigurationException',
      '',
      `aws cognito-identity get-identity-pool-roles --identity-pool-id ${POOL} --region eu-west-1`,
    ],
    [
      'NotAuthorizedException',
      "Issuer doesn't match providerName",
      `aws cognito-identity describe-identity-pool --identity-pool-id ${POOL} --region eu-west-1`,
    ],
    [
      'ResourceNotFoundException',
      'IdentityPool not found',
      'aws cognito-identity list-identity-pools --max-results 60 --region eu-west-1',
    ],
    [
      'InvalidParameterException',
      "Value at 'logins' failed to satisfy constraint",
      `${IN_USER_POOL} > Extensions > the pre token generation trigger`,
    ],
    [
      'NotAuthorizedException',
      'Unauthenticated access is not supported for this identity pool.',
      `${IN_POOL} > User access > Guest access > Activate`,
    ],
  ])('of an identity pool that says %s: %s', (name, message, step) => {
    expect(stepsFor(refusal('identity pool', 'GetId', name, message), profileWith())).toContain(step)
  })

  test('leave in capitals what the profile does not name', () => {
    const foreign = refusal(
      ...(['identity pool', 'GetId', 'NotAuthorizedException'] as const),
      'Token is not from a supported provider of this identity pool.',
    )
    expect(stepsFor(foreign, profileWith(GUEST))[0]).toMatch(/user pool POOL, app client CLIENT$/)
    const direct = profileWith({
      cognito_identity_pool_id: '',
      cognito_exchange: 'web-identity',
      cognito_role_arn: ROLE,
    })
    expect(stepsFor(foreign, direct)[1]).toMatch(/--identity-pool-id POOL --region REGION$/)
  })

  test('name the user of the profile', () => {
    const error = refusal('user pool', 'InitiateAuth', 'UserNotConfirmedException', '')
    const profile = profileWith({ cognito_username: 'carol' })
    expect(stepsFor(error, profile)).toEqual([`${IN_USER_POOL} > Users > carol > Actions`])
  })

  test('are none without a profile, or for what nobody knows', () => {
    expect(stepsFor(TOO_LONG, undefined)).toEqual([])
    expect(stepsFor(refusal('STS', 'AssumeRole', 'Strange', ''), profileWith())).toEqual([])
    expect(stepsFor(new PoolkeyError('passphrase-missing', { problem: 'none' }), profileWith())).toEqual([])
  })
})

test('a fix names the profile and line of what is inherited, and nothing of what stands in the profile itself', () => {
  const refused = new PoolkeyError('sign-in-refused', {
    error: 'invalid_client',
    redirectUri: 'http://localhost:8400/callback',
  })
  const fixFor = (name: string) => {
    const profile = parseProfile({ ...CONFIG, name })
    const placed = withPlaces(troubleOf(refused, profile), profile, readOrigins({ ...CONFIG, name }))
    return 'text' in placed ? undefined : placed.fix
  }
  expect(fixFor('dev')).not.toContain('stands in')
  for (const name of ['heir', 'far']) {
    expect(fixFor(name)).toContain('cognito_client_id stands in profile dev, /home/me/.aws/config:4')
    expect(fixFor(name)).toContain('cognito_domain stands in profile dev, /home/me/.aws/config:5')
    expect(fixFor(name)).not.toContain('cognito_role_arn')
  }
})
