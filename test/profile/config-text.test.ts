import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseConfigText } from '../../src/profile/config-text.ts'
import type { ConfigFileKind } from '../../src/profile/config-text.ts'
import { failureOf } from './failure.ts'

function read(text: string, kind: ConfigFileKind = 'config') {
  return Object.fromEntries(
    parseConfigText(text, { file: 'config', kind }).map((section) => [
      `${section.kind} ${section.name}`,
      Object.fromEntries([...section.keys.values()].map(({ name, value }) => [name, value])),
    ]),
  )
}

describe('sections', () => {
  test.each([
    ['a named profile', '[profile dev]\na = 1', { 'profile dev': { a: '1' } }],
    ['default', '[default]\na = 1', { 'profile default': { a: '1' } }],
    ['white space inside the brackets', '[ profile \t dev ]\na=1', { 'profile dev': { a: '1' } }],
    [
      'a comment behind the header',
      '[profile dev] # mine [1]\na = 1\n[default]; x\n',
      { 'profile dev': { a: '1' }, 'profile default': {} },
    ],
    ['a quoted name with spaces', '[profile "a b"]\na = 1', { 'profile a b': { a: '1' } }],
    ['a name in single quotes', "[profile 'a b']\na = 1", { 'profile a b': { a: '1' } }],
    ['services', '[services local]\na = 1', { 'services local': { a: '1' } }],
    [
      'sections of other kinds are left out',
      '[sso-session s]\na = 1\n[plugins]\nb = 2\n[profile a b]\nc = 3',
      {},
    ],
    [
      'sections of one name merge',
      '[profile a]\nx = 1\ny = 1\n[profile b]\n[profile a]\nx = 2',
      { 'profile a': { x: '2', y: '1' }, 'profile b': {} },
    ],
    [
      '[profile default] beats [default] behind it',
      '[profile default]\na = 1\n[default]\na = 2\nb = 3',
      { 'profile default': { a: '1' } },
    ],
    [
      '[profile default] beats [default] before it',
      '[default]\na = 2\nb = 3\n[profile default]\na = 1',
      { 'profile default': { a: '1' } },
    ],
    ['an empty text', '', {}],
    ['only comments', '# a\n; b\n\n', {}],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  test('the credentials file names profiles without a word in front', () => {
    expect(read('[dev]\na = 1\n[default]\n[profile x]\nb = 2', 'credentials')).toEqual({
      'profile dev': { a: '1' },
      'profile default': {},
    })
  })

  test('a name such as __proto__ is a name like any other', () => {
    const [section] = parseConfigText('[profile __proto__]\n__proto__ = 1', {
      file: 'config',
      kind: 'config',
    })
    expect(section?.name).toBe('__proto__')
    expect(section?.keys.get('__proto__')?.value).toBe('1')
  })
})

describe('keys', () => {
  const under = (lines: string) => read(`[default]\n${lines}`)['profile default']
  test.each([
    ['names are lower-cased', 'Region = x', { region: 'x' }],
    ['the last duplicate wins', 'a = 1\nA = 2', { a: '2' }],
    ['white space around is dropped', ' a\t=  1 \t', { a: '1' }],
    ['a value keeps further equals signs', 'a = b=c = d', { a: 'b=c = d' }],
    ['an empty value', 'a =\nb = 1', { a: '', b: '1' }],
    [
      'a comment needs white space before it',
      'a = x; y\nb = x ; y\nc = x#y\nd = x\t# y',
      { a: 'x; y', b: 'x', c: 'x#y', d: 'x' },
    ],
    ['a value that is nothing but a comment', 'a = # x', { a: '' }],
    ['a deeper line continues the value', 'a = 1\n  2\n\n\t3', { a: '1\n2\n3' }],
    ['a continuation keeps what looks like a comment behind it', 'a = 1\n 2 # x', { a: '1\n2 # x' }],
    ['an indented comment is no continuation', 'a = 1\n  # x\nb = 2', { a: '1', b: '2' }],
    ['keys that are all indented stay keys', '  a = 1\n  b = 2', { a: '1', b: '2' }],
    ['CRLF and lone CR end lines', 'a = 1\r\nb = 2\rc = 3', { a: '1', b: '2', c: '3' }],
  ])('%s', (_, lines, expected) => {
    expect(under(lines)).toEqual(expected)
  })

  test('an indented block under an empty value is a map of one level', () => {
    const text =
      '[services s]\nsts =\n  endpoint_url = https://a.example # c\n\n  other = =\ncognito_identity =\n endpoint_url=b'
    const keys = parseConfigText(text, { file: 'config', kind: 'config' })[0]?.keys
    expect(keys?.get('sts')?.nested.get('endpoint_url')).toMatchObject({
      value: 'https://a.example',
      line: 3,
    })
    expect(keys?.get('sts')?.nested.get('other')).toMatchObject({ value: '=', line: 5 })
    expect(keys?.get('cognito_identity')?.nested.get('endpoint_url')).toMatchObject({ value: 'b', line: 7 })
  })

  test('a byte order mark is no part of the first header, nor an indentation', () => {
    expect(read('\uFEFF[default]\na = 1\n[profile b]\nc = 2')).toEqual({
      'profile default': { a: '1' },
      'profile b': { c: '2' },
    })
  })

  test('lines are counted from 1, over CRLF and comments too', () => {
    const [first, second] = parseConfigText('# x\r\n[default]\r\n\r\na = 1\r\n[profile b]', {
      file: 'config',
      kind: 'config',
    })
    expect([first?.line, first?.keys.get('a')?.line, second?.line]).toEqual([2, 4, 5])
  })
})

describe('refuses, naming the line,', () => {
  test.each([
    ['text before any section', 'a = 1\n[default]', 1],
    ['a line without an equals sign', '[default]\na = 1\nregion eu-west-1', 3],
    ['a continuation of nothing', '[default]\n  foo', 2],
    ['a key without a name', '[default]\n = 1', 2],
    ['a header that is not closed', '[default', 1],
    ['a header with text behind it', '[default] x', 1],
    ['a block that is not a map', '[default]\ns3 =\n  foo', 3],
    ['a mistake in a section of no interest', '[plugins]\nfoo', 2],
  ])('%s', (_, text, line) => {
    expect(failureOf(() => read(text))).toMatchObject({
      code: 'config-syntax',
      facts: { file: 'config', line },
    })
  })
})

test('any text is either read or refused as syntax, never anything else', () => {
  const piece = fc.constantFrom(
    '[',
    ']',
    'profile ',
    'default',
    'a',
    '=',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\r',
    '#',
    ';',
    '"',
    "'",
    '\uFEFF',
    '\\',
    'ü',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('')
      try {
        const sections = parseConfigText(text, { file: 'config', kind: 'config' })
        for (const section of sections) {
          for (const key of section.keys.values()) expect(key.name).toBe(key.name.trim().toLowerCase())
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'config-syntax' })
      }
    }),
    { numRuns: 2000 },
  )
})
