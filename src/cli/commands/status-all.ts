import { readAllSessions } from '../../broker/all-sessions.ts'
import { jsonLine } from '../../errors/plain-text.ts'
import type { Needs } from '../context.ts'
import { allSessionsText } from '../texts/status-text.ts'

/** Every session in the vault, and the credentials that profiles have from it; without any request. */
export async function statusOfAll(
  context: Needs<'terminal' | 'profiles' | 'vault' | 'now'>,
  options: { json?: boolean },
): Promise<number> {
  const { terminal } = context
  const profiles = await context.profiles.readAll()
  const vault = await context.vault.openIfThere()
  const clock = { now: context.now, http: { clockSkewMs: () => undefined } }
  const found = vault ? readAllSessions(vault, { profiles, clock }) : []
  const sessions = found.map(({ session }) => session)
  if (options.json === true) terminal.answer(`${jsonLine({ version: 1, sessions })}\n`)
  else if (found.length === 0) terminal.say('Nobody is signed in.')
  else terminal.answer(allSessionsText(found))
  return 0
}
