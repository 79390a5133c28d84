import type { Http } from '../http/http.ts'
import type { AnswerOrigin } from '../http/json-answer.ts'
import type { HttpRequest } from '../http/one-request.ts'
import { requestWithRetries } from '../http/request-retry.ts'
import type { Wait } from '../http/request-retry.ts'
import { pause } from '../pause.ts'
import type { SignInSettings } from '../profile/profile.ts'
import { Secret } from '../secret.ts'
import { domainOf } from './authorization.ts'
import { decodeReceived, parseTokenAnswer, refuseUnlessSuccess } from './token-answer.ts'
import type { Asked, ReceivedTokens, TokenAnswer } from './token-answer.ts'

// A request ends by its own limit.
const NEVER = new AbortController().signal

/** Who asks: the app client, with its secret where it has one. */
export interface TokenRequest {
  signIn: Pick<SignInSettings, 'domain' | 'clientId'>
  clientSecret: Secret | undefined
  http: Http
  signal: AbortSignal
  wait?: Wait
}

/**
 * Redeems an authorization code: one POST, never a second one, since a code that may have been received is spent.
 * Throws `token-refused`, `unexpected-answer`, `id-token-invalid` (no ID token) and what `Http` throws.
 */
export async function requestTokensByCode(
  options: Omit<TokenRequest, 'wait'> & { code: Secret; codeVerifier: Secret; redirectUri: string },
): Promise<TokenAnswer> {
  const request = formRequest(options, '/oauth2/token', {
    grant_type: 'authorization_code',
    code: options.code.reveal(),
    redirect_uri: options.redirectUri,
    code_verifier: options.codeVerifier.reveal(),
  })
  const asked = askedWith(options, 'code', [options.code, options.codeVerifier])
  return parseTokenAnswer(await options.http.request(request), asked, originOf(request))
}

/**
 * Fresh tokens for a refresh token; with rotation the answer holds the next one. Passing faults are tried again, a lost
 * answer once (with the old token, which a pool with a grace period still takes). `onReceived` is told of an answer before
 * it is judged, since the old token is spent whatever is wrong with it. For the same reason what was sent is waited for:
 * `signal` ends the waiting between two tries, and keeps another from being made. Throws as `requestTokensByCode`, and
 * what `onReceived` throws.
 */
export async function requestTokensByRefresh(
  options: TokenRequest & {
    refreshToken: Secret
    onReceived?: (received: ReceivedTokens) => void
    onSent?: (() => void) | undefined
    hasTimeFor?: (ms: number) => boolean
  },
): Promise<TokenAnswer> {
  const request = formRequest(options, '/oauth2/token', {
    grant_type: 'refresh_token',
    refresh_token: options.refreshToken.reveal(),
  })
  const { signal, onSent, hasTimeFor } = options
  const wait: Wait = (ms) => (options.wait ?? pause)(ms, signal)
  signal.throwIfAborted()
  const answer = await requestWithRetries(
    options.http,
    { ...request, onSent, signal: NEVER },
    wait,
    hasTimeFor,
  )
  options.onReceived?.(decodeReceived(answer))
  return parseTokenAnswer(answer, askedWith(options, 'refresh', [options.refreshToken]), originOf(request))
}

/** Revokes a refresh token and the access tokens made from it. A token that is dead already is a success (RFC 7009 2.2). */
export async function requestRevocation(options: TokenRequest & { refreshToken: Secret }): Promise<void> {
  const request = formRequest(options, '/oauth2/revoke', { token: options.refreshToken.reveal() })
  refuseUnlessSuccess(
    await requestWithRetries(options.http, request, options.wait),
    askedWith(options, 'revoke', [options.refreshToken]),
    originOf(request),
  )
}

function formRequest(
  options: Omit<TokenRequest, 'wait'>,
  path: string,
  fields: Record<string, string>,
): HttpRequest {
  const { signIn, clientSecret, signal } = options
  const body = new URLSearchParams(fields)
  const headers: Record<string, string> = {
    'Content-Type': 'application/x-www-form-urlencoded',
    Accept: 'application/json',
  }
  if (clientSecret === undefined) {
    body.set('client_id', signIn.clientId)
  } else {
    headers['Authorization'] = `Basic ${basicCredentials(signIn.clientId, clientSecret).reveal()}`
  }
  const operation = path === '/oauth2/revoke' ? 'the revocation endpoint' : 'the token endpoint'
  return {
    operation,
    method: 'POST',
    url: new URL(path, domainOf(signIn)),
    headers,
    body: body.toString(),
    signal,
  }
}

/** Cognito takes both parts as they are, without the encoding of RFC 6749 2.3.1. */
function basicCredentials(clientId: string, clientSecret: Secret): Secret {
  return new Secret(Buffer.from(`${clientId}:${clientSecret.reveal()}`).toString('base64'))
}

function askedWith(options: TokenRequest, grant: Asked['grant'], sent: Secret[]): Asked {
  const { clientSecret, signIn } = options
  if (clientSecret === undefined) return { grant, secrets: sent }
  return { grant, secrets: [...sent, clientSecret, basicCredentials(signIn.clientId, clientSecret)] }
}

function originOf(request: HttpRequest): AnswerOrigin {
  return { host: request.url.host, operation: request.operation }
}
