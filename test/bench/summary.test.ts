import { expect, test } from 'vitest'
import { summarize } from './summary.ts'

test.each([
  [[3], { min: 3, median: 3, p90: 3, runs: 1 }],
  [[4, 1, 3, 2], { min: 1, median: 2.5, p90: 4, runs: 4 }],
  [[10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 100], { min: 1, median: 6, p90: 10, runs: 11 }],
])('%j is told by its minimum, its middle and its 90th percentile', (values, summary) => {
  expect(summarize(values)).toEqual(summary)
})

test('nothing measured is no number', () => {
  expect(() => summarize([])).toThrow('nothing was measured')
})
