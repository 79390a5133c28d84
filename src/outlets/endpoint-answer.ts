/** What the endpoint answers, as text. Pure. The names are the SDKs' for container credentials. */
import { explainError } from '../errors/catalogue.ts'
import { isOurs } from '../errors/poolkey-error.ts'
import type { Credentials } from '../exchange/credentials.ts'
import type { Profile } from '../profile/profile.ts'
import { secondsOf } from './process-json.ts'

/** Credentials as `ContainerProvider` of botocore and `fromHttp` of the JS SDK read them: `Token`, not `SessionToken`. */
export function containerJson(credentials: Credentials): string {
  const { accessKeyId, secretAccessKey, sessionToken, expiration, accountId } = credentials
  return JSON.stringify({
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey.reveal(),
    Token: sessionToken.reveal(),
    Expiration: secondsOf(expiration),
    ...(accountId === undefined ? {} : { AccountId: accountId }),
  })
}

/** Why there are none, to who has the token. Of what is no error of ours nothing is told: anything may hang on it. */
export function failureJson(error: unknown, profile: Profile): { status: 500 | 503; body: string } {
  if (!isOurs(error)) {
    return { status: 500, body: JSON.stringify({ Code: 'bug', Message: 'poolkey failed' }) }
  }
  const { what, fix } = explainError(error, profile)
  const message = fix === undefined ? what : `${what}; ${fix}`
  return { status: 503, body: JSON.stringify({ Code: error.code, Message: message }) }
}
