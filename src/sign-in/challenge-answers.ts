/** Has each challenge of a sign-in answered, by the person or with the password. */
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import type { SignInSettings } from '../profile/profile.ts'
import type { Secret } from '../secret.ts'
import {
  canSetUpApp,
  CODE_CHALLENGES,
  customParameters,
  optionsOf,
  otpauthUrl,
  requiredAttributes,
} from './challenge-questions.ts'
import type { Question } from './challenge-questions.ts'
import { passwordClaimSignature, srpTimestamp } from './srp.ts'
import type { SrpAttempt } from './srp.ts'
import type { AuthAnswer, Challenge, Parameters, UserPoolClient } from './user-pool-api.ts'

// Contract section 7: a wrong code is asked again, three times in all.
const MOST_TRIES = 3
// Refusals of an answer after which the same session takes another.
const WRONG_CODES = ['CodeMismatchException', 'EnableSoftwareTokenMFAException']
const WRONG_PASSWORDS = ['InvalidPasswordException', 'PasswordHistoryPolicyViolationException']

/** Who signs in, and who is asked. */
export interface Conversation {
  signIn: SignInSettings
  username: string
  client: UserPoolClient
  /** Asks the person. Throws what ends the sign-in where nobody can be asked. */
  ask: (question: Question, signal: AbortSignal) => Promise<Secret>
  /** Told of a refusal before the question is put once more. */
  onWrong: (refusal: { name: string; message: string }) => void
  signal: AbortSignal
  now: () => number
}

/** A sign-in under way. */
export interface Way extends Conversation {
  /** What the pool knows the person by; until it has told that, `username`. */
  name: string
  attempt: SrpAttempt
  password: Secret
}

/** Has one challenge answered. */
export async function meet(way: Way, challenge: Challenge): Promise<AuthAnswer> {
  const { ask, signal } = way
  const respond = (responses: Parameters) =>
    way.client.respond({ to: challenge, username: way.name, responses, signal })
  const by = CODE_CHALLENGES.get(challenge.name)
  if (by !== undefined) {
    const destination = challenge.parameters['CODE_DELIVERY_DESTINATION']
    // An app shows another soon; what was sent is sent once only.
    const isWrong = by === 'app' ? [...WRONG_CODES, 'ExpiredCodeException'] : WRONG_CODES
    return untilRight(way, isWrong, async () =>
      respond({ [`${challenge.name}_CODE`]: await ask({ kind: 'code', by, destination }, signal) }),
    )
  }
  switch (challenge.name) {
    case 'PASSWORD_VERIFIER':
      return respond(proofFor(way, challenge))
    case 'NEW_PASSWORD_REQUIRED':
      return changePassword(way, challenge, respond)
    case 'SELECT_MFA_TYPE':
    case 'SELECT_CHALLENGE':
      return choose(way, challenge, respond)
    case 'CUSTOM_CHALLENGE':
      return respond({
        ANSWER: await ask({ kind: 'custom', parameters: customParameters(challenge) }, signal),
      })
    case 'MFA_SETUP':
      return setUpApp(way, challenge)
    default:
      throw unanswerable(challenge.name)
  }
}

function proofFor(way: Way, challenge: Challenge): Parameters {
  const { parameters } = challenge
  const timestamp = srpTimestamp(new Date(way.now()))
  const secretBlock = parameters['SECRET_BLOCK'] ?? ''
  const signature = passwordClaimSignature(
    way.attempt,
    {
      userId: way.name,
      saltHex: parameters['SALT'] ?? '',
      srpB: parameters['SRP_B'] ?? '',
      secretBlock,
    },
    { userPoolId: way.signIn.userPoolId, password: way.password, timestamp, host: way.signIn.userPoolId },
  )
  return {
    PASSWORD_CLAIM_SIGNATURE: signature,
    PASSWORD_CLAIM_SECRET_BLOCK: secretBlock,
    TIMESTAMP: timestamp,
  }
}

async function changePassword(
  way: Way,
  challenge: Challenge,
  respond: (responses: Parameters) => Promise<AuthAnswer>,
): Promise<AuthAnswer> {
  const { ask, signal } = way
  const attributes: Parameters = {}
  for (const name of requiredAttributes(challenge))
    attributes[`userAttributes.${name}`] = await ask({ kind: 'attribute', name }, signal)
  return untilRight(way, WRONG_PASSWORDS, async () =>
    respond({ ...attributes, NEW_PASSWORD: await ask({ kind: 'new-password' }, signal) }),
  )
}

async function choose(
  way: Way,
  challenge: Challenge,
  respond: (responses: Parameters) => Promise<AuthAnswer>,
): Promise<AuthAnswer> {
  const options = optionsOf(challenge)
  if (options.length === 0) throw unanswerable(challenge.available[0] ?? challenge.name)
  const answer = await way.ask({ kind: 'choice', options }, way.signal)
  return respond({
    ANSWER: answer,
    ...(challenge.name === 'SELECT_CHALLENGE' ? { SRP_A: way.attempt.srpA } : {}),
  })
}

/** Sets an authenticator app up, and goes on with that as the second factor. */
async function setUpApp(way: Way, challenge: Challenge): Promise<AuthAnswer> {
  const { client, signal, ask, username, name } = way
  if (!canSetUpApp(challenge) || !challenge.session) throw unanswerable(challenge.name)
  const { secretCode, session } = await client.associateSoftwareToken({ session: challenge.session, signal })
  const secret = secretCode.reveal()
  const issuer = `Cognito ${way.signIn.userPoolId}`
  const question = { kind: 'app-code', secret, otpauthUrl: otpauthUrl(secret, { issuer, username }) } as const
  const verified = await untilRight(way, WRONG_CODES, async () =>
    client.verifySoftwareToken({ session, code: await ask(question, signal), signal }),
  )
  return client.respond({
    to: { name: 'MFA_SETUP', session: verified },
    username: name,
    responses: {},
    signal,
  })
}

/** Lets a wrong answer be given again, three times in all. */
async function untilRight<T>(way: Way, wrong: string[], answer: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await answer()
    } catch (error) {
      const isWrong = isPoolkeyError(error, 'service-refused') && wrong.includes(error.facts.name)
      if (!isWrong || tries === MOST_TRIES) throw error
      way.onWrong(error.facts)
    }
  }
}

/** The error for a challenge that no terminal can answer. */
export function unanswerable(challenge: string): PoolkeyError {
  return new PoolkeyError('challenge-unanswerable', { challenge })
}
