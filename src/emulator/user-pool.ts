import { createHash, timingSafeEqual } from 'node:crypto'
import { accessTokenClaims, idTokenClaims } from './claims.ts'
import type { EmulatorSettings, EmulatorUser } from './configuration.ts'
import { forgeToken } from './forgery.ts'
import type { Forgery } from './forgery.ts'
import { decodeToken, isSignedBy, signToken } from './json-web-token.ts'
import { createSignIns } from './sign-ins.ts'
import type { SignIn, SignIns } from './sign-ins.ts'
import type { SigningKeys } from './signing-keys.ts'

/** The tokens of one answer of the token endpoint. `idToken` is absent without the scope `openid`. */
export interface MintedTokens {
  accessToken: string
  idToken?: string
}

/** The user pool: people, sign-ins and the tokens made from them. */
export interface UserPool {
  issuer: string
  /** Replaced when the pool rotates its keys. */
  keys: SigningKeys
  /** What to falsify from now on. */
  forgery: Forgery | undefined
  signIns: SignIns
  authenticate(username: string, password: string): EmulatorUser | undefined
  mintTokens(
    signIn: SignIn,
    how: { grant: 'authorization_code' | 'refresh_token'; nonce?: string | undefined },
  ): MintedTokens
  /** The claims of a live access token of this pool; undefined for every other. */
  verifyAccessToken(token: string): Record<string, unknown> | undefined
}

/** Opens a user pool. */
export function createUserPool(options: {
  settings: EmulatorSettings
  issuer: string
  keys: SigningKeys
  now: () => number
}): UserPool {
  const { settings, issuer, now } = options

  function takeForgery(grant: NonNullable<Forgery['grant']>): Forgery | undefined {
    const { forgery } = pool
    if (!forgery || (forgery.grant ?? grant) !== grant) return undefined
    if (forgery.times !== undefined) {
      pool.forgery = forgery.times > 1 ? { ...forgery, times: forgery.times - 1 } : undefined
    }
    return forgery
  }

  const pool: UserPool = {
    issuer,
    keys: options.keys,
    forgery: undefined,
    signIns: createSignIns({ settings, now }),
    authenticate: (username, password) =>
      settings.users.find(
        (user) => (user.username === username || user.email === username) && isSame(user.password, password),
      ),
    mintTokens: (signIn, { grant, nonce }) => {
      const facts = { settings, issuer, signIn, now: now() }
      const accessToken = signToken(accessTokenClaims(facts), pool.keys.access)
      if (!signIn.isByApi && !signIn.scopes.includes('openid')) return { accessToken }

      const claims = idTokenClaims({ ...facts, accessToken, nonce })
      const forgery = takeForgery(grant)
      if (!forgery) return { accessToken, idToken: signToken(claims, pool.keys.id) }
      if (forgery.idToken === 'absent') return { accessToken }
      if (forgery.idToken === 'access-token') return { accessToken, idToken: accessToken }
      const { clientSecret } = settings
      return { accessToken, idToken: forgeToken({ forgery, claims, key: pool.keys.id, clientSecret }) }
    },
    verifyAccessToken: (token) => {
      const decoded = decodeToken(token)
      if (!decoded || !isSignedBy(decoded, [pool.keys.access])) return undefined
      const { exp, origin_jti: originJti } = decoded.claims
      const isLive = typeof exp === 'number' && now() < exp * 1000
      const isEnded = typeof originJti !== 'string' || pool.signIns.isRevoked(originJti)
      return isLive && !isEnded ? decoded.claims : undefined
    },
  }
  return pool
}

/** Compares secrets without telling by the time taken how far they agree. */
export function isSame(expected: string, given: string): boolean {
  return timingSafeEqual(
    createHash('sha256').update(expected).digest(),
    createHash('sha256').update(given).digest(),
  )
}
