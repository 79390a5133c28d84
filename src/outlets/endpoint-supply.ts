/**
 * Keeps credentials at hand for whoever asks often and waits for nobody: renewed ahead of time by a timer, given from
 * memory. A renewal that fails is tried again after pauses that grow, and at once when the vault has changed since, as by
 * a sign-in. It never begins a sign-in.
 */
import type { Standing, StandingCredentials } from '../broker/standing-credentials.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Credentials } from '../exchange/credentials.ts'
import { withinMs } from '../pause.ts'

/** Credentials at hand. */
export interface Supply {
  /** Credentials that live. Waits a little where there are none in memory. Throws why there are none. */
  get: () => Promise<Credentials>
  /** Begins nothing any more; gives the end of the renewal under way. Never rejects. */
  stop: () => Promise<void>
}

/** Whence the credentials come, and by which clock pauses are measured. */
export interface SupplyOptions {
  standing: StandingCredentials
  monotonicMs: () => number
  /** Told of the first failure after a success; `until` is when those at hand expire, if there are any. */
  onFailure: (error: Error, until: Date | undefined) => void
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
// A timer does not go on while the machine sleeps: it looks at the clock this often.
const LOOK_EVERY_MS = 30_000
// Where the time left is a fraction of a millisecond.
const SHORTEST_WAIT_MS = 100
// SDKs ask again after one or two seconds; a renewal goes on without them.
const PATIENCE_MS = 5_000

/** Begins with a renewal, or what is in the vault. Throws what that fails with. */
export async function startSupply({ standing, monotonicMs, onFailure }: SupplyOptions): Promise<Supply> {
  let underWay: Promise<void> | undefined
  let failure: { error: Error; count: number; untilMs: number; mark: string } | undefined
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  /** What lives, if anything does. What the vault says against it is thrown. */
  function living(): Standing | undefined {
    const found = standing.look()
    return found?.freshness === 'expired' ? undefined : found
  }

  function isPausing(): boolean {
    return failure !== undefined && monotonicMs() < failure.untilMs && standing.vaultMark() === failure.mark
  }

  /** One renewal at a time, whoever asks for it. Never rejects. */
  function renew(): Promise<void> {
    if (isStopped) return underWay ?? Promise.resolve()
    underWay ??= standing
      .renew()
      .then(
        () => {
          failure = undefined
        },
        (error: unknown) => {
          noteFailure(error instanceof Error ? error : new Error('thrown was no error'))
        },
      )
      .finally(() => {
        underWay = undefined
        schedule()
      })
    return underWay
  }

  function noteFailure(error: Error): void {
    const count = (failure?.count ?? 0) + 1
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 1))
    failure = {
      error,
      count,
      untilMs: monotonicMs() + pauseMs,
      mark: orNothing(() => standing.vaultMark()) ?? '',
    }
    if (count === 1 && !isStopped) onFailure(error, orNothing(living)?.credentials.expiration)
  }

  function schedule(): void {
    clearTimeout(timer)
    if (isStopped) return
    const found = orNothing(living)
    // Another process got some.
    if (found?.freshness === 'fresh') failure = undefined
    const waitMs = failure
      ? failure.untilMs - monotonicMs()
      : found?.freshness === 'fresh'
        ? found.dueInMs
        : 0
    timer = setTimeout(tick, Math.min(Math.max(waitMs, SHORTEST_WAIT_MS), LOOK_EVERY_MS))
  }

  function tick(): void {
    const isDue = orNothing(living)?.freshness !== 'fresh'
    if (isDue && !(orNothing(isPausing) ?? true)) void renew()
    else schedule()
  }

  async function get(): Promise<Credentials> {
    const found = living()
    if (found) {
      if (found.freshness !== 'fresh' && !isPausing()) void renew()
      return found.credentials
    }
    if (!isPausing()) await withinMs(PATIENCE_MS, renew())
    const after = living()
    if (after) return after.credentials
    throw (
      failure?.error ??
      new PoolkeyError('deadline-exceeded', { waitedFor: 'a renewal', seconds: PATIENCE_MS / 1000 })
    )
  }

  await standing.renew()
  schedule()
  return {
    get,
    stop: () => {
      isStopped = true
      clearTimeout(timer)
      // A refresh token may be spent by now: whoever stops here waits until its successor is stored.
      return underWay ?? Promise.resolve()
    },
  }
}

/** In the background nothing is refused to anybody: whoever asks next meets it. */
function orNothing<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
