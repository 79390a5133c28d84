/** A question that is stopped (Ctrl-Z, or from outside) in a shell with job control, and what a person meets after `fg`. */
import { mkdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openStation } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { plantVault } from '../vault/wrapped-key.ts'
import { CTRL, ENTER, openTerminal } from './terminal/terminal.ts'
import type { Terminal } from './terminal/terminal.ts'

const SHELL_PROMPT = 'shell> '
const ERASE = '\r\u001b[2K'

/** A person's shell, in which a line was typed. */
async function inShell(station: Station, line: string): Promise<Terminal> {
  const shell = 'bash --norc --noprofile -i'
  const terminal = openTerminal(station, shell, { columns: 200, env: { PS1: SHELL_PROMPT } })
  await terminal.shows(SHELL_PROMPT)
  terminal.type(line + ENTER)
  return terminal
}

async function stop(terminal: Terminal): Promise<void> {
  terminal.type(CTRL.z)
  await terminal.shows('Stopped')
  await terminal.shows(SHELL_PROMPT)
}

/** Types a line at the shell's prompt once nothing of poolkey reads what is typed. */
async function order(terminal: Terminal, line: string): Promise<void> {
  terminal.type(line + ENTER)
  await terminal.shows(`${line}\r\n`)
}

/** The exit code that the shell tells; ends the shell. */
async function codeOf(terminal: Terminal): Promise<number> {
  await terminal.shows(SHELL_PROMPT)
  terminal.type(`echo "code=$?="; exit${ENTER}`)
  const { shown } = await terminal.ended
  return Number(/^code=(\d+)=$/m.exec(shown)?.[1])
}

async function passwordStation(): Promise<Station> {
  return openStation({
    profile: { cognito_sign_in: 'password' },
    secrets: [{ kind: 'sign-in', name: 'password', value: 'Emulated-Passw0rd' }],
  })
}

/** A station whose vault opens with a passphrase. */
async function lockedStation(passphrase: string): Promise<Station> {
  const secrets = [{ kind: 'sign-in', name: 'passphrase', value: passphrase } as const]
  const station = await openStation({ env: { POOLKEY_STORE: undefined }, secrets })
  const { stateFolder: folder } = station
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  plantVault({ folder, store: 'passphrase', passphrase, setItem: () => undefined })
  return station
}

const STATUS = 'poolkey status --profile dev'
const PASSPHRASE = 'Canary horse battery'

test('name and password are read on after Ctrl-Z and fg, as often as it is done', async () => {
  const terminal = await inShell(await passwordStation(), 'poolkey login --profile dev')
  await terminal.shows('User name: ')
  terminal.type('test')
  await terminal.shows('test')
  for (let round = 0; round < 2; round += 1) {
    await stop(terminal)
    await order(terminal, 'fg')
    await terminal.shows('User name: test')
  }
  terminal.type(`-user${ENTER}`)
  await terminal.shows('Password of test-user: ')
  terminal.type('half')
  await stop(terminal)
  await order(terminal, 'fg')
  await terminal.answer('Password of test-user: ', `Emulated-Passw0rd${ENTER}`)
  await terminal.shows('Signed in as test-user@example.com.')
  expect(await codeOf(terminal)).toBe(0)
})

test.each([
  ['Ctrl-C', CTRL.c, 130],
  ['Ctrl-\\', CTRL.backslash, 131],
])('%s ends a question whose answer is shown, after fg, too', async (_, key, code) => {
  const terminal = await inShell(await passwordStation(), 'poolkey login --profile dev')
  await terminal.shows('User name: ')
  await stop(terminal)
  await order(terminal, 'fg')
  await terminal.shows('User name: ')
  terminal.type(key)
  expect(await codeOf(terminal)).toBe(code)
})

test('a yes-or-no question, where nothing else keeps the process, waits for its answer after fg', async () => {
  const station = await openStation()
  await station.signIn()
  const terminal = await inShell(station, 'poolkey configure remove --profile dev')
  await terminal.shows('[y/N] ')
  await stop(terminal)
  await order(terminal, 'fg')
  await terminal.shows('[y/N] ')
  terminal.type(`n${ENTER}`)
  await terminal.shows('Nothing was changed.')
  await codeOf(terminal)
})

test.each([
  [
    'Ctrl-Z, which drops what was typed,',
    (terminal: Terminal) => {
      terminal.type('half')
      return stop(terminal)
    },
  ],
  [
    'kill -STOP',
    async (terminal: Terminal) => {
      process.kill(await terminal.pid(), 'SIGSTOP')
      await terminal.shows('Stopped')
      await terminal.shows(SHELL_PROMPT)
    },
  ],
])('a passphrase is hidden after %s and fg', async (_, interrupt) => {
  const terminal = await inShell(await lockedStation(PASSPHRASE), STATUS)
  await terminal.answer('Passphrase: ', '')
  await interrupt(terminal)
  await order(terminal, 'fg')
  await terminal.answer(`${ERASE}Passphrase: `, PASSPHRASE + ENTER)
  await terminal.shows('Profile')
  expect(await codeOf(terminal)).toBe(0)
})

test.each([
  ['hidden', () => lockedStation(PASSPHRASE), STATUS, 'Passphrase: ', PASSPHRASE],
  ['shown', passwordStation, 'poolkey login --profile dev', 'User name: ', ''],
])('continued in the background, a question that is %s waits there until fg', async (...given) => {
  const [, open, line, question, typed] = given
  const terminal = await inShell(await open(), line)
  await terminal.shows(question)
  await stop(terminal)
  await order(terminal, 'bg')
  // The shell has the terminal: what is typed is its own, and it tells of no job that was stopped.
  await order(terminal, 'sleep 1')
  await order(terminal, 'jobs')
  expect(await terminal.shows('poolkey')).toContain('Running')
  await order(terminal, 'fg')
  await terminal.shows(question)
  terminal.type(typed === '' ? CTRL.c : typed + ENTER)
  expect(await codeOf(terminal)).toBe(typed === '' ? 130 : 0)
})

test('Ctrl-\\ ends a hidden question with 131', async () => {
  const terminal = await inShell(await lockedStation(PASSPHRASE), STATUS)
  await terminal.answer('Passphrase: ', `half${CTRL.backslash}`)
  expect(await codeOf(terminal)).toBe(131)
})

test('the URL of a sign-in is pasted, hidden, after Ctrl-Z and fg', async () => {
  const station = await openStation({ env: { BROWSER: undefined } })
  const terminal = await inShell(station, 'poolkey login --profile dev --no-browser')
  await terminal.shows('the URL it ends at: ')
  await stop(terminal)
  await order(terminal, 'fg')
  await terminal.shows('the URL it ends at: ')
  terminal.type(`hidden${ENTER}`)
  await terminal.shows('That URL does not fit')
  terminal.type(CTRL.backslash)
  expect(await codeOf(terminal)).toBe(131)
  expect((await terminal.ended).shown).not.toContain('hidden')
})
