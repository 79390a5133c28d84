/** A new user at a terminal: from nothing to credentials by four answers; and what others read of what was written. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { setKeys } from '../../src/profile/config-edit.ts'
import { credentialProcessLine } from '../../src/profile/credential-process-line.ts'
import { openAwsStation } from '../e2e/aws-network.ts'
import { openStation, uniqueText } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'
import { CTRL, ENTER, openTerminal } from './terminal/terminal.ts'
import type { Terminal } from './terminal/terminal.ts'

const run = promisify(execFile)

/** A station without a configuration, whose environment leads to the emulator, where no browser is to be opened. */
async function emptyStation(): Promise<Station> {
  const station = await openStation({ redirectUris: ['http://localhost:8400/callback'] })
  rmSync(station.configFile)
  station.env['AWS_ENDPOINT_URL'] = station.emulator.origin
  delete station.env['BROWSER']
  return station
}

async function give(terminal: Terminal, answers: [question: string, answer: string][]): Promise<void> {
  for (const [question, answer] of answers) {
    await terminal.shows(question)
    terminal.type(answer + ENTER)
  }
}

const IDENTITY_POOL = 'Identity pool ID, or ARN of a role that trusts the user pool'

describe('configure at a terminal', () => {
  it.each([
    {
      way: 'an identity pool',
      answer: ({ identityPoolId }: Emulator) => identityPoolId,
      session: 'PoolkeyAdmin/CognitoIdentityCredentials',
    },
    {
      way: 'a role that trusts the user pool',
      answer: ({ roles }: Emulator) => roles.webIdentity,
      session: 'PoolkeyWebIdentity/test-user@example.com',
    },
  ])(
    'takes four answers, of which the last is $way; then leave to write and to sign in, and the AWS CLI has credentials',
    async ({ answer, session }) => {
      const station = await openAwsStation({ redirectUris: ['http://localhost:8400/callback'] })
      const { emulator } = station
      rmSync(station.configFile)
      delete station.env['BROWSER']
      const terminal = openTerminal(station, 'poolkey configure --profile dev', { columns: 120 })
      await give(terminal, [
        ['User pool ID, such as eu-west-1_AbCdEf123: ', emulator.userPoolId],
        ['App client ID: ', emulator.clientId],
        [
          "The user pool's domain, such as acme.auth.eu-west-1.amazoncognito.com (Enter for none: sign in with a password): ",
          'acme',
        ],
        [`${IDENTITY_POOL} [Enter for none: sign in only]: `, answer(emulator)],
      ])
      // A fifth question would wait for its answer here.
      const said = await terminal.shows(`Write this into ${station.configFile}? [y/N] `)
      expect(said).toContain('Checked: acme.auth.eu-west-1.amazoncognito.com takes app client')
      expect(said).not.toContain('warning')
      terminal.type(`y${ENTER}`)
      await give(terminal, [['Sign in now? [y/N] ', 'y']])
      const opened = await terminal.shows(' left')
      const url = new URL(/^ {2}(http\S+)\r$/m.exec(opened)?.[1] ?? '')
      expect(url.origin).toBe('https://acme.auth.eu-west-1.amazoncognito.com')
      await signInHeadlessly({
        authorizeUrl: `${emulator.origin}${url.pathname}${url.search}`,
        ...emulator.user,
      })
      const { code, shown } = await terminal.ended
      expect(code).toBe(0)
      // The last line is there to be pasted.
      const pasted = shown.trimEnd().split('\n').at(-1) ?? ''
      expect(pasted).toBe('  aws sts get-caller-identity --profile dev')
      const { stdout } = await run('/bin/sh', ['-c', `${pasted} --output json`], { env: { ...station.env } })
      expect(JSON.parse(stdout)).toMatchObject({
        Account: emulator.accountId,
        Arn: `arn:aws:sts::${emulator.accountId}:assumed-role/${session}`,
      })
    },
  )

  it('takes Enter in place of a domain for a password, and signs in so', async () => {
    const station = await emptyStation()
    const { emulator } = station
    const terminal = openTerminal(station, `poolkey configure --profile dev --issuer ${emulator.issuer}`, {
      columns: 120,
    })
    await give(terminal, [
      ['User pool ID, such as eu-west-1_AbCdEf123: ', emulator.userPoolId],
      ['App client ID: ', emulator.clientId],
      ['(Enter for none: sign in with a password): ', ''],
      [`${IDENTITY_POOL} [Enter for none: sign in only]: `, emulator.identityPoolId],
      [`Write this into ${station.configFile}? [y/N] `, 'y'],
      ['Sign in now? [y/N] ', 'y'],
      ['User name: ', emulator.user.username],
      [`Password of ${emulator.user.username}: `, emulator.user.password],
    ])
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    expect(shown).toContain("Checked: the user pool's API begins a sign-in with a password")
    expect(shown).not.toMatch(/warning|browser/)
    expect(shown).toContain('Signed in as test-user@example.com')
    expect(readFileSync(station.configFile, 'utf8')).toContain('cognito_sign_in = password\n')
  })

  it('asks again for what cannot be one, and writes nothing without leave: exit 5', async () => {
    const station = await emptyStation()
    const { emulator } = station
    const terminal = openTerminal(station, `poolkey configure --profile dev --issuer ${emulator.issuer}`, {
      columns: 120,
    })
    await give(terminal, [
      ['User pool ID, such as eu-west-1_AbCdEf123: ', 'nonsense'],
      ['  It is a user pool ID such as eu-west-1_AbCdEf123.', emulator.userPoolId],
      ['App client ID: ', emulator.clientId],
      [
        "The user pool's domain, such as acme.auth.eu-west-1.amazoncognito.com (Enter for none: sign in with a password): ",
        emulator.origin,
      ],
      [IDENTITY_POOL, ''],
      ['[y/N] ', 'n'],
    ])
    expect(await terminal.ended).toMatchObject({ code: 5 })
    expect(existsSync(station.configFile)).toBe(false)
  })

  it.each([
    { how: 'Ctrl-C', key: CTRL.c, code: 130 },
    { how: 'Ctrl-D', key: CTRL.d, code: 2 },
  ])('$how at a question ends it, with nothing written: exit $code', async ({ key, code }) => {
    const station = await emptyStation()
    const terminal = openTerminal(station, 'poolkey configure --profile dev')
    await terminal.shows('User pool ID, such as eu-west-1_AbCdEf123: ')
    terminal.type(key)
    expect(await terminal.ended).toMatchObject({ code })
    expect(existsSync(station.configFile)).toBe(false)
    expect(station.emulator.requests).toEqual([])
  })

  it('shows the diff in colour', async () => {
    const station = await openStation()
    const terminal = openTerminal(station, 'poolkey configure --profile dev --lang de', {
      env: { NO_COLOR: '' },
    })
    await terminal.shows('\u001b[32m+cognito_lang = de\u001b[0m')
    await give(terminal, [
      ['[y/N] ', 'y'],
      ['Sign in now? [y/N] ', ''],
    ])
    expect(await terminal.ended).toMatchObject({ code: 0 })
    expect(readFileSync(station.configFile, 'utf8')).toContain('cognito_lang = de\n')
  })

  it('asks before it removes a profile', async () => {
    const station = await openStation()
    const before = readFileSync(station.configFile, 'utf8')
    for (const [answer, code, left] of [
      ['n', 5, before],
      ['y', 0, before.replace(/^cognito_.*\n/gm, '')],
    ] as const) {
      const terminal = openTerminal(station, 'poolkey configure remove dev')
      await give(terminal, [[`? [y/N] `, answer]])
      const { code: ended, shown } = await terminal.ended
      expect(ended).toBe(code)
      expect(shown).not.toContain('stays signed in')
      expect(readFileSync(station.configFile, 'utf8')).toBe(left)
    }
  })

  it('says that a profile stays signed in, and asks whether the secret of its client goes, too', async () => {
    const secret = `secret${uniqueText()}`
    const station = await openStation({ clientSecret: secret })
    expect(
      await station.run(['configure', '--profile', 'dev', '--client-secret-stdin'], {}, secret),
    ).toMatchObject({ code: 0 })
    await station.signIn()
    const terminal = openTerminal(station, 'poolkey configure remove dev')
    await give(terminal, [
      ['? [y/N] ', 'y'],
      ['Remove it? [y/N] ', 'y'],
    ])
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    expect(shown).toContain('It stays signed in; to end that, too, first run: poolkey logout --profile dev')
    expect(readdirSync(station.stateFolder).filter((name) => name.startsWith('client-secret-'))).toEqual([])
  })
})

it('nobody is asked by configure remove with --no-input', async () => {
  const station = await openStation()
  const { code, shown } = await openTerminal(station, 'poolkey configure remove dev --no-input').ended
  expect(code).toBe(2)
  expect(shown).not.toContain('[y/N]')
})

describe('where no profile is named', () => {
  async function severalProfiles(): Promise<Station> {
    const station = await openStation()
    const text = readFileSync(station.configFile, 'utf8')
    writeFileSync(station.configFile, text + text.replace('[profile dev]', '[profile prod]'))
    return station
  }

  it('a person chooses one of several', async () => {
    const station = await severalProfiles()
    const terminal = openTerminal(station, 'poolkey status')
    await terminal.shows('  1  dev\r\n  2  prod\r\n')
    await give(terminal, [['Which one? Number or name: ', '2']])
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    expect(shown).toMatch(/^Profile {6}prod$/m)
  })

  it.each([
    { line: 'poolkey status --no-input', code: 3 },
    { line: 'AWS_PROFILE=dev poolkey status', code: 0 },
    { line: 'poolkey status --profile dev', code: 0 },
    { line: 'poolkey status </dev/null', code: 3 },
    { line: 'poolkey credential-process', code: 3 },
  ])('nobody is asked by: $line', async ({ line, code }) => {
    const station = await severalProfiles()
    const ended = await openTerminal(station, line).ended
    expect(ended).toMatchObject({ code })
    expect(ended.shown).not.toContain('Which one?')
    if (code === 3) expect(ended.shown).toContain('known: dev, prod')
  })

  it('no choice is the error that names them', async () => {
    const station = await severalProfiles()
    const terminal = openTerminal(station, 'poolkey status')
    await give(terminal, [['Which one? Number or name: ', '']])
    const { code, shown } = await terminal.ended
    expect(code).toBe(3)
    expect(shown).toContain('known: dev, prod')
  })
})

const SPLIT = `
import json, sys
from botocore.compat import compat_shell_split
from botocore.configloader import load_config
answers = []
for path, platform in json.load(sys.stdin):
    line = load_config(path)['profiles']['dev']['credential_process']
    answers.append(compat_shell_split(line, platform))
json.dump(answers, sys.stdout)
`

it('F95: botocore reads from the line what was meant, on POSIX and on Windows', async () => {
  const station = await openStation()
  const cases = [
    { program: ['/usr/local/bin/poolkey'], profile: 'dev', platform: 'linux' },
    { program: ['/home/a b/node', '/home/a & b/poolkey.cjs'], profile: 'dev', platform: 'linux' },
    { program: ['/opt/poolkey'], profile: 'a b|(c)*~', platform: 'darwin' },
    {
      program: ['C:\\Program Files\\nodejs\\node.exe', 'C:\\a\\poolkey.cjs'],
      profile: 'a b',
      platform: 'win32',
    },
    { program: ['C:\\poolkey\\poolkey.exe'], profile: 'a&b', platform: 'win32' },
  ] as const
  const input = cases.map(({ program, profile, platform }, index) => {
    const path = `${station.home}/line-${index}`
    const line = credentialProcessLine({ program: [...program], profile, platform })
    writeFileSync(
      path,
      setKeys('', { file: path, kind: 'config', profile: 'dev' }, { credential_process: line }),
    )
    return [path, platform]
  })
  const { stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', SPLIT], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual(
    cases.map(({ program, profile }) => [...program, 'credential-process', '--profile', profile]),
  )
})
