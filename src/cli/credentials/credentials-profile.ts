import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Needs } from '../context.ts'
import type { ReadProfileOptions } from '../doors/profile-door.ts'

/** The profile, for a command that needs AWS credentials; `role` is a one-off `cognito_role_arn`. Throws `no-exchange`. */
export async function readCredentialsProfile(
  context: Needs<'profiles'>,
  role?: string,
  how?: ReadProfileOptions,
): Promise<Profile> {
  const profile = await context.profiles.read(role === undefined ? {} : { cognito_role_arn: role }, how)
  // Before anybody is told to sign in, which would not help.
  if (profile.exchange.kind === 'none') throw new PoolkeyError('no-exchange', { profile: profile.name })
  return profile
}
