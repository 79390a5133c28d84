import type { Credentials } from '../exchange/credentials.ts'

/** The answer of `credential_process`: one JSON object and a newline (AWS CLI user guide, "Sourcing credentials with an external process"). */
export function processJson(credentials: Credentials): string {
  const { accessKeyId, secretAccessKey, sessionToken, expiration, accountId } = credentials
  const answer = {
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey.reveal(),
    SessionToken: sessionToken.reveal(),
    Expiration: secondsOf(expiration),
    ...(accountId === undefined ? {} : { AccountId: accountId }),
  }
  return `${JSON.stringify(answer)}\n`
}

/** `YYYY-MM-DDTHH:MM:SSZ`: the form that every SDK reads. */
export function secondsOf(instant: Date): string {
  return instant.toISOString().replace(/\.\d+Z$/, 'Z')
}
