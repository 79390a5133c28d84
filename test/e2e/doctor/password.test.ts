/** Setups of people who sign in with a password: the user pool's API, the app client behind it, their sessions. */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openStation } from '../poolkey-process.ts'
import type { Station, StationOptions } from '../poolkey-process.ts'
import { expectDiagnosis, LINE } from './broken-setup.ts'
import type { BrokenSetup, SignIn } from './broken-setup.ts'

const PASSWORD = `Pass-${randomBytes(8).toString('hex')}`
const CLIENT_SECRET = randomBytes(20).toString('hex')
const WARNING = 0

const STATION: StationOptions = {
  users: [{ username: 'carol', password: PASSWORD, email: 'carol@example.com', groups: ['admin'] }],
  profile: {
    ...{ cognito_sign_in: 'password', cognito_username: 'carol' },
    // Neither is of any use to who signs in so.
    ...{ cognito_domain: undefined, cognito_redirect_uri: undefined },
  },
  secrets: [{ kind: 'sign-in', name: 'password', value: PASSWORD }],
}

const signIn: SignIn = (station, words) =>
  station.run(
    ['login', '--profile', 'dev', '--no-input', '--password-stdin', ...words],
    secretEnv(station),
    PASSWORD,
  )
/** The first sign-in of those whose client has a secret from the start. */
const secretEnv = ({ home }: Station) =>
  withSecret.has(home) ? { POOLKEY_CLIENT_SECRET: CLIENT_SECRET } : {}
const withSecret = new Set<string>()

const replaced = (from: string | RegExp, to: string) => (station: Station) => {
  const text = readFileSync(station.configFile, 'utf8')
  writeFileSync(station.configFile, text.replace(from, to))
}
const faulty = (operation: string, name: string, message: string) => (station: Station) => {
  const body = JSON.stringify({ __type: name, message })
  station.emulator.faults.set(operation, { kind: 'answer', status: 400, body }, 100)
}
const faultless = ({ emulator }: Station) => {
  emulator.faults.clear()
}

const SIGN_IN: BrokenSetup[] = [
  {
    setup: 'an app client that lets nobody sign in with a password',
    spoil: ({ emulator }) => (emulator.settings.authFlows = ['ALLOW_REFRESH_TOKEN_AUTH']),
    ...{ hop: 'sign-in', exit: 5 },
    says: /signing in with a password is not allowed for app client 1example/,
    fix: /allow the authentication flow ALLOW_USER_SRP_AUTH .*\n.*App clients > 1example\S+ > .* > Authentication flows > ALLOW_USER_SRP_AUTH$/m,
  },
  {
    setup: 'the id of another app client, where nobody is signed in',
    isSignedOut: true,
    spoil: replaced(/cognito_client_id = .*/, 'cognito_client_id = 1example0000'),
    ...{ hop: 'sign-in', exit: 5 },
    says: /there is no app client 1example0000 \(ResourceNotFoundException\)/,
    fix: /check cognito_client_id, and cognito_user_pool_id \(user pool eu-west-1_Emulated1\).*\naws cognito-idp list-user-pool-clients --user-pool-id eu-west-1_Emulated1 --region eu-west-1$/,
    mend: async (station) => {
      replaced('1example0000', station.emulator.clientId)(station)
      await signIn(station, [])
    },
  },
  {
    setup: 'an app client that has a secret since',
    spoil: ({ emulator }) => (emulator.settings.clientSecret = CLIENT_SECRET),
    ...{ hop: 'sign-in', exit: 5 },
    says: /does not accept the secret of app client 1example\S+, or its absence/,
    fix: /^poolkey configure --client-secret-stdin --profile dev$/m,
  },
  {
    setup: 'a secret that is not the one of the app client',
    station: { ...STATION, clientSecret: CLIENT_SECRET },
    isSignedOut: true,
    spoil: async (station) => {
      await station.run(['configure', '--client-secret-stdin', '--profile', 'dev'], {}, 'another-secret-0001')
      withSecret.add(station.home)
      await signIn(station, [])
      withSecret.delete(station.home)
    },
    ...{ hop: 'sign-in', exit: 5 },
    says: /does not accept the secret of app client/,
    fix: /^poolkey configure --client-secret-stdin --profile dev$/m,
  },
  {
    setup: "another region in the pool's ID",
    isSignedOut: true,
    spoil: replaced(/(cognito_user_pool_id = |cognito_issuer = .*)eu-west-1_/g, '$1eu-west-2_'),
    ...{ hop: 'sign-in', exit: 3 },
    says: /eu-west-2_Emulated1 does not give its configuration: HTTP 404/,
    fix: /^aws cognito-idp list-user-pools --max-results 60 --region eu-west-2$/m,
    mend: async (station) => {
      replaced(/eu-west-2_/g, 'eu-west-1_')(station)
      await signIn(station, [])
    },
  },
  {
    setup: 'an app client that is not one of the pool',
    isSignedOut: true,
    spoil: replaced(
      'cognito_user_pool_id = eu-west-1_Emulated1',
      'cognito_user_pool_id = eu-west-1_Other0001',
    ),
    ...{ hop: 'sign-in', exit: 4 },
    says: /cognito_issuer is that of user pool eu-west-1_Emulated1, cognito_user_pool_id is eu-west-1_Other0001/,
    fix: /correct the one that is wrong/,
    mend: async (station) => {
      const told = await signIn(station, [])
      expect(told.stderr).toContain('user name and password do not fit each other')
      expect(told.stderr).toMatch(
        /check both, and that app client 1example\S+ is one of user pool eu-west-1_Other0001/,
      )
      replaced('Other0001', 'Emulated1')(station)
      await signIn(station, [])
    },
  },
  {
    setup: 'an API that nobody answers at',
    spoil: (station) => {
      station.configure({
        ...LINE,
        ...{ endpoint_url: undefined, services: 'here' },
      })
      const { origin } = station.emulator
      const others = ['cognito_identity', 'sts'].map((name) => `${name} =\n  endpoint_url = ${origin}\n`)
      const api = 'cognito_identity_provider =\n  endpoint_url = http://127.0.0.1:1\n'
      writeFileSync(station.configFile, `[services here]\n${api}${others.join('')}`, { flag: 'a' })
    },
    ...{ hop: 'sign-in', exit: 6 },
    says: /could not tell whether app client .* lets people sign in with a password: cannot connect to 127.0.0.1:1 for InitiateAuth/,
    fix: /or check the endpoint settings of the profile/,
    mend: (station) => {
      station.configure({ ...LINE })
    },
  },
  {
    setup: 'a firewall in front of the API',
    spoil: faulty('InitiateAuth', 'ForbiddenException', 'Request not allowed due to WAF block.'),
    ...{ hop: 'sign-in', exit: WARNING },
    says: /could not tell whether .*: a firewall \(WAF\) in front of .* refused InitiateAuth/,
    fix: /let InitiateAuth pass from this network \(of a user pool: its web ACL in AWS WAF\)/,
    mend: faultless,
  },
  {
    setup: 'an API that throttles',
    spoil: faulty('InitiateAuth', 'TooManyRequestsException', 'Rate exceeded'),
    ...{ hop: 'sign-in', exit: WARNING },
    says: /is throttling InitiateAuth/,
    fix: /try again in a moment/,
    mend: faultless,
  },
  {
    setup: 'a trigger that fails',
    spoil: faulty('InitiateAuth', 'UnexpectedLambdaException', 'PreAuthentication failed: timed out.'),
    ...{ hop: 'sign-in', exit: 5 },
    says: /InitiateAuth was refused: UnexpectedLambdaException: PreAuthentication failed/,
    fix: /a trigger's failure stands in that trigger's log/,
    mend: faultless,
  },
  {
    setup: 'a domain that nobody answers at, by which only signing out goes',
    station: { ...STATION, profile: { ...STATION.profile, cognito_domain: 'http://127.0.0.1:1' } },
    ...{ hop: 'sign-in', exit: WARNING },
    says: /could not tell of cognito_domain, by which signing out goes: cannot connect to 127.0.0.1:1/,
    fix: /the host name in cognito_domain/,
    mend: async (station) => {
      station.configure({ ...LINE, cognito_domain: station.emulator.origin })
      await signIn(station, [])
    },
  },
]

const SESSION: BrokenSetup[] = [
  {
    setup: 'nobody ever signed in',
    isSignedOut: true,
    ...{ hop: 'session', exit: 4 },
    says: /nobody is signed in for profile dev/,
    fix: /^poolkey login --profile dev$/m,
  },
  {
    setup: 'a session that an administrator ended',
    spoil: ({ emulator }) => {
      emulator.revokeAllSessions()
    },
    ...{ hop: 'session', exit: 4 },
    says: /the session of profile dev has ended/,
    fix: /^poolkey login --profile dev$/m,
  },
  {
    setup: 'a person who was disabled',
    spoil: ({ emulator }) => (emulator.settings.users[0]!.state = 'disabled'),
    ...{ hop: 'session', exit: 4 },
    says: /the session of profile dev has ended/,
    fix: /^poolkey login --profile dev$/m,
    mend: async (station) => {
      const told = await signIn(station, [])
      expect(told.stderr).toMatch(
        /this user is disabled .*\n.*have an administrator of user pool eu-west-1_Emulated1 enable/,
      )
      delete station.emulator.settings.users[0]!.state
      await signIn(station, [])
    },
  },
  {
    setup: 'a device that the user pool has forgotten',
    station: { ...STATION, trackDevices: true },
    spoil: faulty('GetTokensFromRefreshToken', 'ResourceNotFoundException', 'Device does not exist.'),
    ...{ hop: 'session', exit: 5 },
    says: /the user pool has forgotten the device that this session is bound to/,
    fix: /^poolkey login --profile dev --force$/m,
    mend: async (station) => {
      faultless(station)
      await signIn(station, ['--force'])
    },
  },
  {
    setup: 'a user pool whose API fails',
    spoil: faulty('GetTokensFromRefreshToken', 'InternalErrorException', 'Something went wrong.'),
    ...{ hop: 'session', exit: 6 },
    says: /failed at GetTokensFromRefreshToken/,
    fix: /try again/,
    mend: faultless,
  },
]

test.each([...SIGN_IN, ...SESSION])('$setup: $hop', (row) =>
  expectDiagnosis({ station: STATION, signIn, ...row }),
)

test('neither a callback port nor a redirect URI is tested, and nobody real is tried', async () => {
  const station = await openStation(STATION)
  station.emulator.settings.redirectUris = []
  await signIn(station, [])
  const before = station.emulator.requests.length
  const { code, stdout } = await station.run(['doctor', '--profile', 'dev'])
  expect(stdout).toContain("the user pool's API begins a sign-in with a password")
  expect(stdout).not.toMatch(/callback|port to come back/)
  expect(code).toBe(0)
  const asked = station.emulator.requests.slice(before).map(({ operation }) => operation)
  expect(asked).not.toContain('authorize')
  expect(asked.filter((one) => one === 'InitiateAuth')).toHaveLength(1)
  expect(asked).not.toContain('RespondToAuthChallenge')
})
