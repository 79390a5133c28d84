/**
 * Ends the browser's session at the hosted UI before somebody else signs in: two navigations, since `/logout` on its own
 * way to a sign-in would carry no code challenge. Cognito leads from `/logout` to a registered sign-out URL; where that is
 * on loopback, it is answered here with the way to the sign-in.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { sendElsewhere, sendPage } from '../loopback/browser-answer.ts'
import { refusalPage } from '../loopback/browser-page.ts'
import { isOwnConnection } from '../loopback/connection-owner.ts'
import { isLoopbackHost } from '../loopback/loopback-host.ts'
import { openLoopbackServer } from '../loopback/loopback-server.ts'
import type { LoopbackServer } from '../loopback/loopback-server.ts'
import { readPortHolders } from '../loopback/port-holder.ts'
import type { SignInSettings } from '../profile/profile.ts'
import { domainOf, logoutUrl } from './authorization.ts'
import { isOwnHost } from './callback.ts'
import { endpointOf, hostsOf } from './callback-listener.ts'

export interface AccountSwitch {
  /** The page that ends the session. */
  url: string
  /** Whether it leads on to the sign-in by itself; else the person opens the sign-in page when it is shown. */
  leadsOn: boolean
  /** Answers a request for the sign-out URL; false for any other. */
  onRequest: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Listens for the sign-out URL where the listener of the redirect URI does not, and tells whether. Throws `redirect-ports-taken`. */
  listenBeside: (redirectUri: string) => Promise<boolean>
  /** Whether a browser came by the sign-out URL. */
  hasLanded: () => boolean
  close: () => Promise<void>
}

/** `signInUrl` is asked for when the browser comes by. */
export function createAccountSwitch(options: {
  signIn: SignInSettings
  logoutUri: string
  signInUrl: () => string
  /** Whether a connection is this user's; the system's word unless said. */
  isOwn?: (socket: Socket) => boolean
}): AccountSwitch {
  const { signIn, logoutUri, signInUrl, isOwn = isOwnConnection } = options
  const landing = new URL(logoutUri)
  const leadsOn = landing.protocol === 'http:' && isLoopbackHost(landing.hostname)
  let hasLanded = false
  let server: LoopbackServer | undefined

  function onRequest(request: IncomingMessage, response: ServerResponse): boolean {
    const isMeant = leadsOn && request.url === `${landing.pathname}${landing.search}`
    if (!isMeant || request.method !== 'GET' || !isOwnHost(hostsOf(request), landing)) return false
    // The sign-in page's address holds the state: it is no other user's business.
    if (!isOwn(request.socket)) return false
    hasLanded = true
    sendElsewhere(response, signInUrl())
    return true
  }

  async function listenBeside(redirectUri: string): Promise<boolean> {
    if (!leadsOn || isReachedThrough(redirectUri, logoutUri)) return false
    const { hostname: host, port } = endpointOf(logoutUri)
    server = await openLoopbackServer({
      host,
      port,
      onRequest: (request, response) => {
        if (!onRequest(request, response))
          sendPage(response, 404, refusalPage('there is nothing at this address'))
      },
    })
    if (server) return true
    const holders = readPortHolders(port).map((holder) => `port ${port}: ${holder}`)
    throw new PoolkeyError('redirect-ports-taken', {
      redirectUris: [logoutUri],
      holders,
      key: 'cognito_logout_uri',
    })
  }

  return {
    url: logoutUrl({ domain: domainOf(signIn), clientId: signIn.clientId, logoutUri }).href,
    leadsOn,
    onRequest,
    listenBeside,
    hasLanded: () => hasLanded,
    close: async () => server?.close(),
  }
}

/** Whether a listener for the one gets the requests for the other, too. */
function isReachedThrough(redirectUri: string, logoutUri: string): boolean {
  const [listened, wanted] = [endpointOf(redirectUri), endpointOf(logoutUri)]
  // A browser tries both addresses of `localhost`.
  const isSameHost = listened.hostname === wanted.hostname
  const isEither = [listened.hostname, wanted.hostname].includes('localhost')
  return listened.port === wanted.port && (isSameHost || isEither)
}
