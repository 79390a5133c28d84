import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { setKeys } from '../../src/profile/config-edit.ts'
import { parseConfigText } from '../../src/profile/config-text.ts'
import { credentialProcessLine } from '../../src/profile/credential-process-line.ts'
import { isPoolkeyCommand } from '../../src/profile/profile-list.ts'
import { failureOf } from './failure.ts'

test.each([
  {
    what: 'plain words stand as they are',
    program: ['/usr/local/bin/poolkey'],
    profile: 'dev',
    line: '/usr/local/bin/poolkey credential-process --profile dev',
  },
  {
    what: 'a path with spaces stands in single quotes',
    program: ['/home/a b/node', '/home/a b/poolkey.cjs'],
    profile: 'dev',
    line: "'/home/a b/node' '/home/a b/poolkey.cjs' credential-process --profile dev",
  },
  {
    what: 'so does the name of a profile that a shell would read',
    program: ['/bin/poolkey'],
    profile: 'a&b|(c)*~',
    line: "/bin/poolkey credential-process --profile 'a&b|(c)*~'",
  },
  {
    what: 'Windows has double quotes, and backslashes need none',
    program: ['C:\\Program Files\\nodejs\\node.exe', 'C:\\npm\\poolkey.cjs'],
    profile: 'dev',
    platform: 'win32' as const,
    line: '"C:\\Program Files\\nodejs\\node.exe" C:\\npm\\poolkey.cjs credential-process --profile dev',
  },
])('$what', ({ program, profile, platform = 'linux' as const, line }) => {
  expect(credentialProcessLine({ program, profile, platform })).toBe(line)
  expect(isPoolkeyCommand(line)).toBe(true)
})

test.each([
  { word: "/home/o'hara/poolkey" },
  { word: '/home/"x"/poolkey' },
  { word: '/home/$HOME/poolkey' },
  { word: '/home/`id`/poolkey' },
  { word: '/home/a #b/poolkey' },
  { word: '/home/a ;b/poolkey' },
  { word: '/home/a\\b/poolkey' },
  { word: '/home/a\nb/poolkey' },
  { word: 'C:\\100%\\poolkey.exe', platform: 'win32' as const },
  { word: 'C:\\a"b\\poolkey.exe', platform: 'win32' as const },
])('refuses $word, which some tool would read differently', ({ word, platform = 'linux' as const }) => {
  const failure = failureOf(() => credentialProcessLine({ program: [word], profile: 'dev', platform }))
  expect(failure.code).toBe('usage')
})

// What may stand in a path or a name, weird ones included.
const word = fc
  .string({
    unit: fc.constantFrom(...Array.from('abZ09-_./@:+=, &|<>()*?~!{}[]#;^éµ')),
    minLength: 1,
    maxLength: 20,
  })
  .filter((text) => text.trim() === text)

/** As a shell and Python's shlex read it: single quotes keep everything. */
function splitPosix(line: string): string[] {
  return (line.match(/(?:'[^']*'|[^\s'])+/g) ?? []).map((part) => part.replaceAll("'", ''))
}

/** As Windows programs read it: double quotes keep everything but backslashes before a quote, of which there are none. */
function splitWindows(line: string): string[] {
  return (line.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map((part) => part.replaceAll('"', ''))
}

test.each([
  { platform: 'linux' as const, split: splitPosix },
  { platform: 'win32' as const, split: splitWindows },
])(
  'F95: what is written for $platform is read back word by word, and no comment begins in it',
  ({ platform, split }) => {
    fc.assert(
      fc.property(word, word, (program, profile) => {
        const words = [`/${program}`, 'credential-process', '--profile', profile]
        let line: string
        try {
          line = credentialProcessLine({ program: [`/${program}`], profile, platform })
        } catch {
          // Refused: nothing is written.
          return
        }
        const section = { file: 'config', kind: 'config', profile: 'dev' } as const
        const text = setKeys('', section, { credential_process: line })
        const read = parseConfigText(text, section)[0]?.keys.get('credential_process')?.value ?? ''
        expect(split(read)).toEqual(words)
        // A bare word has nothing that a shell expands.
        expect(read.replaceAll(platform === 'win32' ? /"[^"]*"/g : /'[^']*'/g, '')).not.toMatch(
          /[$`&|<>()*?~!{}[\]#;^]/,
        )
      }),
      { numRuns: 2000 },
    )
  },
)

test('a shell runs the program with exactly these words', () => {
  const folder = mkdtempSync(join(tmpdir(), 'poolkey line-'))
  try {
    mkdirSync(join(folder, 'a & b (c)'))
    const program = join(folder, 'a & b (c)', 'poolkey')
    writeFileSync(program, '#!/bin/sh\nprintf "%s\\n" "$@"\n')
    chmodSync(program, 0o755)
    const line = credentialProcessLine({ program: [program], profile: 'a; *|b', platform: 'linux' })
    const { stdout } = spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8' })
    expect(stdout).toBe('credential-process\n--profile\na; *|b\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
