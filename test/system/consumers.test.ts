/**
 * Programs that know nothing of poolkey, with nothing but a profile whose `credential_process` is the built command:
 * through every exchange, what they call arrives with the expected role, and poolkey asks for no more than it must.
 */
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openStation, POOLKEY, profileText, until } from '../e2e/poolkey-process.ts'
import type { Station, StationOptions } from '../e2e/poolkey-process.ts'
import { callAs, CONSUMERS, placeEndpointRules } from './consumers/consumer.ts'
import type { Consumer } from './consumers/consumer.ts'
import { buildGoPrograms } from './consumers/go-programs.ts'

type Keys = Record<string, string | undefined>
type Counts = Record<string, number>

interface Exchange {
  name: string
  options?: StationOptions
  /** Changes of the emulator's own profile, by name: `dev`, which people sign in to, and last the consumer's. */
  profiles: (station: Station) => Record<string, Keys>
  isGuest?: true
  /** What poolkey asks for when it has a sign-in and an identity ID, and no credentials. */
  requests: Counts
  /** What the consumer asks for, besides who it is. */
  ownRequests?: Counts
  account?: string
  /** Role and session, as STS names them. */
  role: string
  /** Consumers that cannot read such a profile, and how they say so. */
  notFor?: Record<string, RegExp>
}

const CLASSIC = { allowClassicFlow: true, roleMapping: { kind: 'none' as const } }
const NO_SIGN_IN: Keys = {
  cognito_user_pool_id: undefined,
  cognito_client_id: undefined,
  cognito_domain: undefined,
  cognito_issuer: undefined,
  cognito_redirect_uri: undefined,
}
const GUEST: Keys = { ...NO_SIGN_IN, cognito_guest: 'true' }
const NO_COGNITO: Keys = { ...NO_SIGN_IN, cognito_identity_pool_id: undefined }
const OTHER_ACCOUNT = '444455556666'

const ENHANCED: Exchange = {
  name: 'enhanced',
  profiles: () => ({ dev: {} }),
  requests: { GetCredentialsForIdentity: 1 },
  role: 'PoolkeyAdmin/CognitoIdentityCredentials',
}

const WEB_IDENTITY: Exchange = {
  name: 'web-identity',
  profiles: ({ emulator }) => ({
    dev: { cognito_identity_pool_id: undefined, cognito_role_arn: emulator.roles.webIdentity },
  }),
  requests: { AssumeRoleWithWebIdentity: 1 },
  role: 'PoolkeyWebIdentity/test-user@example.com',
}

const EXCHANGES: Exchange[] = [
  ENHANCED,
  {
    name: 'enhanced + role',
    profiles: ({ emulator }) => ({ dev: { cognito_role_arn: emulator.roles.editor } }),
    requests: { GetCredentialsForIdentity: 1 },
    role: 'PoolkeyEditor/CognitoIdentityCredentials',
  },
  {
    name: 'basic',
    options: { identityPool: CLASSIC },
    profiles: ({ emulator }) => ({
      dev: { cognito_exchange: 'basic', cognito_role_arn: emulator.roles.authenticated },
    }),
    requests: { GetOpenIdToken: 1, AssumeRoleWithWebIdentity: 1 },
    role: 'PoolkeyAuthenticated/test-user@example.com',
  },
  WEB_IDENTITY,
  {
    name: 'guest, enhanced',
    options: { identityPool: { allowUnauthenticated: true } },
    isGuest: true,
    profiles: () => ({ dev: GUEST }),
    requests: { GetCredentialsForIdentity: 1 },
    role: 'PoolkeyUnauthenticated/CognitoIdentityCredentials',
  },
  {
    name: 'guest, basic',
    options: { identityPool: { ...CLASSIC, allowUnauthenticated: true } },
    isGuest: true,
    profiles: ({ emulator }) => ({
      dev: { ...GUEST, cognito_exchange: 'basic', cognito_role_arn: emulator.roles.unauthenticated },
    }),
    requests: { GetOpenIdToken: 1, AssumeRoleWithWebIdentity: 1 },
    role: 'PoolkeyUnauthenticated/guest',
  },
  {
    name: 'chained, external ID',
    profiles: ({ emulator }) => ({
      dev: {
        cognito_chain_role_arn: emulator.roles.chainedWithExternalId,
        cognito_chain_external_id: emulator.externalId,
      },
    }),
    requests: { GetCredentialsForIdentity: 1, AssumeRole: 1 },
    account: OTHER_ACCOUNT,
    role: 'PoolkeyChainedWithExternalId/test-user@example.com',
  },
  {
    name: 'chained, cognito_source_profile',
    profiles: ({ emulator }) => ({
      dev: {},
      child: {
        ...NO_COGNITO,
        cognito_source_profile: 'dev',
        cognito_chain_role_arn: emulator.roles.chained,
        cognito_chain_session_name: 'child',
      },
    }),
    requests: { GetCredentialsForIdentity: 1, AssumeRole: 1 },
    account: OTHER_ACCOUNT,
    role: 'PoolkeyChained/child',
  },
  {
    name: 'role_arn + source_profile',
    profiles: ({ emulator }) => ({
      dev: {},
      native: {
        ...NO_COGNITO,
        role_arn: emulator.roles.chainedWithExternalId,
        source_profile: 'dev',
        external_id: emulator.externalId,
        role_session_name: 'native',
      },
    }),
    requests: { GetCredentialsForIdentity: 1 },
    ownRequests: { AssumeRole: 1 },
    account: OTHER_ACCOUNT,
    role: 'PoolkeyChainedWithExternalId/native',
    notFor: { 'JS fromProcess': /CredentialsProviderError: (Profile native did not contain .*)\.$/m },
  },
]

/** What has expired when the consumer comes, after how many seconds, and how often poolkey then has to refresh. */
const EXPIRIES = [
  { name: 'credentials have expired', idToken: 3600, credentials: 2, refreshes: {} },
  {
    name: 'credentials and ID token have expired',
    idToken: 2,
    credentials: 2,
    refreshes: { 'token:refresh_token': 1 },
  },
]

buildGoPrograms()

const seen = new Map<string, string[]>()
afterAll(() => {
  const rows = [['exchange', 'role', ...CONSUMERS.map(({ name }) => name)], ...seen].map((row) => row.flat())
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '))
  process.stdout.write(`\n${lines.map((line) => line.trimEnd()).join('\n')}\n\n`)
})

interface Home {
  station: Station
  exchange: Exchange
  /** The consumer's profile, and the one whose credentials poolkey keeps for it. */
  profile: string
  keeper: string
}

/** A person's HOME with the profiles of an exchange, and nothing else. */
async function openHome(exchange: Exchange): Promise<Home> {
  const station = await openStation(exchange.options)
  placeEndpointRules(station)
  const profiles = Object.entries(exchange.profiles(station))
  const sections = profiles.map(([name, keys]) => {
    const line = `${POOLKEY.map(quoted).join(' ')} credential-process --profile ${name}`
    // A role of AWS's own chaining is the consumer's to assume.
    const outlet = 'role_arn' in keys ? {} : { credential_process: line }
    return profileText(station.emulator, name, { ...keys, ...outlet })
  })
  writeFileSync(station.configFile, sections.join('\n'))
  const profile = profiles.at(-1)![0]
  return { station, exchange, profile, keeper: exchange.ownRequests ? 'dev' : profile }
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path}'`
}

/** Signs in, where there is somebody to, and has poolkey fetch the consumer's credentials. */
async function begin({ station, exchange, keeper }: Home): Promise<void> {
  if (!exchange.isGuest) expect(await station.signIn(['--force'])).toMatchObject({ code: 0 })
  expect(await station.run(['credential-process', '--profile', keeper])).toMatchObject({
    code: 0,
    stderr: '',
  })
}

/**
 * Lets the consumer call, and holds its answer, the requests meanwhile and the keys that signed them against what is
 * expected.
 */
async function expectRole(
  { station, exchange, profile, keeper }: Home,
  consumer: Consumer,
  expected: { situation: string; requests: Counts },
): Promise<void> {
  const { account = '111122223333', role, ownRequests = {} } = exchange
  const { outcome, asked, signers } = await callAs(consumer, station, profile)
  const about = `${consumer.name}, ${expected.situation}`
  const stdout = `arn:aws:sts::${account}:assumed-role/${role}\n`
  expect(outcome, about).toMatchObject({ code: 0, stderr: '', stdout })
  expect(asked, about).toEqual({ ...expected.requests, ...ownRequests, GetCallerIdentity: 1 })
  const status = await station.run(['status', '--json', '--profile', keeper])
  const { credentials } = JSON.parse(status.stdout) as { credentials: { accessKeyId: string } }
  const signer = signers[exchange.ownRequests ? 'AssumeRole' : 'GetCallerIdentity']
  expect(signer, `${about}: whose keys signed`).toBe(credentials.accessKeyId)
}

/** How a consumer that cannot read such a profile says so. It asks nobody for anything. */
async function expectRefusal(home: Home, consumer: Consumer, says: RegExp): Promise<string> {
  const { outcome, asked } = await callAs(consumer, home.station, home.profile)
  expect(outcome.code, consumer.name).not.toBe(0)
  expect(asked, consumer.name).toEqual({})
  const [, reason] = says.exec(outcome.stderr) ?? []
  expect(reason, outcome.stderr).toBeDefined()
  return `n/a: ${reason}`
}

function forgetCredentials({ stateFolder }: Station): void {
  const entries = readdirSync(stateFolder).filter((name) => name.startsWith('credentials-'))
  expect(entries.length).toBeGreaterThan(0)
  for (const name of entries) rmSync(join(stateFolder, name))
}

test.each(EXCHANGES)(
  '$name: every consumer has the role, from the cache and by an exchange',
  async (exchange) => {
    const home = await openHome(exchange)
    await begin(home)
    const cells = [exchange.role]
    seen.set(exchange.name, cells)
    for (const consumer of CONSUMERS) {
      const refusal = exchange.notFor?.[consumer.name]
      if (refusal) {
        cells.push(await expectRefusal(home, consumer, refusal))
        continue
      }
      await expectRole(home, consumer, { situation: 'from the cache', requests: {} })
      forgetCredentials(home.station)
      const { requests } = exchange
      await expectRole(home, consumer, { situation: 'no credentials yet', requests })
      cells.push('yes')
    }
    const hasIdentity =
      'GetCredentialsForIdentity' in exchange.requests || 'GetOpenIdToken' in exchange.requests
    expect(home.station.emulator.count('GetId')).toBe(hasIdentity ? 1 : 0)
  },
)

/** Signs in for so short a time, and lets it pass; what is issued from then on is long-lived. */
async function beginExpired(home: Home, lives: { idToken: number; credentials: number }): Promise<void> {
  const { settings, faults } = home.station.emulator
  settings.idTokenSeconds = lives.idToken
  settings.credentialsSeconds = lives.credentials
  // STS gives no less than 15 minutes.
  faults.set('AssumeRoleWithWebIdentity', {
    kind: 'alter',
    alter: (answer) => {
      const expiration = new Date(Date.now() + lives.credentials * 1000).toISOString()
      return { ...answer, body: answer.body.replace(/(<Expiration>)[^<]+/, `$1${expiration}`) }
    },
  })
  expect(await home.station.signIn(['--force'])).toMatchObject({ code: 0 })
  faults.clear('AssumeRoleWithWebIdentity')
  // Whatever was handed out by now is over then.
  const overAt = Date.now() + lives.credentials * 1000
  await until(() => Date.now() > overAt)
  settings.idTokenSeconds = 3600
  settings.credentialsSeconds = 3600
}

describe.each([ENHANCED, WEB_IDENTITY])('$name', (exchange) => {
  test.each(EXPIRIES)('every consumer has the role though $name', async ({ name, refreshes, ...lives }) => {
    const home = await openHome(exchange)
    await beginExpired(home, lives)
    const { stateFolder } = home.station
    const kept = `${stateFolder}-kept`
    cpSync(stateFolder, kept, { recursive: true })
    for (const consumer of CONSUMERS) {
      // Each finds the state as it was before the others came.
      rmSync(stateFolder, { recursive: true })
      cpSync(kept, stateFolder, { recursive: true })
      const requests = { ...refreshes, ...exchange.requests }
      await expectRole(home, consumer, { situation: name, requests })
    }
  })
})

test('a consumer that finds nobody signed in is told the command that helps, as far as it shows it', async () => {
  const home = await openHome(ENHANCED)
  for (const consumer of CONSUMERS) {
    const { outcome, asked } = await callAs(consumer, home.station, home.profile)
    expect(outcome.code, consumer.name).not.toBe(0)
    expect(asked, consumer.name).toEqual({})
    const isShown = outcome.stderr.includes('poolkey: fix: run: poolkey login --profile dev')
    expect(isShown, `${consumer.name}: ${outcome.stderr}`).toBe(consumer.showsReason)
  }
})
