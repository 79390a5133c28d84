import type { ExchangeClients } from '../exchange/exchange.ts'
import type { Http } from '../http.ts'
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
  /** The app client's secret, where it has one. */
  clientSecret: Secret | undefined
  /** Milliseconds of this machine's clock. */
  now: () => number
  /** The one deadline everything takes: locks, requests, retries. */
  signal: AbortSignal
  /** Told when another process is being waited for. */
  onWait?: (waiting: { what: string; pid: number | undefined }) => void
}

// Below this a difference between the clocks is the time a request takes, not a clock that is off.
const NOISE_MS = 5_000

/** How far the servers' clock is ahead of ours: as measured in this run, else as `remembered`; 0 where it is only noise. */
export function clockSkewMs(broker: Broker, remembered = 0): number {
  const measured = broker.http.clockSkewMs() ?? remembered
  return Math.abs(measured) < NOISE_MS ? 0 : Math.round(measured)
}

/** The instant by the servers' clock. */
export function serverTime(broker: Broker, rememberedSkewMs = 0): Date {
  return new Date(broker.now() + clockSkewMs(broker, rememberedSkewMs))
}
