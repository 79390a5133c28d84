/** Pages of help as text of at most 80 columns. Pure. */
import type { Page, Term } from './page.ts'

const COLUMNS = 80

/** A page for a terminal. */
export function pageText({ title, blocks }: Page): string {
  const parts = blocks.map(({ heading, text, terms = [] }) =>
    [
      ...(heading === undefined ? [] : [`${heading}:`]),
      ...(text === undefined ? [] : filled(text, heading === undefined ? '' : '  ')),
      ...termLines(terms),
    ].join('\n'),
  )
  return `${[title, ...parts].join('\n\n')}\n`
}

function termLines(terms: readonly Term[]): string[] {
  const widest = Math.max(0, ...terms.map(({ term }) => term.length))
  // A long term has a line of its own.
  const width = Math.min(widest, 24)
  const indent = ' '.repeat(width + 4)
  return terms.flatMap(({ term, meaning }) => {
    const [first = '', ...rest] = filled(meaning, indent)
    const head = `  ${term.padEnd(width)}  `
    return term.length > width
      ? [`  ${term}`, first, ...rest]
      : [`${head}${first.slice(indent.length)}`, ...rest]
  })
}

/** Lines of words; one that is longer than a line stands alone. */
export function filled(text: string, indent: string): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    if (line !== indent && line.length + 1 + word.length > COLUMNS) {
      lines.push(line)
      line = indent
    }
    line += line === indent ? word : ` ${word}`
  }
  return [...lines, line]
}
