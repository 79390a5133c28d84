/** Reads answers that must be JSON objects, and says what came instead. Pure. */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { ErrorFacts } from '../errors/poolkey-error.ts'
import { parseJsonObject } from '../json-object.ts'
import type { HttpAnswer } from './one-request.ts'

/** Where an answer came from, for errors. */
export interface AnswerOrigin {
  host: string
  operation: string
}

/** The JSON object of an answer with status 200; anything else throws `unexpected-answer`. */
export function parseJsonAnswer(answer: HttpAnswer, origin: AnswerOrigin): Record<string, unknown> {
  const body = answer.status === 200 ? parseJsonObject(answer.body.toString('utf8')) : undefined
  if (body === undefined) throw unexpectedAnswer(answer, origin)
  return body
}

/** The error for an answer whose members are wrong. `problem` names them without their values: they may be tokens. */
export function notTheProtocol(answer: HttpAnswer, origin: AnswerOrigin, problem: string): PoolkeyError {
  return new PoolkeyError('unexpected-answer', {
    ...origin,
    status: answer.status,
    kind: 'not-the-protocol',
    detail: problem,
  })
}

/** The error for an answer that is not what was asked for, by what it looks like: a redirect, a page, a firewall's refusal. */
export function unexpectedAnswer(answer: HttpAnswer, origin: AnswerOrigin): PoolkeyError {
  const { status, headers } = answer
  const type = headers['content-type'] ?? ''
  const facts = (kind: ErrorFacts['unexpected-answer']['kind'], detail: string) =>
    new PoolkeyError('unexpected-answer', { ...origin, status, kind, ...(detail === '' ? {} : { detail }) })

  if (status >= 300 && status < 400) return facts('redirect', redirectTarget(headers['location']))
  if (status === 429) return facts('throttled', '')
  if (status >= 500) return facts('server-error', '')
  if (status === 403) return facts('firewall', '')
  if (
    type.toLowerCase().includes('html') ||
    /^\s*<(!doctype|html)/i.test(answer.body.toString('latin1', 0, 100))
  ) {
    return facts('html', '')
  }
  return facts('not-the-protocol', status === 200 ? 'the body is not a JSON object' : '')
}

// The origin alone: what a portal puts into path and query is its own business.
function redirectTarget(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? `to ${new URL(location).origin}` : ''
}
