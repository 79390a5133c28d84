/** Refusals of identity pools, as observed: the first that fits explains. */
import type { Profile } from '../profile/profile.ts'
import { CLOCK_FIX } from './explanation.ts'
import { clientId, identityPoolId, identityPrincipal, issuerName, loginAnew, poolId } from './known-cause.ts'
import type { KnownCause } from './known-cause.ts'

export const IDENTITY_POOL_CAUSES: KnownCause[] = [
  {
    name: 'NotAuthorized',
    text: /not from a supported provider/i,
    explain: (profile) => ({
      what: 'the identity pool does not accept tokens of this app client',
      fix: `add user pool ${poolId(profile)} and client ${clientId(profile)} to the identity pool's identity providers`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Logins don't match/i,
    explain: (profile) => ({
      what: 'the identity pool has no identity provider that fits this sign-in',
      fix: `add user pool ${poolId(profile)} and client ${clientId(profile)} to the identity providers of ${identityPoolId(profile)}`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Issuer doesn't match providerName/i,
    explain: (profile) => ({
      what: "the identity pool knows the token's issuer under another name",
      fix: `remove cognito_logins_key, or set it to the issuer without its scheme: ${issuerName(profile)}`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Token expired/i,
    explain: () => ({
      what: 'the identity pool says that the ID token has expired',
      fix: CLOCK_FIX,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Missing a required claim: aud/i,
    explain: (profile) => ({
      what: 'the identity pool was given a token that is not an ID token',
      fix: loginAnew(profile),
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Couldn't verify signed token|Not a Cognito token/i,
    explain: (profile) => ({
      what: 'the identity pool could not verify the ID token',
      fix: `try again; if it stays, check cognito_user_pool_id (${poolId(profile)}), then ${loginAnew(profile)}`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Unauthenticated access is not supported/i,
    explain: (profile) => ({
      what: 'the identity pool lets no guests in',
      fix: `enable guest access on ${identityPoolId(profile)}, or sign in: remove cognito_guest`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /ambiguous role mapping/i,
    explain: (profile) => ({
      what: 'the token offers several roles and the identity pool is set to deny when none is preferred',
      fix: `set cognito_role_arn to one of the token's roles, give the user's groups different precedences, or change the ambiguous role resolution of ${identityPoolId(profile)}`,
    }),
  },
  {
    // With ServerSideTokenCheck the pool asks whether the person is still signed in.
    name: 'NotAuthorized',
    text: /^Not Authorized\.?$/i,
    explain: (profile) => ({
      what: 'the identity pool no longer takes this sign-in: signed out everywhere, or the user is disabled or deleted',
      fix: loginAnew(profile),
    }),
  },
  {
    name: 'InvalidIdentityPoolConfiguration',
    explain: (profile) => ({
      what: 'the identity pool could not assume the role it chose',
      fix: `assign a role to ${identityPoolId(profile)} whose trust policy allows sts:AssumeRoleWithWebIdentity (and sts:TagSession, if attributes are mapped to tags) to ${identityPrincipal(profile)} with aud ${identityPoolId(profile)} and amr ${isGuest(profile) ? 'unauthenticated' : 'authenticated'}`,
    }),
  },
  {
    name: 'InvalidParameter',
    text: /RoleMappings/i,
    explain: (profile) => ({
      what: 'the identity pool maps roles, which rules out the basic flow',
      fix: `set cognito_exchange = enhanced, or remove the role mappings of ${identityPoolId(profile)}`,
    }),
  },
  {
    name: 'InvalidParameter',
    text: /Basic \(classic\) flow is not enabled/i,
    explain: (profile) => ({
      what: 'the identity pool does not allow the basic flow',
      fix: `set cognito_exchange = enhanced, or enable the basic (classic) flow on ${identityPoolId(profile)}`,
    }),
  },
  {
    name: 'InvalidParameter',
    text: /failed to satisfy constraint/i,
    explain: (profile, { message }) => ({
      what: `the identity pool does not take a value that it was sent: ${message}`,
      fix: `check cognito_identity_pool_id (${identityPoolId(profile)}), cognito_role_arn and cognito_logins_key of profile ${profile?.name ?? 'in use'}`,
    }),
  },
  {
    name: 'ResourceNotFound',
    text: /^Identity '/,
    explain: (profile) => ({
      what: `the identity pool no longer knows this person's identity (${identityPoolId(profile)})`,
      fix: loginAnew(profile),
    }),
  },
  {
    name: 'ResourceNotFound',
    explain: (profile) => ({
      what: 'there is no such identity pool in its region',
      fix: `check cognito_identity_pool_id (${identityPoolId(profile)}): its region is the part before the colon`,
    }),
  },
  {
    name: 'ResourceConflict',
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

function isGuest(profile?: Profile): boolean {
  const exchange = profile?.exchange
  return (exchange?.kind === 'enhanced' || exchange?.kind === 'basic') && exchange.guest
}
