import { describe, expect, test } from 'vitest'
import { readCommandLine, singleDashed } from '../../../src/cli/command-line/command-line.ts'

function wordsOf(line: string): string {
  return readCommandLine(line.split(' ')).words.join(' ')
}

describe('options that every command takes, in front of the command', () => {
  test.each([
    ['-p dev env', 'env -p dev'],
    ['--profile dev env --shell sh', 'env --profile dev --shell sh'],
    ['--profile=dev --debug --no-input status', 'status --profile=dev --debug --no-input'],
    ['-pdev roles use x', 'roles -pdev use x'],
    ['-p env env', 'env -p env'],
  ])('%s is understood', (line, words) => {
    expect(wordsOf(line)).toBe(words)
  })

  test.each([['-p dev'], ['-p'], ['--zzz env'], ['-profile dev env'], ['--json status'], ['--debug --help']])(
    '%s is left to the parser',
    (line) => {
      expect(wordsOf(line)).toBe(line)
    },
  )
})

test('what follows the first -- of exec is handed on, and of no other command', () => {
  expect(readCommandLine(['-p', 'dev', 'exec', '--server', '--', 'ls', '--', '-p'])).toEqual({
    words: ['exec', '-p', 'dev', '--server'],
    handedOn: ['ls', '--', '-p'],
  })
  expect(readCommandLine(['exec'])).toEqual({ words: ['exec'], handedOn: [] })
  expect(readCommandLine(['env', '--', 'x'])).toEqual({ words: ['env', '--', 'x'], handedOn: [] })
})

test.each([
  ['help', '--help'],
  ['help exec', 'exec --help'],
  ['help roles use', 'roles use --help'],
  ['help exit-codes', 'help exit-codes'],
  ['help exit-codes --help', 'help exit-codes'],
  ['help help', '--help'],
  ['help version', '--help'],
  ['version', '--version'],
  ['version --help', '--help'],
  ['version x', 'version x'],
])('%s is read as %s', (line, words) => {
  expect(wordsOf(line)).toBe(words)
})

test.each([
  ['env -profile dev', '-profile'],
  ['serve -port=80', '-port=80'],
  ['env -p dev', undefined],
  ['env -pdev', undefined],
  ['env --profile dev', undefined],
])('of %s, the long option with one dash is %s', (line, found) => {
  expect(singleDashed(line.split(' '), ['--profile', '--port'])).toBe(found)
})
