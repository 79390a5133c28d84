/** What no policy or setting of AWS refuses: redirect URIs, and trouble that passes. */
import { redeemElsewhere, signInToTheErrorPage } from './mistakes.ts'
import { CLIENT, DIRECT } from './row.ts'
import type { Row } from './row.ts'

// The two mistakes that stop a sign-in before there is a token.
export const REDIRECT_ROWS: Row[] = [
  {
    mistake: 'a redirect URI that is not registered',
    covers: ['3.6 redirect_uri unregistered'],
    attempt: signInToTheErrorPage,
    refused: { code: 'sign-in-timeout', says: '' },
    what: 'nobody came back from the browser within 300 s',
    fix: `if the browser showed an error page of the user pool, register http://localhost:<port>/callback as a callback URL of app client ${CLIENT}, or check that ID and cognito_domain (<host>); otherwise run: poolkey login --profile dev`,
    exitCode: 6,
  },
  {
    mistake: 'another redirect URI at the token endpoint',
    covers: ['3.6 redirect_uri differs at the token endpoint'],
    attempt: redeemElsewhere,
    refused: { code: 'unauthorized_client', says: '' },
    what: 'the user pool refused the authorization code: unauthorized_client',
    fix: `allow the authorization code grant and refresh tokens for app client ${CLIENT}, and check that cognito_redirect_uri is registered exactly as written`,
  },
]

// What passes by itself. `tries` counts the first request.
export const PASSING_ROWS: Row[] = [
  {
    mistake: 'an identity pool that throttles',
    covers: ['2.5 identity pool throttles'],
    fault: { status: 400, tries: 3 },
    refused: { operation: 'GetId', code: 'TooManyRequestsException', says: 'Rate exceeded' },
    what: '<host> is throttling GetId (HTTP 400)',
    fix: 'try again in a moment',
    exitCode: 6,
  },
  {
    mistake: 'an identity pool with trouble of its own',
    covers: ['2.5 internal error'],
    fault: { status: 500, tries: 3 },
    refused: {
      operation: 'GetCredentialsForIdentity',
      code: 'InternalErrorException',
      says: 'Internal error',
    },
    what: '<host> failed at GetCredentialsForIdentity (HTTP 500): InternalErrorException: Internal error',
    fix: 'try again in a moment',
    exitCode: 6,
  },
  {
    mistake: 'an identity pool that cannot reach what it depends on',
    covers: ['2.5 external service'],
    fault: { status: 400, tries: 3 },
    refused: {
      operation: 'GetCredentialsForIdentity',
      code: 'ExternalServiceException',
      says: 'The external service did not answer.',
    },
    what: '<host> failed at GetCredentialsForIdentity (HTTP 400): ExternalServiceException: The external service did not answer.',
    fix: 'try again in a moment',
    exitCode: 6,
  },
  {
    mistake: 'STS that throttles',
    covers: ['3.3 STS throttles'],
    keys: DIRECT,
    fault: { status: 400, tries: 3 },
    refused: { operation: 'AssumeRoleWithWebIdentity', code: 'Throttling', says: 'Rate exceeded' },
    what: '<host> is throttling AssumeRoleWithWebIdentity (HTTP 400)',
    fix: 'try again in a moment',
    exitCode: 6,
  },
  {
    mistake: 'a user pool that STS cannot reach',
    covers: ['3.3 IdP unreachable'],
    keys: DIRECT,
    fault: { status: 400, tries: 3 },
    refused: {
      operation: 'AssumeRoleWithWebIdentity',
      code: 'IDPCommunicationError',
      says: 'The identity provider could not be reached.',
    },
    what: '<host> failed at AssumeRoleWithWebIdentity (HTTP 400): IDPCommunicationErrorException: The identity provider could not be reached.',
    fix: 'try again in a moment',
    exitCode: 6,
  },
]
