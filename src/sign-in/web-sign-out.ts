/** Ends the browser's session at the hosted UI, where the browser remembers who signed in. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendPage } from '../loopback/browser-answer.ts'
import { refusalPage } from '../loopback/browser-page.ts'
import { isRequestFor, leadsHere } from '../loopback/loopback-url.ts'
import type { SignInSettings } from '../profile/profile.ts'
import { domainOf, logoutUrl, signOutToSignInUrl } from './authorization.ts'
import { callbackPage } from './callback-page.ts'
import { listenForFirst } from './redirect-server.ts'

/** A sign-out at the hosted UI, made ready; whoever opened it closes it. */
export interface WebSignOut {
  /** The page that ends the session. */
  url: string
  /** Ends when the browser comes by the sign-out URL; undefined where that leads elsewhere than here. */
  landed: Promise<void> | undefined
  close: () => Promise<void>
}

/**
 * Makes ready for the browser: where `cognito_logout_uri` is on loopback, it is listened for. Without one the hosted UI goes
 * on to its sign-in page, which needs no registration and tells nobody. Throws `redirect-ports-taken`.
 */
export async function openWebSignOut(signIn: SignInSettings): Promise<WebSignOut> {
  const { clientId, logoutUri } = signIn
  const domain = domainOf(signIn)
  if (logoutUri === undefined) {
    const url = signOutToSignInUrl({ domain, clientId, redirectUri: signIn.redirectUris[0] ?? '' }).href
    return { url, landed: undefined, close: () => Promise.resolve() }
  }
  const url = logoutUrl({ domain, clientId, logoutUri }).href
  return leadsHere(new URL(logoutUri))
    ? { url, ...(await listenFor(logoutUri)) }
    : { url, landed: undefined, close: () => Promise.resolve() }
}

async function listenFor(logoutUri: string): Promise<Omit<WebSignOut, 'url'>> {
  const landing = new URL(logoutUri)
  let land: () => void = () => undefined
  const landed = new Promise<void>((resolve) => {
    land = resolve
  })
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    if (!isRequestFor(request, landing)) {
      sendPage(response, 404, refusalPage('there is nothing at this address'))
      return
    }
    // Not before the page is on its way: the process ends soon after.
    response.once('close', land)
    sendPage(response, 200, callbackPage({ kind: 'signed-out' }))
  }
  const { server } = await listenForFirst([logoutUri], () => ({ onRequest }), 'cognito_logout_uri')
  return { landed, close: server.close }
}
