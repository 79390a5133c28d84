import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseImport } from '../../../src/profile/import/imported.ts'
import { SETTING_LIST } from '../../../src/profile/settings.ts'

const folder = new URL('corpus/', import.meta.url)
const SECRET = 'canary1secret2of3the4client5abcdefghijklmnopqrstuvw'

// Files as their tools write them, with other IDs.
const POOL = 'eu-west-1_AbCdEf123'
const CLIENT = '1example23456789abcdefghij'
const IDENTITY_POOL = 'eu-west-1:11111111-2222-3333-4444-555555555555'
const DOMAIN = 'acme.auth.eu-west-1.amazoncognito.com'

/** Of each file: what is written into the profile, and from where in the file. */
const EXPECTED: Record<
  string,
  { format: string; settings: Record<string, [string, string]>; dropped?: string[]; notes?: RegExp[] }
> = {
  'amplify_outputs.json.txt': {
    format: 'Amplify Gen 2 outputs (amplify_outputs.json)',
    settings: {
      region: ['eu-west-1', 'auth.aws_region'],
      cognito_user_pool_id: [POOL, 'auth.user_pool_id'],
      cognito_client_id: [CLIENT, 'auth.user_pool_client_id'],
      cognito_domain: ['1a2b3c4d5e6f.auth.eu-west-1.amazoncognito.com', 'auth.oauth.domain'],
      cognito_identity_pool_id: [IDENTITY_POOL, 'auth.identity_pool_id'],
      cognito_scopes: ['phone email openid profile aws.cognito.signin.user.admin', 'auth.oauth.scopes'],
      cognito_redirect_uri: ['http://localhost:8400/callback', 'auth.oauth.redirect_sign_in_uri'],
      cognito_logout_uri: ['http://localhost:8400/', 'auth.oauth.redirect_sign_out_uri[0]'],
    },
    dropped: ['https://app.example.com/profile', 'https://app.example.com/'],
  },
  'amplify_outputs-without-oauth.json.txt': {
    format: 'Amplify Gen 2 outputs (amplify_outputs.json)',
    settings: {
      region: ['us-east-1', 'auth.aws_region'],
      cognito_user_pool_id: ['us-east-1_ZyXwVu987', 'auth.user_pool_id'],
      cognito_client_id: ['2example23456789abcdefghij', 'auth.user_pool_client_id'],
      cognito_identity_pool_id: ['us-east-1:99999999-2222-3333-4444-555555555555', 'auth.identity_pool_id'],
    },
  },
  'aws-exports.js.txt': {
    format: 'Amplify Gen 1 configuration (aws-exports.js)',
    settings: {
      region: ['eu-west-1', 'aws_cognito_region'],
      cognito_user_pool_id: [POOL, 'aws_user_pools_id'],
      cognito_client_id: [CLIENT, 'aws_user_pools_web_client_id'],
      cognito_domain: ['acme-dev.auth.eu-west-1.amazoncognito.com', 'oauth.domain'],
      cognito_identity_pool_id: [IDENTITY_POOL, 'aws_cognito_identity_pool_id'],
      cognito_scopes: ['phone email openid profile aws.cognito.signin.user.admin', 'oauth.scope'],
      cognito_redirect_uri: ['http://localhost:3000/', 'oauth.redirectSignIn'],
      cognito_logout_uri: ['http://localhost:3000/', 'oauth.redirectSignOut'],
    },
    dropped: ['https://app.example.com/'],
    notes: [/implicit grant.*authorization code/],
  },
  'amplifyconfiguration-flat.json.txt': {
    format: 'Amplify Gen 1 configuration (aws-exports.js)',
    settings: {
      region: ['eu-central-1', 'aws_project_region'],
      cognito_user_pool_id: [POOL, 'aws_user_pools_id'],
      cognito_client_id: [CLIENT, 'aws_user_pools_web_client_id'],
      cognito_identity_pool_id: [IDENTITY_POOL, 'aws_cognito_identity_pool_id'],
    },
  },
  'amplifyconfiguration-mobile.json.txt': {
    format: 'Amplify Gen 1 mobile configuration (amplifyconfiguration.json)',
    settings: {
      region: ['eu-west-1', 'auth.plugins.awsCognitoAuthPlugin.CognitoUserPool.Default.Region'],
      cognito_user_pool_id: [POOL, 'auth.plugins.awsCognitoAuthPlugin.CognitoUserPool.Default.PoolId'],
      cognito_client_id: [CLIENT, 'auth.plugins.awsCognitoAuthPlugin.Auth.Default.OAuth.AppClientId'],
      cognito_domain: [DOMAIN, 'auth.plugins.awsCognitoAuthPlugin.Auth.Default.OAuth.WebDomain'],
      cognito_identity_pool_id: [
        IDENTITY_POOL,
        'auth.plugins.awsCognitoAuthPlugin.CredentialsProvider.CognitoIdentity.Default.PoolId',
      ],
      cognito_scopes: [
        'phone email openid profile',
        'auth.plugins.awsCognitoAuthPlugin.Auth.Default.OAuth.Scopes',
      ],
    },
    dropped: ['myapp://callback/', 'myapp://signout/'],
  },
  'awsconfiguration.json.txt': {
    format: 'AWS Mobile configuration (awsconfiguration.json)',
    settings: {
      region: ['eu-west-1', 'CognitoUserPool.Default.Region'],
      cognito_user_pool_id: [POOL, 'CognitoUserPool.Default.PoolId'],
      cognito_client_id: [CLIENT, 'CognitoUserPool.Default.AppClientId'],
      cognito_identity_pool_id: [IDENTITY_POOL, 'CredentialsProvider.CognitoIdentity.Default.PoolId'],
    },
  },
  'amplify-meta.json.txt': {
    format: 'Amplify Gen 1 project state (amplify-meta.json)',
    settings: {
      region: ['eu-west-1', 'providers.awscloudformation.Region'],
      cognito_user_pool_id: [POOL, 'auth.acme1a2b3c4d.output.UserPoolId'],
      cognito_client_id: [CLIENT, 'auth.acme1a2b3c4d.output.AppClientIDWeb'],
      cognito_domain: [
        'acme-dev.auth.eu-west-1.amazoncognito.com',
        'auth.acme1a2b3c4d.output.HostedUIDomain',
      ],
      cognito_identity_pool_id: [IDENTITY_POOL, 'auth.acme1a2b3c4d.output.IdentityPoolId'],
      cognito_scopes: ['email openid profile', 'auth.acme1a2b3c4d.output.OAuthMetadata: AllowedOAuthScopes'],
      cognito_redirect_uri: [
        'http://127.0.0.1:8400/callback',
        'auth.acme1a2b3c4d.output.OAuthMetadata: CallbackURLs',
      ],
    },
    dropped: ['https://app.example.com/'],
  },
  'cdk-outputs.json.txt': {
    format: 'CDK outputs (--outputs-file)',
    settings: {
      region: ['eu-west-1', 'AcmeAuth.ExportsOutputRefUserPool6BA7E5F296FD7236'],
      cognito_user_pool_id: [POOL, 'AcmeAuth.ExportsOutputRefUserPool6BA7E5F296FD7236'],
      cognito_client_id: [CLIENT, 'AcmeAuth.ExportsOutputRefUserPoolClient2F5918F7A1B2C3D4'],
      cognito_domain: [DOMAIN, 'AcmeAuth.HostedUiUrl'],
      cognito_identity_pool_id: [IDENTITY_POOL, 'AcmeAuth.IdentityPoolRef'],
    },
    notes: [
      /identity pool chooses the role.*Left out: arn:aws:iam::111122223333:role\/AcmeAuth-Authenticated$/,
    ],
  },
  'describe-stacks.json.txt': {
    format: 'CloudFormation stack outputs (describe-stacks)',
    settings: {
      region: ['eu-west-1', 'Stacks[0].Outputs.Region'],
      cognito_user_pool_id: [POOL, 'Stacks[0].Outputs.UserPoolId'],
      cognito_client_id: [CLIENT, 'Stacks[0].Outputs.UserPoolClientId'],
      cognito_domain: [DOMAIN, 'Stacks[0].Outputs.UserPoolDomain'],
      cognito_identity_pool_id: [IDENTITY_POOL, 'Stacks[0].Outputs.IdentityPoolId'],
      cognito_redirect_uri: [
        'http://localhost:8400/callback,http://localhost:8401/callback',
        'Stacks[0].Outputs.CallbackUrls',
      ],
      cognito_logout_uri: ['http://localhost:8400/', 'Stacks[0].Outputs.LogoutUrl'],
    },
    notes: [/Left out: arn:aws:iam::111122223333:role\/acme-admin, arn:.*\/acme-editor$/],
  },
  'sam-list-stack-outputs.json.txt': {
    format: 'stack outputs (OutputKey, OutputValue)',
    settings: {
      region: ['eu-west-1', 'CognitoUserPool'],
      cognito_user_pool_id: [POOL, 'CognitoUserPool'],
      cognito_client_id: [CLIENT, 'CognitoClient'],
      cognito_domain: [DOMAIN, 'CognitoDomainPrefix'],
      cognito_role_arn: ['arn:aws:iam::111122223333:role/acme-deployer', 'DeployerRole'],
    },
  },
  'terraform-output.json.txt': {
    format: 'Terraform or OpenTofu outputs (output -json)',
    settings: {
      region: ['eu-west-1', 'user_pool_arn'],
      cognito_user_pool_id: [POOL, 'user_pool_arn'],
      cognito_client_id: [CLIENT, 'cognito.client_id'],
      cognito_domain: ['auth.example.com', 'cognito.auth_domain'],
      cognito_identity_pool_id: [IDENTITY_POOL, 'identity_pool_id'],
      cognito_redirect_uri: ['http://localhost:8400/callback', 'cognito.callback_urls'],
    },
    dropped: ['https://app.example.com/'],
  },
  'pulumi-stack-output.json.txt': {
    format: 'outputs (Pulumi, SST or others)',
    settings: {
      region: ['eu-west-1', 'issuer'],
      cognito_user_pool_id: [POOL, 'issuer'],
      cognito_client_id: [CLIENT, 'clientId'],
      cognito_domain: [DOMAIN, 'domain'],
      cognito_identity_pool_id: [IDENTITY_POOL, 'identityPoolId'],
    },
  },
  'sst-outputs.json.txt': {
    format: 'outputs (Pulumi, SST or others)',
    settings: {
      region: ['eu-west-1', 'auth.region'],
      cognito_user_pool_id: [POOL, 'userPool'],
      cognito_client_id: [CLIENT, 'client'],
      cognito_identity_pool_id: [IDENTITY_POOL, 'auth.identityPool'],
    },
  },
  'aws-cli-describe.json.txt': {
    format:
      'app client (aws cognito-idp describe-user-pool-client), user pool (aws cognito-idp describe-user-pool), identity pool (aws cognito-identity describe-identity-pool)',
    settings: {
      region: ['eu-west-1', 'UserPoolClient.UserPoolId'],
      cognito_user_pool_id: [POOL, 'UserPoolClient.UserPoolId'],
      cognito_client_id: [CLIENT, 'UserPoolClient.ClientId'],
      cognito_domain: [DOMAIN, 'UserPool.Domain'],
      cognito_identity_pool_id: [IDENTITY_POOL, 'IdentityPoolId'],
      cognito_scopes: ['email openid profile', 'UserPoolClient.AllowedOAuthScopes'],
      cognito_refresh_token_days: ['1.5', 'UserPoolClient.RefreshTokenValidity'],
      cognito_redirect_uri: ['http://localhost:8400/callback', 'UserPoolClient.CallbackURLs'],
      cognito_logout_uri: ['http://localhost:8400/', 'UserPoolClient.LogoutURLs[0]'],
    },
    notes: [/basic \(classic\) flow/],
  },
  'amplify-library.ts.txt': {
    format: 'configuration of the Amplify library (Amplify.configure)',
    settings: {
      region: ['eu-west-1', 'Auth.Cognito.userPoolId'],
      cognito_user_pool_id: [POOL, 'Auth.Cognito.userPoolId'],
      cognito_client_id: [CLIENT, 'Auth.Cognito.userPoolClientId'],
      cognito_domain: [DOMAIN, 'Auth.Cognito.loginWith.oauth.domain'],
      cognito_scopes: ['openid email', 'Auth.Cognito.loginWith.oauth.scopes'],
      cognito_redirect_uri: ['http://localhost:5173/', 'Auth.Cognito.loginWith.oauth.redirectSignIn'],
      cognito_logout_uri: ['http://localhost:5173/', 'Auth.Cognito.loginWith.oauth.redirectSignOut[0]'],
    },
    dropped: ['https://localhost:5173/'],
  },
}

test('every file of the corpus is expected', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(EXPECTED).sort())
})

test.each(Object.entries(EXPECTED))('%s: format, settings and where each stands', (name, expected) => {
  const imported = parseImport(readFileSync(new URL(name, folder), 'utf8'), name)
  expect(imported.formats.join(', ')).toBe(expected.format)
  const settings = [...imported.settings].map(([key, { value, where }]): [string, [string, string]] => [
    key,
    [value, where],
  ])
  expect(Object.fromEntries(settings)).toEqual(expected.settings)
  expect([...imported.ambiguous]).toEqual([])
  expect(imported.callbacks.dropped).toEqual(expected.dropped ?? [])
  expect(imported.notes).toHaveLength(expected.notes?.length ?? 0)
  expected.notes?.forEach((note, index) => {
    expect(imported.notes[index]).toMatch(note)
  })
  for (const { key, type } of SETTING_LIST) {
    const value = settings.find(([name]) => name === key)?.[1]?.[0]
    if (value !== undefined) expect(type.parse(value), key).toBeDefined()
  }
})

test.each(['awsconfiguration.json.txt', 'terraform-output.json.txt', 'aws-cli-describe.json.txt'])(
  '%s: the client secret is found, and shown nowhere',
  (name) => {
    const imported = parseImport(readFileSync(new URL(name, folder), 'utf8'), name)
    expect(imported.clientSecret?.secret.reveal()).toBe(SECRET)
    expect(JSON.stringify({ ...imported, settings: [...imported.settings] })).not.toContain('canary')
  },
)
