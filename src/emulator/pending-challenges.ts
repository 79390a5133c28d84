import { randomBytes, randomInt } from 'node:crypto'
import { notAuthorized } from './answer.ts'
import type { EmulatorUser, Factor } from './configuration.ts'
import type { ProofRequest } from './password-proof.ts'

/** A question that a sign-in through the API waits to have answered. */
export type Step =
  /** The first of USER_SRP_AUTH comes without a session: its secret block stands for one. */
  | { name: 'PASSWORD_VERIFIER'; proof: ProofRequest; goesOnTo: 'factors' | 'custom'; isFirst: boolean }
  | { name: 'NEW_PASSWORD_REQUIRED' }
  | { name: Factor | 'SMS_OTP'; code: string | undefined }
  | { name: 'SELECT_MFA_TYPE' }
  | { name: 'MFA_SETUP'; secret: string | undefined; isVerified: boolean }
  | { name: 'SELECT_CHALLENGE' }
  | { name: 'CUSTOM_CHALLENGE'; index: number }

/** A sign-in under way. `user` is undefined where somebody unknown is kept in the dark. */
export interface Pending {
  user: EmulatorUser | undefined
  step: Step
  wrongAnswers: number
}

/** A code that was sent to somebody: there is no mail and no telephone here. */
export interface SentCode {
  username: string
  by: 'SMS' | 'EMAIL'
  code: string
}

/** The sign-ins under way, by the session that the client hands back with each answer. */
export interface PendingChallenges {
  open(user: EmulatorUser | undefined, step: Step): string
  /** Throws the refusals of a session that is over or was never there. */
  find(session: unknown): Pending
  close(session: unknown): void
  /** Counts an answer that was wrong; the third ends the session. */
  countWrong(session: unknown): void
  send(user: EmulatorUser, by: SentCode['by']): string
}

// Cognito's default, AuthSessionValidity.
const LIFE_MS = 3 * 60_000
const MOST_WRONG_ANSWERS = 3

/** Starts with none; the codes that are sent are added to `sent`. */
export function createPendingChallenges(options: {
  now: () => number
  secretMark: () => string
  sent: SentCode[]
}): PendingChallenges {
  const { now, sent } = options
  const sessions = new Map<unknown, { pending: Pending; endsAt: number }>()
  return {
    open: (user, step) => {
      const session =
        step.name === 'PASSWORD_VERIFIER' && step.isFirst
          ? step.proof.parameters.SECRET_BLOCK
          : `${options.secretMark()}${randomBytes(300).toString('base64url')}`
      sessions.set(session, { pending: { user, step, wrongAnswers: 0 }, endsAt: now() + LIFE_MS })
      return session
    },
    find: (session) => {
      const found = sessions.get(session)
      if (!found) throw notAuthorized('Invalid session for the user, session can only be used once.')
      if (now() >= found.endsAt) throw notAuthorized('Invalid session for the user, session is expired.')
      return found.pending
    },
    close: (session) => {
      sessions.delete(session)
    },
    countWrong: (session) => {
      const found = sessions.get(session)
      if (!found) return
      found.pending.wrongAnswers += 1
      if (found.pending.wrongAnswers >= MOST_WRONG_ANSWERS) sessions.delete(session)
    },
    send: (user, by) => {
      const code = String(randomInt(1_000_000)).padStart(6, '0')
      sent.push({ username: user.username, by, code })
      return code
    },
  }
}
