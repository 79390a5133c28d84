import { obtainAccessToken } from '../../broker/access-token.ts'
import { obtainSession } from '../../broker/session.ts'
import { jsonLine } from '../../errors/plain-text.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { tokenLine } from '../../outlets/token-line.ts'
import { openAttendedBroker } from '../credentials/attended-broker.ts'
import type { Needs } from '../context.ts'

export interface TokenOptions {
  access?: boolean
  header?: boolean
  claims?: boolean
}

/** Prints the ID token, or the access token: for APIs that ask for one, such as behind API Gateway. */
export async function token(
  context: Needs<'terminal' | 'profiles' | 'openBroker'>,
  options: TokenOptions,
): Promise<number> {
  const { access = false, header = false, claims = false } = options
  if (claims && (access || header)) {
    throw new PoolkeyError('usage', {
      problem: '--claims prints what the ID token says, and no token',
      fix: 'leave out --access and --header',
    })
  }
  const profile = await context.profiles.read()
  // Before anybody is told to sign in, which would not help.
  if (!profile.signIn) throw new PoolkeyError('no-token', { profile: profile.name })
  const broker = await openAttendedBroker(context, profile)
  if (claims) {
    context.terminal.answer(`${jsonLine((await obtainSession(broker)).claims.raw)}\n`)
    return 0
  }
  const found = access ? await obtainAccessToken(broker) : (await obtainSession(broker)).idToken
  const { terminal } = context
  if (terminal.isAnswerShown)
    terminal.label('warning', 'a token on the screen is good for whoever sees it, until it expires')
  terminal.answer(tokenLine(found, { asHeader: header }))
  return 0
}
