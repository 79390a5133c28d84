/** Times and texts in words, for people. Pure. */
import { plainText } from '../../errors/plain-text.ts'

/** `4:59`, or `1:02:03` from an hour on. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const pad = (part: number) => String(part).padStart(2, '0')
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`
}

/** `59 min`, `3 h 20 min`, `12 days`: for lifetimes. */
export function lifetime(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} days`
}

/** `2026-11-21 10:00 UTC`. */
export function clockTime(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

const CLOCK_MAY_BE_OFF_MS = 5 * 60_000

/** What a person must know of a clock that differs from the servers' by more than is put right in silence; they are ahead by `skewMs`. */
export function clockNote(skewMs: number | undefined): string | undefined {
  if (skewMs === undefined || Math.abs(skewMs) <= CLOCK_MAY_BE_OFF_MS) return undefined
  const minutesMs = Math.round(Math.abs(skewMs) / 60_000) * 60_000
  return `this machine's clock is ${lifetime(minutesMs)} ${skewMs > 0 ? 'behind' : 'ahead of'} the servers'`
}

/** A message as a sentence of its own: with a capital and a full stop. */
export function sentence(text: string): string {
  const capital = capitalised(text)
  return /[.?!:]$/.test(capital) ? capital : `${capital}.`
}

/** With a capital alone: a full stop would read as part of a command to copy. */
export function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** Rows of name and value, the values in one column; a value may be anybody's text and is neutralised. */
export function table(rows: [string, string][]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${plainText(value, 2000)}\n`).join('')
}
