/** The part of the stack in which people sign in: user pool, domain, app client. Pure. */
import { output } from './template-text.ts'
import type { TemplateOptions, TemplateParts } from './template-text.ts'

/** Hosts of GovCloud's sign-in pages: AWS GovCloud (US) User Guide, "Amazon Cognito". */
const CONDITIONS = `  InGovCloud: !Equals [!Ref AWS::Partition, aws-us-gov]
`

/** With a callback and a sign-out URL on loopback for each port. */
export function userPoolParts(options: TemplateOptions): TemplateParts {
  const name = options.namePrefix === undefined ? '!Ref AWS::StackName' : `'${options.namePrefix}'`
  const callbackUrls = options.ports.map((port) => `http://localhost:${port}/callback`)
  const signOutUrls = options.ports.map((port) => `http://localhost:${port}/logout`)
  const list = (values: string[]) => values.map((value) => `        - ${value}\n`).join('')
  return {
    conditions: CONDITIONS,
    resources: `  # Who there is.
  UserPool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: ${name}
      # Refresh token rotation needs this plan, or PLUS.
      UserPoolTier: ESSENTIALS
      UsernameAttributes: [email]
      UsernameConfiguration:
        CaseSensitive: false
      AutoVerifiedAttributes: [email]
      # Who can sign in can have credentials: nobody lets themselves in.
      AdminCreateUserConfig:
        AllowAdminCreateUserOnly: true
      Policies:
        PasswordPolicy:
          MinimumLength: 12
      # ON asks everybody for a second factor.
      MfaConfiguration: OPTIONAL
      EnabledMfas: [SOFTWARE_TOKEN_MFA]
      AccountRecoverySetting:
        RecoveryMechanisms:
          - Name: verified_email
            Priority: 1
      # ACTIVE, as soon as people depend on it.
      DeletionProtection: INACTIVE

  # Where they sign in.
  UserPoolDomain:
    Type: AWS::Cognito::UserPoolDomain
    Properties:
      UserPoolId: !Ref UserPool
      Domain: ${domainPrefix(options, 6)}

  # What poolkey is to Cognito.
  UserPoolClient:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref UserPool
      ClientName: ${name}
      # A program on people's machines keeps no secret; PKCE stands in for it.
      GenerateSecret: false
      AllowedOAuthFlowsUserPoolClient: true
      AllowedOAuthFlows: [code]
      AllowedOAuthScopes: [openid, email, profile]
      # With a provider of your own (SAML, OIDC, Google): its name, too.
      SupportedIdentityProviders: [COGNITO]
      # Cognito compares them letter by letter, ports included. Where the first is not 8400 or there are several: list
      # them in cognito_redirect_uri.
      CallbackURLs:
${list(callbackUrls)}      LogoutURLs:
${list(signOutUrls)}      # For cognito_sign_in = password; the sign-in page needs none of them. With rotation on, ALLOW_REFRESH_TOKEN_AUTH
      # must not be among them.
      ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH]
      RefreshTokenRotation:
        Feature: ENABLED
        # How long the token before works, too: for an answer that got lost on its way.
        RetryGracePeriodSeconds: 60
      EnableTokenRevocation: true
      PreventUserExistenceErrors: ENABLED
      # How long a sign-in lasts: rotation does not lengthen it.
      RefreshTokenValidity: 30
      IdTokenValidity: 60
      AccessTokenValidity: 60
      TokenValidityUnits:
        RefreshToken: days
        IdToken: minutes
        AccessToken: minutes
`,
    outputs: [
      output('Region', '!Ref AWS::Region'),
      output('UserPoolId', '!Ref UserPool'),
      output('UserPoolClientId', '!Ref UserPoolClient'),
      `  # In other partitions than aws and aws-us-gov, look the host up in the console.
  UserPoolDomain:
    Value: !Sub
      - '\${Prefix}.\${Auth}.\${AWS::Region}.amazoncognito.com'
      - Prefix: ${domainPrefix(options, 10)}
        Auth: !If [InGovCloud, auth-fips, auth]
`,
      output('CallbackUrls', `'${callbackUrls.join(',')}'`),
      output('LogoutUrls', `'${signOutUrls.join(',')}'`),
    ].join(''),
  }
}

/** The prefix of the domain; `column` is where the key that it is the value of begins. */
function domainPrefix({ domainPrefix: given }: TemplateOptions, column: number): string {
  if (given !== undefined) return `'${given}'`
  const lines = [
    '!Join',
    '- "-"',
    '- - poolkey',
    "  # The first part of the UUID in the stack's ID: domains are unique in a region. Choose one of your own with",
    '  # poolkey template --domain-prefix.',
    '  - !Select [0, !Split ["-", !Select [2, !Split ["/", !Ref AWS::StackId]]]]',
  ]
  return lines.join(`\n${' '.repeat(column + 2)}`)
}
