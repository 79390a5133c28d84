/** What appears where: nothing hostile on a terminal, nothing secret anywhere, and no trace of what hangs on an error. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DANGEROUS_TEXTS, FORBIDDEN } from '../errors/hostile-text.ts'
import { answerOf, openStation, preloading, startPoolkey, untilExpired } from './poolkey-process.ts'
import type { Outcome, Station } from './poolkey-process.ts'

const HOSTILE = DANGEROUS_TEXTS.join('')
const forDev = (...words: string[]) => [...words, '--profile', 'dev']

/** Lines may end: everything else that a terminal would obey must be gone. */
function expectHarmless({ stdout, stderr }: Outcome, what: string): void {
  for (const text of [stdout, stderr]) expect(text.replaceAll('\n', ''), what).not.toMatch(FORBIDDEN)
}

describe('H111: hostile text', () => {
  test('of claims, roles and groups is shown escaped by every command', async () => {
    const station = await openStation({
      users: [
        {
          username: 'test-user',
          password: 'Emulated-Passw0rd',
          email: `a${HOSTILE}@example.com`,
          groups: ['admin'],
          attributes: { name: HOSTILE, 'custom:team': HOSTILE },
        },
      ],
      groups: [{ name: `admin`, precedence: 1, roleArn: `arn:aws:iam::111122223333:role/a${HOSTILE}` }],
    })
    const login = await station.signIn()
    expect(login.stderr).toContain('Signed in as a')
    expectHarmless(login, 'login')
    for (const words of [
      ['status'],
      ['status', '--json'],
      ['whoami'],
      ['whoami', '--json'],
      ['roles'],
      ['roles', '--json'],
      ['roles', 'use', 'x'],
      ['credential-process'],
      ['logout'],
    ]) {
      expectHarmless(await station.run(forDev(...words)), words.join(' '))
    }
  })

  test('of an error answer, a file and an argument is shown escaped', async () => {
    const station = await openStation()
    station.emulator.faults.set('token:authorization_code', {
      kind: 'answer',
      status: 400,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ error: `odd${HOSTILE}`, error_description: HOSTILE }),
    })
    const login = await station.signIn()
    expect(login.code).toBe(5)
    expectHarmless(login, 'login')
    const oneLine = HOSTILE.replaceAll(/[\r\n\u0000]/g, '')
    expectHarmless(await station.run(['status', '--profile', `a${oneLine}`]), 'a profile name')
    expectHarmless(await station.run([`a${oneLine}`]), 'a command')
    expectHarmless(await station.run(['status', `--a${oneLine}`]), 'an option')
    station.configure({ cognito_domain: `a${oneLine}` })
    expectHarmless(await station.run(forDev('status')), 'a setting')
  })
})

test('H112: --debug traces every request of every command, and no secret', async () => {
  const station = await openStation({
    idTokenSeconds: 3,
    credentialsSeconds: 3,
    identityPool: { allowClassicFlow: true, roleMapping: { kind: 'none' } },
  })
  const { roles } = station.emulator
  const said: string[] = []
  const note = (outcome: Outcome) => said.push(outcome.stderr)
  note(await station.signIn(['--debug']))
  const answer = answerOf(await station.run(forDev('credential-process')))
  await untilExpired(answer)
  note(await station.run(forDev('credential-process', '--debug')))
  station.configure({
    cognito_exchange: 'basic',
    cognito_role_arn: roles.authenticated,
    cognito_chain_role_arn: roles.chained,
  })
  note(await station.run(forDev('env', '--debug')))
  note(await station.run(forDev('whoami', '--debug')))
  station.emulator.faults.set('AssumeRole', { kind: 'reset' }, 20)
  note(await station.run(forDev('env', '--debug', '--min-life', '3000')))
  note(await station.run(forDev('logout', '--debug')))
  const traced = [...said.join('').matchAll(/^debug: (.+) at 127\.0\.0\.1:\d+: /gm)].map(([, name]) => name)
  expect(new Set(traced)).toEqual(
    new Set([
      ...['the token endpoint', 'the signing keys', 'GetId', 'GetCredentialsForIdentity', 'GetOpenIdToken'],
      ...['AssumeRoleWithWebIdentity', 'AssumeRole', 'GetCallerIdentity', 'the revocation endpoint'],
    ]),
  )
  // The sweep at the end of the test looks for every secret in all of it.
})

describe('H113: what nothing caught', () => {
  /** Runs with a script loaded first that breaks a part of Node. */
  async function runBroken(station: Station, script: string, words = forDev('credential-process')) {
    const preload = join(station.home, 'preload.cjs')
    writeFileSync(
      preload,
      `const broken = () => Object.assign(new TypeError('x is not a function\\nCANARY'), { request: { headers: 'CANARY' } })\nconst silent = () => Object.assign(new (require('node:events'))(), { end() {}, destroy() {} })\n${script}`,
    )
    return station.run(words, preloading(preload))
  }

  test.each([
    ['in the configuration', "require('node:os').homedir = () => { throw broken() }"],
    ['in the vault', "require('node:crypto').createDecipheriv = () => { throw broken() }"],
    ['in a request', "require('node:http').request = () => { throw broken() }"],
    [
      'in an event',
      "require('node:http').request = () => { setImmediate(() => { throw broken() }); return silent() }",
    ],
    [
      'in a promise',
      "require('node:http').request = () => { void Promise.reject(broken()); return silent() }",
    ],
  ])('%s is one line, exit 1, without a stack or the objects that hang on it', async (_, script) => {
    const station = await openStation()
    await station.signIn()
    station.configure({ cognito_role_arn: station.emulator.roles.editor })
    const outcome = await runBroken(station, script)
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr).toMatch(
      /^poolkey: error: this is a bug in poolkey: TypeError: x is not a function\n$/,
    )
  })
})

test('J123: a folder that somebody else prepared changes nothing', async () => {
  const station = await openStation()
  await station.signIn()
  const folder = join(station.home, 'hostile')
  mkdirSync(join(folder, '.aws'), { recursive: true })
  mkdirSync(join(folder, '.git'))
  const evil = [
    'region = us-east-1',
    'endpoint_url = http://127.0.0.1:9',
    'cognito_domain = https://evil.example',
    'cognito_browser = touch pwned',
    'credential_process = touch pwned',
  ].join('\n')
  for (const name of ['config', '.aws/config', '.aws/credentials']) {
    writeFileSync(join(folder, name), `[default]\n${evil}\n[profile dev]\n${evil}\n[dev]\n${evil}\n`)
  }
  for (const name of [
    '.env',
    '.envrc',
    '.poolkeyrc',
    '.poolkey.json',
    'poolkey.config.js',
    '.npmrc',
    'package.json',
  ]) {
    writeFileSync(join(folder, name), 'AWS_ENDPOINT_URL=http://127.0.0.1:9\nPOOLKEY_HOME=/tmp\n')
  }
  const before = station.emulator.requests.length
  const runIn = (words: string[]) => startPoolkey(words, station.env, { cwd: folder }).ended
  const answer = answerOf(await runIn(forDev('credential-process')))
  expect(answer).toEqual(answerOf(await station.run(forDev('credential-process'))))
  expect(await runIn(forDev('status'))).toMatchObject({ code: 0 })
  expect(await runIn(['status'])).toMatchObject({ code: 3 })
  expect(station.emulator.requests.length).toBe(before)
})

describe('J124: an endpoint override', () => {
  test.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL_COGNITO_IDENTITY'])(
    'in %s must be https or loopback',
    async (variable) => {
      const station = await openStation()
      await station.signIn()
      for (const url of ['http://sts.example.com', 'http://169.254.169.254', 'ftp://127.0.0.1']) {
        const outcome = await station.run(forDev('credential-process'), { [variable]: url })
        expect(outcome).toMatchObject({ code: 3, stdout: '' })
        expect(outcome.stderr).toContain(variable)
      }
    },
  )

  test('in the profile must be, too', async () => {
    const station = await openStation({ profile: { endpoint_url: 'http://sts.example.com' } })
    expect(await station.run(forDev('credential-process'))).toMatchObject({ code: 3, stdout: '' })
  })

  test('NODE_TLS_REJECT_UNAUTHORIZED=0 is refused', async () => {
    const station = await openStation({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } })
    expect(await station.run(forDev('status'))).toMatchObject({ code: 3, stdout: '' })
  })
})

test('H114: no option takes a secret: those come by stdin, environment, file or prompt', async () => {
  const station = await openStation()
  const { stdout } = await station.run(['--help'])
  const commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]*)(?: \[options\])? {2,}/gm)].map(
    ([, name]) => name!,
  )
  expect(commands).toContain('configure')
  for (const command of commands) {
    const help = await station.run([command, '--help'])
    expect(help.stdout, command).toMatch(/^ {2}-h, --help/m)
    const valued = [...help.stdout.matchAll(/--([a-z-]+) [<[]/g)].map(([, name]) => name!)
    // What names a file is no secret, nor is how long a token lives, or what a map calls one.
    for (const option of valued.filter((name) => !/-file$|^refresh-token-days$|^logins-key$/.test(name)))
      expect(option, command).not.toMatch(/secret|password|passphrase|token|key/)
  }
  // That no argument of any process holds one is what the sweep at the end of every test looks for.
})
