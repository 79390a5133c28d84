/** The part of the stack that turns a sign-in into a role by an identity pool: groups, roles, pool. Pure. */
import {
  GOVCLOUD_IDENTITY_POOL_PRINCIPALS,
  IDENTITY_POOL_PRINCIPAL,
} from '../errors/identity-pool-principals.ts'
import { indented, output } from './template-text.ts'
import type { TemplateGroup, TemplateOptions, TemplateParts } from './template-text.ts'
import { trustPolicyFor } from './trust-policy.ts'

const GOVCLOUD = GOVCLOUD_IDENTITY_POOL_PRINCIPALS

/** With a role for each group, and one for whoever is in none. */
export function identityPoolParts({ groups, namePrefix }: TemplateOptions): TemplateParts {
  const name = namePrefix === undefined ? '!Ref AWS::StackName' : `'${namePrefix}'`
  return {
    conditions: `  InGovCloudEast: !Equals [!Ref AWS::Region, us-gov-east-1]
`,
    resources: `
  # Hands out roles for ID tokens of this app client.
  IdentityPool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      IdentityPoolName: ${name}
      # No guests, and no basic flow, in which people choose their role themselves.
      AllowUnauthenticatedIdentities: false
      AllowClassicFlow: false
      CognitoIdentityProviders:
        - ProviderName: !GetAtt UserPool.ProviderName
          ClientId: !Ref UserPoolClient
          # Tokens of people who were deleted or signed out everywhere are refused.
          ServerSideTokenCheck: true

  # Which role: the one of the foremost group, which the token names.
  RoleAttachment:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref IdentityPool
      Roles:
        authenticated: !GetAtt AuthenticatedRole.Arn
      RoleMappings:
        UserPool:
          IdentityProvider: !Sub '\${UserPool.ProviderName}:\${UserPoolClient}'
          Type: Token
          # Who is in no group gets AuthenticatedRole, which may do nothing; Deny refuses them.
          AmbiguousRoleResolution: AuthenticatedRole

  # Of the roles: in us-gov-east-1 identity pools want short names (20 characters): give each a RoleName there, and deploy
  # with CAPABILITY_NAMED_IAM.

${role('AuthenticatedRole', 'Signed in, but in no group: no permissions.')}${groups.map(groupParts).join('')}`,
    outputs: [
      output('IdentityPoolId', '!Ref IdentityPool'),
      output('AuthenticatedRoleArn', '!GetAtt AuthenticatedRole.Arn'),
      ...groups.map(({ id }) => output(`${id}RoleArn`, `!GetAtt ${id}Role.Arn`)),
    ].join(''),
  }
}

function groupParts({ name, id }: TemplateGroup, index: number): string {
  return `
  ${id}Group:
    Type: AWS::Cognito::UserPoolGroup
    Properties:
      UserPoolId: !Ref UserPool
      GroupName: '${name}'
      # Of several groups, the one with the lowest number names the role.
      Precedence: ${index + 1}
      RoleArn: !GetAtt ${id}Role.Arn

${role(`${id}Role`, `What group ${name} may do: write it here.`)}      ManagedPolicyArns:
        - !Sub 'arn:\${AWS::Partition}:iam::aws:policy/job-function/ViewOnlyAccess'
`
}

/** A role that the identity pool, and nobody else, hands out to who signed in. */
function role(id: string, comment: string): string {
  return `  # ${comment}
  ${id}:
    Type: AWS::IAM::Role
    Properties:
      # JSON, because the names of the conditions are not the same in every region.
      AssumeRolePolicyDocument: !Sub
        - |
${indented(TRUST, 10)}
        - CognitoIdentity: !If
            - InGovCloud
            - !If [InGovCloudEast, ${GOVCLOUD['us-gov-east-1']}, ${GOVCLOUD['us-gov-west-1']}]
            - ${IDENTITY_POOL_PRINCIPAL}
`
}

const TRUST = JSON.stringify(
  trustPolicyFor({
    kind: 'identity-pool',
    principal: '${CognitoIdentity}',
    identityPoolId: '${IdentityPool}',
    amr: 'authenticated',
    loginsKey: undefined,
  }),
  null,
  2,
)
