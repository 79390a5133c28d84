import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonLine, plainText } from '../../src/errors/plain-text.ts'
import { DANGEROUS_TEXTS, FORBIDDEN, hostileText } from './hostile-text.ts'

test.each([
  'plain',
  'Grüße, 東京, Привет, שלום, 🔑',
  'a "quoted" \\ back`tick $(sub) | pipe',
  'https://example.com/?a=b&c=%20',
])('leaves %s as it is', (text) => {
  expect(plainText(text)).toBe(text)
})

test.each([
  { name: 'ESC', text: '\u001b[2J', shown: '\\u{1b}[2J' },
  { name: 'an OSC title', text: '\u001b]0;x\u0007', shown: '\\u{1b}]0;x\\u{7}' },
  { name: 'the one-byte CSI', text: '\u009b31m', shown: '\\u{9b}31m' },
  { name: 'a carriage return', text: 'good\rbad', shown: 'good\\u{d}bad' },
  { name: 'a line break', text: 'one\ntwo', shown: 'one\\u{a}two' },
  { name: 'a line separator', text: 'one\u2028two', shown: 'one\\u{2028}two' },
  { name: 'a bidirectional override', text: 'gnp\u202eexe', shown: 'gnp\\u{202e}exe' },
  { name: 'a zero-width space', text: 'ad\u200bmin', shown: 'ad\\u{200b}min' },
  { name: 'a variation selector', text: 'ad\ufe0fmin', shown: 'ad\\u{fe0f}min' },
  { name: 'a tag character', text: 'a\u{e0041}', shown: 'a\\u{e0041}' },
  { name: 'half a surrogate pair', text: 'a\ud83d', shown: 'a\\u{d83d}' },
])('shows $name by its number', ({ text, shown }) => {
  expect(plainText(text)).toBe(shown)
})

test.each(DANGEROUS_TEXTS.map((text) => [JSON.stringify(text), text]))(
  'keeps what is plain around %s',
  (_, text) => {
    const shown = plainText(text)
    expect(shown).toMatch(/^safe.+safe$/)
    expect(shown).not.toMatch(FORBIDDEN)
  },
)

test('is one safe line of bounded length, whatever comes', () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 4, max: 100 }), (text, maxLength) => {
      const shown = plainText(text, maxLength)
      expect(shown).not.toMatch(FORBIDDEN)
      expect(shown.length).toBeLessThanOrEqual(maxLength)
      // What is safe stays as it is: text may pass through more than once.
      expect(plainText(shown, maxLength)).toBe(shown)
    }),
  )
})

test.each([
  { text: 'x'.repeat(20), maxLength: 20, shown: 'x'.repeat(20) },
  { text: 'x'.repeat(21), maxLength: 20, shown: `${'x'.repeat(17)}...` },
  { text: `${'x'.repeat(16)}🔑${'x'.repeat(20)}`, maxLength: 20, shown: `${'x'.repeat(16)}...` },
])('shortens to the length asked for, never through a character', ({ text, maxLength, shown }) => {
  expect(plainText(text, maxLength)).toBe(shown)
})

test('JSON is the same value, on one harmless line', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const line = jsonLine({ [text]: text })
      expect(line).not.toMatch(FORBIDDEN)
      expect(JSON.parse(line)).toEqual({ [text]: text })
    }),
  )
})
