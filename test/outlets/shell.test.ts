import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canRemove, quotePosix, shellNamed, SHELLS, statementsFor } from '../../src/outlets/shell.ts'
import type { Shell } from '../../src/outlets/shell.ts'
import { failureOf } from '../profile/failure.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'

// Every value becomes a command of its own if it ever leaves its quotes: then a file appears in the folder.
const ATTACKS = [
  "'; touch pwned; '",
  "'\\''; touch pwned; '\\''",
  '$(touch pwned)',
  '`touch pwned`',
  '"; touch pwned; "',
  '\n touch pwned\n',
  '\rtouch pwned\r',
  "\\'; touch pwned #",
  "\\\\'; touch pwned #",
  '!!; touch pwned',
  '; touch pwned',
  '& touch pwned &',
  '| touch pwned',
  '> pwned',
  "$'\\x27; touch pwned; \\x27'",
  '\u2018; touch pwned; \u2019',
  '\uff07; touch pwned; \uff07',
  '${IFS}touch${IFS}pwned',
  '#',
  '\\',
  "'",
  "''",
  "'''",
  '-n',
  '*',
  '~',
  '\u001b[2J',
  '\n',
  '\n\n',
  ' ',
  '',
]

// How people evaluate statements in each shell that is run for real, and the program that has them.
const POSIX = { script: 'eval "$(cat "$1")"; exec env -0', words: (name: string) => [name] }
const REAL: Record<string, { shell: Shell; script: string; words: (name: string) => string[] }> = {
  sh: { shell: 'sh', ...POSIX },
  dash: { shell: 'sh', ...POSIX },
  bash: { shell: 'bash', ...POSIX },
  zsh: { shell: 'zsh', ...POSIX },
  fish: { shell: 'fish', script: 'cat $argv[1] | source; and exec env -0', words: () => [] },
}
const isThere = (program: string) => spawnSync(program, ['-c', ':']).status === 0

/**
 * Evaluates statements in a real shell as people do and reads the environment that a program started after that would
 * get. Fails when anything else happened.
 */
function evaluate(program: string, statements: string, before: Record<string, string> = {}) {
  const folder = temporaryFolder()
  const file = join(folder, 'statements')
  writeFileSync(file, statements)
  const { script, words } = REAL[program]!
  const { status, stdout, stderr } = spawnSync(program, ['-c', script, ...words(program), file], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: temporaryFolder(), ...before },
    encoding: 'utf8',
    // With a socket for stdin bash takes itself for a remote shell and reads the person's own start files.
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(readdirSync(folder)).toEqual(['statements'])
  const pairs = stdout.split('\0').filter((line) => line.startsWith('AWS_'))
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
}

const SET = { AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE', AWS_REGION: "it's" }
const REMOVED = ['AWS_PROFILE', 'AWS_SECURITY_TOKEN']

describe('what is printed', () => {
  test.each(['sh', 'bash', 'zsh'] as const)('for %s exports and unsets', (shell) => {
    expect(statementsFor(shell, { set: SET, removed: REMOVED }).split('\n')).toEqual([
      "export AWS_ACCESS_KEY_ID='ASIAEXAMPLE'",
      "export AWS_REGION='it'\\''s'",
      'unset AWS_PROFILE AWS_SECURITY_TOKEN',
      '',
    ])
    expect(statementsFor(shell, { removed: REMOVED })).toBe('unset AWS_PROFILE AWS_SECURITY_TOKEN\n')
    expect(statementsFor(shell, { set: { A: '' } })).toBe("export A=''\n")
  })

  test("for fish sets and erases this session's variables, and warns of those of all sessions", () => {
    const [first, second, third, fourth] = statementsFor('fish', { set: SET, removed: REMOVED }).split('\n')
    expect([first, second, third]).toEqual([
      "set -gx AWS_ACCESS_KEY_ID 'ASIAEXAMPLE'",
      "set -gx AWS_REGION 'it\\'s'",
      'set -eg AWS_PROFILE; or true',
    ])
    expect(fourth).toMatch(
      /^if set -qU AWS_PROFILE; echo 'poolkey: warning: .* set -eU AWS_PROFILE' >&2; end$/,
    )
  })

  test.each([
    ['plain', "'plain'"],
    ["it's", "'it''s'"],
    ["'; calc; '", "'''; calc; '''"],
    ['$(calc) `n "x" $Env:Path', '\'$(calc) `n "x" $Env:Path\''],
    // PowerShell takes each of these for a quote.
    ['\u2018\u2019\u201a\u201b', "'\u2018\u2018\u2019\u2019\u201a\u201a\u201b\u201b'"],
  ])('F88: for PowerShell %s is quoted as %s', (value, quoted) => {
    expect(statementsFor('powershell', { set: { A: value }, removed: ['B'] })).toBe(
      `$Env:A = ${quoted}\nRemove-Item Env:B -ErrorAction Ignore\n`,
    )
  })

  test('F88: for cmd has plain values alone', () => {
    expect(statementsFor('cmd', { set: { A: 'aZ09+/=.,:@~-_' }, removed: ['B'] })).toBe(
      'set "A=aZ09+/=.,:@~-_"\nset "B="\n',
    )
  })

  test('F88: for Nushell is a record to load, in which what is to go is null', () => {
    expect(statementsFor('nu', { set: SET, removed: REMOVED })).toBe(
      '{"AWS_ACCESS_KEY_ID":"ASIAEXAMPLE","AWS_REGION":"it\'s","AWS_PROFILE":null,"AWS_SECURITY_TOKEN":null}\n',
    )
  })

  test('as JSON is what is set, and no more', () => {
    expect(statementsFor('json', { set: SET, removed: REMOVED })).toBe(`${JSON.stringify(SET)}\n`)
  })

  test('as dotenv has no quotes, which docker would take for part of the value', () => {
    expect(statementsFor('dotenv', { set: { A: 'aZ09+/=.,:@~-_', B: '' }, removed: REMOVED })).toBe(
      'A=aZ09+/=.,:@~-_\nB=\n',
    )
  })

  test.each(['cmd', 'dotenv'] as const)('F88: for %s a value that needs quotes is refused', (shell) => {
    const characters = Array.from('%!^&|<>"\'\\$`()#;*?[]{} \r\n\t\u00e9')
    const needy = [...ATTACKS, ...characters].filter((text) => !/^[~-]?n?$/.test(text))
    expect(needy.length).toBeGreaterThan(40)
    for (const value of needy)
      expect(failureOf(() => statementsFor(shell, { set: { AWS_REGION: value } }))).toEqual({
        code: 'value-unquotable',
        facts: { variable: 'AWS_REGION', shell },
      })
  })

  test('can say that a variable is to go in every dialect but those of files', () => {
    expect(SHELLS.filter((shell) => !canRemove(shell))).toEqual(['dotenv', 'json'])
    for (const shell of SHELLS.filter(canRemove))
      expect(statementsFor(shell, { removed: ['GONE'] })).toContain('GONE')
  })

  test.each([
    ['', "''"],
    ['plain', "'plain'"],
    ["it's", "'it'\\''s'"],
    ["'", "''\\'''"],
    ['$HOME `x` "y" \\', '\'$HOME `x` "y" \\\''],
  ])('for POSIX shells %s is quoted as %s', (value, quoted) => {
    expect(quotePosix(value)).toBe(quoted)
  })
})

test.each([
  ['fish\n', 'fish'],
  ['-fish', 'fish'],
  ['/usr/local/bin/fish', 'fish'],
  ['pwsh', 'powershell'],
  [String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\PowerShell.EXE`, 'powershell'],
  ['cmd.exe', 'cmd'],
  ['nu', 'nu'],
  ['-zsh', 'sh'],
  ['bash', 'sh'],
  ['node', 'sh'],
  ['fisherman', 'sh'],
  ['', 'sh'],
])('a process named %j speaks %s', (name, shell) => {
  expect(shellNamed(name)).toBe(shell)
})

// `sh` is everywhere and dash on Debian; the others are tried where they are installed, and test:system insists on them.
describe.each(Object.keys(REAL).filter((program) => program === 'sh' || isThere(program)))(
  'in %s',
  (program) => {
    const { shell } = REAL[program]!

    test('F88: no attack leaves its quotes', () => {
      const set = Object.fromEntries(ATTACKS.map((value, at) => [`AWS_${at}`, value]))
      expect(evaluate(program, statementsFor(shell, { set }))).toEqual(set)
    })

    test('F88: any text stays a value', () => {
      // A shell and an environment hold no NUL.
      const piece = fc.oneof(fc.constantFrom(...ATTACKS, "'", '\\', '$', '`'), fc.string({ unit: 'binary' }))
      const text = fc.array(piece).map((pieces) => pieces.join('').replaceAll('\0', ''))
      fc.assert(
        fc.property(fc.array(text, { minLength: 1 }), (texts) => {
          const set = Object.fromEntries(texts.map((value, at) => [`AWS_${at}`, value]))
          expect(evaluate(program, statementsFor(shell, { set }))).toEqual(set)
        }),
        { numRuns: 25 },
      )
    })

    test('what is removed is gone, set or not, and the rest stays', () => {
      const before = { AWS_PROFILE: 'dev', AWS_PAGER: '', AWS_A: 'old' }
      const removed = ['AWS_PROFILE', 'AWS_SECURITY_TOKEN']
      const set = { AWS_A: 'new' }
      expect(evaluate(program, statementsFor(shell, { set, removed }), before)).toEqual({
        ...set,
        AWS_PAGER: '',
      })
    })
  },
)
