import { describe, expect, test } from 'vitest'
import { noProcessLine, readProcessLine } from '../../src/insight/process-line-findings.ts'
import { sectionOf } from './section-of.ts'

const read = (line: string, name = 'dev', platform: NodeJS.Platform = 'linux') =>
  readProcessLine(sectionOf(name, { credential_process: line }), platform) ?? expect.fail('no line')

const PROCESS = 'credential-process --profile dev'

describe('a line that is right', () => {
  test.each([
    ['/usr/local/bin/poolkey', 'linux'],
    ['/usr/bin/node /opt/poolkey/bin/poolkey.cjs', 'linux'],
    ["'/opt/my tools/poolkey'", 'linux'],
    ["'/opt/R&D (new); <x>/poolkey'", 'linux'],
    ["'/opt/a|b $HOME `c`/poolkey'", 'linux'],
    ['"C:\\Program Files (x86)\\R&D\\poolkey.exe"', 'win32'],
    ['C:\\tools\\poolkey.cmd', 'win32'],
  ] as const)('%s (%s)', (program, platform) => {
    expect(read(`${program} ${PROCESS}`, 'dev', platform)).toMatchObject({ runs: 'poolkey', troubles: [] })
  })

  test.each(['R&D', 'a b', 'a;b', 'x|y'])('of profile %s, in quotes as configure writes them', (name) => {
    expect(read(`/bin/poolkey credential-process --profile '${name}'`, name).troubles).toEqual([])
  })

  test.each(['-p dev', '--profile=dev', '--debug --profile dev'])('names the profile by %s', (option) => {
    expect(read(`/bin/poolkey credential-process ${option}`).troubles).toEqual([])
  })

  test('needs no name for the default profile', () => {
    expect(read('/bin/poolkey credential-process', 'default').troubles).toEqual([])
  })
})

test.each([
  [`/bin/poolkey ${PROCESS} | cat`, 'linux'],
  [`/bin/poolkey ${PROCESS} 2>/dev/null`, 'linux'],
  [`/bin/poolkey ${PROCESS}; true`, 'linux'],
  [`$HOME/bin/poolkey ${PROCESS}`, 'linux'],
  [`"$HOME/bin/poolkey" ${PROCESS}`, 'linux'],
  [`/opt/my\\ tools/poolkey ${PROCESS}`, 'linux'],
  [`/bin/poolkey credential-process --profile "dev`, 'linux'],
  [`%LOCALAPPDATA%\\poolkey.exe ${PROCESS}`, 'win32'],
  [`C:\\poolkey.exe ${PROCESS} & cls`, 'win32'],
  [`'C:\\R&D\\poolkey.exe' ${PROCESS}`, 'win32'],
] as const)('%s is for a shell (%s)', (line, platform) => {
  const { runs, troubles } = read(line, 'dev', platform)
  expect(runs).toBe('shell')
  expect(troubles).toMatchObject([{ state: 'failed', code: 'process-line', exitCode: 3 }])
  expect(troubles[0]?.cause).toContain('only a shell understands')
})

test.each([
  `/usr/bin/env poolkey ${PROCESS}`,
  `/usr/bin/env -u NODE_OPTIONS poolkey ${PROCESS}`,
  `/usr/bin/node --no-warnings /opt/poolkey/bin/poolkey.cjs ${PROCESS}`,
  `/usr/bin/op run -- '/opt/my tools/poolkey' ${PROCESS}`,
])('%s runs poolkey through another program, and nothing is wrong with that', (line) => {
  expect(read(line)).toMatchObject({ runs: 'wrapper', troubles: [] })
})

test.each(['/bin/echo {}', '/home/me/bin/credentials dev', '/bin/poolkey status --profile dev'])(
  '%s does not say that it runs poolkey',
  (line) => {
    expect(read(line)).toMatchObject({ runs: 'unknown', troubles: [{ state: 'failed' }] })
  },
)

test.each([
  ['credential-process --profile prod', 'asks for profile prod'],
  ['credential-process', 'names no profile'],
])('%s gets the credentials of another profile', (words, cause) => {
  const [trouble] = read(`/bin/poolkey ${words}`).troubles
  expect(trouble).toMatchObject({ state: 'failed', steps: ['poolkey configure --yes --profile dev'] })
  expect(trouble?.cause).toContain(cause)
})

test('a double quote at the start is a warning on POSIX alone', () => {
  const line = `"/opt/my tools/poolkey" ${PROCESS}`
  expect(read(line).troubles).toMatchObject([{ state: 'warning' }])
  expect(read(line, 'dev', 'win32').troubles).toEqual([])
})

test('no line is a warning, and its step quotes the name of the profile', () => {
  expect(readProcessLine(sectionOf('dev', {}), 'linux')).toBeUndefined()
  expect(noProcessLine('R&D')).toMatchObject({
    state: 'warning',
    steps: ["poolkey configure --yes --profile 'R&D'"],
  })
})
