/** What the documents tell people to type: commands, options and links that there are. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readTreeShape } from '../src/cli/tree/command-shape.ts'
import { addEveryCommand } from '../src/cli/tree/command-tree.ts'

const DOCUMENTS = [
  'README.md',
  'RECIPES.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'ARCHITECTURE.md',
]
const texts = new Map(
  DOCUMENTS.map((name) => [name, readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')]),
)
const { commands, commonOptions } = await readTreeShape(addEveryCommand)
const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>
}

/** Everything that stands as code: blocks that are indented, and spans. */
function codeIn(text: string): string[] {
  const blocks = text.match(/^ {4}.*$/gm) ?? []
  const spans = text.match(/`[^`\n]+`/g) ?? []
  return [...blocks, ...spans.map((span) => span.slice(1, -1))]
}

/** The words after each `poolkey` that stands where a command may; what another program gets is left out. */
function callsIn(code: string): string[][] {
  return [...code.matchAll(/(?:^|[\s('"|/;])poolkey ((?:[^|;&#<>)`'"\\]|"[^"]*"|'[^']*')+)/g)].map(
    ([, rest = '']) =>
      rest
        .trim()
        .replace(/ -- .*$/s, '')
        .split(/\s+/),
  )
}

/** What is wrong with a call, if anything. */
function faultOf(words: string[]): string | undefined {
  const named = words.filter((word) => !word.startsWith('-'))
  const [first = '', second = ''] = named
  // A placeholder such as COMMAND, or prose.
  if (words.length === 0 || first === '' || !/^[a-z][a-z-]*$/.test(words[0] ?? '')) return undefined
  const command =
    commands.find(({ path }) => path === `${first} ${second}`) ?? commands.find(({ path }) => path === first)
  if (command === undefined) return `there is no command ${first}`
  const known = new Set([...commonOptions, ...command.options].flatMap(({ long, short }) => [long, short]))
  const unknown = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=', 1)[0])
  const [option] = unknown.filter((word) => !known.has(word))
  return option === undefined ? undefined : `${command.path} has no option ${option}`
}

test.each(DOCUMENTS)('%s names commands and options that there are', (name) => {
  const calls = codeIn(texts.get(name) ?? '').flatMap(callsIn)
  if (['README.md', 'RECIPES.md'].includes(name)) expect(calls.length).toBeGreaterThan(10)
  expect(calls.flatMap((words) => faultOf(words) ?? [])).toEqual([])
})

test('a command or an option that there is not would be found', () => {
  const faults = [
    'poolkey logni --profile dev',
    'x=$(poolkey env --shel fish)',
    'poolkey configure list --jason',
  ]
  expect(faults.flatMap(callsIn).map(faultOf)).toEqual([
    'there is no command logni',
    'env has no option --shel',
    'configure list has no option --jason',
  ])
})

test.each(DOCUMENTS)('%s names scripts and files that there are', (name) => {
  const code = codeIn(texts.get(name) ?? '')
  const named = code.flatMap((one) => [...one.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script))
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([])
  const paths = code.filter((one) => /^(src|test|bin|scripts|completions|man)\/[\w./-]+$/.test(one))
  expect(paths.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([])
})

test.each(DOCUMENTS)('links within %s, and from it to its neighbours, lead somewhere', (name) => {
  const links = [...(texts.get(name) ?? '').matchAll(/\]\(([^):]*)\)/g)].map(([, to = '']) => to)
  const broken = links.filter((link) => {
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? texts.get(name) : texts.get(file)
    if (target === undefined) return !existsSync(new URL(`../${file}`, import.meta.url))
    return anchor !== undefined && !anchorsOf(target).includes(anchor)
  })
  expect(broken).toEqual([])
})

// As GitHub makes them of headings.
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
