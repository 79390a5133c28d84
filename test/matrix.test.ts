/** What `npm run check:release` and `npm run test:matrix` take for a success. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

function evaluate(expression: string): unknown {
  const code = `import { CHOSEN, isGreen, resultOf } from './scripts/matrix.mjs'; console.log(JSON.stringify(${expression}))`
  const line = ['--input-type=module', '--eval', code]
  return JSON.parse(execFileSync(process.execPath, line, { cwd: root, encoding: 'utf8' }))
}

const report = (passed: number, failed: number, pending: number) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numPendingTests: pending })

test.each([
  ['every test passed', 0, report(2, 0, 0), '2 passed, 0 failed', true],
  ['a test failed', 1, report(2, 1, 0), '2 passed, 1 failed', false],
  ['a test was skipped', 0, report(2, 0, 1), '2 passed, 1 failed', false],
  ['an error came outside of every test', 1, report(2, 0, 0), '2 passed, 1 failed', false],
  ['no test ran', 0, report(0, 0, 0), '0 passed, 0 failed', false],
])('%s', (_name, status, text, cell, isGreen) => {
  expect(evaluate(`resultOf(${String(status)}, ${text})`)).toBe(cell)
  expect(evaluate(`isGreen([{ Node: 'v22.0.0', build: 'ok', unit: '${cell}' }])`)).toBe(isGreen)
})

test.each(['build: "failed"', 'unit: "not run"', 'unit: "no report"'])('%s is no success', (cell) => {
  expect(evaluate(`isGreen([{ Node: 'v22.0.0', ${cell} }])`)).toBe(false)
})

test('each test file that is chosen for every Node is there', () => {
  const isThere = (name: string) =>
    ['e2e', 'system'].some((project) => existsSync(join(root, 'test', project, `${name}.test.ts`)))
  const chosen = evaluate('CHOSEN') as string[]
  expect(chosen.filter((name) => !isThere(name))).toEqual([])
})
