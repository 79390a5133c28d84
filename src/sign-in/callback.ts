/**
 * Judges what claims to be the answer of the user pool: a request to the loopback listener or a pasted URL. A code or an
 * error counts only with the state of this very attempt; everything else is named and thrown away, and waiting goes on.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { isOwnHost } from '../loopback/loopback-url.ts'
import { Secret } from '../secret.ts'

/** One request as it came over the wire: the target undecoded, every Host header. */
export interface CallbackRequest {
  method: string
  target: string
  hosts: string[]
}

/** What the wanted callback looks like. An `iss` parameter, where there is one, must be one of `issuers` (RFC 9207). */
export interface ExpectedCallback {
  redirectUri: string
  state: string
  issuers: string[]
}

/** What it is: the wanted code, a refusal of this attempt, an error without its state, or anything else, with the status to answer. */
export type CallbackVerdict =
  | { kind: 'code'; code: Secret }
  | { kind: 'refused'; error: string; description: string | undefined }
  | { kind: 'unverified-error'; error: string; description: string | undefined }
  | { kind: 'rejected'; status: 400 | 403 | 404 | 405; problem: string }

/** The same of a pasted URL. Where the browser signs out first, that ends at `logoutUri`. */
export interface ExpectedPastedUrl extends ExpectedCallback {
  logoutUri?: string | undefined
}

const MAX_TEXT_LENGTH = 500

/** Judges a request to the listener. Host first: a page that rebinds its name to loopback learns nothing else. */
export function judgeCallback(request: CallbackRequest, expected: ExpectedCallback): CallbackVerdict {
  const redirectUri = new URL(expected.redirectUri)
  if (!isOwnHost(request.hosts, redirectUri)) return rejected(403, 'the request is addressed to another host')
  const question = request.target.indexOf('?')
  const path = question === -1 ? request.target : request.target.slice(0, question)
  if (path !== redirectUri.pathname) return rejected(404, 'there is nothing at this address')
  if (request.method !== 'GET') return rejected(405, 'only GET is answered here')
  return judgeParameters(
    new URLSearchParams(question === -1 ? '' : request.target.slice(question + 1)),
    expected,
  )
}

const SIGN_OUT_ENDED =
  'that is where the sign-out ends; now open the second URL, sign in there, and paste the URL that ends at'

/** Judges a URL that a person copied from the address bar of a browser elsewhere: the whole URL, state included. */
export function judgePastedUrl(text: string, expected: ExpectedPastedUrl): CallbackVerdict {
  const { logoutUri } = expected
  const redirectUri = new URL(expected.redirectUri)
  const trimmed = withoutWrapping(text.trim(), redirectUri)
  const pasted = URL.canParse(trimmed) ? new URL(trimmed) : undefined
  if (trimmed === '') return rejected(400, 'nothing was pasted')
  if (pasted === undefined) return rejected(400, 'this is not a whole URL')
  if (pasted.searchParams.has('redirect_uri')) {
    return rejected(400, 'this is the page to sign in on; the URL that it ends at is wanted')
  }
  const isSignedOut = logoutUri !== undefined && isAt(pasted, logoutUri)
  if (isSignedOut && !pasted.searchParams.has('code')) return rejected(400, SIGN_OUT_ENDED)
  if (pasted.origin !== redirectUri.origin || pasted.pathname !== redirectUri.pathname) {
    return rejected(400, `the URL does not begin with ${expected.redirectUri}`)
  }
  return judgeParameters(pasted.searchParams, expected)
}

/** The error for a verdict that ends the sign-in: the user pool, or its identity provider, said no. */
export function signInRefused(verdict: Extract<CallbackVerdict, { kind: 'refused' }>): PoolkeyError {
  const { error, description } = verdict
  return new PoolkeyError('sign-in-refused', { error, ...(description === undefined ? {} : { description }) })
}

function isAt({ origin, pathname }: URL, uri: string): boolean {
  const place = new URL(uri)
  return origin === place.origin && pathname === place.pathname
}

/** Without the quotes or brackets that a message had around it; with the scheme that some browsers hide. */
function withoutWrapping(text: string, { host, protocol }: URL): string {
  const bare = /^(?:".*"|'.*'|<.*>)$/.test(text) ? text.slice(1, -1) : text
  return bare.startsWith(`${host}/`) ? `${protocol}//${bare}` : bare
}

function judgeParameters(parameters: URLSearchParams, expected: ExpectedCallback): CallbackVerdict {
  const names = [...parameters.keys()]
  if (new Set(names).size !== names.length) return rejected(400, 'a parameter is given more than once')
  const { code, state, error, error_description: description, iss } = withoutEmpty(parameters)

  if (state === undefined) {
    if (error === undefined) return rejected(400, 'the state is missing')
    return { kind: 'unverified-error', error: short(error), description: short(description) }
  }
  if (!isSame(state, expected.state)) return rejected(400, 'the state belongs to another sign-in')
  if (iss !== undefined && !expected.issuers.includes(iss))
    return rejected(400, 'the answer is of another issuer')
  if (error !== undefined) {
    if (code !== undefined) return rejected(400, 'there is both a code and an error')
    return { kind: 'refused', error: short(error), description: short(description) }
  }
  if (code === undefined) return rejected(400, 'there is neither a code nor an error')
  // RFC 6749 appendix A.11: a code is printable ASCII.
  if (!/^[\x20-\x7e]{1,4096}$/.test(code)) return rejected(400, 'the code is malformed')
  return { kind: 'code', code: new Secret(code) }
}

// RFC 6749 section 3.1: a parameter without a value counts as omitted.
function withoutEmpty(parameters: URLSearchParams): Partial<Record<string, string>> {
  return Object.fromEntries([...parameters].filter(([, value]) => value !== ''))
}

// Over digests, so that neither length nor content tells how near a guess was.
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

function short(text: string): string
function short(text: string | undefined): string | undefined
function short(text: string | undefined): string | undefined {
  return text === undefined || text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`
}

function rejected(status: 400 | 403 | 404 | 405, problem: string): CallbackVerdict {
  return { kind: 'rejected', status, problem }
}
