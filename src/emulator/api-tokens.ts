/** The part of the user pool's JSON API that is about tokens: GetTokensFromRefreshToken, RevokeToken, GetUser, GlobalSignOut, ConfirmDevice. */
import { randomUUID } from 'node:crypto'
import { notAuthorized, Refusal } from './answer.ts'
import { checkClientSecret, checkSecretHash, mapOf, textOf } from './api-client.ts'
import { attributesOf } from './claims.ts'
import { subjectOf } from './configuration.ts'
import type { EmulatorSettings, EmulatorUser } from './configuration.ts'
import type { SignIn } from './sign-ins.ts'
import type { UserPool } from './user-pool.ts'

type Input = Record<string, unknown>

/** What an operation answers, and the sign-in it was about. */
export interface ApiAnswer {
  body: Record<string, unknown>
  originJti?: string
}

/** The operations by their names; each throws the service's refusals. */
export interface TokenOperations {
  /** The tokens of a sign-in that has just been finished. */
  finish(user: EmulatorUser): ApiAnswer
  getTokensFromRefreshToken(input: Input): ApiAnswer
  /** InitiateAuth with REFRESH_TOKEN_AUTH. */
  refreshByFlow(input: Input, parameters: Record<string, string>): ApiAnswer
  revokeToken(input: Input): ApiAnswer
  getUser(input: Input): ApiAnswer
  globalSignOut(input: Input): ApiAnswer
  confirmDevice(input: Input): ApiAnswer
}

const OWN_SCOPE = 'aws.cognito.signin.user.admin'

/** The operations on the tokens of one pool. */
export function createTokenOperations(options: {
  settings: EmulatorSettings
  pool: UserPool
  now: () => number
}): TokenOperations {
  const { settings, pool, now } = options

  function finish(user: EmulatorUser): ApiAnswer {
    const deviceKey = settings.trackDevices ? `${settings.region}_${randomUUID()}` : undefined
    const { signIn, refreshToken } = pool.signIns.start({
      user,
      scopes: [OWN_SCOPE],
      authenticatedAt: new Date(now()),
      deviceKey,
    })
    const device =
      deviceKey === undefined
        ? {}
        : { NewDeviceMetadata: { DeviceKey: deviceKey, DeviceGroupKey: `-${deviceKey.slice(-8)}` } }
    const minted = pool.mintTokens(signIn, { grant: 'authorization_code' })
    return result(signIn, { ...tokens(minted), RefreshToken: refreshToken, ...device })
  }

  function tokens(minted: { accessToken: string; idToken?: string }): Record<string, unknown> {
    return {
      AccessToken: minted.accessToken,
      ExpiresIn: settings.accessTokenSeconds,
      TokenType: 'Bearer',
      ...(minted.idToken === undefined ? {} : { IdToken: minted.idToken }),
    }
  }

  function refresh(refreshToken: string, deviceKey: unknown): ApiAnswer {
    const signIn = pool.signIns.find(refreshToken)
    if (signIn?.deviceKey !== undefined && (signIn.deviceKey !== deviceKey || !signIn.isDeviceConfirmed))
      throw notAuthorized('Invalid Refresh Token')
    if (pool.signIns.isReused(refreshToken))
      throw new Refusal('RefreshTokenReuseException', 'Refresh token reuse detected')
    if (signIn?.user.state === 'disabled') throw notAuthorized('User is disabled.')
    const refreshed = pool.signIns.refresh(refreshToken)
    if (!refreshed) {
      throw notAuthorized(
        signIn?.isRevoked === true ? 'Refresh Token has been revoked' : 'Invalid Refresh Token',
      )
    }
    const minted = pool.mintTokens(refreshed.signIn, { grant: 'refresh_token' })
    const { rotatedToken } = refreshed
    return result(refreshed.signIn, {
      ...tokens(minted),
      ...(rotatedToken === undefined ? {} : { RefreshToken: rotatedToken }),
    })
  }

  function holderOf(input: Input): { user: EmulatorUser; originJti: unknown } {
    const claims = pool.verifyAccessToken(textOf(input, 'AccessToken'))
    if (!claims) throw notAuthorized('Access Token has been revoked')
    const scope = claims['scope']
    const scopes = typeof scope === 'string' ? scope.split(' ') : []
    if (!scopes.includes(OWN_SCOPE)) throw notAuthorized('Access Token does not have required scopes')
    const user = settings.users.find(({ username }) => username === claims['username'])
    if (!user) throw new Refusal('UserNotFoundException', 'User does not exist.')
    return { user, originJti: claims['origin_jti'] }
  }

  return {
    finish,
    getTokensFromRefreshToken: (input) => {
      checkClientSecret(settings, input)
      return refresh(textOf(input, 'RefreshToken'), input['DeviceKey'])
    },
    refreshByFlow: (input, parameters) => {
      const refreshToken = textOf(parameters, 'REFRESH_TOKEN')
      const user = pool.signIns.find(refreshToken)?.user
      const names = user ? [user.username, subjectOf(user)] : []
      checkSecretHash(settings, { clientId: input['ClientId'], parameters, names })
      // AWS: not together with rotation.
      if (settings.rotation || !settings.authFlows.includes('ALLOW_REFRESH_TOKEN_AUTH')) {
        throw new Refusal('InvalidParameterException', 'REFRESH_TOKEN_AUTH is not enabled for the client.')
      }
      return refresh(refreshToken, parameters['DEVICE_KEY'])
    },
    revokeToken: (input) => {
      checkClientSecret(settings, input)
      const token = textOf(input, 'Token')
      if (token.split('.').length === 3)
        throw new Refusal('UnsupportedTokenTypeException', 'Unsupported token type')
      const signIn = pool.signIns.find(token)
      if (!signIn) return { body: {} }
      pool.signIns.revoke(signIn)
      return { body: {}, originJti: signIn.originJti }
    },
    getUser: (input) => {
      const { user } = holderOf(input)
      const attributes: Record<string, unknown> = { sub: subjectOf(user), ...attributesOf(user, []) }
      return {
        body: {
          Username: user.username,
          UserAttributes: Object.entries(attributes).map(([Name, value]) => ({
            Name,
            Value: typeof value === 'string' ? value : JSON.stringify(value),
          })),
          ...(user.factors === undefined ? {} : { UserMFASettingList: user.factors }),
        },
      }
    },
    globalSignOut: (input) => {
      pool.signIns.revokeAllOf(holderOf(input).user)
      return { body: {} }
    },
    confirmDevice: (input) => {
      const { originJti } = holderOf(input)
      const verifier = mapOf(input, 'DeviceSecretVerifierConfig')
      for (const name of ['PasswordVerifier', 'Salt'])
        if (!/^[A-Za-z0-9+/]+=*$/.test(textOf(verifier, name)))
          throw new Refusal('InvalidParameterException', `Invalid ${name}`)
      if (!pool.signIns.confirmDevice(originJti, textOf(input, 'DeviceKey')))
        throw new Refusal('ResourceNotFoundException', 'Device does not exist.')
      return { body: { UserConfirmationNecessary: false } }
    },
  }
}

function result({ originJti }: SignIn, tokens: Record<string, unknown>): ApiAnswer {
  return { body: { AuthenticationResult: tokens, ChallengeParameters: {} }, originJti }
}
