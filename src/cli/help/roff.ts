/** Text as roff of the macros `man` (groff_man(7)): only what every man renders. Pure. */
import type { Block } from './page.ts'

/** Text in which nothing is roff's. Dashes stay dashes, so that options can be copied. */
export function roffText(text: string): string {
  return text
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll(/^(?=[.'])/gm, String.raw`\&`)
    .replaceAll('~', String.raw`\(ti`)
    .replaceAll('^', String.raw`\(ha`)
    .replaceAll('`', String.raw`\(ga`)
    .replaceAll("'", String.raw`\(aq`)
}

/** A section and what is in it, lines of roff. */
export function section(title: string, ...lines: string[]): string[] {
  return [`.SH ${quoted(title)}`, ...lines]
}

/** A heading within a section. */
export function subsection(title: string, ...lines: string[]): string[] {
  return [`.SS ${quoted(title)}`, ...lines]
}

/** A term, bold, and what it means, which may have several paragraphs. */
export function term(name: string, ...meaning: string[]): string[] {
  return ['.TP', String.raw`\fB${roffText(name)}\fR`, ...meaning]
}

/** Paragraphs of blocks; a heading is a subsection. */
export function blockLines({ heading, text, terms = [] }: Block): string[] {
  const lines = [
    ...(text === undefined ? [] : ['.PP', roffText(text)]),
    ...terms.flatMap((one) => term(one.term, roffText(one.meaning))),
  ]
  return heading === undefined ? lines : subsection(heading, ...lines)
}

/** Lines as they stand. */
export function literal(lines: readonly string[]): string[] {
  return ['.PP', '.RS 4', '.nf', ...lines.map(roffText), '.fi', '.RE']
}

function quoted(text: string): string {
  return `"${roffText(text).replaceAll('"', String.raw`\(dq`)}"`
}
