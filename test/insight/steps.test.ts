import { describe, expect, test } from 'vitest'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { stepsFor } from '../../src/insight/steps.ts'
import { withPlaces } from '../../src/insight/where-set.ts'
import { troubleOf } from '../../src/insight/finding.ts'
import { parseProfile } from '../../src/profile/profile.ts'
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
