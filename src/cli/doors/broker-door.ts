/** The broker as the commands open it: a profile with its vault, its way to the network and a limit to all waiting. */
import type { Broker } from '../../broker/broker.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import { monotonicMs } from '../../monotonic.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Store } from '../../vault/vault-file.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { deadline } from './deadline.ts'
import { exchangeClientsOf, loadAhead } from './exchange-clients.ts'
import type { MeantProfile } from './meant-profile.ts'
import type { OpenHttp } from './network-door.ts'
import { PROMPT_SECONDS } from './vault-door.ts'
import type { VaultDoor } from './vault-door.ts'

/** For which profile a broker is opened, how long it may take, and who may be asked. */
export interface OpenBrokerOptions {
  profile: Profile
  /** Seconds for everything this command waits for. */
  seconds: number
  /** Makes the vault where there is none; else `sign-in-required`. */
  create?: boolean
  /** The store asked for with `--store`. */
  store?: Store
  /** A person may be asked: for the passphrase, or by the keychain, whose prompt may take a minute. */
  mayPrompt?: boolean
  /** What ends it in place of SIGINT, SIGTERM and SIGHUP, where the command answers those in its own way. */
  endsWith?: AbortSignal
  /** Says on the terminal when another process is being waited for. */
  announceWaits?: boolean
}

/** Opens brokers, and tells of the one last opened. */
export interface BrokerDoor {
  /** Throws `sign-in-required` where there is no vault and none is to be made, and what opening it throws. */
  open: (asked: OpenBrokerOptions) => Promise<Broker>
  /** How far the servers' clock is ahead, if the broker last opened has measured it. */
  clockSkewMs: () => number | undefined
}

// What a refresh begun at the last instant may take, and the shortest waits before it.
const REQUEST_MS = 16_000

/** Nothing is touched before a broker is opened. */
export function brokerDoor(around: {
  env: Record<string, string | undefined>
  now: () => number
  terminal: Pick<Terminal, 'say'>
  vault: VaultDoor
  openHttp: OpenHttp
  meant: MeantProfile
  interrupted: AbortSignal
}): BrokerDoor {
  const { env, now, terminal, vault, openHttp, meant, interrupted } = around
  let clockSkewMs: () => number | undefined = () => undefined
  const onWait = ({ pid }: { pid?: number | undefined }) => {
    terminal.say(`Waiting for another poolkey${pid === undefined ? '' : ` (process ${pid})`} ...`)
  }
  return {
    clockSkewMs: () => clockSkewMs(),
    async open(asked) {
      const { profile } = asked
      // What a person needs to type a passphrase, or to unlock a keychain, is not the command's time.
      const seconds = asked.mayPrompt === true ? PROMPT_SECONDS : asked.seconds
      let begunMs = monotonicMs()
      const end = asked.endsWith ?? interrupted
      const opening = AbortSignal.any([end, deadline(seconds)])
      const openedVault = await vault.open(asked, opening)
      if (asked.mayPrompt === true) begunMs = monotonicMs()
      const signal = asked.mayPrompt === true ? AbortSignal.any([end, deadline(asked.seconds)]) : opening
      if (!openedVault) throw new PoolkeyError('sign-in-required', { profile: profile.name, reason: 'none' })
      const http = openHttp(profile)
      const { givenClientSecret } = await import('../../broker/given-secret.ts')
      const isMeant = profile.name === (await meant.name())
      clockSkewMs = () => http.clockSkewMs()
      const clients = exchangeClientsOf(profile, http)
      return {
        ...{ profile, vault: openedVault, http, clients, now, signal },
        loadAhead: () => {
          loadAhead(profile, clients)
        },
        // It is one client's: where a command goes through all profiles, it is not sent to the others' pools.
        clientSecret: isMeant ? givenClientSecret(env) : undefined,
        patienceLeftMs: () => asked.seconds * 1000 - REQUEST_MS - (monotonicMs() - begunMs),
        ...(asked.announceWaits === true ? { onWait } : {}),
      }
    },
  }
}
