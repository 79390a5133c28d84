import type {
  EmulatorGroup,
  EmulatorRole,
  EmulatorSettings,
  EmulatorUser,
  IdentityPoolSettings,
} from './configuration.ts'
import { identityPoolPrincipal, partitionOf } from './partition.ts'
import type { TrustPolicy } from './trust-policy.ts'

/** ARNs of the roles that are there from the start. */
export interface EmulatorRoles {
  admin: string
  editor: string
  authenticated: string
  unauthenticated: string
  /** Trusts the user pool as an IAM OIDC provider. */
  webIdentity: string
  /** In another account; trusts every role of the first. */
  chained: string
  /** In another account; trusts every role of the first that brings `EXTERNAL_ID`. */
  chainedWithExternalId: string
}

/** What may differ from the defaults. Every instant and duration is the emulator's own. */
export type SettingsChange = Partial<Omit<EmulatorSettings, 'identityPool'>> & {
  identityPool?: Partial<IdentityPoolSettings>
}

/** The external ID that `chainedWithExternalId` asks for. */
export const EXTERNAL_ID = 'emulator-external-id'

const ACCOUNT_ID = '111122223333'
const OTHER_ACCOUNT_ID = '444455556666'

/** The person whose name and password the form comes filled in with. */
export const TEST_USER: EmulatorUser = {
  username: 'test-user',
  password: 'Emulated-Passw0rd',
  email: 'test-user@example.com',
  groups: ['admin', 'editor'],
}

/** Somebody else, with another role. */
export const OTHER_USER: EmulatorUser = {
  username: 'other-user',
  password: 'Other-Passw0rd',
  email: 'other-user@example.com',
  groups: ['editor'],
}

/** The ARNs of the default roles in an account, in the region's partition. */
export function defaultRoles(accountId: string, region: string): EmulatorRoles {
  const arn = (name: string, account = accountId) => `arn:${partitionOf(region)}:iam::${account}:role/${name}`
  return {
    admin: arn('PoolkeyAdmin'),
    editor: arn('PoolkeyEditor'),
    authenticated: arn('PoolkeyAuthenticated'),
    unauthenticated: arn('PoolkeyUnauthenticated'),
    webIdentity: arn('PoolkeyWebIdentity'),
    chained: arn('PoolkeyChained', OTHER_ACCOUNT_ID),
    chainedWithExternalId: arn('PoolkeyChainedWithExternalId', OTHER_ACCOUNT_ID),
  }
}

/** All settings: the defaults with what is given on top. Roles given are added to the default ones, or replace them by ARN. */
export function completeSettings(
  issuer: (userPoolId: string) => string,
  given: SettingsChange,
): EmulatorSettings {
  // Settings may be changed while the emulator runs; the caller's own object is not to change with them.
  const change = structuredClone(given)
  const region = change.region ?? 'eu-west-1'
  const userPoolId = change.userPoolId ?? `${region}_Emulated1`
  const clientId = change.clientId ?? '1example23456789emulated01'
  const identityPoolId = change.identityPoolId ?? `${region}:11111111-2222-3333-4444-555555555555`
  const accountId = change.accountId ?? ACCOUNT_ID
  const roles = defaultRoles(accountId, region)
  const ownIssuer = issuer(userPoolId)
  const providerName = ownIssuer.replace(/^https?:\/\//, '')
  return {
    clientSecret: undefined,
    clientScopes: ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin'],
    idTokenSeconds: 3600,
    accessTokenSeconds: 3600,
    refreshTokenSeconds: 30 * 24 * 3600,
    credentialsSeconds: 3600,
    rotation: undefined,
    redirectUris: ['http://localhost:8400/callback', 'http://127.0.0.1:8400/callback'],
    logoutUris: ['http://localhost:8400/logout'],
    secretMark: '',
    users: [structuredClone(TEST_USER)],
    groups: defaultGroups(roles),
    oidcProviders: [{ issuer: ownIssuer, clientIds: [clientId] }],
    errorsCarryState: false,
    acceptRolesWithoutAccount: false,
    // What a client is allowed when nothing is said.
    authFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'],
    ignorePreferredChallenge: false,
    requireMfa: false,
    customChallenges: [],
    trackDevices: false,
    expirationStyle: 'seconds',
    ...change,
    region,
    userPoolId,
    clientId,
    identityPoolId,
    accountId,
    roles: mergedRoles(
      roleDocuments(roles, {
        partition: partitionOf(region),
        accountId,
        identityPoolId,
        providerName,
        clientId,
      }),
      change.roles ?? [],
    ),
    identityPool: {
      authenticatedRole: roles.authenticated,
      unauthenticatedRole: roles.unauthenticated,
      allowUnauthenticated: false,
      allowClassicFlow: false,
      roleMapping: { kind: 'token', ambiguous: 'AuthenticatedRole' },
      providers: [{ providerName, clientId }],
      ...change.identityPool,
    },
  }
}

function defaultGroups(roles: EmulatorRoles): EmulatorGroup[] {
  return [
    { name: 'admin', precedence: 1, roleArn: roles.admin },
    { name: 'editor', precedence: 2, roleArn: roles.editor },
  ]
}

function mergedRoles(defaults: EmulatorRole[], given: EmulatorRole[]): EmulatorRole[] {
  return [...given, ...defaults.filter(({ arn }) => !given.some((role) => role.arn === arn))]
}

function roleDocuments(
  roles: EmulatorRoles,
  facts: {
    partition: string
    accountId: string
    identityPoolId: string
    providerName: string
    clientId: string
  },
): EmulatorRole[] {
  const { partition, accountId, identityPoolId, providerName, clientId } = facts
  const account = `arn:${partition}:iam::${accountId}`
  const ofPool = (amr: string) => identityPoolTrust(identityPoolId, amr)
  return [
    { arn: roles.admin, trustPolicy: ofPool('authenticated') },
    { arn: roles.editor, trustPolicy: ofPool('authenticated') },
    { arn: roles.authenticated, trustPolicy: ofPool('authenticated') },
    { arn: roles.unauthenticated, trustPolicy: ofPool('unauthenticated') },
    {
      arn: roles.webIdentity,
      trustPolicy: oidcTrust(`${account}:oidc-provider/${providerName}`, clientId),
    },
    { arn: roles.chained, trustPolicy: accountTrust(`${account}:root`) },
    { arn: roles.chainedWithExternalId, trustPolicy: accountTrust(`${account}:root`, EXTERNAL_ID) },
  ]
}

/** What a role needs for an identity pool to hand it out. `amr` is `authenticated` or `unauthenticated`. */
function identityPoolTrust(identityPoolId: string, amr: string): TrustPolicy {
  const principal = identityPoolPrincipal(identityPoolId)
  return {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: principal },
      Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
      Condition: {
        StringEquals: { [`${principal}:aud`]: identityPoolId },
        'ForAnyValue:StringLike': { [`${principal}:amr`]: amr },
      },
    },
  }
}

function oidcTrust(providerArn: string, clientId: string): TrustPolicy {
  const host = providerArn.slice(providerArn.indexOf('/') + 1)
  return {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: providerArn },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${host}:aud`]: clientId } },
    },
  }
}

function accountTrust(account: string, externalId?: string): TrustPolicy {
  return {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: account },
      Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      ...(externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
    },
  }
}
