import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { groupClaims } from '../../src/emulator/claims.ts'
import type { IdentityPoolSettings, MappingRule } from '../../src/emulator/configuration.ts'
import { mappedRole } from '../../src/emulator/role-mapping.ts'

const PREFERRED = 'arn:aws:iam::111122223333:role/preferred'
const OTHER = 'arn:aws:iam::111122223333:role/other'
const AUTHENTICATED = 'arn:aws:iam::111122223333:role/authenticated'

function poolWith(roleMapping: IdentityPoolSettings['roleMapping']): IdentityPoolSettings {
  return {
    authenticatedRole: AUTHENTICATED,
    allowUnauthenticated: false,
    allowClassicFlow: false,
    roleMapping,
    providers: [],
  }
}

function roleOf(
  pool: IdentityPoolSettings,
  claims: Record<string, unknown>,
  customRoleArn?: string,
): string | undefined {
  return mappedRole(pool, { claims, customRoleArn, identityId: 'id' })
}

describe('without a mapping', () => {
  const pool = poolWith({ kind: 'none' })

  test('everybody gets the authenticated role, whatever the token offers', () => {
    expect(roleOf(pool, { 'cognito:preferred_role': PREFERRED })).toBe(AUTHENTICATED)
  })

  test('no other role can be asked for', () => {
    expect(roleOf(pool, {}, AUTHENTICATED)).toBe(AUTHENTICATED)
    expect(() => roleOf(pool, { 'cognito:roles': [OTHER] }, OTHER)).toThrow('forbidden')
  })
})

describe('by token', () => {
  const pool = poolWith({ kind: 'token', ambiguous: 'AuthenticatedRole' })
  const denying = poolWith({ kind: 'token', ambiguous: 'Deny' })
  const claims = { 'cognito:roles': [PREFERRED, OTHER], 'cognito:preferred_role': PREFERRED }

  test('a role asked for goes before the preferred one, if the token offers it', () => {
    expect(roleOf(pool, claims)).toBe(PREFERRED)
    expect(roleOf(pool, claims, OTHER)).toBe(OTHER)
    expect(() => roleOf(pool, claims, AUTHENTICATED)).toThrow('forbidden')
    expect(() => roleOf(pool, {}, OTHER)).toThrow('forbidden')
  })

  test('without a preferred role the pool decides', () => {
    expect(roleOf(pool, { 'cognito:roles': [PREFERRED, OTHER] })).toBe(AUTHENTICATED)
    expect(() => roleOf(denying, { 'cognito:roles': [PREFERRED, OTHER] })).toThrow(
      'ambiguous role mapping rules for: id',
    )
  })
})

describe('by rules', () => {
  const rules: MappingRule[] = [
    { claim: 'custom:team', matchType: 'Equals', value: 'blue', roleArn: PREFERRED },
    { claim: 'cognito:groups', matchType: 'Contains', value: 'min', roleArn: OTHER },
  ]
  const pool = poolWith({ kind: 'rules', ambiguous: 'Deny', rules })

  test('the first that matches names the role, and another that matches may be asked for', () => {
    const claims = { 'custom:team': 'blue', 'cognito:groups': ['admin'] }
    expect(roleOf(pool, claims)).toBe(PREFERRED)
    expect(roleOf(pool, claims, OTHER)).toBe(OTHER)
    expect(roleOf(pool, { 'cognito:groups': ['admin'] })).toBe(OTHER)
    expect(() => roleOf(pool, { 'cognito:groups': ['admin'] }, PREFERRED)).toThrow('forbidden')
    expect(() => roleOf(pool, {})).toThrow('ambiguous')
  })

  test.each([
    ['Equals', 'blue', 'blue', true],
    ['Equals', 'blue', 'blues', false],
    ['NotEqual', 'blue', 'red', true],
    ['NotEqual', 'blue', 'blue', false],
    ['NotEqual', 'blue', undefined, false],
    ['StartsWith', 'bl', 'blue', true],
    ['StartsWith', 'lu', 'blue', false],
    ['Contains', 'lu', 'blue', true],
    ['Contains', 'xx', 'blue', false],
    ['Equals', 'true', true, true],
    ['Equals', '7', 7, true],
  ] as const)('%s %s against %s: %s', (matchType, value, claim, isMatch) => {
    const one = poolWith({
      kind: 'rules',
      ambiguous: 'AuthenticatedRole',
      rules: [{ claim: 'custom:team', matchType, value, roleArn: PREFERRED }],
    })
    expect(roleOf(one, { 'custom:team': claim })).toBe(isMatch ? PREFERRED : AUTHENTICATED)
  })
})

describe('the claims of groups', () => {
  const user = (groups?: string[]) => ({
    username: 'u',
    password: 'p',
    email: 'e',
    ...(groups ? { groups } : {}),
  })

  test('are absent for somebody without groups', () => {
    expect(groupClaims(user(), [{ name: 'a', roleArn: OTHER }])).toEqual({})
  })

  test('leave out the preferred role when the best groups tie with different roles', () => {
    const groups = [
      { name: 'a', precedence: 1, roleArn: PREFERRED },
      { name: 'b', precedence: 1, roleArn: OTHER },
      { name: 'c', precedence: 2, roleArn: AUTHENTICATED },
    ]
    expect(groupClaims(user(['a', 'b', 'c']), groups)).toEqual({
      'cognito:groups': ['a', 'b', 'c'],
      'cognito:roles': [PREFERRED, OTHER, AUTHENTICATED],
    })
    expect(groupClaims(user(['b', 'c']), groups)).toHaveProperty('cognito:preferred_role', OTHER)
  })

  test('rank a group without precedence last', () => {
    const groups = [
      { name: 'a', roleArn: OTHER },
      { name: 'b', precedence: 9, roleArn: PREFERRED },
    ]
    expect(groupClaims(user(['a', 'b']), groups)).toHaveProperty('cognito:preferred_role', PREFERRED)
  })

  test('never prefer a role that they do not offer', () => {
    const group = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      precedence: fc.nat(3),
      roleArn: fc.constantFrom(PREFERRED, OTHER, AUTHENTICATED),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(group, { selector: ({ name }) => name }),
        fc.subarray(['a', 'b', 'c', 'd']),
        (groups, names) => {
          const claims = groupClaims(user(names), groups)
          const roles = (claims['cognito:roles'] ?? []) as string[]
          const preferred = claims['cognito:preferred_role']
          expect(preferred === undefined || roles.includes(preferred as string)).toBe(true)
          expect(new Set(roles).size).toBe(roles.length)
        },
      ),
    )
  })
})
