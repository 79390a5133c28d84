import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAllowed } from '../../src/emulator/trust-policy.ts'
import type { TrustPolicy, TrustStatement } from '../../src/emulator/trust-policy.ts'
import { checkTrustPolicy } from '../../src/insight/trust-policy-check.ts'
import type { RoleWish } from '../../src/insight/trust-policy-check.ts'
import { trustPolicyFor } from '../../src/insight/trust-policy.ts'
import type { TrustNeed } from '../../src/insight/trust-policy.ts'
import { CLIENT, ISSUER, NEEDS, OTHER_POOL, POOL, PROVIDER, requestsOf, ROLE } from './trust-requests.ts'

const NOBODY: RoleWish = { roleArn: undefined, durationSeconds: undefined }
const { pool, guest, direct, chain, chainWithId } = NEEDS
const P = 'cognito-identity.amazonaws.com'
const AUD = { StringEquals: { [`${P}:aud`]: POOL } }
const AMR = { 'ForAnyValue:StringLike': { [`${P}:amr`]: 'authenticated' } }
const OIDC = { StringEquals: { [`${ISSUER}:aud`]: CLIENT } }

/** The policy that is needed, with elements of its statement replaced. */
function changed(need: TrustNeed, change: Record<string, unknown>): string {
  const { Version, Statement } = trustPolicyFor(need)
  return JSON.stringify({ Version, Statement: [{ ...Statement[0], ...change }] })
}

function problems(text: string, need: TrustNeed, wish = NOBODY): string[] {
  return checkTrustPolicy(text, need, wish).map(({ problem }) => problem)
}

const SESSION = 'arn:aws:sts::111122223333:assumed-role/Developer/me'

type Row = [mistake: string, need: TrustNeed, change: Record<string, unknown>, problem: string, fix: string]

// Mistakes of one statement: each is found, alone, with its edit.
const MISTAKES: Row[] = [
  [
    'another pool',
    pool,
    { Condition: { StringEquals: { [`${P}:aud`]: OTHER_POOL }, ...AMR } },
    `${P}:aud is ${OTHER_POOL}, but the identity pool's id is ${POOL}`,
    `in "Condition", set "StringEquals": {"${P}:aud": "${POOL}"}`,
  ],
  [
    'the app client for the pool',
    pool,
    { Condition: { StringEquals: { [`${P}:aud`]: CLIENT }, ...AMR } },
    `aud is ${CLIENT}, but the identity pool's id`,
    `"${P}:aud": "${POOL}"`,
  ],
  [
    'no aud',
    pool,
    { Condition: AMR },
    'any identity pool, of any account',
    `add to "Condition": "StringEquals": {"${P}:aud": "${POOL}"}`,
  ],
  [
    'an aud that only excludes',
    pool,
    { Condition: { StringNotEquals: { [`${P}:aud`]: OTHER_POOL }, ...AMR } },
    'no condition on',
    `add to "Condition"`,
  ],
  [
    'aud by a pattern',
    pool,
    { Condition: { StringLike: { [`${P}:aud`]: 'eu-west-1:*' }, ...AMR } },
    'lets others in, too',
    `replace that of StringLike by "StringEquals"`,
  ],
  [
    'aud by StringLike without a pattern',
    pool,
    { Condition: { StringLike: { [`${P}:aud`]: POOL }, ...AMR } },
    'reads * and ? as patterns',
    'replace that of StringLike',
  ],
  [
    'a pattern where it means nothing',
    pool,
    { Condition: { StringEquals: { [`${P}:aud`]: 'eu-west-1:*' }, ...AMR } },
    'StringEquals knows no * and ?',
    `"${P}:aud": "${POOL}"`,
  ],
  [
    'no amr',
    pool,
    { Condition: AUD },
    'guests of the identity pool, who never signed in',
    `add to "Condition": "ForAnyValue:StringLike": {"${P}:amr": "authenticated"}`,
  ],
  ['no conditions at all, of a guest', guest, { Condition: AUD }, 'more than the pool', '"unauthenticated"'],
  [
    'amr of guests',
    pool,
    { Condition: { ...AUD, 'ForAnyValue:StringLike': { [`${P}:amr`]: 'unauthenticated' } } },
    'amr is unauthenticated, but somebody who signed in brings authenticated',
    '"authenticated"',
  ],
  [
    'amr of everybody',
    pool,
    {
      Condition: { ...AUD, 'ForAnyValue:StringLike': { [`${P}:amr`]: ['authenticated', 'unauthenticated'] } },
    },
    'lets guests in',
    '"authenticated"',
  ],
  [
    'amr of people, for guests',
    guest,
    { Condition: { ...AUD, ...AMR } },
    'amr is authenticated, but a guest brings unauthenticated',
    '"unauthenticated"',
  ],
  [
    'amr of another provider',
    pool,
    { Condition: { ...AUD, 'ForAnyValue:StringLike': { [`${P}:amr`]: 'graph.facebook.com' } } },
    'amr is graph.facebook.com',
    '"authenticated"',
  ],
  [
    'amr as one value',
    pool,
    { Condition: { StringEquals: { [`${P}:aud`]: POOL, [`${P}:amr`]: 'authenticated' } } },
    'which has several values, needs ForAnyValue:',
    '"ForAnyValue:StringLike"',
  ],
  [
    'AssumeRole',
    pool,
    { Action: ['sts:AssumeRole', 'sts:TagSession'] },
    'it allows sts:AssumeRole, but this exchange calls sts:AssumeRoleWithWebIdentity',
    'replace sts:AssumeRole by sts:AssumeRoleWithWebIdentity',
  ],
  [
    'no action that counts',
    pool,
    { Action: ['sts:TagSession', 'sts:SetSourceIdentity'] },
    'does not allow sts:AssumeRoleWithWebIdentity',
    'add "sts:AssumeRoleWithWebIdentity"',
  ],
  [
    'no TagSession',
    pool,
    { Action: 'sts:AssumeRoleWithWebIdentity' },
    'does not allow sts:TagSession',
    'add "sts:TagSession"',
  ],
  [
    'everybody',
    pool,
    { Principal: '*' },
    'the principal is *: everybody',
    `set "Principal": {"Federated": "${P}"}`,
  ],
  ['everybody, in the long form', pool, { Principal: { Federated: '*' } }, 'the principal is *', `"${P}"`],
  [
    'a service principal',
    pool,
    { Principal: { Service: P } },
    'stands under "Service"',
    `set "Principal": {"Federated": "${P}"}`,
  ],
  [
    'an AWS principal',
    pool,
    { Principal: { AWS: 'arn:aws:iam::111122223333:root' } },
    'only arn:aws:iam::111122223333:root',
    `"Federated"`,
  ],
  [
    'the name of GovCloud',
    pool,
    { Principal: { Federated: 'cognito-identity-us-gov.amazonaws.com' } },
    'is not what identity pools are called in the region',
    'begin its condition keys so',
  ],
  [
    'the user pool, for an identity pool',
    pool,
    { Principal: { Federated: PROVIDER } },
    'goes through an identity pool',
    'cognito_exchange = web-identity',
  ],
  [
    'condition keys of another principal',
    pool,
    { Condition: { StringEquals: { 'cognito-identity-us-gov.amazonaws.com:aud': POOL }, ...AMR } },
    'the condition key cognito-identity-us-gov.amazonaws.com:aud',
    `call it ${P}:aud`,
  ],
  [
    'amr of another principal',
    pool,
    { Condition: { ...AUD, 'ForAnyValue:StringLike': { 'accounts.google.com:amr': 'authenticated' } } },
    'the condition key accounts.google.com:amr',
    `call it ${P}:amr`,
  ],
  [
    'a sub of the user pool',
    pool,
    { Condition: { StringEquals: { [`${P}:aud`]: POOL, [`${ISSUER}:sub`]: 'me' }, ...AMR } },
    `the condition key ${ISSUER}:sub`,
    `call it ${P}:sub`,
  ],
  [
    'a second factor',
    pool,
    { Condition: { ...AUD, ...AMR, Bool: { 'aws:MultiFactorAuthPresent': 'true' } } },
    'aws:MultiFactorAuthPresent never holds here',
    'remove the condition',
  ],
  [
    'an external ID',
    pool,
    { Condition: { StringEquals: { [`${P}:aud`]: POOL, 'sts:ExternalId': 'x' }, ...AMR } },
    'sts:ExternalId never holds',
    'remove the condition',
  ],
  [
    'groups',
    pool,
    {
      Condition: {
        ...AUD,
        'ForAnyValue:StringLike': { [`${P}:amr`]: 'authenticated', [`${P}:cognito:groups`]: 'admin' },
      },
    },
    'cannot see this claim',
    'remove the condition',
  ],
  ['a Resource', pool, { Resource: '*' }, 'a trust policy has no Resource', 'remove "Resource"'],
  ['another Effect', pool, { Effect: 'allow' }, 'Effect is neither', 'set "Effect": "Allow"'],

  [
    'another client',
    direct,
    { Condition: { StringEquals: { [`${ISSUER}:aud`]: 'another' } } },
    `aud is another, but the app client's id is ${CLIENT}`,
    `"${ISSUER}:aud": "${CLIENT}"`,
  ],
  ['no client', direct, { Condition: {} }, 'every app client that the provider lists', 'add to "Condition"'],
  [
    'groups, directly',
    direct,
    { Condition: { StringEquals: { ...OIDC.StringEquals, [`${ISSUER}:cognito:groups`]: 'admin' } } },
    'cannot see this claim',
    'use an identity pool',
  ],
  [
    'amr, directly',
    direct,
    { Condition: { ...OIDC, 'ForAnyValue:StringLike': { [`${ISSUER}:amr`]: 'authenticated' } } },
    'amr is what identity pools tell',
    'remove the condition',
  ],
  [
    'the key with a scheme',
    direct,
    { Condition: { StringEquals: { [`https://${ISSUER}:aud`]: CLIENT } } },
    `the condition key https://${ISSUER}:aud`,
    `call it ${ISSUER}:aud`,
  ],
  ['AssumeRole, directly', direct, { Action: 'sts:AssumeRole' }, 'it allows sts:AssumeRole,', 'replace'],
  [
    'another user pool',
    direct,
    { Principal: { Federated: `${PROVIDER}X` } },
    'is another issuer',
    `set "Principal": {"Federated": "${PROVIDER}"}`,
  ],
  [
    'another account',
    direct,
    { Principal: { Federated: PROVIDER.replace('1111', '9999') } },
    'of another account',
    PROVIDER,
  ],
  [
    'another partition',
    direct,
    { Principal: { Federated: PROVIDER.replace('arn:aws:', 'arn:aws-cn:') } },
    'another partition',
    PROVIDER,
  ],
  [
    'the other form of the issuer',
    direct,
    { Principal: { Federated: PROVIDER.replace('/cognito', '/issuer-cognito') } },
    'the other form of the issuer',
    PROVIDER,
  ],
  [
    'the issuer, without an ARN',
    direct,
    { Principal: { Federated: `https://${ISSUER}` } },
    'wants the ARN of its provider',
    PROVIDER,
  ],
  [
    'identity pools, for the user pool',
    direct,
    { Principal: { Federated: P } },
    'it trusts identity pools',
    'cognito_identity_pool_id',
  ],

  [
    'another role',
    chain,
    { Principal: { AWS: 'arn:aws:iam::444455556666:role/Developer' } },
    `not ${ROLE}`,
    `set "Principal": {"AWS": "${ROLE}"}`,
  ],
  [
    'a pattern of roles',
    chain,
    { Principal: { AWS: 'arn:aws:iam::111122223333:role/*' } },
    'no patterns in a principal',
    ROLE,
  ],
  ['a role that was deleted', chain, { Principal: { AWS: 'AROAEXAMPLEID12345678' } }, 'was deleted', ROLE],
  ['everybody, as second role', chain, { Principal: { AWS: '*' } }, 'everybody is trusted', ROLE],
  [
    'the first role’s action',
    chain,
    { Action: 'sts:AssumeRoleWithWebIdentity' },
    'this exchange calls sts:AssumeRole',
    'replace sts:AssumeRoleWithWebIdentity by sts:AssumeRole',
  ],
  [
    'no external ID',
    chainWithId,
    { Condition: {} },
    'no condition asks for it',
    '"sts:ExternalId": "team-a"',
  ],
  [
    'another external ID',
    chainWithId,
    { Condition: { StringEquals: { 'sts:ExternalId': 'team-b' } } },
    'the profile sends team-a',
    'cognito_chain_external_id = team-b',
  ],
  [
    'an external ID nobody sends',
    chain,
    { Condition: { StringEquals: { 'sts:ExternalId': 'team-b' } } },
    'the profile sends none',
    'cognito_chain_external_id = team-b',
  ],
  [
    'a second factor on the way',
    chain,
    { Condition: { Bool: { 'aws:MultiFactorAuthPresent': true } } },
    'never holds here',
    'remove',
  ],
  [
    'another account’s principals',
    chain,
    { Condition: { StringEquals: { 'aws:PrincipalAccount': '444455556666' } } },
    'aws:PrincipalAccount is 444455556666, but here it is 111122223333',
    'set aws:PrincipalAccount to 111122223333',
  ],
  [
    'the first role without its path',
    chain,
    { Condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/Developer' } } },
    `but here it is ${ROLE}`,
    `set aws:PrincipalArn to ${ROLE}`,
  ],
  [
    'a second factor, if the request tells',
    chain,
    { Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': true } } },
    'never holds here',
    'remove',
  ],
  [
    'another session of the first role',
    { ...chain, firstSessionName: 'me' },
    { Principal: { AWS: SESSION.replace('/me', '/you') } },
    `not ${ROLE}`,
    ROLE,
  ],
  ...(
    [
      ['any', { 'aws:PrincipalOrgID': '*' }],
      ['any that it may be of', { 'aws:PrincipalArn': 'arn:aws:iam::*:role/team/Developer' }],
      ['what IAM does not know', { constructor: 'o-abc' }],
      ['a name that anybody may have', { 'aws:username': 'me' }],
    ] as const
  ).map(([what, keys]): Row => [
    `everybody, of ${what}`,
    chain,
    { Principal: { AWS: '*' }, Condition: { StringLike: keys } },
    'everybody is trusted',
    ROLE,
  ]),
  [
    'everybody whose organization is not known',
    chain,
    { Principal: '*', Condition: { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-abc' } } },
    'everybody is trusted',
    ROLE,
  ],
  [
    'the name of another session',
    { ...pool, sessionName: 'CognitoIdentityCredentials' },
    { Condition: { StringEquals: { [`${P}:aud`]: POOL, 'sts:RoleSessionName': 'me' }, ...AMR } },
    'sts:RoleSessionName is me, but here it is CognitoIdentityCredentials',
    'set sts:RoleSessionName to CognitoIdentityCredentials',
  ],
]

describe('finds, and says how to mend it:', () => {
  test.each(MISTAKES)('%s', (_, need, change, problem, fix) => {
    const findings = checkTrustPolicy(changed(need, change), need, NOBODY)
    expect(findings).toEqual([
      { problem: expect.stringContaining(problem) as string, fix: expect.stringContaining(fix) as string },
    ])
  })

  test('a Deny that meets this very exchange', () => {
    const allow = trustPolicyFor(pool).Statement[0]!
    const deny = { ...allow, Sid: 'No', Effect: 'Deny' }
    expect(problems(JSON.stringify({ Statement: [allow, deny] }), pool)).toEqual([
      expect.stringMatching(/^statement 2 \(No\): it denies sts:AssumeRoleWithWebIdentity/),
    ])
    const everybody = { Effect: 'Deny', Principal: '*', Action: 'sts:*' }
    expect(problems(JSON.stringify({ Statement: [allow, everybody] }), pool)).toHaveLength(1)
  })

  test('a version that IAM does not know', () => {
    const text = changed(pool, {}).replace('2012-10-17', '2024-01-01')
    expect(problems(text, pool)).toEqual(['IAM knows no version 2024-01-01'])
  })

  test('what is no policy', () => {
    expect(problems('not at all', pool)).toEqual(['it is not JSON'])
    expect(problems('{"Statement": []}', pool)).toEqual([`it does not trust ${P}`])
    expect(problems('{"Statement": [1, null]}', pool)).toEqual([
      'it is no policy: not everything in its Statement is one',
    ])
  })

  test('operators that IAM does not know, also beside those that are needed', () => {
    const Condition = {
      ...AUD,
      ...AMR,
      constructor: { 'aws:username': 'me' },
      StringMatch: { a: 'b', c: 'd' },
    }
    expect(problems(changed(pool, { Condition }), pool)).toEqual([
      'IAM knows no condition operator constructor',
      'IAM knows no condition operator StringMatch',
    ])
  })

  test('several mistakes at once', () => {
    const text = changed(pool, { Action: 'sts:AssumeRole', Condition: {} })
    expect(problems(text, pool)).toHaveLength(4)
  })

  test('a statement that lets others in beside one that is right', () => {
    const right = trustPolicyFor(pool).Statement[0]!
    const wide = { ...right, Condition: AMR }
    expect(problems(JSON.stringify({ Statement: [right, wide] }), pool)).toEqual([
      expect.stringMatching(/^statement 2: no condition on/),
    ])
  })
})

describe('of a whole role', () => {
  const Role = { Arn: ROLE, MaxSessionDuration: 3600, AssumeRolePolicyDocument: trustPolicyFor(direct) }

  test('says that it is another one', () => {
    const other = { Role: { ...Role, Arn: `${ROLE}s` } }
    expect(problems(JSON.stringify(other), direct, { ...NOBODY, roleArn: ROLE })).toEqual([
      `this is ${ROLE}s, but the profile assumes ${ROLE}`,
    ])
  })

  test('says that its sessions are too short', () => {
    const wish = { roleArn: ROLE, durationSeconds: 7200 }
    expect(checkTrustPolicy(JSON.stringify({ Role }), direct, wish)).toEqual([
      {
        problem: "the role's sessions last 3600 seconds at most, but the profile asks for 7200",
        fix: 'run: aws iam update-role --role-name Developer --max-session-duration 7200',
      },
    ])
    expect(checkTrustPolicy(JSON.stringify({ Role }), direct, { ...wish, durationSeconds: 3600 })).toEqual([])
  })
})

describe('has nothing against', () => {
  test.each<[string, TrustNeed, Record<string, unknown>]>([
    [
      'conditions on what is not known here',
      pool,
      { Condition: { ...AUD, ...AMR, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
    ],
    [
      'a certain identity',
      pool,
      { Condition: { StringEquals: { [`${P}:aud`]: POOL, [`${P}:sub`]: 'x' }, ...AMR } },
    ],
    ['several pools', pool, { Condition: { StringEquals: { [`${P}:aud`]: [OTHER_POOL, POOL] }, ...AMR } }],
    [
      'the user pool in amr',
      pool,
      { Condition: { ...AUD, 'ForAnyValue:StringEquals': { [`${P}:amr`]: ISSUER } } },
    ],
    [
      'one person in amr',
      pool,
      { Condition: { ...AUD, 'ForAnyValue:StringLike': { [`${P}:amr`]: `${ISSUER}:CognitoSignIn:sub` } } },
    ],
    [
      'keys and actions in other letters',
      pool,
      {
        Action: ['STS:assumerolewithwebidentity', 'sts:tag*'],
        Condition: { StringEquals: { [`${P}:AUD`]: POOL }, ...AMR },
      },
    ],
    [
      'operators in other letters',
      pool,
      {
        Condition: {
          stringequals: AUD.StringEquals,
          'foranyvalue:stringlike': AMR['ForAnyValue:StringLike'],
        },
      },
    ],
    ['a Sid', pool, { Sid: 'Cognito' }],
    ['other principals beside', direct, { Principal: { Federated: [PROVIDER, 'accounts.google.com'] } }],
    ['the account of the first role', chain, { Principal: { AWS: 'arn:aws:iam::111122223333:root' } }],
    ['the account by its number', chain, { Principal: { AWS: '111122223333' } }],
    ['the session of the first role', { ...chain, firstSessionName: 'me' }, { Principal: { AWS: SESSION } }],
    ['a session whose name hangs on who signs in', chain, { Principal: { AWS: SESSION } }],
    [
      'a session without a second factor',
      chain,
      { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } } },
    ],
    [
      'everybody of an organization',
      chain,
      { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abc' } } },
    ],
    [
      'everybody of a part of one',
      chain,
      {
        Principal: { AWS: '*' },
        Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-abc/r-1/*' } },
      },
    ],
    [
      'everybody, of certain roles',
      chain,
      { Principal: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*' } } },
    ],
    [
      'a session name by a variable',
      { ...chain, sessionName: 'me' },
      { Condition: { StringEquals: { 'sts:RoleSessionName': '${aws:userid}' } } },
    ],
    [
      'a pattern of principals',
      chain,
      { Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/team/*' } } },
    ],
  ])('%s', (_, need, change) => {
    expect(checkTrustPolicy(changed(need, change), need, NOBODY)).toEqual([])
  })

  test('sts:TagSession in a statement of its own, and a Deny that is about others', () => {
    const right = trustPolicyFor(pool).Statement[0]!
    const text = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { ...right, Action: 'sts:AssumeRoleWithWebIdentity' },
        { Effect: 'Allow', Principal: right.Principal, Action: 'sts:TagSession' },
        { ...right, Effect: 'Deny', Condition: { StringNotEquals: { [`${P}:aud`]: POOL } } },
        { ...right, Effect: 'Deny', Condition: { StringEquals: { [`${P}:sub`]: 'x' } } },
      ],
    })
    expect(checkTrustPolicy(text, pool, NOBODY)).toEqual([])
  })
})

describe('of several statements, and what they leave out', () => {
  const right = trustPolicyFor(pool).Statement[0]!
  const denied = (element: Record<string, unknown>, allow: Record<string, unknown> = {}) =>
    problems(
      JSON.stringify({
        Statement: [
          { ...right, ...allow },
          { Effect: 'Deny', ...element },
        ],
      }),
      pool,
    )
  const guests = { [`${P}:amr`]: 'unauthenticated' }

  test.each<[string, Record<string, unknown>]>([
    ['to a list', { 'ForAllValues:StringNotLike': guests }],
    ['to one of a list', { 'ForAnyValue:StringNotEquals': guests }],
    ['at all', { StringNotEquals: guests }],
  ])('a condition that keeps guests out, applied %s, is as good', (_, Condition) => {
    expect(problems(changed(pool, { Condition: { ...AUD, ...Condition } }), pool)).toEqual([])
  })

  test('a Deny that keeps others out is as good as a condition', () => {
    const others = { Principal: { Federated: P }, Action: 'sts:*' }
    const others2 = { Principal: '*', NotAction: 'sts:AssumeRole' }
    const unlessPool = { Condition: { StringNotEquals: { [`${P}:aud`]: POOL } } }
    expect(denied({ ...others, ...unlessPool }, { Condition: AMR })).toEqual([])
    expect(denied({ ...others2, ...unlessPool }, { Condition: AMR })).toEqual([])
    const ofGuests = { Condition: { 'ForAnyValue:StringEquals': guests } }
    expect(denied({ ...others, ...ofGuests }, { Condition: AUD })).toEqual([])
  })

  test.each<[string, Record<string, unknown>]>([
    ['another principal', { Principal: { Federated: 'accounts.google.com' } }],
    ['another action', { Action: 'sts:TagSession' }],
    ['those of other regions', { Condition: { StringNotLike: { [`${P}:aud`]: 'eu-west-1:*' } } }],
    ['some of them', { Condition: { StringEquals: { [`${P}:aud`]: OTHER_POOL } } }],
    [
      'what is not known',
      {
        Condition: {
          StringNotEquals: { [`${P}:aud`]: POOL },
          NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
        },
      },
    ],
  ])('a Deny of %s keeps nobody out', (_, change) => {
    const deny = {
      ...{ Principal: '*', Action: '*', Condition: { StringNotEquals: { [`${P}:aud`]: POOL } } },
      ...change,
    }
    expect(denied(deny, { Condition: AMR })).toEqual([expect.stringContaining('no condition on')])
  })

  test('a Deny of everything but this exchange is none of it', () => {
    const actions = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession']
    expect(denied({ Principal: '*', NotAction: actions })).toEqual([])
    expect(denied({ NotPrincipal: { Federated: P }, Action: '*' })).toEqual([])
  })

  test('a Deny of everything but something else denies this exchange', () => {
    const tags = 'statement 2: it denies sts:TagSession to this very exchange'
    expect(denied({ Principal: '*', NotAction: 'sts:AssumeRoleWithWebIdentity' })).toEqual([
      expect.stringContaining(tags),
    ])
    expect(denied({ NotPrincipal: { AWS: ROLE }, Action: 'sts:*' })).toEqual([
      expect.stringContaining('it denies sts:AssumeRoleWithWebIdentity and sts:TagSession'),
    ])
  })

  test('an Allow of everything but something is found fault with, once', () => {
    const text = JSON.stringify({ Statement: { ...right, Action: undefined, NotAction: 'sts:AssumeRole' } })
    expect(problems(text, pool)).toEqual(['NotAction means everything but what it lists'])
  })
})

const statement = (need: TrustNeed) => {
  const right = trustPolicyFor(need).Statement[0]!
  const audience = need.kind === 'web-identity' ? `${ISSUER}:aud` : `${P}:aud`
  const values = fc.subarray(
    [POOL, OTHER_POOL, CLIENT, '*', 'eu-west-1:*', 'authenticated', 'unauthenticated', ISSUER],
    { minLength: 1, maxLength: 2 },
  )
  const operator = fc.constantFrom(
    ...['StringEquals', 'StringLike', 'StringNotEquals', 'StringNotLike', 'StringEqualsIfExists'],
    ...['ForAnyValue:StringLike', 'ForAnyValue:StringEquals', 'ForAllValues:StringLike'],
  )
  // What a session keeps of the token it was made with is not known.
  const claims = need.kind === 'chain' ? [] : [audience, audience.toUpperCase(), `${P}:amr`]
  const key = fc.constantFrom('sts:ExternalId', ...claims)
  const condition = fc
    .uniqueArray(fc.tuple(operator, key, values), { maxLength: 3, selector: ([name]) => name })
    .map((all) => Object.fromEntries(all.map(([name, one, wanted]) => [name, { [one]: wanted }])))
  return fc.record({
    Effect: fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Allow', 'Allow', 'Deny'),
    Principal: fc.constantFrom<TrustStatement['Principal']>(
      right.Principal,
      right.Principal,
      { Federated: 'x' },
      '*',
    ),
    Action: fc.oneof(
      fc.constant(right.Action),
      fc.subarray(['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole', 'sts:TagSession', 'sts:*']),
    ),
    Condition: fc.oneof(fc.constant(right.Condition ?? {}), condition),
  })
}

test.each([
  ['an identity pool', pool],
  ['a guest', guest],
  ['direct trust', direct],
  ['a second role', chain],
])('a policy without findings lets the exchange in: %s', (_, need) => {
  fc.assert(
    fc.property(fc.array(statement(need), { minLength: 1, maxLength: 2 }), (Statement) => {
      const policy: TrustPolicy = { Version: '2012-10-17', Statement }
      if (checkTrustPolicy(JSON.stringify(policy), need, NOBODY).length > 0) return
      for (const request of requestsOf(need)) expect(isAllowed(policy, request)).toBe(true)
    }),
    { numRuns: 3000 },
  )
})
