// Control characters (C0, DEL, C1), bidirectional overrides and isolates, zero-width and other invisible characters,
// line and paragraph separators: what could move a cursor, set a title, or show one text while another is meant.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu

/** Text from a server or a file, made safe to print on one line of a terminal: what is not plain shows as `\u{..}`. */
export function plainText(text: string, maxLength = 500): string {
  const safe = text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
  return safe.length > maxLength ? `${safe.slice(0, maxLength)}...` : safe
}
