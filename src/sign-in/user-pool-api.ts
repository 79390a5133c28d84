import { createHmac } from 'node:crypto'
import {
  AssociateSoftwareTokenCommand,
  ChallengeNameType,
  CognitoIdentityProviderClient,
  ConfirmDeviceCommand,
  GetTokensFromRefreshTokenCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
  VerifySoftwareTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import type { AuthenticationResultType, AuthFlowType } from '@aws-sdk/client-cognito-identity-provider'
import type { RequestDoor } from '../http/http.ts'
import { AROUND_DESERIALIZER, asRetryable, readSdkError } from '../http/sdk-errors.ts'
import { sdkOptions } from '../http/sdk-transport.ts'
import type { ServicePlace } from '../http/sdk-transport.ts'
import { Secret } from '../secret.ts'
import { incompleteAnswer, tokensOf } from './api-tokens.ts'
import type { DeviceVerifier } from './srp.ts'
import type { TokenAnswer } from './token-answer.ts'

/** The app client that signs in, with its secret where it has one. */
export interface AppClient {
  clientId: string
  clientSecret: Secret | undefined
}

/** A question of the user pool, in its own words. */
export interface Challenge {
  kind: 'challenge'
  name: string
  /** The first question of USER_SRP_AUTH has none. */
  session: Secret | undefined
  parameters: Record<string, string>
  /** What may be chosen from, of SELECT_CHALLENGE. */
  available: string[]
}

/** The end of a sign-in: tokens, and the key of the device where the pool remembers devices. */
export interface ApiTokens {
  kind: 'tokens'
  tokens: TokenAnswer
  deviceKey: string | undefined
}

/** What follows an answer: another question, or the end. */
export type AuthAnswer = Challenge | ApiTokens

/** What goes into a request beside the user's name: its values are secrets, or not far from it. */
export type Parameters = Record<string, Secret | string>

/**
 * The user pool's JSON API. Its requests are not signed. Everything throws `service-refused`, `unexpected-answer`, `network`.
 */
export interface UserPoolClient {
  initiateAuth(asked: {
    flow: AuthFlowType
    username: string
    parameters: Parameters
    signal: AbortSignal
  }): Promise<AuthAnswer>
  respond(asked: {
    to: Pick<Challenge, 'name' | 'session'>
    username: string
    responses: Parameters
    signal: AbortSignal
  }): Promise<AuthAnswer>
  /** The shared secret of an authenticator app that is being set up. */
  associateSoftwareToken(asked: {
    session: Secret
    signal: AbortSignal
  }): Promise<{ secretCode: Secret; session: Secret }>
  verifySoftwareToken(asked: { session: Secret; code: Secret; signal: AbortSignal }): Promise<Secret>
  refreshTokens(asked: {
    refreshToken: Secret
    deviceKey: string | undefined
    signal: AbortSignal
  }): Promise<TokenAnswer>
  revokeToken(asked: { refreshToken: Secret; signal: AbortSignal }): Promise<void>
  /** Without it a device's refresh token is good for nothing. */
  confirmDevice(asked: {
    accessToken: Secret
    deviceKey: string
    verifier: DeviceVerifier
    signal: AbortSignal
  }): Promise<void>
  /** Ends every session of who the access token is for. */
  globalSignOut(asked: { accessToken: Secret; signal: AbortSignal }): Promise<void>
}

/** `tries` of every request; 1 where the caller tries again by itself. */
export function createUserPoolClient(
  place: ServicePlace,
  client: AppClient,
  { http, tries = 3 }: { http: RequestDoor; tries?: number },
): UserPoolClient {
  const sdk = new CognitoIdentityProviderClient({ ...sdkOptions(place, http), maxAttempts: tries })
  sdk.middlewareStack.add((next) => (request) => asRetryable(next(request)), AROUND_DESERIALIZER)
  const host = place.endpoint?.host ?? `cognito-idp.${place.region}`
  const { clientId: ClientId, clientSecret } = client
  const ownSecret = clientSecret === undefined ? {} : { ClientSecret: clientSecret.reveal() }

  async function call<T>(
    operation: string,
    about: { secrets: readonly (Secret | string)[]; signal: AbortSignal },
    send: () => Promise<T>,
  ): Promise<T> {
    try {
      return await send()
    } catch (error) {
      const secrets = [...about.secrets, clientSecret].filter((one) => one instanceof Secret)
      throw readSdkError(error, { service: 'user pool', operation, host, secrets, signal: about.signal })
    }
  }

  const incomplete = (operation: string, name: string) => incompleteAnswer({ host, operation }, name)

  /** `base64(HMAC-SHA256(secret, name + client ID))`, of the very name that is sent beside it. */
  function named(username: string): Record<string, string> {
    if (clientSecret === undefined) return { USERNAME: username }
    const hmac = createHmac('sha256', clientSecret.reveal()).update(username + ClientId)
    return { USERNAME: username, SECRET_HASH: hmac.digest('base64') }
  }

  function read(
    operation: string,
    answer: {
      AuthenticationResult?: AuthenticationResultType | undefined
      ChallengeName?: string | undefined
      Session?: string | undefined
      ChallengeParameters?: Record<string, string> | undefined
      AvailableChallenges?: string[] | undefined
    },
  ): AuthAnswer {
    const { AuthenticationResult: result, ChallengeName: name, Session } = answer
    if (result) {
      const deviceKey = result.NewDeviceMetadata?.DeviceKey
      return { kind: 'tokens', tokens: tokensOf({ host, operation }, result), deviceKey }
    }
    if (name === undefined) throw incomplete(operation, 'challenge')
    return {
      ...{ kind: 'challenge', name, session: Session === undefined ? undefined : new Secret(Session) },
      parameters: answer.ChallengeParameters ?? {},
      available: answer.AvailableChallenges ?? [],
    }
  }

  return {
    async initiateAuth({ flow, username, parameters, signal }) {
      const operation = 'InitiateAuth'
      const AuthParameters = { ...named(username), ...revealed(parameters) }
      const command = new InitiateAuthCommand({ AuthFlow: flow, ClientId, AuthParameters })
      const secrets = Object.values(parameters)
      return read(
        operation,
        await call(operation, { secrets, signal }, () => sdk.send(command, { abortSignal: signal })),
      )
    },
    async respond({ to, username, responses, signal }) {
      const operation = 'RespondToAuthChallenge'
      const command = new RespondToAuthChallengeCommand({
        ClientId,
        ChallengeName: Object.values(ChallengeNameType).find((name) => name === to.name),
        Session: to.session?.reveal(),
        ChallengeResponses: { ...named(username), ...revealed(responses) },
      })
      const secrets = [...(to.session ? [to.session] : []), ...Object.values(responses)]
      return read(
        operation,
        await call(operation, { secrets, signal }, () => sdk.send(command, { abortSignal: signal })),
      )
    },
    async associateSoftwareToken({ session, signal }) {
      const operation = 'AssociateSoftwareToken'
      const command = new AssociateSoftwareTokenCommand({ Session: session.reveal() })
      const { SecretCode, Session } = await call(operation, { secrets: [session], signal }, () =>
        sdk.send(command, { abortSignal: signal }),
      )
      if (SecretCode === undefined) throw incomplete(operation, 'SecretCode')
      return { secretCode: new Secret(SecretCode), session: Session ? new Secret(Session) : session }
    },
    async verifySoftwareToken({ session, code, signal }) {
      const operation = 'VerifySoftwareToken'
      const command = new VerifySoftwareTokenCommand({ Session: session.reveal(), UserCode: code.reveal() })
      const { Session } = await call(operation, { secrets: [session, code], signal }, () =>
        sdk.send(command, { abortSignal: signal }),
      )
      return Session === undefined ? session : new Secret(Session)
    },
    async refreshTokens({ refreshToken, deviceKey, signal }) {
      const operation = 'GetTokensFromRefreshToken'
      const command = new GetTokensFromRefreshTokenCommand({
        RefreshToken: refreshToken.reveal(),
        ClientId,
        ...ownSecret,
        ...(deviceKey === undefined ? {} : { DeviceKey: deviceKey }),
      })
      const { AuthenticationResult: result } = await call(
        operation,
        { secrets: [refreshToken], signal },
        () => sdk.send(command),
      )
      if (!result) throw incomplete(operation, 'AuthenticationResult')
      return tokensOf({ host, operation }, result)
    },
    async revokeToken({ refreshToken, signal }) {
      const operation = 'RevokeToken'
      const command = new RevokeTokenCommand({ Token: refreshToken.reveal(), ClientId, ...ownSecret })
      await call(operation, { secrets: [refreshToken], signal }, () =>
        sdk.send(command, { abortSignal: signal }),
      )
    },
    async confirmDevice({ accessToken, deviceKey, verifier, signal }) {
      const command = new ConfirmDeviceCommand({
        AccessToken: accessToken.reveal(),
        DeviceKey: deviceKey,
        DeviceName: 'poolkey',
        DeviceSecretVerifierConfig: { PasswordVerifier: verifier.passwordVerifier, Salt: verifier.salt },
      })
      await call('ConfirmDevice', { secrets: [accessToken], signal }, () =>
        sdk.send(command, { abortSignal: signal }),
      )
    },
    async globalSignOut({ accessToken, signal }) {
      const command = new GlobalSignOutCommand({ AccessToken: accessToken.reveal() })
      await call('GlobalSignOut', { secrets: [accessToken], signal }, () =>
        sdk.send(command, { abortSignal: signal }),
      )
    },
  }
}

function revealed(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ]),
  )
}
