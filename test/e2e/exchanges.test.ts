/** Ways from a sign-in, or from being a guest, to a role: what each command does with them, and what reaches AWS. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answerOf, openStation, profileText, untilExpired } from './poolkey-process.ts'
import type { Station, StationOptions } from './poolkey-process.ts'

type Keys = Record<string, string | undefined>

const NO_SIGN_IN: Keys = {
  cognito_user_pool_id: undefined,
  cognito_client_id: undefined,
  cognito_domain: undefined,
  cognito_issuer: undefined,
  cognito_redirect_uri: undefined,
}
const CLASSIC = { allowClassicFlow: true, roleMapping: { kind: 'none' as const } }
const NO_COGNITO: Keys = { ...NO_SIGN_IN, cognito_identity_pool_id: undefined }

/** Writes ~/.aws/config: profiles by name, as changes of the emulator's own. */
function configure({ configFile, emulator }: Station, profiles: Record<string, Keys>): void {
  const sections = Object.entries(profiles).map(([name, keys]) => profileText(emulator, name, keys))
  writeFileSync(configFile, sections.join('\n'))
}

function credentialsOf(station: Station, profile: string) {
  return station.run(['credential-process', '--profile', profile])
}

/** The forms that an operation of STS was sent. */
function formsOf({ emulator }: Station, operation: string): Record<string, string>[] {
  const sent = emulator.requests.filter((request) => request.operation === operation)
  return sent.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
}

test('--role is for this once: neither the profile nor its own credentials change', async () => {
  const station = await openStation()
  const { emulator, configFile } = station
  await station.signIn()
  const usual = answerOf(await credentialsOf(station, 'dev'))
  const config = readFileSync(configFile)
  const once = ['--profile', 'dev', '--role', emulator.roles.editor]
  expect(await station.run(['env', ...once])).toMatchObject({ code: 0, stderr: '' })
  const other = await station.run(['whoami', ...once])
  expect(other.stdout).toContain(':assumed-role/PoolkeyEditor/')
  expect(emulator.count('GetCredentialsForIdentity'), 'one for each role').toBe(2)

  expect(readFileSync(configFile)).toEqual(config)
  expect(answerOf(await credentialsOf(station, 'dev'))).toEqual(usual)
  const told = await station.run(['whoami', '--profile', 'dev'])
  expect(told.stdout).toContain(':assumed-role/PoolkeyAdmin/')
  expect(emulator.count('GetCredentialsForIdentity')).toBe(2)
})

test('--role is the role to assume where the token itself assumes it', async () => {
  const station = await openStation()
  const { roles, settings } = station.emulator
  const { webIdentity } = roles
  const other = webIdentity.replace('PoolkeyWebIdentity', 'Other')
  settings.roles.push({ ...settings.roles.find(({ arn }) => arn === webIdentity)!, arn: other })
  station.configure({ cognito_identity_pool_id: undefined, cognito_role_arn: webIdentity })
  await station.signIn()
  const told = await station.run(['whoami', '--profile', 'dev', '--role', other])
  expect(told.stdout).toContain(':assumed-role/Other/test-user@example.com\n')
})

describe('a profile with role_arn and source_profile', () => {
  async function openChained(): Promise<Station> {
    const station = await openStation()
    const { roles, externalId } = station.emulator
    configure(station, {
      dev: {},
      native: {
        ...NO_COGNITO,
        role_arn: roles.chainedWithExternalId,
        source_profile: 'dev',
        external_id: externalId,
        role_session_name: 'native-session',
        duration_seconds: '1800',
      },
    })
    return station
  }

  test('has the second role in every command, from one exchange, beside the first of its source', async () => {
    const station = await openChained()
    const { emulator } = station
    await station.signIn()
    const source = answerOf(await credentialsOf(station, 'dev'))
    const before = emulator.count('GetCredentialsForIdentity')

    const answer = answerOf(await credentialsOf(station, 'native'))
    expect(answer.AccountId).toBe('444455556666')
    const expected = {
      RoleArn: emulator.roles.chainedWithExternalId,
      ExternalId: emulator.externalId,
      RoleSessionName: 'native-session',
      DurationSeconds: '1800',
    }
    expect(formsOf(station, 'AssumeRole')).toEqual([expect.objectContaining(expected)])
    expect(Date.parse(answer.Expiration) - Date.now()).toBeLessThanOrEqual(1_800_000)

    const env = await station.run(['env', '--profile', 'native'])
    expect(env).toMatchObject({ code: 0, stderr: '' })
    expect(env.stdout).toContain(`export AWS_ACCESS_KEY_ID='${answer.AccessKeyId}'\n`)
    const status = await station.run(['status', '--profile', 'native', '--json'])
    expect(JSON.parse(status.stdout)).toMatchObject({
      profile: 'native',
      session: { state: 'valid', email: 'test-user@example.com' },
      credentials: {
        state: 'fresh',
        roleArn: emulator.roles.chainedWithExternalId,
        accountId: '444455556666',
        accessKeyId: answer.AccessKeyId,
      },
    })
    const told = await station.run(['whoami', '--profile', 'native', '--json'])
    expect(JSON.parse(told.stdout)).toMatchObject({
      profile: 'native',
      arn: 'arn:aws:sts::444455556666:assumed-role/PoolkeyChainedWithExternalId/native-session',
      claims: { email: 'test-user@example.com' },
    })

    expect(emulator.count('AssumeRole')).toBe(1)
    expect(emulator.count('GetCredentialsForIdentity')).toBe(before + 1)
    expect(answerOf(await credentialsOf(station, 'dev'))).toEqual(source)
  })

  test('has its first role chosen where it is: in its source', async () => {
    const station = await openChained()
    await station.signIn()
    const before = readFileSync(station.configFile, 'utf8')
    const chosen = await station.run(['roles', 'use', 'PoolkeyEditor', '--profile', 'native'])
    expect(chosen).toMatchObject({ code: 2, stdout: '' })
    expect(chosen.stderr).toContain('poolkey roles use NAME --profile dev\n')
    expect(readFileSync(station.configFile, 'utf8')).toBe(before)
  })

  test('signs in and out with its source', async () => {
    const station = await openChained()
    expect(await station.run(['status', '--profile', 'native', '--check'])).toMatchObject({ code: 4 })
    expect(await station.signIn(['--profile', 'native'])).toMatchObject({ code: 0 })
    expect(station.emulator.count('AssumeRole')).toBe(1)
    expect(answerOf(await credentialsOf(station, 'dev'))).not.toHaveProperty('AccountId')
    const logout = await station.run(['logout', '--profile', 'native'])
    expect(logout).toMatchObject({ code: 0, stdout: '' })
    expect(logout.stderr).toContain('test-user@example.com is signed out (dev, native).\n')
    for (const name of ['dev', 'native'])
      expect(await credentialsOf(station, name)).toMatchObject({ code: 4 })
  })
})

test('two roles share the sign-in of a source profile, and logout signs out both', async () => {
  const station = await openStation()
  const { emulator } = station
  const sharing = (roleArn: string): Keys => ({
    ...NO_COGNITO,
    cognito_source_profile: 'dev',
    cognito_role_arn: roleArn,
  })
  configure(station, {
    dev: {},
    admin: sharing(emulator.roles.admin),
    editor: sharing(emulator.roles.editor),
  })
  expect(await station.signIn(['--profile', 'admin'])).toMatchObject({ code: 0 })
  for (const [profile, role] of [
    ['admin', 'PoolkeyAdmin'],
    ['editor', 'PoolkeyEditor'],
  ] as const) {
    const told = await station.run(['whoami', '--profile', profile])
    expect(told).toMatchObject({ code: 0, stderr: '' })
    expect(told.stdout).toContain(`:assumed-role/${role}/`)
  }
  expect(emulator.count('token:authorization_code')).toBe(1)
  expect(emulator.count('GetCredentialsForIdentity')).toBe(2)
  expect(emulator.count('GetId')).toBe(1)

  const logout = await station.run(['logout', '--profile', 'editor'])
  expect(logout).toMatchObject({ code: 0, stdout: '' })
  expect(logout.stderr).toContain('test-user@example.com is signed out (dev, admin, editor).\n')
  for (const name of ['admin', 'editor'])
    expect(await credentialsOf(station, name)).toMatchObject({ code: 4 })
  expect(emulator.count('revoke')).toBe(1)
})

describe('a guest', () => {
  async function openGuest(options: StationOptions['identityPool'] = {}, keys: Keys = {}): Promise<Station> {
    const station = await openStation({ identityPool: { allowUnauthenticated: true, ...options } })
    station.configure({ ...NO_SIGN_IN, cognito_guest: 'true', ...keys })
    return station
  }

  test.each(['login', 'logout'])('has nobody for %s, which says so and asks nobody', async (command) => {
    const station = await openGuest()
    const outcome = await station.run([command, '--profile', 'dev'])
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toMatch(/^poolkey: error: profile dev is a guest's: /)
    expect(station.emulator.requests).toEqual([])
  })

  test('is ready without a sign-in, and nobody in particular', async () => {
    const station = await openGuest()
    expect(await station.run(['status', '--profile', 'dev', '--check'])).toMatchObject({ code: 0 })
    const told = await station.run(['whoami', '--profile', 'dev'])
    expect(told).toMatchObject({ code: 0, stderr: '' })
    expect(told.stdout).toContain('nobody (guest)\n')
    expect(told.stdout).toContain(':assumed-role/PoolkeyUnauthenticated/CognitoIdentityCredentials\n')
    const read = await station.run(['status', '--profile', 'dev'])
    expect(read.stdout).toContain('Session      a guest: nobody signs in\n')
    const status = await station.run(['status', '--profile', 'dev', '--json'])
    expect(JSON.parse(status.stdout)).toMatchObject({
      session: { state: 'none' },
      credentials: { state: 'fresh' },
    })
  })

  test('keeps its identity when its credentials have expired', async () => {
    const station = await openGuest()
    const { emulator } = station
    emulator.settings.credentialsSeconds = 2
    await untilExpired(answerOf(await credentialsOf(station, 'dev')))
    emulator.settings.credentialsSeconds = 3600
    answerOf(await credentialsOf(station, 'dev'))
    const asked = emulator.requests.filter(({ operation }) => operation === 'GetCredentialsForIdentity')
    const identities = asked.map(({ body }) => (JSON.parse(body) as { IdentityId: string }).IdentityId)
    expect(identities).toEqual([identities[0], identities[0]])
    expect(emulator.count('GetId')).toBe(1)
  })

  test('assumes the role of its profile in the basic exchange', async () => {
    const role = 'arn:aws:iam::111122223333:role/PoolkeyUnauthenticated'
    const keys = { cognito_exchange: 'basic', cognito_role_arn: role }
    const station = await openGuest(CLASSIC, keys)
    expect(answerOf(await credentialsOf(station, 'dev')).AccountId).toBe('111122223333')
    expect(formsOf(station, 'AssumeRoleWithWebIdentity')).toEqual([
      expect.objectContaining({ RoleArn: role, RoleSessionName: 'guest' }),
    ])
  })
})

test.each(['credential-process', 'env', 'whoami'])(
  'a sign-in-only profile has nothing for %s, which names the settings that are missing',
  async (command) => {
    const station = await openStation({ profile: { cognito_identity_pool_id: undefined } })
    const refusal = {
      code: 3,
      stdout: '',
      stderr:
        'poolkey: error: profile dev only signs in: it names neither an identity pool nor a role\n' +
        'poolkey: fix: add cognito_identity_pool_id to profile dev, or cognito_role_arn for a role that trusts the user pool\n',
    }
    // Before the sign-in, too: it would not help.
    expect(await station.run([command, '--profile', 'dev'])).toMatchObject(refusal)
    await station.signIn()
    expect(await station.run([command, '--profile', 'dev'])).toMatchObject(refusal)
    expect((await station.run(['status', '--profile', 'dev'])).stdout).toContain('test-user@example.com')
  },
)

test.each([
  { exchange: 'basic', role: 'authenticated' },
  { exchange: 'web-identity', role: 'webIdentity' },
] as const)('$exchange takes duration, session name and policies to STS', async ({ exchange, role }) => {
  const station = await openStation({ identityPool: CLASSIC })
  const { emulator, home } = station
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:Get*', Resource: '*' }] }
  const policyText = JSON.stringify(policy, undefined, 2)
  mkdirSync(join(home, '.aws', 'policies'))
  // Beside the configuration file: that is where the path counts from.
  writeFileSync(join(home, '.aws', 'policies', 'read.json'), `${policyText}\n`)
  const arns = ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::111122223333:policy/team/Own']
  station.configure({
    cognito_exchange: exchange,
    cognito_role_arn: emulator.roles[role],
    cognito_duration_seconds: '7200',
    cognito_role_session_name: 'build-42',
    cognito_session_policy: 'file://policies/read.json',
    cognito_policy_arns: arns.join(', '),
  })
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const [form, ...more] = formsOf(station, 'AssumeRoleWithWebIdentity')
  expect(more).toEqual([])
  expect(form).toMatchObject({
    RoleArn: emulator.roles[role],
    DurationSeconds: '7200',
    RoleSessionName: 'build-42',
    Policy: policyText,
    'PolicyArns.member.1.arn': arns[0],
    'PolicyArns.member.2.arn': arns[1],
  })
  const { Expiration } = answerOf(await credentialsOf(station, 'dev'))
  const leftSeconds = (Date.parse(Expiration) - Date.now()) / 1000
  expect(leftSeconds).toBeGreaterThan(7100)
  expect(leftSeconds).toBeLessThanOrEqual(7200)
  const told = await station.run(['whoami', '--profile', 'dev'])
  expect(told.stdout).toMatch(/:assumed-role\/\w+\/build-42\n/)
})
