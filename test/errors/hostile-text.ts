import fc from 'fast-check'

/** What a server or a file may send to take over a terminal, or to show one text while another is meant. */
const DANGEROUS = [
  ...['\u001b[2J', '\u001b[1;31mred', '\u001b]0;title\u0007', '\u001b]8;;https://evil.example\u001b\\link'],
  ...[
    '\u001b]52;c;cHduZWQ=\u0007',
    '\u009b2J',
    '\u009d0;title\u009c',
    '\u0090q\u009c',
    '\u0000',
    '\u0007',
    '\u0008',
  ],
  ...[
    '\r',
    '\n',
    '\r\n',
    '\u0085',
    '\u2028',
    '\u2029',
    '\t',
    '\u000b',
    '\u000c',
    '\u007f',
    '\u200b',
    '\u200d',
  ],
  ...[
    '\u202e',
    '\u202d',
    '\u2066',
    '\u2069',
    '\u200e',
    '\u200f',
    '\u061c',
    '\ufeff',
    '\u2060',
    '\u00ad',
    '\u034f',
  ],
  ...['\u3164', '\u115f', '\u180e', '\ufe0f', '\u{e0041}', '\u{e0101}', '\u{1d173}', '\ud800', '\udc00'],
]

/** The characters that must never reach a terminal, written out: not by the classes of Unicode that the code asks for. */
export const FORBIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\u{d800}-\u{dfff}]/u

/** Any text, with dangerous pieces in it more often than not. */
export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...DANGEROUS), fc.string({ unit: 'binary', maxLength: 20 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((pieces) => pieces.join(''))

/** Each dangerous piece inside plain letters. */
export const DANGEROUS_TEXTS = DANGEROUS.map((piece) => `safe${piece}safe`)
