/**
 * The request that a refresh makes: browser sessions at the token endpoint, those of a password at the user pool's API,
 * or at the token endpoint where the app client is not allowed that; and which refusals of either end a session.
 */
import { isPoolkeyError } from '../errors/poolkey-error.ts'
import { isAboutClientSecret } from '../errors/user-pool-causes.ts'
import type { SignInSettings } from '../profile/profile.ts'
import type { Secret } from '../secret.ts'
import type { ReceivedTokens, TokenAnswer } from '../sign-in/token-answer.ts'
import type { Broker } from './broker.ts'
import { clientSecretOf } from './client-secret.ts'
import type { Session } from './session-entry.ts'
import { userPoolOf } from './user-pool.ts'

interface Refresh {
  signIn: SignInSettings
  session: Pick<Session, 'byPassword'>
  refreshToken: Secret
  /** Told of an answer before it is judged. */
  onReceived: (received: ReceivedTokens) => void
}

/** Throws `token-refused`, `service-refused`, `unexpected-answer`, `id-token-invalid`, what `Http` and `onReceived` throw. */
export async function requestFreshTokens(broker: Broker, refresh: Refresh): Promise<TokenAnswer> {
  const { byPassword } = refresh.session
  if (!byPassword) return requestByEndpoint(broker, refresh)
  try {
    return await requestByApi(broker, refresh, byPassword.deviceKey)
  } catch (error) {
    const mayTryElsewhere = isPoolkeyError(error, 'service-refused') && UNAVAILABLE.includes(error.facts.name)
    // The token endpoint takes no token that belongs to a device.
    if (!mayTryElsewhere || !refresh.signIn.domain || byPassword.deviceKey !== undefined) throw error
    return requestByEndpoint(broker, refresh)
  }
}

/** Whether the user pool says that a refresh token is good for nothing any more. Nothing else ends a session. */
export function endsSession(error: unknown): boolean {
  if (isPoolkeyError(error, 'token-refused')) return error.facts.error === 'invalid_grant'
  if (!isPoolkeyError(error, 'service-refused')) return false
  const { facts } = error
  if (facts.service !== 'user pool' || facts.operation !== 'GetTokensFromRefreshToken') return false
  if (facts.name === 'NotAuthorizedException') return !isAboutClientSecret(facts)
  return facts.name === 'RefreshTokenReuseException'
}

// The operation is not there, or not for this client.
const UNAVAILABLE = [
  'InvalidParameterException',
  'UnknownOperationException',
  'UnsupportedOperationException',
  'OperationNotEnabledException',
]

async function requestByEndpoint(broker: Broker, refresh: Refresh): Promise<TokenAnswer> {
  const { requestTokensByRefresh } = await import('../sign-in/token-endpoint.ts')
  const { signIn, refreshToken, onReceived } = refresh
  return requestTokensByRefresh({
    signIn,
    clientSecret: clientSecretOf(broker),
    refreshToken,
    http: broker.http,
    signal: broker.signal,
    onReceived,
    onSent: broker.loadAhead,
    hasTimeFor: (ms) => hasTimeFor(broker, ms),
  })
}

async function requestByApi(
  broker: Broker,
  { signIn, refreshToken, onReceived }: Refresh,
  deviceKey: string | undefined,
): Promise<TokenAnswer> {
  const { requestTokensByApi } = await import('../sign-in/api-refresh.ts')
  return requestTokensByApi({
    ...userPoolOf(broker.profile, signIn, clientSecretOf(broker)),
    refreshToken,
    deviceKey,
    http: broker.http,
    signal: broker.signal,
    onReceived,
    onSent: broker.loadAhead,
    hasTimeFor: (ms) => hasTimeFor(broker, ms),
  })
}

function hasTimeFor(broker: Broker, ms: number): boolean {
  return (broker.patienceLeftMs?.() ?? Infinity) > ms
}
