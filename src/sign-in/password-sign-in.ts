/**
 * Signing in with a password, in a terminal: SRP, of which the password never leaves the machine, and whatever the user
 * pool asks after it.
 */
import { randomBytes } from 'node:crypto'
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import type { Http } from '../http/http.ts'
import type { SignInSettings } from '../profile/profile.ts'
import type { Secret } from '../secret.ts'
import type { SignedIn } from './browser-sign-in.ts'
import {
  canSetUpApp,
  CODE_CHALLENGES,
  customParameters,
  optionsOf,
  otpauthUrl,
  requiredAttributes,
} from './challenge-questions.ts'
import type { Question } from './challenge-questions.ts'
import { requestKeys, verifyIdToken } from './id-token.ts'
import { createSrpAttempt, passwordClaimSignature, SECRET_NUMBER_BYTES, srpTimestamp } from './srp.ts'
import type { SrpAttempt } from './srp.ts'
import type { ApiTokens, AuthAnswer, Challenge, Parameters, UserPoolClient } from './user-pool-api.ts'

export interface PasswordSignInOptions {
  signIn: SignInSettings
  username: string
  client: UserPoolClient
  http: Http
  /** Asks the person. Throws what ends the sign-in where nobody can be asked. */
  ask: (question: Question, signal: AbortSignal) => Promise<Secret>
  /** Told of a refusal before the question is put once more. */
  onWrong: (refusal: { name: string; message: string }) => void
  signal: AbortSignal
  now: () => number
}

// Contract section 7: a wrong code is asked again, three times in all.
const MOST_TRIES = 3
// Pools that ask on and on are not signed in to.
const MOST_CHALLENGES = 20
// Refusals of an answer after which the same session takes another.
const WRONG_ANSWERS = ['CodeMismatchException', 'EnableSoftwareTokenMFAException', 'InvalidPasswordException']

/**
 * One sign-in, from the password to a verified ID token. Throws `service-refused`, `challenge-unanswerable`, what the
 * requests throw, and what `ask` throws.
 */
export async function signInWithPassword(options: PasswordSignInOptions): Promise<SignedIn> {
  const { signIn, http, signal } = options
  const { tokens, deviceKey } = await converse(options)
  const { claims, keys } = await verifyIdToken({
    token: tokens.idToken,
    accessToken: tokens.accessToken,
    signIn,
    // There is no redirect that somebody could have answered in our place.
    nonce: undefined,
    knownKeys: undefined,
    fetchKeys: () => requestKeys({ issuer: signIn.issuer, http, signal }),
    now: new Date(options.now()),
  })
  return { tokens, claims, keys, byPassword: { deviceKey } }
}

async function converse(options: PasswordSignInOptions): Promise<ApiTokens> {
  const attempt = createSrpAttempt(randomBytes(SECRET_NUMBER_BYTES))
  // Before anything is sent: a proof must follow its question within seconds.
  const password = await options.ask({ kind: 'password' }, options.signal)
  let way = { ...options, attempt, password, name: options.username }
  let answer = await begin(way)
  for (let challenges = 0; answer.kind === 'challenge'; challenges += 1) {
    if (challenges === MOST_CHALLENGES) throw unanswerable(answer.name, options)
    way = { ...way, name: nameIn(answer) ?? way.name }
    answer = await meet(way, answer)
  }
  return answer
}

interface Way extends PasswordSignInOptions {
  /** What the pool knows the person by; until it has told that, `username`. */
  name: string
  attempt: SrpAttempt
  password: Secret
}

/** By the first of the flows that the app client is allowed; each begins with the password. */
async function begin({ client, username, attempt, signal }: Way): Promise<AuthAnswer> {
  const { srpA } = attempt
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

/** Has one challenge answered. */
async function meet(way: Way, challenge: Challenge): Promise<AuthAnswer> {
  const { ask, signal } = way
  const respond = (responses: Parameters) =>
    way.client.respond({ to: challenge, username: way.name, responses, signal })
  const by = CODE_CHALLENGES.get(challenge.name)
  if (by !== undefined) {
    const destination = challenge.parameters['CODE_DELIVERY_DESTINATION']
    return untilRight(way, async () =>
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
      throw unanswerable(challenge.name, way)
  }
}

/** The name that the pool knows the person by: most questions after the password's go without it. */
function nameIn({ parameters }: Challenge): string | undefined {
  return parameters['USER_ID_FOR_SRP'] ?? parameters['USERNAME']
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
  return untilRight(way, async () =>
    respond({ ...attributes, NEW_PASSWORD: await ask({ kind: 'new-password' }, signal) }),
  )
}

async function choose(
  way: Way,
  challenge: Challenge,
  respond: (responses: Parameters) => Promise<AuthAnswer>,
): Promise<AuthAnswer> {
  const options = optionsOf(challenge)
  if (options.length === 0) throw unanswerable(challenge.available[0] ?? challenge.name, way)
  const answer = await way.ask({ kind: 'choice', options }, way.signal)
  return respond({
    ANSWER: answer,
    ...(challenge.name === 'SELECT_CHALLENGE' ? { SRP_A: way.attempt.srpA } : {}),
  })
}

/** Sets an authenticator app up, and goes on with that as the second factor. */
async function setUpApp(way: Way, challenge: Challenge): Promise<AuthAnswer> {
  const { client, signal, ask, username, name } = way
  if (!canSetUpApp(challenge) || !challenge.session) throw unanswerable(challenge.name, way)
  const { secretCode, session } = await client.associateSoftwareToken({ session: challenge.session, signal })
  const secret = secretCode.reveal()
  const issuer = `Cognito ${way.signIn.userPoolId}`
  const question = { kind: 'app-code', secret, otpauthUrl: otpauthUrl(secret, { issuer, username }) } as const
  const verified = await untilRight(way, async () =>
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
async function untilRight<T>(way: Way, answer: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await answer()
    } catch (error) {
      const isWrong = isPoolkeyError(error, 'service-refused') && WRONG_ANSWERS.includes(error.facts.name)
      if (!isWrong || tries === MOST_TRIES) throw error
      way.onWrong(error.facts)
    }
  }
}

function unanswerable(challenge: string, { signIn }: PasswordSignInOptions): PoolkeyError {
  return new PoolkeyError('challenge-unanswerable', { challenge, hasDomain: signIn.domain !== undefined })
}
