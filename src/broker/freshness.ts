/** When is a thing fresh. Pure: the caller brings the time, already corrected for a clock known to be off. */

const REFRESH_AHEAD_MS = 16 * 60_000
const LAST_USE_MS = 60_000

/** From when to when something is good, by the servers' clock. */
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

/** What can be done with credentials at an instant; those with less than `minLife` left are at best `stale`. */
export function freshnessOf(life: Lifetime, now: Date, minLife: MinLife = 0): Freshness {
  if (!canBeUsed(life, now)) return 'expired'
  const isDue = dueInMs(life, now) <= 0
  return isDue || !hasLifeLeft(life, now, minLife) ? 'stale' : 'fresh'
}

/** How long until new ones are due: from then on `freshnessOf` never says `fresh`. For who renews by a timer. */
export function dueInMs(life: Lifetime, now: Date): number {
  return leftMs(life, now) - Math.min(REFRESH_AHEAD_MS, lifeMs(life) / 3)
}

/** Whether so much of a life is left, for who cannot come again. */
export function hasLifeLeft(life: Lifetime, now: Date, minLife: MinLife): boolean {
  return leftMs(life, now) > (minLife === 'half' ? lifeMs(life) / 2 : minLife)
}

/** Whether an ID token will still be accepted when it arrives: a minute, or a tenth of a very short life, must be left. */
export function isIdTokenUsable(life: Lifetime, now: Date): boolean {
  return canBeUsed(life, now)
}

function canBeUsed(life: Lifetime, now: Date): boolean {
  // Issued in the future: the clock went back since, so the time left cannot be trusted.
  if (life.issuedAt.getTime() - now.getTime() >= LAST_USE_MS) return false
  return leftMs(life, now) > Math.min(LAST_USE_MS, Math.max(0, lifeMs(life) / 10))
}

function leftMs(life: Lifetime, now: Date): number {
  return life.expiresAt.getTime() - now.getTime()
}

function lifeMs(life: Lifetime): number {
  return life.expiresAt.getTime() - life.issuedAt.getTime()
}
