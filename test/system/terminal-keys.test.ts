/** What a person may press, paste or close while poolkey asks, at a real terminal. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { openStation, until } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { plantVault } from '../vault/wrapped-key.ts'
import { CTRL, ENTER, openTerminal } from './terminal/terminal.ts'

const STATUS = 'poolkey status --profile dev'

/** A station whose vault opens with the passphrase `horse`. */
async function lockedStation(): Promise<Station> {
  const station = await openStation({ env: { POOLKEY_STORE: undefined } })
  const { stateFolder: folder } = station
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  plantVault({ folder, store: 'passphrase', passphrase: 'horse', setItem: () => undefined })
  return station
}

test('hides what is typed as soon as the question is there', async () => {
  const station = await lockedStation()
  for (let round = 0; round < 10; round += 1) {
    const terminal = openTerminal(station, STATUS)
    await terminal.shows('Passphrase: ')
    terminal.type(`horse${ENTER}`)
    expect((await terminal.ended).shown, `round ${round}`).not.toContain('horse')
  }
})

describe('a terminal that goes away at a question', () => {
  test('by being closed ends it with 129', async () => {
    const station = await lockedStation()
    const code = join(station.home, 'code')
    const terminal = openTerminal(station, `trap : HUP; ${STATUS}; echo $? >"$HOME/code"`)
    await terminal.answer('Passphrase: ', 'ho')
    terminal.close()
    await until(() => existsSync(code) && readFileSync(code, 'utf8') !== '')
    expect(readFileSync(code, 'utf8')).toBe('129\n')
  })

  test('without a signal ends it, too', async () => {
    const station = await lockedStation()
    const terminal = openTerminal(station, `setsid -w ${STATUS}`)
    await terminal.answer('Passphrase: ', 'ho')
    const pid = await terminal.pid()
    terminal.close()
    await until(() => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/cmdline`, 'latin1') === '')
  })
})

test.each([
  ['an arrow key', 'hors\u001b[Ce'],
  ['a function key', '\u001bOPhorse'],
  ['Ctrl-W, which takes words back', 'some word\u0017\u0017horse'],
  ['Ctrl-Z', '\u001ahorse'],
  ['what a terminal puts around pasted text', '\u001b[200~horse\u001b[201~'],
])('%s is no part of a passphrase', async (_, typed) => {
  const station = await lockedStation()
  const terminal = openTerminal(station, STATUS)
  await terminal.answer('Passphrase: ', typed + ENTER)
  expect(await terminal.ended).toMatchObject({ code: 0 })
})

test('two lines pasted at once answer two questions', async () => {
  const station = await openStation({ env: { POOLKEY_STORE: undefined } })
  await station.signIn(['--store', 'file'])
  const terminal = openTerminal(station, 'poolkey configure store passphrase')
  await terminal.answer('New passphrase: ', `horse${ENTER}horse${ENTER}`)
  expect((await terminal.ended).shown).toContain('The sealing key is now under a passphrase.')
})

test('an empty new passphrase is asked for again, before it is asked for twice', async () => {
  const station = await openStation({ env: { POOLKEY_STORE: undefined } })
  await station.signIn(['--store', 'file'])
  const terminal = openTerminal(station, 'poolkey configure store passphrase')
  await terminal.answer('New passphrase: ', ENTER)
  await terminal.shows('An empty passphrase protects nothing. Once more.')
  await terminal.answer('New passphrase: ', `horse${ENTER}`)
  await terminal.answer('The same again: ', `horse${ENTER}`)
  const { code, shown } = await terminal.ended
  expect(code).toBe(0)
  expect(shown.split('The same again').length).toBe(2)
})

test.each([
  ['Ctrl-C', CTRL.c, 130, 'ended by SIGINT'],
  ['Ctrl-D, which is no leave', CTRL.d, 3, 'other-user@example.com signed in, but'],
])("%s at the question whether to replace somebody's session", async (_, key, exitCode, message) => {
  const other = { username: 'other-user', password: 'Other-Passw0rd', email: 'other-user@example.com' }
  const station = await openStation()
  station.emulator.settings.users.push(other)
  await station.signIn()
  const login = 'poolkey login --profile dev --no-browser --force'
  const terminal = openTerminal(station, login, { columns: 120 })
  const said = await terminal.shows(' left; paste')
  const [, url] = /^ {2}(http\S+)\r$/m.exec(said) ?? []
  const browser = signInHeadlessly({ authorizeUrl: url!, ...other })
  await terminal.shows('[y/N] ')
  terminal.type(key)
  const { code, shown } = await terminal.ended
  expect(shown).toMatch(new RegExp(`\\npoolkey: error: .*${message}`))
  expect(code).toBe(exitCode)
  // What was signed in for nothing is ended, and the browser is told.
  expect(station.emulator.count('revoke')).toBe(1)
  expect((await browser).body).toContain('failed')
})
