/** An account in which CloudFormation has made a stack: an emulator that is what the template says, and nothing else. */
import { expect } from 'vitest'
import type { EmulatorSettings, RoleMapping } from '../../src/emulator/configuration.ts'
import type { TrustPolicy } from '../../src/emulator/trust-policy.ts'
import { ACCOUNT } from '../insight/cloudformation.ts'
import type { Stack } from '../insight/cloudformation.ts'
import { openAwsStation } from './aws-network.ts'
import type { AwsStation, AwsStationOptions } from './aws-network.ts'

// What a template of poolkey says of each type of resource, in CloudFormation's words.
interface Resources {
  'AWS::Cognito::UserPool': { UserPoolName?: string }
  'AWS::Cognito::UserPoolClient': {
    GenerateSecret: boolean
    CallbackURLs: string[]
    LogoutURLs: string[]
    AllowedOAuthScopes: string[]
    RefreshTokenRotation: { Feature: string; RetryGracePeriodSeconds: number }
  }
  'AWS::Cognito::UserPoolGroup': { GroupName: string; Precedence: number; RoleArn: string }
  'AWS::Cognito::IdentityPool': {
    AllowUnauthenticatedIdentities: boolean
    AllowClassicFlow: boolean
    CognitoIdentityProviders: { ProviderName: string; ClientId: string; ServerSideTokenCheck: boolean }[]
  }
  'AWS::Cognito::IdentityPoolRoleAttachment': {
    Roles: { authenticated: string }
    RoleMappings: Record<
      string,
      { IdentityProvider: string; Type: string; AmbiguousRoleResolution: 'AuthenticatedRole' | 'Deny' }
    >
  }
  'AWS::IAM::Role': { AssumeRolePolicyDocument: string; MaxSessionDuration?: number }
  'AWS::IAM::OIDCProvider': { Url: string; ClientIdList: string[] }
}

type Type = keyof Resources

/** Names (logical IDs) and properties of the resources of a type. */
function allOf<T extends Type>({ resources }: Stack, type: T): [string, Resources[T]][] {
  return Object.entries(resources)
    .filter(([, one]) => one.type === type)
    .map(([id, { properties }]) => [id, properties as unknown as Resources[T]])
}

function first<T extends Type>(stack: Stack, type: T): Resources[T] | undefined {
  return allOf(stack, type)[0]?.[1]
}

/** A station at AWS that has this stack, with nothing in `~/.aws/config` of it unless `profile` is given. */
export async function openStackStation(
  stack: Stack,
  options: Pick<AwsStationOptions, 'env' | 'profile'> = {},
): Promise<AwsStation> {
  const { Region, UserPoolId, UserPoolClientId, UserPoolDomain, IdentityPoolId } = stack.outputs
  const station = await openAwsStation({
    ...options,
    region: Region!,
    accountId: ACCOUNT,
    userPoolId: UserPoolId!,
    clientId: UserPoolClientId!,
    domain: UserPoolDomain!,
    ...(IdentityPoolId === undefined ? {} : { identityPoolId: IdentityPoolId }),
  })
  Object.assign(station.emulator.settings, settingsOf(stack))
  station.configure()
  return station
}

function settingsOf(stack: Stack): Partial<EmulatorSettings> {
  const client = first(stack, 'AWS::Cognito::UserPoolClient')!
  expect(client.GenerateSecret).toBe(false)
  const { Feature, RetryGracePeriodSeconds } = client.RefreshTokenRotation
  return {
    redirectUris: client.CallbackURLs,
    logoutUris: client.LogoutURLs,
    clientScopes: client.AllowedOAuthScopes,
    rotation: Feature === 'ENABLED' ? { graceSeconds: RetryGracePeriodSeconds } : undefined,
    groups: allOf(stack, 'AWS::Cognito::UserPoolGroup').map(([, { GroupName, Precedence, RoleArn }]) => ({
      name: GroupName,
      precedence: Precedence,
      roleArn: RoleArn,
    })),
    roles: allOf(stack, 'AWS::IAM::Role').map(([id, role]) => ({
      arn: `arn:aws:iam::${ACCOUNT}:role/my-stack-${id}`,
      trustPolicy: JSON.parse(role.AssumeRolePolicyDocument) as TrustPolicy,
      ...(role.MaxSessionDuration === undefined ? {} : { maxSessionSeconds: role.MaxSessionDuration }),
    })),
    oidcProviders: allOf(stack, 'AWS::IAM::OIDCProvider').map(([, { Url, ClientIdList }]) => ({
      issuer: Url,
      clientIds: ClientIdList,
    })),
    identityPool: identityPoolOf(stack),
  }
}

function identityPoolOf(stack: Stack): EmulatorSettings['identityPool'] {
  const pool = first(stack, 'AWS::Cognito::IdentityPool')
  const attachment = first(stack, 'AWS::Cognito::IdentityPoolRoleAttachment')
  const providers = (pool?.CognitoIdentityProviders ?? []).map((one) => ({
    providerName: one.ProviderName,
    clientId: one.ClientId,
    serverSideTokenCheck: one.ServerSideTokenCheck,
  }))
  return {
    allowUnauthenticated: pool?.AllowUnauthenticatedIdentities === true,
    allowClassicFlow: pool?.AllowClassicFlow === true,
    providers,
    ...(attachment ? { authenticatedRole: attachment.Roles.authenticated } : {}),
    roleMapping: roleMappingOf(
      attachment,
      providers.map(({ providerName, clientId }) => `${providerName}:${clientId}`),
    ),
  }
}

/** A mapping counts for the provider that it names. */
function roleMappingOf(
  attachment: Resources['AWS::Cognito::IdentityPoolRoleAttachment'] | undefined,
  providers: string[],
): RoleMapping {
  const mapping = Object.values(attachment?.RoleMappings ?? {}).find(({ IdentityProvider }) =>
    providers.includes(IdentityProvider),
  )
  if (!mapping) return { kind: 'none' }
  expect(mapping.Type).toBe('Token')
  return { kind: 'token', ambiguous: mapping.AmbiguousRoleResolution }
}
