/** Mistakes that the identity pool refuses. */
import type { EmulatorOptions } from '../../../src/emulator/emulator.ts'
import { answerWithIdentity, askFor, checkServerSide, identityOfAnother, trustOf } from './mistakes.ts'
import {
  BASIC,
  CLIENT,
  GONE,
  GUEST,
  IDENTITY_POOL,
  ISSUER,
  OTHER_POOL,
  PEOPLE,
  POOL,
  ROLE,
  SIGN_IN_ANEW,
  government,
} from './row.ts'
import type { Row } from './row.ts'

const DENYING: EmulatorOptions = { identityPool: { roleMapping: { kind: 'token', ambiguous: 'Deny' } } }

const NO_MATCH =
  "Logins don't match. Please include at least one valid login for this identity or identity pool."
const BY_POOL = 'GetCredentialsForIdentity'
const NO_USABLE_ROLE = {
  operation: BY_POOL,
  code: 'InvalidIdentityPoolConfigurationException',
  says: 'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
}
const AMBIGUOUS = {
  operation: BY_POOL,
  code: 'NotAuthorizedException',
  says: 'The ambiguous role mapping rules for: <identity> denied this request.',
}
const IDENTITY_GONE = {
  operation: BY_POOL,
  code: 'ResourceNotFoundException',
  says: `Identity '${GONE}' not found.`,
}
const refusedLogin = (says: string) => ({ operation: 'GetId', code: 'NotAuthorizedException', says })

const COULD_NOT = 'the identity pool could not assume the role it has for this person'
const ITS_TRUST =
  'trust policy must allow sts:AssumeRoleWithWebIdentity (not sts:AssumeRole), and sts:TagSession if attributes are mapped to tags, to'
const GO_AND_SEE = `see which role the identity pool gives this person (their group's, a rule's or its authenticated role): it must exist, and its ${ITS_TRUST}`
const NO_ONE_ROLE =
  'the identity pool finds no one role for this person and is set to deny then: no group with a role, several that rank alike, or no rule that matches'
const FIND_A_ROLE = `if poolkey roles --profile dev lists some, choose one: poolkey roles use NAME --profile dev; else give the person a group with a role, or change the role mapping of ${IDENTITY_POOL}`

export const IDENTITY_POOL_ROWS: Row[] = [
  {
    mistake: 'an app client that the identity pool does not list',
    covers: ['2.5 pool and client not configured', '3.6 client not on the identity pool'],
    spoil: ({ settings }) => (settings.identityPool.providers[0]!.clientId = 'another-client'),
    refused: refusedLogin('Token is not from a supported provider of this identity pool.'),
    what: 'the identity pool does not accept tokens of this app client',
    fix: `add user pool ${POOL} and client ${CLIENT} to the identity pool's identity providers`,
  },
  {
    mistake: 'an identity pool without identity providers',
    covers: ['2.5 no authentication provider'],
    emulator: { identityPool: { providers: [] } },
    refused: refusedLogin(NO_MATCH),
    what: 'the identity pool has no identity provider that fits this sign-in',
    fix: `add user pool ${POOL} and client ${CLIENT} to the identity providers of ${IDENTITY_POOL}`,
  },
  {
    mistake: "an identity that turns out to be somebody else's",
    covers: ["2.5 another person's cached identity"],
    later: async (emulator) => {
      answerWithIdentity(emulator, await identityOfAnother(emulator))
    },
    refused: { operation: BY_POOL, code: 'NotAuthorizedException', says: NO_MATCH },
    what: "the identity that poolkey asked for is another person's",
    fix: `try again; if it stays, ${SIGN_IN_ANEW}`,
  },
  {
    mistake: 'cognito_logins_key with another region',
    covers: ['2.5 wrong Logins key', '3.6 wrong region in the Logins key'],
    keys: () => ({ cognito_logins_key: `cognito-idp.us-east-1.amazonaws.com/${POOL}` }),
    refused: refusedLogin("Invalid login token. Issuer doesn't match providerName"),
    what: "the identity pool knows the token's issuer under another name",
    fix: `remove cognito_logins_key (cognito-idp.us-east-1.amazonaws.com/${POOL}), or set it to the issuer without its scheme: ${ISSUER}`,
  },
  {
    mistake: 'an issuer that the identity pool knows under another name',
    covers: ['2.5 wrong Logins key'],
    fault: { status: 400 },
    refused: refusedLogin("Invalid login token. Issuer doesn't match providerName"),
    what: "the identity pool knows the token's issuer under another name",
    fix: `set cognito_logins_key to the name under which ${IDENTITY_POOL} lists user pool ${POOL}`,
  },
  {
    mistake: 'an access token in place of the ID token',
    covers: ['2.5 access token', '3.6 access token in Logins'],
    forge: { idToken: 'access-token' },
    refused: refusedLogin('Invalid login token. Missing a required claim: aud'),
    what: 'the identity pool was given a token that is not an ID token',
    fix: SIGN_IN_ANEW,
  },
  {
    mistake: 'an ID token that is over',
    covers: ['2.5 stale ID token', '3.6 stale ID token, identity pool'],
    later: (_, advance) => {
      advance(3600)
    },
    refused: refusedLogin('Invalid login token. Token expired: <now> >= <exp>'),
    what: 'the identity pool says that the ID token has expired',
    fix: `check this machine's clock; if it is right, ${SIGN_IN_ANEW}`,
  },
  {
    mistake: 'an ID token signed with a key that is no more',
    covers: ['2.5 signature'],
    later: (emulator) => emulator.rotateSigningKeys(),
    refused: refusedLogin("Invalid login token. Couldn't verify signed token."),
    what: 'the identity pool could not verify the ID token',
    fix: `try again; if it stays, check cognito_user_pool_id (${POOL}), then ${SIGN_IN_ANEW}`,
  },
  {
    mistake: 'an identity pool that cannot verify just now',
    covers: ['2.5 signature, transient'],
    fault: { status: 400 },
    refused: {
      operation: BY_POOL,
      code: 'NotAuthorizedException',
      says: "Invalid login token. Couldn't verify signed token.",
    },
    what: 'the identity pool could not verify the ID token',
    fix: `try again; if it stays, check cognito_user_pool_id (${POOL}), then ${SIGN_IN_ANEW}`,
  },
  {
    mistake: 'a token for another use',
    covers: ['2.5 wrong token'],
    forge: { claims: { token_use: 'access' } },
    refused: refusedLogin('Invalid login token. Not a Cognito token.'),
    what: 'the identity pool could not verify the ID token',
    fix: `try again; if it stays, check cognito_user_pool_id (${POOL}), then ${SIGN_IN_ANEW}`,
  },
  {
    mistake: 'a guest where there may be none',
    covers: ['2.5 guests off'],
    keys: GUEST,
    refused: refusedLogin('Unauthenticated access is not supported for this identity pool.'),
    what: 'the identity pool lets no guests in',
    fix: `enable guest access on ${IDENTITY_POOL}, or sign in: remove cognito_guest`,
  },
  {
    mistake: 'somebody signed out everywhere, where the identity pool checks',
    covers: ['2.5 signed out globally'],
    spoil: checkServerSide,
    later: (emulator) => {
      emulator.revokeAllSessions()
    },
    refused: refusedLogin('Not Authorized'),
    what: 'the identity pool no longer takes this sign-in: signed out everywhere, or the user is disabled or deleted',
    fix: SIGN_IN_ANEW,
  },
  {
    mistake: 'a user deleted since, where the identity pool checks',
    covers: ['2.5 user deleted'],
    spoil: checkServerSide,
    later: ({ settings }) => (settings.users = []),
    refused: refusedLogin('Not Authorized'),
    what: 'the identity pool no longer takes this sign-in: signed out everywhere, or the user is disabled or deleted',
    fix: SIGN_IN_ANEW,
  },
  {
    mistake: 'groups of the same precedence, where the identity pool denies',
    covers: ['2.5 ambiguous roles'],
    emulator: DENYING,
    spoil: ({ settings }) => {
      settings.groups.forEach((group) => (group.precedence = 5))
    },
    refused: AMBIGUOUS,
    what: NO_ONE_ROLE,
    fix: FIND_A_ROLE,
  },
  {
    mistake: 'no group with a role, where the identity pool denies',
    covers: ['2.5 ambiguous roles'],
    emulator: DENYING,
    spoil: ({ settings }) => (settings.users[0]!.groups = []),
    refused: AMBIGUOUS,
    what: NO_ONE_ROLE,
    fix: FIND_A_ROLE,
  },
  {
    mistake: 'rules of which none matches, where the identity pool denies',
    covers: ['2.5 ambiguous roles'],
    emulator: { identityPool: { roleMapping: { kind: 'rules', ambiguous: 'Deny', rules: [] } } },
    refused: AMBIGUOUS,
    what: NO_ONE_ROLE,
    fix: FIND_A_ROLE,
  },
  {
    mistake: 'a role that the token does not offer',
    covers: ['2.4 CustomRoleArn not in cognito:roles'],
    keys: ({ roles }) => ({ cognito_role_arn: roles.authenticated }),
    refused: {
      operation: BY_POOL,
      code: 'NotAuthorizedException',
      says: `Access to Role '${ROLE}Authenticated' is forbidden.`,
    },
    what: `the identity pool does not let this person have ${ROLE}Authenticated`,
    fix: 'remove cognito_role_arn of profile dev, or choose another that poolkey roles --profile dev lists, or give the person a group with that role',
  },
  {
    mistake: 'an identity pool without a role',
    covers: ['2.5 no role'],
    emulator: { identityPool: { roleMapping: { kind: 'none' } } },
    spoil: ({ settings }) => delete settings.identityPool.authenticatedRole,
    refused: NO_USABLE_ROLE,
    what: COULD_NOT,
    fix: `${GO_AND_SEE} ${PEOPLE}`,
  },
  {
    mistake: 'an identity pool without a role for guests',
    covers: ['2.5 no role'],
    emulator: { identityPool: { allowUnauthenticated: true } },
    keys: GUEST,
    spoil: ({ settings }) => delete settings.identityPool.unauthenticatedRole,
    refused: NO_USABLE_ROLE,
    what: 'the identity pool could not assume its role for guests',
    fix: `assign the identity pool a role for guests, whose ${ITS_TRUST} cognito-identity.amazonaws.com with aud ${IDENTITY_POOL} and amr unauthenticated`,
  },
  {
    mistake: 'a trust policy for another identity pool, role chosen by the token',
    covers: ['2.5 trust policy: aud', '3.6 trust aud wrong, enhanced'],
    spoil: (emulator) => {
      askFor(emulator, emulator.roles.admin, {
        key: 'cognito-identity.amazonaws.com:aud',
        value: 'eu-west-1:other',
      })
    },
    refused: NO_USABLE_ROLE,
    what: COULD_NOT,
    fix: `${GO_AND_SEE} ${PEOPLE}`,
  },
  {
    mistake: 'a trust policy for guests, of a role that the profile asks for',
    covers: ['2.5 trust policy: amr'],
    keys: ({ roles }) => ({ cognito_role_arn: roles.editor }),
    spoil: (emulator) => {
      askFor(emulator, emulator.roles.editor, {
        key: 'cognito-identity.amazonaws.com:amr',
        value: 'unauthenticated',
      })
    },
    refused: NO_USABLE_ROLE,
    what: `the identity pool could not assume ${ROLE}Editor`,
    fix: `that role must exist, and its ${ITS_TRUST} ${PEOPLE}`,
  },
  {
    mistake: 'a trust policy that allows sts:AssumeRole',
    covers: ['2.5 trust policy: sts:AssumeRole'],
    spoil: (emulator) => (trustOf(emulator, emulator.roles.admin).Action = 'sts:AssumeRole'),
    refused: NO_USABLE_ROLE,
    what: COULD_NOT,
    fix: `${GO_AND_SEE} ${PEOPLE}`,
  },
  {
    mistake: 'attributes mapped to tags, without sts:TagSession',
    covers: ['2.5 trust policy: no sts:TagSession'],
    emulator: { identityPool: { principalTags: { username: 'cognito:username' } } },
    spoil: (emulator) => (trustOf(emulator, emulator.roles.admin).Action = 'sts:AssumeRoleWithWebIdentity'),
    refused: NO_USABLE_ROLE,
    what: COULD_NOT,
    fix: `${GO_AND_SEE} ${PEOPLE}`,
  },
  {
    mistake: 'a trust policy with the principal of other partitions, in us-gov-west-1',
    covers: ['2.5 trust policy: aud'],
    emulator: government('us-gov-west-1'),
    spoil: (emulator) =>
      (trustOf(emulator, emulator.roles.admin).Principal = { Federated: 'cognito-identity.amazonaws.com' }),
    refused: NO_USABLE_ROLE,
    what: COULD_NOT,
    fix: `${GO_AND_SEE} cognito-identity-us-gov.amazonaws.com with aud us-gov-west-1:11111111-2222-3333-4444-555555555555 and amr authenticated`,
  },
  {
    mistake: 'a trust policy with the principal of other partitions, in us-gov-east-1',
    covers: ['2.5 trust policy: aud'],
    emulator: government('us-gov-east-1'),
    spoil: (emulator) =>
      (trustOf(emulator, emulator.roles.admin).Principal = { Federated: 'cognito-identity.amazonaws.com' }),
    refused: NO_USABLE_ROLE,
    what: COULD_NOT,
    fix: `${GO_AND_SEE} cognito-identity.us-gov-east-1.amazonaws.com with aud us-gov-east-1:11111111-2222-3333-4444-555555555555 and amr authenticated`,
  },
  {
    mistake: 'the basic flow where it is not enabled',
    covers: ['2.3 basic flow not enabled', '3.6 classic flow disabled'],
    keys: BASIC,
    refused: {
      operation: 'GetOpenIdToken',
      code: 'InvalidParameterException',
      says: 'Basic (classic) flow is not enabled, please use enhanced flow.',
    },
    what: 'the identity pool does not allow the basic flow',
    fix: `set cognito_exchange = enhanced, or enable the basic (classic) flow on ${IDENTITY_POOL}`,
  },
  {
    mistake: 'the basic flow beside role mappings',
    covers: ['2.3 basic flow with role mappings', '3.6 classic flow disabled'],
    emulator: { identityPool: { allowClassicFlow: true } },
    keys: BASIC,
    refused: {
      operation: 'GetOpenIdToken',
      code: 'InvalidParameterException',
      says: 'Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.',
    },
    what: 'the identity pool maps roles, which rules out the basic flow',
    fix: `set cognito_exchange = enhanced, or remove the role mappings of ${IDENTITY_POOL}`,
  },
  {
    mistake: 'an ID token with too many claims',
    covers: [],
    forge: { claims: { 'custom:notes': 'x'.repeat(40_000) } },
    refused: {
      operation: 'GetId',
      code: 'InvalidParameterException',
      says: "1 validation error detected: Value 'map' at 'logins' failed to satisfy constraint: <rule>",
    },
    what: 'the ID token is too long for the identity pool, which takes 50,000 characters',
    fix: "take claims out of it: look at the user pool's pre token generation trigger and the person's groups",
  },
  {
    mistake: 'an identity pool ID of another form',
    covers: ['2.5 constraint'],
    adjust: (profile) => ({ ...profile, identityPool: { ...profile.identityPool!, id: 'My_Pool' } }),
    refused: {
      operation: 'GetId',
      code: 'InvalidParameterException',
      says: "1 validation error detected: Value 'My_Pool' at 'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+",
    },
    what: "the identity pool does not take a value that it was sent: 1 validation error detected: Value 'My_Pool' at 'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+",
    fix: 'check cognito_identity_pool_id (My_Pool), cognito_role_arn and cognito_logins_key of profile dev',
  },
  {
    mistake: 'the ID of an identity pool that is not there',
    covers: ['2.5 wrong identity pool ID'],
    keys: () => ({ cognito_identity_pool_id: OTHER_POOL }),
    refused: {
      operation: 'GetId',
      code: 'ResourceNotFoundException',
      says: `IdentityPool '${OTHER_POOL}' not found.`,
    },
    what: `there is no identity pool ${OTHER_POOL} in eu-west-1`,
    fix: 'set cognito_identity_pool_id of profile dev to the ID that the Cognito console shows; its region is the part before the colon',
  },
  {
    mistake: "an identity pool's ID with another region",
    covers: ['2.5 wrong identity pool region'],
    keys: () => ({ cognito_identity_pool_id: IDENTITY_POOL.replace('eu-west-1', 'us-east-1') }),
    refused: {
      operation: 'GetId',
      code: 'ResourceNotFoundException',
      says: `IdentityPool '${IDENTITY_POOL.replace('eu-west-1', 'us-east-1')}' not found.`,
    },
    what: 'there is no identity pool us-east-1:11111111-2222-3333-4444-555555555555 in us-east-1',
    fix: 'set cognito_identity_pool_id of profile dev to the ID that the Cognito console shows; its region is the part before the colon',
  },
  {
    mistake: 'an identity removed while it is used',
    covers: ['2.5 identity gone'],
    later: (emulator) => {
      answerWithIdentity(emulator, GONE)
    },
    refused: IDENTITY_GONE,
    what: `this person's identity was just removed from ${IDENTITY_POOL}`,
    fix: `try again; if it stays, ${SIGN_IN_ANEW}`,
  },
  {
    mistake: "a guest's identity removed while it is used",
    covers: ['2.5 identity gone'],
    emulator: { identityPool: { allowUnauthenticated: true } },
    keys: GUEST,
    later: (emulator) => {
      answerWithIdentity(emulator, GONE)
    },
    refused: IDENTITY_GONE,
    what: `this guest's identity was just removed from ${IDENTITY_POOL}`,
    fix: 'try again',
  },
  {
    mistake: 'a login linked to another identity',
    covers: ['2.5 login linked elsewhere'],
    fault: { status: 400 },
    refused: {
      operation: BY_POOL,
      code: 'ResourceConflictException',
      says: 'Logins are already linked to another identity.',
    },
    what: 'this sign-in is linked to another identity already',
    fix: `unlink it from the other identity of ${IDENTITY_POOL}, then ${SIGN_IN_ANEW}`,
  },
  {
    mistake: 'a full identity pool',
    covers: ['2.5 limit exceeded'],
    fault: { status: 400 },
    refused: { operation: 'GetId', code: 'LimitExceededException', says: 'Too many identities.' },
    what: 'the identity pool takes no more identities',
    fix: `delete identities of ${IDENTITY_POOL} that nobody uses, or ask AWS for a higher quota`,
  },
]
