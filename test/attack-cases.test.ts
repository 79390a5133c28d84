import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ATTACK_CASES, caseTable, shownByCase } from './attack-cases.ts'

const [BEGINNING, END] = ['<!-- cases -->\n', '\n<!-- end of cases -->']

test('every attack case is shown by a test that carries its number, or does not apply; no other number is used', () => {
  const shown = shownByCase()
  for (const { id, notApplicable } of ATTACK_CASES)
    expect(shown.has(id), id).toBe(notApplicable === undefined)
  expect([...shown.keys()].filter((id) => !ATTACK_CASES.some((one) => one.id === id))).toEqual([])
  const ids = ATTACK_CASES.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

// After a change: npx vitest run --config test/vitest.config.ts test/attack-cases.test.ts -u
test('the table of SECURITY.md is this list, and where each case is shown', async () => {
  const path = fileURLToPath(new URL('../SECURITY.md', import.meta.url))
  const text = readFileSync(path, 'utf8')
  const [before = '', rest = ''] = text.split(BEGINNING)
  const [, after = ''] = rest.split(END)
  await expect(`${before}${BEGINNING}${caseTable()}${END}${after}`).toMatchFileSnapshot('../SECURITY.md')
})
