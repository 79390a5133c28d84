/**
 * The trust policies that roles need, as IAM's JSON, and whom a profile's exchange needs to be trusted. Pure.
 * Sources: Cognito Developer Guide, "Role trust and permissions"; IAM User Guide, "Creating a role for OpenID Connect
 * federation".
 */
import { askedRole } from '../errors/known-cause.ts'
import { identityPoolPrincipalOf, partitionOf } from '../profile/partition.ts'
import type { Profile } from '../profile/profile.ts'
import { providerNameOf } from '../provider-name.ts'

/** A trust policy in IAM's own spelling; `Version` and `Statement` are all that poolkey writes. */
export interface TrustPolicy {
  Version: '2012-10-17'
  Statement: {
    Effect: 'Allow'
    Principal: Record<string, string>
    Action: string | string[]
    Condition?: Record<string, Record<string, string>>
  }[]
}

/** What a role must trust to be assumed as a profile asks for it. ARNs, ids and names are IAM's. */
export type TrustNeed = IdentityPoolNeed | WebIdentityNeed | ChainNeed

interface NamedSession {
  /** Name that the role session is to have, where it is known. */
  sessionName?: string
}

/** An identity pool hands the role out, or gives the token it is assumed with (enhanced and basic exchange). */
export interface IdentityPoolNeed extends NamedSession {
  kind: 'identity-pool'
  /** Also the prefix of the condition keys. */
  principal: string
  identityPoolId: string
  amr: 'authenticated' | 'unauthenticated'
  /** The Logins key of the user pool, which `amr` holds, too; undefined for guests. */
  loginsKey: string | undefined
}

/** The role is assumed with the user pool's ID token itself. */
export interface WebIdentityNeed extends NamedSession {
  kind: 'web-identity'
  providerArn: string
  /** The issuer without its scheme: the prefix of the condition keys. */
  providerName: string
  clientId: string
}

/** The role is assumed with another role's credentials. */
export interface ChainNeed extends NamedSession {
  kind: 'chain'
  firstRoleArn: string
  /** Name of the first role's session, where it is known. */
  firstSessionName?: string
  externalId: string | undefined
}

/** What Cognito calls every session of the enhanced flow. */
export const ENHANCED_SESSION_NAME = 'CognitoIdentityCredentials'

/** The policy that gives exactly what is needed. */
export function trustPolicyFor(need: TrustNeed): TrustPolicy {
  switch (need.kind) {
    case 'identity-pool':
      return policy({
        Principal: { Federated: need.principal },
        // Principal tags are mapped from the claims of those who signed in; guests have none.
        Action:
          need.amr === 'authenticated'
            ? ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession']
            : 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${need.principal}:aud`]: need.identityPoolId },
          'ForAnyValue:StringLike': { [`${need.principal}:amr`]: need.amr },
        },
      })
    case 'web-identity':
      return policy({
        Principal: { Federated: need.providerArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${need.providerName}:aud`]: need.clientId } },
      })
    case 'chain':
      return policy({
        Principal: { AWS: need.firstRoleArn },
        Action: 'sts:AssumeRole',
        ...(need.externalId === undefined
          ? {}
          : { Condition: { StringEquals: { 'sts:ExternalId': need.externalId } } }),
      })
  }
}

/** Whom the profile's first role must trust; undefined for a profile that only signs in. */
export function firstRoleNeed(profile: Profile): IdentityPoolNeed | WebIdentityNeed | undefined {
  const { exchange, identityPool, signIn } = profile
  switch (exchange.kind) {
    case 'none':
      return undefined
    case 'enhanced':
    case 'basic':
      return (
        identityPool && {
          kind: 'identity-pool',
          principal: identityPoolPrincipalOf(identityPool.region).name,
          identityPoolId: identityPool.id,
          amr: exchange.guest ? 'unauthenticated' : 'authenticated',
          loginsKey: signIn && (identityPool.loginsKey ?? providerNameOf(signIn.issuer)),
          ...firstSession(profile),
        }
      )
    case 'web-identity': {
      if (!signIn) return undefined
      const providerName = providerNameOf(signIn.issuer)
      const { partition, accountId } = partsOf(exchange.role.roleArn)
      return {
        kind: 'web-identity',
        providerArn: `arn:${partition}:iam::${accountId}:oidc-provider/${providerName}`,
        providerName,
        clientId: signIn.clientId,
        ...firstSession(profile),
      }
    }
  }
}

/** The first role's session, where its name does not hang on who signs in. */
function firstSession({ exchange }: Profile): NamedSession {
  switch (exchange.kind) {
    case 'none':
      return {}
    case 'enhanced':
      return { sessionName: ENHANCED_SESSION_NAME }
    case 'basic':
    case 'web-identity': {
      const { sessionName } = exchange.role
      return sessionName === undefined ? {} : { sessionName }
    }
  }
}

/** Whom the second role must trust; undefined where there is none, or the identity pool alone knows the first one. */
export function secondRoleNeed(profile: Profile): ChainNeed | undefined {
  const firstRoleArn = askedRole(profile)
  if (!profile.chain || firstRoleArn === undefined) return undefined
  const { externalId, sessionName } = profile.chain
  const { sessionName: firstSessionName } = firstSession(profile)
  return {
    ...{ kind: 'chain', firstRoleArn, externalId },
    ...(firstSessionName === undefined ? {} : { firstSessionName }),
    ...(sessionName === undefined ? {} : { sessionName }),
  }
}

/** What somebody who puts the policy in place must know of it. */
export function trustWarnings(need: TrustNeed, profile: Profile): string[] {
  switch (need.kind) {
    case 'chain':
      return []
    case 'web-identity':
      return [
        `everybody who can sign in to app client ${need.clientId} can assume this role: trust in a user pool cannot see groups; where groups decide, use an identity pool, or an app client for each role`,
      ]
    case 'identity-pool': {
      const region = profile.identityPool?.region ?? ''
      const warnings = identityPoolPrincipalOf(region).isDocumented
        ? []
        : [
            `for ${partitionOf(region)} no documentation names another principal than the commercial ${need.principal}, and it was not tried there`,
          ]
      if (profile.exchange.kind === 'basic' && need.amr === 'authenticated') {
        warnings.push(
          'in the basic flow everybody who signs in to the identity pool can assume every role that trusts it so, whatever their groups',
        )
      }
      return warnings
    }
  }
}

function policy(statement: Omit<TrustPolicy['Statement'][number], 'Effect'>): TrustPolicy {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] }
}

/** The OIDC provider is in the account of the role that trusts it. */
function partsOf(roleArn: string): { partition: string; accountId: string } {
  const [, partition = 'aws', , , accountId = ''] = roleArn.split(':')
  return { partition, accountId }
}
