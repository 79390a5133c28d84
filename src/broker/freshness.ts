/** When is a thing fresh. Pure: the caller brings the time, already corrected for a clock known to be off. */

const REFRESH_AHEAD_MS = 16 * 60_000
const LAST_USE_MS = 60_000

export interface Lifetime {
  issuedAt: Date
  expiresAt: Date
}

/**
 * - `fresh`: more than min(16 minutes, a third of their life) left: handed out as they are. botocore and .NET ask again below 15.
 * - `stale`: new ones are due, but these still serve if none can be had (more than 60 s left).
 * - `expired`: of no use to anybody.
 */
export type Freshness = 'fresh' | 'stale' | 'expired'

/** At least so much life: milliseconds, or half of all they had. For callers that cannot refresh, such as `env`. */
export type MinLife = number | 'half'

export function freshnessOf(life: Lifetime, now: Date, minLife: MinLife = 0): Freshness {
  const leftMs = life.expiresAt.getTime() - now.getTime()
  const lifeMs = life.expiresAt.getTime() - life.issuedAt.getTime()
  const marginMs = Math.max(Math.min(REFRESH_AHEAD_MS, lifeMs / 3), minLife === 'half' ? lifeMs / 2 : minLife)
  // Issued in the future: the clock went back since, so the time left cannot be trusted.
  const plausible = life.issuedAt.getTime() - now.getTime() < LAST_USE_MS
  if (leftMs > marginMs && plausible) return 'fresh'
  return leftMs > Math.min(LAST_USE_MS, lifeMs / 10) && plausible ? 'stale' : 'expired'
}

/** Whether an ID token will still be accepted when it arrives: a minute, or a tenth of a very short life, must be left. */
export function isIdTokenUsable(life: Lifetime, now: Date): boolean {
  const lifeMs = life.expiresAt.getTime() - life.issuedAt.getTime()
  return life.expiresAt.getTime() - now.getTime() > Math.min(LAST_USE_MS, lifeMs / 10)
}
