// Control characters (C0, DEL, C1), line and paragraph separators, format characters (bidirectional overrides and
// isolates, zero width, soft hyphen, tags), whatever else shows as nothing, and halves of a surrogate pair: what could
// move a cursor, set a title, or show one text while another is meant.
const UNSAFE = '[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]'

// Unassigned and private characters, too.
const HIDDEN = '[\\p{C}\\p{Zl}\\p{Zp}]'

// Most text is this. To build one of the patterns takes a millisecond, even where it only stands in a function's source.
const PLAIN_ASCII = /^[\x20-\x7e]*$/

/** Whether a text holds characters that show as nothing, or end a line (Unicode's C, Zl and Zp). */
export function hasHiddenCharacters(text: string): boolean {
  return !PLAIN_ASCII.test(text) && new RegExp(HIDDEN, 'u').test(text)
}

/**
 * Text from a server or a file, made safe to print on one line of a terminal: what is not plain shows as `\u{..}`, and
 * what is longer than `maxLength` ends in `...`, which is counted.
 */
export function plainText(text: string, maxLength = 500): string {
  const safe = replaceUnsafe(text, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
  if (safe.length <= maxLength) return safe
  // Not through the middle of a surrogate pair.
  return `${safe.slice(0, maxLength - 3).replace(/[\ud800-\udbff]$/, '')}...`
}

/** A value as one line of JSON in which what is not plain stands as `\u0000`: the same to a parser, harmless on a terminal. */
export function jsonLine(value: unknown): string {
  return replaceUnsafe(JSON.stringify(value), (character) =>
    Array.from({ length: character.length }, (_, index) => escaped(character.charCodeAt(index))).join(''),
  )
}

function replaceUnsafe(text: string, replacement: (character: string) => string): string {
  return PLAIN_ASCII.test(text) ? text : text.replace(new RegExp(UNSAFE, 'gu'), replacement)
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
