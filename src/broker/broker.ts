/** What the broker stands on: a profile, an open vault, and the ways to everything else. */
import type { ExchangeClients } from '../exchange/exchange.ts'
import type { Http } from '../http/http.ts'
import type { Profile } from '../profile/profile.ts'
import type { Secret } from '../secret.ts'

/** An open vault: where the sealed entries lie, and the key that opens them. */
export interface Vault {
  folder: string
  key: Buffer
  /** Where the key is kept, for people. */
  store: string
}

/** What the broker stands on: made once a command, by the wiring. */
export interface Broker {
  profile: Profile
  vault: Vault
  http: Http
  clients: ExchangeClients
  /** The app client's secret, as the environment gives it; else a sealed one counts (`clientSecretOf`). */
  clientSecret: Secret | undefined
  /** Milliseconds of this machine's clock. */
  now: () => number
  /** The system itself unless said. */
  machine?: () => Machine
  /** The one deadline everything takes: locks, requests, retries. */
  signal: AbortSignal
  /** How long other processes may still be waited for, in all, such that a request after it ends in time. 45 s a lock unless said. */
  patienceLeftMs?: () => number
  /** Loads what comes after a refresh, while the user pool works on it. */
  loadAhead?: () => void
  /** Told when another process is being waited for. */
  onWait?: (waiting: { what: string; pid: number | undefined }) => void
}

/** What tells the time by the servers' clock. */
export type BrokerClock = Pick<Broker, 'now' | 'machine'> & { http: Pick<Http, 'clockSkewMs'> }

/** How long this machine has been up, asleep or not; `bootId` names that start, where the system has a name for it. */
export interface Machine {
  bootId: string | undefined
  uptimeMs: number
}
