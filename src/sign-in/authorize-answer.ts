/** What the answer of `/oauth2/authorize` says of an app client and a redirect URI, with nobody signed in. Pure. */
import type { PoolkeyError } from '../errors/poolkey-error.ts'
import type { HttpAnswer } from '../http/one-request.ts'

/**
 * `refused`: the user pool said no, `reason` in its words. `unknown`: nothing can be told from it; with `error` where nobody
 * answered.
 */
export type Verdict =
  | { kind: 'accepted' }
  | { kind: 'refused'; reason: string }
  | { kind: 'unknown'; detail: string; error?: PoolkeyError }

/** The page of a sign-in that was asked for, and where it was to lead. */
export interface AskedPage {
  url: URL
  redirectUri: string
}

// What the user pool's own error page names.
const PAGE_ERROR = /\b(?:redirect_mismatch|invalid_client|unauthorized_client|invalid_request)\b/

/**
 * Judges the answer: a client and redirect URI that are registered lead to the sign-in page, or to an identity provider; others to
 * `/error`, which calls nobody back; other mistakes to the redirect URI, with an error (developer guide, authorize endpoint).
 */
export function judgeAuthorizeAnswer(
  { status, headers, body }: HttpAnswer,
  { url, redirectUri }: AskedPage,
): Verdict {
  const location = headers['location']
  if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location, url.href))
    return judgeTarget(new URL(location, url), { url, redirectUri })
  if (status === 403)
    return { kind: 'unknown', detail: `a firewall in front of ${url.host} answered (HTTP 403)` }
  const reason = status >= 400 && status < 500 ? PAGE_ERROR.exec(body.toString('latin1'))?.[0] : undefined
  return reason === undefined
    ? { kind: 'unknown', detail: `${url.host} answered HTTP ${status}, and no sign-in page` }
    : { kind: 'refused', reason }
}

function judgeTarget(target: URL, { url, redirectUri }: AskedPage): Verdict {
  const error = target.searchParams.get('error')
  const description = target.searchParams.get('error_description')
  if (isAt(target, new URL(redirectUri))) {
    // `prompt=none`, with nobody signed in.
    if (error === null || error === 'login_required') return { kind: 'accepted' }
    return { kind: 'refused', reason: description === null ? error : `${error}: ${description}` }
  }
  if (target.origin === url.origin) {
    if (target.pathname === '/error') return { kind: 'refused', reason: error ?? 'an error page' }
    if (/^\/(?:login|oauth2|saml2)\b/.test(target.pathname)) return { kind: 'accepted' }
  } else if (target.protocol === 'https:' && url.protocol === 'https:') {
    // The only identity provider of the client, or the one that was named.
    return { kind: 'accepted' }
  }
  return { kind: 'unknown', detail: `${url.host} leads to ${target.origin}${target.pathname}` }
}

function isAt(target: URL, place: URL): boolean {
  return target.origin === place.origin && target.pathname === place.pathname
}
