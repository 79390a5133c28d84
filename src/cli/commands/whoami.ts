import { obtainCredentials } from '../../broker/credentials.ts'
import { obtainSession } from '../../broker/session.ts'
import { jsonLine } from '../../errors/plain-text.ts'
import { openAttendedBroker } from '../credentials/attended-broker.ts'
import type { Needs } from '../context.ts'
import { readCredentialsProfile } from '../credentials/credentials-profile.ts'
import { table } from '../texts/words.ts'

export interface WhoamiOptions {
  role?: string
  json?: boolean
}

/** Who AWS says the credentials are (GetCallerIdentity), beside who signed in. */
export async function whoami(
  context: Needs<'terminal' | 'profiles' | 'openBroker'>,
  options: WhoamiOptions,
): Promise<number> {
  const profile = await readCredentialsProfile(context, options.role)
  const isGuest = profile.signIn === undefined
  const broker = await openAttendedBroker(context, profile)
  const { credentials } = await obtainCredentials(broker)
  const sts = await broker.clients.securityToken()
  const caller = await sts.requestCallerIdentity({ credentials, signal: broker.signal })
  const claims = isGuest ? undefined : (await obtainSession(broker)).claims
  if (options.json === true) {
    const answer = { version: 1, profile: profile.name, ...caller, ...(claims ? { claims: claims.raw } : {}) }
    context.terminal.answer(`${jsonLine(answer)}\n`)
    return 0
  }
  context.terminal.answer(
    table([
      ['Profile', profile.name],
      ['Signed in', claims ? (claims.email ?? claims.username ?? claims.sub) : 'nobody (guest)'],
      ...(claims && claims.groups.length > 0
        ? [['Groups', claims.groups.join(', ')] satisfies [string, string]]
        : []),
      ['Account', caller.account],
      ['ARN', caller.arn],
      ['User ID', caller.userId],
    ]),
  )
  return 0
}
