/** What is left of a life, as a bar. Pure. */
import { glyphsOf, tinted } from './drawing-style.ts'
import type { DrawingStyle } from './drawing-style.ts'

const WIDTH = 20

/** A bar of 20 columns, full for a life that begins; what has any time left shows at least one part of it. */
export function drawTimeLeft(
  life: { issuedAt: Date; expiresAt: Date },
  now: Date,
  style: DrawingStyle,
): string {
  const wholeMs = life.expiresAt.getTime() - life.issuedAt.getTime()
  const leftMs = Math.max(0, Math.min(wholeMs, life.expiresAt.getTime() - now.getTime()))
  const full = wholeMs > 0 ? Math.ceil((leftMs / wholeMs) * WIDTH) : 0
  const glyphs = glyphsOf(style)
  const tint = full > WIDTH / 3 ? 'green' : 'yellow'
  return (
    tinted(glyphs.full.repeat(full), tint, style) + tinted(glyphs.empty.repeat(WIDTH - full), 'dim', style)
  )
}
