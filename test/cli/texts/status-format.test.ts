import { expect, test } from 'vitest'
import type { Status } from '../../../src/broker/status.ts'
import { parseStatusFormat } from '../../../src/cli/texts/status-format.ts'
import { failureOf } from '../../profile/failure.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')
const after = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString()

function filled(format: string, minutes: number, more: Partial<Status['session']> = {}): string {
  const status: Status = {
    ...{ version: 1, profile: 'dev', store: 'file', clockSkewSeconds: 0 },
    session: { state: 'valid', userName: 'ann', ...more },
    credentials: { state: 'fresh', exchange: 'basic', expiresAt: after(minutes) },
  }
  return parseStatusFormat(format)(status, NOW)
}

test.each([
  [-1, ''],
  [0.5, '<1m'],
  [1, '1m'],
  [59.9, '59m'],
  [60, '1h'],
  [200, '3h20m'],
  [47 * 60 + 59, '47h59m'],
  [12 * 24 * 60, '12d'],
])('with %f minutes to go {left} is "%s"', (minutes, text) => {
  expect(filled('{left}', minutes)).toBe(text)
})

test('braces stay where they are open, and double ones are single', () => {
  expect(filled('{{{left}}} }{{}} {', 5)).toBe('{5m} }{} {')
})

test.each(['{}', '{Left}', '{left }', '{left} {nothing}'])('%s is refused', (format) => {
  const { code, facts } = failureOf(() => parseStatusFormat(format))
  expect(code).toBe('usage')
  expect(facts).toMatchObject({ fix: expect.stringContaining('{left}') as unknown })
})

test('what somebody else wrote cannot move the cursor', () => {
  expect(filled('{user}', 5, { userName: 'a\u001b[2J' })).toBe('a\\u{1b}[2J')
  expect(filled('{user}', 5, { userName: 'a$&{left}' })).toBe('a$&{left}')
})
