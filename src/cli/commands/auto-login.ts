import {
  beginAttempt,
  endAttempt,
  isSigningInByHand,
  isWanted,
  recallAttempt,
} from '../../broker/cool-down.ts'
import { sessionId } from '../../broker/entry-names.ts'
import { withBrokerLock } from '../../broker/locks.ts'
import { isSignedIn } from '../../broker/session.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Needs } from '../context.ts'
import { browserSignInOf, runSignIn } from '../sign-in/sign-in-dialog.ts'
import type { SignInContext } from '../sign-in/sign-in-dialog.ts'

// As long as `login` waits for a person, and a minute for everything else.
const TIMEOUT_SECONDS = 300
const DEADLINE_SECONDS = TIMEOUT_SECONDS + 60
const LOOK_MS = 250

/** The sign-in that credential processes wait for (`cognito_auto_login`), in a process of its own: nobody sees its output. */
export async function autoLogin(
  context: SignInContext & Needs<'profiles' | 'openBroker' | 'now'>,
): Promise<number> {
  const startedAt = context.now()
  const profile = await context.profiles.read({}, { neverAsks: true })
  const signIn = browserSignInOf(profile)
  const broker = await context.openBroker({ profile, seconds: DEADLINE_SECONDS, create: true })
  await withBrokerLock(broker, { kind: 'login', id: sessionId(signIn) }, async () => {
    // Another may have come before, whose starter was killed.
    if (isSignedIn(broker) || recallAttempt(broker, signIn, startedAt)) return
    if (isSigningInByHand(broker, signIn)) return
    beginAttempt(broker, signIn)
    const stop = new AbortController()
    // Somebody signs in by hand, or with other settings: what waits here is in the way.
    const looking = setInterval(() => {
      if (!isWanted(broker, signIn)) stop.abort(new PoolkeyError('interrupted', { signal: 'SIGTERM' }))
    }, LOOK_MS)
    try {
      const options = { timeout: TIMEOUT_SECONDS, mustOpen: true, stop: stop.signal }
      await runSignIn({ context, broker, signIn, options })
    } catch (error) {
      if (!stop.signal.aborted) endAttempt(broker, signIn, error)
      throw error
    } finally {
      clearInterval(looking)
    }
  })
  return 0
}
