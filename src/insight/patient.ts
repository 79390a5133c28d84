import type { Broker } from '../broker/broker.ts'
import type { Http } from '../http/http.ts'
import type { Profile } from '../profile/profile.ts'
import type { ConfigSources } from '../profile/profile-values.ts'
import type { Hop } from './hop.ts'
import type { ToolsAround } from './tools-check.ts'

/** Whom to examine. `chain` is the profile's, as `explain` draws it. */
export interface Patient {
  profile: Profile
  chain: Hop[]
  files: Required<ConfigSources>
  around: ToolsAround
  http: Http
  /** Throws `sign-in-required` where nobody ever signed in. */
  openBroker: () => Promise<Broker>
  /** Which store a new vault would have, if its key can be kept there. */
  probeStore: () => Promise<string>
  signal: AbortSignal
  /** Told which link is next. */
  onHop: (title: string) => void
}
