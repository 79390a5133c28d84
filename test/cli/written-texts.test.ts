/** What is made from the command tree and checked in; and what the tree must be for that. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readTreeShape } from '../../src/cli/tree/command-shape.ts'
import { addEveryCommand } from '../../src/cli/tree/command-tree.ts'
import { writtenTexts } from '../../src/cli/written-texts.ts'
import { SETTING_LIST } from '../../src/profile/settings.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const manifest = JSON.parse(read('package.json')) as { version: string; man: string[]; files: string[] }
const texts = await writtenTexts(manifest.version)
const tree = await readTreeShape(addEveryCommand)

test.each(Object.entries(texts))('%s is as the commands are; if not: npm run completions', (path, text) => {
  expect(read(path)).toBe(text)
})

test('PowerShell is offered no name whose typographic quotes would end the text that it stands in', () => {
  expect(texts['completions/poolkey.ps1']).toContain(
    String.raw`"'" + ($text -replace '[''\u2018-\u201b]', '$0$0') + "'"`,
  )
})

test('the package holds them', () => {
  for (const path of Object.keys(texts)) expect(manifest.files).toContain(path.split('/')[0])
  // A list: npm links no page that is not in one.
  expect(manifest.man).toEqual(Object.keys(texts).filter((path) => path.startsWith('man/')))
})

test('every command and every option is told of, once, in each of them', () => {
  for (const { path, options, description } of tree.commands) {
    expect(description, path).not.toBe('')
    const names = options.flatMap(({ short, long }) => [long, ...(short === undefined ? [] : [short])])
    expect(names, path).toEqual([...new Set(names)])
    for (const option of options) expect(option.description, `${path} ${option.long}`).not.toBe('')
  }
  const common = tree.commonOptions.map(({ long }) => long)
  expect(common).toEqual(['--profile', '--no-input', '--debug', '--help'])
  for (const long of common) {
    const told = texts['man/poolkey.1']?.split('\n').filter((line) => isAbout(line, long))
    expect(told, long).toHaveLength(1)
  }
})

test('the manual has each option of a command below it, and the settings in one place', () => {
  const parts = new Map(
    (texts['man/poolkey.1'] ?? '').split('\n.SS ').map((part) => {
      const [, path = ''] = /^"poolkey (.*?)(?: [[<].*)?"$/m.exec(part) ?? []
      return [path.replaceAll('\\-', '-'), part.split('\n.SH ')[0] ?? '']
    }),
  )
  for (const { path, options } of tree.commands) {
    const isSetting = (long: string) =>
      SETTING_LIST.some(({ key }) => `--${key.slice(8).replaceAll('_', '-')}` === long)
    const takesAll = path === 'configure' || path === 'configure import'
    const expected = options.map(({ long }) => long).filter((long) => !takesAll || !isSetting(long))
    for (const long of expected)
      expect(
        parts
          .get(path)
          ?.split('\n')
          .filter((line) => isAbout(line, long)),
        `${path} ${long}`,
      ).toHaveLength(1)
  }
  for (const { key } of SETTING_LIST)
    expect(texts['man/poolkey.1']?.split(`\\fB${key}\\fR`), key).toHaveLength(2)
})

test('no hidden command is offered, and no name or description can be read as code', () => {
  for (const text of Object.values(texts)) expect(text).not.toContain('auto-login:')
  expect(tree.commands.map(({ path }) => path)).not.toContain('auto-login')
  for (const { path, options } of tree.commands) {
    expect(path).toMatch(/^[a-z-]+( [a-z-]+)?$/)
    for (const { long, values } of options) {
      expect(long).toMatch(/^--[a-z-]+$/)
      for (const word of values?.words ?? []) expect(word).toMatch(/^[a-z_-]+$/)
    }
  }
})

test('values are known where they can be: choices, settings, files, profiles, programs', () => {
  const valuesOf = (path: string, long: string) =>
    tree.commands.find((one) => one.path === path)?.options.find((one) => one.long === long)?.values
  expect(valuesOf('env', '--shell')?.words).toContain('fish')
  expect(valuesOf('configure', '--exchange')?.words).toEqual(['enhanced', 'basic', 'web-identity'])
  expect(valuesOf('template', '--exchange')?.words).toEqual(['enhanced', 'web-identity'])
  expect(valuesOf('configure', '--guest')?.words).toEqual(['true', 'false'])
  expect(valuesOf('configure', '--source-profile')?.kind).toBe('profiles')
  expect(valuesOf('serve', '--token-file')?.kind).toBe('files')
  expect(valuesOf('login', '--browser')?.kind).toBe('commands')
  expect(valuesOf('env', '--role')?.kind).toBe('free')
  expect(valuesOf('env', '--unset')).toBeUndefined()
  const argumentOf = (path: string) => tree.commands.find((one) => one.path === path)?.argument
  expect(argumentOf('configure store')?.words).toEqual(['keychain', 'passphrase', 'file'])
  expect(argumentOf('configure remove')?.kind).toBe('profiles')
  expect(argumentOf('configure import')?.kind).toBe('files')
  expect(argumentOf('help')?.words).toEqual(expect.arrayContaining(['exit-codes', 'login']))
})

// There is no PowerShell to run it in: at least what begins must end.
test('the script for PowerShell has every command, quotes every text, and closes what it opens', () => {
  const script = texts['completions/poolkey.ps1'] ?? ''
  for (const { path } of tree.commands) {
    const [parent, name] = path.includes(' ') ? path.split(' ') : ['', path]
    expect(script).toContain(`@('${parent ?? ''}', '${name ?? ''}', '`)
  }
  const bare = script.replaceAll(/'(?:[^']|'')*'|"[^"]*"|#.*$/gm, '')
  expect(bare).not.toMatch(/['"]/)
  const pairs = [
    ['(', ')'],
    ['{', '}'],
    ['[', ']'],
  ] as const
  for (const [open, close] of pairs) expect(bare.split(open).length, open).toBe(bare.split(close).length)
  expect(script).not.toMatch(/Invoke-Expression|\biex\b|\[scriptblock\]::Create/i)
})

test.each(['completions/poolkey.bash', 'completions/_poolkey', 'completions/poolkey.fish'])(
  '%s evaluates nothing, and starts no poolkey',
  (path) => {
    const code = (texts[path] ?? '').replaceAll(/^\s*#.*$/gm, '').replaceAll(/'(?:[^'\\]|\\.)*'/g, '')
    expect(code).not.toMatch(/(?<![\w-])(eval|source|node)(?![\w-])|\$\(poolkey/)
  },
)

function isAbout(line: string, long: string): boolean {
  const [, names = ''] = /^\\fB(.*)\\fR$/.exec(line) ?? []
  return names
    .replaceAll('\\-', '-')
    .split(/,? /)
    .some((name) => name === long)
}
