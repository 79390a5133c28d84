/** The servers' clock: how far it is ahead of ours, and what time it shows. */
import { uptime } from 'node:os'
import { localPlatform } from '../vault/lock-platform.ts'
import type { Broker, BrokerClock, Machine } from './broker.ts'
import type { ClockReading } from './clock-reading.ts'

// Below this a difference between the clocks is the time a request takes, not a clock that is off.
const NOISE_MS = 5_000
// Clocks drift, and are slewed.
const STEADY_WITHIN_MS = 60_000

/** How far the servers' clock is ahead of ours, as measured in this run; 0 where it is only noise, or not measured. */
export function clockSkewMs(broker: BrokerClock): number {
  const measured = broker.http.clockSkewMs() ?? 0
  return Math.abs(measured) < NOISE_MS ? 0 : Math.round(measured)
}

/**
 * The instant by the servers' clock. A remembered difference counts as long as our clock has gone on by as much as the
 * machine has been up; else it was set since, or the machine restarted, and the instant is the latest that it may be. So a
 * clock that was set right makes things look older, never fresher, and one that is steadily wrong costs at most a renewal
 * a restart.
 */
export function serverTime(broker: BrokerClock, remembered?: ClockReading): Date {
  const now = broker.now()
  if (broker.http.clockSkewMs() !== undefined) return new Date(now + clockSkewMs(broker))
  if (remembered === undefined || remembered.clockSkewMs === 0) return new Date(now)
  const { boot } = remembered
  const { bootId, uptimeMs } = machineOf(broker)
  const byClock = now + remembered.clockSkewMs
  const byUptime = boot !== undefined && boot.id === bootId ? boot.at.getTime() + uptimeMs : -Infinity
  const isSteady = Math.abs(byClock - byUptime) < STEADY_WITHIN_MS
  return new Date(Math.max(byClock, byUptime, isSteady ? -Infinity : now))
}

/** What to remember of the clocks from now on: this run's reading, or the one from before if nothing was measured. */
export function readClock(broker: Broker, remembered?: ClockReading): ClockReading {
  if (broker.http.clockSkewMs() === undefined) {
    return { clockSkewMs: remembered?.clockSkewMs ?? 0, boot: remembered?.boot }
  }
  const { bootId, uptimeMs } = machineOf(broker)
  const at = new Date(serverTime(broker).getTime() - uptimeMs)
  return { clockSkewMs: clockSkewMs(broker), boot: bootId === undefined ? undefined : { id: bootId, at } }
}

function machineOf(broker: BrokerClock): Machine {
  return broker.machine?.() ?? { bootId: localPlatform().self.bootId, uptimeMs: uptime() * 1000 }
}
