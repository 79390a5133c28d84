/**
 * Signing in with a password, in a terminal: SRP, of which the password never leaves the machine, and whatever the user
 * pool asks after it.
 */
import { randomBytes } from 'node:crypto'
import { isOurs, isPoolkeyError } from '../errors/poolkey-error.ts'
import { isWrongPassword } from '../errors/user-pool-causes.ts'
import type { Http } from '../http/http.ts'
import type { Secret } from '../secret.ts'
import type { SignedIn } from './browser-sign-in.ts'
import { meet, unanswerable } from './challenge-answers.ts'
import type { Conversation } from './challenge-answers.ts'
import { requestKeys, verifyIdToken } from './id-token.ts'
import { beginWithPassword } from './password-begin.ts'
import { createSrpAttempt, SECRET_NUMBER_BYTES, unprovableDevice } from './srp.ts'
import type { ApiTokens, AuthAnswer, Challenge } from './user-pool-api.ts'

/** A sign-in without a browser, and who is asked and told. */
export interface PasswordSignInOptions extends Conversation {
  http: Http
  /** Told that the pool keeps devices, and whether this one was taken: without that there is no refresh. */
  onDevice: (isTaken: boolean) => void
  /** How often the password may be asked for, which needs somebody who types it. */
  passwordTries: number
}

// Pools that ask on and on are not signed in to.
const MOST_CHALLENGES = 20
const SALT_BYTES = 16

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
  if (deviceKey !== undefined) await takeDevice(options, tokens.accessToken, deviceKey)
  return { tokens, claims, keys, byPassword: { deviceKey } }
}

/** Has the device confirmed. */
async function takeDevice(
  { client, signal, onDevice }: PasswordSignInOptions,
  accessToken: Secret,
  deviceKey: string,
): Promise<void> {
  const verifier = unprovableDevice(randomBytes(SECRET_NUMBER_BYTES), randomBytes(SALT_BYTES))
  try {
    await client.confirmDevice({ accessToken, deviceKey, verifier, signal })
    onDevice(true)
  } catch (error) {
    // The sign-in is good all the same, for as long as its tokens are: nobody is to answer everything again for this.
    if (signal.aborted || !isOurs(error)) throw error
    onDevice(false)
  }
}

/** From the password to the tokens; a wrong password is asked for again, and the whole begins anew. */
async function converse(
  options: PasswordSignInOptions,
  triesLeft = options.passwordTries,
): Promise<ApiTokens> {
  const attempt = createSrpAttempt(randomBytes(SECRET_NUMBER_BYTES))
  // Before anything is sent: a proof must follow its question within seconds.
  const password = await options.ask({ kind: 'password' }, options.signal)
  let way = { ...options, attempt, password, name: options.username }
  let answer: AuthAnswer = await beginWithPassword({ ...way, srpA: attempt.srpA })
  for (let challenges = 0; answer.kind === 'challenge'; challenges += 1) {
    if (challenges === MOST_CHALLENGES) throw unanswerable(answer.name)
    const challenge = answer
    way = { ...way, name: nameIn(challenge) ?? way.name }
    try {
      answer = await meet(way, challenge)
    } catch (error) {
      const mayBeWrong = challenge.name === 'PASSWORD_VERIFIER' && isPoolkeyError(error, 'service-refused')
      if (!mayBeWrong || !isWrongPassword(error.facts) || triesLeft <= 1) throw error
      options.onWrong(error.facts)
      return converse(options, triesLeft - 1)
    }
  }
  return answer
}

/** The name that the pool knows the person by: most questions after the password's go without it. */
function nameIn({ parameters }: Challenge): string | undefined {
  return parameters['USER_ID_FOR_SRP'] ?? parameters['USERNAME']
}
