/** Refusals of the user pool's JSON API, as observed: the first that fits explains. */
import { byBrowser, clientOf, poolOf, sameLogin, sealSecret } from './explanation.ts'
import { loginAnew } from './known-cause.ts'
import type { KnownCause } from './known-cause.ts'
import type { ErrorFacts } from './poolkey-error.ts'

const ABOUT_SECRET = /secret/i
const WRONG_PASSWORD = /Incorrect username or password/i

/**
 * Whether a refusal is about the app client's secret, not about who signs in. For both Cognito has one code; this text and
 * `isWrongPassword`'s are not read to explain alone: a wrong secret must not end a session.
 */
export function isAboutClientSecret({ name, message }: ErrorFacts['service-refused']): boolean {
  return name === 'NotAuthorizedException' && ABOUT_SECRET.test(message)
}

/** Whether the password was wrong, or the name: another one may be right. */
export function isWrongPassword({ name, message }: ErrorFacts['service-refused']): boolean {
  return name === 'NotAuthorizedException' && WRONG_PASSWORD.test(message)
}

const NO_PASSWORD =
  'whoever signs in through an identity provider has no password here, and needs the browser'

export const USER_POOL_CAUSES: KnownCause[] = [
  {
    name: 'NotAuthorized',
    text: ABOUT_SECRET,
    mend: 'client-secret',
    explain: (profile) => ({
      what: `the user pool does not accept the secret of ${clientOf(profile)}, or its absence`,
      fix: `give the secret that the user pool shows: ${sealSecret(profile?.name)}`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: WRONG_PASSWORD,
    mend: 'app-client',
    // The pool's name goes into the proof: of another pool's client every password is wrong.
    explain: (profile) => ({
      what: 'user name and password do not fit each other',
      fix: `check both, and that ${clientOf(profile)} is one of ${poolOf(profile)}, then run: ${sameLogin(profile)}; ${NO_PASSWORD}: ${byBrowser(profile)}`,
    }),
  },
  {
    name: 'UserNotFound',
    mend: 'app-client',
    explain: (profile) => ({
      what: `${poolOf(profile)} knows no such user`,
      fix: `check the user name, and that ${clientOf(profile)} is one of ${poolOf(profile)}, then run: ${sameLogin(profile)}; ${NO_PASSWORD}: ${byBrowser(profile)}`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Temporary password has expired/i,
    explain: (profile) => ({
      what: 'the temporary password was not used in time',
      fix: `have an administrator of ${poolOf(profile)} send a new one`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /User is disabled/i,
    mend: 'user',
    explain: (profile) => ({
      what: 'this user is disabled',
      fix: `have an administrator of ${poolOf(profile)} enable the user`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /attempts exceeded/i,
    explain: (profile) => ({
      what: 'the user pool locked this user out for a while, after too many wrong passwords',
      fix: `wait, then run: ${sameLogin(profile)}`,
    }),
  },
  {
    name: 'NotAuthorized',
    text: /Invalid session/i,
    explain: (profile) => ({
      what: 'the sign-in took too long, or had too many wrong answers',
      fix: `begin anew: ${sameLogin(profile)}`,
    }),
  },
  ...['CodeMismatch', 'EnableSoftwareTokenMFA'].map((name) => ({
    name,
    explain: ((profile) => ({
      what: 'the code is wrong',
      fix: `begin anew: ${sameLogin(profile)} (codes of an app need a clock that is right)`,
    })) satisfies KnownCause['explain'],
  })),
  {
    name: 'ExpiredCode',
    explain: (profile) => ({
      what: 'the code is too old, or was used already',
      fix: `begin anew, with another: ${sameLogin(profile)}`,
    }),
  },
  {
    name: 'UserNotConfirmed',
    mend: 'user',
    explain: (profile) => ({
      what: 'this user is not confirmed yet',
      fix: `confirm the user with the code that was sent at the registration, or have an administrator of ${poolOf(profile)} do it`,
    }),
  },
  {
    name: 'PasswordResetRequired',
    mend: 'user',
    explain: (profile) => ({
      what: 'this password must be reset',
      fix: profile?.signIn?.domain
        ? 'reset it on the sign-in page of the user pool ("Forgot your password?"), then sign in again'
        : `have an administrator of ${poolOf(profile)} set a temporary one, then sign in again: a new one is asked for`,
    }),
  },
  ...['InvalidPassword', 'PasswordHistoryPolicyViolation'].map((name) => ({
    name,
    explain: ((profile, { message }) => ({
      what: `the new password was refused: ${message}`,
      fix: `begin anew, with one that the policy of the user pool allows: ${sameLogin(profile)}`,
    })) satisfies KnownCause['explain'],
  })),
  {
    name: 'InvalidParameter',
    operation: 'InitiateAuth',
    text: /not enabled/i,
    mend: 'auth-flows',
    explain: (profile) => ({
      what: `signing in with a password is not allowed for ${clientOf(profile)}`,
      fix: `allow the authentication flow ALLOW_USER_SRP_AUTH for it in ${poolOf(profile)}; or sign in with the browser: ${byBrowser(profile)}`,
    }),
  },
  {
    name: 'InvalidParameter',
    operation: 'RespondToAuthChallenge',
    explain: (profile, { message }) => ({
      what: `the user pool did not take what was answered: ${message}`,
      fix: `begin anew, with another answer: ${sameLogin(profile)}`,
    }),
  },
  {
    name: 'ResourceNotFound',
    text: /device/i,
    mend: 'sign-in',
    explain: (profile) => ({
      what: 'the user pool has forgotten the device that this session is bound to',
      fix: loginAnew(profile),
    }),
  },
  {
    name: 'ResourceNotFound',
    mend: 'app-client',
    explain: (profile) => ({
      what: `there is no ${clientOf(profile)}`,
      fix: `check cognito_client_id, and cognito_user_pool_id (${poolOf(profile)}) with its region`,
    }),
  },
]
