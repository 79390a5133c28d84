import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText } from '../../src/errors/plain-text.ts'
import { padText, textWidth, wrapText } from '../../src/insight/text-width.ts'

// As `unicodedata.east_asian_width` of Python has them, and as terminals draw them.
test.each([
  ['abc', 3],
  ['山田', 4],
  ['ｱｲｳ', 3],
  ['ＡＢＣ', 6],
  ['한국', 4],
  ['𠮷', 2],
  ['🔑', 2],
  ['🇩🇪', 2],
  ['\u00e9', 1],
  ['e\u0301', 1],
  ['│─┌', 3],
  ['…', 1],
])('%s takes %i columns', (text, width) => {
  expect(textWidth(text)).toBe(width)
  expect(textWidth(padText(text, 10))).toBe(10)
})

test('an ARN is broken behind : and /, and a part that is too long behind -', () => {
  const arn = 'arn:aws:iam::111122223333:role/teams/a-role-with-a-name-that-is-long'
  expect(wrapText(arn, 26)).toEqual([
    'arn:aws:iam::111122223333:',
    'role/teams/a-role-with-a-',
    'name-that-is-long',
  ])
})

test('a list of URLs is broken between them, not within one that fits a line', () => {
  expect(wrapText('http://localhost:8400/cb, http://127.0.0.1:9000/cb', 34)).toEqual([
    'http://localhost:8400/cb,',
    'http://127.0.0.1:9000/cb',
  ])
})

test('words are broken anywhere only where nothing else fits', () => {
  expect(wrapText('one two', 80)).toEqual(['one two'])
  expect(wrapText('one two', 3)).toEqual(['one', 'two'])
  expect(wrapText('abcdefgh', 3)).toEqual(['abc', 'def', 'gh'])
  expect(wrapText('山田さん', 5)).toEqual(['山田', 'さん'])
  expect(wrapText('', 5)).toEqual([''])
})

test('whatever the text, no line is too wide, and together they are the text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('a', ':', '/', ' ', '-', '山', '🔑', '́') }),
  )
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 40 }), (raw, width) => {
      const plain = plainText(raw).replace(/\s+/g, ' ').trim()
      const lines = wrapText(plain, width)
      // A cluster is never torn apart, however wide it is.
      const clusters = Array.from(new Intl.Segmenter().segment(plain), ({ segment }) => textWidth(segment))
      const widest = Math.max(width, ...clusters)
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(widest)
      expect(lines.join('').replaceAll(' ', '')).toBe(plain.replaceAll(' ', ''))
    }),
  )
})
