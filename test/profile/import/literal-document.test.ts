import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isObject } from '../../../src/profile/import/literal.ts'
import type { Literal } from '../../../src/profile/import/literal.ts'
import { parseDocuments } from '../../../src/profile/import/literal-document.ts'
import { failureOf } from '../failure.ts'

/** Maps as plain objects, for comparing. */
function plain(value: Literal): unknown {
  if (isObject(value)) return Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]))
  return Array.isArray(value) ? value.map(plain) : value
}

const read = (text: string) => parseDocuments(text, 'file').map(plain)
const refusal = (text: string) => failureOf(() => parseDocuments(text, 'file'))

const NOT_A_LITERAL = 'here stands neither JSON nor a literal of JavaScript; nothing in a file is run'
const NO_VALUE = 'this is no plain value; nothing in a file is run, so a value must stand there itself'

describe('what is read', () => {
  test.each<[string, string, unknown[]]>([
    [
      'an object of every kind of value',
      '{"a":1,"b":-2.5e3,"c":true,"d":false,"e":null,"f":[1,"x",{}]}',
      [{ a: 1, b: -2500, c: true, d: false, e: null, f: [1, 'x', {}] }],
    ],
    ['a byte order mark', '\uFEFF{"a":1}', [{ a: 1 }]],
    ['comments and commas behind the last item', '// x\n{ /* " */ "a": [1, 2,], // }\n }', [{ a: [1, 2] }]],
    ['escapes', String.raw`{"a":"\"\\\/\b\f\n\r\té😀"}`, [{ a: '"\\/\b\f\n\r\té😀' }]],
    ['halves of a character', String.raw`{"a":"\ud83d\ude00\u00e9"}`, [{ a: '😀é' }]],
    ['escapes of JavaScript', String.raw`export default {a:'\x41\u{1F600}\0\v\'\q'}`, [{ a: "A😀\0\v'q" }]],
    ['a text that goes on in the next line', "export default {a:'one \\\n two'}", [{ a: 'one  two' }]],
    [
      'names without quotes, numbers as names',
      "export default {user_pool$: 1, été: 2, 3: 'x', 'a b': 4}",
      [{ user_pool$: 1, été: 2, 3: 'x', 'a b': 4 }],
    ],
    ['a template without anything to put in', 'export default {a:`x\n$1 $`}', [{ a: 'x\n$1 $' }]],
    [
      'hexadecimal numbers, undefined',
      'export default {a:0xFF,b:.5,c:undefined}',
      [{ a: 255, b: 0.5, c: null }],
    ],
    ['texts one after the other', '{"a":1}\n{"b":2} {"c":3}', [{ a: 1 }, { b: 2 }, { c: 3 }]],
    ['a list of texts', '[{"a":1},{"b":2},3]', [{ a: 1 }, { b: 2 }]],
    [
      'outputs as a list',
      '[{"OutputKey":"A","OutputValue":"b"}]',
      [{ Outputs: [{ OutputKey: 'A', OutputValue: 'b' }] }],
    ],
    ['module.exports', "'use strict'\nmodule.exports = { a: 1 };", [{ a: 1 }]],
    ['export default', 'export default { a: 1 }', [{ a: 1 }]],
    ['a constant exported by name', 'const x = { a: 1 };\n\nexport default x;\n', [{ a: 1 }]],
    ['the exported one among several', 'var y = { b: 2 }\nlet x = { a: 1 }\nmodule.exports = x', [{ a: 1 }]],
    ['one constant that nothing exports', 'export const x = { a: 1 }', [{ a: 1 }]],
    ['several that nothing exports', 'const x = { a: 1 };\nconst y = "z"', [{ x: { a: 1 }, y: 'z' }]],
    [
      'types',
      'import type { T } from "t"\nconst x: Record<string, T[]> = { a: 1 } as const\nexport default x',
      [{ a: 1 }],
    ],
    ['assertions', "import 'y'; export default { a: 1 } satisfies T.U<V> as W", [{ a: 1 }]],
    [
      'what a compiler makes of an export',
      '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.x = void 0;\nexports.x = { a: 1 };',
      [{ a: 1 }],
    ],
    ['statements ended twice', 'const x = { a: 1 };; export default x;;', [{ a: 1 }]],
    ['Windows line ends', 'const x = {\r\n  a: 1,\r\n};\r\nexport default x;\r\n', [{ a: 1 }]],
    ['what is no object', '[1, "x"]', []],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  test('whatever JSON can say is read as JSON reads it, alone or exported', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 })),
        fc.boolean(),
        (value, isModule) => {
          // Minus nought is written as nought, and a Map has no members that are inherited.
          const json = JSON.stringify(value)
          const text = isModule ? `const x = ${json}\nexport default x` : json
          expect(JSON.stringify(read(text))).toBe(JSON.stringify([JSON.parse(json)]))
        },
      ),
    )
  })
})

describe('J121: nothing in a file is run', () => {
  test.each([
    ['a call', "require('fs').writeFileSync(MARKER, '')\nmodule.exports = { a: 1 }", 1, 1, NOT_A_LITERAL],
    [
      'a call behind',
      "module.exports = { a: 1 }\nrequire('fs').writeFileSync(MARKER, '')",
      2,
      1,
      NOT_A_LITERAL,
    ],
    [
      'a value that is called for',
      "export default {\n  a: require('fs').writeFileSync(MARKER, '') }",
      2,
      6,
      NO_VALUE,
    ],
    ['a function', 'export default { a: () => 1 }', 1, 21, NO_VALUE],
    ['a function that is called at once', 'export default (() => ({ a: 1 }))()', 1, 16, NO_VALUE],
    [
      'a method',
      'export default { a() { return 1 } }',
      1,
      19,
      'a ":" is due here, behind the name of a value',
    ],
    [
      'a getter',
      'export default { get a() { return 1 } }',
      1,
      22,
      'a ":" is due here, behind the name of a value',
    ],
    ['a computed name', 'export default { [MARKER]: 1 }', 1, 18, 'the name of a value is due here'],
    ['a spread', 'export default { ...process.env }', 1, 18, 'the name of a value is due here'],
    [
      'a shorthand',
      'const a = 1\nexport default { a }',
      2,
      20,
      'a ":" is due here, behind the name of a value',
    ],
    ['the environment', 'export default { a: process.env.SECRET }', 1, 21, NO_VALUE],
    [
      'a template with something in it',
      'export default { a: `${MARKER}` }',
      1,
      22,
      'this text is put together by a program',
    ],
    ['a tagged template', 'export default { a: 1 }\n`${MARKER}`', 2, 1, NOT_A_LITERAL],
    ['an object that is called', 'module.exports = { a: 1 }\n(MARKER)', 2, 1, NOT_A_LITERAL],
    ['an object of which a member is taken', 'module.exports = { a: {} }.a', 1, 27, NOT_A_LITERAL],
    ['a sum', 'module.exports = { a: "x" + "y" }', 1, 27, 'a "," or "}" is due here'],
    ['two statements in a line', 'const a = { b: 1 } const c = 2', 1, 20, NOT_A_LITERAL],
    ['a member in the next line', 'module.exports = { a: {} }\n.a', 2, 1, NOT_A_LITERAL],
    ['a dynamic import', "import('./x.js')", 1, 1, NOT_A_LITERAL],
    ['an unknown name', 'export default awsmobile', 1, 16, NO_VALUE],
    ['an alias', 'const a = { b: 1 }\nconst c = a', 2, 11, NO_VALUE],
    ['a web page', '<!doctype html><p>Sign in</p>', 1, 1, NOT_A_LITERAL],
    ['a file of settings', '[owner]\nregion = eu-west-1', 1, 2, NO_VALUE],
    ['YAML', 'Outputs:\n  UserPoolId: x', 1, 1, NOT_A_LITERAL],
  ])('%s is refused with its place, and leaves no marker', (_, text, line, column, problem) => {
    const folder = mkdtempSync(join(tmpdir(), 'poolkey-import-'))
    onTestFinished(() => {
      rmSync(folder, { recursive: true })
    })
    const marker = join(folder, 'marker')
    const found = refusal(text.replaceAll('MARKER', JSON.stringify(marker)))
    expect(found).toEqual({
      code: 'import-unusable',
      facts: { source: 'file', problem, place: { line, column } },
    })
    expect(existsSync(marker)).toBe(false)
  })

  test.each([
    ['a profile', '[profile dev]\nregion = eu-west-1', 'append it to ~/.aws/config'],
    ['the default profile', '\n[default]\nregion = eu-west-1', 'append it to ~/.aws/config'],
    ['a table of the AWS CLI', '--------------------\n|  DescribeStacks  |', 'print it with --output json'],
    ['an ID', 'eu-west-1_AbCdEf123\n', 'poolkey configure asks for what it needs'],
  ])('%s is told what to do with it', (_, text, fix) => {
    const found = refusal(text)
    expect(found.code).toBe('import-unusable')
    expect(JSON.stringify(found.facts)).toContain(fix)
  })
})

describe('J122: hostile data', () => {
  test('names that mean something to objects of JavaScript are names like others', () => {
    const text =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x","a":1}'
    const [document] = parseDocuments(text, 'file')
    expect([...(document?.keys() ?? [])]).toEqual(['__proto__', 'constructor', 'toString', 'a'])
    expect('polluted' in {}).toBe(false)
    expect(parseDocuments('const __proto__ = {"a":1}\nexport default __proto__', 'file')).toHaveLength(1)
  })

  test.each([
    ['lists 10,000 levels deep', '{"a":' + '['.repeat(10_000), { line: 1, column: 106 }],
    ['objects 10,000 levels deep', '{"a":'.repeat(10_000), { line: 1, column: 506 }],
    ['lists in a module', `export default ${'['.repeat(10_000)}`, { line: 1, column: 117 }],
  ])('%s are refused', (_, text, place) => {
    expect(refusal(text)).toMatchObject({
      code: 'import-unusable',
      facts: { problem: 'this is nested deeper than 100 levels', place },
    })
  })

  test.each([
    [
      'a name that stands twice',
      '{\n "a": 1,\n "b": {},\n "a": 2 }',
      4,
      2,
      'the name "a" stands twice, here and in line 2',
    ],
    [
      'one that is written otherwise',
      String.raw`{"a":1,"\u0061":2}`,
      1,
      8,
      'the name "a" stands twice, here and in line 1',
    ],
    ['nothing', '', 1, 1, 'there is nothing in it'],
    ['nothing but a comment', '// x\n', 2, 1, 'there is nothing in it'],
    ['a comment without end', '{ /* x', 1, 3, 'this comment is never closed'],
    ['a text without end', '{"a": "x', 1, 7, 'the text that begins here is never closed'],
    ['a text over two lines', '{"a": "x\n"}', 1, 7, 'the text that begins here is never closed'],
    ['an object without end', '{"a": 1', 1, 1, 'the bracket that opens here is never closed'],
    ['a list without end', '{"a":\n [1, ', 2, 2, 'the bracket that opens here is never closed'],
    ['a name without value', '{"a":', 1, 6, 'the text ends where a value is due'],
    ['the wrong bracket', '{"a": [1}', 1, 9, 'a "," or "]" is due here'],
    ['two commas', '{"a": [1,,2]}', 1, 10, NO_VALUE],
    ['something behind', '{"a": 1}, x', 1, 9, 'nothing may stand behind the closing bracket'],
    ['a broken escape', String.raw`{"a": "\u12"}`, 1, 8, 'this is no escape'],
    ['an octal escape', String.raw`{"a": "\101"}`, 1, 8, 'this is no escape'],
    ['a character that does not exist', String.raw`{"a": "\u{110000}"}`, 1, 18, 'there is no such character'],
    ['NaN', '{"a": NaN}', 1, 7, NO_VALUE],
    ['a number that is none', '{"a": 1x}', 1, 7, NO_VALUE],
  ])('%s is refused with its place', (_, text, line, column, problem) => {
    expect(refusal(text)).toEqual({
      code: 'import-unusable',
      facts: { source: 'file', problem, place: { line, column } },
    })
  })

  test('no message quotes what stands in the file', () => {
    for (const text of [
      '{"ClientSecret": canary}',
      '{"ClientSecret": "canary',
      'canary = {}',
      '{"a" canary}',
    ])
      expect(JSON.stringify(refusal(text))).not.toContain('canary')
  })

  test.each([
    ['one long text', `{"a":"${'x'.repeat(5_000_000)}"}`],
    ['one long text of escapes', `{"a":"${String.raw`\n`.repeat(2_500_000)}"}`],
    ['one long name', `export default {${'a'.repeat(5_000_000)}:1}`],
    ['one long number', `{"a":${'9'.repeat(5_000_000)}}`],
    ['blanks', `{${' \n'.repeat(2_500_000)}}`],
    ['comments', `{${'//\n'.repeat(1_600_000)}}`],
    ['members', `{${Array.from({ length: 300_000 }, (_, at) => `"${at}":1`).join(',')}}`],
  ])('5 MB of %s are read, in the time that a test may take', (_, text) => {
    expect(parseDocuments(text, 'file')).toHaveLength(1)
  })

  test.each([
    ['commas', `{${','.repeat(5_000_000)}`],
    ['beginnings of an import', 'import a '.repeat(500_000)],
    ['blanks behind an import', `import${' '.repeat(5_000_000)}x`],
    ['texts', '{}'.repeat(2_500_000)],
    ['texts in a list', `[${'{},'.repeat(1_600_000)}{}]`],
    ['beginnings of a type', `const a: ${'<'.repeat(5_000_000)}`],
    ['opened comments', '/*'.repeat(2_500_000)],
  ])('5 MB of %s are refused, in the time that a test may take', (_, text) => {
    expect(refusal(text).code).toBe('import-unusable')
  })
})
