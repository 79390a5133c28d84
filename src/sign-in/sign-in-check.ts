/** What can be known of a sign-in without anybody signing in: the issuer's documents, the domain, the app client, the API. */
import { explainError } from '../errors/catalogue.ts'
import { isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import type { HttpAnswer } from '../http/one-request.ts'
import type { Http } from '../http/http.ts'
import { parseJsonObject } from '../json-object.ts'
import type { SignInSettings } from '../profile/profile.ts'
import { judgeAuthorizeAnswer } from './authorize-answer.ts'
import type { Verdict } from './authorize-answer.ts'
import { authorizeUrl, createAttempt } from './authorization.ts'
import { checkPasswordWay } from './password-begin.ts'
import type { PasswordVerdict } from './password-begin.ts'
import { parseSigningKeys } from './signing-keys.ts'
import type { UserPoolClient } from './user-pool-api.ts'

/** The verdict on each link that this way of signing in has; no redirect URI is judged where there is no domain. */
export interface SignInCheck {
  discovery: Verdict
  keys: Verdict
  callbacks: { redirectUri: string; verdict: Verdict }[]
  /** Of a sign-in with a password. */
  password?: PasswordVerdict
  /** Whether there is a hosted UI, where nobody signs in by it. */
  domain?: Verdict
}

// Who registers more has tried the first ones.
const MOST_CALLBACKS = 5

/** What is checked, by which ways, and how long. */
export interface SignInChecked {
  signIn: SignInSettings
  http: Http
  /** The user pool's API, asked where people sign in with a password. */
  client: () => Promise<UserPoolClient>
  /** For all of it together: what has not answered by then is unknown. */
  limitMs: number
  signal: AbortSignal
}

/**
 * Asks all of it at once, and nothing that has an effect. Throws `environment-invalid`, and `interrupted` when that is the
 * signal's reason.
 */
export async function checkSignIn(asked: SignInChecked): Promise<SignInCheck> {
  // Not AbortSignal.timeout: within AbortSignal.any, Node 20 may collect it, and the time never comes.
  const limit = new AbortController()
  const timer = setTimeout(() => {
    const seconds = Math.ceil(asked.limitMs / 1000)
    limit.abort(new PoolkeyError('deadline-exceeded', { waitedFor: 'an answer', seconds }))
  }, asked.limitMs)
  try {
    return await checkWithin({ ...asked, signal: AbortSignal.any([asked.signal, limit.signal]) })
  } finally {
    clearTimeout(timer)
  }
}

async function checkWithin(asked: Omit<SignInChecked, 'limitMs'>): Promise<SignInCheck> {
  const { signIn, http, signal } = asked
  const request = async (operation: string, url: URL, judge: (answer: HttpAnswer) => Verdict) => {
    try {
      return judge(await http.request({ operation, method: 'GET', url, signal }))
    } catch (error) {
      if (isPoolkeyError(error, 'network') || isPoolkeyError(error, 'deadline-exceeded'))
        return { kind: 'unknown', detail: explainError(error).what, error } as const
      throw error
    }
  }
  const attempt = createAttempt()
  const isBrowser = signIn.method === 'browser'
  const judgeCallback = (redirectUri: string) => {
    const url = authorizeUrl({ signIn, attempt, redirectUri })
    return request('the sign-in page', url, (answer) => judgeAuthorizeAnswer(answer, { url, redirectUri }))
  }
  const redirectUris = signIn.domain ? signIn.redirectUris.slice(0, MOST_CALLBACKS) : []
  const [first] = redirectUris
  const [discovery, keys, password, domain, ...callbacks] = await Promise.all([
    request('its configuration', documentOf(signIn, 'openid-configuration'), (answer) =>
      judgeDiscovery(answer, signIn),
    ),
    request('its signing keys', documentOf(signIn, 'jwks.json'), judgeKeys),
    isBrowser ? undefined : asked.client().then((client) => checkPasswordWay(client, signal)),
    isBrowser || first === undefined ? undefined : judgeCallback(first),
    ...(isBrowser ? redirectUris : []).map(async (redirectUri) => ({
      redirectUri,
      verdict: await judgeCallback(redirectUri),
    })),
  ])
  return { discovery, keys, callbacks, ...(password ? { password } : {}), ...(domain ? { domain } : {}) }
}

function documentOf({ issuer }: SignInSettings, name: string): URL {
  return new URL(`${issuer.replace(/\/$/, '')}/.well-known/${name}`)
}

function judgeDiscovery({ status, body }: HttpAnswer, { acceptedIssuers }: SignInSettings): Verdict {
  const document = status === 200 ? parseJsonObject(body.toString('utf8')) : undefined
  const issuer = document?.['issuer']
  if (typeof issuer !== 'string') return unlikeIt(status)
  return acceptedIssuers.includes(issuer)
    ? { kind: 'accepted' }
    : { kind: 'refused', reason: `it calls itself ${issuer}` }
}

function judgeKeys({ status, body }: HttpAnswer): Verdict {
  const keys = status === 200 ? parseSigningKeys(parseJsonObject(body.toString('utf8'))) : undefined
  return keys ? { kind: 'accepted' } : unlikeIt(status)
}

/** A user pool that does not exist is answered for with 400 or 404. */
function unlikeIt(status: number): Verdict {
  return status === 400 || status === 404
    ? { kind: 'refused', reason: `HTTP ${status}` }
    : { kind: 'unknown', detail: `it answered HTTP ${status}, and not with what was asked for` }
}
