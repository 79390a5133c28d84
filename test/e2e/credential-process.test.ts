import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/emulator/faults.ts'
import { answerOf, openStation, POOLKEY_LINE, startPoolkey, until, untilExpired } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'

const COMMAND = ['credential-process', '--profile', 'dev']
const HOUR = { idTokenSeconds: 3600, accessTokenSeconds: 3600, credentialsSeconds: 3600 }

/** Signed in, with everything expired or (`HOUR`) nothing; from then on lives are long. */
async function signedIn(station: Station, lives: Partial<typeof HOUR>): Promise<void> {
  Object.assign(station.emulator.settings, lives)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  if (lives.credentialsSeconds !== undefined) await untilExpired(answerOf(await station.run(COMMAND)))
  Object.assign(station.emulator.settings, HOUR)
}

function exchanges({ emulator }: Station) {
  return {
    refreshes: emulator.count('token:refresh_token'),
    exchanges: emulator.count('GetCredentialsForIdentity'),
    identities: emulator.count('GetId'),
  }
}

test('answers with one line of JSON, byte for byte, and nothing on stderr, cold and warm', async () => {
  const station = await openStation()
  await station.signIn()
  for (const temperature of ['warm', 'cold', 'warm again']) {
    if (temperature === 'cold') await station.signIn(['--force'])
    const outcome = await station.run(COMMAND)
    expect(outcome, temperature).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout).toMatch(
      /^\{"Version":1,"AccessKeyId":"ASIA[A-Z2-7]{16}","SecretAccessKey":"[\w+/=]{40}","SessionToken":"[\w+/=]+","Expiration":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"\}\n$/,
    )
  }
})

test('names the account where a role is chosen', async () => {
  const station = await openStation()
  station.configure({ cognito_role_arn: station.emulator.roles.editor })
  await station.signIn()
  expect(answerOf(await station.run(COMMAND)).AccountId).toBe('111122223333')
})

test('is quiet on stderr also when it has to refresh and exchange', async () => {
  const station = await openStation()
  await signedIn(station, { idTokenSeconds: 2, credentialsSeconds: 2 })
  const before = exchanges(station)
  answerOf(await station.run(COMMAND))
  expect(exchanges(station)).toEqual({
    refreshes: before.refreshes + 1,
    exchanges: before.exchanges + 1,
    identities: before.identities,
  })
})

test('mints new credentials with the ID token it has, without a refresh', async () => {
  const station = await openStation()
  await signedIn(station, { credentialsSeconds: 2 })
  const before = exchanges(station)
  const answer = answerOf(await station.run(COMMAND))
  expect(Date.parse(answer.Expiration) - Date.now()).toBeGreaterThan(3_000_000)
  expect(exchanges(station)).toEqual({ ...before, exchanges: before.exchanges + 1 })
})

test('answers from the cache after the ID token has expired, asking nobody', async () => {
  const station = await openStation()
  station.emulator.settings.idTokenSeconds = 1
  await station.signIn()
  const first = await station.run(COMMAND)
  await untilExpired({ ...answerOf(first), Expiration: new Date().toISOString() })
  const seen = station.emulator.requests.length
  expect((await station.run(COMMAND)).stdout).toBe(first.stdout)
  expect(station.emulator.requests.length).toBe(seen)
})

test('E71: not signed in ends with 4 in well under a second, without a browser, naming the login command', async () => {
  const station = await openStation()
  const outcome = await station.run(COMMAND)
  expect(outcome).toMatchObject({
    code: 4,
    stdout: '',
    stderr:
      'poolkey: error: nobody is signed in for profile dev\npoolkey: fix: run: poolkey login --profile dev\n',
  })
  expect(outcome.ms).toBeLessThan(2000)
  expect(station.emulator.requests).toEqual([])
})

test('E76: a session that the user pool has ended is exit 4, and the refused token is not sent again', async () => {
  const station = await openStation()
  await signedIn(station, { idTokenSeconds: 2, credentialsSeconds: 2 })
  station.emulator.revokeAllSessions()
  const before = station.emulator.count('token:refresh_token')
  for (const attempt of [1, 2]) {
    const outcome = await station.run(COMMAND)
    expect(outcome, `attempt ${attempt}`).toMatchObject({ code: 4, stdout: '' })
    expect(outcome.stderr).toContain('poolkey: error: the session of profile dev has ended\n')
  }
  expect(station.emulator.count('token:refresh_token')).toBe(before + 1)
})

test('E75: a user pool that fails for a while does not end the session, however it fails', async () => {
  const station = await openStation({ rotation: { graceSeconds: 0 } })
  await signedIn(station, { idTokenSeconds: 2, credentialsSeconds: 2 })
  const { emulator } = station
  const faults: [string, Fault][] = [
    ['broke off the connection', { kind: 'reset' }],
    ['web page (HTTP 200)', { kind: 'html', status: 200 }],
    ['HTTP 403', { kind: 'html' }],
    ['with a redirect', { kind: 'redirect', location: 'http://portal.example/login' }],
    ['is throttling', { kind: 'throttled' }],
    ['(HTTP 500)', { kind: 'server-error' }],
    ['(HTTP 503)', { kind: 'answer', status: 503, headers: { 'Retry-After': '1' } }],
  ]
  for (const [words, fault] of faults) {
    emulator.faults.set('token:refresh_token', fault, 10)
    const outcome = await station.run(COMMAND)
    emulator.faults.clear('token:refresh_token')
    expect(outcome, fault.kind).toMatchObject({ code: 6, stdout: '' })
    expect(outcome.stderr).toContain(words)
    expect(outcome.stderr.split('\n'), 'two lines').toHaveLength(3)
    const status = await station.run(['status', '--profile', 'dev', '--json'])
    expect(JSON.parse(status.stdout)).toMatchObject({ session: { state: 'refreshable' } })
  }
  answerOf(await station.run(COMMAND))
})

test('E80: credentials that still live are handed out when new ones cannot be had, but not to env, which asks for more', async () => {
  const station = await openStation({ credentialsSeconds: 12 })
  await station.signIn()
  const cached = await station.run(COMMAND)
  const expiresAt = Date.parse(answerOf(cached).Expiration)
  // Less than a third of their life is left: new ones are due.
  await until(() => expiresAt - Date.now() < 3600)
  station.emulator.faults.set('GetCredentialsForIdentity', { kind: 'html' }, 50)
  const before = station.emulator.count('GetCredentialsForIdentity')
  const outcome = await station.run(COMMAND)
  expect(outcome).toMatchObject({ code: 0, stderr: '', stdout: cached.stdout })
  expect(station.emulator.count('GetCredentialsForIdentity')).toBeGreaterThan(before)
  const env = await station.run(['env', '--profile', 'dev', '--min-life', '3000'])
  expect(env).toMatchObject({ code: 6, stdout: '' })
})

test('without a reader on stdout it does not end with 0', async () => {
  const station = await openStation()
  await station.signIn()
  const { child } = startPoolkey(COMMAND, station.env)
  child.stdout!.destroy()
  let stderr = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  expect(code).toBe(1)
  expect(stderr).toBe('poolkey: error: nobody reads the output any more\n')
})

test('stdout that is full is not taken for an answer given', async () => {
  const station = await openStation()
  await station.signIn()
  const script = `exec ${POOLKEY_LINE} credential-process --profile dev >/dev/full`
  const child = spawn('/bin/sh', ['-c', script], { env: station.env, stdio: ['ignore', 'ignore', 'ignore'] })
  const [code] = (await once(child, 'close')) as [number | null]
  expect(code).toBe(1)
})

test('reads nothing from stdin: what waits there is left for whoever comes next', async () => {
  const station = await openStation()
  await station.signIn()
  const script = `{ ${POOLKEY_LINE} credential-process --profile dev >/dev/null; cat; }`
  const shell = spawn('/bin/sh', ['-c', script], { env: station.env, stdio: ['pipe', 'pipe', 'pipe'] })
  let left = ''
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    left += text
  })
  shell.stdin.end('not for poolkey\n')
  await once(shell, 'close')
  expect(left).toBe('not for poolkey\n')
})

test('ends though stdin stays open', async () => {
  const station = await openStation()
  await station.signIn()
  const child = spawn('/bin/sh', ['-c', `exec ${POOLKEY_LINE} "$@"`, 'sh', ...COMMAND], {
    env: station.env,
    stdio: 'pipe',
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  expect(code).toBe(0)
  expect(stdout).toMatch(/^\{"Version":1,/)
})

test('--debug traces requests on stderr without a secret in them', async () => {
  const station = await openStation()
  await signedIn(station, { idTokenSeconds: 2, credentialsSeconds: 2 })
  const outcome = await station.run([...COMMAND, '--debug'])
  expect(outcome.code).toBe(0)
  expect(outcome.stderr).toMatch(/^debug: .+ at .+: .+ in \d+ ms$/m)
})

test('credentials of the environment and of other profiles are never used for the exchange', async () => {
  const decoy = 'AKIADECOYDECOYDECOY1'
  const station = await openStation({
    env: { AWS_ACCESS_KEY_ID: decoy, AWS_SECRET_ACCESS_KEY: 'decoy', AWS_SESSION_TOKEN: 'decoy' },
  })
  await station.signIn()
  const answer = answerOf(await station.run(COMMAND))
  expect(answer.AccessKeyId).not.toBe(decoy)
  const headers = station.emulator.requests.flatMap((request) => Object.values(request.headers))
  expect(headers.filter((value) => value.includes(decoy))).toEqual([])
})

test('assumes a role with the ID token itself', async () => {
  const station = await openStation()
  const { webIdentity } = station.emulator.roles
  station.configure({ cognito_identity_pool_id: undefined, cognito_role_arn: webIdentity })
  await station.signIn()
  const answer = answerOf(await station.run(COMMAND))
  expect(answer.AccountId).toBe('111122223333')
  expect(station.emulator.count('AssumeRoleWithWebIdentity')).toBe(1)
  expect(station.emulator.count('GetId')).toBe(0)
  const request = station.emulator.requests.find(({ operation }) => operation === 'AssumeRoleWithWebIdentity')
  expect(new URLSearchParams(request?.body).get('RoleSessionName')).toBe('test-user@example.com')
})

test('a refusal of STS names the trust policy and ends with 5', async () => {
  const station = await openStation()
  const { admin } = station.emulator.roles
  station.configure({ cognito_identity_pool_id: undefined, cognito_role_arn: admin })
  expect(await station.signIn()).toMatchObject({ code: 5 })
  const outcome = await station.run(COMMAND)
  expect(outcome).toMatchObject({ code: 5, stdout: '' })
  expect(outcome.stderr).toMatch(/^poolkey: error: .*PoolkeyAdmin.*\(AccessDenied\)\npoolkey: fix: .*\n$/)
})

test('a guest gets credentials without any sign-in, and stays the same guest', async () => {
  const station = await openStation({ identityPool: { allowUnauthenticated: true } })
  station.configure({
    cognito_guest: 'true',
    cognito_user_pool_id: undefined,
    cognito_client_id: undefined,
    cognito_domain: undefined,
    cognito_issuer: undefined,
    cognito_redirect_uri: undefined,
  })
  const first = await station.run(COMMAND)
  answerOf(first)
  expect((await station.run(COMMAND)).stdout).toBe(first.stdout)
  expect(station.emulator.count('GetId')).toBe(1)
})

describe('E82: credentials whose expiration is', () => {
  /** The stderr of an exchange whose answer was changed; nothing is printed, and nothing is taken for a bug. */
  async function refusalOf(station: Station, operation: string, change: (body: string) => string) {
    const alter: Fault = { kind: 'alter', alter: (answer) => ({ ...answer, body: change(answer.body) }) }
    station.emulator.faults.set(operation, alter, 5)
    const outcome = await station.run(COMMAND)
    station.emulator.faults.clear(operation)
    expect(outcome).toMatchObject({ code: 6, stdout: '' })
    expect(outcome.stderr).toMatch(
      /^poolkey: error: .* an answer that is not the protocol's.*\npoolkey: fix: .*\n$/,
    )
    expect(outcome.stderr).not.toMatch(/null|undefined|NaN|Invalid/)
  }

  test("absent, past or no number are refused in the identity pool's answer", async () => {
    const station = await openStation()
    await station.signIn()
    station.configure({ cognito_role_arn: station.emulator.roles.editor })
    for (const value of [undefined, 'null', '""', '"soon"', '{}', '-1', '0', '1700000000', '1e300']) {
      await refusalOf(station, 'GetCredentialsForIdentity', (body) => {
        const credentials = JSON.parse(body) as { Credentials: { Expiration?: unknown } }
        delete credentials.Credentials.Expiration
        const text = JSON.stringify(credentials)
        return value === undefined ? text : text.replace('"Credentials":{', `$&"Expiration":${value},`)
      })
    }
    answerOf(await station.run(COMMAND))
  })

  test('absent, past or no RFC 3339 instant are refused in the answer of STS', async () => {
    const station = await openStation()
    const { webIdentity } = station.emulator.roles
    await station.signIn()
    station.configure({ cognito_identity_pool_id: undefined, cognito_role_arn: webIdentity })
    const values = [
      '',
      'null',
      'soon',
      '0',
      '2099-13-45T00:00:00Z',
      '2099-01-01 00:00:00',
      '2020-01-01T00:00:00Z',
    ]
    for (const value of [undefined, ...values]) {
      await refusalOf(station, 'AssumeRoleWithWebIdentity', (body) => {
        const element = value === undefined ? '' : `<Expiration>${value}</Expiration>`
        return body.replace(/<Expiration>.*<\/Expiration>/, element)
      })
    }
    answerOf(await station.run(COMMAND))
  })
})
