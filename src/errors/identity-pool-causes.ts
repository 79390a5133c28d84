/** Refusals of identity pools, as observed: the first that fits explains. */
import type { Profile } from '../profile/profile.ts'
import { withProfile } from './explanation.ts'
import {
  askedRole,
  clientId,
  identityPoolId,
  identityPoolTrust,
  isGuest,
  issuerName,
  loginAnew,
  poolId,
  profileName,
  renewToken,
} from './known-cause.ts'
import type { KnownCause } from './known-cause.ts'

export const IDENTITY_POOL_CAUSES: KnownCause[] = [
  {
    name: 'NotAuthorized',
    text: /not from a supported provider/i,
    mend: 'identity-providers',
    explain: (profile) => ({
      what: 'the identity pool does not accept tokens of this app client',
      fix: `add user pool ${poolId(profile)} and client ${clientId(profile)} to the identity pool's identity providers`,
    }),
  },
  {
    // GetId looks for a provider that fits; whoever comes after it has passed that, so the identity is what does not.
    name: 'NotAuthorized',
    operation: 'GetId',
    text: /Logins don't match/i,
    mend: 'identity-providers',
    explain: (profile) => ({
      what: 'the identity pool has no identity provider that fits this sign-in',
      fix: `add user pool ${poolId(profile)} and client ${clientId(profile)} to the identity providers of ${identityPoolId(profile)}`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Logins don't match/i,
    mend: 'sign-in',
    explain: (profile) => ({
      what: "the identity that poolkey asked for is another person's",
      fix: `try again; if it stays, ${loginAnew(profile)}`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Issuer doesn't match providerName/i,
    mend: 'logins-key',
    explain: (profile) => ({
      what: "the identity pool knows the token's issuer under another name",
      fix: loginsKeyFix(profile),
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Token expired/i,
    mend: 'sign-in',
    explain: (profile) => ({
      what: 'the identity pool says that the ID token has expired',
      fix: renewToken(profile),
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Missing a required claim: aud/i,
    mend: 'sign-in',
    explain: (profile) => ({
      what: 'the identity pool was given a token that is not an ID token',
      fix: loginAnew(profile),
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Couldn't verify signed token|Not a Cognito token/i,
    mend: 'sign-in',
    explain: (profile) => ({
      what: 'the identity pool could not verify the ID token',
      fix: `try again; if it stays, check cognito_user_pool_id (${poolId(profile)}), then ${loginAnew(profile)}`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Unauthenticated access is not supported/i,
    mend: 'guest-access',
    explain: (profile) => ({
      what: 'the identity pool lets no guests in',
      fix: `enable guest access on ${identityPoolId(profile)}, or sign in: remove cognito_guest`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /ambiguous role mapping/i,
    mend: 'role-choice',
    explain: (profile) => ({
      what: 'the identity pool finds no one role for this person and is set to deny then: no group with a role, several that rank alike, or no rule that matches',
      fix: `if ${listRoles(profile)} lists some, choose one: ${withProfile('poolkey roles use NAME', profile?.name)}; else give the person a group with a role, or change the role mapping of ${identityPoolId(profile)}`,
    }),
  },
  {
    // Seen where roles are assigned; not verified for CustomRoleArn, which other words are left to say for themselves.
    name: 'NotAuthorized',
    text: /Access to Role .* is forbidden/i,
    mend: 'role-choice',
    explain: (profile) => ({
      what: `the identity pool does not let this person have ${askedRole(profile) ?? 'that role'}`,
      fix: `remove cognito_role_arn of ${profileName(profile)}, or choose another that ${listRoles(profile)} lists, or give the person a group with that role`,
    }),
  },
  {
    // With ServerSideTokenCheck the pool asks whether the person is still signed in.
    name: 'NotAuthorized',
    text: /^Not Authorized\.?$/i,
    mend: 'sign-in',
    explain: (profile) => ({
      what: 'the identity pool no longer takes this sign-in: signed out everywhere, or the user is disabled or deleted',
      fix: loginAnew(profile),
    }),
  },
  {
    name: 'InvalidIdentityPoolConfiguration',
    mend: 'first-role',
    explain: (profile) => ({
      what: `the identity pool could not assume ${askedRole(profile) ?? (isGuest(profile) ? 'its role for guests' : 'the role it has for this person')}`,
      fix: `${roleFix(profile)} trust policy must allow sts:AssumeRoleWithWebIdentity (not sts:AssumeRole), and sts:TagSession if attributes are mapped to tags, to ${identityPoolTrust(profile)}`,
    }),
  },
  {
    name: 'InvalidParameter',
    text: /RoleMappings/i,
    mend: 'basic-flow',
    explain: (profile) => ({
      what: 'the identity pool maps roles, which rules out the basic flow',
      fix: `set cognito_exchange = enhanced, or remove the role mappings of ${identityPoolId(profile)}`,
    }),
  },
  {
    name: 'InvalidParameter',
    text: /Basic \(classic\) flow is not enabled/i,
    mend: 'basic-flow',
    explain: (profile) => ({
      what: 'the identity pool does not allow the basic flow',
      fix: `set cognito_exchange = enhanced, or enable the basic (classic) flow on ${identityPoolId(profile)}`,
    }),
  },
  {
    name: 'InvalidParameter',
    text: /at 'logins' failed to satisfy constraint/i,
    mend: 'token-claims',
    explain: () => ({
      what: 'the ID token is too long for the identity pool, which takes 50,000 characters',
      fix: "take claims out of it: look at the user pool's pre token generation trigger and the person's groups",
    }),
  },
  {
    name: 'InvalidParameter',
    text: /failed to satisfy constraint/i,
    explain: (profile, { message }) => ({
      what: `the identity pool does not take a value that it was sent: ${message}`,
      fix: `check cognito_identity_pool_id (${identityPoolId(profile)}), cognito_role_arn and cognito_logins_key of ${profileName(profile)}`,
    }),
  },
  {
    // An identity ID that is out of date is asked for anew before anybody is told: this one went in between.
    name: 'ResourceNotFound',
    text: /^Identity '/,
    explain: (profile) => ({
      what: `${isGuest(profile) ? "this guest's" : "this person's"} identity was just removed from ${identityPoolId(profile)}`,
      fix: isGuest(profile) ? 'try again' : `try again; if it stays, ${loginAnew(profile)}`,
    }),
  },
  {
    name: 'ResourceNotFound',
    mend: 'identity-pool',
    explain: (profile) => ({
      what: `there is no identity pool ${profile?.identityPool?.id ?? 'of this ID'} in ${profile?.identityPool?.region ?? 'its region'}`,
      fix: `set cognito_identity_pool_id of ${profileName(profile)} to the ID that the Cognito console shows; its region is the part before the colon`,
    }),
  },
  {
    name: 'ResourceConflict',
    mend: 'sign-in',
    explain: (profile) => ({
      what: 'this sign-in is linked to another identity already',
      fix: `unlink it from the other identity of ${identityPoolId(profile)}, then ${loginAnew(profile)}`,
    }),
  },
  {
    name: 'LimitExceeded',
    explain: (profile) => ({
      what: 'the identity pool takes no more identities',
      fix: `delete identities of ${identityPoolId(profile)} that nobody uses, or ask AWS for a higher quota`,
    }),
  },
]

// Without the setting the name comes from the token itself.
function loginsKeyFix(profile?: Profile): string {
  const key = profile?.identityPool?.loginsKey
  return key === undefined
    ? `set cognito_logins_key to the name under which ${identityPoolId(profile)} lists user pool ${poolId(profile)}`
    : `remove cognito_logins_key (${key}), or set it to the issuer without its scheme: ${issuerName(profile)}`
}

const listRoles = (profile?: Profile) => withProfile('poolkey roles', profile?.name)

/** Which role it is about, up to its trust policy. */
function roleFix(profile?: Profile): string {
  if (askedRole(profile) !== undefined) return 'that role must exist, and its'
  return isGuest(profile)
    ? 'assign the identity pool a role for guests, whose'
    : "see which role the identity pool gives this person (their group's, a rule's or its authenticated role): it must exist, and its"
}
