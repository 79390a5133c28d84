import type { Broker } from '../../broker/broker.ts'
import { obtainCredentials } from '../../broker/credentials.ts'
import { holderId, sessionId } from '../../broker/entry-names.ts'
import { readSession } from '../../broker/session.ts'
import type { Credentials } from '../../exchange/credentials.ts'
import { checkSectionName, writeSection } from '../../outlets/credentials-file.ts'
import type { CommandContext } from '../context.ts'
import { readCredentialsProfile } from '../credentials-profile.ts'
import { lastingWish, openAttendedBroker } from '../lasting-credentials.ts'
import type { LastingOptions } from '../lasting-credentials.ts'
import { clockTime } from '../words.ts'

export interface WriteOptions extends LastingOptions {
  to: string
}

/** Writes credentials into a section of the shared credentials file, for what reads nothing else. */
export async function write(context: CommandContext, options: WriteOptions): Promise<number> {
  const { terminal } = context
  const name = checkSectionName(options.to)
  const profile = await readCredentialsProfile(context, options.role)
  const broker = await openAttendedBroker(context, profile)
  for (;;) {
    const signInId = signInOf(broker)
    const { credentials } = await obtainCredentials(broker, lastingWish(options.minLife))
    const seen = { isStillIt: false }
    const written = await context.credentialsFile.edit((files) => {
      // Whoever signs out wipes the session first and then waits for this file: it is never written after that.
      seen.isStillIt = signInOf(broker) === signInId
      if (!seen.isStillIt) return files.credentialsText ?? ''
      return writeSection(files, { name, profile: profile.name, holder: holderId(profile), credentials })
    })
    if (!seen.isStillIt) continue
    say(terminal, { name, profile: profile.name, credentials, ...written })
    return 0
  }
}

function say(
  terminal: CommandContext['terminal'],
  done: { name: string; profile: string; credentials: Credentials; file: string; isOpen: boolean },
): void {
  const until = clockTime(done.credentials.expiration)
  terminal.say(`Wrote credentials of profile ${done.profile} into [${done.name}] of ${done.file}.`)
  terminal.say(`They are valid until ${until} and are not renewed: run this again before then.`)
  if (!done.isOpen) return
  terminal.label('warning', `other users of this machine may read ${done.file}; to keep them out: chmod 600`)
}

/** The sign-in in force; undefined for a guest, or when nobody is signed in. */
function signInOf({ profile, vault }: Broker): string | undefined {
  const stored = profile.signIn && readSession(vault, sessionId(profile.signIn))
  return stored?.state === 'active' ? stored.signInId : undefined
}
