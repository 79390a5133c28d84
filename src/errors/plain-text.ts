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
