/** What is remembered of the clocks, beside everything that is stored. */
import { FieldError, instant, isFields, number, text } from './json-fields.ts'
import type { Fields } from './json-fields.ts'

export interface ClockReading {
  /** How far the servers' clock was ahead of ours. */
  clockSkewMs: number
  /** When this machine was started, by the servers' clock; `id` is that start's alone. Undefined where the system does not tell. */
  boot: { id: string; at: Date } | undefined
}

/** A reading as an entry holds it. Throws FieldError. */
export function parseClock(fields: Fields): ClockReading {
  const { boot } = fields
  if (boot !== undefined && !isFields(boot)) throw new FieldError('no boot')
  return {
    clockSkewMs: number(fields, 'clockSkewMs'),
    boot: boot && { id: text(boot, 'id'), at: instant(boot, 'at') },
  }
}
