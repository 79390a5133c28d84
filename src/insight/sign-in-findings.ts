/** What a check of the sign-in found, in words. Pure. */
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import type { Profile, SignInSettings } from '../profile/profile.ts'
import type { Verdict } from '../sign-in/authorize-answer.ts'
import type { PasswordVerdict } from '../sign-in/password-begin.ts'
import type { SignInCheck } from '../sign-in/sign-in-check.ts'
import { fine, misconfigured, troubleOf } from './finding.ts'
import type { Finding, Trouble } from './finding.ts'

const UNREACHABLE = 6

type SigningIn = Profile & { signIn: SignInSettings }

/** The findings, in the order of the sign-in: the issuer's documents, then each callback URL, or the user pool's API. */
export function signInFindings(profile: Profile, check: SignInCheck): Finding[] {
  const { discovery, keys, callbacks, password, domain } = check
  const { signIn } = profile
  if (!signIn) return []
  const person = { ...profile, signIn }
  const isThere = discovery.kind === 'accepted' && keys.kind === 'accepted'
  const ofIssuer = isThere
    ? [fine(`the issuer ${signIn.issuer} is there, with its keys`)]
    : [...issuerFinding('configuration', discovery, person), ...issuerFinding('signing keys', keys, person)]
  return [
    ...ofIssuer,
    ...ofAnotherPool(signIn),
    ...ofAutoLogin(signIn),
    ...callbacks.map((one) => callbackFinding(signIn, one, profile)),
    ...(password ? [passwordFinding(password, person)] : []),
    ...(domain ? [domainFinding(domain, person)] : []),
  ]
}

// An issuer ends with its pool's ID.
function ofAnotherPool({ issuer, userPoolId }: SignInSettings): Finding[] {
  const pool = /\/([\w-]+_[0-9A-Za-z]+)\/?$/.exec(issuer)?.[1]
  if (pool === undefined || pool === userPoolId) return []
  return [
    misconfigured({
      ...{ state: 'warning', code: 'issuer-of-another-pool' },
      cause: `cognito_issuer is that of user pool ${pool}, cognito_user_pool_id is ${userPoolId}`,
      fix: 'correct the one that is wrong',
    }),
  ]
}

// Only a browser can be opened for whoever waits.
function ofAutoLogin({ autoLogin, method, domain }: SignInSettings): Finding[] {
  if (!autoLogin || (method === 'browser' && domain)) return []
  return [
    misconfigured({
      ...{ state: 'warning', code: 'auto-login-without-browser' },
      cause: `cognito_auto_login does nothing: ${method === 'password' ? 'cognito_sign_in is password, and a password is asked for at a terminal alone' : 'there is no cognito_domain whose page a browser could open'}`,
      fix: 'take it out, or sign in with the browser',
    }),
  ]
}

function issuerFinding(what: string, verdict: Verdict, profile: SigningIn): Finding[] {
  const issuer = profile.signIn.issuer
  switch (verdict.kind) {
    case 'accepted':
      return []
    case 'unknown':
      return [unknown(`could not tell of the issuer's ${what}: ${verdict.detail}`, verdict, profile)]
    case 'refused':
      return [
        misconfigured({
          code: 'issuer-unknown',
          cause: `${issuer} does not give its ${what}: ${verdict.reason}`,
          fix: 'check cognito_user_pool_id, and cognito_issuer if it is set',
          steps: [
            `aws cognito-idp list-user-pools --max-results 60 --region ${profile.signIn.userPoolRegion}`,
          ],
        }),
      ]
  }
}

function callbackFinding(
  signIn: SignInSettings,
  { redirectUri, verdict }: SignInCheck['callbacks'][number],
  profile: Profile,
): Finding {
  const host = signIn.domain?.host ?? ''
  const client = `app client ${signIn.clientId}`
  switch (verdict.kind) {
    case 'accepted':
      return fine(`${host} takes ${client} with ${redirectUri}`)
    case 'unknown':
      return unknown(
        `could not tell whether ${client} takes ${redirectUri}: ${verdict.detail}`,
        verdict,
        profile,
      )
    case 'refused': {
      const { reason } = verdict
      const [error = reason] = reason.split(':')
      const refused = troubleOf(new PoolkeyError('sign-in-refused', { error, redirectUri }), profile)
      return { ...refused, cause: `${host} refuses ${client} with ${redirectUri}: ${reason}` }
    }
  }
}

function passwordFinding(verdict: PasswordVerdict, profile: SigningIn): Finding {
  const client = `app client ${profile.signIn.clientId}`
  if (verdict.kind === 'accepted')
    return fine(`the user pool's API begins a sign-in with a password at ${client}`)
  const trouble = troubleOf(verdict.error, profile)
  if (isPoolkeyError(verdict.error, 'service-refused')) return trouble
  // Whoever is throttled, or met by a firewall, knows nothing of the client.
  const state = isPoolkeyError(verdict.error, 'unexpected-answer') ? 'warning' : 'failed'
  const cause = `could not tell whether ${client} lets people sign in with a password: ${trouble.cause}`
  return { ...trouble, state, cause }
}

/** Nobody signs in there: it is for what is left of a hosted UI, and may be asked without being right. */
function domainFinding(verdict: Verdict, profile: SigningIn): Finding {
  const host = profile.signIn.domain?.host ?? ''
  if (verdict.kind !== 'unknown') return fine(`${host} answers: signing out goes by it`)
  const trouble = unknown(
    `could not tell of cognito_domain, by which signing out goes: ${verdict.detail}`,
    verdict,
    profile,
  )
  return { ...trouble, state: 'warning' }
}

/** Something that was not answered: broken where nobody could be reached, else only not known. */
function unknown(cause: string, { error }: Extract<Verdict, { kind: 'unknown' }>, profile: Profile): Trouble {
  if (error) return { ...troubleOf(error, profile), cause }
  const fix = 'check cognito_domain, and whether a firewall or a portal stands in between'
  return { state: 'warning', code: 'unexpected-answer', cause, fix, steps: [], exitCode: UNREACHABLE }
}
