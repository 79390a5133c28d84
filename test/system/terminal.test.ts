/** What a person sees who sits at a real terminal: questions, hidden input, interruptions, the countdown. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { answerOf, openStation, uniqueText, until } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { plantVault } from '../vault/wrapped-key.ts'
import { BACKSPACE, CTRL, ENTER, openTerminal } from './terminal/terminal.ts'
import type { Terminal } from './terminal/terminal.ts'

const PROCESS = ['credential-process', '--profile', 'dev']
const LOGIN = 'poolkey login --profile dev --no-browser'
const STATUS = 'poolkey status --profile dev'
const EMPTY = 'an empty passphrase protects nothing'
const NONE = "the vault's key is kept under a passphrase, and none was given"
const ERASE = '\r\u001b[2K'

interface Passphrased {
  station: Station
  passphrase: string
}

/** A passphrase nobody else has; whatever poolkey writes and shows is searched for it. */
async function passphraseStation(passphrase = `Canary${uniqueText()} horse battery`): Promise<Passphrased> {
  const secrets = [{ kind: 'sign-in', name: 'passphrase', value: passphrase } as const]
  return { station: await openStation({ env: { POOLKEY_STORE: undefined }, secrets }), passphrase }
}

/** A station where somebody is signed in and the key is under a passphrase. */
async function signedInUnder(given?: string): Promise<Passphrased> {
  const { station, passphrase } = await passphraseStation(given)
  station.env['POOLKEY_PASSPHRASE'] = passphrase
  expect(await station.signIn(['--store', 'passphrase'])).toMatchObject({ code: 0 })
  delete station.env['POOLKEY_PASSPHRASE']
  return { station, passphrase }
}

/** A station with an empty vault, whose passphrase is cheap to try. */
async function vaultUnderPassphrase(): Promise<Passphrased> {
  const { station, passphrase } = await passphraseStation()
  mkdirSync(station.stateFolder, { recursive: true, mode: 0o700 })
  const setItem = () => expect.fail('a keychain has no part in it')
  plantVault({ folder: station.stateFolder, store: 'passphrase', passphrase, setItem })
  return { station, passphrase }
}

/** The URL at which a `login` waits for a person. */
async function signInUrl(terminal: Terminal): Promise<string> {
  const said = await terminal.shows(' left; paste')
  const [, url] = /^ {2}(http\S+)\r$/m.exec(said) ?? []
  return url ?? expect.fail(`no URL in: ${said}`)
}

/** What `login --no-browser` says of its URL at a terminal. */
function pageLines(url: string): string[] {
  const { port } = new URL(new URL(url).searchParams.get('redirect_uri') ?? '')
  return [
    ...['Open this URL in a browser on this machine:', `  ${url}`],
    `A browser on another machine reaches port ${port} here while this runs beside it:`,
    `  ssh -N -L ${port}:localhost:${port} THIS_MACHINE`,
    'Or paste the URL that the browser ends at, even if that page does not load.',
  ]
}

async function signIn(station: Station, url: string, person = station.emulator.user): Promise<void> {
  const { username, password } = person
  await signInHeadlessly({ authorizeUrl: url, username, password })
}

/** The vault's description and its key by their names: all of the vault but what is sealed in it. */
function keyFilesOf(station: Station): Record<string, string> {
  const names = readdirSync(station.stateFolder).filter((name) => name.startsWith('vault.'))
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(station.stateFolder, name), 'latin1')]),
  )
}

/** What a terminal has shown without what poolkey drew and erased again. */
function remaining(shown: string): string {
  return shown.replaceAll(/[^\n]*\r\u001b\[2K/g, '')
}

describe('a first sign-in with --store passphrase', () => {
  it('asks for a new passphrase twice without showing it, again where the two differ, and signs in', async () => {
    const { station, passphrase } = await passphraseStation()
    const terminal = openTerminal(station, `${LOGIN} --store passphrase`)
    await terminal.answer('New passphrase: ', passphrase + ENTER)
    await terminal.answer('The same again: ', `${passphrase}?${ENTER}`)
    await terminal.answer('New passphrase: ', passphrase + ENTER)
    await terminal.answer('The same again: ', passphrase + ENTER)
    const url = await signInUrl(terminal)
    await signIn(station, url)
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    const [head, tail] = remaining(shown).split(/^Credentials until .* UTC; they renew by themselves\.$/m)
    expect(head).toBe(
      [
        ...['New passphrase: ', 'The same again: ', 'The two differ. Once more.'],
        ...['New passphrase: ', 'The same again: '],
        ...pageLines(url),
        ...['Signed in as test-user@example.com.', ''],
      ].join('\n'),
    )
    expect(tail).toBe('\n')
    answerOf(await station.run(PROCESS, { POOLKEY_PASSPHRASE: passphrase }))
  })

  it.each([
    { typed: CTRL.d, code: 7, said: EMPTY },
    { typed: CTRL.c, code: 130, said: 'ended by SIGINT' },
  ])('makes nothing when none is chosen, and says so: exit $code', async ({ typed, code, said }) => {
    const { station } = await passphraseStation()
    const terminal = openTerminal(station, `${LOGIN} --store passphrase`)
    await terminal.answer('New passphrase: ', typed)
    const outcome = await terminal.ended
    expect(outcome.code).toBe(code)
    expect(outcome.shown).toContain(`: \npoolkey: error: ${said}\n`)
    expect(existsSync(station.stateFolder)).toBe(false)
    expect(station.emulator.requests).toEqual([])
  })
})

describe('the question for a passphrase', () => {
  it('comes once from status, whoami and env, and their answers follow', async () => {
    const { station, passphrase } = await signedInUnder()
    const answer = answerOf(await station.run(PROCESS, { POOLKEY_PASSPHRASE: passphrase }))
    for (const [line, answered] of [
      [STATUS, /^Profile +dev\nSession +test-user@example\.com\n(?:.*\n)*Store +passphrase\n$/],
      ['poolkey whoami --profile dev', /^Profile {4}dev\nSigned in {2}test-user@example\.com\n(?:.*\n)+$/],
      [
        'eval "$(poolkey env --profile dev)" && echo "$AWS_ACCESS_KEY_ID"',
        new RegExp(`^${answer.AccessKeyId}\n$`),
      ],
    ] as const) {
      const terminal = openTerminal(station, line)
      await terminal.answer('Passphrase: ', passphrase + ENTER)
      const { code, shown } = await terminal.ended
      expect(code, line).toBe(0)
      const [before, after, ...more] = shown.split('Passphrase: \n')
      expect({ before, more }, line).toEqual({ before: '', more: [] })
      expect(after).toMatch(answered)
    }
  })

  it('may be mistyped twice; a third wrong one is exit 7 with the fix, no second vault, and the right one still opens', async () => {
    const { station, passphrase } = await vaultUnderPassphrase()
    const before = keyFilesOf(station)
    const patient = openTerminal(station, STATUS)
    await patient.answer('Passphrase: ', `not ${passphrase}${ENTER}`)
    await patient.answer('Passphrase: ', passphrase + ENTER)
    expect(await patient.ended).toMatchObject({ code: 0 })

    const terminal = openTerminal(station, STATUS)
    for (let tries = 0; tries < 3; tries += 1) {
      await terminal.answer('Passphrase: ', `not ${passphrase}${ENTER}`)
    }
    const { code, shown } = await terminal.ended
    expect(code).toBe(7)
    const again = ['Passphrase: ', 'That is not it. Once more.']
    const lines = shown.split('\n')
    const [error, fix, ...rest] = lines.slice(5)
    expect({ asked: lines.slice(0, 5), rest }).toEqual({
      asked: [...again, ...again, 'Passphrase: '],
      rest: [''],
    })
    expect(error).toBe(
      `poolkey: error: the passphrase does not open ${station.stateFolder}/vault.wrapped-key`,
    )
    expect(fix).toMatch(/^poolkey: fix: .*type it again/)
    expect(keyFilesOf(station)).toEqual(before)
    expect(
      await station.run(['status', '--profile', 'dev'], { POOLKEY_PASSPHRASE: passphrase }),
    ).toMatchObject({ code: 0 })
  })

  it('ends at Ctrl-C (130), SIGTERM (143) and without an answer (7), and gives the terminal back as it was', async () => {
    const { station } = await vaultUnderPassphrase()
    for (const [name, typed, code, message] of [
      ['Ctrl-C', `half${CTRL.c}`, 130, 'ended by SIGINT'],
      ['SIGTERM', '', 143, 'ended by SIGTERM'],
      ['Ctrl-D', CTRL.d, 7, NONE],
      ['Enter', ENTER, 7, NONE],
    ] as const) {
      const terminal = openTerminal(station, STATUS)
      await terminal.answer('Passphrase: ', typed)
      if (name === 'SIGTERM') process.kill(await terminal.pid(), name)
      const { shown, ...outcome } = await terminal.ended
      expect(outcome, name).toMatchObject({ code })
      const said = shown.split('\n').filter((line) => !line.startsWith('poolkey: fix: '))
      expect(said, name).toEqual(['Passphrase: ', `poolkey: error: ${message}`, ''])
    }
  })

  it('takes back single characters at Backspace and the whole line at Ctrl-U', async () => {
    const { station, passphrase } = await vaultUnderPassphrase()
    const half = passphrase.slice(0, 9)
    const typed = [
      ...['never mind', CTRL.u, BACKSPACE, half, 'xü🐴', BACKSPACE, CTRL.h, BACKSPACE],
      ...[passphrase.slice(9), ENTER],
    ]
    const terminal = openTerminal(station, STATUS)
    await terminal.answer('Passphrase: ', typed.join(''))
    expect(await terminal.ended).toMatchObject({ code: 0 })
  })

  it('takes blanks, letters of the world and accents sent apart as POOLKEY_PASSPHRASE does', async () => {
    const { station, passphrase } = await signedInUnder(' Crème brûlée  in Łódź, 東京 🐴 ')
    for (const typed of [passphrase, passphrase.normalize('NFD')]) {
      const terminal = openTerminal(station, STATUS)
      await terminal.answer('Passphrase: ', typed + ENTER)
      const { code, shown } = await terminal.ended
      expect(code).toBe(0)
      expect(shown).toMatch(/^Passphrase: \nProfile {6}dev\n/)
    }
  })
})

describe('nobody is asked', () => {
  it('for a passphrase by credential-process, with --no-input, or without a terminal: 7, at once', async () => {
    const { station } = await vaultUnderPassphrase()
    const before = keyFilesOf(station)
    for (const [line, env] of [
      [`poolkey ${PROCESS.join(' ')}`, {}],
      [`${STATUS} --no-input`, {}],
      ['poolkey whoami --profile dev', { POOLKEY_NO_INPUT: '1' }],
      ['poolkey env --profile dev --no-input', {}],
      [LOGIN, { POOLKEY_NO_INPUT: '1' }],
      ['poolkey configure store file --no-input', {}],
      ['poolkey configure store passphrase', { POOLKEY_NO_INPUT: '1' }],
      [`${STATUS} </dev/null`, {}],
      [`${STATUS} 2>"$TERMINAL_FOLDER/said"; code=$?; cat "$TERMINAL_FOLDER/said"; exit $code`, {}],
    ] as const) {
      const { code, shown, ms } = await openTerminal(station, line, { env }).ended
      expect(code, line).toBe(7)
      expect(shown, line).toMatch(
        /^poolkey: error: .* none was given\npoolkey: fix: .*POOLKEY_PASSPHRASE.*\n$/,
      )
      expect(ms, line).toBeLessThan(5000)
    }
    expect(keyFilesOf(station)).toEqual(before)
  })

  it('for a client secret with --no-input: what is missing is a usage error', async () => {
    const station = await openStation()
    const line = 'poolkey configure --client-secret-stdin --profile dev --no-input'
    const { code, shown } = await openTerminal(station, line).ended
    expect(code).toBe(2)
    expect(shown).toContain('poolkey: error: nothing is piped into stdin\n')
    expect(existsSync(station.stateFolder)).toBe(false)
  })
})

describe('configure store at a terminal', () => {
  it('puts the key under a passphrase, under another, and back into a file', async () => {
    const { station, passphrase: first } = await passphraseStation()
    const second = `${first} staple`
    await station.signIn(['--store', 'file'])
    const answer = answerOf(await station.run(PROCESS))

    const wrap = openTerminal(station, 'poolkey configure store passphrase')
    await wrap.answer('New passphrase: ', first + ENTER)
    await wrap.answer('The same again: ', second + ENTER)
    await wrap.answer('New passphrase: ', first + ENTER)
    await wrap.answer('The same again: ', first + ENTER)
    expect(await wrap.ended).toMatchObject({
      code: 0,
      shown: [
        ...['New passphrase: ', 'The same again: ', 'The two differ. Once more.'],
        ...['New passphrase: ', 'The same again: ', 'The sealing key is now under a passphrase.', ''],
      ].join('\n'),
    })
    expect(Object.keys(keyFilesOf(station)).sort()).toEqual(['vault.json', 'vault.wrapped-key'])
    expect(answerOf(await station.run(PROCESS, { POOLKEY_PASSPHRASE: first }))).toEqual(answer)

    const change = openTerminal(station, 'poolkey configure store passphrase')
    await change.answer('Passphrase: ', first + ENTER)
    await change.answer('New passphrase: ', second + ENTER)
    await change.answer('The same again: ', second + ENTER)
    expect(await change.ended).toMatchObject({
      code: 0,
      shown:
        'Passphrase: \nNew passphrase: \nThe same again: \nThe sealing key is now under the new passphrase.\n',
    })
    expect(await station.run(PROCESS, { POOLKEY_PASSPHRASE: first })).toMatchObject({ code: 7, stdout: '' })
    expect(answerOf(await station.run(PROCESS, { POOLKEY_PASSPHRASE: second }))).toEqual(answer)

    const unwrap = openTerminal(station, 'poolkey configure store file')
    await unwrap.answer('Passphrase: ', second + ENTER)
    const { code, shown } = await unwrap.ended
    expect(code).toBe(0)
    expect(shown).toMatch(/^Passphrase: \nThe sealing key is now in a file of mode 0600.*\n$/)
    expect(Object.keys(keyFilesOf(station)).sort()).toEqual(['vault.json', 'vault.key'])
    expect(answerOf(await station.run(PROCESS))).toEqual(answer)
  })

  it('changes nothing when the old passphrase is wrong, or the new one is not given', async () => {
    const { station, passphrase } = await vaultUnderPassphrase()
    const before = keyFilesOf(station)
    for (const [old, next, code] of [
      [`not ${passphrase}${ENTER}`, undefined, 7],
      [passphrase + ENTER, CTRL.c, 130],
      [passphrase + ENTER, CTRL.d, 7],
    ] as const) {
      const terminal = openTerminal(station, 'poolkey configure store passphrase')
      await terminal.answer('Passphrase: ', old)
      if (next !== undefined) await terminal.answer('New passphrase: ', next)
      expect(await terminal.ended).toMatchObject({ code })
      expect(keyFilesOf(station)).toEqual(before)
    }
  })
})

describe('configure --client-secret-stdin at a terminal', () => {
  const SEAL = 'poolkey configure --client-secret-stdin --profile dev'

  it.each([
    { way: 'asks for it without showing it', line: SEAL, isAsked: true },
    { way: 'takes what is piped into it unasked', line: `cat "$SECRET_PIPE" | ${SEAL}`, isAsked: false },
  ])('$way, and the sign-in works with it', async ({ line, isAsked }) => {
    const clientSecret = `Canary${uniqueText()}+client+secret`
    const secrets = [{ kind: 'sign-in', name: 'client secret', value: clientSecret } as const]
    const station = await openStation({ clientSecret, secrets })
    const { clientId } = station.emulator
    // A pipe, as no file may hold the secret.
    const pipe = join(station.home, 'pipe')
    execFileSync('mkfifo', ['-m', '600', pipe])
    const terminal = openTerminal(station, line, { env: { SECRET_PIPE: pipe } })
    if (isAsked) await terminal.answer(`Secret of app client ${clientId}: `, clientSecret + ENTER)
    else await writeFile(pipe, `${clientSecret}\n`)
    const question = isAsked ? `Secret of app client ${clientId}: \n` : ''
    expect(await terminal.ended).toMatchObject({
      code: 0,
      shown: `${question}The secret of app client ${clientId} is sealed in the vault.\n`,
    })
    rmSync(pipe)
    expect(await station.signIn()).toMatchObject({ code: 0 })
  })
})

describe('waiting for the browser', () => {
  it('counts down on one line, in a narrow window and after it was made narrower, and leaves nothing of it', async () => {
    const station = await openStation()
    const terminal = openTerminal(station, LOGIN, { columns: 40 })
    const url = await signInUrl(terminal)
    await terminal.shows(ERASE)
    terminal.resize(30)
    await terminal.shows(ERASE)
    await terminal.shows(`...${ERASE}`)
    await signIn(station, url)
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    const drawn = shown.split(/\r\u001b\[2K|\n/).filter((line) => /^\d+:\d\d left/.test(line))
    const wide = drawn.filter((line) => line.length >= 30)
    expect(wide.length, shown).toBeGreaterThan(0)
    for (const line of wide) expect(line).toMatch(/^(5:00|4:5\d) left; paste the URL it ends at: $/)
    expect(drawn.slice(wide.length)).not.toEqual([])
    for (const line of drawn.slice(wide.length)) expect(line.length).toBeLessThan(30)
    const [said, rest] = remaining(shown).split('Signed in as test-user@example.com.\n')
    expect(said).toBe([...pageLines(url), ''].join('\n'))
    expect(rest).toMatch(/^Credentials until .*\n$/)
  })

  it('ends at Ctrl-C with 130, after a question for a passphrase, too', async () => {
    const { station, passphrase } = await vaultUnderPassphrase()
    const terminal = openTerminal(station, LOGIN)
    await terminal.answer('Passphrase: ', passphrase + ENTER)
    const url = await signInUrl(terminal)
    await terminal.shows(ERASE)
    terminal.type(CTRL.c)
    const { code, shown } = await terminal.ended
    expect(code).toBe(130)
    const [question, ...said] = remaining(shown).split('\n')
    expect(question).toBe('Passphrase: ')
    expect(said).toEqual([...pageLines(url), ...['poolkey: error: ended by SIGINT', '']])
  })
})

describe("the question whether another person's session may be replaced", () => {
  it.each([
    { reply: 'n', typed: `n${ENTER}`, code: 3, userName: 'test-user' },
    { reply: 'Enter', typed: ENTER, code: 3, userName: 'test-user' },
    { reply: 'Ctrl-C', typed: CTRL.c, code: 130, userName: 'test-user' },
    { reply: 'y', typed: `y${ENTER}`, code: 0, userName: 'other-user' },
  ])(
    'answered with $reply ends with $code, and $userName is signed in',
    async ({ typed, code, userName }) => {
      const other = { username: 'other-user', password: 'Other-Passw0rd', email: 'other-user@example.com' }
      const station = await openStation()
      station.emulator.settings.users.push(other)
      await station.signIn()
      const terminal = openTerminal(station, `${LOGIN} --force`, { columns: 120 })
      const url = await signInUrl(terminal)
      // The browser waits for the answer, too.
      const browser = signIn(station, url, other)
      await terminal.shows(
        "test-user@example.com is signed in here. Replace that session with other-user@example.com's? [y/N] ",
      )
      terminal.type(typed)
      expect(await terminal.ended).toMatchObject({ code })
      await browser.catch(() => undefined)
      const status = await station.run(['status', '--profile', 'dev', '--json'])
      expect(JSON.parse(status.stdout)).toMatchObject({ session: { userName } })
    },
  )
})

describe('a window that is closed', () => {
  it.each([
    {
      moment: 'at a question',
      line: 'poolkey configure store passphrase',
      arrive: (terminal: Terminal) => terminal.answer('New passphrase: ', 'half'),
    },
    {
      moment: 'while waiting for the browser',
      line: `${LOGIN} --force`,
      arrive: (terminal: Terminal) => terminal.shows(ERASE),
    },
  ])('$moment takes poolkey with it, and leaves the vault as it was', async ({ line, arrive }) => {
    const { station } = await passphraseStation()
    await station.signIn(['--store', 'file'])
    const answer = answerOf(await station.run(PROCESS))
    const before = keyFilesOf(station)
    const terminal = openTerminal(station, line)
    await arrive(terminal)
    expect(terminal.processes()).toContain(await terminal.pid())
    terminal.close()
    await until(() => terminal.processes().length === 0, 5000)
    expect(keyFilesOf(station)).toEqual(before)
    expect(answerOf(await station.run(PROCESS))).toEqual(answer)
  })
})
