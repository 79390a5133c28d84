import type { RequestDoor } from '../http/http.ts'
import type { HttpAnswer } from '../http/one-request.ts'
import { requestWithRetries } from '../http/request-retry.ts'
import type { Wait } from '../http/request-retry.ts'
import type { ServicePlace } from '../http/sdk-transport.ts'
import { pause } from '../pause.ts'
import type { Secret } from '../secret.ts'
import { decodeReceivedByApi } from './token-answer.ts'
import type { ReceivedTokens, TokenAnswer } from './token-answer.ts'
import { createUserPoolClient } from './user-pool-api.ts'
import type { AppClient } from './user-pool-api.ts'

// A request ends by its own limit.
const NEVER = new AbortController().signal

/**
 * Fresh tokens by GetTokensFromRefreshToken, with the promises of `requestTokensByRefresh`: a lost answer is asked for once
 * more, what was sent is waited for, and `onReceived` has the next refresh token before anything is verified. Throws
 * `service-refused`, `unexpected-answer`, what `Http` throws and what `onReceived` throws.
 */
export async function requestTokensByApi(options: {
  place: ServicePlace
  client: AppClient
  refreshToken: Secret
  deviceKey: string | undefined
  http: RequestDoor
  signal: AbortSignal
  onReceived: (received: ReceivedTokens) => void
  onSent?: (() => void) | undefined
  hasTimeFor: (ms: number) => boolean
}): Promise<TokenAnswer> {
  const { place, client, refreshToken, deviceKey, http, signal, onSent, hasTimeFor } = options
  signal.throwIfAborted()
  const wait: Wait = (ms) => pause(ms, signal)
  const telling: RequestDoor = { request: async (request) => withHttpStatus(await http.request(request)) }
  const door: RequestDoor = {
    request: async (request) => {
      const sent = { ...request, onSent, signal: NEVER }
      const answer = await requestWithRetries(telling, sent, wait, hasTimeFor)
      options.onReceived(decodeReceivedByApi(answer))
      return answer
    },
  }
  const api = createUserPoolClient(place, client, { http: door, tries: 1 })
  return api.refreshTokens({ refreshToken, deviceKey, signal })
}

// Passing trouble comes with status 400 and its name in a header; told by a status of its own, it is tried again.
const PASSING = /^(TooManyRequests|InternalError)Exception\b/

function withHttpStatus(answer: HttpAnswer): HttpAnswer {
  const name = PASSING.exec(answer.headers['x-amzn-errortype'] ?? '')?.[1]
  if (answer.status !== 400 || name === undefined) return answer
  return { ...answer, status: name === 'InternalError' ? 500 : 429 }
}
