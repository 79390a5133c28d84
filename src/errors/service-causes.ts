/**
 * What identity pools, STS and user pools mean by their errors. With its tables the only place that reads a service's text, and
 * only to explain: nothing is decided by it but what user-pool-causes.ts names. Texts and causes as observed; an unknown one is quoted as it came.
 */
import type { Profile } from '../profile/profile.ts'
import { IDENTITY_POOL_CAUSES } from './identity-pool-causes.ts'
import type { Cause, KnownCause } from './known-cause.ts'
import type { ErrorFacts } from './poolkey-error.ts'
import { SECURITY_TOKEN_CAUSES } from './security-token-causes.ts'
import { USER_POOL_CAUSES } from './user-pool-causes.ts'

/** The known cause of a refusal, with this profile's ids filled in; undefined when the text is not known. */
export function causeOf(
  refusal: ErrorFacts['service-refused'],
  profile: Profile | undefined,
): Cause | undefined {
  return knownCauseOf(refusal)?.explain(profile, refusal)
}

/** The entry of the tables that explains a refusal: the first that fits. */
export function knownCauseOf(refusal: ErrorFacts['service-refused']): KnownCause | undefined {
  const refused = refusal.name.replace(/Exception$/, '')
  return CAUSES[refusal.service].find(
    ({ name, operation, text }) =>
      name === refused &&
      (operation === undefined || operation === refusal.operation) &&
      (text === undefined || text.test(refusal.message)),
  )
}

const CAUSES: Record<ErrorFacts['service-refused']['service'], KnownCause[]> = {
  'identity pool': IDENTITY_POOL_CAUSES,
  STS: SECURITY_TOKEN_CAUSES,
  'user pool': USER_POOL_CAUSES,
}
