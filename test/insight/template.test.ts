import { describe, expect, test } from 'vitest'
import { isAllowed } from '../../src/emulator/trust-policy.ts'
import type { TrustPolicy } from '../../src/emulator/trust-policy.ts'
import { checkTrustPolicy } from '../../src/insight/trust-policy-check.ts'
import type { TrustNeed } from '../../src/insight/trust-policy.ts'
import { groupsNamed, isDomainPrefix, isNamePrefix } from '../../src/insight/template-names.ts'
import { cloudFormationTemplate } from '../../src/insight/template.ts'
import type { TemplateOptions } from '../../src/insight/template-text.ts'
import { ACCOUNT, makeStack, schemaViolations } from './cloudformation.ts'
import type { Stack } from './cloudformation.ts'
import { requestsOf } from './trust-requests.ts'

const REGIONS = ['eu-west-1', 'us-gov-west-1', 'us-gov-east-1']

function template(change: Partial<TemplateOptions> = {}): string {
  return cloudFormationTemplate({
    exchange: 'enhanced',
    namePrefix: undefined,
    domainPrefix: undefined,
    ports: [8400, 8401],
    groups: groupsNamed(['admin', 'editor'])!,
    ...change,
  })
}

const KINDS: [string, Partial<TemplateOptions>][] = [
  ['with groups', {}],
  ['with one group of an odd name', { groups: groupsNamed(['on_2-Yes'])! }],
  ['without groups', { groups: [] }],
  ['with names of its own', { namePrefix: 'Acme-1', domainPrefix: '4cme-sign-in', ports: [9999] }],
  ['that trusts the user pool directly', { exchange: 'web-identity', groups: [] }],
]

describe.each(KINDS)('the stack %s', (_, change) => {
  test.each(REGIONS)('in %s: references resolve, and the schemas of all resources are kept', (region) => {
    const stack = makeStack(template(change), region)
    expect(schemaViolations(stack)).toEqual([])
    expect(stack.unused.filter((name) => name !== 'InGovCloudEast')).toEqual([])
    for (const value of Object.values(stack.outputs)) expect(value).toMatch(/^\S+$/)
  })

  test('names a domain that Cognito takes, and its host as an output', () => {
    const stack = makeStack(template(change), 'eu-west-1')
    const prefix = propertiesOf(stack, 'UserPoolDomain')['Domain'] as string
    expect(isDomainPrefix(prefix)).toBe(true)
    expect(prefix).toBe(change.domainPrefix ?? 'poolkey-0a1b2c3d')
    expect(stack.outputs['UserPoolDomain']).toBe(`${prefix}.auth.eu-west-1.amazoncognito.com`)
  })
})

test('the schemas are kept for good reason: what breaks them is found', () => {
  const broken = template()
    .replace('GenerateSecret: false', 'GenerateSecret: maybe')
    .replace('RetryGracePeriodSeconds', 'GracePeriod')
    .replace('AllowUnauthenticatedIdentities: false', '')
    .replace('UserPoolTier: ESSENTIALS', 'UserPoolTier: FREE')
  expect(schemaViolations(makeStack(broken, 'eu-west-1'))).toEqual([
    'UserPool.UserPoolTier is none of LITE, ESSENTIALS, PLUS',
    'UserPoolClient.GenerateSecret is no boolean: "maybe"',
    'UserPoolClient.RefreshTokenRotation has no GracePeriod',
    'IdentityPool lacks AllowUnauthenticatedIdentities',
  ])
  expect(() => makeStack(template().replace('!Ref UserPoolClient', '!Ref Client'), 'eu-west-1')).toThrow(
    'there is no resource Client',
  )
})

describe('the app client', () => {
  const client = propertiesOf(makeStack(template(), 'eu-west-1'), 'UserPoolClient')

  test('signs in by code on loopback, without a secret', () => {
    expect(client).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email', 'profile'],
      CallbackURLs: ['http://localhost:8400/callback', 'http://localhost:8401/callback'],
      LogoutURLs: ['http://localhost:8400/logout', 'http://localhost:8401/logout'],
    })
  })

  test('rotates refresh tokens, without the flow that cannot; revokes; does not tell who exists', () => {
    expect(client).toMatchObject({
      RefreshTokenRotation: { Feature: 'ENABLED' },
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
    })
    expect(client['ExplicitAuthFlows']).not.toContain('ALLOW_REFRESH_TOKEN_AUTH')
  })

  test('is of a pool in which nobody lets themselves in', () => {
    expect(propertiesOf(makeStack(template(), 'eu-west-1'), 'UserPool')).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    })
  })
})

describe('the identity pool', () => {
  const stack = makeStack(template(), 'eu-west-1')

  test('takes tokens of this client, knows no guests and no basic flow', () => {
    expect(propertiesOf(stack, 'IdentityPool')).toMatchObject({
      AllowUnauthenticatedIdentities: false,
      AllowClassicFlow: false,
      CognitoIdentityProviders: [
        {
          ProviderName: 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123',
          ClientId: '1example23456789abcdefghij',
        },
      ],
    })
  })

  test('takes the role from the token, and for who is in no group one without permissions', () => {
    const none = `arn:aws:iam::${ACCOUNT}:role/my-stack-AuthenticatedRole`
    expect(propertiesOf(stack, 'RoleAttachment')).toMatchObject({
      Roles: { authenticated: none },
      RoleMappings: {
        UserPool: {
          IdentityProvider:
            'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123:1example23456789abcdefghij',
          Type: 'Token',
          AmbiguousRoleResolution: 'AuthenticatedRole',
        },
      },
    })
    expect(Object.keys(propertiesOf(stack, 'AuthenticatedRole'))).toEqual(['AssumeRolePolicyDocument'])
  })

  test('the foremost group has the lowest precedence', () => {
    expect(propertiesOf(stack, 'AdminGroup')).toMatchObject({ GroupName: 'admin', Precedence: 1 })
    expect(propertiesOf(stack, 'EditorGroup')).toMatchObject({
      GroupName: 'editor',
      Precedence: 2,
      RoleArn: stack.outputs['EditorRoleArn'],
    })
  })
})

describe('roles trust whom they must', () => {
  test.each([
    ['eu-west-1', 'cognito-identity.amazonaws.com'],
    ['us-gov-west-1', 'cognito-identity-us-gov.amazonaws.com'],
    ['us-gov-east-1', 'cognito-identity.us-gov-east-1.amazonaws.com'],
  ])('in %s: the identity pool', (region, principal) => {
    const stack = makeStack(template(), region)
    const identityPoolId = stack.outputs['IdentityPoolId']!
    const loginsKey = `cognito-idp.${region}.amazonaws.com/${region}_AbCdEf123`
    const need = {
      kind: 'identity-pool',
      principal,
      identityPoolId,
      amr: 'authenticated',
      loginsKey,
    } as const
    for (const role of ['AuthenticatedRole', 'AdminRole', 'EditorRole']) expectTrust(stack, role, need)
  })

  test.each(['eu-west-1', 'us-gov-west-1'])(
    'in %s: the user pool, as the OIDC provider that the stack makes',
    (region) => {
      const stack = makeStack(template({ exchange: 'web-identity', groups: [] }), region)
      const providerName = `cognito-idp.${region}.amazonaws.com/${region}_AbCdEf123`
      const clientId = stack.outputs['UserPoolClientId']!
      expect(propertiesOf(stack, 'OidcProvider')).toEqual({
        Url: `https://${providerName}`,
        ClientIdList: [clientId],
      })
      const partition = region === 'eu-west-1' ? 'aws' : 'aws-us-gov'
      const providerArn = `arn:${partition}:iam::${ACCOUNT}:oidc-provider/${providerName}`
      expectTrust(stack, 'SignedInRole', { kind: 'web-identity', providerArn, providerName, clientId })
    },
  )
})

test('permissions and hosts are of the partition that the stack is in', () => {
  const stack = makeStack(template(), 'us-gov-west-1')
  expect(propertiesOf(stack, 'AdminRole')['ManagedPolicyArns']).toEqual([
    'arn:aws-us-gov:iam::aws:policy/job-function/ViewOnlyAccess',
  ])
  expect(stack.outputs['UserPoolDomain']).toMatch(/\.auth-fips\.us-gov-west-1\.amazoncognito\.com$/)
  expect(template()).not.toMatch(/arn:aws[:-]/)
})

test('the outputs are what a profile is made of', () => {
  expect(makeStack(template(), 'eu-west-1').outputs).toEqual({
    Region: 'eu-west-1',
    UserPoolId: 'eu-west-1_AbCdEf123',
    UserPoolClientId: '1example23456789abcdefghij',
    UserPoolDomain: 'poolkey-0a1b2c3d.auth.eu-west-1.amazoncognito.com',
    CallbackUrls: 'http://localhost:8400/callback,http://localhost:8401/callback',
    LogoutUrls: 'http://localhost:8400/logout,http://localhost:8401/logout',
    IdentityPoolId: 'eu-west-1:11111111-2222-3333-4444-555555555555',
    AuthenticatedRoleArn: `arn:aws:iam::${ACCOUNT}:role/my-stack-AuthenticatedRole`,
    AdminRoleArn: `arn:aws:iam::${ACCOUNT}:role/my-stack-AdminRole`,
    EditorRoleArn: `arn:aws:iam::${ACCOUNT}:role/my-stack-EditorRole`,
  })
  const direct = makeStack(template({ exchange: 'web-identity', groups: [] }), 'eu-west-1').outputs
  expect(direct).not.toHaveProperty('IdentityPoolId')
  expect(direct['RoleArn']).toBe(`arn:aws:iam::${ACCOUNT}:role/my-stack-SignedInRole`)
})

test('a template that is too long for a request is said to need a bucket', () => {
  const ofGroups = (count: number) =>
    template({ groups: groupsNamed(Array.from({ length: count }, (_, index) => `group-${index}`))! })
  expect(ofGroups(50)).toContain('--template-file template.yaml --s3-bucket BUCKET\n')
  for (let count = 0; count < 50; count++) {
    const text = ofGroups(count)
    if (!text.includes('--s3-bucket')) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(51_200)
  }
})

describe('names', () => {
  test.each([
    [
      ['admin', 'editor'],
      ['Admin', 'Editor'],
    ],
    [
      ['read-only', 'Ops_Team'],
      ['ReadOnly', 'OpsTeam'],
    ],
    [[], []],
  ])('%j become the logical IDs %j', (names, ids) => {
    expect(groupsNamed(names)?.map(({ id }) => id)).toEqual(ids)
  })

  test.each([
    [['admin', 'Admin']],
    [['read-only', 'readOnly']],
    [['authenticated']],
    [["it's"]],
    [['1st']],
    [['a b']],
    [['x\nResources:']],
    [Array.from({ length: 51 }, (_, index) => `group${index}`)],
  ])('%j are no groups', (names) => {
    expect(groupsNamed(names)).toBeUndefined()
  })

  test("of domains and of what is made are AWS's", () => {
    expect(['acme', '4-2', 'a'.repeat(63)].filter(isDomainPrefix)).toHaveLength(3)
    const noDomains = ['-a', 'a-', 'A', 'a.b', '', 'my-aws', 'cognito', 'amazonia', 'a'.repeat(64), 'a\n']
    expect(noDomains.filter(isDomainPrefix)).toEqual([])
    expect(['Acme', 'a-1'].filter(isNamePrefix)).toHaveLength(2)
    expect(['1a', "a'b", 'a b', '', 'a'.repeat(33), 'a\n'].filter(isNamePrefix)).toEqual([])
  })
})

function propertiesOf(stack: Stack, id: string): Record<string, unknown> {
  return stack.resources[id]!.properties
}

function expectTrust(stack: Stack, role: string, need: TrustNeed): void {
  const text = propertiesOf(stack, role)['AssumeRolePolicyDocument'] as string
  expect(checkTrustPolicy(text, need, { roleArn: undefined, durationSeconds: undefined })).toEqual([])
  const policy = JSON.parse(text) as TrustPolicy
  for (const request of requestsOf(need)) expect(isAllowed(policy, request)).toBe(true)
}
