import type { Answer } from './answer.ts'
import type { EmulatorSettings } from './configuration.ts'
import { publicJwk } from './signing-keys.ts'
import type { SigningKey } from './signing-keys.ts'
import type { UserPool } from './user-pool.ts'

/** The discovery document of the user pool. Unlike the issuer, the endpoints are those of the hosted UI's host. */
export function discoveryAnswer(options: {
  origin: string
  pool: UserPool
  settings: EmulatorSettings
}): Answer {
  const { origin, pool, settings } = options
  return documentAnswer({
    authorization_endpoint: `${origin}/oauth2/authorize`,
    end_session_endpoint: `${origin}/logout`,
    id_token_signing_alg_values_supported: ['RS256'],
    issuer: pool.issuer,
    jwks_uri: `${pool.issuer}/.well-known/jwks.json`,
    response_types_supported: ['code', 'token'],
    revocation_endpoint: `${origin}/oauth2/revoke`,
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    token_endpoint: `${origin}/oauth2/token`,
    token_endpoint_auth_methods_supported:
      settings.clientSecret === undefined ? ['none'] : ['client_secret_basic', 'client_secret_post'],
    userinfo_endpoint: `${origin}/oauth2/userInfo`,
  })
}

/** A JSON Web Key Set. */
export function keySetAnswer(keys: readonly SigningKey[]): Answer {
  return documentAnswer({ keys: keys.map(publicJwk) })
}

function documentAnswer(document: unknown): Answer {
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(document) }
}
