import type { Broker } from '../../broker/broker.ts'
import { obtainCredentials } from '../../broker/credentials.ts'
import { holderId, sessionId } from '../../broker/entry-names.ts'
import { keptGuestIdentity } from '../../broker/guest.ts'
import { isStillThere } from '../../broker/sealed-write.ts'
import { readSession } from '../../broker/stored-session.ts'
import type { Credentials } from '../../exchange/credentials.ts'
import { checkSectionName, writeSection } from '../../outlets/credentials-file.ts'
import { openAttendedBroker } from '../credentials/attended-broker.ts'
import type { Needs } from '../context.ts'
import { readCredentialsProfile } from '../credentials/credentials-profile.ts'
import { lastingWish } from '../credentials/lasting-credentials.ts'
import type { LastingOptions } from '../credentials/lasting-credentials.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { clockTime } from '../texts/words.ts'

export interface WriteOptions extends LastingOptions {
  to: string
}

/** Writes credentials into a section of the shared credentials file, for what reads nothing else. */
export async function write(
  context: Needs<'terminal' | 'profiles' | 'openBroker' | 'credentialsFile'>,
  options: WriteOptions,
): Promise<number> {
  const { terminal } = context
  const name = checkSectionName(options.to)
  const profile = await readCredentialsProfile(context, options.role)
  const broker = await openAttendedBroker(context, profile)
  const holder = holderId(profile)
  for (;;) {
    const before = whoseNow(broker)
    const { credentials } = await obtainCredentials(broker, lastingWish(options.minLife))
    // A guest may have come with these; whoever signed in meanwhile has not.
    const whose = profile.signIn ? before : (before ?? whoseNow(broker))
    // Whoever signs out wipes the session first and then waits for this file: it is not written after that.
    const isStillIt = () => whoseNow(broker) === whose
    const seen = { isWritten: false }
    const written = await context.credentialsFile.edit((files) => {
      seen.isWritten = isStillIt()
      if (!seen.isWritten) return files.credentialsText ?? ''
      const { region } = profile
      return writeSection(files, { name, profile: profile.name, holder, region, credentials })
    })
    if (seen.isWritten && isStillIt()) {
      say(terminal, { name, profile: profile.name, credentials, ...written })
      return 0
    }
    // This process slept while it wrote, and the sign-out passed by.
    if (seen.isWritten) await context.credentialsFile.removeWritten({ holder, name })
  }
}

function say(
  terminal: Terminal,
  done: { name: string; profile: string; credentials: Credentials; file: string; isOpen: boolean },
): void {
  const until = clockTime(done.credentials.expiration)
  terminal.say(`Wrote credentials of profile ${done.profile} into [${done.name}] of ${done.file}.`)
  terminal.say(`They are valid until ${until} and are not renewed: run this again before then.`)
  if (!done.isOpen) return
  terminal.label('warning', `other users of this machine may read ${done.file}; to keep them out: chmod 600`)
}

/** The sign-in or the guest in force, or what stands in its place; undefined where there is no guest, or no place to keep one. */
function whoseNow(broker: Broker): string | undefined {
  const { profile, vault } = broker
  if (!isStillThere(vault)) return undefined
  if (!profile.signIn) return keptGuestIdentity(broker)
  const stored = readSession(vault, sessionId(profile.signIn))
  // Credentials outlive a session that has ended, and not one that was signed out.
  return stored.state === 'active' ? stored.signInId : stored.state
}
