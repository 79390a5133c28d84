/** One reading of what the AWS SDK clients throw, and of what of it is worth another try. */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { ErrorFacts } from '../errors/poolkey-error.ts'
import { redact } from '../errors/redact.ts'
import { abortReason } from '../pause.ts'
import type { Secret } from '../secret.ts'

const THROTTLING = new Set([
  'TooManyRequestsException',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestLimitExceeded',
  'SlowDown',
])
// Sent with status 400, yet the service's own trouble: worth another try later, no edit mends it.
const PASSING_TROUBLE = new Set([
  'InternalErrorException',
  'ExternalServiceException',
  'IDPCommunicationError',
  'IDPCommunicationErrorException',
])

// A user pool's word for what its web ACL (AWS WAF) stopped, with status 400.
const FIREWALL = 'ForbiddenException'

/** Where in a client's middleware stack `asRetryable` belongs: around the deserializer, inside the retries. */
export const AROUND_DESERIALIZER = { step: 'deserialize', priority: 'high', name: 'asRetryable' } as const

/** Has the SDK try again after a service's own passing trouble, which comes with status 400 and so looks like our mistake. */
export async function asRetryable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && PASSING_TROUBLE.has(error.name)) Object.assign(error, { $retryable: {} })
    throw error
  }
}

/**
 * Turns what an SDK client threw into poolkey's error: `service-refused`, `unexpected-answer` or what our door threw.
 * `secrets` is what the request carried: some services quote what they refuse.
 */
export function readSdkError(
  error: unknown,
  about: {
    service: ErrorFacts['service-refused']['service']
    operation: string
    host: string
    secrets: readonly Secret[]
    signal: AbortSignal
  },
): Error {
  const { service, operation, host, secrets, signal } = about
  if (signal.aborted) return abortReason(signal)
  if (error instanceof PoolkeyError) return error
  if (!(error instanceof Error)) return new Error(`${operation} failed`, { cause: error })
  const status = statusOf(error)
  if (status === undefined) return error
  const name = redact(error.name, secrets)
  const message = redact(error.message, secrets)
  const odd = (kind: ErrorFacts['unexpected-answer']['kind'], detail?: string) =>
    new PoolkeyError(
      'unexpected-answer',
      { host, operation, status, kind, ...(detail === undefined ? {} : { detail }) },
      { cause: error },
    )
  if (status === 429 || THROTTLING.has(name)) return odd('throttled')
  if (status >= 500 || PASSING_TROUBLE.has(name)) return odd('server-error', `${name}: ${message}`)
  if (status >= 300 && status < 400) return odd('redirect')
  if (service === 'user pool' && name === FIREWALL) return odd('firewall', message)
  if (status < 400 || !('$fault' in error) || UNREADABLE.has(name)) {
    return odd(status === 403 ? 'firewall' : 'not-the-protocol')
  }
  return new PoolkeyError('service-refused', { service, operation, name, message, status }, { cause: error })
}

// The SDK's names for an error answer in which it found no code (`NotFound`: any 404 of the query protocol).
const UNREADABLE = new Set(['Error', 'UnknownError', 'Unknown', 'NotFound', 'SyntaxError', 'TypeError'])

function statusOf(error: Error): number | undefined {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined
  if (typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata) {
    return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
  }
  return undefined
}
