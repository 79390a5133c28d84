/** What is remembered of the clocks, beside everything that is stored. */
import { isJsonObject } from '../json-object.ts'
import type { JsonObject } from '../json-object.ts'
import { FieldError, instant, number, text } from './json-fields.ts'

/** The clocks at one instant: how ours stood to the servers', and since when this machine runs. */
export interface ClockReading {
  /** How far the servers' clock was ahead of ours. */
  clockSkewMs: number
  /** When this machine was started, by the servers' clock; `id` is that start's alone. Undefined where the system does not tell. */
  boot: { id: string; at: Date } | undefined
}

/** A reading as an entry holds it. Throws FieldError. */
export function parseClock(fields: JsonObject): ClockReading {
  const { boot } = fields
  if (boot !== undefined && !isJsonObject(boot)) throw new FieldError('no boot')
  return {
    clockSkewMs: number(fields, 'clockSkewMs'),
    boot: boot && { id: text(boot, 'id'), at: instant(boot, 'at') },
  }
}
