import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errnoOf, reasonOf } from '../src/errno.ts'

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

test("a system's error has its name, and that is the reason to show", () => {
  const error = thrownBy(() => readFileSync('/nonexistent/file'))
  expect(errnoOf(error)).toBe('ENOENT')
  expect(reasonOf(error)).toBe('ENOENT')
})

test.each([
  [new Error('it is a pipe'), 'it is a pipe'],
  [Object.assign(new Error('odd'), { code: 7 }), 'odd'],
  [{ code: 'ENOENT' }, '[object Object]'],
  ['broken', 'broken'],
])('of %j no name is made up; its own words are the reason', (thrown, reason) => {
  expect(errnoOf(thrown)).toBeUndefined()
  expect(reasonOf(thrown)).toBe(reason)
})
