import { expect, test } from 'vitest'
import { ATTACK_CASES, filesByCase } from './attack-cases.ts'

test('no attack case is listed twice, and none that does not apply is claimed by a test', () => {
  const ids = ATTACK_CASES.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const claimed = filesByCase()
  for (const { id, notApplicable } of ATTACK_CASES) {
    if (notApplicable !== undefined) expect(claimed.has(id), id).toBe(false)
  }
})
