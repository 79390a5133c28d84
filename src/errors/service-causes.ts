/**
 * What identity pools and STS mean by their errors. The only place that reads a service's text, and only to explain:
 * nothing is decided by it. Texts and causes as observed; an unknown one is quoted as it came.
 */
import type { Profile } from '../profile/profile.ts'
import type { ErrorFacts } from './poolkey-error.ts'

export interface Cause {
  what: string
  fix: string
}

type Refusal = ErrorFacts['service-refused']

interface KnownCause {
  name: string
  text?: RegExp
  explain: (profile: Profile | undefined, refusal: Refusal) => Cause
}

/** The known cause of a refusal, with this profile's ids filled in; undefined when the text is not known. */
export function causeOf(refusal: Refusal, profile: Profile | undefined): Cause | undefined {
  const known = (refusal.service === 'STS' ? STS_CAUSES : IDENTITY_POOL_CAUSES).find(
    ({ name, text }) => name === refusal.name && (text === undefined || text.test(refusal.message)),
  )
  return known?.explain(profile, refusal)
}

const poolOf = (profile?: Profile) => profile?.signIn?.userPoolId ?? 'this user pool'
const clientOf = (profile?: Profile) => profile?.signIn?.clientId ?? 'this app client'
const identityPoolOf = (profile?: Profile) => profile?.identityPool?.id ?? 'this identity pool'
const issuerOf = (profile?: Profile) => profile?.signIn?.issuer.replace(/^https?:\/\//, '') ?? 'the issuer'

function roleOf(profile?: Profile): string {
  const exchange = profile?.exchange
  if (exchange?.kind === 'basic' || exchange?.kind === 'web-identity') return exchange.role.roleArn
  return (exchange?.kind === 'enhanced' ? exchange.roleArn : undefined) ?? 'the role'
}

const IDENTITY_POOL_CAUSES: KnownCause[] = [
  {
    name: 'NotAuthorizedException',
    text: /not from a supported provider/i,
    explain: (profile) => ({
      what: 'the identity pool does not accept tokens of this app client',
      fix: `add user pool ${poolOf(profile)} and client ${clientOf(profile)} to the identity pool's identity providers`,
    }),
  },
  {
    name: 'NotAuthorizedException',
    text: /Logins don't match/i,
    explain: (profile) => ({
      what: 'the identity pool has no identity provider that fits this sign-in',
      fix: `add user pool ${poolOf(profile)} and client ${clientOf(profile)} to the identity providers of ${identityPoolOf(profile)}`,
    }),
  },
  {
    name: 'NotAuthorizedException',
    text: /Issuer doesn't match providerName/i,
    explain: (profile) => ({
      what: "the identity pool knows the token's issuer under another name",
      fix: `remove cognito_logins_key, or set it to the issuer without its scheme: ${issuerOf(profile)}`,
    }),
  },
  {
    name: 'NotAuthorizedException',
    text: /Token expired/i,
    explain: () => ({
      what: 'the identity pool says that the ID token has expired',
      fix: "set this machine's clock, then run the command again",
    }),
  },
  {
    name: 'NotAuthorizedException',
    text: /Missing a required claim: aud/i,
    explain: () => ({
      what: 'the identity pool was given a token that is not an ID token',
      fix: 'run `poolkey login --force`',
    }),
  },
  {
    name: 'NotAuthorizedException',
    text: /Couldn't verify signed token|Not a Cognito token/i,
    explain: (profile) => ({
      what: 'the identity pool could not verify the ID token',
      fix: `run the command again; if it stays, run \`poolkey login --force\` and check cognito_user_pool_id (${poolOf(profile)})`,
    }),
  },
  {
    name: 'NotAuthorizedException',
    text: /Unauthenticated access is not supported/i,
    explain: (profile) => ({
      what: 'the identity pool lets no guests in',
      fix: `enable guest access on ${identityPoolOf(profile)}, or sign in: remove cognito_guest`,
    }),
  },
  {
    name: 'NotAuthorizedException',
    text: /ambiguous role mapping/i,
    explain: (profile) => ({
      what: 'the token offers several roles and the identity pool is set to deny when none is preferred',
      fix: `set cognito_role_arn to one of the token's roles, give the user's groups different precedences, or change the ambiguous role resolution of ${identityPoolOf(profile)}`,
    }),
  },
  {
    name: 'InvalidIdentityPoolConfigurationException',
    explain: (profile) => ({
      what: 'the identity pool could not assume the role it chose',
      fix: `give the role a trust policy for cognito-identity.amazonaws.com with sts:AssumeRoleWithWebIdentity, aud ${identityPoolOf(profile)} and amr authenticated, and check the pool's assigned roles`,
    }),
  },
  {
    name: 'InvalidParameterException',
    text: /RoleMappings/i,
    explain: (profile) => ({
      what: 'the identity pool maps roles, which rules out the basic flow',
      fix: `set cognito_exchange = enhanced, or remove the role mappings of ${identityPoolOf(profile)}`,
    }),
  },
  {
    name: 'InvalidParameterException',
    text: /Basic \(classic\) flow is not enabled/i,
    explain: (profile) => ({
      what: 'the identity pool does not allow the basic flow',
      fix: `set cognito_exchange = enhanced, or enable the basic (classic) flow on ${identityPoolOf(profile)}`,
    }),
  },
  {
    name: 'ResourceNotFoundException',
    explain: (profile) => ({
      what: 'there is no such identity pool in its region',
      fix: `check cognito_identity_pool_id (${identityPoolOf(profile)}): its region is the part before the colon`,
    }),
  },
]

const STS_CAUSES: KnownCause[] = [
  {
    name: 'AccessDenied',
    text: /AssumeRoleWithWebIdentity/i,
    explain: (profile) => ({
      what: `STS does not let this token assume ${roleOf(profile)}: no such role, or its trust policy does not match`,
      fix:
        profile?.exchange.kind === 'basic'
          ? `in the role's trust policy allow sts:AssumeRoleWithWebIdentity to cognito-identity.amazonaws.com with aud ${identityPoolOf(profile)}`
          : `in the role's trust policy allow sts:AssumeRoleWithWebIdentity to the OIDC provider ${issuerOf(profile)} with aud ${clientOf(profile)}`,
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
    name: 'ExpiredTokenException',
    explain: () => ({
      what: 'STS says that the ID token has expired',
      fix: "set this machine's clock, then run the command again",
    }),
  },
  {
    name: 'InvalidIdentityToken',
    text: /Incorrect token audience/i,
    explain: (profile) => ({
      what: 'the IAM OIDC provider does not list this app client as an audience',
      fix: `add ${clientOf(profile)} to the audiences of the IAM OIDC provider ${issuerOf(profile)}`,
    }),
  },
  {
    name: 'InvalidIdentityToken',
    text: /No OpenIDConnect provider found/i,
    explain: (profile) => ({
      what: "the role's account has no IAM OIDC provider for this user pool",
      fix: `create one: aws iam create-open-id-connect-provider --url https://${issuerOf(profile)} --client-id-list ${clientOf(profile)}`,
    }),
  },
  {
    name: 'InvalidIdentityToken',
    text: /Couldn't retrieve verification key/i,
    explain: () => ({
      what: "STS could not fetch the user pool's keys just now",
      fix: 'run the command again',
    }),
  },
  {
    name: 'ValidationError',
    text: /DurationSeconds/i,
    explain: (profile) => ({
      what: `the role does not allow so long a session: ${roleOf(profile)}`,
      fix: "lower cognito_duration_seconds, or raise the role's maximum session duration",
    }),
  },
  {
    name: 'RegionDisabledException',
    explain: (profile) => ({
      what: `STS is not active in ${profile?.region ?? 'this region'} for the role's account`,
      fix: "activate the region in the account's STS settings, or set another region",
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
