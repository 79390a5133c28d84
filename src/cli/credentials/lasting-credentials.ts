import { obtainCredentials } from '../../broker/credentials.ts'
import type { CredentialsWish } from '../../broker/credentials.ts'
import type { Credentials } from '../../exchange/credentials.ts'
import type { Profile } from '../../profile/profile.ts'
import { openAttendedBroker } from './attended-broker.ts'
import type { Needs } from '../context.ts'
import { readCredentialsProfile } from './credentials-profile.ts'

/** What commands take that hand out credentials which nobody renews where they go. */
export interface LastingOptions {
  /** A one-off `cognito_role_arn`. */
  role?: string
  /** Seconds; half their life unless given. */
  minLife?: number
}

/** What `--min-life`, in seconds, asks of credentials that are not renewed where they go. */
export function lastingWish(minLife: number | undefined): CredentialsWish {
  return { minLife: minLife === undefined ? 'half' : minLife * 1000 }
}

/** Credentials for who cannot have them refreshed, with at least `minLife` left. */
export async function obtainLastingCredentials(
  context: Needs<'profiles' | 'openBroker'>,
  { role, minLife }: LastingOptions,
): Promise<{ profile: Profile; credentials: Credentials }> {
  const profile = await readCredentialsProfile(context, role)
  const broker = await openAttendedBroker(context, profile)
  const { credentials } = await obtainCredentials(broker, lastingWish(minLife))
  return { profile, credentials }
}
