/**
 * Ends the browser's session at the hosted UI before somebody else signs in: two navigations, since `/logout` on its own
 * way to a sign-in would carry no code challenge. Cognito leads from `/logout` to a registered sign-out URL; where that is
 * on loopback, it is answered here with the way to the sign-in.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { sendElsewhere, sendPage } from '../loopback/browser-answer.ts'
import { refusalPage } from '../loopback/browser-page.ts'
import { isOwnConnection } from '../loopback/connection-owner.ts'
import type { LoopbackServer } from '../loopback/loopback-server.ts'
import { endpointOf, isRequestFor, leadsHere } from '../loopback/loopback-url.ts'
import type { SignInSettings } from '../profile/profile.ts'
import { domainOf, logoutUrl } from './authorization.ts'
import { listenForFirst } from './redirect-server.ts'

/** The page before the sign-in, and the way from it; whoever made it closes it. */
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
  const leadsOn = leadsHere(landing)
  let hasLanded = false
  let server: LoopbackServer | undefined

  function onRequest(request: IncomingMessage, response: ServerResponse): boolean {
    if (!leadsOn || !isRequestFor(request, landing)) return false
    // The sign-in page's address holds the state: it is no other user's business.
    if (!isOwn(request.socket)) return false
    hasLanded = true
    sendElsewhere(response, signInUrl())
    return true
  }

  async function listenBeside(redirectUri: string): Promise<boolean> {
    if (!leadsOn || isReachedThrough(redirectUri, logoutUri)) return false
    const opened = await listenForFirst([logoutUri], () => ({ onRequest: answerAlone }), 'cognito_logout_uri')
    server = opened.server
    return true
  }

  function answerAlone(request: IncomingMessage, response: ServerResponse): void {
    if (!onRequest(request, response))
      sendPage(response, 404, refusalPage('there is nothing at this address'))
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
  const isSameHost = listened.host === wanted.host
  const isEither = [listened.host, wanted.host].includes('localhost')
  return listened.port === wanted.port && (isSameHost || isEither)
}
