import type { IncomingHttpHeaders } from 'node:http'

/** A request as it arrived, its body read whole. Header names are in lower case. */
export interface ReceivedRequest {
  method: string
  url: URL
  headers: IncomingHttpHeaders
  body: string
}

/** What an endpoint answers; the server adds `Date` and `Content-Length`. */
export interface Answer {
  status: number
  headers: Record<string, string | string[]>
  body: string
  /** The sign-in the request was about, for the log. */
  originJti?: string
}

/** One endpoint: a request in, an answer out. Waiting and breaking off are the server's and the faults' business. */
export type Endpoint = (request: ReceivedRequest) => Answer

/** A refusal in the words of the service; each endpoint renders it in its own protocol. */
export class Refusal extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message = '', status = 400) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.status = status
  }
}

/** What AWS's APIs answer whoever may not do what they ask. */
export function notAuthorized(message: string): Refusal {
  return new Refusal('NotAuthorizedException', message)
}

/** A JSON answer as the OAuth endpoints give it. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return {
    status,
    headers: {
      'Content-Type': 'application/json;charset=UTF-8',
      'Cache-Control': 'no-store',
      Pragma: 'no-cache',
    },
    body: JSON.stringify(value),
  }
}

/** A plain text answer. */
export function textAnswer(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body }
}

/** A redirect, with the cookies to set on the way. */
export function redirectAnswer(location: string, cookies: string[] = []): Answer {
  const setCookie = cookies.length > 0 ? { 'Set-Cookie': cookies } : {}
  return { status: 302, headers: { Location: location, 'Cache-Control': 'no-store', ...setCookie }, body: '' }
}

/** The first value of a header that may come several times. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** Whether the body is declared as an HTML form. */
export function isForm(request: ReceivedRequest): boolean {
  const type = headerOf(request.headers, 'content-type') ?? ''
  return type.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'
}
