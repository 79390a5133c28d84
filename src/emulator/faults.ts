import { Refusal, textAnswer } from './answer.ts'
import type { Answer, ReceivedRequest } from './answer.ts'
import { awsJsonRefusal } from './aws-json.ts'

/** What goes wrong with an answer. */
export type Fault =
  /** Any answer instead of the real one; the request is not processed. */
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string }
  /** 500, worded by the service's own protocol. */
  | { kind: 'server-error' }
  /** Throttled, worded by the service's own protocol: 429 from the OAuth endpoints, 400 from AWS's APIs. */
  | { kind: 'throttled'; retryAfterSeconds?: number }
  /** A web application firewall or captive portal: an HTML page. Status 403 when absent. */
  | { kind: 'html'; status?: number }
  | { kind: 'redirect'; location: string; status?: 301 | 302 | 303 | 307 | 308 }
  /** The connection breaks before the request is processed. */
  | { kind: 'reset' }
  /** The request is processed and its answer lost. */
  | { kind: 'lost' }
  /** The request is processed and the connection breaks in the middle of the answer. */
  | { kind: 'half' }
  /** The request is processed only when the promise settles: for tests about what happens meanwhile. */
  | { kind: 'hold'; until: Promise<unknown> }
  /** No answer ever; the connection stays open. The request is not processed. */
  | { kind: 'silence' }
  /** The request is processed and its answer changed. */
  | { kind: 'alter'; alter: (answer: Answer) => Answer }

/** The faults to come, operation by operation (`*` stands for every operation). */
export interface Faults {
  /** The next `times` answers of the operation, after those already set; once when absent. */
  set(operation: string, fault: Fault, times?: number): void
  /** Forgets the faults of one operation, or all. */
  clear(operation?: string): void
}

/** The faults with the server's side of them: taking the next one counts it down. */
export interface FaultQueue extends Faults {
  take(operation: string): Fault | undefined
}

/** Starts without any fault. */
export function createFaults(): FaultQueue {
  const queues = new Map<string, { fault: Fault; left: number }[]>()
  return {
    set: (operation, fault, times = 1) => {
      if (times >= 1) queues.set(operation, [...(queues.get(operation) ?? []), { fault, left: times }])
    },
    clear: (operation) => {
      if (operation === undefined) queues.clear()
      else queues.delete(operation)
    },
    take: (operation) => {
      const queue = [queues.get(operation), queues.get('*')].find(
        (one) => one !== undefined && one.length > 0,
      )
      const next = queue?.[0]
      if (!next) return undefined
      next.left -= 1
      if (next.left < 1) queue.shift()
      return next.fault
    },
  }
}

/** The answer of a fault that answers by itself; undefined for those that break or change the real answer. */
export function answerOfFault(fault: Fault, request: ReceivedRequest): Answer | undefined {
  switch (fault.kind) {
    case 'answer':
      return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' }
    case 'server-error':
      return serviceFailure(request, {
        code: 'InternalFailure',
        jsonCode: 'InternalErrorException',
        status: 500,
      })
    case 'throttled': {
      const answer = serviceFailure(request, {
        code: 'Throttling',
        jsonCode: 'TooManyRequestsException',
        status: 429,
      })
      const wait = fault.retryAfterSeconds
      return wait === undefined
        ? answer
        : { ...answer, headers: { ...answer.headers, 'Retry-After': String(wait) } }
    }
    case 'html':
      return {
        status: fault.status ?? 403,
        headers: { 'Content-Type': 'text/html' },
        body: '<html>\n<head><title>403 Forbidden</title></head>\n<body>\n<center><h1>403 Forbidden</h1></center>\n</body>\n</html>\n',
      }
    case 'redirect':
      return { status: fault.status ?? 302, headers: { Location: fault.location }, body: '' }
    case 'reset':
    case 'lost':
    case 'half':
    case 'hold':
    case 'silence':
    case 'alter':
      return undefined
  }
}

function serviceFailure(
  request: ReceivedRequest,
  failure: { code: string; jsonCode: string; status: number },
): Answer {
  const { code, jsonCode, status } = failure
  const awsStatus = status === 429 ? 400 : status
  if (request.headers['x-amz-target'] !== undefined) {
    return awsJsonRefusal(new Refusal(jsonCode, 'The service could not answer.', awsStatus))
  }
  if (request.url.pathname === '/') {
    const type = awsStatus === 500 ? 'Receiver' : 'Sender'
    return {
      status: awsStatus,
      headers: { 'Content-Type': 'text/xml' },
      body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>${type}</Type><Code>${code}</Code><Message>The service could not answer.</Message></Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>`,
    }
  }
  return textAnswer(status, status === 429 ? 'Too Many Requests' : 'Internal Server Error')
}
