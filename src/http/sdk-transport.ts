/**
 * How the AWS SDK clients send: through our door, with no configuration of their own (region, endpoint, retries, credentials
 * are all said).
 */
import type { RequestDoor } from './http.ts'

/** Where a service is reached. Without `endpoint` the SDK's own rules for the region's partition decide. */
export interface ServicePlace {
  region: string
  endpoint: URL | undefined
  useFips: boolean
  useDualstack: boolean
}

interface SdkRequest {
  protocol: string
  hostname: string
  port?: number
  path: string
  method: string
  query?: Record<string, string | string[] | null>
  headers: Record<string, string>
  body?: unknown
}

interface SdkAnswer {
  response: { statusCode: number; headers: Record<string, string>; body: Uint8Array; reason?: string }
}

/** The SDK's request handler over our door: limits, proxy, authorities and the clock are measured in one place. */
export function sdkRequestHandler(door: RequestDoor): {
  handle(request: SdkRequest, options?: { abortSignal?: unknown }): Promise<SdkAnswer>
  destroy(): void
} {
  return {
    async handle(request, options) {
      const port = request.port === undefined ? '' : `:${request.port}`
      const url = new URL(`${request.protocol}//${request.hostname}${port}${request.path}`)
      const answer = await door.request({
        operation: operationOf(request),
        method: request.method === 'GET' ? 'GET' : 'POST',
        url,
        headers: request.headers,
        ...(typeof request.body === 'string' || request.body instanceof Uint8Array
          ? { body: request.body }
          : {}),
        signal:
          options?.abortSignal instanceof AbortSignal ? options.abortSignal : new AbortController().signal,
      })
      return { response: { statusCode: answer.status, headers: answer.headers, body: answer.body } }
    },
    destroy() {
      // The door is closed by its owner.
    },
  }
}

/** Options every client is made with, so that none of them looks at the environment or at a configuration file. */
export function sdkOptions(place: ServicePlace, door: RequestDoor) {
  return {
    region: place.region,
    ...(place.endpoint ? { endpoint: place.endpoint.href } : {}),
    useFipsEndpoint: place.useFips,
    useDualstackEndpoint: place.useDualstack,
    requestHandler: sdkRequestHandler(door),
    maxAttempts: 3,
    retryMode: 'standard',
    defaultsMode: 'standard' as const,
    // A provider, since a plain `undefined` sends the SDK to the environment and the configuration file for it.
    userAgentAppId: () => Promise.resolve(undefined),
    // These two, unsaid, are looked up there as well.
    authSchemePreference: () => Promise.resolve([]),
    disableClockSkewCorrection: false,
    // Our Profile has settled the endpoint: the SDK must not look for one in the environment or in another profile.
    ignoreConfiguredEndpointUrls: true,
  }
}

function operationOf(request: SdkRequest): string {
  const target = request.headers['x-amz-target']
  if (target !== undefined) return target.slice(target.indexOf('.') + 1)
  const action = typeof request.body === 'string' ? /(?:^|&)Action=(\w+)/.exec(request.body)?.[1] : undefined
  return action ?? 'the request'
}
