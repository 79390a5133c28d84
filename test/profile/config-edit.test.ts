import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { removeSection, sectionHeader, setKeys } from '../../src/profile/config-edit.ts'
import { parseConfigText } from '../../src/profile/config-text.ts'
import type { ConfigFileKind } from '../../src/profile/config-text.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { failureOf } from './failure.ts'

const dev = { file: 'config', kind: 'config', profile: 'dev' } as const

describe('setting keys', () => {
  test('replaces the value alone: spacing, comment and line ends stay', () => {
    const text =
      '# top\r\n[profile dev]\r\n  Region=a\t; c\r\nother = 1\r\n\r\n# below\r\n[profile x]\r\nregion = b\r\n'
    expect(setKeys(text, dev, { region: 'eu-west-1' })).toBe(text.replace('Region=a\t', 'Region=eu-west-1\t'))
  })

  test('adds a key below the last one, before comments of the next section, with its indentation', () => {
    expect(setKeys('[profile dev]\n  a = 1\n\n# next\n[default]\nb = 2', dev, { c: '3' })).toBe(
      '[profile dev]\n  a = 1\n  c = 3\n\n# next\n[default]\nb = 2',
    )
  })

  test('adds a key to a last line without an end', () => {
    expect(setKeys('[profile dev]\na = 1', dev, { c: '3' })).toBe('[profile dev]\na = 1\nc = 3')
  })

  test('appends a missing section, parted by a blank line, in the line ends of the file', () => {
    expect(setKeys('', dev, { a: '1', b: '2' })).toBe('[profile dev]\na = 1\nb = 2\n')
    expect(setKeys('[default]\r\nx = 1', dev, { a: '1' })).toBe(
      '[default]\r\nx = 1\r\n\r\n[profile dev]\r\na = 1\r\n',
    )
  })

  test('never makes a second section or key, for botocore refuses the file then', () => {
    const text = '[profile dev]\na = 1\n[profile b]\nx = 1\n[profile dev]\nA = 2\n'
    expect(setKeys(text, dev, { a: '3', n: '4' })).toBe(
      '[profile dev]\na = 1\n[profile b]\nx = 1\n[profile dev]\nA = 3\nn = 4\n',
    )
  })

  test('replaces a value of several lines by one line', () => {
    expect(setKeys('[profile dev]\na = 1\n  2\n  3\nb = 1\n', dev, { a: '9' })).toBe(
      '[profile dev]\na = 9\nb = 1\n',
    )
  })

  test.each(['  b = 2', '\tregion=x', '  [profile other]', '  [default]'])(
    'refuses to replace or remove a value above %j, which some SDKs read as a line of its own',
    (line) => {
      for (const value of ['9', undefined]) {
        expect(
          failureOf(() => setKeys(`[profile dev]\na = 1\n  2\n${line}\n`, dev, { a: value })),
        ).toMatchObject({
          code: 'config-syntax',
          facts: { line: 4, problem: expect.stringContaining('by hand') as unknown },
        })
      }
    },
  )

  test('removes a key with all its lines and duplicates', () => {
    expect(setKeys('[profile dev]\na = 1\n  2\nb = 1\na = 3\n', dev, { a: undefined })).toBe(
      '[profile dev]\nb = 1\n',
    )
    expect(setKeys('[profile x]\na = 1\n', dev, { a: undefined })).toBe('[profile x]\na = 1\n')
  })

  test('edits [profile default] where it shadows [default]', () => {
    const text = '[default]\na = 1\n[profile default]\na = 2\n'
    expect(setKeys(text, { ...dev, profile: 'default' }, { a: '3' })).toBe(
      '[default]\na = 1\n[profile default]\na = 3\n',
    )
  })

  test('leaves a text alone that says it already', () => {
    const text = '[profile dev]\na=1 # c\n'
    expect(setKeys(text, dev, { a: '1' })).toBe(text)
  })

  test.each([
    ['a line break', { a: 'x\ncredential_process = evil' }],
    ['a carriage return', { a: 'x\r[default]' }],
    ['a NUL', { a: 'x\0' }],
    ['a comment sign behind a space', { a: 'x #y' }],
    ['a comment sign at the start', { a: ';x' }],
    ['an empty value', { a: '' }],
    ['a space at the end', { a: 'x ' }],
    ['a key with an equals sign', { 'a=b': 'x' }],
    ['a key with a line break', { 'a\nb': 'x' }],
    ['a key that is a header', { '[a]': 'x' }],
    ['a key that is a comment', { '#a': 'x' }],
  ])('refuses %s', (_, keys: Record<string, string>) => {
    expect(failureOf(() => setKeys('[profile dev]\n', dev, keys)).code).toBe('usage')
  })

  test.each([
    'x]\n[default]\ncredential_process=evil',
    'a"b',
    "a'b",
    'a[b',
    'a#b',
    'a;b',
    '',
    ' a',
    'a\u202eb',
    'a\\b',
  ])('refuses the profile name %j', (profile) => {
    expect(failureOf(() => setKeys('', { ...dev, profile }, { a: '1' })).code).toBe('usage')
    expect(failureOf(() => removeSection('', { ...dev, profile })).code).toBe('usage')
  })

  test('refuses to edit a text that no AWS tool reads', () => {
    expect(failureOf(() => setKeys('junk\n', dev, { a: '1' })).code).toBe('config-syntax')
  })
})

describe('removing a section', () => {
  test('takes its lines and one blank line, and leaves the comments of the next', () => {
    const text = '[default]\na = 1\n\n[profile dev]\nb = 2\n# mine\nc = 3\n\n# next\n[profile x]\nd = 4\n'
    expect(removeSection(text, dev)).toBe('[default]\na = 1\n\n# next\n[profile x]\nd = 4\n')
  })

  test('leaves a text alone that has no such section', () => {
    expect(removeSection('[profile x]\na = 1', dev)).toBe('[profile x]\na = 1')
  })

  test('refuses where the text would not be readable any more', () => {
    const text = '[x]\nmap =\n  k = v\n[profile dev]\n  [profile other]\n'
    expect(failureOf(() => removeSection(text, dev)).facts).toMatchObject({
      line: 4,
      problem: expect.stringContaining('by hand') as unknown,
    })
  })

  test('refuses where a section below would become the tail of a value above', () => {
    const text = '[profile a]\nx = 1\n[profile dev]\n  y = 2\n  [profile c]\n  z = 3\n'
    expect(failureOf(() => removeSection(text, dev))).toMatchObject({
      code: 'config-syntax',
      facts: { file: 'config', line: 3 },
    })
  })
})

test.each([
  ['config', 'default', '[default]'],
  ['config', 'dev', '[profile dev]'],
  ['config', 'a b', '[profile "a b"]'],
  ['credentials', 'dev', '[dev]'],
  ['credentials', 'default', '[default]'],
] as const)('in the %s file %s stands below %s', (kind, profile, header) => {
  expect(sectionHeader({ kind, profile })).toBe(header)
})

describe('for any readable text', () => {
  const end = fc.constantFrom('\n', '\r\n')
  const line = fc.oneof(
    fc.constantFrom(
      '# note',
      '; note',
      '',
      '   ',
      '  # deep',
      '[profile dev]',
      '[profile other]',
      '[default]',
      '[profile default]',
      '[services s]',
      '[x y z]',
    ),
    fc.constantFrom(
      'a = 1',
      '  a = 1',
      'b=2 # c',
      'A = 3',
      'long = x\n   y',
      'map =\n  k = v',
      '\tb = 9',
      'region = ü',
      '  [profile other]',
    ),
  )
  const text = fc
    .tuple(fc.constantFrom('', '\uFEFF'), fc.array(line, { maxLength: 14 }), end, fc.boolean())
    .map(([mark, lines, eol, closed]) => mark + lines.join('\n').replaceAll('\n', eol) + (closed ? eol : ''))
    .filter(isReadable)

  test('setting a key changes nothing but that key, and every other line stays byte for byte', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('a', 'new'), (before, key) => {
        const after = editOrGiveUp(() => setKeys(before, dev, { [key]: 'value here' }))
        if (after === undefined) return
        expect(after.startsWith('\uFEFF')).toBe(before.startsWith('\uFEFF'))
        const expected = sectionsOf(before).filter(([name]) => name !== 'profile dev')
        expect(sectionsOf(after).filter(([name]) => name !== 'profile dev')).toEqual(expected)
        expect(keysOf(after)).toEqual({ ...keysOf(before), [key]: 'value here' })
        expect(
          isSubsequence(
            linesOf(before).filter((one) => !/^\s*a\s*=/i.test(one)),
            linesOf(after),
          ),
        ).toBe(true)
      }),
      { numRuns: 1500 },
    )
  })

  test('what was appended can be removed without a trace', () => {
    fc.assert(
      fc.property(text, (before) => {
        if (sectionsOf(before).some(([name]) => name === 'profile dev')) return
        const after = setKeys(before, dev, { a: '1', b: '2' })
        const restored = removeSection(after, dev)
        const closed = before === '' || /[\r\n]$/.test(before) || before === '\uFEFF'
        expect(closed ? restored : restored.replace(/\r?\n$/, '')).toBe(before)
      }),
      { numRuns: 1500 },
    )
  })

  test('removing a section leaves all others as they were', () => {
    fc.assert(
      fc.property(text, (before) => {
        const after = editOrGiveUp(() => removeSection(before, dev))
        if (after === undefined) return
        expect(sectionsOf(after)).toEqual(sectionsOf(before).filter(([name]) => name !== 'profile dev'))
        expect(isSubsequence(linesOf(after), linesOf(before))).toBe(true)
        expect(after.startsWith('\uFEFF')).toBe(before.startsWith('\uFEFF'))
      }),
      { numRuns: 1500 },
    )
  })
})

function isReadable(text: string): boolean {
  try {
    parseConfigText(text, { file: 'config', kind: 'config' })
    return true
  } catch {
    // Refused texts are the subject of other tests.
    return false
  }
}

/** Odd layouts may be refused, but only so. */
function editOrGiveUp(edit: () => string): string | undefined {
  try {
    return edit()
  } catch (error) {
    expect(error).toBeInstanceOf(PoolkeyError)
    expect(error).toMatchObject({ facts: { problem: expect.stringContaining('too unusual') as unknown } })
    return undefined
  }
}

function sectionsOf(text: string, kind: ConfigFileKind = 'config') {
  return parseConfigText(text, { file: 'config', kind }).map(
    ({ kind, name, keys }) =>
      [`${kind} ${name}`, [...keys.values()].map((key) => [key.name, key.value])] as const,
  )
}

function keysOf(text: string) {
  return Object.fromEntries(sectionsOf(text).find(([name]) => name === 'profile dev')?.[1] ?? []) as Record<
    string,
    string
  >
}

function linesOf(text: string): string[] {
  return text.replace(/^\uFEFF/, '').match(/[^\r\n]+/g) ?? []
}

function isSubsequence(few: string[], many: string[]): boolean {
  let found = 0
  for (const line of many) if (line === few[found]) found += 1
  return found === few.length
}
