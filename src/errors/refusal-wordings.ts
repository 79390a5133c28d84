/** Nobody is signed in (exit 4), or somebody refused: the person, the user pool, the identity pool or STS (exit 5). */
import type { Profile } from '../profile/profile.ts'
import {
  byBrowser,
  clientOf,
  CLOCK_FIX,
  optional,
  poolOf,
  runLogin,
  sealSecret,
  withProfile,
} from './explanation.ts'
import type { Wordings } from './explanation.ts'
import type { ErrorFacts } from './poolkey-error.ts'
import { causeOf } from './service-causes.ts'

export const REFUSAL_WORDINGS: Wordings<
  | 'sign-in-required'
  | 'person-changed'
  | 'sign-in-refused'
  | 'token-refused'
  | 'id-token-invalid'
  | 'service-refused'
  | 'challenge-unanswerable'
> = {
  'sign-in-required': {
    exitCode: 4,
    what: ({ profile, reason }) =>
      ({
        none: `nobody is signed in for profile ${profile}`,
        ended: `the session of profile ${profile} has ended`,
        damaged: `the stored session of profile ${profile} is damaged`,
        'no-refresh-token': `the session of profile ${profile} is over and cannot be refreshed`,
        'in-progress': `a sign-in for profile ${profile} still waits in the browser`,
        unfinished: `the sign-in that was begun for profile ${profile} was never finished`,
        'no-browser': `no browser could be opened to sign in for profile ${profile}`,
      })[reason],
    fix: ({ profile, reason }) =>
      reason === 'in-progress' ? 'finish it there, then try again' : runLogin(profile),
  },
  'person-changed': {
    exitCode: 4,
    what: ({ profile }) => `somebody else has signed in for profile ${profile} since this was started`,
    fix: () => "start it anew for that person's credentials",
  },
  'sign-in-refused': {
    exitCode: 5,
    what: ({ error, description }) => `the sign-in was refused: ${error}${optional(' (', description, ')')}`,
    fix: ({ error, redirectUri }, profile) => {
      if (error === 'redirect_mismatch')
        return `register ${redirectUri ?? 'cognito_redirect_uri'} letter by letter as a callback URL of ${clientOf(profile)}, or correct cognito_redirect_uri`
      const known = SIGN_IN_FIXES.get(error)
      return (
        known?.(profile) ?? (redirectUri === undefined ? runLogin(profile?.name) : belongTogether(profile))
      )
    },
  },
  'token-refused': {
    exitCode: 5,
    what: ({ grant, error, description }) => {
      const sent = { code: 'authorization code', refresh: 'refresh token', revoke: 'revocation' }[grant]
      return `the user pool refused the ${sent}: ${error}${optional(' (', description, ')')}`
    },
    fix: ({ grant, error }, profile) => {
      const known = grant === 'revoke' ? REVOCATION_FIXES.get(error) : undefined
      return (known ?? TOKEN_FIXES.get(error))?.(profile) ?? runLogin(profile?.name)
    },
  },
  'id-token-invalid': {
    exitCode: 5,
    what: (facts) =>
      `the ID token was refused: ${CHECKS.get(facts.check) ?? `its claim ${facts.check}`}${optional(', expected ', facts.expected)}${optional(', got ', facts.got)}`,
    fix: ({ check }, profile) => idTokenFix(check, profile),
  },
  'challenge-unanswerable': {
    exitCode: 5,
    what: ({ challenge }) => `the user pool asks for ${challenge}, which cannot be answered in a terminal`,
    fix: (_facts, profile) => `sign in with the browser: ${byBrowser(profile)}`,
  },
  'service-refused': {
    exitCode: 5,
    what: (facts, profile) => {
      const known = causeOf(facts, profile)
      return known
        ? `${known.what} (${facts.name})`
        : `${facts.operation} was refused: ${facts.name}${optional(': ', facts.message)}`
    },
    fix: (facts, profile) =>
      causeOf(facts, profile)?.fix ??
      (facts.service === 'user pool' ? unknownPoolRefusalFix(profile) : unknownRefusalFix(profile)),
  },
}

// Of an unknown refusal nothing better is known than its own text and what was asked for.
function unknownRefusalFix(profile: Profile | undefined): string {
  const roleArn = profile?.exchange.kind === 'enhanced' ? profile.exchange.roleArn : undefined
  return roleArn === undefined
    ? 'check the role and the identity pool that the profile names; --debug shows which requests were made'
    : `check that the token offers ${roleArn}; what it does: ${withProfile('poolkey roles', profile?.name)}`
}

function unknownPoolRefusalFix(profile: Profile | undefined): string {
  return `look at the settings of ${clientOf(profile)} in ${poolOf(profile)}; a trigger's failure stands in that trigger's log`
}

type Fix = (profile: Profile | undefined) => string

const registerExactly: Fix = (profile) =>
  `allow the authorization code grant and refresh tokens for ${clientOf(profile)}, and check that cognito_redirect_uri is registered exactly as written`

const belongTogether: Fix = (profile) =>
  `check that ${clientOf(profile)} and cognito_domain${optional(' (', profile?.signIn?.domain?.host, ')')} are those of ${poolOf(profile)}`

// RFC 6749 4.1.2.1 and OpenID Connect Core 3.1.2.6: codes as Cognito sends them to the redirect URI.
const SIGN_IN_FIXES = new Map<string, Fix>([
  ['unauthorized_client', (profile) => `allow the authorization code grant for ${clientOf(profile)}`],
  ['invalid_scope', (profile) => `allow the scopes of cognito_scopes for ${clientOf(profile)}`],
  [
    'invalid_request',
    (profile) =>
      `if an identity provider is named, look at its settings in ${poolOf(profile)}; a trigger's failure stands in that trigger's log; otherwise check cognito_scopes`,
  ],
  [
    'login_required',
    (profile) => `leave out --prompt none, or remove cognito_prompt = none, then ${runLogin(profile?.name)}`,
  ],
  [
    'server_error',
    (profile) => `the user pool has trouble of its own; wait a moment, then ${runLogin(profile?.name)}`,
  ],
])

// RFC 6749 5.2: codes of the token endpoint.
const TOKEN_FIXES = new Map<string, Fix>([
  [
    'invalid_client',
    (profile) =>
      `check cognito_client_id (${clientOf(profile)}); if the app client has a secret, check it or give it: ${sealSecret(profile?.name)}`,
  ],
  ['unauthorized_client', registerExactly],
  ['unsupported_grant_type', registerExactly],
  ['invalid_scope', (profile) => `allow the scopes of cognito_scopes for ${clientOf(profile)}`],
])

// RFC 7009 2.2.1, and Cognito where revocation is switched off for a client.
const revocationOff: Fix = (profile) => `enable token revocation for ${clientOf(profile)}`
const REVOCATION_FIXES = new Map<string, Fix>([
  ['unsupported_token_type', revocationOff],
  ['unauthorized_client', revocationOff],
  ['invalid_request', revocationOff],
])

// Other checks are named by their claim.
const CHECKS = new Map([
  ['presence', 'there is none'],
  ['signature', 'its signature'],
  ['signing key', 'its signing key'],
  ['format', 'its format'],
  ['size', 'its size'],
])

function idTokenFix(check: ErrorFacts['id-token-invalid']['check'], profile: Profile | undefined): string {
  const name = profile?.name ?? 'in use'
  switch (check) {
    case 'exp':
    case 'iat':
      return CLOCK_FIX
    case 'presence':
      return `let cognito_scopes of profile ${name} contain openid, and allow it for ${clientOf(profile)}`
    case 'iss':
      return `check cognito_user_pool_id and cognito_issuer of profile ${name}: the token is another issuer's`
    case 'aud':
    case 'azp':
      return `check cognito_client_id of profile ${name}: the token is for another app client`
    case 'nonce':
    case 'sub':
      return runLogin(profile?.name)
    default:
      return `check cognito_domain, cognito_user_pool_id and cognito_client_id of profile ${name}: they must belong together`
  }
}
