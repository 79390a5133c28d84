import type { Broker } from '../../broker/broker.ts'
import { sessionId } from '../../broker/entry-names.ts'
import { storeSignIn } from '../../broker/session.ts'
import { readSession } from '../../broker/stored-session.ts'
import type { SessionOnDisk } from '../../broker/stored-session.ts'
import { whoIs } from '../../broker/session-entry.ts'
import { revoke } from '../../broker/sign-out.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { SignedIn } from '../../sign-in/browser-sign-in.ts'
import type { Needs } from '../context.ts'
import { takeBackWritten } from '../sign-out/written-credentials.ts'

/** Stores a verified sign-in, unless that would replace somebody else's session without their leave. Throws `other-person`. */
export async function keepSignIn(parts: {
  context: Needs<'terminal' | 'credentialsFile'>
  broker: Broker
  signedIn: SignedIn
  yes: boolean
}): Promise<void> {
  const { context, broker, signedIn, yes } = parts
  const { signIn } = broker.profile
  const current = signIn ? readSession(broker.vault, sessionId(signIn)) : undefined
  if (current?.state === 'active' && isOfAnother(current, signedIn) && !yes) {
    const people = { current: whoIs(current.claims), next: whoIs(signedIn.claims) }
    const question = `${people.current} is signed in here. Replace that session with ${people.next}'s?`
    try {
      if (!(await context.terminal.confirm(question, broker.signal))) {
        throw new PoolkeyError('other-person', people)
      }
    } catch (error) {
      await dropTokens(broker, signedIn)
      throw error
    }
  }
  await storeSignIn(broker, signedIn)
  // Credentials of theirs that were kept are void by now; those that were written go, too.
  if (current && signIn && isOfAnother(current, signedIn))
    await takeBackWritten(context, { holder: sessionId(signIn) })
}

function isOfAnother(before: SessionOnDisk, { claims }: SignedIn): boolean {
  if (before.state === 'active') return before.claims.sub !== claims.sub
  return before.state === 'ended' && before.who !== whoIs(claims)
}

/** Revokes a sign-in that is not kept. Nobody holds its tokens from now on, so a failure leaves nothing to mend. */
async function dropTokens(broker: Broker, { tokens }: SignedIn): Promise<void> {
  if (tokens.refreshToken) await revoke(broker, tokens.refreshToken).catch(() => undefined)
}
