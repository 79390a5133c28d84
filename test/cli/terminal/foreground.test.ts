import { expect, test } from 'vitest'
import { foregroundOf, isForegroundStat, isForegroundStatus } from '../../../src/cli/terminal/foreground.ts'

test.each([
  ['the group in the foreground', '7 (node) R 1 40 30 34816 40 4194304 1', true],
  ['another group', '7 (node) R 1 40 30 34816 50 4194304 1', false],
  ['no terminal', '7 (node) R 1 40 30 0 -1 4194304 1', true],
  ['a kernel of another make, which tells of no terminals', '7 (node) R 1 40 30 0 0 0 1', true],
  ['a name that looks like the end of one', '7 (a) R 1 9 9 9 9 (x) R 1 40 30 34816 50 4194304', false],
  ['nothing', '', true],
])('/proc: %s', (_, stat, isFront) => {
  expect(isForegroundStat(stat)).toBe(isFront)
})

test.each([
  ['ttys001  S+', true],
  ['ttys001  S', false],
  ['??       S', true],
  ['', true],
])('ps: %j', (status, isFront) => {
  expect(isForegroundStatus(status)).toBe(isFront)
})

test('what has no jobs is always in front', () => {
  expect(foregroundOf({ platform: 'win32' } as NodeJS.Process)()).toBe(true)
})
