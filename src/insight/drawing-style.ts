/** What a drawing may use: how wide, which characters, which colours. Pure. */
import { plainText } from '../errors/plain-text.ts'

/** Of the place that it is drawn for. */
export interface DrawingStyle {
  columns: number
  isUnicode: boolean
  isColoured: boolean
}

/** What a drawing is made of. */
export interface Glyphs {
  top: [string, string]
  middle: [string, string]
  bottom: [string, string]
  line: string
  side: string
  out: string
  arrow: string
  full: string
  empty: string
}

const BOXES: Glyphs = {
  ...{ top: ['┌', '┐'], middle: ['├', '┤'], bottom: ['└', '┘'] },
  ...{ line: '─', side: '│', out: '┬', arrow: '▼', full: '█', empty: '░' },
}

const ASCII: Glyphs = {
  ...{ top: ['+', '+'], middle: ['+', '+'], bottom: ['+', '+'] },
  ...{ line: '-', side: '|', out: '+', arrow: 'v', full: '#', empty: '.' },
}

/** The characters of a style. */
export function glyphsOf({ isUnicode }: DrawingStyle): Glyphs {
  return isUnicode ? BOXES : ASCII
}

/**
 * Whether frames and bars can be drawn with characters outside ASCII: a UTF-8 locale (POSIX: LC_ALL outranks LC_CTYPE
 * outranks LANG), and no terminal whose font is known to be small. Windows draws them whatever those say.
 */
export function drawsUnicode(env: Record<string, string | undefined>, platform: NodeJS.Platform): boolean {
  if (['dumb', 'linux'].includes(env['TERM'] ?? '')) return false
  if (platform === 'win32') return true
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((one) => (one ?? '') !== '')
  return /utf-?8/i.test(locale ?? '')
}

/** Anybody's text, safe to show in this style: what is outside ASCII shows as `\u{..}` where it cannot be drawn. */
export function drawable(text: string, { isUnicode }: DrawingStyle): string {
  const safe = plainText(text, 2000)
  if (isUnicode) return safe
  return safe.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** A colour, or a weight. */
export type Tint = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

const CODES: Record<Tint, string> = { bold: '1', dim: '2', green: '32', red: '31', yellow: '33' }

/** The text in a colour, where colours are wanted. */
export function tinted(text: string, tint: Tint | undefined, { isColoured }: DrawingStyle): string {
  return isColoured && tint && text !== '' ? `\u001b[${CODES[tint]}m${text}\u001b[0m` : text
}
