import { describe, expect, test } from 'vitest'
import { chooseProfileName, isProfileName } from '../../src/profile/profile-name.ts'
import { failureOf } from './failure.ts'

describe('the profile that is meant', () => {
  test('is --profile, AWS_PROFILE, AWS_DEFAULT_PROFILE, default, in that order', () => {
    const env = { AWS_PROFILE: 'a', AWS_DEFAULT_PROFILE: 'b' }
    expect(chooseProfileName({ flag: 'f', env })).toBe('f')
    expect(chooseProfileName({ flag: undefined, env })).toBe('a')
    expect(chooseProfileName({ flag: undefined, env: { ...env, AWS_PROFILE: '' } })).toBe('b')
    expect(chooseProfileName({ flag: undefined, env: {} })).toBe('default')
  })

  test('is refused when its name cannot stand in AWS files, and an empty flag is no flag left out', () => {
    expect(failureOf(() => chooseProfileName({ flag: '', env: {} })).code).toBe('usage')
    expect(failureOf(() => chooseProfileName({ flag: undefined, env: { AWS_PROFILE: 'a\nb' } })).code).toBe(
      'usage',
    )
  })
})

test.each(['dev', 'a b', 'team/dev.1@x:y+z%', 'größe', 'a'.repeat(128)])('%j is a name', (name) => {
  expect(isProfileName(name)).toBe(true)
})

test.each([
  '',
  ' a',
  'a ',
  'a]',
  '[a',
  'a"b',
  "a'b",
  'a\\b',
  'a#b',
  'a;b',
  'a`b',
  'a\nb',
  'a\0b',
  'a\u009bb',
  'a\u202eb',
  'a\u2028b',
  'a'.repeat(129),
])('%j is none', (name) => {
  expect(isProfileName(name)).toBe(false)
})
