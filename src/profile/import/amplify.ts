/** The files of AWS Amplify, all generations, and what people write by hand for its library. Pure. */
import { isPoolkeyError } from '../../errors/poolkey-error.ts'
import { isObject, leavesAt, valueAt } from './literal.ts'
import type { Literal, LiteralObject } from './literal.ts'
import { parseDocuments } from './literal-document.ts'
import type { Family, Reader, Reading, Sighting, Subject } from './sightings.ts'

interface Format {
  format: string
  family: Family
  /** Paths of which one tells the format. */
  marks: string[]
  paths: Paths
}

/** Where the values of each subject stand: the first path at which there are any counts. */
export type Paths = [Subject, ...string[]][]

// https://github.com/aws-amplify/amplify-backend/tree/main/packages/client-config
const GEN_2: Format = {
  format: 'Amplify Gen 2 outputs (amplify_outputs.json)',
  family: 'amplify-gen2',
  marks: ['auth.user_pool_id'],
  paths: [
    ['region', 'auth.aws_region'],
    ['cognito_user_pool_id', 'auth.user_pool_id'],
    ['cognito_client_id', 'auth.user_pool_client_id'],
    ['cognito_identity_pool_id', 'auth.identity_pool_id'],
    ['cognito_domain', 'auth.oauth.domain'],
    ['cognito_scopes', 'auth.oauth.scopes'],
    ['cognito_redirect_uri', 'auth.oauth.redirect_sign_in_uri'],
    ['cognito_logout_uri', 'auth.oauth.redirect_sign_out_uri'],
    ['response-type', 'auth.oauth.response_type'],
  ],
}

const GEN_1: Format = {
  format: 'Amplify Gen 1 configuration (aws-exports.js)',
  family: 'amplify-gen1',
  marks: ['aws_project_region', 'aws_user_pools_id'],
  paths: [
    ['region', 'aws_cognito_region', 'aws_project_region'],
    ['cognito_user_pool_id', 'aws_user_pools_id'],
    ['cognito_client_id', 'aws_user_pools_web_client_id'],
    ['cognito_identity_pool_id', 'aws_cognito_identity_pool_id'],
    ['cognito_domain', 'oauth.domain'],
    ['cognito_scopes', 'oauth.scope'],
    ['cognito_redirect_uri', 'oauth.redirectSignIn'],
    ['cognito_logout_uri', 'oauth.redirectSignOut'],
    ['response-type', 'oauth.responseType'],
  ],
}

const MOBILE_PATHS: Paths = [
  ['region', 'CognitoUserPool.Default.Region', 'CredentialsProvider.CognitoIdentity.Default.Region'],
  ['cognito_user_pool_id', 'CognitoUserPool.Default.PoolId'],
  // The one of the hosted UI comes first: it is the one to sign in with.
  ['cognito_client_id', 'Auth.Default.OAuth.AppClientId', 'CognitoUserPool.Default.AppClientId'],
  ['cognito_identity_pool_id', 'CredentialsProvider.CognitoIdentity.Default.PoolId'],
  ['cognito_domain', 'Auth.Default.OAuth.WebDomain'],
  ['cognito_scopes', 'Auth.Default.OAuth.Scopes'],
  ['cognito_redirect_uri', 'Auth.Default.OAuth.SignInRedirectURI'],
  ['cognito_logout_uri', 'Auth.Default.OAuth.SignOutRedirectURI'],
  ['client-secret', 'Auth.Default.OAuth.AppClientSecret', 'CognitoUserPool.Default.AppClientSecret'],
]

const PLUGIN = 'auth.plugins.awsCognitoAuthPlugin'

const MOBILE: Format = {
  format: 'Amplify Gen 1 mobile configuration (amplifyconfiguration.json)',
  family: 'amplify-gen1',
  marks: [PLUGIN],
  paths: MOBILE_PATHS.map(([subject, ...paths]) => [subject, ...paths.map((path) => `${PLUGIN}.${path}`)]),
}

const LEGACY_MOBILE: Format = {
  format: 'AWS Mobile configuration (awsconfiguration.json)',
  family: 'amplify-gen1',
  marks: ['CognitoUserPool', 'CredentialsProvider.CognitoIdentity'],
  paths: MOBILE_PATHS,
}

// Amplify.configure(...) of aws-amplify 6 (Auth.Cognito) and before (Auth).
const LIBRARY: Format = {
  format: 'configuration of the Amplify library (Amplify.configure)',
  family: 'other',
  marks: ['Auth.Cognito.userPoolId', 'Auth.userPoolId', 'Auth.Cognito.identityPoolId', 'Auth.identityPoolId'],
  paths: [
    ['region', 'Auth.region', 'Auth.Cognito.region'],
    ['cognito_user_pool_id', 'Auth.Cognito.userPoolId', 'Auth.userPoolId'],
    ['cognito_client_id', 'Auth.Cognito.userPoolClientId', 'Auth.userPoolWebClientId'],
    ['cognito_identity_pool_id', 'Auth.Cognito.identityPoolId', 'Auth.identityPoolId'],
    ['cognito_domain', 'Auth.Cognito.loginWith.oauth.domain', 'Auth.oauth.domain'],
    ['cognito_scopes', 'Auth.Cognito.loginWith.oauth.scopes', 'Auth.oauth.scope'],
    ['cognito_redirect_uri', 'Auth.Cognito.loginWith.oauth.redirectSignIn', 'Auth.oauth.redirectSignIn'],
    ['cognito_logout_uri', 'Auth.Cognito.loginWith.oauth.redirectSignOut', 'Auth.oauth.redirectSignOut'],
    ['response-type', 'Auth.Cognito.loginWith.oauth.responseType', 'Auth.oauth.responseType'],
  ],
}

/** Readers of formats in which each value has its place. */
export const AMPLIFY_READERS: Reader[] = [
  readMeta,
  ...[GEN_2, GEN_1, MOBILE, LEGACY_MOBILE, LIBRARY].map(readerOf),
]

function readerOf({ format, family, marks, paths }: Format): Reader {
  return (document) =>
    marks.some((mark) => valueAt(document, mark) !== undefined)
      ? { format, family, sightings: ofOneClient(document, sightingsAt(document, paths)), notes: [] }
      : undefined
}

/** Without a secret that stands beside another app client (`AppClientId`, `AppClientSecret`) than the one that is taken. */
function ofOneClient(document: Literal, sightings: Sighting[]): Sighting[] {
  const taken = sightings.find(({ subject }) => subject === 'cognito_client_id')?.value
  return sightings.filter(
    ({ subject, where }) =>
      subject !== 'client-secret' || valueAt(document, where.replace(/Secret$/, 'Id')) === taken,
  )
}

/** What stands at the paths of each subject. */
export function sightingsAt(document: Literal, paths: Paths): Sighting[] {
  return paths.flatMap(([subject, ...alternatives]) => {
    const found = alternatives.map((path) => seen(document, subject, path))
    return found.find((sightings) => sightings.length > 0) ?? []
  })
}

function seen(document: Literal, subject: Subject, path: string): Sighting[] {
  return leavesAt(document, path).flatMap(({ value, where }) =>
    typeof value === 'string' && value !== '' ? [{ subject, value, where }] : [],
  )
}

/** `amplify-meta.json`: what the command line of Amplify Gen 1 remembers of its stacks. */
function readMeta(document: LiteralObject): Reading | undefined {
  if (!isObject(valueAt(document, 'providers.awscloudformation'))) return undefined
  const sightings = sightingsAt(document, [
    ['region', 'providers.awscloudformation.Region'],
    ['cognito_user_pool_id', 'auth.*.output.UserPoolId'],
    // The other client is for mobile apps and may have a secret.
    ['cognito_client_id', 'auth.*.output.AppClientIDWeb', 'auth.*.output.AppClientID'],
    ['cognito_identity_pool_id', 'auth.*.output.IdentityPoolId'],
    ['domain-prefix', 'auth.*.output.HostedUIDomain'],
  ])
  const oauth = leavesAt(document, 'auth.*.output.OAuthMetadata').flatMap(({ value, where }) =>
    typeof value === 'string' ? withinText(value, where) : [],
  )
  return {
    format: 'Amplify Gen 1 project state (amplify-meta.json)',
    family: 'amplify-gen1',
    sightings: [...sightings, ...oauth],
    notes: [],
  }
}

/** What stands in JSON that is itself a text. */
function withinText(text: string, where: string): Sighting[] {
  try {
    return parseDocuments(text, where).flatMap((document) =>
      sightingsAt(document, [
        ['cognito_scopes', 'AllowedOAuthScopes'],
        ['cognito_redirect_uri', 'CallbackURLs'],
        ['cognito_logout_uri', 'LogoutURLs'],
        ['response-type', 'AllowedOAuthFlows'],
      ]).map((one) => ({ ...one, where: `${where}: ${one.where}` })),
    )
  } catch (error) {
    // An app client without a hosted UI has none; the rest of the file says enough.
    if (isPoolkeyError(error, 'import-unusable')) return []
    throw error
  }
}
