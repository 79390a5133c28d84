import { describe, expect, test } from 'vitest'
import {
  capitalised,
  clockNote,
  clockTime,
  lifetime,
  sentence,
  table,
  timeLeft,
} from '../../../src/cli/texts/words.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('a countdown', () => {
  test.each([
    [-5 * SECOND, '0:00'],
    [0, '0:00'],
    [1, '0:01'],
    [999, '0:01'],
    [SECOND, '0:01'],
    [59 * SECOND, '0:59'],
    [59 * SECOND + 1, '1:00'],
    [5 * MINUTE - SECOND, '4:59'],
    [HOUR - SECOND, '59:59'],
    [HOUR, '1:00:00'],
    [HOUR + 2 * MINUTE + 3 * SECOND, '1:02:03'],
    [25 * HOUR, '25:00:00'],
  ])('of %i ms shows %s', (ms, shown) => {
    expect(timeLeft(ms)).toBe(shown)
  })
})

describe('a lifetime', () => {
  test.each([
    [0, 'less than a minute'],
    [MINUTE - 1, 'less than a minute'],
    [MINUTE, '1 min'],
    [HOUR - 1, '59 min'],
    [HOUR, '1 h 0 min'],
    [3 * HOUR + 20 * MINUTE, '3 h 20 min'],
    [48 * HOUR - 1, '47 h 59 min'],
    [48 * HOUR, '2 days'],
    [30 * DAY - 1, '29 days'],
  ])('of %i ms is %s, never more than there is', (ms, shown) => {
    expect(lifetime(ms)).toBe(shown)
  })
})

describe('an instant', () => {
  test.each([
    ['2026-11-21T10:00:00Z', '2026-11-21 10:00 UTC'],
    ['2026-11-21T10:00:59.999Z', '2026-11-21 10:00 UTC'],
    ['2026-11-21T23:30:00-02:00', '2026-11-22 01:30 UTC'],
  ])('%s reads %s, the same in every time zone', (instant, shown) => {
    expect(clockTime(new Date(instant))).toBe(shown)
  })
})

describe('a message as a sentence', () => {
  test.each([
    ['the sign-in was refused', 'The sign-in was refused.'],
    ['Already one.', 'Already one.'],
    ['did you mean it?', 'Did you mean it?'],
    ['run:', 'Run:'],
    ['', '.'],
  ])('%s becomes %s', (text, shown) => {
    expect(sentence(text)).toBe(shown)
  })
})

describe('a table', () => {
  test('has its values in one column', () => {
    expect(
      table([
        ['Profile', 'dev'],
        ['Credentials', 'none'],
      ]),
    ).toBe('Profile      dev\nCredentials  none\n')
  })

  test('shows what a server supplied neutralised', () => {
    expect(table([['Role', 'a\u001b[2J\nb\u202e']])).toBe('Role  a\\u{1b}[2J\\u{a}b\\u{202e}\n')
  })
})

test('a fix keeps the end of its command', () => {
  expect(capitalised('run: poolkey login --profile dev')).toBe('Run: poolkey login --profile dev')
})

test.each([
  [undefined, undefined],
  [0, undefined],
  [300_000, undefined],
  [-300_000, undefined],
  [301_000, "this machine's clock is 5 min behind the servers'"],
  [-7_500_000, "this machine's clock is 2 h 5 min ahead of the servers'"],
])('a clock that the servers are %s ms ahead of: %s', (skewMs, note) => {
  expect(clockNote(skewMs)).toBe(note)
})
