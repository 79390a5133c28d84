/** The help: what it tells is what the code does. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readCommandLine } from '../../../src/cli/command-line/command-line.ts'
import { readTreeShape } from '../../../src/cli/tree/command-shape.ts'
import { addEveryCommand } from '../../../src/cli/tree/command-tree.ts'
import { HELP_TOPICS } from '../../../src/cli/help/topic-names.ts'
import { ENVIRONMENT_VARIABLES } from '../../../src/cli/help/environment-variables.ts'
import { EXAMPLES, exampleText, FIRST_EXAMPLES } from '../../../src/cli/help/examples.ts'
import { roffText } from '../../../src/cli/help/roff.ts'
import { filled, pageText } from '../../../src/cli/help/page-text.ts'
import { topicPage } from '../../../src/cli/help/topics.ts'
import { EXIT_CODES } from '../../../src/errors/exit-codes.ts'
import { SETTING_LIST } from '../../../src/profile/settings.ts'

const tree = await readTreeShape(addEveryCommand)
const examples = [...FIRST_EXAMPLES, ...Object.values(EXAMPLES).flatMap((some) => some ?? [])]

describe.each(HELP_TOPICS)('help %s', (topic) => {
  const text = pageText(topicPage(topic))

  test('fits 80 columns and is plain text', () => {
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(text).toMatch(/^[\x20-\x7e\n]+$/)
    expect(text).not.toMatch(/ \n|\n\n\n|undefined|`/)
    expect(text).toMatch(/[^\n]\n$/)
  })
})

test('help exit-codes has each code, help settings each setting with its default', () => {
  const codes = pageText(topicPage('exit-codes'))
  for (const { code } of EXIT_CODES) expect(codes).toMatch(new RegExp(`^  ${code} `, 'm'))
  const settings = pageText(topicPage('settings'))
  for (const { key } of SETTING_LIST)
    expect(settings.split(new RegExp(`^  ${key}\\b`, 'm')), key).toHaveLength(2)
  expect(settings.replaceAll(/\s+/g, ' ')).toContain(
    'tried in order. Default: http://localhost:8400/callback.',
  )
  expect(settings.replaceAll(/\s+/g, ' ')).toContain('App client. Required unless guest.')
})

describe('help environment', () => {
  const folder = new URL('../../../src/', import.meta.url)
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/^(cli\/help|emulator)\//.test(path))
    .map((path) => readFileSync(new URL(path, folder), 'utf8'))
    .join('\n')
  const told = ENVIRONMENT_VARIABLES.flatMap(({ terms = [] }) => terms)
    .flatMap((one) => [
      ...`${one.term} ${one.meaning}`.matchAll(/\b[A-Z][A-Z_]{3,}\b|\bComSpec\b|^container\b/g),
    ])
    .map(([name]) => name)

  test('tells of every variable that the code reads by its name', () => {
    const reads = /\b(?:env(?:ironment)?\[|isSet\(env, )['"](\w+)['"]/g
    const read = [...sources.matchAll(reads)].map(([, name = '']) => name)
    expect(read.length).toBeGreaterThan(40)
    // Spellings of one: Windows knows no case.
    const other = new Set(['Path', 'COMSPEC'])
    expect([...new Set(read)].filter((name) => !told.includes(name) && !other.has(name))).toEqual([])
  })

  test('tells of no variable that the code does not know', () => {
    const terms = ENVIRONMENT_VARIABLES.flatMap((block) => block.terms ?? []).flatMap(({ term }) =>
      term.split(', '),
    )
    const known = (name: string) =>
      sources.includes(`'${name}'`) ||
      (name.startsWith('AWS_ENDPOINT_URL_') &&
        sources.includes(`'${name.slice('AWS_ENDPOINT_URL_'.length).toLowerCase()}'`))
    expect(terms.filter((name) => !known(name))).toEqual([])
    expect(terms).toEqual([...new Set(terms)])
  })
})

describe('examples', () => {
  test('are two to four for every command, and for no other', () => {
    for (const { path } of tree.commands)
      expect((EXAMPLES[path] ?? []).length, path).toBeGreaterThanOrEqual(2)
    for (const some of Object.values(EXAMPLES)) expect((some ?? []).length).toBeLessThanOrEqual(4)
    const paths = tree.commands.map(({ path }) => path)
    expect(Object.keys(EXAMPLES).filter((path) => !paths.includes(path))).toEqual([])
  })

  test('fit 80 columns', () => {
    const lines = [FIRST_EXAMPLES, ...Object.values(EXAMPLES)].flatMap((some) =>
      exampleText(some ?? []).split('\n'),
    )
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  test.each(examples)('%s: its commands and options exist', (line) => {
    const calls = [...line.matchAll(/\bpoolkey ((?:[^|>&()"]|'[^']*')+)/g)].map(([, rest = '']) =>
      rest.trim(),
    )
    expect(calls).not.toEqual([])
    for (const call of calls) expect(problemsOf(call.match(/'[^']*'|\S+/g) ?? []), call).toEqual([])
  })
})

function problemsOf(given: string[]): string[] {
  const { words } = readCommandLine(given)
  const isTopic = words[0] === 'help' || words.at(-1) === '--help'
  const paths = [`${words[0] ?? ''} ${words[1] ?? ''}`, words[0] ?? '']
  const command =
    tree.commands.find(({ path }) => path === paths[0]) ?? tree.commands.find(({ path }) => path === paths[1])
  if (!command) return isTopic ? [] : [`no command ${paths.join(' / ')}`]
  const options = [...tree.commonOptions, ...command.options]
  return words.flatMap((word, at) => {
    if (!word.startsWith('-') || word === '-') return []
    const option = options.find(({ short, long }) => [short, long].includes(word))
    if (!option) return [`no option ${word}`]
    const value = words[at + 1]
    const { values } = option
    if (values === undefined || (values.kind !== 'words' && value !== undefined)) return []
    return values.words.includes(value ?? '') ? [] : [`no value ${value ?? ''} of ${word}`]
  })
}

test('text is filled up to 80 columns and never torn', () => {
  const text = Array.from({ length: 60 }, (_, at) => 'x'.repeat((at % 9) + 1)).join(' ')
  const lines = filled(text, '    ')
  expect(lines.map((line) => line.trim()).join(' ')).toBe(text)
  for (const [at, line] of lines.entries()) {
    expect(line.length).toBeLessThanOrEqual(80)
    const next = lines[at + 1]?.trim().split(' ')[0]
    if (next !== undefined) expect(line.length + 1 + next.length).toBeGreaterThan(80)
  }
  expect(filled('y'.repeat(90), '  ')).toEqual([`  ${'y'.repeat(90)}`])
})

test("nothing in a text is taken for roff's", () => {
  expect(roffText(".SH x\n'br\n\\fBa\\fR --b ~ ^ `")).toBe(
    String.raw`\&.SH x
\&\(aqbr
\efBa\efR \-\-b \(ti \(ha \(ga`,
  )
})
