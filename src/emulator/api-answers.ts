/** Answers to challenges: each is judged, and the next question or the tokens come back. */
import { randomBytes } from 'node:crypto'
import { notAuthorized, Refusal } from './answer.ts'
import { textOf } from './api-client.ts'
import type { ApiAnswer, TokenOperations } from './api-tokens.ts'
import type { EmulatorSettings, EmulatorUser, Factor } from './configuration.ts'
import { base32Of, isOneTimeCode } from './one-time-code.ts'
import { questionOf } from './api-questions.ts'
import { parseProofTime } from './password-proof.ts'
import type { Pending, PendingChallenges, Step } from './pending-challenges.ts'

type Input = Record<string, unknown>
type Responses = Record<string, string>
type StepNamed<N extends Step['name']> = Extract<Step, { name: N }>

/** The questions of a sign-in through the API, and what becomes of their answers. Each throws the service's refusals. */
export interface Answers {
  /** Puts a question, for which the answer holds a session. */
  ask(user: EmulatorUser | undefined, step: Step): ApiAnswer
  /** What comes after the first proof of who it is. */
  goOnWith(user: EmulatorUser, next: 'factors' | 'custom'): ApiAnswer
  take(input: Input, responses: Responses): ApiAnswer
  associateSoftwareToken(input: Input): ApiAnswer
  verifySoftwareToken(input: Input): ApiAnswer
}

const WRONG_PASSWORD = 'Incorrect username or password.'
// How far a proof's time may be from the pool's.
const PROOF_TOLERANCE_MS = 5 * 60_000

/** Judges by `settings` as they are at each answer; `proofOf` begins to have a password proved. */
export function createAnswers(options: {
  settings: EmulatorSettings
  now: () => number
  pending: PendingChallenges
  tokens: TokenOperations
  proofOf: (
    asked: { user: EmulatorUser | undefined; name: string; parameters: Responses },
    goesOnTo: 'factors' | 'custom',
  ) => Step
}): Answers {
  const { settings, now, pending, tokens, proofOf } = options

  function ask(user: EmulatorUser | undefined, step: Step): ApiAnswer {
    const session = pending.open(user, step)
    const isNamed = step.name !== 'PASSWORD_VERIFIER' || !step.isFirst
    return {
      body: {
        ChallengeName: step.name,
        ...(isNamed ? { Session: session } : {}),
        ...questionOf(settings, user, step),
      },
    }
  }

  function askFactor(user: EmulatorUser, name: Factor | 'SMS_OTP'): ApiAnswer {
    if (name === 'SOFTWARE_TOKEN_MFA') return ask(user, { name, code: undefined })
    return ask(user, { name, code: pending.send(user, name === 'EMAIL_OTP' ? 'EMAIL' : 'SMS') })
  }

  function goOnWith(user: EmulatorUser, next: 'factors' | 'custom'): ApiAnswer {
    if (next === 'custom')
      return settings.customChallenges.length === 0
        ? tokens.finish(user)
        : ask(user, { name: 'CUSTOM_CHALLENGE', index: 0 })
    if (user.mustChangePassword) return ask(user, { name: 'NEW_PASSWORD_REQUIRED' })
    const [factor, ...others] = user.factors ?? []
    if (others.length > 0) return ask(user, { name: 'SELECT_MFA_TYPE' })
    if (factor !== undefined) return askFactor(user, factor)
    if (settings.requireMfa) return ask(user, { name: 'MFA_SETUP', secret: undefined, isVerified: false })
    return tokens.finish(user)
  }

  function verifyPassword(
    session: string,
    { user, step }: { user: EmulatorUser | undefined; step: StepNamed<'PASSWORD_VERIFIER'> },
    responses: Responses,
  ): ApiAnswer {
    pending.close(session)
    const timestamp = textOf(responses, 'TIMESTAMP')
    const at = parseProofTime(timestamp)
    if (at === undefined)
      throw new Refusal(
        'InvalidParameterException',
        'TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.',
      )
    const isProof = step.proof.isProof({
      signature: textOf(responses, 'PASSWORD_CLAIM_SIGNATURE'),
      secretBlock: textOf(responses, 'PASSWORD_CLAIM_SECRET_BLOCK'),
      timestamp,
    })
    if (!isProof || !user || Math.abs(at - now()) > PROOF_TOLERANCE_MS) throw notAuthorized(WRONG_PASSWORD)
    switch (user.state) {
      case 'unconfirmed':
        throw new Refusal('UserNotConfirmedException', 'User is not confirmed.')
      case 'reset-required':
        throw new Refusal('PasswordResetRequiredException', 'Password reset required for the user')
      case 'disabled':
        throw notAuthorized('User is disabled.')
      case undefined:
        break
    }
    return goOnWith(user, step.goesOnTo)
  }

  function changePassword(session: string, user: EmulatorUser, responses: Responses): ApiAnswer {
    const password = textOf(responses, 'NEW_PASSWORD')
    if (password.length < 8) {
      throw new Refusal(
        'InvalidPasswordException',
        'Password does not conform to policy: Password not long enough',
      )
    }
    if (password === user.password)
      throw new Refusal('PasswordHistoryPolicyViolationException', 'Password has previously been used')
    for (const name of user.mustChangePassword?.requiredAttributes ?? []) {
      const value = responses[`userAttributes.${name}`]
      if (value === undefined)
        throw new Refusal('InvalidParameterException', `Invalid user attributes: ${name} is missing`)
      user.attributes = { ...user.attributes, [name]: value }
    }
    pending.close(session)
    user.password = password
    delete user.mustChangePassword
    return goOnWith(user, 'factors')
  }

  function checkCode(
    session: string,
    { user, step }: { user: EmulatorUser; step: Extract<Step, { code: string | undefined }> },
    responses: Responses,
  ): ApiAnswer {
    const given = textOf(responses, `${step.name}_CODE`)
    const isRight =
      step.code === undefined ? isOneTimeCode(given, user.totpSecret ?? '', now()) : given === step.code
    if (!isRight) {
      pending.countWrong(session)
      throw new Refusal('CodeMismatchException', 'Invalid code or auth state for the user.')
    }
    pending.close(session)
    return tokens.finish(user)
  }

  function selectFirst(user: EmulatorUser | undefined, responses: Responses): ApiAnswer {
    const answer = textOf(responses, 'ANSWER')
    if (answer === 'PASSWORD_SRP')
      return ask(
        user,
        proofOf({ user, name: textOf(responses, 'USERNAME'), parameters: responses }, 'factors'),
      )
    if (user && (answer === 'EMAIL_OTP' || answer === 'SMS_OTP')) return askFactor(user, answer)
    throw new Refusal('InvalidParameterException', 'Challenge is not available.')
  }

  function checkCustom(
    session: string,
    { user, step }: { user: EmulatorUser; step: StepNamed<'CUSTOM_CHALLENGE'> },
    responses: Responses,
  ): ApiAnswer {
    const isRight = textOf(responses, 'ANSWER') === settings.customChallenges[step.index]?.answer
    pending.close(session)
    // What a wrong answer leads to is the trigger's decision; this one ends the sign-in.
    if (!isRight) throw notAuthorized(WRONG_PASSWORD)
    const index = step.index + 1
    if (settings.customChallenges[index]) return ask(user, { name: 'CUSTOM_CHALLENGE', index })
    return tokens.finish(user)
  }

  function take(input: Input, responses: Responses): ApiAnswer {
    const isFirstProof = input['ChallengeName'] === 'PASSWORD_VERIFIER' && input['Session'] === undefined
    const session = isFirstProof ? textOf(responses, 'PASSWORD_CLAIM_SECRET_BLOCK') : textOf(input, 'Session')
    const { user, step } = pending.find(session)
    if (input['ChallengeName'] !== step.name)
      throw new Refusal('InvalidParameterException', 'Challenge name does not match the session.')
    if (step.name === 'PASSWORD_VERIFIER') return verifyPassword(session, { user, step }, responses)
    if (step.name === 'SELECT_CHALLENGE') {
      pending.close(session)
      return selectFirst(user, responses)
    }
    if (!user) throw notAuthorized(WRONG_PASSWORD)
    // Who chose a code as the first factor was never told the name; of all others AWS wants it, and no alias.
    if (step.name !== 'EMAIL_OTP' && step.name !== 'SMS_OTP' && responses['USERNAME'] !== user.username)
      throw notAuthorized('Invalid session for the user.')
    switch (step.name) {
      case 'NEW_PASSWORD_REQUIRED':
        return changePassword(session, user, responses)
      case 'SELECT_MFA_TYPE': {
        const chosen = user.factors?.find((one) => one === responses['ANSWER'])
        if (!chosen) throw new Refusal('InvalidParameterException', 'Invalid MFA type.')
        pending.close(session)
        return askFactor(user, chosen)
      }
      case 'MFA_SETUP':
        if (!step.isVerified)
          throw new Refusal('InvalidParameterException', 'Software token is not verified.')
        pending.close(session)
        return tokens.finish(user)
      case 'CUSTOM_CHALLENGE':
        return checkCustom(session, { user, step }, responses)
      case 'SMS_MFA':
      case 'SMS_OTP':
      case 'EMAIL_OTP':
      case 'SOFTWARE_TOKEN_MFA':
        return checkCode(session, { user, step }, responses)
    }
  }

  function setupOf(input: Input): { session: string; user: EmulatorUser; step: StepNamed<'MFA_SETUP'> } {
    const session = textOf(input, 'Session')
    const { user, step }: Pending = pending.find(session)
    if (step.name === 'MFA_SETUP' && user) return { session, user, step }
    throw notAuthorized('Invalid session for the user.')
  }

  return {
    ask,
    goOnWith,
    take,
    associateSoftwareToken: (input) => {
      const { session, user } = setupOf(input)
      pending.close(session)
      const secret = base32Of(randomBytes(32))
      const next = pending.open(user, { name: 'MFA_SETUP', secret, isVerified: false })
      return { body: { SecretCode: secret, Session: next } }
    },
    verifySoftwareToken: (input) => {
      const { session, user, step } = setupOf(input)
      const { secret } = step
      if (secret === undefined || !isOneTimeCode(textOf(input, 'UserCode'), secret, now())) {
        pending.countWrong(session)
        throw new Refusal('EnableSoftwareTokenMFAException', 'Code mismatch')
      }
      pending.close(session)
      user.totpSecret = secret
      user.factors = ['SOFTWARE_TOKEN_MFA']
      const next = pending.open(user, { name: 'MFA_SETUP', secret, isVerified: true })
      return { body: { Status: 'SUCCESS', Session: next } }
    },
  }
}
