/** Lifetimes as bars, all on one scale. Pure. */
import { glyphsOf, tinted } from './drawing-style.ts'
import type { DrawingStyle } from './drawing-style.ts'
import { durationText } from './duration-text.ts'
import type { Hop } from './hop.ts'
import { padText, textWidth } from './text-width.ts'

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400]

// A code lives for minutes and a session for weeks: in steps of equal breadth, each several times the one before, both can be
// told from their neighbours.
const STEPS: [seconds: number, label: string][] = [
  [5 * MINUTE, '5m'],
  [15 * MINUTE, '15m'],
  [HOUR, '1h'],
  [3 * HOUR, '3h'],
  [12 * HOUR, '12h'],
  [DAY, '1d'],
  [7 * DAY, '7d'],
  [30 * DAY, '30d'],
  [365 * DAY, '1y'],
  [3650 * DAY, '10y'],
]

const NARROWEST_STEP = 4
const WIDEST_STEP = 8

/** Something that expires. */
export interface Expiring {
  name: string
  seconds: number
}

/** What expires in a chain, in its order; of two of one name the later one is told by its link. */
export function expiringIn(hops: Hop[]): Expiring[] {
  const found: Expiring[] = []
  for (const { title, values } of hops) {
    for (const { name, lifetimeSeconds } of values) {
      if (lifetimeSeconds === undefined) continue
      const isTaken = found.some((one) => one.name === name)
      found.push({ name: isTaken ? title.toLowerCase() : name, seconds: lifetimeSeconds })
    }
  }
  return found
}

/** A line of marks, then a bar for each; nothing for nothing. Ends with a line break. */
export function drawLifetimes(lives: Expiring[], style: DrawingStyle): string {
  if (lives.length === 0) return ''
  const longest = Math.max(...lives.map(({ seconds }) => seconds))
  const last = STEPS.findIndex(([seconds]) => seconds >= longest)
  const steps = last === -1 ? STEPS : STEPS.slice(0, last + 1)
  const name = Math.max(...lives.map((one) => textWidth(one.name)))
  const text = Math.max(...lives.map(({ seconds }) => durationText(seconds).length))
  const room = Math.floor((style.columns - name - text - 4) / steps.length)
  const step = Math.min(WIDEST_STEP, Math.max(NARROWEST_STEP, room))
  const marks = steps.map(([, label]) => label.padStart(step)).join('')
  const lines = lives.map((one) => {
    const length = Math.max(1, Math.round(positionOf(one.seconds) * step))
    const bar = glyphsOf(style).full.repeat(Math.min(length, steps.length * step))
    const shown = tinted(padText(bar, steps.length * step), 'green', style)
    return `${padText(one.name, name)}  ${shown}  ${durationText(one.seconds)}\n`
  })
  return `${' '.repeat(name + 2)}${tinted(marks, 'dim', style)}\n${lines.join('')}`
}

/** Where a duration lies, in steps: the first one is even, the others are logarithmic within. */
export function positionOf(seconds: number): number {
  let before = 0
  for (const [index, [end]] of STEPS.entries()) {
    if (seconds <= end) {
      if (before === 0) return seconds / end
      return index + Math.log(seconds / before) / Math.log(end / before)
    }
    before = end
  }
  return STEPS.length
}
