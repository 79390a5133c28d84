import type { Broker } from '../../broker/broker.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Needs } from '../context.ts'

const DEADLINE_SECONDS = 50

/**
 * A broker for a command that a person waits for, who may be asked for what opens the vault. `seconds` are for all that the
 * command waits for. A guest's vault is made where there is none; else throws `sign-in-required`.
 */
export function openAttendedBroker(
  context: Needs<'openBroker'>,
  profile: Profile,
  seconds = DEADLINE_SECONDS,
): Promise<Broker> {
  return context.openBroker({
    profile,
    seconds,
    create: profile.signIn === undefined,
    announceWaits: true,
    mayPrompt: true,
  })
}
