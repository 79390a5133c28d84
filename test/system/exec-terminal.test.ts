/** What `exec` and `env` do at a real terminal: keys, stopping and going on, the window, and secrets on the screen. */
import { describe, expect, test } from 'vitest'
import { openStation, until } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { CTRL, ENTER, openTerminal } from './terminal/terminal.ts'

const EXEC = 'poolkey exec --profile dev'
const CTRL_Z = '\u001a'
const CTRL_BACKSLASH = '\u001c'

async function signedIn(): Promise<Station> {
  const station = await openStation()
  await station.signIn()
  return station
}

describe('exec', () => {
  test('F96: the command has the terminal, and is told when its window changes', async () => {
    const station = await signedIn()
    const script = `trap "stty size; exit 3" WINCH; test -t 0 && test -t 1 && test -t 2 && stty size; while :; do sleep 0.05; done`
    const terminal = openTerminal(station, `exec ${EXEC} -- sh -c '${script}'`)
    await terminal.shows('24 80')
    terminal.resize(100)
    await terminal.shows('24 100')
    expect(await terminal.ended).toMatchObject({ code: 3 })
  })

  test.each([
    ['Ctrl-C', CTRL.c, 'INT', 130],
    ['Ctrl-\\', CTRL_BACKSLASH, 'QUIT', 131],
  ])('F96: %s reaches the command, which decides', async (_key, typed, name, code) => {
    const station = await signedIn()
    const script = `trap "echo got ${name}; exit 9" ${name}; echo ready; while :; do sleep 0.05; done`
    const deciding = openTerminal(station, `exec ${EXEC} -- sh -c '${script}'`)
    await deciding.shows('ready\r\n')
    deciding.type(typed)
    const decided = await deciding.ended
    expect(decided.code).toBe(9)
    expect(decided.shown).toContain(`got ${name}\n`)
    expect(decided.shown).not.toContain('poolkey:')

    const ending = openTerminal(station, `ulimit -c 0; ${EXEC} -- sh -c 'echo ready; exec sleep 60'`)
    await ending.shows('ready\r\n')
    ending.type(typed)
    expect(await ending.ended).toMatchObject({ code })
  })

  test('F96: Ctrl-C ends the loop of a script around it, as without poolkey', async () => {
    const station = await signedIn()
    const command = `${EXEC} -- sh -c "echo ready; exec sleep 60"`
    const line = `bash -c 'for round in 1 2; do echo round $round; ${command}; echo ended with $?; done; true'`
    const terminal = openTerminal(station, line)
    await terminal.shows('ready\r\n')
    terminal.type(CTRL.c)
    const { code, shown } = await terminal.ended
    expect(code).toBe(130)
    expect(shown).not.toContain('round 2')
  })

  test('F96: Ctrl-Z stops both, and fg has both go on', async () => {
    const station = await signedIn()
    const command = `${EXEC} -- sh -c "echo ready; read line; echo got \\$line; exit 8"`
    const line = `bash -c 'set -m; ${command}; echo stopped with $?; fg >/dev/null; echo ended with $?'`
    const terminal = openTerminal(station, line)
    await terminal.shows('ready\r\n')
    terminal.type(CTRL_Z)
    await terminal.shows('stopped with 148\r\n')
    terminal.type(`hello${ENTER}`)
    await terminal.shows('got hello\r\n')
    await terminal.shows('ended with 8\r\n')
    expect(await terminal.ended).toMatchObject({ code: 0 })
  })

  test('F96: an interactive shell has keys, jobs and prompt as always', async () => {
    const station = await signedIn()
    const terminal = openTerminal(station, `${EXEC} -- bash --norc --noprofile -i`, { env: { PS1: '> ' } })
    await terminal.shows('> ')
    terminal.type(`sh -c 'echo rea""dy; exec sleep 60'${ENTER}`)
    await terminal.shows('ready\r\n')
    terminal.type(CTRL_Z)
    await terminal.shows('Stopped')
    // A shell does not exit while it knows of a stopped job, and hears late of one that was killed.
    terminal.type(`kill -9 %1; disown -a; echo "in $INSIDE_POOLKEY"${ENTER}`)
    // What is typed before the next prompt may go with what was interrupted, or not be echoed.
    await terminal.shows('in dev\r\n')
    await terminal.shows('> ')
    terminal.type(CTRL.c)
    await terminal.shows('^C')
    await terminal.shows('> ')
    terminal.type(`exit 3${ENTER}`)
    expect(await terminal.ended).toMatchObject({ code: 3 })
  })

  test('F96: when the window is closed, nothing stays behind', async () => {
    const station = await signedIn()
    const terminal = openTerminal(station, `${EXEC} -- sh -c 'echo ready; exec sleep 60'`)
    await terminal.shows('ready\r\n')
    expect(terminal.processes().length).toBeGreaterThan(1)
    terminal.close()
    await until(() => terminal.processes().length === 0)
  })
})

describe('serve', () => {
  test('F100, G104: at a terminal it warns in one line that it shows a token; with the token in a file it shows none', async () => {
    const station = await signedIn()
    const showing = openTerminal(station, 'exec poolkey serve --profile dev')
    const [before = ''] = (await showing.shows('until this ends (Ctrl-C).')).split('export ')
    expect(before).toMatch(/^poolkey: warning: the token [^\n]*\n$/)
    showing.type(CTRL.c)
    expect(await showing.ended).toMatchObject({ code: 0 })
    const silent = openTerminal(
      station,
      `exec poolkey serve --profile dev --token-file '${station.home}/token'`,
    )
    expect(await silent.shows('until this ends (Ctrl-C).')).not.toContain('warning')
    silent.type(CTRL.c)
    expect(await silent.ended).toMatchObject({ code: 0 })
  })
})

describe('env', () => {
  test('F100: at a terminal it warns in one line that it shows secrets, and shows them', async () => {
    const station = await signedIn()
    const { shown, code } = await openTerminal(station, 'poolkey env --profile dev --shell json').ended
    expect(code).toBe(0)
    expect(shown).toMatch(/^poolkey: warning: [^\n]*secrets[^\n]*\n\{"AWS_ACCESS_KEY_ID":"ASIA[^\n]*\n$/)
  })

  test.each([
    'creds=$(poolkey env --profile dev) && eval "$creds"',
    'poolkey env --profile dev | cat >/dev/null',
  ])('F100: %s shows nothing, and says nothing', async (line) => {
    const station = await signedIn()
    expect(await openTerminal(station, line).ended).toMatchObject({ code: 0, shown: '' })
  })

  test('F100: it does not warn where it shows none', async () => {
    const station = await signedIn()
    const { shown } = await openTerminal(station, 'poolkey env --unset').ended
    expect(shown).toMatch(/^unset AWS_ACCESS_KEY_ID [^\n]*\n$/)
    const failed = await openTerminal(await openStation(), 'poolkey env --profile dev').ended
    expect(failed.shown).not.toContain('warning')
  })
})
