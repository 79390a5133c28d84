/** The container-credentials endpoint: an HTTP server on 127.0.0.1 that gives credentials to who has its token. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Credentials } from '../exchange/credentials.ts'
import { openLoopbackServer } from '../loopback/loopback-server.ts'
import { readPortHolders } from '../loopback/port-holder.ts'
import type { Profile } from '../profile/profile.ts'
import type { Secret } from '../secret.ts'
import { containerJson, failureJson } from './endpoint-answer.ts'
import { CREDENTIALS_PATH, judgeRequest } from './endpoint-request.ts'
import { tokenDigestOf } from './endpoint-token.ts'

/** A listening endpoint. */
export interface Endpoint {
  /** For `AWS_CONTAINER_CREDENTIALS_FULL_URI`. */
  uri: string
  /** Ends every connection and frees the port. */
  close: () => Promise<void>
}

/** Where to listen, and what to give to whom. */
export interface EndpointOptions {
  /** 0: any that is free. */
  port: number
  token: Secret
  profile: Profile
  /** Credentials that live, from memory; what it throws is told to who asked. */
  getCredentials: () => Promise<Credentials>
  /** Told of what is no error of ours. */
  onBug: (error: unknown) => void
}

// A web page can send requests here and must learn nothing from the answers; nothing keeps them.
const HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  // One answer a connection: nobody holds one open, and none is closed just when it is used again.
  Connection: 'close',
}

/** Throws `port-taken`. */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { token, profile, getCredentials, onBug } = options
  const tokenDigest = tokenDigestOf(token)
  let port = options.port

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', rawHeaders } = request
    const verdict = judgeRequest({ method, target, rawHeaders }, { port, tokenDigest })
    if (verdict !== 200) {
      response.writeHead(verdict, {
        ...HEADERS,
        ...(verdict === 405 ? { Allow: 'GET' } : {}),
        'Content-Length': 0,
      })
      response.end()
      return
    }
    // Whoever has the token is not dropped for whoever has none, however many these are.
    server?.keep(request.socket)
    try {
      sendJson(response, 200, containerJson(await getCredentials()))
    } catch (error) {
      const { status, body } = failureJson(error, profile)
      if (status === 500) onBug(error)
      sendJson(response, status, body)
    }
  }

  const refusal = { isForbidden: false }
  const server = await openLoopbackServer({
    host: '127.0.0.1',
    port: options.port,
    onRequest: (request, response) => void answer(request, response),
    onForbidden: () => {
      refusal.isForbidden = true
    },
  })
  if (!server) {
    const holders = refusal.isForbidden ? [] : readPortHolders(port)
    throw new PoolkeyError('port-taken', { port, holders, ...refusal })
  }
  port = server.port
  return { uri: `http://127.0.0.1:${port}${CREDENTIALS_PATH}`, close: () => server.close() }
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  const length = Buffer.byteLength(body)
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'application/json', 'Content-Length': length })
  response.end(body)
}
