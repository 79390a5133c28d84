import { askedRole } from '../../src/errors/known-cause.ts'
import { describe, expect, test } from 'vitest'
import { isAllowed } from '../../src/emulator/trust-policy.ts'
import { checkTrustPolicy } from '../../src/insight/trust-policy-check.ts'
import {
  firstRoleNeed,
  secondRoleNeed,
  trustPolicyFor,
  trustWarnings,
} from '../../src/insight/trust-policy.ts'
import type { TrustNeed } from '../../src/insight/trust-policy.ts'
import {
  CLIENT,
  ISSUER,
  NEEDS,
  OTHER_POOL,
  POOL,
  PROVIDER,
  profileWith,
  requestsOf,
  ROLE,
} from './trust-requests.ts'

const NOBODY = { roleArn: undefined, durationSeconds: undefined }

describe('the policy', () => {
  test.each(Object.entries<TrustNeed>(NEEDS))(
    'of the exchange %s lets it in, and has nothing wrong',
    (_, need) => {
      const policy = trustPolicyFor(need)
      for (const request of requestsOf(need)) expect(isAllowed(policy, request)).toBe(true)
      expect(checkTrustPolicy(JSON.stringify(policy), need, NOBODY)).toEqual([])
    },
  )

  test.each<[string, TrustNeed, TrustNeed]>([
    ['another identity pool', NEEDS.pool, { ...NEEDS.pool, identityPoolId: OTHER_POOL }],
    ['a guest of the pool', NEEDS.pool, NEEDS.guest],
    ['somebody who signed in, where guests are meant', NEEDS.guest, NEEDS.pool],
    ['the pool itself, where the user pool is meant', NEEDS.direct, NEEDS.pool],
    ['another app client', NEEDS.direct, { ...NEEDS.direct, clientId: 'another' }],
    ['another user pool', NEEDS.direct, { ...NEEDS.direct, providerArn: `${PROVIDER}4` }],
    ['another first role', NEEDS.chain, { ...NEEDS.chain, firstRoleArn: `${ROLE}s` }],
    ['the first role without the external ID', NEEDS.chainWithId, NEEDS.chain],
  ])('keeps out %s', (_, given, other) => {
    const [request] = requestsOf(other)
    expect(isAllowed(trustPolicyFor(given), request!)).toBe(false)
  })

  test('of an identity pool is, letter by letter, what the developer guide has', () => {
    expect(trustPolicyFor(NEEDS.pool)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'cognito-identity.amazonaws.com' },
          Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
          Condition: {
            StringEquals: { 'cognito-identity.amazonaws.com:aud': POOL },
            'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
          },
        },
      ],
    })
  })
})

const ENHANCED = { sessionName: 'CognitoIdentityCredentials' }

describe('what a profile needs', () => {
  test.each([
    ['an identity pool', `cognito_identity_pool_id = ${POOL}`, { ...NEEDS.pool, ...ENHANCED }],
    [
      'the basic flow',
      `cognito_identity_pool_id = ${POOL}\ncognito_exchange = basic\ncognito_role_arn = ${ROLE}`,
      NEEDS.pool,
    ],
    ['a role alone', `cognito_role_arn = ${ROLE}`, NEEDS.direct],
    [
      'a session name',
      `cognito_role_arn = ${ROLE}\ncognito_role_session_name = me`,
      { ...NEEDS.direct, sessionName: 'me' },
    ],
    ['neither', '', undefined],
  ])('with %s', (_, keys, need) => {
    expect(firstRoleNeed(profileWith(keys))).toEqual(need)
  })

  test('as a guest', () => {
    const guest = profileWith(`cognito_guest = true\ncognito_identity_pool_id = ${POOL}`, '')
    expect(firstRoleNeed(guest)).toEqual({ ...NEEDS.guest, ...ENHANCED })
  })

  test('with an issuer, or a Logins key, of its own', () => {
    const issuer = `issuer-${ISSUER}`
    expect(
      firstRoleNeed(profileWith(`cognito_role_arn = ${ROLE}\ncognito_issuer = https://${issuer}`)),
    ).toEqual({
      kind: 'web-identity',
      providerArn: `arn:aws:iam::111122223333:oidc-provider/${issuer}`,
      providerName: issuer,
      clientId: CLIENT,
    })
    const keyed = profileWith(`cognito_identity_pool_id = ${POOL}\ncognito_logins_key = ${issuer}`)
    expect(firstRoleNeed(keyed)).toMatchObject({ loginsKey: issuer })
  })

  test('for its second role: the first one, and the external ID', () => {
    const chain = 'cognito_chain_role_arn = arn:aws:iam::444455556666:role/Deploy'
    const direct = `cognito_role_arn = ${ROLE}\n${chain}`
    expect(secondRoleNeed(profileWith(direct))).toEqual(NEEDS.chain)
    expect(secondRoleNeed(profileWith(`${direct}\ncognito_chain_external_id = team-a`))).toEqual(
      NEEDS.chainWithId,
    )
    const named = 'cognito_role_session_name = me\ncognito_chain_session_name = you'
    expect(secondRoleNeed(profileWith(`${direct}\n${named}`))).toEqual({
      ...{ ...NEEDS.chain, firstSessionName: 'me', sessionName: 'you' },
    })
    expect(secondRoleNeed(profileWith(`cognito_role_arn = ${ROLE}`))).toBeUndefined()
  })

  test('for its second role cannot be told where the identity pool chooses the first', () => {
    const keys = `cognito_identity_pool_id = ${POOL}\ncognito_chain_role_arn = arn:aws:iam::444455556666:role/Deploy`
    expect(secondRoleNeed(profileWith(keys))).toBeUndefined()
    expect(askedRole(profileWith(keys))).toBeUndefined()
    expect(secondRoleNeed(profileWith(`${keys}\ncognito_role_arn = ${ROLE}`))).toEqual({
      ...{ ...NEEDS.chain, firstSessionName: ENHANCED.sessionName },
    })
  })
})

describe('partitions', () => {
  test.each([
    ['us-gov-west-1', 'cognito-identity-us-gov.amazonaws.com'],
    ['us-gov-east-1', 'cognito-identity.us-gov-east-1.amazonaws.com'],
    ['us-east-1', 'cognito-identity.amazonaws.com'],
  ])('identity pools of %s are called %s, without a warning', (region, principal) => {
    const profile = profileWith(`cognito_identity_pool_id = ${POOL.replace('eu-west-1', region)}`)
    const need = firstRoleNeed(profile)!
    expect(need).toMatchObject({ principal })
    expect(trustWarnings(need, profile)).toEqual([])
    const policy = JSON.stringify(trustPolicyFor(need))
    expect(policy).toContain(`"${principal}:aud"`)
    expect(policy).toContain(`"${principal}:amr"`)
  })

  test.each([
    ['cn-north-1', 'aws-cn'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('for %s it is said that the name is a guess', (region, partition) => {
    const profile = profileWith(`cognito_identity_pool_id = ${POOL.replace('eu-west-1', region)}`)
    const need = firstRoleNeed(profile)!
    expect(trustWarnings(need, profile)).toEqual([
      expect.stringContaining(`for ${partition} no documentation`),
    ])
  })

  test('the provider of a GovCloud role is in its partition and account', () => {
    const profile = profileWith(
      'cognito_role_arn = arn:aws-us-gov:iam::111122223333:role/Developer',
      `cognito_user_pool_id = us-gov-west-1_AbCdEf123
cognito_client_id = ${CLIENT}
cognito_domain = acme.auth-fips.us-gov-west-1.amazoncognito.com`,
    )
    expect(trustPolicyFor(firstRoleNeed(profile)!).Statement[0]?.Principal).toEqual({
      Federated:
        'arn:aws-us-gov:iam::111122223333:oidc-provider/cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_AbCdEf123',
    })
  })
})

describe('warnings', () => {
  test('direct trust cannot see groups', () => {
    const profile = profileWith(`cognito_role_arn = ${ROLE}`)
    expect(trustWarnings(NEEDS.direct, profile)).toEqual([expect.stringContaining('cannot see groups')])
  })

  test('in the basic flow people choose the role; as guests, and in the enhanced flow, they do not', () => {
    const pool = `cognito_identity_pool_id = ${POOL}\ncognito_role_arn = ${ROLE}`
    const basic = profileWith(`${pool}\ncognito_exchange = basic`)
    expect(trustWarnings(NEEDS.pool, basic)).toEqual([expect.stringContaining('whatever their groups')])
    expect(trustWarnings(NEEDS.pool, profileWith(pool))).toEqual([])
    expect(trustWarnings(NEEDS.chain, basic)).toEqual([])
  })
})
