/** Holds our reading and editing of AWS config text against botocore's own parser, for texts both sides accept. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { removeSection, setKeys } from '../../src/profile/config-edit.ts'
import { parseConfigText } from '../../src/profile/config-text.ts'

const folder = mkdtempSync(join(tmpdir(), 'poolkey-botocore-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const READ_ALL = `
import json, sys
from botocore.configloader import load_config
from botocore.exceptions import ConfigParseError
answers = []
for path in json.load(sys.stdin):
    try:
        answers.append(load_config(path)['profiles'])
    except ConfigParseError:
        answers.append(None)
json.dump(answers, sys.stdout)
`

type Profiles = Record<string, Record<string, string | Record<string, string>>>

/** What botocore reads from each text; null where it refuses. */
function readWithBotocore(texts: string[]): (Profiles | null)[] {
  const paths = texts.map((text, index) => {
    const path = join(folder, `config-${index}`)
    writeFileSync(path, text)
    return path
  })
  const run = spawnSync('/usr/bin/python3', ['-c', READ_ALL], {
    input: JSON.stringify(paths),
    encoding: 'utf8',
  })
  expect(run.stderr).toBe('')
  return JSON.parse(run.stdout) as (Profiles | null)[]
}

function readOurselves(text: string): Profiles | null {
  try {
    const sections = parseConfigText(text, { file: 'config', kind: 'config' })
    return Object.fromEntries(
      sections
        .filter(({ kind }) => kind === 'profile')
        .map(({ name, keys }) => [
          name,
          Object.fromEntries(
            [...keys.values()].map(({ name, value, nested }) => [
              name,
              nested.size === 0
                ? value
                : Object.fromEntries([...nested.values()].map((inner) => [inner.name, inner.value])),
            ]),
          ),
        ]),
    )
  } catch {
    // Refusing is an answer, compared with botocore's.
    return null
  }
}

// Without what is known to differ: inline comments, ":" as a separator, blank lines within values, duplicates.
const sections = fc.uniqueArray(
  fc.constantFrom(
    '[profile dev]',
    '[default]',
    '[profile "a b"]',
    "[profile 'c d']",
    '[profile  e]',
    '[services s]',
    '[plugins]',
    '[profile x/y.z@1]',
  ),
  { minLength: 1 },
)
const LINES = [
  'region = eu-west-1',
  'Output=json',
  'credential_process = /usr/bin/x --y "a b"',
  'cognito_scopes = openid\n  email',
  's3 =\n  addressing_style = path\n  other = 1',
  'path = a=b;c#d',
  'empty =',
  '# a comment',
]
const INDENTED_LINES = [' cognito_client_id = 1example', '\ttabbed\t=\tx']

function configTexts(lines: string[], options: { count: number; seed: number }): string[] {
  const keys = fc.uniqueArray(fc.constantFrom(...lines))
  const text = fc
    .tuple(fc.array(keys, { minLength: 8, maxLength: 8 }), sections, fc.constantFrom('\n', '\r\n'))
    .map(([groups, headers, end]) =>
      headers
        .map((header, index) => [header, ...(groups[index] ?? []), ''].join('\n'))
        .join('\n')
        .replaceAll('\n', end),
    )
  return fc.sample(text, { numRuns: options.count, seed: options.seed })
}

test('texts are read as botocore reads them', () => {
  const texts = configTexts([...LINES, ...INDENTED_LINES], { count: 300, seed: 1 })
  const theirs = readWithBotocore(texts)
  texts.forEach((text, index) => {
    expect(readOurselves(text), text).toEqual(theirs[index])
  })
  expect(theirs.filter((one) => one !== null).length).toBeGreaterThan(200)
})

test('what botocore refuses as broken is refused', () => {
  const texts = ['junk\n[default]\n', '[default]\njunk\n', '[default]\ns3 =\n  junk\n']
  expect(readWithBotocore(texts)).toEqual([null, null, null])
  expect(texts.map(readOurselves)).toEqual([null, null, null])
})

test('botocore reads an edited text: the key that was set, and all others as before', () => {
  const section = { file: 'config', kind: 'config', profile: 'dev' } as const
  const line = '/opt/poolkey/bin/poolkey credential-process --profile dev'
  // Without indented keys: below another key the editor refuses them, for SDKs disagree about them.
  const texts = configTexts(LINES, { count: 200, seed: 2 })
  expect(texts.filter((text) => text.includes('[profile dev]')).length).toBeGreaterThan(50)
  const before = readWithBotocore(texts)
  const after = readWithBotocore(
    texts.map((text) => setKeys(text, section, { credential_process: line, region: 'x' })),
  )
  const removed = readWithBotocore(texts.map((text) => removeSection(text, section)))
  before.forEach((profiles, index) => {
    if (profiles === null) return
    const dev = { ...profiles['dev'], credential_process: line, region: 'x' }
    expect(after[index], texts[index]).toEqual({ ...profiles, dev })
    expect(removed[index], texts[index]).toEqual(
      Object.fromEntries(Object.entries(profiles).filter(([name]) => name !== 'dev')),
    )
  })
})
