/** The AWS console's federation: credentials become a sign-in token (IAM User Guide, "Enable custom identity broker access to the AWS console"). */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Credentials } from '../exchange/credentials.ts'
import type { Http } from '../http/http.ts'
import { notTheProtocol, parseJsonAnswer } from '../http/json-answer.ts'
import type { HttpAnswer } from '../http/one-request.ts'
import { requestWithRetries } from '../http/request-retry.ts'
import { Secret } from '../secret.ts'

/** A token that signs a browser in, within 15 minutes. `isDurationRefused`: it was had only without the wished duration. */
export interface SigninToken {
  token: Secret
  isDurationRefused: boolean
}

/** What is asked for, with whose credentials; `profile` is the name for errors. */
export interface SigninTokenRequest {
  federation: URL
  credentials: Credentials
  /** Life of the console session; undefined: as long as the credentials. */
  durationSeconds: number | undefined
  profile: string
  http: Http
  signal: AbortSignal
}

/**
 * Asks for a sign-in token, by POST: what a URL holds is written into logs. A duration is refused for credentials of a
 * chained role; then the token is had without. Throws `console-refused`, `unexpected-answer`, `network`.
 */
export async function requestSigninToken(asked: SigninTokenRequest): Promise<SigninToken> {
  const { durationSeconds } = asked
  const answer = await post(asked, durationSeconds)
  if (answer.status !== 400 || durationSeconds === undefined) {
    return { token: tokenOf(answer, asked), isDurationRefused: false }
  }
  return { token: tokenOf(await post(asked, undefined), asked), isDurationRefused: true }
}

function post(asked: SigninTokenRequest, durationSeconds: number | undefined): Promise<HttpAnswer> {
  const { federation, credentials, http, signal } = asked
  const session = {
    sessionId: credentials.accessKeyId,
    sessionKey: credentials.secretAccessKey.reveal(),
    sessionToken: credentials.sessionToken.reveal(),
  }
  const form = new URLSearchParams({ Action: 'getSigninToken', Session: JSON.stringify(session) })
  if (durationSeconds !== undefined) form.set('SessionDuration', String(durationSeconds))
  return requestWithRetries(http, {
    operation: 'getSigninToken',
    method: 'POST',
    url: federation,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
    body: form.toString(),
    signal,
  })
}

function tokenOf(answer: HttpAnswer, { federation, profile }: SigninTokenRequest): Secret {
  const { status } = answer
  // Its refusals come as pages; they say no more than their status.
  if (status >= 400 && status < 500 && status !== 429) {
    throw new PoolkeyError('console-refused', { host: federation.host, status, profile })
  }
  const origin = { host: federation.host, operation: 'getSigninToken' }
  const token = parseJsonAnswer(answer, origin)['SigninToken']
  if (typeof token === 'string' && token !== '') return new Secret(token)
  throw notTheProtocol(answer, origin, 'SigninToken is missing')
}
