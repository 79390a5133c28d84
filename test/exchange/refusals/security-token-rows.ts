/** Mistakes that STS refuses. */
import { askFor, trustOf } from './mistakes.ts'
import {
  BASIC,
  CHAINED,
  CLASSIC,
  CLIENT,
  DIRECT,
  GUEST,
  IDENTITY_POOL,
  ISSUER,
  PEOPLE,
  POOL,
  ROLE,
  SECOND_ROLE,
  SIGN_IN_ANEW,
  government,
} from './row.ts'
import type { Row } from './row.ts'

const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`

const WITH_TOKEN = 'AssumeRoleWithWebIdentity'
const DENIED = {
  operation: WITH_TOKEN,
  code: 'AccessDenied',
  says: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
}
const NO_KEY =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"

const LET_ASSUME =
  "if cognito_role_arn is right, let that role's trust policy allow sts:AssumeRoleWithWebIdentity (not sts:AssumeRole) to"
const IF_TAGGED =
  ', and sts:TagSession or sts:SetSourceIdentity if a trigger puts tags or a source identity into the token'

export const SECURITY_TOKEN_ROWS: Row[] = [
  {
    mistake: 'an ID token that is over',
    covers: ['3.3 token expired', '3.6 stale ID token, direct STS'],
    keys: DIRECT,
    later: (_, advance) => {
      advance(3600)
    },
    refused: {
      operation: WITH_TOKEN,
      code: 'ExpiredTokenException',
      says: 'Token expired: current date/time <now> must be before the expiration date/time <exp>',
    },
    what: 'STS says that the ID token has expired',
    fix: `check this machine's clock; if it is right, ${SIGN_IN_ANEW}`,
  },
  {
    mistake: 'a token older than STS likes',
    covers: ['3.3 token too old'],
    keys: DIRECT,
    fault: { status: 400 },
    refused: {
      operation: WITH_TOKEN,
      code: 'ExpiredTokenException',
      says: 'Token too old: 441398',
    },
    what: 'the ID token is too old for STS',
    fix: SIGN_IN_ANEW,
  },
  {
    mistake: "the first role's credentials over before the second is assumed",
    covers: [],
    emulator: { credentialsSeconds: 0 },
    keys: CHAINED,
    refused: {
      operation: 'AssumeRole',
      code: 'ExpiredToken',
      says: 'The security token included in the request is expired',
    },
    what: "STS says that the first role's credentials have expired",
    fix: "check this machine's clock, then try again",
  },
  {
    mistake: 'an app client that the IAM OIDC provider does not list',
    covers: ['3.3 audience', '3.6 aud not in the OIDC provider'],
    keys: DIRECT,
    spoil: ({ settings }) => (settings.oidcProviders[0]!.clientIds = ['another-client']),
    refused: {
      operation: WITH_TOKEN,
      code: 'InvalidIdentityToken',
      says: 'Incorrect token audience',
    },
    what: `the IAM OIDC provider does not list app client ${CLIENT} as an audience`,
    fix: `run: aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${PROVIDER} --client-id ${CLIENT}`,
  },
  {
    mistake: 'an account without an IAM OIDC provider',
    covers: ['3.3 no provider', '3.6 no OIDC provider'],
    emulator: { oidcProviders: [] },
    keys: DIRECT,
    refused: {
      operation: WITH_TOKEN,
      code: 'InvalidIdentityToken',
      says: `No OpenIDConnect provider found in your account for https://${ISSUER}`,
    },
    what: 'account 111122223333 has no IAM OIDC provider for this user pool',
    fix: `if that account is right, run there: aws iam create-open-id-connect-provider --url https://${ISSUER} --client-id-list ${CLIENT}`,
  },
  {
    mistake: 'a user pool that has changed to its other issuer since',
    covers: ['3.3 no provider'],
    emulator: {
      issuer: `https://issuer-${ISSUER}`,
      oidcProviders: [{ issuer: `https://${ISSUER}`, clientIds: [CLIENT] }],
    },
    keys: (emulator) => ({ ...DIRECT(emulator), cognito_issuer: `https://${ISSUER}` }),
    refused: {
      operation: WITH_TOKEN,
      code: 'InvalidIdentityToken',
      says: `No OpenIDConnect provider found in your account for https://issuer-${ISSUER}`,
    },
    what: 'account 111122223333 has no IAM OIDC provider for this user pool',
    fix: `if that account is right, run there: aws iam create-open-id-connect-provider --url https://issuer-${ISSUER} --client-id-list ${CLIENT}`,
  },
  {
    mistake: 'keys that STS has not fetched, or that are no more',
    covers: ['3.3 verification key'],
    keys: DIRECT,
    later: (emulator) => emulator.rotateSigningKeys(),
    refused: { operation: WITH_TOKEN, code: 'InvalidIdentityToken', says: NO_KEY },
    what: "STS could not fetch the user pool's keys just now, or they do not hold the token's",
    fix: `try again; if it stays, check that https://${ISSUER}/.well-known/jwks.json can be reached from the internet, then ${SIGN_IN_ANEW}`,
  },
  {
    mistake: 'an access token in place of the ID token',
    covers: [],
    keys: DIRECT,
    forge: { idToken: 'access-token' },
    refused: {
      operation: WITH_TOKEN,
      code: 'InvalidIdentityToken',
      says: 'Missing a required claim: aud',
    },
    what: 'STS does not take the ID token: Missing a required claim: aud',
    fix: `check cognito_user_pool_id (${POOL}) and cognito_issuer of profile dev, then ${SIGN_IN_ANEW}`,
  },
  {
    mistake: 'a claim that the identity provider rejects',
    covers: ['3.3 claim rejected'],
    keys: DIRECT,
    fault: { status: 403 },
    refused: {
      operation: WITH_TOKEN,
      code: 'IDPRejectedClaim',
      says: 'The identity provider rejected the claim.',
    },
    what: 'STS was told that the ID token is invalid, expired or revoked',
    fix: SIGN_IN_ANEW,
  },
  {
    mistake: 'a role that is not there, direct',
    covers: ['3.3 role missing'],
    keys: (emulator) => ({ ...DIRECT(emulator), cognito_role_arn: `${ROLE}Typo` }),
    refused: DENIED,
    what: `STS does not let this token assume ${ROLE}Typo: no such role, or its trust policy does not match`,
    fix: `${LET_ASSUME} ${PROVIDER} with aud ${CLIENT}${IF_TAGGED}`,
  },
  {
    mistake: 'a trust policy for another app client, direct',
    covers: ['3.3 trust policy or conditions', '3.6 trust aud wrong, direct'],
    keys: DIRECT,
    spoil: (emulator) => {
      askFor(emulator, emulator.roles.webIdentity, { key: `${ISSUER}:aud`, value: 'another-client' })
    },
    refused: DENIED,
    what: `STS does not let this token assume ${ROLE}WebIdentity: no such role, or its trust policy does not match`,
    fix: `${LET_ASSUME} ${PROVIDER} with aud ${CLIENT}${IF_TAGGED}`,
  },
  {
    mistake: 'a role for identity pools, direct',
    covers: ['3.3 trust policy or conditions'],
    keys: (emulator) => ({ ...DIRECT(emulator), cognito_role_arn: emulator.roles.admin }),
    refused: DENIED,
    what: `STS does not let this token assume ${ROLE}Admin: no such role, or its trust policy does not match`,
    fix: `${LET_ASSUME} ${PROVIDER} with aud ${CLIENT}${IF_TAGGED}`,
  },
  {
    mistake: 'a token with session tags, without sts:TagSession',
    covers: ['3.3 tags without sts:TagSession'],
    keys: DIRECT,
    forge: { claims: { 'https://aws.amazon.com/tags': { principal_tags: { team: ['blue'] } } } },
    refused: DENIED,
    what: `STS does not let this token assume ${ROLE}WebIdentity: no such role, or its trust policy does not match`,
    fix: `${LET_ASSUME} ${PROVIDER} with aud ${CLIENT}${IF_TAGGED}`,
  },
  {
    mistake: 'a role that is not there, direct, in GovCloud',
    covers: ['3.3 role missing'],
    emulator: government('us-gov-west-1'),
    keys: (emulator) => ({ ...DIRECT(emulator), cognito_role_arn: `${emulator.roles.webIdentity}Typo` }),
    refused: DENIED,
    what: 'STS does not let this token assume arn:aws-us-gov:iam::111122223333:role/PoolkeyWebIdentityTypo: no such role, or its trust policy does not match',
    fix: `${LET_ASSUME} arn:aws-us-gov:iam::111122223333:oidc-provider/cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_Emulated1 with aud ${CLIENT}${IF_TAGGED}`,
  },
  {
    mistake: 'a role that is not there, basic flow',
    covers: ['3.3 role missing'],
    emulator: CLASSIC,
    keys: (emulator) => ({ ...BASIC(emulator), cognito_role_arn: `${ROLE}Typo` }),
    refused: DENIED,
    what: `STS does not let this token assume ${ROLE}Typo: no such role, or its trust policy does not match`,
    fix: `${LET_ASSUME} ${PEOPLE}`,
  },
  {
    mistake: 'a trust policy for another identity pool, basic flow',
    covers: ['3.3 trust policy or conditions', '3.6 trust aud wrong, basic'],
    emulator: CLASSIC,
    keys: BASIC,
    spoil: (emulator) => {
      askFor(emulator, emulator.roles.authenticated, {
        key: 'cognito-identity.amazonaws.com:aud',
        value: 'eu-west-1:other',
      })
    },
    refused: DENIED,
    what: `STS does not let this token assume ${ROLE}Authenticated: no such role, or its trust policy does not match`,
    fix: `${LET_ASSUME} ${PEOPLE}`,
  },
  {
    mistake: 'a role for people who sign in, asked for by a guest, basic flow',
    covers: ['3.3 trust policy or conditions'],
    emulator: { identityPool: { ...CLASSIC.identityPool, allowUnauthenticated: true } },
    keys: (emulator) => ({ ...BASIC(emulator), cognito_guest: 'true' }),
    refused: DENIED,
    what: `STS does not let this token assume ${ROLE}Authenticated: no such role, or its trust policy does not match`,
    fix: `${LET_ASSUME} cognito-identity.amazonaws.com with aud ${IDENTITY_POOL} and amr unauthenticated`,
  },
  {
    mistake: 'a session policy that is none',
    covers: ['3.3 session policy'],
    keys: (emulator) => ({ ...DIRECT(emulator), cognito_session_policy: '{"Version":"2012-10-17"}' }),
    refused: {
      operation: WITH_TOKEN,
      code: 'MalformedPolicyDocument',
      says: 'Syntax errors in policy.',
    },
    what: 'STS cannot read the session policy: Syntax errors in policy',
    fix: "correct cognito_session_policy of profile dev: IAM's policy grammar, with Version and Statement",
  },
  {
    mistake: 'more session policies than STS packs',
    covers: ['3.3 session policy too large'],
    keys: (emulator) => ({
      ...DIRECT(emulator),
      cognito_session_policy: JSON.stringify({ Version: '2012-10-17', Statement: ['x'.repeat(1960)] }),
      cognito_policy_arns: 'arn:aws:iam::aws:policy/ReadOnlyAccess, arn:aws:iam::aws:policy/ViewOnlyAccess',
    }),
    refused: {
      operation: WITH_TOKEN,
      code: 'PackedPolicyTooLarge',
      says: 'Packed policy consumes 102% of allotted space, please use smaller policy.',
    },
    what: 'the session policy and policy ARNs are too large together: 102% of the space there is',
    fix: 'shorten cognito_session_policy or cognito_policy_arns of profile dev',
  },
  {
    mistake: 'a region in which STS is not active',
    covers: ['3.3 STS not active'],
    keys: DIRECT,
    fault: { status: 403 },
    refused: {
      operation: WITH_TOKEN,
      code: 'RegionDisabledException',
      says: 'STS is not activated in this region for account:111122223333.',
    },
    what: 'STS is not active in eu-west-1 for account 111122223333',
    fix: 'activate that region in the account settings of IAM, or set another region in profile dev',
  },
  {
    mistake: 'a longer session than the role allows',
    covers: ['3.3 duration above the role maximum', '3.6 DurationSeconds above the role maximum'],
    keys: (emulator) => ({ ...DIRECT(emulator), cognito_duration_seconds: '7200' }),
    spoil: ({ settings }) => {
      settings.roles.forEach((role) => (role.maxSessionSeconds = 3600))
    },
    refused: {
      operation: WITH_TOKEN,
      code: 'ValidationError',
      says: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    },
    what: `the role does not allow so long a session: ${ROLE}WebIdentity`,
    fix: "lower cognito_duration_seconds (7200), or raise the role's maximum: aws iam update-role --role-name PoolkeyWebIdentity --max-session-duration 7200",
  },
  {
    mistake: 'a name of the role session with a space',
    covers: ['3.3 RoleSessionName'],
    keys: DIRECT,
    adjust: ({ exchange, ...profile }) => ({
      ...profile,
      exchange:
        exchange.kind === 'web-identity'
          ? { ...exchange, role: { ...exchange.role, sessionName: 'a b' } }
          : exchange,
    }),
    refused: {
      operation: WITH_TOKEN,
      code: 'ValidationError',
      says: "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: <rule>",
    },
    what: 'STS does not take the name of the role session',
    fix: 'set cognito_role_session_name to 2 to 64 letters, digits or any of _ + = , . @ -',
  },
  {
    mistake: 'an ID token with too many claims',
    covers: [],
    keys: DIRECT,
    forge: { claims: { 'custom:notes': 'x'.repeat(15_000) } },
    refused: {
      operation: WITH_TOKEN,
      code: 'ValidationError',
      says: "1 validation error detected: Value '<token>' at 'webIdentityToken' failed to satisfy constraint: <rule>",
    },
    what: 'the ID token is too long for STS, which takes 20,000 characters',
    fix: "take claims out of it: look at the user pool's pre token generation trigger and the person's groups",
  },
]

function deniedTo(firstRole: string, secondRole: string): Row['refused'] {
  const user = `arn:aws:sts::111122223333:assumed-role/${firstRole}/CognitoIdentityCredentials`
  const says = `User: ${user} is not authorized to perform: sts:AssumeRole on resource: ${secondRole}`
  return { operation: 'AssumeRole', code: 'AccessDenied', says }
}

// The identity pool's choice, PoolkeyAdmin, is the first role of these.
export const CHAIN_ROWS: Row[] = [
  {
    mistake: 'a second role that does not trust the first',
    covers: [],
    keys: CHAINED,
    spoil: (emulator) =>
      (trustOf(emulator, emulator.roles.chained).Principal = { AWS: 'arn:aws:iam::777788889999:root' }),
    refused: deniedTo('PoolkeyAdmin', SECOND_ROLE),
    what: `role PoolkeyAdmin of account 111122223333 may not assume ${SECOND_ROLE}: no such role, or not both of them allow it`,
    fix: `allow sts:AssumeRole on ${SECOND_ROLE} in the first role's permissions, and to the first role in the second one's trust policy; if this asks for an external ID, set cognito_chain_external_id (external_id, where AWS chains)`,
  },
  {
    mistake: 'a second role that is not there',
    covers: [],
    keys: () => ({ cognito_chain_role_arn: `${SECOND_ROLE}Typo` }),
    refused: deniedTo('PoolkeyAdmin', `${SECOND_ROLE}Typo`),
    what: `role PoolkeyAdmin of account 111122223333 may not assume ${SECOND_ROLE}Typo: no such role, or not both of them allow it`,
    fix: `allow sts:AssumeRole on ${SECOND_ROLE}Typo in the first role's permissions, and to the first role in the second one's trust policy; if this asks for an external ID, set cognito_chain_external_id (external_id, where AWS chains)`,
  },
  {
    mistake: 'another external ID than the second role asks for',
    covers: [],
    keys: ({ roles }) => ({
      cognito_chain_role_arn: roles.chainedWithExternalId,
      cognito_chain_external_id: 'another',
    }),
    refused: deniedTo('PoolkeyAdmin', `${SECOND_ROLE}WithExternalId`),
    what: `role PoolkeyAdmin of account 111122223333 may not assume ${SECOND_ROLE}WithExternalId: no such role, or not both of them allow it`,
    fix: `allow sts:AssumeRole on ${SECOND_ROLE}WithExternalId in the first role's permissions, and to the first role in the second one's trust policy; the external ID that this asks for must be the one in profile dev`,
  },
  {
    mistake: 'a guest who wants a second role',
    covers: [],
    emulator: { identityPool: { allowUnauthenticated: true } },
    keys: (emulator) => ({ ...GUEST(), ...CHAINED(emulator) }),
    refused: deniedTo('PoolkeyUnauthenticated', SECOND_ROLE),
    what: "a guest's credentials of the enhanced flow assume no second role, whatever the roles' policies allow",
    fix: 'remove cognito_chain_role_arn, or set cognito_exchange = basic with the first role in cognito_role_arn',
  },
  {
    mistake: 'a longer session of the second role than AWS allows',
    covers: ['3.3 duration above the chaining limit'],
    keys: CHAINED,
    adjust: (profile) => ({ ...profile, chain: { ...profile.chain!, durationSeconds: 7200 } }),
    refused: {
      operation: 'AssumeRole',
      code: 'ValidationError',
      says: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    },
    what: `the second role does not allow so long a session: ${SECOND_ROLE}`,
    fix: 'lower cognito_chain_duration_seconds (duration_seconds, where AWS chains): AWS allows 3600 at most, whatever the role says',
  },
  {
    mistake: "a name of the second role's session with a space",
    covers: ['3.3 RoleSessionName'],
    keys: CHAINED,
    adjust: (profile) => ({ ...profile, chain: { ...profile.chain!, sessionName: 'a b' } }),
    refused: {
      operation: 'AssumeRole',
      code: 'ValidationError',
      says: "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: <rule>",
    },
    what: 'STS does not take the name of the role session',
    fix: 'set cognito_chain_session_name (role_session_name, where AWS chains) to 2 to 64 letters, digits or any of _ + = , . @ -',
  },
  {
    mistake: "the first role's credentials at an STS that never heard of them",
    covers: [],
    keys: CHAINED,
    fault: { status: 403 },
    refused: {
      operation: 'AssumeRole',
      code: 'InvalidClientTokenId',
      says: 'The security token included in the request is invalid.',
    },
    what: 'STS does not know these credentials',
    fix: `${SIGN_IN_ANEW}; if it stays, check that the endpoints of profile dev belong together`,
  },
]
