import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { answerOf, openStation, preloading, profileText, untilExpired } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string

function status(station: Station, ...words: string[]) {
  return station.run(['status', '--profile', 'dev', ...words])
}

async function statusJson(station: Station): Promise<unknown> {
  const outcome = await status(station, '--json')
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  expect(outcome.stdout.endsWith('}\n')).toBe(true)
  return JSON.parse(outcome.stdout)
}

test('tells a person who is signed in and what time is left, without any request', async () => {
  const station = await openStation()
  await station.signIn()
  const seen = station.emulator.requests.length
  const outcome = await status(station)
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  expect(outcome.stdout).toMatch(
    /^Profile +dev\nSession +test-user@example\.com, ID token: 59 min left\nCredentials +fresh, 59 min left\nStore +file\n$/,
  )
  expect(station.emulator.requests.length).toBe(seen)
})

test('as JSON has exactly the fields it promises, signed in', async () => {
  const station = await openStation({ profile: { cognito_refresh_token_days: '30' } })
  const { emulator } = station
  const { editor } = emulator.roles
  station.configure({ cognito_role_arn: editor })
  await station.signIn()
  const { AccessKeyId, Expiration } = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  expect(await statusJson(station)).toEqual({
    version: 1,
    profile: 'dev',
    store: 'file',
    clockSkewSeconds: 0,
    session: {
      state: 'valid',
      userName: 'test-user',
      email: 'test-user@example.com',
      issuer: emulator.issuer,
      clientId: emulator.clientId,
      signedInAt: INSTANT,
      idTokenExpiresAt: INSTANT,
      accessTokenExpiresAt: INSTANT,
      refreshTokenExpiresAt: INSTANT,
    },
    credentials: {
      state: 'fresh',
      exchange: 'enhanced',
      roleArn: editor,
      accountId: '111122223333',
      accessKeyId: AccessKeyId,
      expiresAt: Expiration.replace('Z', '.000Z'),
    },
  })
})

test('as JSON says none before anybody signed in, and makes no vault for it', async () => {
  const station = await openStation()
  expect(await statusJson(station)).toEqual({
    version: 1,
    profile: 'dev',
    session: { state: 'none' },
    credentials: { state: 'none', exchange: 'enhanced' },
  })
  expect(existsSync(station.stateFolder)).toBe(false)
})

test('follows a session from valid through refreshable to ended', async () => {
  const station = await openStation({ idTokenSeconds: 2, credentialsSeconds: 2 })
  expect(await status(station, '--check')).toMatchObject({ code: 4, stdout: '', stderr: '' })
  await station.signIn()
  await untilExpired(answerOf(await station.run(['credential-process', '--profile', 'dev'])))
  expect(await statusJson(station)).toMatchObject({
    session: { state: 'refreshable' },
    credentials: { state: 'expired' },
  })
  expect(await status(station, '--check')).toMatchObject({ code: 0, stdout: '', stderr: '' })
  expect((await status(station)).stdout).toMatch(
    /^Credentials +expired: the next command that needs some renews them$/m,
  )
  station.emulator.revokeAllSessions()
  expect(await station.run(['credential-process', '--profile', 'dev'])).toMatchObject({ code: 4 })
  expect(await statusJson(station)).toMatchObject({ session: { state: 'ended' } })
  expect((await status(station)).stdout).toMatch(/^Credentials +expired$/m)
  expect(await status(station, '--check')).toMatchObject({ code: 4, stdout: '', stderr: '' })
})

test('--check says 4 for a profile that is known and not signed in, and 3 for one that is not known', async () => {
  const station = await openStation()
  expect(await status(station, '--check')).toMatchObject({ code: 4 })
  expect(await station.run(['status', '--check', '--profile', 'nobody'])).toMatchObject({
    code: 3,
    stdout: '',
  })
})

test('D58: says that nothing can be written, and where', async () => {
  const station = await openStation()
  await station.signIn()
  const preload = `${station.home}/full.cjs`
  writeFileSync(
    preload,
    `const fs = require('node:fs')
    fs.fsyncSync = () => { throw Object.assign(new Error('no space'), { code: 'ENOSPC' }) }`,
  )
  const outcome = await station.run(['status', '--profile', 'dev'], preloading(preload))
  expect(outcome).toMatchObject({ code: 0 })
  expect(outcome.stdout).toContain('test-user@example.com')
  expect(outcome.stderr).toBe(
    `poolkey: warning: nothing can be written to ${station.stateFolder} (ENOSPC): what is renewed from now on is lost\n`,
  )
  const words = ['status', '--profile', 'dev', '--format', '{left}']
  expect(await station.run(words, preloading(preload)), 'a prompt tries no disk').toMatchObject({
    stderr: '',
  })
})

test('--format fills in what a prompt asks for, and nothing else', async () => {
  const station = await openStation({ profile: { cognito_refresh_token_days: '30' } })
  const { editor } = station.emulator.roles
  station.configure({ cognito_role_arn: editor })
  const format = '{profile}|{state}|{user}|{credentials}|{left}|{sign-in-left}|{role}|{account}|{{x}}'
  const before = await status(station, '--format', format)
  expect(before).toMatchObject({ code: 0, stdout: 'dev|none||none|||||{x}\n', stderr: '' })
  await station.signIn()
  const signedIn = await status(station, '--format', format)
  expect(signedIn).toMatchObject({ code: 0, stderr: '' })
  expect(signedIn.stdout).toBe(
    'dev|valid|test-user@example.com|fresh|59m|29d|PoolkeyEditor|111122223333|{x}\n',
  )
})

test('--format with a name that there is not is wrong usage, before anything is read', async () => {
  const station = await openStation()
  const outcome = await station.run(['status', '--profile', 'nobody', '--format', '{life}'])
  expect(outcome).toMatchObject({ code: 2, stdout: '' })
  expect(outcome.stderr).toMatch(/\{life\}[\s\S]*\{profile\} .*\{left\}/)
})

test.each([
  ['--all', '--check'],
  ['--all', '--format', '{left}'],
  ['--json', '--format', '{left}'],
])('%s %s is wrong usage', async (...words) => {
  expect(await status(await openStation(), ...words)).toMatchObject({ code: 2, stdout: '' })
})

test('--all tells of every session, the profiles that lead to it and their credentials', async () => {
  const station = await openStation()
  await station.signIn()
  const { editor } = station.emulator.roles
  appendFileSync(station.configFile, profileText(station.emulator, 'editor', { cognito_role_arn: editor }))
  await station.run(['credential-process', '--profile', 'editor'])
  const all = await station.run(['status', '--all', '--json'])
  expect(all).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(all.stdout)).toEqual({
    version: 1,
    sessions: [
      {
        profiles: ['dev', 'editor'],
        state: 'valid',
        userName: 'test-user',
        email: 'test-user@example.com',
        issuer: station.emulator.issuer,
        clientId: station.emulator.clientId,
        signedInAt: INSTANT,
        idTokenExpiresAt: INSTANT,
        accessTokenExpiresAt: INSTANT,
        credentials: [
          expect.objectContaining({ profile: 'dev', state: 'fresh' }),
          expect.objectContaining({
            profile: 'editor',
            state: 'fresh',
            roleArn: editor,
          }),
        ],
      },
    ],
  })
  const told = await station.run(['status', '--all'])
  expect(told).toMatchObject({ code: 0, stderr: '' })
  expect(told.stdout).toMatch(
    /^Session +test-user@example\.com, ID token: 59 min left\nApp client +.*\nProfiles +dev, editor\nCredentials +dev: fresh, 59 min left\nCredentials +editor: fresh, 59 min left\n$/,
  )
})

test('--all tells of a session to which no profile leads any more, and of none', async () => {
  const station = await openStation()
  expect(await station.run(['status', '--all'])).toMatchObject({
    ...{ code: 0, stdout: '', stderr: 'Nobody is signed in.\n' },
  })
  expect(await station.run(['status', '--all', '--json'])).toMatchObject({
    ...{ code: 0, stdout: '{"version":1,"sessions":[]}\n' },
  })
  await station.signIn()
  station.configure({ cognito_session: 'another' })
  const { stdout } = await station.run(['status', '--all', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({
    sessions: [
      {
        ...{ profiles: [], state: 'valid', credentials: [] },
        ...{ issuer: station.emulator.issuer, clientId: station.emulator.clientId },
      },
    ],
  })
  expect((await station.run(['status', '--all'])).stdout).toMatch(
    /^Profiles +none leads to it any more \(poolkey logout --all wipes it\)$/m,
  )
})
