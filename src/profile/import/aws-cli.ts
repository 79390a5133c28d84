/** What the AWS CLI prints of a user pool, its app client and an identity pool (`aws cognito-idp describe-...`). Pure. */
import { sightingsAt } from './amplify.ts'
import { isObject, leavesAt, valueAt } from './literal.ts'
import type { LiteralObject } from './literal.ts'
import type { Reader, Reading, Sighting } from './sightings.ts'

/** Readers of what `describe-` commands print. */
export const AWS_CLI_READERS: Reader[] = [readClient, readUserPool, readIdentityPool]

// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html
function readClient(document: LiteralObject): Reading | undefined {
  const client = valueAt(document, 'UserPoolClient')
  if (!isObject(client)) return undefined
  const sightings = sightingsAt(document, [
    ['cognito_user_pool_id', 'UserPoolClient.UserPoolId'],
    ['cognito_client_id', 'UserPoolClient.ClientId'],
    ['client-secret', 'UserPoolClient.ClientSecret'],
    ['cognito_scopes', 'UserPoolClient.AllowedOAuthScopes'],
    ['cognito_redirect_uri', 'UserPoolClient.CallbackURLs'],
    ['cognito_logout_uri', 'UserPoolClient.LogoutURLs'],
  ])
  const flows = leavesAt(document, 'UserPoolClient.AllowedOAuthFlows').map(({ value }) => value)
  const isAllowed = client.get('AllowedOAuthFlowsUserPoolClient') === true && flows.includes('code')
  return {
    format: 'app client (aws cognito-idp describe-user-pool-client)',
    family: 'other',
    sightings: [...sightings, ...refreshTokenDays(client)],
    notes: isAllowed
      ? []
      : [
          'The app client does not allow the authorization code grant: tick it where the callback URL is registered.',
        ],
  }
}

const DAYS_OF_UNIT = new Map([
  ['seconds', 1 / 86_400],
  ['minutes', 1 / 1440],
  ['hours', 1 / 24],
  ['days', 1],
])

function refreshTokenDays(client: LiteralObject): Sighting[] {
  const validity = client.get('RefreshTokenValidity')
  const unit = valueAt(client, 'TokenValidityUnits.RefreshToken') ?? 'days'
  const days = typeof unit === 'string' ? DAYS_OF_UNIT.get(unit) : undefined
  if (typeof validity !== 'number' || days === undefined || validity <= 0) return []
  const value = String(Number((validity * days).toFixed(4)))
  return [{ subject: 'cognito_refresh_token_days', value, where: 'UserPoolClient.RefreshTokenValidity' }]
}

function readUserPool(document: LiteralObject): Reading | undefined {
  if (!isObject(valueAt(document, 'UserPool'))) return undefined
  return {
    format: 'user pool (aws cognito-idp describe-user-pool)',
    family: 'other',
    sightings: sightingsAt(document, [
      ['cognito_user_pool_id', 'UserPool.Id'],
      ['cognito_domain', 'UserPool.CustomDomain'],
      ['domain-prefix', 'UserPool.Domain'],
    ]),
    notes: [],
  }
}

// https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_DescribeIdentityPool.html
function readIdentityPool(document: LiteralObject): Reading | undefined {
  if (!document.has('IdentityPoolId') || !document.has('IdentityPoolName')) return undefined
  return {
    format: 'identity pool (aws cognito-identity describe-identity-pool)',
    family: 'other',
    sightings: sightingsAt(document, [['cognito_identity_pool_id', 'IdentityPoolId']]),
    notes:
      document.get('AllowClassicFlow') === true
        ? ['The identity pool allows the basic (classic) flow, too: cognito_exchange = basic.']
        : [],
  }
}
