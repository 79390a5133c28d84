/** Refusals of STS, as observed: the first that fits explains. */
import type { Profile } from '../profile/profile.ts'
import {
  accountInWords,
  askedRole,
  clientId,
  identityPoolTrust,
  isGuest,
  issuerName,
  loginAnew,
  oidcProvider,
  poolId,
  profileName,
  renewToken,
} from './known-cause.ts'
import type { Cause, KnownCause } from './known-cause.ts'

const WITH_TOKEN = 'AssumeRoleWithWebIdentity'
const WITH_FIRST_ROLE = 'AssumeRole'

export const SECURITY_TOKEN_CAUSES: KnownCause[] = [
  {
    name: 'AccessDenied',
    operation: WITH_TOKEN,
    text: /AssumeRoleWithWebIdentity/i,
    mend: 'first-role',
    explain: (profile) => ({
      what: `STS does not let this token assume ${roleOf(profile)}: no such role, or its trust policy does not match`,
      fix: `if cognito_role_arn is right, let that role's trust policy allow ${trustFor(profile)}`,
    }),
  },
  {
    name: 'AccessDenied',
    operation: WITH_FIRST_ROLE,
    text: /AssumeRole/i,
    mend: 'second-role',
    explain: (profile, { message }) =>
      profile?.exchange.kind === 'enhanced' && isGuest(profile)
        ? GUEST_CHAIN
        : {
            what: `${firstRoleIn(message)} may not assume ${secondRole(profile)}: no such role, or not both of them allow it`,
            fix: `allow sts:AssumeRole on ${secondRole(profile)} in the first role's permissions, and to the first role in the second one's trust policy; ${externalIdFix(profile)}`,
          },
  },
  {
    name: 'ExpiredToken',
    operation: WITH_TOKEN,
    text: /too old/i,
    mend: 'sign-in',
    explain: (profile) => ({ what: 'the ID token is too old for STS', fix: loginAnew(profile) }),
  },
  {
    name: 'ExpiredToken',
    operation: WITH_TOKEN,
    mend: 'sign-in',
    explain: (profile) => ({
      what: `STS says that ${tokenOf(profile)} has expired`,
      fix: renewToken(profile),
    }),
  },
  {
    name: 'ExpiredToken',
    operation: WITH_FIRST_ROLE,
    explain: () => ({
      what: "STS says that the first role's credentials have expired",
      fix: "check this machine's clock, then try again",
    }),
  },
  {
    name: 'InvalidIdentityToken',
    text: /Incorrect token audience/i,
    mend: 'audience',
    explain: (profile) => ({
      what: `the IAM OIDC provider does not list app client ${clientId(profile)} as an audience`,
      fix: `run: aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${oidcProvider(profile)} --client-id ${clientId(profile)}`,
    }),
  },
  {
    name: 'InvalidIdentityToken',
    text: /No OpenIDConnect provider found/i,
    mend: 'oidc-provider',
    explain: (profile, { message }) => ({
      what: `${accountInWords(askedRole(profile))} has no IAM OIDC provider for this user pool`,
      fix: `if that account is right, run there: aws iam create-open-id-connect-provider --url ${issuerIn(message) ?? `https://${issuerName(profile)}`} --client-id-list ${clientId(profile)}`,
    }),
  },
  {
    name: 'InvalidIdentityToken',
    text: /Couldn't retrieve verification key/i,
    explain: (profile) => ({
      what: "STS could not fetch the user pool's keys just now, or they do not hold the token's",
      fix: `try again; if it stays, check that https://${issuerName(profile)}/.well-known/jwks.json can be reached from the internet, then ${loginAnew(profile)}`,
    }),
  },
  {
    name: 'InvalidIdentityToken',
    mend: 'sign-in',
    explain: (profile, { message }) => ({
      what: `STS does not take ${tokenOf(profile)}: ${message}`,
      fix: `check cognito_user_pool_id (${poolId(profile)}) and cognito_issuer of ${profileName(profile)}, then ${loginAnew(profile)}`,
    }),
  },
  {
    name: 'IDPRejectedClaim',
    mend: 'sign-in',
    explain: (profile) => ({
      what: 'STS was told that the ID token is invalid, expired or revoked',
      fix: loginAnew(profile),
    }),
  },
  {
    name: 'ValidationError',
    operation: WITH_TOKEN,
    text: /DurationSeconds/i,
    mend: 'first-duration',
    explain: (profile) => ({
      what: `the role does not allow so long a session: ${roleOf(profile)}`,
      fix: durationFix(profile),
    }),
  },
  {
    name: 'ValidationError',
    operation: WITH_FIRST_ROLE,
    text: /DurationSeconds/i,
    mend: 'second-duration',
    explain: (profile) => ({
      what: `the second role does not allow so long a session: ${secondRole(profile)}`,
      fix: 'lower cognito_chain_duration_seconds (duration_seconds, where AWS chains): AWS allows 3600 at most, whatever the role says',
    }),
  },
  {
    name: 'ValidationError',
    text: /RoleSessionName/i,
    explain: (_, { operation }) => ({
      what: 'STS does not take the name of the role session',
      fix: `set ${operation === WITH_FIRST_ROLE ? 'cognito_chain_session_name (role_session_name, where AWS chains)' : 'cognito_role_session_name'} to 2 to 64 letters, digits or any of _ + = , . @ -`,
    }),
  },
  {
    name: 'ValidationError',
    text: /WebIdentityToken/i,
    mend: 'token-claims',
    explain: () => ({
      what: 'the ID token is too long for STS, which takes 20,000 characters',
      fix: "take claims out of it: look at the user pool's pre token generation trigger and the person's groups",
    }),
  },
  {
    // Of credentials that another service made, or that were made before it started anew.
    name: 'InvalidClientTokenId',
    mend: 'sign-in',
    explain: (profile) => ({
      what: 'STS does not know these credentials',
      fix: `${loginAnew(profile)}; if it stays, check that the endpoints of ${profileName(profile)} belong together`,
    }),
  },
  {
    name: 'RegionDisabled',
    mend: 'region',
    explain: (profile, { operation }) => ({
      what: `STS is not active in ${profile?.region ?? 'this region'} for ${accountInWords(operation === WITH_FIRST_ROLE ? profile?.chain?.roleArn : askedRole(profile))}`,
      fix: `activate that region in the account settings of IAM, or set another region in ${profileName(profile)}`,
    }),
  },
  {
    name: 'MalformedPolicyDocument',
    explain: (profile, { message }) => ({
      what: `STS cannot read the session policy: ${message.replace(/\.$/, '')}`,
      fix: `correct cognito_session_policy of ${profileName(profile)}: IAM's policy grammar, with Version and Statement`,
    }),
  },
  {
    name: 'PackedPolicyTooLarge',
    explain: (profile, { message }) => ({
      what: `the session policy and policy ARNs are too large together${percentIn(message)}`,
      fix: `shorten cognito_session_policy or cognito_policy_arns of ${profileName(profile)}`,
    }),
  },
]

// The session policies of a guest's credentials leave nothing of STS (developer guide, "IAM roles").
const GUEST_CHAIN: Cause = {
  what: "a guest's credentials of the enhanced flow assume no second role, whatever the roles' policies allow",
  fix: 'remove cognito_chain_role_arn, or set cognito_exchange = basic with the first role in cognito_role_arn',
}

const roleOf = (profile?: Profile) => askedRole(profile) ?? 'the role'
const secondRole = (profile?: Profile) => profile?.chain?.roleArn ?? 'the second role'

/** What is exchanged at STS: the basic flow brings the identity pool's token in place of the ID token. */
function tokenOf(profile?: Profile): string {
  return profile?.exchange.kind === 'basic' ? "the identity pool's token" : 'the ID token'
}

function trustFor(profile?: Profile): string {
  if (profile?.exchange.kind === 'basic') {
    return `sts:AssumeRoleWithWebIdentity (not sts:AssumeRole) to ${identityPoolTrust(profile)}`
  }
  return `sts:AssumeRoleWithWebIdentity (not sts:AssumeRole) to ${oidcProvider(profile)} with aud ${clientId(profile)}, and sts:TagSession or sts:SetSourceIdentity if a trigger puts tags or a source identity into the token`
}

function externalIdFix(profile?: Profile): string {
  return profile?.chain?.externalId === undefined
    ? 'if this asks for an external ID, set cognito_chain_external_id (external_id, where AWS chains)'
    : `the external ID that this asks for must be the one in ${profileName(profile)}`
}

function durationFix(profile?: Profile): string {
  const exchange = profile?.exchange
  if (exchange?.kind !== 'basic' && exchange?.kind !== 'web-identity') {
    return "lower cognito_duration_seconds, or raise the role's maximum session duration"
  }
  const { roleArn, durationSeconds } = exchange.role
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1)
  return `lower cognito_duration_seconds (${durationSeconds}), or raise the role's maximum: aws iam update-role --role-name ${name} --max-session-duration ${durationSeconds}`
}

/** Whom STS says that it refused: where the identity pool chose the first role, nothing else tells which it is. */
function firstRoleIn(message: string): string {
  const [, account, name] = /\barn:[\w-]+:sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\//.exec(message) ?? []
  return account === undefined || name === undefined ? 'the first role' : `role ${name} of account ${account}`
}

/** The issuer that STS looked for: a user pool has two forms of it. Only what can go into a command as it is. */
function issuerIn(message: string): string | undefined {
  return /\bfor (https?:\/\/[\w.:/-]+)$/.exec(message)?.[1]
}

function percentIn(message: string): string {
  const percent = /\b\d{1,5}%/.exec(message)?.[0]
  return percent === undefined ? '' : `: ${percent} of the space there is`
}
