import { obtainCredentials } from '../broker/credentials.ts'
import type { Credentials } from '../exchange/credentials.ts'
import type { Profile } from '../profile/profile.ts'
import type { CommandContext } from './context.ts'
import { readCredentialsProfile } from './credentials-profile.ts'

export interface LastingOptions {
  /** A one-off `cognito_role_arn`. */
  role?: string
  /** Seconds; half their life unless given. */
  minLife?: number
}

const DEADLINE_SECONDS = 50

/** Credentials for who cannot have them refreshed, with at least `minLife` left; a person may be asked for what opens the vault. */
export async function obtainLastingCredentials(
  context: CommandContext,
  { role, minLife }: LastingOptions,
): Promise<{ profile: Profile; credentials: Credentials }> {
  const profile = await readCredentialsProfile(context, role)
  const broker = await context.openBroker({
    profile,
    seconds: DEADLINE_SECONDS,
    create: profile.signIn === undefined,
    announceWaits: true,
    mayPrompt: true,
  })
  const wish = { minLife: minLife === undefined ? ('half' as const) : minLife * 1000 }
  const { credentials } = await obtainCredentials(broker, wish)
  return { profile, credentials }
}
