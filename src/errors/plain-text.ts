// Control characters (C0, DEL, C1), line and paragraph separators, format characters (bidirectional overrides and
// isolates, zero width, soft hyphen, tags), whatever else shows as nothing, and halves of a surrogate pair: what could
// move a cursor, set a title, or show one text while another is meant.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/**
 * Text from a server or a file, made safe to print on one line of a terminal: what is not plain shows as `\u{..}`, and
 * what is longer than `maxLength` ends in `...`, which is counted.
 */
export function plainText(text: string, maxLength = 500): string {
  const safe = text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
  if (safe.length <= maxLength) return safe
  // Not through the middle of a surrogate pair.
  return `${safe.slice(0, maxLength - 3).replace(/[\ud800-\udbff]$/, '')}...`
}

/** A value as one line of JSON in which what is not plain stands as `\u0000`: the same to a parser, harmless on a terminal. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, index) => escaped(character.charCodeAt(index))).join(''),
  )
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
