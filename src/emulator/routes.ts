import { textAnswer } from './answer.ts'
import type { ReceivedRequest } from './answer.ts'
import type { EmulatorSettings } from './configuration.ts'
import { createFederation } from './federation.ts'
import { createHostedUi } from './hosted-ui.ts'
import { createIdentityPool } from './identity-pool.ts'
import type { CredentialBook } from './issued-credentials.ts'
import { discoveryAnswer, keySetAnswer } from './issuer-documents.ts'
import { createSecurityToken } from './security-token.ts'
import type { Route } from './server.ts'
import { createRevokeEndpoint, createTokenEndpoint, createUserInfoEndpoint } from './token-endpoint.ts'
import type { SentCode } from './pending-challenges.ts'
import type { UserPool } from './user-pool.ts'
import { createUserPoolApi } from './user-pool-api.ts'

/** Who answers which request, and what the request is called in the log and by the faults. */
export function createRoutes(options: {
  origin: string
  settings: EmulatorSettings
  pool: UserPool
  credentials: CredentialBook
  now: () => number
  sent: SentCode[]
}): (request: ReceivedRequest) => Route {
  const { origin, settings, pool } = options
  const hostedUi = createHostedUi(options)
  const token = createTokenEndpoint(options)
  const revoke = createRevokeEndpoint(options)
  const userInfo = createUserInfoEndpoint(options)
  const identityPool = createIdentityPool(options)
  const securityToken = createSecurityToken(options)
  const federation = createFederation(options)
  const userPoolApi = createUserPoolApi(options)
  const wellKnown = `/${settings.userPoolId}/.well-known`

  return (request) => {
    switch (request.url.pathname) {
      case '/oauth2/authorize':
        return { operation: 'authorize', endpoint: hostedUi.authorize }
      case '/login':
        return { operation: request.method === 'POST' ? 'login' : 'login-form', endpoint: hostedUi.login }
      case '/logout':
        return { operation: 'logout', endpoint: hostedUi.logout }
      case '/oauth2/token':
        return { operation: `token:${fieldOf(request, 'grant_type')}`, endpoint: token }
      case '/oauth2/revoke':
        return { operation: 'revoke', endpoint: revoke }
      case '/oauth2/userInfo':
        return { operation: 'userInfo', endpoint: userInfo }
      case `${wellKnown}/openid-configuration`:
        return { operation: 'discovery', endpoint: () => discoveryAnswer({ origin, pool, settings }) }
      case `${wellKnown}/jwks.json`:
        return { operation: 'jwks', endpoint: () => keySetAnswer([pool.keys.id, pool.keys.access]) }
      // Stands for https://cognito-identity.amazonaws.com/.well-known/jwks_uri.
      case '/.well-known/jwks_uri':
        return { operation: 'identity-pool-jwks', endpoint: () => keySetAnswer([pool.keys.identityPool]) }
      // Stands for https://signin.aws.amazon.com/federation.
      case '/federation':
        return { operation: federation.operationOf(request), endpoint: federation.endpoint }
      case '/':
        return serviceRoute(request)
      default:
        return { operation: 'unknown', endpoint: () => textAnswer(404, 'Not Found') }
    }
  }

  /** AWS's APIs share one URL: the JSON ones name their target in a header, STS its action in the form. */
  function serviceRoute(request: ReceivedRequest): Route {
    const target = request.headers['x-amz-target']
    if (typeof target === 'string' && target.startsWith('AWSCognitoIdentityService.')) {
      return { operation: target.slice(target.indexOf('.') + 1), endpoint: identityPool }
    }
    if (typeof target === 'string' && target.startsWith('AWSCognitoIdentityProviderService.')) {
      return { operation: target.slice(target.indexOf('.') + 1), endpoint: userPoolApi }
    }
    if (request.method !== 'POST' || target !== undefined) {
      return { operation: 'unknown', endpoint: () => textAnswer(404, 'Not Found') }
    }
    return { operation: fieldOf(request, 'Action'), endpoint: securityToken }
  }
}

function fieldOf(request: ReceivedRequest, name: string): string {
  return new URLSearchParams(request.body).get(name) ?? 'unknown'
}
