import { expect, test } from 'vitest'
import { durationText } from '../../src/insight/duration-text.ts'
import { drawLifetimes, expiringIn, positionOf } from '../../src/insight/lifetimes.ts'
import { chainFor } from './chain-of.ts'

const style = { columns: 80, isUnicode: false, isColoured: false }
const DAY = 86_400

test.each([
  [0, '0 s'],
  [45, '45 s'],
  [300, '5 min'],
  [3600, '1 h'],
  [5400, '1 h 30 min'],
  [DAY, '1 day'],
  [30 * DAY, '30 days'],
  [366 * DAY, '1 year 1 day'],
  [3650 * DAY, '10 years'],
])('%i seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})

test('what lives longer has a longer bar, a code and a year alike', () => {
  const seconds = [1, 60, 300, 301, 900, 3600, 7200, 43_200, DAY, 7 * DAY, 30 * DAY, 365 * DAY, 3650 * DAY]
  const positions = seconds.map(positionOf)
  expect(positions).toEqual([...positions].sort((a, b) => a - b))
  expect(new Set(positions).size).toBe(positions.length)
  expect(positionOf(300)).toBe(1)
  expect(positionOf(3600)).toBe(3)
  expect(positionOf(20 * 365 * DAY)).toBe(10)
})

test('a bar ends under the mark that says its length', () => {
  const [marks = '', ...bars] = drawLifetimes(expiringIn(chainFor('dev')), style).split('\n')
  const endOf = (name: string) => bars.find((line) => line.startsWith(name))?.lastIndexOf('#')
  expect(endOf('code')).toBe(marks.indexOf('5m') + 1)
  expect(endOf('ID token')).toBe(marks.indexOf('1h') + 1)
  expect(endOf('refresh token')).toBe(marks.indexOf('30d') + 2)
})

test('the scale ends where nothing lives longer', () => {
  const marksOf = (seconds: number) => drawLifetimes([{ name: 'x', seconds }], style).split('\n')[0]
  expect(marksOf(600)).toMatch(/15m$/)
  expect(marksOf(365 * DAY)).toMatch(/1y$/)
  expect(marksOf(5000 * DAY)).toMatch(/10y$/)
  expect(drawLifetimes([], style)).toBe('')
})

test('credentials of both roles have a bar each', () => {
  const names = expiringIn(chainFor('prod')).map(({ name }) => name)
  expect(names).toEqual([
    ...['code', 'ID token', 'access token', 'refresh token', 'OpenID token', 'credentials', 'second role'],
  ])
})
