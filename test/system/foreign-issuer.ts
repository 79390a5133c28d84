/**
 * oidc-provider, a certified OpenID provider, at the addresses where poolkey looks for a user pool. Its refresh tokens
 * work once: one that comes a second time is taken for stolen, and the whole sign-in is revoked.
 */
import { generateKeyPair, randomBytes } from 'node:crypto'
import type { JsonWebKey } from 'node:crypto'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { Provider } from 'oidc-provider'
import type { RequestContext } from 'oidc-provider'
import { onTestFinished, vi } from 'vitest'

/** An answer of the token endpoint, and what it was asked. */
export interface Granted {
  grantType: string
  /** The refresh token that was sent. */
  spent: string | undefined
  idToken: string
  accessToken: string
  refreshToken: string
}

export interface ForeignIssuer {
  /** `http://127.0.0.1:PORT`, which is the issuer, too. */
  origin: string
  clientId: string
  /** The public keys, as an account's OIDC provider knows them. */
  keys: JsonWebKey[]
  /** Life of the ID tokens to come. */
  idTokenSeconds: number
  granted: readonly Granted[]
  /** Every refusal and revocation, by the provider's own event: `grant.revoked`, `grant.error: invalid_grant`, ... */
  incidents: readonly string[]
}

/** A provider with one public client; it ends with the test. */
export async function startForeignIssuer(redirectUris: string[]): Promise<ForeignIssuer> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const names = { kid: randomBytes(8).toString('hex'), alg: 'RS256', use: 'sig' }
  let answer: RequestListener = (_request, response) => response.writeHead(503).end()
  const server = createServer((request, response) => {
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  })
  const granted: Granted[] = []
  const incidents: string[] = []
  const issuer: ForeignIssuer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId: '1example23456789foreign01',
    keys: [{ ...publicKey.export({ format: 'jwk' }), ...names }],
    idTokenSeconds: 3600,
    granted,
    incidents,
  }
  // It warns of its store in memory and of its simple sign-in pages: both are what a test wants.
  const warnings = vi.spyOn(console, 'warn').mockReturnValue()
  const signingKey = { ...privateKey.export({ format: 'jwk' }), ...names }
  const provider = new Provider(issuer.origin, configurationOf(issuer, { redirectUris, signingKey }))
  warnings.mockRestore()
  provider.on('grant.success', (context: RequestContext) => {
    const { params } = context.oidc
    const body = context.body as Record<string, string>
    granted.push({
      grantType: String(params['grant_type']),
      spent: params['refresh_token'] as string | undefined,
      idToken: body['id_token']!,
      accessToken: body['access_token']!,
      refreshToken: body['refresh_token']!,
    })
  })
  for (const event of ['grant.revoked', 'refresh_token.destroyed']) {
    provider.on(event, () => incidents.push(event))
  }
  for (const event of [
    'authorization.error',
    'grant.error',
    'revocation.error',
    'jwks.error',
    'server_error',
  ]) {
    provider.on(event, (_context: unknown, error: Error) => incidents.push(`${event}: ${error.message}`))
  }
  answer = provider.callback()
  return issuer
}

function configurationOf(
  issuer: ForeignIssuer,
  given: { redirectUris: string[]; signingKey: JsonWebKey },
): Record<string, unknown> {
  return {
    clients: [
      {
        client_id: issuer.clientId,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: given.redirectUris,
      },
    ],
    jwks: { keys: [given.signingKey] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    routes: {
      authorization: '/oauth2/authorize',
      token: '/oauth2/token',
      revocation: '/oauth2/revoke',
      jwks: '/.well-known/jwks.json',
    },
    features: {
      devInteractions: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_context: unknown, client: { clientId: string }, token: { clientId: string }) =>
          token.clientId === client.clientId,
      },
    },
    // What Cognito's ID tokens say; and they say it all themselves.
    claims: { openid: ['sub', 'token_use', 'cognito:username'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, name: string) => ({ accountId: name, claims: () => claimsOf(name) }),
    pkce: { required: () => true },
    issueRefreshToken: () => true,
    expiresWithSession: () => false,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: () => issuer.idTokenSeconds,
      Interaction: 3600,
      RefreshToken: 3600,
      Session: 3600,
    },
  }
}

function claimsOf(name: string): Record<string, unknown> {
  return {
    sub: name,
    token_use: 'id',
    'cognito:username': name,
    email: `${name}@example.com`,
    email_verified: true,
  }
}
