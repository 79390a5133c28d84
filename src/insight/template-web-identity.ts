/** The part of the stack in which a role trusts the user pool itself, as an OIDC provider. Pure. */
import { indented, output } from './template-text.ts'
import type { TemplateParts } from './template-text.ts'
import { trustPolicyFor } from './trust-policy.ts'

/** With one role for everybody who can sign in. */
export function webIdentityParts(): TemplateParts {
  return {
    conditions: '',
    resources: `
  # The user pool, as IAM knows it.
  OidcProvider:
    Type: AWS::IAM::OIDCProvider
    Properties:
      Url: !GetAtt UserPool.ProviderURL
      ClientIdList: [!Ref UserPoolClient]

  # Whoever can sign in can assume this role: trust in a user pool cannot see groups. Where groups decide, use an identity
  # pool (poolkey template --exchange enhanced), or an app client for each role.
  SignedInRole:
    Type: AWS::IAM::Role
    Properties:
      # JSON, because the name of the condition is only known when the pool is there.
      AssumeRolePolicyDocument: !Sub |
${indented(TRUST, 8)}
      # The longest that cognito_duration_seconds can ask for.
      MaxSessionDuration: 3600
      # What they may do: write it here.
      ManagedPolicyArns: []
`,
    outputs: output('RoleArn', '!GetAtt SignedInRole.Arn'),
  }
}

const TRUST = JSON.stringify(
  trustPolicyFor({
    kind: 'web-identity',
    providerArn: '${OidcProvider.Arn}',
    providerName: '${UserPool.ProviderName}',
    clientId: '${UserPoolClient}',
  }),
  null,
  2,
)
