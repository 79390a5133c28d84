import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answerOf, openStation, startProgram } from './poolkey-process.ts'
import type { Environment, Station } from './poolkey-process.ts'

const ENV = ['env', '--profile', 'dev']

const PRINT = 'process.stdout.write(JSON.stringify(process.env))'

/** What a shell's variables are after it has evaluated statements: its real environment, not what it prints. */
async function evaluated(
  station: Station,
  shell: { path: string; before?: string; statements: string },
): Promise<Record<string, string>> {
  const { path, before = '', statements } = shell
  // By way of the environment, since everybody can read a command line.
  const script = `eval "$BEFORE"; eval "$STATEMENTS"; unset BEFORE STATEMENTS; exec "$NODE" -e '${PRINT}'`
  const env = { HOME: station.home, NODE: process.execPath, BEFORE: before, STATEMENTS: statements }
  const outcome = await startProgram(path, ['-c', script], env).ended
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(outcome.stdout) as Record<string, string>
}

// zsh is not on every machine; test:system insists on it.
const SHELLS = ['sh', 'dash', 'bash', 'zsh'].map((name) => `/bin/${name}`).filter((path) => existsSync(path))

test('there are at least two shells to test with', () => {
  expect(SHELLS).toEqual(expect.arrayContaining(['/bin/sh', '/bin/bash']))
})

describe.each(SHELLS)('in %s', (path) => {
  test('the statements set the credentials as they are, and remove what would outrank them', async () => {
    const station = await openStation()
    await station.signIn()
    const answer = answerOf(await station.run(['credential-process', '--profile', 'dev']))
    const outcome = await station.run(ENV)
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    const before =
      'export AWS_PROFILE=other AWS_DEFAULT_PROFILE=other AWS_SECURITY_TOKEN=old AWS_SESSION_TOKEN=old'
    const variables = await evaluated(station, { path, before, statements: outcome.stdout })
    expect(variables).toMatchObject({
      AWS_ACCESS_KEY_ID: answer.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: answer.SecretAccessKey,
      AWS_SESSION_TOKEN: answer.SessionToken,
      AWS_CREDENTIAL_EXPIRATION: answer.Expiration,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    })
    for (const gone of ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SECURITY_TOKEN']) {
      expect(variables).not.toHaveProperty(gone)
    }

    const unset = await station.run([...ENV, '--unset'])
    expect(unset).toMatchObject({ code: 0, stderr: '' })
    const after = await evaluated(station, { path, before: outcome.stdout, statements: unset.stdout })
    expect(Object.keys(after).filter((name) => name.startsWith('AWS_'))).toEqual([])
  })
})

// Each as far as the chain goes before it breaks.
const FAILURES: Record<
  string,
  (station: Station) => Promise<[code: number, words?: string[], env?: Environment]>
> = {
  'wrong usage': () => Promise.resolve([2, ['--shell', 'csh']]),
  'an unknown profile': () => Promise.resolve([3, ['--profile', 'unknown']]),
  'nobody signed in': () => Promise.resolve([4]),
  'an identity pool that refuses': async (station) => {
    await station.signIn()
    return [5, ['--role', 'arn:aws:iam::111122223333:role/no-such-role']]
  },
  'no network': async (station) => {
    await station.signIn()
    await station.emulator.stop()
    return [6, ['--role', station.emulator.roles.editor]]
  },
  'a life that cannot be had': async (station) => {
    await station.signIn()
    return [3, ['--min-life', '86400']]
  },
  'a vault that cannot be read': async (station) => {
    await station.signIn()
    writeFileSync(join(station.stateFolder, 'vault.json'), 'not a vault')
    return [7]
  },
}

test.each(Object.keys(FAILURES))('F89: %s leaves nothing to evaluate', async (name) => {
  const station = await openStation()
  const [code, words = [], env] = await FAILURES[name]!(station)
  const outcome = await station.run([...ENV, ...words], env)
  expect(outcome).toMatchObject({ code, stdout: '' })
  expect(outcome.stderr).toMatch(/^poolkey: error: /)
})

test.each([
  ['fish', /^set -gx AWS_ACCESS_KEY_ID 'ASIA/],
  ['powershell', /^\$Env:AWS_ACCESS_KEY_ID = 'ASIA/],
  ['cmd', /^set "AWS_ACCESS_KEY_ID=ASIA/],
  ['nu', /^\{"AWS_ACCESS_KEY_ID":"ASIA.*"AWS_PROFILE":null/],
  ['dotenv', /^AWS_ACCESS_KEY_ID=ASIA/],
  ['json', /^\{"AWS_ACCESS_KEY_ID":"ASIA[^]*"\}\n$/],
])('--shell %s has its own form', async (shell, form) => {
  const station = await openStation()
  await station.signIn()
  const outcome = await station.run([...ENV, '--shell', shell])
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  expect(outcome.stdout).toMatch(form)
})

test.each(['dotenv', 'json'])('--unset is refused for %s, which has no word for it', async (shell) => {
  const station = await openStation()
  const outcome = await station.run([...ENV, '--unset', '--shell', shell])
  expect(outcome).toMatchObject({ code: 2, stdout: '' })
})

test('--unset works without a session and without a profile', async () => {
  const station = await openStation()
  const outcome = await station.run(['env', '--profile', 'no-such-profile', '--unset'])
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  expect(outcome.stdout).toMatch(/^unset AWS_ACCESS_KEY_ID /)
})

test('--role hands out another role this once, and the usual one stays as it is', async () => {
  const station = await openStation()
  await station.signIn()
  const usual = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  const { editor } = station.emulator.roles
  const outcome = await station.run([...ENV, '--role', editor])
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  expect(outcome.stdout).not.toContain(usual.AccessKeyId)
  const asked = station.emulator.requests.filter(({ operation }) => operation === 'GetCredentialsForIdentity')
  expect(asked.map(({ body }) => (JSON.parse(body) as { CustomRoleArn?: string }).CustomRoleArn)).toEqual([
    undefined,
    editor,
  ])
  expect(answerOf(await station.run(['credential-process', '--profile', 'dev']))).toEqual(usual)
})

test('--min-life fetches new credentials where those at hand live too short', async () => {
  const station = await openStation({ credentialsSeconds: 1800 })
  await station.signIn()
  station.emulator.settings.credentialsSeconds = 3600
  const enough = await station.run([...ENV, '--min-life', '1000'])
  expect(station.emulator.count('GetCredentialsForIdentity')).toBe(1)
  const more = await station.run([...ENV, '--min-life', '2000'])
  expect(station.emulator.count('GetCredentialsForIdentity')).toBe(2)
  expect(more).toMatchObject({ code: 0, stderr: '' })
  expect(more.stdout).not.toBe(enough.stdout)
})
