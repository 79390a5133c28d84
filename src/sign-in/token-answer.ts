/** Reads what the user pool's OAuth endpoints and key document answer, and tells the protocol's refusals from everything else. */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { ErrorFacts } from '../errors/poolkey-error.ts'
import { redact } from '../errors/redact.ts'
import { notTheProtocol, parseJsonAnswer, unexpectedAnswer } from '../http/json-answer.ts'
import type { AnswerOrigin } from '../http/json-answer.ts'
import type { HttpAnswer } from '../http/one-request.ts'
import { isJsonObject, parseJsonObject } from '../json-object.ts'
import { Secret } from '../secret.ts'

/** A token set as the endpoint handed it out; nothing in it is verified. `expiresInSeconds` is the access token's. */
export interface TokenAnswer {
  idToken: Secret
  accessToken: Secret
  refreshToken: Secret | undefined
  expiresInSeconds: number
}

/** What can be told of an answer before any of it is judged; undefined is what it does not tell. `sub` and `issuer` are the ID token's. */
export interface ReceivedTokens {
  refreshToken: Secret | undefined
  sub: string | undefined
  issuer: string | undefined
}

/** What was asked for, and with which secrets: an endpoint that quotes its input must not put them into an error. */
export interface Asked {
  grant: ErrorFacts['token-refused']['grant']
  secrets: readonly Secret[]
}

/**
 * The tokens of a 200. Throws `token-refused` for the protocol's own errors, `id-token-invalid` when the ID token is
 * missing (the scope openid was not granted), else `unexpected-answer`.
 */
export function parseTokenAnswer(answer: HttpAnswer, asked: Asked, origin: AnswerOrigin): TokenAnswer {
  refuseUnlessSuccess(answer, asked, origin)
  const body = parseJsonAnswer(answer, origin)
  const accessToken = body['access_token']
  const idToken = body['id_token']
  const refreshToken = body['refresh_token']
  const expiresIn = body['expires_in']
  const tokenType = body['token_type']

  if (!isText(accessToken)) throw notTheProtocol(answer, origin, 'access_token is missing')
  // As RFC 6750 2.1 writes it: it ends up in a header.
  if (!/^[\w.~+/-]+=*$/.test(accessToken))
    throw notTheProtocol(answer, origin, 'access_token is no bearer token')
  if (typeof tokenType !== 'string' || tokenType.toLowerCase() !== 'bearer') {
    throw notTheProtocol(answer, origin, 'token_type is not Bearer')
  }
  if (typeof expiresIn !== 'number' || !Number.isSafeInteger(expiresIn) || expiresIn <= 0) {
    throw notTheProtocol(answer, origin, 'expires_in is not a positive number')
  }
  if (refreshToken !== undefined && !isText(refreshToken)) {
    throw notTheProtocol(answer, origin, 'refresh_token is not a text')
  }
  if (idToken === undefined) {
    throw new PoolkeyError('id-token-invalid', {
      check: 'presence',
      expected: 'an ID token: the scope openid',
    })
  }
  if (!isText(idToken)) throw notTheProtocol(answer, origin, 'id_token is not a text')
  return {
    idToken: new Secret(idToken),
    accessToken: new Secret(accessToken),
    refreshToken: refreshToken === undefined ? undefined : new Secret(refreshToken),
    expiresInSeconds: expiresIn,
  }
}

/** What a 200 hands over, however odd the rest of it is. Never throws, verifies nothing. */
export function decodeReceived({ status, body }: HttpAnswer): ReceivedTokens {
  const tokens = status === 200 ? parseJsonObject(body.toString('utf8')) : undefined
  return received(tokens?.['refresh_token'], tokens?.['id_token'])
}

/** The same of what GetTokensFromRefreshToken answers. */
export function decodeReceivedByApi({ status, body }: HttpAnswer): ReceivedTokens {
  const result = status === 200 ? parseJsonObject(body.toString('utf8'))?.['AuthenticationResult'] : undefined
  return isJsonObject(result) ? received(result['RefreshToken'], result['IdToken']) : received()
}

function received(refreshToken?: unknown, idToken?: unknown): ReceivedTokens {
  const payload = isText(idToken) ? (idToken.split('.')[1] ?? '') : ''
  const { sub, iss } = parseJsonObject(Buffer.from(payload, 'base64url').toString('utf8')) ?? {}
  return {
    refreshToken: isText(refreshToken) ? new Secret(refreshToken) : undefined,
    sub: isText(sub) ? sub : undefined,
    issuer: isText(iss) ? iss : undefined,
  }
}

/** Accepts a 200 and throws `token-refused` for {"error": ...} with 400 or 401 (RFC 6749 5.2), else `unexpected-answer`. */
export function refuseUnlessSuccess(answer: HttpAnswer, asked: Asked, origin: AnswerOrigin): void {
  const { status } = answer
  if (status === 200) return
  if (status === 400 || status === 401) {
    const body = parseJsonObject(answer.body.toString('utf8'))
    const error = body?.['error']
    const description = body?.['error_description']
    if (isText(error)) {
      throw new PoolkeyError('token-refused', {
        grant: asked.grant,
        error: quotable(error, asked),
        ...(isText(description) ? { description: quotable(description, asked) } : {}),
        status,
      })
    }
  }
  throw unexpectedAnswer(answer, origin)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

// Secrets go first: of one that is cut in two, the rest would not be found.
function quotable(text: string, { secrets }: Asked): string {
  const safe = redact(text, secrets)
  return safe.length <= 500 ? safe : `${safe.slice(0, 500)}…`
}
