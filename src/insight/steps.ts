/** What mends a failure, as commands to paste and places in the AWS console, with the profile's ids filled in. Pure. */
import { loginCommand, sealSecret, shellWord, withProfile } from '../errors/explanation.ts'
import { askedRole } from '../errors/known-cause.ts'
import type { Mend } from '../errors/known-cause.ts'
import { isPoolkeyError } from '../errors/poolkey-error.ts'
import type { PoolkeyError } from '../errors/poolkey-error.ts'
import { knownCauseOf } from '../errors/service-causes.ts'
import type { Profile } from '../profile/profile.ts'
import { providerNameOf } from '../provider-name.ts'

/** None where the fix in words says all there is to do. Words in capitals are for the person to fill in. */
export function stepsFor(error: PoolkeyError, profile: Profile | undefined): string[] {
  if (!profile) return []
  if (isPoolkeyError(error, 'keychain-unavailable') && profile.signIn) return storeSteps(error, profile)
  if (isPoolkeyError(error, 'sign-in-required')) return [loginCommand(profile.name)]
  if (isPoolkeyError(error, 'sign-in-refused')) return signInSteps(error.facts.error, profile)
  if (isPoolkeyError(error, 'token-refused')) return clientSteps(error.facts.error, profile)
  if (!isPoolkeyError(error, 'service-refused')) return []
  const mend = knownCauseOf(error.facts)?.mend
  return mend === undefined ? [] : STEPS[mend](profile)
}

/** Where no keychain can be had, the key of a new vault goes elsewhere. */
function storeSteps({ facts }: PoolkeyError<'keychain-unavailable'>, { name }: Profile): string[] {
  const isAbsent = ['library', 'service', 'no-keyring'].includes(facts.problem)
  return isAbsent ? [`${loginCommand(name)} --store passphrase`, `${loginCommand(name)} --store file`] : []
}

function signInSteps(error: string, profile: Profile): string[] {
  switch (error) {
    case 'redirect_mismatch':
    case 'unauthorized_client':
    case 'invalid_scope':
    case 'invalid_request':
      return [loginPages(profile), showClient(profile)]
    case 'login_required':
    case 'server_error':
      return []
    default:
      return [listClients(profile)]
  }
}

function clientSteps(error: string, profile: Profile): string[] {
  switch (error) {
    case 'invalid_client':
      return [sealSecret(profile.name), listClients(profile)]
    case 'invalid_grant':
      return [loginCommand(profile.name)]
    default:
      return [loginPages(profile), showClient(profile)]
  }
}

const STEPS: Record<Mend, (profile: Profile) => string[]> = {
  'identity-providers': (profile) => [
    inConsole(
      ...identityPoolPage(profile),
      'User access',
      'Add identity provider',
      `Amazon Cognito user pool ${namesOf(profile).userPoolId}, app client ${namesOf(profile).clientId}`,
    ),
    showIdentityPool(profile),
  ],
  'logins-key': (profile) => [showIdentityPool(profile)],
  'sign-in': (profile) => (profile.signIn ? [`${loginCommand(profile.name)} --force`] : []),
  'guest-access': (profile) => [
    inConsole(...identityPoolPage(profile), 'User access', 'Guest access', 'Activate'),
  ],
  'role-choice': (profile) => [
    ...(profile.signIn ? [withProfile('poolkey roles', profile.settingsFrom)] : []),
    inConsole(...identityPoolPage(profile), 'User access', 'the user pool', 'Role settings'),
  ],
  'first-role': (profile) => {
    const role = askedRole(profile)
    const see = role === undefined ? [showPoolRoles(profile)] : []
    return [...see, ...putTrustPolicy('poolkey trust-policy', { profile, role })]
  },
  // No policy lets a guest of the enhanced flow go on.
  'second-role': (profile) =>
    profile.signIn || profile.exchange.kind !== 'enhanced'
      ? putTrustPolicy('poolkey trust-policy --second-role', { profile, role: profile.chain?.roleArn })
      : [],
  'basic-flow': (profile) => [
    withProfile('poolkey configure --exchange enhanced --yes', profile.settingsFrom),
    inConsole(...identityPoolPage(profile), 'Identity pool properties', 'Basic (classic) authentication'),
  ],
  'identity-pool': (profile) => [
    `aws cognito-identity list-identity-pools --max-results 60 --region ${namesOf(profile).region}`,
  ],
  audience: (profile) => [
    `aws iam list-open-id-connect-providers`,
    inConsole(
      ...['IAM', 'Identity providers', providerNameOf(namesOf(profile).issuer)],
      ...['Audiences', 'Add audience'],
    ),
  ],
  'oidc-provider': (profile) => [
    `aws iam create-open-id-connect-provider --url ${namesOf(profile).issuer} --client-id-list ${namesOf(profile).clientId}`,
  ],
  'first-duration': (profile) => [
    `aws iam get-role --role-name ${roleName(askedRole(profile))} --query Role.MaxSessionDuration`,
    withProfile('poolkey configure --duration-seconds 3600 --yes', profile.settingsFrom),
  ],
  // Where AWS chains, it is a key of AWS's own, which no command of poolkey writes.
  'second-duration': (profile) =>
    profile.settingsFrom === profile.name
      ? [withProfile('poolkey configure --chain-duration-seconds 3600 --yes', profile.name)]
      : [],
  region: () => [inConsole('IAM', 'Account settings', 'Security Token Service (STS)', 'Endpoints')],
  'token-claims': (profile) => [
    inConsole(...userPoolPage(profile), 'Extensions', 'the pre token generation trigger'),
  ],
  'client-secret': (profile) => [sealSecret(profile.name), listClients(profile)],
  // The AWS CLI would reset what it is not told: it is edited in the console.
  'auth-flows': (profile) => [
    inConsole(
      ...appClientPage(profile),
      'App client information',
      'Edit',
      'Authentication flows',
      'ALLOW_USER_SRP_AUTH',
    ),
    showClient(profile),
  ],
  'app-client': (profile) => [listClients(profile)],
  user: (profile) => [
    inConsole(...userPoolPage(profile), 'Users', profile.signIn?.username ?? 'NAME', 'Actions'),
  ],
}

/** Where callback URLs, grants and scopes of an app client are edited; the AWS CLI would reset what it is not told. */
function loginPages(profile: Profile): string {
  return inConsole(...appClientPage(profile), 'Login pages', 'Edit')
}

function appClientPage(profile: Profile): string[] {
  return [...userPoolPage(profile), 'App clients', namesOf(profile).clientId]
}

function showClient(profile: Profile): string {
  const { userPoolId, clientId, userPoolRegion } = namesOf(profile)
  return `aws cognito-idp describe-user-pool-client --user-pool-id ${userPoolId} --client-id ${clientId} --region ${userPoolRegion}`
}

function listClients(profile: Profile): string {
  const { userPoolId, userPoolRegion } = namesOf(profile)
  return `aws cognito-idp list-user-pool-clients --user-pool-id ${userPoolId} --region ${userPoolRegion}`
}

function showIdentityPool(profile: Profile): string {
  const { id, region } = namesOf(profile)
  return `aws cognito-identity describe-identity-pool --identity-pool-id ${id} --region ${region}`
}

function showPoolRoles(profile: Profile): string {
  const { id, region } = namesOf(profile)
  return `aws cognito-identity get-identity-pool-roles --identity-pool-id ${id} --region ${region}`
}

function putTrustPolicy(command: string, about: { profile: Profile; role: string | undefined }): string[] {
  return [
    `${withProfile(command, about.profile.name)} > trust.json`,
    `aws iam update-assume-role-policy --role-name ${roleName(about.role)} --policy-document file://trust.json`,
  ]
}

function roleName(roleArn: string | undefined): string {
  return shellWord(roleArn?.split('/').at(-1) ?? 'ROLE')
}

function identityPoolPage(profile: Profile): string[] {
  return ['Amazon Cognito', 'Identity pools', namesOf(profile).id]
}

function userPoolPage(profile: Profile): string[] {
  return ['Amazon Cognito', 'User pools', namesOf(profile).userPoolId]
}

/** What a step can name of a profile; in capitals what that does not say. */
function namesOf({ signIn, identityPool }: Profile) {
  const { userPoolId, clientId, userPoolRegion, issuer } = signIn ?? NO_SIGN_IN
  const { id, region } = identityPool ?? NO_IDENTITY_POOL
  return { userPoolId, clientId, userPoolRegion, issuer, id, region }
}

const NO_SIGN_IN = { userPoolId: 'POOL', clientId: 'CLIENT', userPoolRegion: 'REGION', issuer: 'ISSUER' }
const NO_IDENTITY_POOL = { id: 'POOL', region: 'REGION' }

function inConsole(...places: string[]): string {
  return `AWS console: ${places.join(' > ')}`
}
