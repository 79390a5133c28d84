/** The console's federation: getSigninToken by GET or POST, and the page that a sign-in token leads to. */
import { randomBytes } from 'node:crypto'
import { isForm, jsonAnswer, textAnswer } from './answer.ts'
import type { Answer, Endpoint, ReceivedRequest } from './answer.ts'
import type { EmulatorSettings } from './configuration.ts'
import { consolePage, errorPage, pageAnswer } from './hosted-ui-pages.ts'
import { assumedRoleOf } from './issued-credentials.ts'
import type { CredentialBook, IssuedCredentials } from './issued-credentials.ts'
import { parseJsonObject } from './json-object.ts'

const TOKEN_LIFE_MS = 15 * 60_000

interface FederationOptions {
  settings: EmulatorSettings
  credentials: CredentialBook
  now: () => number
}

/** The endpoint behind `/federation`, and what its requests are called in the log. */
export function createFederation({ settings, credentials, now }: FederationOptions): {
  operationOf: (request: ReceivedRequest) => string
  endpoint: Endpoint
} {
  const issued = new Map<string, { holder: IssuedCredentials; expiresAt: number }>()

  function getSigninToken(fields: URLSearchParams): Answer {
    const holder = holderOf(fields.get('Session') ?? '')
    const seconds = fields.get('SessionDuration')
    const isDurationFine =
      seconds === null ||
      (/^\d{1,6}$/.test(seconds) &&
        Number(seconds) >= 900 &&
        Number(seconds) <= 43_200 &&
        holder?.isChained === false)
    if (!holder || !isDurationFine) return textAnswer(400, '400: Invalid Credentials Parameter')
    const token = `${settings.secretMark}${randomBytes(300).toString('base64url')}`
    issued.set(token, { holder, expiresAt: now() + TOKEN_LIFE_MS })
    return jsonAnswer(200, { SigninToken: token })
  }

  function holderOf(session: string): IssuedCredentials | undefined {
    const { sessionId, sessionKey, sessionToken } = parseJsonObject(session) ?? {}
    const found = typeof sessionId === 'string' ? credentials.find(sessionId) : undefined
    const isSame = found?.secretAccessKey === sessionKey && found?.sessionToken === sessionToken
    return found && isSame && found.expiration.getTime() > now() ? found : undefined
  }

  function login(fields: URLSearchParams): Answer {
    const session = issued.get(fields.get('SigninToken') ?? '')
    if (!session || session.expiresAt <= now()) {
      return pageAnswer(400, errorPage('invalid_token', 'The sign-in token is unknown, or over.'))
    }
    const destination = fields.get('Destination') ?? ''
    return pageAnswer(200, consolePage({ arn: assumedRoleOf(session.holder).arn, destination }))
  }

  return {
    operationOf: (request) => {
      const action = fieldsOf(request).get('Action') ?? 'unknown'
      // Of that name there is one in the hosted UI.
      return action === 'login' ? 'console-login' : action
    },
    endpoint: (request) => {
      const fields = fieldsOf(request)
      const action = fields.get('Action')
      if (action === 'getSigninToken') return getSigninToken(fields)
      if (action === 'login' && request.method === 'GET') return login(fields)
      return textAnswer(400, '400: Invalid Action Parameter')
    },
  }
}

function fieldsOf(request: ReceivedRequest): URLSearchParams {
  return request.method === 'POST'
    ? new URLSearchParams(isForm(request) ? request.body : '')
    : request.url.searchParams
}
