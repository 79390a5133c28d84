/** Columns that a text takes on a terminal, and breaking it into lines that fit. Pure. */

// East Asian Wide and Fullwidth (Unicode's EastAsianWidth.txt), in its large blocks, and what is drawn as an emoji.
const WIDE =
  '[\\u1100-\\u115f\\u2329\\u232a\\u2e80-\\u303e\\u3041-\\u3247\\u3250-\\u4dbf\\u4e00-\\ua4cf' +
  '\\ua960-\\ua97f\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe10-\\ufe19\\ufe30-\\ufe6b\\uff01-\\uff60\\uffe0-\\uffe6' +
  '\\u{16fe0}-\\u{18dff}\\u{1aff0}-\\u{1b2ff}\\u{1f200}-\\u{1f265}\\u{20000}-\\u{3fffd}\\p{Emoji_Presentation}]'

const PLAIN_ASCII = /^[\x20-\x7e]*$/

// Two of these make a flag, which takes two columns, as do both where no flag is drawn. Unicode counts them as emoji.
const HALF_FLAG = /[\u{1f1e6}-\u{1f1ff}]/u

/** Columns of a text that `plainText` has made safe: two for wide characters, none for marks over others. */
export function textWidth(text: string): number {
  if (PLAIN_ASCII.test(text)) return text.length
  const wide = new RegExp(WIDE, 'u')
  return Array.from(text).reduce(
    (width, character) =>
      width +
      (/[\p{Mn}\p{Me}]/u.test(character) ? 0 : wide.test(character) && !HALF_FLAG.test(character) ? 2 : 1),
    0,
  )
}

/** The text and as many spaces as are missing. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}

// Where a text is broken, the first choice first: between words, then between the parts of long ones, within those, anywhere.
const BREAKS = [/(?<=\s)/, /(?<=[:/,])/, /(?<=[-._=?&@])/]

/**
 * Lines of at most `width` columns (2 or more), broken behind a blank; a word that is longer than a line behind `:`, `/` or
 * `,`, or else behind `-`, `.` and the like, or anywhere. Joined they are the text again, but for blanks at their ends.
 */
export function wrapText(text: string, width: number): string[] {
  const lines = ['']
  for (const piece of piecesOf(text, width)) {
    const line = lines.at(-1) ?? ''
    if (line === '' || textWidth(line + piece.trimEnd()) <= width) lines[lines.length - 1] = line + piece
    else lines.push(piece)
  }
  return lines.map((line) => line.trimEnd())
}

/** Pieces of at most `width` columns, not counting blanks at their ends. */
function piecesOf(text: string, width: number, [at, ...others] = BREAKS): string[] {
  const pieces = at ? text.split(at) : charactersOf(text)
  if (!at) return pieces
  return pieces.flatMap((piece) =>
    textWidth(piece.trimEnd()) <= width ? [piece] : piecesOf(piece, width, others),
  )
}

/** Characters with the marks that stand over them. */
function charactersOf(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
}
