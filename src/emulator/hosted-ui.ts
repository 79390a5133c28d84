/**
 * The hosted UI: `/oauth2/authorize`, `/login` and `/logout`. A request whose client or redirect URI is not registered
 * calls nobody back; every other error goes to the redirect URI with the codes of the developer guide.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { Refusal, headerOf, isForm, redirectAnswer, textAnswer } from './answer.ts'
import type { Answer, Endpoint, ReceivedRequest } from './answer.ts'
import { parseAuthorization } from './authorization-request.ts'
import type { Authorization } from './authorization-request.ts'
import type { EmulatorSettings, EmulatorUser } from './configuration.ts'
import { errorPage, pageAnswer, signInPage } from './hosted-ui-pages.ts'
import type { UserPool } from './user-pool.ts'

const SESSION_MS = 60 * 60_000
const SESSION_COOKIE = 'cognito'
const CSRF_COOKIE = 'XSRF-TOKEN'

interface BrowserSession {
  user: EmulatorUser
  authenticatedAt: Date
}

/** The three pages of the hosted UI. */
export interface HostedUi {
  authorize: Endpoint
  login: Endpoint
  logout: Endpoint
}

/** Opens the hosted UI of a user pool. */
export function createHostedUi(options: {
  settings: EmulatorSettings
  pool: UserPool
  now: () => number
}): HostedUi {
  const { settings, pool, now } = options
  const sessions = new Map<string, BrowserSession>()

  function sessionOf(request: ReceivedRequest): BrowserSession | undefined {
    const session = sessions.get(cookieOf(request, SESSION_COOKIE) ?? '')
    return session && now() < session.authenticatedAt.getTime() + SESSION_MS ? session : undefined
  }

  function callBack(authorization: Authorization, session: BrowserSession, cookies: string[] = []): Answer {
    const { redirectUri, state } = authorization
    const code = pool.signIns.issueCode({ ...authorization, ...session })
    return redirectAnswer(withQuery(redirectUri, { code, state }), cookies)
  }

  function form(request: ReceivedRequest, filled: { username?: string; wasWrong: boolean }): Answer {
    const csrfToken = cookieOf(request, CSRF_COOKIE) ?? randomUUID()
    const user = settings.users[0]
    const username = filled.username ?? request.url.searchParams.get('login_hint') ?? user?.username ?? ''
    const password =
      settings.users.find((one) => one.username === username || one.email === username)?.password ?? ''
    const page = signInPage({
      action: `/login${request.url.search}`,
      username,
      // After a mistake the fields show what was typed, not what would have been right.
      password: filled.wasWrong ? '' : password,
      csrfToken,
      wasWrong: filled.wasWrong,
    })
    return pageAnswer(filled.wasWrong ? 400 : 200, page, [
      `${CSRF_COOKIE}=${csrfToken}; Path=/; HttpOnly; SameSite=Lax`,
    ])
  }

  function signIn(request: ReceivedRequest, authorization: Authorization): Answer {
    const fields = new URLSearchParams(request.body)
    const csrfToken = cookieOf(request, CSRF_COOKIE)
    if (!isForm(request) || csrfToken === undefined || fields.get('_csrf') !== csrfToken) {
      return pageAnswer(
        403,
        errorPage('invalid_csrf_token', 'The form was not the one this page handed out.'),
      )
    }
    const username = fields.get('username') ?? ''
    const user = pool.authenticate(username, fields.get('password') ?? '')
    if (!user) return form(request, { username, wasWrong: true })

    const session = { user, authenticatedAt: new Date(now()) }
    const cookie = `${settings.secretMark}${randomBytes(32).toString('base64url')}`
    sessions.set(cookie, session)
    return callBack(authorization, session, [
      `${SESSION_COOKIE}=${cookie}; Path=/; Max-Age=${SESSION_MS / 1000}; HttpOnly; SameSite=Lax`,
    ])
  }

  /** Parses the request; its refusals become the error page or an error redirect. */
  function authorized(request: ReceivedRequest, proceed: (authorization: Authorization) => Answer): Answer {
    const parsed = parseAuthorization(request.url.searchParams, settings)
    switch (parsed.kind) {
      case 'unregistered':
        return pageAnswer(400, errorPage(parsed.error, parsed.detail))
      case 'refused':
        return redirectAnswer(
          withQuery(parsed.redirectUri, {
            error: parsed.error,
            error_description: parsed.description,
            state: settings.errorsCarryState ? parsed.state : undefined,
          }),
        )
      case 'valid':
        return proceed(parsed.authorization)
    }
  }

  return {
    authorize: onlyGet((request) =>
      authorized(request, (authorization) => {
        const { prompts, redirectUri, state } = authorization
        const session = sessionOf(request)
        if (session && !prompts.includes('login')) return callBack(authorization, session)
        if (prompts.includes('none'))
          return redirectAnswer(withQuery(redirectUri, { error: 'login_required', state }))
        return redirectAnswer(`/login${request.url.search}`)
      }),
    ),
    login: (request) =>
      authorized(request, (authorization) => {
        if (request.method === 'POST') return signIn(request, authorization)
        if (request.method === 'GET') return form(request, { wasWrong: false })
        return methodNotAllowed('GET, POST')
      }),
    logout: onlyGet((request) => {
      const query = request.url.searchParams
      const cookie = cookieOf(request, SESSION_COOKIE)
      const cleared = [`${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`]
      const target = logoutTarget(query, { settings, search: request.url.search })
      if (target instanceof Refusal) return pageAnswer(400, errorPage(target.code, target.message))
      sessions.delete(cookie ?? '')
      return redirectAnswer(target, cleared)
    }),
  }
}

/** Where `/logout` leads: a registered sign-out URL, which wins, or the sign-in form of another attempt. */
function logoutTarget(
  query: URLSearchParams,
  from: { settings: EmulatorSettings; search: string },
): string | Refusal {
  const { settings, search } = from
  if (query.get('client_id') !== settings.clientId)
    return new Refusal('invalid_client', 'The app client is not known.')
  const logoutUri = query.get('logout_uri')
  if (logoutUri !== null) {
    if (settings.logoutUris.includes(logoutUri)) return logoutUri
    return new Refusal(
      'redirect_mismatch',
      `The sign-out URL ${logoutUri} is not registered with the app client.`,
    )
  }
  const redirectUri = query.get('redirect_uri')
  if (redirectUri === null || query.get('response_type') === null) {
    return new Refusal(
      'invalid_request',
      'Required String parameter is missing: logout_uri, or redirect_uri with response_type.',
    )
  }
  if (settings.redirectUris.includes(redirectUri)) return `/login${search}`
  return new Refusal(
    'redirect_mismatch',
    `The redirect URI ${redirectUri} is not registered with the app client.`,
  )
}

function onlyGet(endpoint: Endpoint): Endpoint {
  return (request) => (request.method === 'GET' ? endpoint(request) : methodNotAllowed('GET'))
}

function methodNotAllowed(allowed: string): Answer {
  return textAnswer(405, 'Method Not Allowed', { Allow: allowed })
}

function cookieOf(request: ReceivedRequest, name: string): string | undefined {
  const cookies = (headerOf(request.headers, 'cookie') ?? '').split(';').map((cookie) => cookie.trim())
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1)
}

/** Adds parameters to a registered URI, which may have a query of its own, and leaves the rest of it as it was registered. */
function withQuery(uri: string, parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value)
  return `${uri}${uri.includes('?') ? '&' : '?'}${query.toString()}`
}
