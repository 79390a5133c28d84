/** The chain of a profile, link by link, from its settings alone. Pure. */
import type { Profile } from '../profile/profile.ts'
import type { ProfileOrigins } from '../profile/setting-origins.ts'
import { exchangeHops, toolsHop } from './exchange-hops.ts'
import type { Hop } from './hop.ts'
import { profileHop, signInHops } from './sign-in-hops.ts'

/** Every link that the profile needs, in the order in which they are passed. */
export function chainOf(profile: Profile, origins: ProfileOrigins): Hop[] {
  const hops = [
    profileHop(profile, origins),
    ...signInHops(profile, origins),
    ...exchangeHops(profile, origins),
  ]
  return [...hops, toolsHop(profile, origins, hops.at(-1))]
}
