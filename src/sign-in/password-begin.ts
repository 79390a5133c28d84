/** The beginning of every sign-in with a password: the first question of the user pool, and whether it would put one at all. */
import { randomBytes } from 'node:crypto'
import { isOurs, isPoolkeyError } from '../errors/poolkey-error.ts'
import type { PoolkeyError } from '../errors/poolkey-error.ts'
import { createSrpAttempt, SECRET_NUMBER_BYTES } from './srp.ts'
import type { AuthAnswer, Parameters, UserPoolClient } from './user-pool-api.ts'

/** By the first of the flows that the app client is allowed; each begins with the password. Throws what the requests throw. */
export async function beginWithPassword(asked: {
  client: UserPoolClient
  username: string
  srpA: string
  signal: AbortSignal
}): Promise<AuthAnswer> {
  const { client, username, srpA, signal } = asked
  const begun = (flow: 'USER_SRP_AUTH' | 'USER_AUTH' | 'CUSTOM_AUTH', parameters: Parameters) =>
    client.initiateAuth({ flow, username, parameters: { SRP_A: srpA, ...parameters }, signal })
  try {
    return await begun('USER_SRP_AUTH', {})
  } catch (error) {
    if (!isFlowRefused(error)) throw error
    for (const other of [
      () => begun('USER_AUTH', { PREFERRED_CHALLENGE: 'PASSWORD_SRP' }),
      () => begun('CUSTOM_AUTH', { CHALLENGE_NAME: 'SRP_A' }),
    ]) {
      try {
        return await other()
      } catch (next) {
        if (!isFlowRefused(next)) throw next
      }
    }
    throw error
  }
}

function isFlowRefused(error: unknown): boolean {
  return isPoolkeyError(error, 'service-refused') && error.facts.name === 'InvalidParameterException'
}

/** Whether the user pool's API begins a sign-in with a password; `error` is what it, or the network, said instead. */
export type PasswordVerdict = { kind: 'accepted' } | { kind: 'refused'; error: PoolkeyError }

// About the user, who is made up, or a trigger's word on them: the app client was let through.
const ABOUT_THE_USER = [
  'UserNotFoundException',
  'UserNotConfirmedException',
  'PasswordResetRequiredException',
  'UserLambdaValidationException',
]

/**
 * Begins a sign-in of a user who is made up, and answers nothing: nobody's password is tried, and nobody's failures are
 * counted. Throws what is not an answer: `interrupted`, `environment-invalid`.
 */
export async function checkPasswordWay(
  client: UserPoolClient,
  signal: AbortSignal,
): Promise<PasswordVerdict> {
  const { srpA } = createSrpAttempt(randomBytes(SECRET_NUMBER_BYTES))
  const username = `poolkey-check-${randomBytes(8).toString('hex')}`
  try {
    await beginWithPassword({ client, username, srpA, signal })
    return { kind: 'accepted' }
  } catch (error) {
    if (isPoolkeyError(error, 'service-refused') && ABOUT_THE_USER.includes(error.facts.name))
      return { kind: 'accepted' }
    if (isOurs(error) && ANSWERS.includes(error.code)) return { kind: 'refused', error }
    throw error
  }
}

const ANSWERS = ['service-refused', 'unexpected-answer', 'network', 'deadline-exceeded']
