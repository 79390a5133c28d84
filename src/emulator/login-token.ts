import { notAuthorized } from './answer.ts'
import { subjectOf } from './configuration.ts'
import type { EmulatorSettings } from './configuration.ts'
import { decodeToken, isSignedBy } from './json-web-token.ts'
import type { UserPool } from './user-pool.ts'

/** One verified entry of a Logins map. */
export interface VerifiedLogin {
  providerName: string
  subject: string
  claims: Record<string, unknown>
}

/**
 * Verifies one entry of a Logins map, in the order in which the identity pool is seen to complain: form, issuer,
 * audience, provider, signature, expiry. Throws its refusals, word for word.
 */
export function verifyLogin(
  login: { providerName: string; token: string },
  context: { settings: EmulatorSettings; pool: UserPool; now: number },
): VerifiedLogin {
  const { settings, pool } = context
  const { providerName } = login
  const token = decodeToken(login.token)
  if (!token) throw notAuthorized('Invalid login token. Not a Cognito token.')
  const { iss, aud, exp, sub, token_use: tokenUse, origin_jti: originJti } = token.claims

  if (typeof iss !== 'string' || iss.replace(/^https?:\/\//, '') !== providerName) {
    throw notAuthorized("Invalid login token. Issuer doesn't match providerName")
  }
  if (aud === undefined) throw notAuthorized('Invalid login token. Missing a required claim: aud')
  const { providers } = settings.identityPool
  if (providers.length === 0) {
    throw notAuthorized(
      "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    )
  }
  const provider = providers.find((one) => one.providerName === providerName && one.clientId === aud)
  if (!provider) throw notAuthorized('Token is not from a supported provider of this identity pool.')

  if (iss !== pool.issuer || !isSignedBy(token, [pool.keys.id])) {
    throw notAuthorized("Invalid login token. Couldn't verify signed token.")
  }
  if (tokenUse !== 'id') throw notAuthorized('Invalid login token. Not a Cognito token.')
  if (typeof exp !== 'number') throw notAuthorized('Invalid login token. Missing a required claim: exp')
  const now = Math.floor(context.now / 1000)
  if (now >= exp) throw notAuthorized(`Invalid login token. Token expired: ${now} >= ${exp}`)
  if (typeof sub !== 'string') throw notAuthorized('Invalid login token. Missing a required claim: sub')
  const isSignedOut = typeof originJti === 'string' && pool.signIns.isRevoked(originJti)
  const isDeleted = !settings.users.some((user) => subjectOf(user) === sub)
  if (provider.serverSideTokenCheck === true && (isSignedOut || isDeleted))
    throw notAuthorized('Not Authorized')
  return { providerName, subject: sub, claims: token.claims }
}
