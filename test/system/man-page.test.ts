/** The manual page, as man shows it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const page = fileURLToPath(new URL('../../man/poolkey.1', import.meta.url))

test.each([
  ['man', ['--warnings', '-l', page]],
  ['groff', ['-man', '-Tutf8', '-ww', '-z', page]],
  ['groff', ['-man', '-Tascii', '-ww', '-z', page]],
])('%s has nothing to complain of (%#)', (program, words) => {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', MANPAGER: 'cat', MANWIDTH: '80' }
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8', env })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test('is shown with every section, in 80 columns, and its command lines as they are typed', () => {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', MANPAGER: 'cat', MANWIDTH: '80' }
  const shown = execFileSync('man', ['-l', page], { encoding: 'utf8', env })
  const sections = [
    'NAME',
    'SYNOPSIS',
    'DESCRIPTION',
    'EXAMPLES',
    'SETTINGS',
    'ENVIRONMENT',
    'EXIT STATUS',
    'FILES',
  ]
  for (const section of sections) expect(shown).toMatch(new RegExp(`^${section}$`, 'm'))
  expect(shown.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(shown).toContain('eval "$(poolkey env --profile dev)"\n')
  expect(shown).toContain("poolkey status --format '{profile} {left}'\n")
})
