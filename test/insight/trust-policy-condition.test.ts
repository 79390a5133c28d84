import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAllowed } from '../../src/emulator/trust-policy.ts'
import { holdsFor, isLike } from '../../src/insight/trust-policy-condition.ts'
import type { KnownKeys } from '../../src/insight/trust-policy-condition.ts'

const operator = fc
  .tuple(
    fc.constantFrom('', 'ForAnyValue:', 'ForAllValues:'),
    fc.constantFrom(
      ...['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'ArnLike', 'ArnEquals'],
      ...['StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
    ),
    fc.constantFrom('', 'IfExists'),
  )
  .map((parts) => parts.join(''))
const value = fc.stringMatching(/^[ab*?B.]{0,4}$/)
const actual = fc.array(value, { minLength: 1, maxLength: 3 })

test('a condition on what is known holds exactly where the emulator says so', () => {
  fc.assert(
    fc.property(operator, actual, fc.option(actual), fc.boolean(), (name, wanted, given, single) => {
      const key = single ? 'p:aud' : 'P:AUD'
      const allowed = isAllowed(
        {
          Statement: {
            Effect: 'Allow',
            Principal: { Federated: 'p' },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: { [name]: { [key]: wanted } },
          },
        },
        {
          action: 'sts:AssumeRoleWithWebIdentity',
          principal: { kind: 'federated', name: 'p' },
          keys: given === null ? {} : { 'p:aud': given },
        },
      )
      const known: KnownKeys = (asked) => (asked === 'p:aud' ? (given ?? 'absent') : undefined)
      expect(holdsFor({ operator: name, key, values: wanted }, known)).toBe(allowed ? 'yes' : 'no')
    }),
    { numRuns: 2000 },
  )
})

describe('a condition', () => {
  const known: KnownKeys = (key) =>
    key === 'aws:multifactorauthpresent' ? 'absent' : { 'p:aud': ['pool'], 'p:amr': ['a', 'b'] }[key]

  test.each([
    ['Null', 'aws:MultiFactorAuthPresent', 'true', 'yes'],
    ['Null', 'p:aud', 'true', 'no'],
    ['Bool', 'aws:MultiFactorAuthPresent', 'true', 'no'],
    ['BoolIfExists', 'aws:MultiFactorAuthPresent', 'true', 'yes'],
    ['StringEquals', 'p:sub', 'me', 'unknown'],
    ['IpAddress', 'p:aud', '10.0.0.0/8', 'unknown'],
    ['Null', 'p:aud', 'FALSE', 'yes'],
    ['stringequals', 'p:aud', 'pool', 'yes'],
    ['foranyvalue:stringlikeifexists', 'p:aud', 'po*', 'yes'],
    ['StringEquals', 'p:aud', '${aws:username}', 'unknown'],
    ['StringNotEquals', 'p:aud', '${aws:username}', 'unknown'],
    ['StringEqual', 'p:aud', 'pool', 'unknown'],
    ['constructor', 'p:aud', 'pool', 'unknown'],
    ['ForAnyValue:StringNotEquals', 'p:aud', 'pool', 'no'],
    ['ForAnyValue:StringNotEquals', 'p:amr', 'b', 'yes'],
    ['StringNotEquals', 'p:amr', 'b', 'no'],
    ['ForAnyValue:StringNotEquals', 'aws:MultiFactorAuthPresent', 'x', 'no'],
  ])('%s on %s with %s: %s', (name, key, wanted, holds) => {
    expect(holdsFor({ operator: name, key, values: [wanted] }, known)).toBe(holds)
  })
})

test('a pattern of thousands of stars is read at once', () => {
  const begunMs = performance.now()
  expect(isLike('a'.repeat(2000), `${'*a'.repeat(1900)}b`)).toBe(false)
  expect(performance.now() - begunMs).toBeLessThan(2000)
})
