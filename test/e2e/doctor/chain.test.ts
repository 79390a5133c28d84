/** Setups whose chain is broken: session, identity pool, roles, the call of AWS. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished, test } from 'vitest'
import type { Emulator } from '../../../src/emulator/emulator.ts'
import { startEmulator } from '../../../src/emulator/emulator.ts'
import { askFor, trustOf } from '../../exchange/refusals/mistakes.ts'
import type { Station } from '../poolkey-process.ts'
import { expectDiagnosis, LINE } from './broken-setup.ts'
import type { BrokenSetup } from './broken-setup.ts'

const CLASSIC = { identityPool: { allowClassicFlow: true, roleMapping: { kind: 'none' } } } as const
const DENYING = { identityPool: { roleMapping: { kind: 'token', ambiguous: 'Deny' } } } as const
const direct = ({ emulator }: Station) => ({
  cognito_exchange: 'web-identity',
  cognito_role_arn: emulator.roles.webIdentity,
})
const basic = ({ emulator }: Station) => ({
  cognito_exchange: 'basic',
  cognito_role_arn: emulator.roles.authenticated,
})
const chained = ({ emulator }: Station) => ({
  cognito_role_arn: emulator.roles.admin,
  cognito_chain_role_arn: emulator.roles.chained,
})
/** Sets keys of the profile, beside those that it has. */
const set = (station: Station, keys: Record<string, string | undefined>) => station.run(flagsOf(keys))
const flagsOf = (keys: Record<string, string | undefined>) => [
  ...['configure', '--profile', 'dev', '--yes'],
  ...Object.entries(keys).flatMap(([key, value]) => [
    `--${key.replace('cognito_', '').replaceAll('_', '-')}`,
    value ?? '',
  ]),
]
const faulty = (operation: string, answer: { status: number; body: string }) => (station: Station) => {
  station.emulator.faults.set(operation, { kind: 'answer', ...answer }, 100)
}
const faultless = ({ emulator }: Station) => {
  emulator.faults.clear()
}
const ISSUER_AUD = (emulator: Emulator) => `${emulator.issuer.replace(/^https?:\/\//, '')}:aud`
const TRUST =
  /^poolkey trust-policy --profile dev > trust.json\naws iam update-assume-role-policy --role-name /m

/** How far the servers' clock is ahead. */
const clock = { aheadMs: 3_600_000 }

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
    setup: 'a session whose file is damaged',
    spoil: ({ stateFolder }) => {
      const entry = readdirSync(stateFolder).find((name) => name.startsWith('session'))
      writeFileSync(join(stateFolder, entry ?? ''), 'damaged')
    },
    ...{ hop: 'session', exit: 4 },
    says: /the stored session of profile dev is damaged/,
    fix: /^poolkey login --profile dev$/m,
  },
  {
    setup: 'an app client that has a secret since',
    spoil: ({ emulator }) => (emulator.settings.clientSecret = 'a-secret-of-the-app-client-0001'),
    ...{ hop: 'session', exit: 5 },
    says: /the user pool refused the refresh token: invalid_client/,
    fix: /^poolkey configure --client-secret-stdin --profile dev$/m,
    mend: (station) =>
      station.run(
        ['configure', '--client-secret-stdin', '--profile', 'dev'],
        {},
        'a-secret-of-the-app-client-0001',
      ),
  },
  {
    setup: 'an app client that may not refresh',
    spoil: faulty('token:refresh_token', { status: 400, body: '{"error":"unauthorized_client"}' }),
    ...{ hop: 'session', exit: 5 },
    says: /refused the refresh token: unauthorized_client/,
    fix: /allow the authorization code grant and refresh tokens .*\nAWS console: .* > Login pages > Edit\naws cognito-idp describe-user-pool-client --user-pool-id eu-west-1_Emulated1 --client-id 1example\S+ --region eu-west-1/,
    mend: faultless,
  },
  {
    setup: 'a user pool that fails',
    spoil: faulty('token:refresh_token', { status: 500, body: '' }),
    ...{ hop: 'session', exit: 6 },
    says: /failed at/,
    fix: /try again/,
    mend: faultless,
  },
  {
    setup: 'a portal in the place of the user pool',
    spoil: faulty('token:refresh_token', { status: 200, body: '<html>welcome</html>' }),
    ...{ hop: 'session', exit: 6 },
    says: /web page|not the protocol/,
    fix: /cognito_domain/,
    mend: faultless,
  },
  {
    setup: 'ID tokens for another app client',
    spoil: ({ emulator }) => {
      emulator.forge({ claims: { aud: 'another-client' } })
    },
    ...{ hop: 'session', exit: 5 },
    says: /the ID token was refused: its claim aud/,
    fix: /check cognito_client_id of profile dev/,
    mend: ({ emulator }) => {
      emulator.forge(undefined)
    },
  },
  {
    setup: 'ID tokens that nobody signed',
    spoil: ({ emulator }) => {
      emulator.forge({ signature: 'broken' })
    },
    ...{ hop: 'session', exit: 5 },
    says: /its signature|its format/,
    fix: /they must belong together/,
    mend: ({ emulator }) => {
      emulator.forge(undefined)
    },
  },
]

const IDENTITY_POOL: BrokenSetup[] = [
  {
    setup: 'an app client that the identity pool does not list',
    spoil: ({ emulator }) => (emulator.settings.identityPool.providers[0]!.clientId = 'another-client'),
    ...{ hop: 'identity-pool', exit: 5 },
    says: /does not accept tokens of this app client/,
    fix: /add user pool eu-west-1_Emulated1 and client .*\nAWS console: .* > User access > Add identity provider/,
  },
  {
    setup: 'an identity pool without identity providers',
    spoil: ({ emulator }) => (emulator.settings.identityPool.providers = []),
    ...{ hop: 'identity-pool', exit: 5 },
    says: /has no identity provider that fits this sign-in/,
    fix: /AWS console: .* > User access > Add identity provider/,
  },
  {
    setup: 'another name for the issuer',
    keys: () => ({ cognito_logins_key: 'cognito-idp.us-east-1.amazonaws.com/eu-west-1_Emulated1' }),
    ...{ hop: 'identity-pool', exit: 5 },
    says: /knows the token's issuer under another name/,
    fix: /remove cognito_logins_key/,
    mend: (station) => {
      station.configure({ ...LINE })
    },
  },
  {
    setup: 'an identity pool that is not there',
    keys: () => ({ cognito_identity_pool_id: 'eu-west-1:99999999-2222-3333-4444-555555555555' }),
    ...{ hop: 'identity-pool', exit: 5 },
    says: /there is no identity pool eu-west-1:99999999/,
    fix: /^aws cognito-identity list-identity-pools --max-results 60 --region eu-west-1$/m,
    mend: (station) => set(station, { cognito_identity_pool_id: station.emulator.identityPoolId }),
  },
  {
    setup: 'the basic flow where it is not enabled',
    keys: basic,
    ...{ hop: 'identity-pool', exit: 5 },
    says: /does not allow the basic flow/,
    fix: /Basic \(classic\) authentication/,
    mend: ({ emulator }) => {
      Object.assign(emulator.settings.identityPool, CLASSIC.identityPool)
    },
  },
  {
    setup: 'the basic flow beside role mappings',
    station: { identityPool: { allowClassicFlow: true } },
    keys: basic,
    ...{ hop: 'identity-pool', exit: 5 },
    says: /maps roles, which rules out the basic flow/,
    fix: /set cognito_exchange = enhanced/,
    mend: (station, report) => {
      // The first of both ways that it names.
      return station.run([
        ...(report.steps?.[0] ?? '').split(' ').slice(1),
        '--role-arn',
        station.emulator.roles.editor,
        '--yes',
      ])
    },
  },
  {
    setup: 'guests where there may be none',
    isSignedOut: true,
    keys: () => ({
      cognito_guest: 'true',
      ...{ cognito_user_pool_id: undefined, cognito_client_id: undefined, cognito_domain: undefined },
      ...{ cognito_issuer: undefined, cognito_redirect_uri: undefined },
    }),
    ...{ hop: 'identity-pool', exit: 5 },
    says: /the identity pool lets no guests in/,
    fix: /User access > Guest access > Activate$/m,
  },
  {
    setup: 'an identity pool that throttles',
    spoil: ({ emulator }) => {
      emulator.faults.set('GetCredentialsForIdentity', { kind: 'throttled' }, 100)
    },
    ...{ hop: 'identity-pool', exit: 6 },
    says: /is throttling GetCredentialsForIdentity/,
    fix: /try again in a moment/,
    mend: faultless,
  },
]

const ROLE: BrokenSetup[] = [
  {
    setup: 'groups of which none has a role, where the identity pool denies',
    station: DENYING,
    spoil: ({ emulator }) => (emulator.settings.users[0]!.groups = []),
    ...{ hop: 'role', exit: 5 },
    says: /finds no one role for this person and is set to deny/,
    fix: /give the person a group with a role/,
    mend: ({ emulator }) => (emulator.settings.users[0]!.groups = ['admin']),
  },
  {
    setup: 'groups of the same rank, where the identity pool denies',
    station: DENYING,
    spoil: ({ emulator }) => {
      emulator.settings.groups.forEach((group) => (group.precedence = 5))
    },
    ...{ hop: 'role', exit: 5 },
    says: /several that rank alike/,
    fix: /poolkey roles use NAME --profile dev/,
    mend: (station) => station.run(['roles', 'use', 'PoolkeyEditor', '--profile', 'dev']),
  },
  {
    setup: 'a role that the token does not offer',
    keys: ({ emulator }) => ({ cognito_role_arn: emulator.roles.authenticated }),
    ...{ hop: 'role', exit: 5 },
    says: /does not let this person have arn:aws:iam::111122223333:role\/PoolkeyAuthenticated/,
    fix: /remove cognito_role_arn of profile dev.*\npoolkey roles --profile dev/,
    mend: (station) => {
      station.configure({ ...LINE })
    },
  },
  {
    setup: 'a trust policy for another identity pool',
    keys: ({ emulator }) => ({ cognito_role_arn: emulator.roles.admin }),
    spoil: ({ emulator }) => {
      const condition = { key: 'cognito-identity.amazonaws.com:aud', value: 'eu-west-1:other' }
      askFor(emulator, emulator.roles.admin, condition)
    },
    ...{ hop: 'role', exit: 5 },
    says: /the identity pool could not assume arn:aws:iam::111122223333:role\/PoolkeyAdmin/,
    fix: TRUST,
  },
  {
    setup: 'a trust policy for guests',
    keys: ({ emulator }) => ({ cognito_role_arn: emulator.roles.editor }),
    spoil: ({ emulator }) => {
      const condition = { key: 'cognito-identity.amazonaws.com:amr', value: 'unauthenticated' }
      askFor(emulator, emulator.roles.editor, condition)
    },
    ...{ hop: 'role', exit: 5 },
    says: /could not assume/,
    fix: TRUST,
  },
  {
    setup: 'a trust policy for sts:AssumeRole',
    keys: ({ emulator }) => ({ cognito_role_arn: emulator.roles.admin }),
    spoil: ({ emulator }) => (trustOf(emulator, emulator.roles.admin).Action = 'sts:AssumeRole'),
    ...{ hop: 'role', exit: 5 },
    says: /could not assume/,
    fix: TRUST,
  },
  {
    setup: 'tags without sts:TagSession',
    station: { identityPool: { principalTags: { username: 'cognito:username' } } },
    keys: ({ emulator }) => ({ cognito_role_arn: emulator.roles.admin }),
    isSignedOut: true,
    spoil: async (station) => {
      trustOf(station.emulator, station.emulator.roles.admin).Action = 'sts:AssumeRoleWithWebIdentity'
      await station.signIn()
    },
    ...{ hop: 'role', exit: 5 },
    says: /could not assume/,
    fix: TRUST,
  },
  {
    setup: 'an identity pool without a role',
    station: { identityPool: { roleMapping: { kind: 'none' } } },
    spoil: ({ emulator }) => delete emulator.settings.identityPool.authenticatedRole,
    ...{ hop: 'role', exit: 5 },
    says: /could not assume the role it has for this person/,
    fix: /^aws cognito-identity get-identity-pool-roles --identity-pool-id eu-west-1:11111111-\S+ --region eu-west-1$/m,
    mend: ({ emulator }) => (emulator.settings.identityPool.authenticatedRole = emulator.roles.authenticated),
  },
  {
    setup: 'a role that the basic flow cannot assume',
    station: CLASSIC,
    keys: basic,
    spoil: ({ emulator }) => {
      const condition = { key: 'cognito-identity.amazonaws.com:aud', value: 'eu-west-1:other' }
      askFor(emulator, emulator.roles.authenticated, condition)
    },
    ...{ hop: 'role', exit: 5 },
    says: /STS does not let this token assume/,
    fix: TRUST,
  },
  {
    setup: 'an account without an IAM OIDC provider',
    keys: direct,
    spoil: ({ emulator }) => (emulator.settings.oidcProviders = []),
    ...{ hop: 'role', exit: 5 },
    says: /account 111122223333 has no IAM OIDC provider for this user pool/,
    fix: /^aws iam create-open-id-connect-provider --url http:\/\/127.0.0.1:\d+\/eu-west-1_Emulated1 --client-id-list 1example\S+$/m,
  },
  {
    setup: 'an IAM OIDC provider for another app client',
    keys: direct,
    spoil: ({ emulator }) => (emulator.settings.oidcProviders[0]!.clientIds = ['another-client']),
    ...{ hop: 'role', exit: 5 },
    says: /does not list app client 1example\S+ as an audience/,
    fix: /aws iam add-client-id-to-open-id-connect-provider .* --client-id 1example/,
    mend: ({ emulator }, report) => {
      const clientId = /--client-id (\S+)/.exec(report.fix ?? '')?.[1] ?? ''
      emulator.settings.oidcProviders[0]!.clientIds.push(clientId)
    },
  },
  {
    setup: 'a trust policy for another app client',
    keys: direct,
    spoil: ({ emulator }) => {
      const condition = { key: ISSUER_AUD(emulator), value: 'another-client' }
      askFor(emulator, emulator.roles.webIdentity, condition)
    },
    ...{ hop: 'role', exit: 5 },
    says: /STS does not let this token assume/,
    fix: TRUST,
  },
  {
    setup: 'a role with a typing mistake',
    keys: ({ emulator }) => ({
      cognito_exchange: 'web-identity',
      cognito_role_arn: `${emulator.roles.webIdentity}Typo`,
    }),
    ...{ hop: 'role', exit: 5 },
    says: /no such role/,
    fix: /if cognito_role_arn is right/,
    mend: (station) => set(station, { cognito_role_arn: station.emulator.roles.webIdentity }),
  },
  {
    setup: 'a longer session than the role allows',
    keys: (station) => ({ ...direct(station), cognito_duration_seconds: '7200' }),
    spoil: ({ emulator }) => {
      emulator.settings.roles.forEach((role) => (role.maxSessionSeconds = 3600))
    },
    ...{ hop: 'role', exit: 5 },
    says: /does not allow so long a session/,
    fix: /^poolkey configure --duration-seconds 3600 --yes --profile dev$/m,
    mend: (station) => set(station, { cognito_duration_seconds: '3600' }),
  },
  {
    setup: 'a session policy that is none',
    keys: (station) => ({ ...direct(station), cognito_session_policy: '{"Version":"2012-10-17"}' }),
    ...{ hop: 'role', exit: 5 },
    says: /STS cannot read the session policy/,
    fix: /correct cognito_session_policy of profile dev/,
    mend: (station) => {
      station.configure({ ...LINE, ...direct(station) })
    },
  },
]

const AFTER: BrokenSetup[] = [
  {
    setup: 'a second role that trusts somebody else',
    keys: chained,
    spoil: ({ emulator }) =>
      (trustOf(emulator, emulator.roles.chained).Principal = { AWS: 'arn:aws:iam::777788889999:root' }),
    ...{ hop: 'second-role', exit: 5 },
    says: /role PoolkeyAdmin of account 111122223333 may not assume/,
    fix: /^poolkey trust-policy --second-role --profile dev > trust.json\naws iam update-assume-role-policy --role-name PoolkeyChained /m,
  },
  {
    setup: 'another external ID than the second role asks for',
    keys: ({ emulator }) => ({
      cognito_role_arn: emulator.roles.admin,
      cognito_chain_role_arn: emulator.roles.chainedWithExternalId,
      cognito_chain_external_id: 'another',
    }),
    ...{ hop: 'second-role', exit: 5 },
    says: /may not assume/,
    fix: /the external ID that this asks for must be the one in profile dev/,
    mend: (station) => set(station, { cognito_chain_external_id: station.emulator.externalId }),
  },
  {
    setup: 'a second role that is not there',
    keys: ({ emulator }) => ({
      cognito_role_arn: emulator.roles.admin,
      cognito_chain_role_arn: `${emulator.roles.chained}Typo`,
    }),
    ...{ hop: 'second-role', exit: 5 },
    says: /no such role/,
    fix: /./,
    mend: (station) => set(station, { cognito_chain_role_arn: station.emulator.roles.chained }),
  },
  {
    setup: 'an STS that never heard of the identity pool',
    spoil: async (station) => {
      const other = await startEmulator()
      onTestFinished(() => other.stop())
      station.configure({ ...LINE, services: 'elsewhere' })
      writeFileSync(station.configFile, `[services elsewhere]\nsts =\n  endpoint_url = ${other.origin}\n`, {
        flag: 'a',
      })
    },
    ...{ hop: 'tools', exit: 5 },
    says: /STS does not know these credentials/,
    fix: /endpoint/,
    mend: (station) => {
      station.configure({ ...LINE })
    },
  },
  {
    setup: 'a clock that is an hour behind',
    station: { now: () => Date.now() + clock.aheadMs },
    ...{ hop: 'machine', exit: 0 },
    says: /the clock is 60 min behind the servers'/,
    fix: /^sudo timedatectl set-ntp true$/m,
    mend: () => {
      clock.aheadMs = 0
    },
  },
]

test.each([...SESSION, ...IDENTITY_POOL, ...ROLE, ...AFTER])('$setup: $hop', expectDiagnosis)
