import { rememberAttempt } from '../../broker/cool-down.ts'
import { sessionId } from '../../broker/entry-names.ts'
import { withBrokerLock } from '../../broker/locks.ts'
import { isSignedIn } from '../../broker/session.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { CommandContext } from '../context.ts'
import { browserSignInOf, runSignIn } from '../sign-in-dialog.ts'

// As long as `login` waits for a person, and a minute for everything else.
const TIMEOUT_SECONDS = 300
const DEADLINE_SECONDS = TIMEOUT_SECONDS + 60

/** The sign-in that credential processes wait for (`cognito_auto_login`), in a process of its own: nobody sees its output. */
export async function autoLogin(context: CommandContext): Promise<number> {
  const profile = await context.readProfile()
  const signIn = browserSignInOf(profile)
  const broker = await context.openBroker({ profile, seconds: DEADLINE_SECONDS, create: true })
  await withBrokerLock(broker, { kind: 'login', id: sessionId(signIn) }, async () => {
    if (isSignedIn(broker)) return
    // In case this process is killed: an attempt without an end counts as one that nobody finished.
    const { clientId, redirectUris } = signIn
    const unfinished = { seconds: TIMEOUT_SECONDS, clientId, redirectUri: redirectUris[0] ?? '' }
    rememberAttempt(broker, signIn, new PoolkeyError('sign-in-timeout', unfinished))
    try {
      await runSignIn({ context, broker, signIn, options: { timeout: TIMEOUT_SECONDS } })
    } catch (error) {
      rememberAttempt(broker, signIn, error)
      throw error
    }
  })
  return 0
}
