/** Refusals of STS, as observed: the first that fits explains. */
import type { Profile } from '../profile/profile.ts'
import { CLOCK_FIX } from './explanation.ts'
import { clientId, identityPoolId, identityPrincipal, issuerName, loginAnew } from './known-cause.ts'
import type { KnownCause } from './known-cause.ts'

export const SECURITY_TOKEN_CAUSES: KnownCause[] = [
  {
    name: 'AccessDenied',
    text: /AssumeRoleWithWebIdentity/i,
    explain: (profile) => ({
      what: `STS does not let this token assume ${roleOf(profile)}: no such role, or its trust policy does not match`,
      fix:
        profile?.exchange.kind === 'basic'
          ? `in the role's trust policy allow sts:AssumeRoleWithWebIdentity to ${identityPrincipal(profile)} with aud ${identityPoolId(profile)}`
          : `in the role's trust policy allow sts:AssumeRoleWithWebIdentity to the OIDC provider ${issuerName(profile)} with aud ${clientId(profile)}`,
    }),
  },
  {
    name: 'AccessDenied',
    text: /AssumeRole/i,
    explain: (profile) => ({
      what: `the first role may not assume ${profile?.chain?.roleArn ?? 'the second role'}`,
      fix: "allow it in both: sts:AssumeRole in the first role's permissions, and the first role as principal in the second role's trust policy (with its external ID, if it asks for one)",
    }),
  },
  {
    name: 'ExpiredToken',
    text: /too old/i,
    explain: (profile) => ({ what: 'the ID token is too old for STS', fix: loginAnew(profile) }),
  },
  {
    name: 'ExpiredToken',
    explain: () => ({
      what: 'STS says that the ID token has expired',
      fix: CLOCK_FIX,
    }),
  },
  {
    name: 'InvalidIdentityToken',
    text: /Incorrect token audience/i,
    explain: (profile) => ({
      what: 'the IAM OIDC provider does not list this app client as an audience',
      fix: `add ${clientId(profile)} to the audiences of the IAM OIDC provider ${issuerName(profile)}`,
    }),
  },
  {
    name: 'InvalidIdentityToken',
    text: /No OpenIDConnect provider found/i,
    explain: (profile) => ({
      what: "the role's account has no IAM OIDC provider for this user pool",
      fix: `create one: aws iam create-open-id-connect-provider --url https://${issuerName(profile)} --client-id-list ${clientId(profile)}`,
    }),
  },
  {
    name: 'InvalidIdentityToken',
    text: /Couldn't retrieve verification key/i,
    explain: () => ({
      what: "STS could not fetch the user pool's keys just now",
      fix: 'try again',
    }),
  },
  {
    name: 'IDPRejectedClaim',
    explain: (profile) => ({
      what: 'STS was told that the ID token is invalid, expired or revoked',
      fix: loginAnew(profile),
    }),
  },
  {
    name: 'ValidationError',
    text: /DurationSeconds/i,
    explain: (profile, { operation }) =>
      operation === 'AssumeRole'
        ? {
            what: `the second role does not allow so long a session: ${profile?.chain?.roleArn ?? 'the second role'}`,
            fix: 'lower cognito_chain_duration_seconds (duration_seconds, where AWS chains): 3600 at most',
          }
        : {
            what: `the role does not allow so long a session: ${roleOf(profile)}`,
            fix: "lower cognito_duration_seconds, or raise the role's maximum session duration",
          },
  },
  {
    name: 'ValidationError',
    text: /RoleSessionName/i,
    explain: (_, { operation }) => ({
      what: 'STS does not take the name of the role session',
      fix: `set ${operation === 'AssumeRole' ? 'cognito_chain_session_name' : 'cognito_role_session_name'} to 2 to 64 letters, digits or any of _ + = , . @ -`,
    }),
  },
  {
    name: 'RegionDisabled',
    explain: (profile) => ({
      what: `STS is not active in ${profile?.region ?? 'this region'} for the role's account`,
      fix: "activate that region in the account's STS settings, or set another region in the profile",
    }),
  },
  {
    name: 'MalformedPolicyDocument',
    explain: () => ({ what: 'STS cannot read the session policy', fix: 'correct cognito_session_policy' }),
  },
  {
    name: 'PackedPolicyTooLarge',
    explain: () => ({
      what: 'the session policy and policy ARNs are too large together',
      fix: 'shorten cognito_session_policy or cognito_policy_arns',
    }),
  },
]

function roleOf(profile?: Profile): string {
  const exchange = profile?.exchange
  if (exchange?.kind === 'basic' || exchange?.kind === 'web-identity') return exchange.role.roleArn
  return (exchange?.kind === 'enhanced' ? exchange.roleArn : undefined) ?? 'the role'
}
