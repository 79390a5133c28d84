import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freshnessOf, isIdTokenUsable } from '../../src/broker/freshness.ts'
import type { MinLife } from '../../src/broker/freshness.ts'

const MINUTE = 60_000
const NOW = Date.UTC(2026, 10, 21, 10, 0, 0)

/** A thing of so many minutes of life, of which so many are left. */
function life(minutes: number, left: number) {
  const expiresAt = new Date(NOW + left * MINUTE)
  return { issuedAt: new Date(expiresAt.getTime() - minutes * MINUTE), expiresAt }
}

describe('freshnessOf', () => {
  test.each<[number, number, MinLife | undefined, string]>([
    // An hour: 16 minutes ahead.
    [60, 60, undefined, 'fresh'],
    [60, 16.01, undefined, 'fresh'],
    [60, 16, undefined, 'stale'],
    [60, 1.01, undefined, 'stale'],
    [60, 1, undefined, 'expired'],
    [60, 0, undefined, 'expired'],
    [60, -5, undefined, 'expired'],
    // A quarter of an hour: a third of it.
    [15, 5.01, undefined, 'fresh'],
    [15, 5, undefined, 'stale'],
    [15, 1, undefined, 'expired'],
    // Twelve hours: 16 minutes, not four hours.
    [720, 17, undefined, 'fresh'],
    // At least so much life, never less than without the wish.
    [60, 31, 'half', 'fresh'],
    [60, 30, 'half', 'stale'],
    [60, 20, 20 * MINUTE, 'stale'],
    [60, 20.01, 20 * MINUTE, 'fresh'],
    [60, 16, 5 * MINUTE, 'stale'],
    [60, 59, 120 * MINUTE, 'stale'],
    // Issued in the future: by a minute is noise, more is a clock that went back.
    [60, 60.9, undefined, 'fresh'],
    [60, 61, undefined, 'expired'],
    [60, 300, undefined, 'expired'],
  ])('of %d minutes with %d left, wishing for %s: %s', (minutes, left, minLife, expected) => {
    expect(freshnessOf(life(minutes, left), new Date(NOW), minLife)).toBe(expected)
  })

  const instant = fc.integer({ min: -300_000, max: 300_000 }).map((ms) => NOW + ms)
  const wish = fc.oneof(fc.constant<MinLife>('half'), fc.integer({ min: 0, max: 1e8 }))

  test('never serves what has expired, even what was issued after its end', () => {
    fc.assert(
      fc.property(instant, instant, instant, wish, (issuedAt, expiresAt, now, minLife) => {
        const thing = { issuedAt: new Date(issuedAt), expiresAt: new Date(expiresAt) }
        if (freshnessOf(thing, new Date(now), minLife) === 'expired') return
        expect(expiresAt).toBeGreaterThan(now)
        expect(issuedAt).toBeLessThan(now + MINUTE)
      }),
      { numRuns: 1000 },
    )
  })

  test('only ages, and a wish for more life never makes it fresher', () => {
    const rank = { fresh: 2, stale: 1, expired: 0 }
    const span = fc.integer({ min: 1, max: 43_200_000 })
    fc.assert(
      fc.property(span, fc.nat(43_200_000), fc.nat(43_200_000), wish, (lifeMs, age, more, minLife) => {
        const thing = { issuedAt: new Date(NOW), expiresAt: new Date(NOW + lifeMs) }
        const at = (ms: number, wished?: MinLife) => rank[freshnessOf(thing, new Date(NOW + ms), wished)]
        expect(at(age + more, minLife)).toBeLessThanOrEqual(at(age, minLife))
        expect(at(age, minLife)).toBeLessThanOrEqual(at(age))
      }),
      { numRuns: 500 },
    )
  })
})

describe('isIdTokenUsable', () => {
  test.each([
    [60, 60, true],
    [60, 1.01, true],
    [60, 1, false],
    [60, -1, false],
    [5, 0.51, true],
    [5, 0.5, false],
    // Issued in the future: the clock went back, and the time left is not what it seems.
    [60, 60.9, true],
    [60, 61, false],
  ])('of %d minutes with %d left: %s', (minutes, left, expected) => {
    expect(isIdTokenUsable(life(minutes, left), new Date(NOW))).toBe(expected)
  })
})
