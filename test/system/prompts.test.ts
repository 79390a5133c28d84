/** The prompts of the README, as their shells show them; starship's command is run as starship does it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStation, profileText } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { openTerminal } from './terminal/terminal.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** What the README has people put into a file. */
function linesFor(path: string): string {
  const block = new RegExp(`^ {4}# ${path.replaceAll('.', '\\.')}\\n((?: {4}.*\\n)+)`, 'm').exec(readme)?.[1]
  expect(block, path).toBeDefined()
  return (block ?? '').replaceAll(/^ {4}/gm, '')
}

const SHELLS = [
  { name: 'bash', file: '~/.bashrc', rc: '.bashrc', before: "PS1='> '\n" },
  { name: 'zsh', file: '~/.zshrc', rc: '.zshrc', before: "PROMPT='> '\n" },
]

/** A signed-in station, with a profile of another name beside `dev`, and the README's lines where the shell reads them. */
async function prepare({ file, rc, before }: (typeof SHELLS)[number], profile: string): Promise<Station> {
  const station = await openStation({ env: { AWS_PROFILE: profile } })
  writeFileSync(
    station.configFile,
    ['dev', profile].map((name) => profileText(station.emulator, name)).join('\n'),
  )
  await station.signIn()
  writeFileSync(join(station.home, rc), before + linesFor(file))
  return station
}

test.each(SHELLS)(
  "$name shows profile and time left, and is none the worse for a profile's name",
  async (shell) => {
    const station = await prepare(shell, 'x$(id>made)%n')
    const terminal = openTerminal(station, `cd; exec ${shell.name} -i`)
    await terminal.shows('x$(id>made)%n 59m')
    terminal.type('exit\r')
    expect(await terminal.ended).toMatchObject({ code: 0 })
    expect(existsSync(join(station.home, 'made'))).toBe(false)
  },
)

test.each(SHELLS)('$name shows no error where there is no such profile', async (shell) => {
  const station = await prepare(shell, 'dev')
  const terminal = openTerminal(station, `cd; exec ${shell.name} -i`, { env: { AWS_PROFILE: 'nobody' } })
  await terminal.shows('> ')
  terminal.type('echo $((40 + 2)) is shown; exit\r')
  await terminal.shows('42 is shown')
  expect((await terminal.ended).shown).not.toContain('poolkey: error')
})

test('starship gets the same from the command that stands in its file', async () => {
  const station = await openStation({ env: { AWS_PROFILE: 'dev' } })
  await station.signIn()
  const command = /^command = "(.*)"$/m.exec(linesFor('~/.config/starship.toml'))?.[1] ?? ''
  const terminal = openTerminal(station, command)
  expect((await terminal.ended).shown).toBe('dev 59m\n')
})

test('at a terminal status draws bars, and a prompt never asks for the passphrase', async () => {
  const passphrase = 'correct horse battery'
  const station = await openStation({ env: { POOLKEY_STORE: 'passphrase', POOLKEY_PASSPHRASE: passphrase } })
  await station.signIn()
  const env = { LANG: 'C.UTF-8', AWS_PROFILE: 'dev' }
  const drawn = await openTerminal(station, 'poolkey status', { env }).ended
  expect(drawn.shown).toMatch(/^ID token +█{20} {2}59 min left$/m)
  expect(drawn.shown).toMatch(/^Credentials +█{20} {2}fresh, 59 min left$/m)
  const asked = await openTerminal(station, "unset POOLKEY_PASSPHRASE; poolkey status --format '{left}'", {
    env,
  }).ended
  expect(asked.code).toBe(7)
  expect(asked.shown).not.toContain('Passphrase:')
})

test.each([60, 80, 140])('in a window of %i columns explain draws frames that fit', async (columns) => {
  const station = await openStation()
  const line = 'poolkey explain --profile dev'
  const { shown, code } = await openTerminal(station, line, { columns, env: { LANG: 'C.UTF-8' } }).ended
  expect(code).toBe(0)
  const lines = shown.trimEnd().split('\n')
  expect(new Set(lines.filter((one) => /^[┌│└]/.test(one)).map((one) => one.length)).size).toBe(1)
  expect(Math.max(...lines.map((one) => one.length))).toBeLessThanOrEqual(columns)
  expect(Math.max(...lines.map((one) => one.length))).toBeGreaterThan(Math.min(columns, 80) - 2)
})
