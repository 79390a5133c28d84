import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installedCommand, runsInstallation } from '../../../src/cli/configure/installed-command.ts'

let folder: string
let selfCommand: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'poolkey-installed-'))
  for (const name of ['lib', 'bin', 'other', 'empty']) mkdirSync(join(folder, name))
  for (const path of ['lib/poolkey.cjs', 'other/poolkey']) {
    writeFileSync(join(folder, path), '')
    chmodSync(join(folder, path), 0o755)
  }
  symlinkSync('../lib/poolkey.cjs', join(folder, 'bin', 'poolkey'))
  selfCommand = ['/usr/bin/node', join(folder, 'lib', 'poolkey.cjs')]
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const inPath = (...names: string[]) => ({ PATH: names.map((name) => join(folder, name)).join(':') })
const installed = (env: Record<string, string>, platform: NodeJS.Platform = 'linux') =>
  installedCommand({ selfCommand, env, platform })

test('poolkey in PATH is named where it is this installation', () => {
  expect(installed(inPath('empty', 'bin', 'other'))).toEqual([join(folder, 'bin', 'poolkey')])
})

test.each([
  { what: 'another one comes first in PATH', names: ['other', 'bin'] },
  { what: 'there is none in PATH', names: ['empty'] },
])('its own words are named where $what', ({ names }) => {
  expect(installed(inPath(...names))).toEqual(selfCommand)
})

test('C46: relative folders of PATH do not count, nor does PATH on Windows', () => {
  const fromHere = relative(process.cwd(), join(folder, 'bin'))
  expect(installed({ PATH: `.::${fromHere}:${join(folder, 'empty')}` })).toEqual(selfCommand)
  expect(installed({})).toEqual(selfCommand)
  expect(installed(inPath('bin'), 'win32')).toEqual(selfCommand)
})

test('a command runs this installation by any path that leads to it', () => {
  const runs = (...words: string[]) => runsInstallation(words, { selfCommand })
  expect(runs(...selfCommand)).toBe(true)
  expect(runs('/opt/other-node', join(folder, 'bin', 'poolkey'))).toBe(true)
  expect(runs(join(folder, 'bin', 'poolkey'))).toBe(true)
  expect(runs(join(folder, 'other', 'poolkey'))).toBe(false)
  expect(runs(join(folder, 'gone', 'poolkey'))).toBe(false)
  expect(runs('poolkey')).toBe(false)
  expect(runs('/usr/bin/env', ...selfCommand)).toBe(false)
})
