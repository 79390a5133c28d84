/** The chain as boxes and arrows, for a terminal. Pure. */
import { drawable, glyphsOf, tinted } from './drawing-style.ts'
import type { DrawingStyle, Tint } from './drawing-style.ts'
import type { Hop, HopValue } from './hop.ts'
import { padText, textWidth, wrapText } from './text-width.ts'

/** How a link is: what its mark says. */
export type HopState = 'ok' | 'failed' | 'warning' | 'skipped'

/** A link to draw: with `state` a mark stands before its title; `lines` are told below its values, each with its own mark. */
export interface DrawnHop extends Hop {
  state?: HopState
  lines?: DrawnLine[]
}

/** Something told of a link, and how it is. */
export interface DrawnLine {
  state: HopState
  text: string
}

const NARROWEST = 40
/** Wider than this, nobody sees which source belongs to which value. */
const WIDEST = 100
const GAP = 2
/** Frame and blanks beside what is in a box. */
const FRAME = 4
/** Where arrows leave and arrive. */
const ARROW_AT = 4

const MARKS: Record<HopState, { unicode: string; ascii: string; tint: Tint }> = {
  ok: { unicode: '✔', ascii: 'ok', tint: 'green' },
  failed: { unicode: '✖', ascii: 'FAILED', tint: 'red' },
  warning: { unicode: '!', ascii: 'warning', tint: 'yellow' },
  skipped: { unicode: '·', ascii: 'skipped', tint: 'dim' },
}

// `warning` and a blank.
const WIDEST_MARK = 8

/** How a line of a box is divided; all boxes alike. */
interface Layout {
  width: number
  name: number
  value: number
  source: number
}

/** One box a link, as wide as its contents ask for and the style allows; ends with a line break. */
export function drawChain(hops: DrawnHop[], style: DrawingStyle): string {
  const safe = hops.map((hop) => madeDrawable(hop, style))
  const layout = layoutOf(safe, style)
  return safe
    .map((hop, index) => {
      const next = safe[index + 1]
      const box = drawBox(hop, { layout, style, isLast: !next })
      const arrow = ' '.repeat(ARROW_AT) + glyphsOf(style).arrow
      return next ? `${box}${arrow}${hop.gives === undefined ? '' : ` ${hop.gives}`}\n` : box
    })
    .join('')
}

function drawBox(hop: DrawnHop, how: { layout: Layout; style: DrawingStyle; isLast: boolean }): string {
  const { layout, style, isLast } = how
  const glyphs = glyphsOf(style)
  const { width } = layout
  const inner = width - FRAME
  const side = tinted(glyphs.side, 'dim', style)
  const inside = (text: string) => `${side} ${text} ${side}\n`
  const rule = ([left, right]: [string, string]) =>
    tinted(left + glyphs.line.repeat(width - 2) + right, 'dim', style)
  const values = hop.values.flatMap((one) => drawValue(one, layout, style)).map(inside)
  const lines = (hop.lines ?? []).flatMap((line) => drawLine(line, inner, style)).map(inside)
  const between = values.length > 0 && lines.length > 0 ? `${rule(glyphs.middle)}\n` : ''
  const [left, right] = glyphs.bottom
  const rest = glyphs.line.repeat(width - 3 - (ARROW_AT - 1))
  const out = tinted(`${left}${glyphs.line.repeat(ARROW_AT - 1)}${glyphs.out}${rest}${right}`, 'dim', style)
  const bottom = isLast ? rule(glyphs.bottom) : out
  return `${drawTitle(hop, layout, style)}\n${values.join('')}${between}${lines.join('')}${bottom}\n`
}

/** A mark, and the text beside it. */
function drawLine({ state, text }: DrawnLine, width: number, style: DrawingStyle): string[] {
  const mark = `${markOf(state, style)} `
  const rest = width - textWidth(mark)
  const tint = state === 'ok' ? undefined : MARKS[state].tint
  return wrapText(text, rest).map((part, index) => {
    const shownMark = index === 0 ? tinted(mark, MARKS[state].tint, style) : ' '.repeat(textWidth(mark))
    return `${shownMark}${tinted(padText(part, rest), tint, style)}`
  })
}

function markOf(state: HopState, { isUnicode }: DrawingStyle): string {
  return MARKS[state][isUnicode ? 'unicode' : 'ascii']
}

/** The upper edge, with mark and title in it, and of the profile where it stands: of the others their values say so. */
function drawTitle({ id, title, state, source }: DrawnHop, layout: Layout, style: DrawingStyle): string {
  const { top, line } = glyphsOf(style)
  const mark = state ? `${markOf(state, style)} ` : ''
  const full = ` ${source} ${line}`
  const ofSource = id === 'profile' && textWidth(full) <= layout.width / 3 ? full : line
  const room = layout.width - FRAME - 1 - textWidth(mark) - textWidth(ofSource)
  const shown = textWidth(title) <= room ? title : `${wrapText(title, room - 3)[0] ?? ''}...`
  const rest = line.repeat(room - textWidth(shown) + 1)
  const edge = (text: string) => tinted(text, 'dim', style)
  const tint = state && MARKS[state].tint
  return (
    edge(`${top[0]}${line}`) +
    ` ${tinted(mark, tint, style)}${tinted(shown, 'bold', style)} ` +
    edge(`${rest.slice(1)}${ofSource}${top[1]}`)
  )
}

function drawValue({ name, value, source }: HopValue, layout: Layout, style: DrawingStyle): string[] {
  const [values, sources] = [wrapText(value, layout.value), wrapText(source, layout.source)]
  const gap = ' '.repeat(GAP)
  return Array.from({ length: Math.max(values.length, sources.length) }, (_, index) => {
    const shownName = padText(index === 0 ? name : '', layout.name)
    const shownSource = padText(sources[index] ?? '', layout.source)
    return `${shownName}${gap}${padText(values[index] ?? '', layout.value)}${gap}${tinted(shownSource, 'dim', style)}`
  })
}

function layoutOf(hops: DrawnHop[], style: DrawingStyle): Layout {
  const widest = (texts: string[]) => Math.max(0, ...texts.map(textWidth))
  const values = hops.flatMap((hop) => hop.values)
  const columns = Math.min(WIDEST, Math.max(NARROWEST, style.columns))
  const name = widest(values.map((one) => one.name))
  const source = Math.min(widest(values.map((one) => one.source)), Math.floor((columns - FRAME) / 4))
  const beside = name + GAP + GAP + source
  const wanted = Math.max(
    beside + widest(values.map((one) => one.value)),
    WIDEST_MARK + widest(hops.flatMap((hop) => hop.lines ?? []).map(({ text }) => text)),
  )
  const width = Math.min(columns, Math.max(60, wanted + FRAME))
  return { width, name, source, value: width - FRAME - beside }
}

function madeDrawable(hop: DrawnHop, style: DrawingStyle): DrawnHop {
  const safe = (text: string) => drawable(text, style)
  return {
    ...hop,
    title: safe(hop.title),
    source: safe(hop.source),
    values: hop.values.map((one) => ({ ...one, value: safe(one.value), source: safe(one.source) })),
    ...(hop.lines ? { lines: hop.lines.map((line) => ({ ...line, text: safe(line.text) })) } : {}),
  }
}
