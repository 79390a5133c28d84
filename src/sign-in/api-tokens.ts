/** The tokens in an answer of the user pool's API. */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { AnswerOrigin } from '../http/json-answer.ts'
import { Secret } from '../secret.ts'
import type { TokenAnswer } from './token-answer.ts'

/** `AuthenticationResult`, as it came. */
interface AuthenticationResult {
  IdToken?: string | undefined
  AccessToken?: string | undefined
  RefreshToken?: string | undefined
  ExpiresIn?: number | undefined
  TokenType?: string | undefined
}

/** The tokens of a sign-in or a refresh; nothing in them is verified. Throws `unexpected-answer`. */
export function tokensOf(origin: AnswerOrigin, result: AuthenticationResult): TokenAnswer {
  const { IdToken, AccessToken, RefreshToken, ExpiresIn, TokenType } = result
  if (IdToken === undefined) throw incompleteAnswer(origin, 'IdToken')
  // As RFC 6750 2.1 writes it: it ends up in a header.
  if (AccessToken === undefined || !/^[\w.~+/-]+=*$/.test(AccessToken))
    throw incompleteAnswer(origin, 'AccessToken')
  if (TokenType?.toLowerCase() !== 'bearer') throw incompleteAnswer(origin, 'TokenType Bearer')
  if (ExpiresIn === undefined || !Number.isSafeInteger(ExpiresIn) || ExpiresIn <= 0)
    throw incompleteAnswer(origin, 'ExpiresIn')
  return {
    idToken: new Secret(IdToken),
    accessToken: new Secret(AccessToken),
    refreshToken: RefreshToken === undefined ? undefined : new Secret(RefreshToken),
    expiresInSeconds: ExpiresIn,
  }
}

/** The error for an answer that lacks a member. */
export function incompleteAnswer(origin: AnswerOrigin, name: string): PoolkeyError<'unexpected-answer'> {
  return new PoolkeyError('unexpected-answer', {
    ...origin,
    kind: 'not-the-protocol',
    detail: `the answer holds no ${name}`,
  })
}
