/** The part of oidc-provider (which brings no types) that the tests use. */
declare module 'oidc-provider' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage, ServerResponse } from 'node:http'

  /** What an event about a request carries. */
  export interface RequestContext {
    body: unknown
    oidc: { params: Record<string, unknown> }
  }

  export class Provider extends EventEmitter {
    constructor(issuer: string, configuration: Record<string, unknown>)
    callback(): (request: IncomingMessage, response: ServerResponse) => void
  }
}
