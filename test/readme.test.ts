import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { settingsTable } from '../src/profile/settings.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the README holds exactly the table of settings that the code has', () => {
  const between = /<!-- settings -->\n+([\s\S]*?)\n+<!-- \/settings -->/.exec(readme)?.[1]
  const table = settingsTable().trim()
  expect(
    between,
    `README.md, between <!-- settings --> and <!-- /settings -->, should be:\n\n${table}\n`,
  ).toBe(table)
})
