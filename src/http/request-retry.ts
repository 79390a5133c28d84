import { isPoolkeyError } from '../errors/poolkey-error.ts'
import { pause } from '../pause.ts'
import type { RequestDoor } from './http.ts'
import type { HttpAnswer, HttpRequest } from './one-request.ts'

/** Waits between tries; throws the reason of `signal` when it aborts. Tests pass one that does not take time. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>

const MAX_TRIES = 3
const FIRST_PAUSE_MS = 300
// A server that wants more patience than this is better told to the person than waited for in silence.
const MAX_RETRY_AFTER_MS = 15_000

/**
 * Sends a request that may be sent again: at most three times when the server throttles, fails or cannot be reached, and
 * at most twice when it may have done the work and only the answer was lost; and never when there is no time for another
 * try after the pause. Returns the last answer, whatever it is.
 */
export async function requestWithRetries(
  door: RequestDoor,
  request: HttpRequest,
  wait: Wait = pause,
  hasTimeFor: (ms: number) => boolean = () => true,
): Promise<HttpAnswer> {
  let lostAnswers = 0
  for (let tries = 1; ; tries += 1) {
    const isLast = tries === MAX_TRIES
    let pauseMs = FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + Math.random())
    try {
      const answer = await door.request(request)
      if (isLast || (answer.status !== 429 && answer.status < 500)) return answer
      const retryAfterMs = parseRetryAfter(answer.headers)
      if (retryAfterMs > MAX_RETRY_AFTER_MS) return answer
      pauseMs = Math.max(pauseMs, retryAfterMs)
      if (!hasTimeFor(pauseMs)) return answer
    } catch (error) {
      if (isLast || !isPoolkeyError(error, 'network') || error.facts.kind === 'tls') throw error
      if (error.facts.kind === 'reset' || error.facts.kind === 'timeout') lostAnswers += 1
      if (lostAnswers > 1 || !hasTimeFor(pauseMs)) throw error
    }
    await wait(pauseMs, request.signal)
  }
}

/** `Retry-After` in milliseconds, 0 without one; a date is taken against the server's own clock (RFC 9110 10.2.3). */
function parseRetryAfter(headers: Record<string, string>): number {
  const value = headers['retry-after'] ?? ''
  if (/^\d{1,6}$/.test(value)) return Number(value) * 1_000
  const ms = Date.parse(value) - Date.parse(headers['date'] ?? '')
  return Number.isNaN(ms) ? 0 : Math.max(0, ms)
}
