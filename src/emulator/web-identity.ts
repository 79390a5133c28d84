import { Refusal } from './answer.ts'
import type { EmulatorSettings } from './configuration.ts'
import { isJsonObject, stringsOf } from './json-object.ts'
import { decodeToken, isSignedBy } from './json-web-token.ts'
import { identityPoolIssuer } from './partition.ts'
import { verificationKey } from './signing-keys.ts'
import type { TrustRequest } from './trust-policy.ts'
import type { UserPool } from './user-pool.ts'

/** A verified web identity, as trust policies see it. */
export interface WebIdentity {
  issuer: string
  subject: string
  audience: string
  principal: string
  keys: TrustRequest['keys']
  sourceIdentity: string | undefined
  hasTags: boolean
}

/**
 * Verifies a web identity token against the account's OIDC providers, or against the identity pool's own key when it
 * says to come from there. Throws STS's refusals.
 */
export function verifyWebIdentity(
  token: string,
  context: { settings: EmulatorSettings; pool: UserPool; accountId: string; partition: string; now: number },
): WebIdentity {
  const { settings, pool, accountId, partition } = context
  const decoded = decodeToken(token)
  if (!decoded) {
    throw invalidToken(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    )
  }
  const { iss, aud, azp, sub, exp, iat, amr } = decoded.claims
  if (typeof iss !== 'string') throw invalidToken('Missing a required claim: iss')
  const isIdentityPool = iss === identityPoolIssuer(settings.identityPoolId)
  const provider = settings.oidcProviders.find(({ issuer }) => issuer === iss)
  if (!isIdentityPool && !provider) {
    throw invalidToken(`No OpenIDConnect provider found in your account for ${iss}`)
  }
  // STS takes azp, where there is one, for the audience.
  const audience = typeof azp === 'string' ? azp : aud
  if (aud === undefined) throw invalidToken('Missing a required claim: aud')
  if (typeof audience !== 'string' || (provider && !provider.clientIds.includes(audience))) {
    throw invalidToken('Incorrect token audience')
  }

  const keys = isIdentityPool
    ? [pool.keys.identityPool]
    : iss === pool.issuer
      ? [pool.keys.id, pool.keys.access]
      : (provider?.keys ?? []).map(verificationKey)
  if (!keys.some(({ kid }) => kid === decoded.header['kid'])) {
    throw invalidToken(
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    )
  }
  if (!isSignedBy(decoded, keys)) throw invalidToken('Token signature invalid')
  if (
    !Number.isInteger(exp) ||
    !Number.isInteger(iat) ||
    typeof exp !== 'number' ||
    typeof sub !== 'string'
  ) {
    throw invalidToken('Missing a required claim: exp, iat or sub')
  }
  const now = Math.floor(context.now / 1000)
  if (now >= exp) {
    throw new Refusal(
      'ExpiredTokenException',
      `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`,
    )
  }

  const host = iss.replace(/^https?:\/\//, '')
  const sourceIdentity = decoded.claims['https://aws.amazon.com/source_identity']
  return {
    issuer: isIdentityPool ? host : iss,
    subject: sub,
    audience,
    principal: isIdentityPool ? host : `arn:${partition}:iam::${accountId}:oidc-provider/${host}`,
    keys: {
      [`${host}:aud`]: audience,
      [`${host}:sub`]: sub,
      ...(Array.isArray(amr) ? { [`${host}:amr`]: stringsOf(amr) } : {}),
    },
    sourceIdentity: typeof sourceIdentity === 'string' ? sourceIdentity : undefined,
    hasTags: isJsonObject(decoded.claims['https://aws.amazon.com/tags']),
  }
}

function invalidToken(message: string): Refusal {
  return new Refusal('InvalidIdentityToken', message)
}
