import type { JSONWebKeySet } from 'jose'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Http } from '../http/http.ts'
import type { SignInSettings } from '../profile/profile.ts'
import type { Secret } from '../secret.ts'
import { createAccountSwitch } from './account-switch.ts'
import type { AccountSwitch } from './account-switch.ts'
import { authorizeUrl, createAttempt } from './authorization.ts'
import type { Attempt } from './authorization.ts'
import type { BrowserOutcome } from './browser.ts'
import { openCallbackListener } from './callback-listener.ts'
import type { CallbackNotice, ReceivedCode } from './callback-listener.ts'
import { lookForHostedUi } from './hosted-ui-look.ts'
import type { IdTokenClaims } from './claims.ts'
import { requestKeys, verifyIdToken } from './id-token.ts'
import { firstCode } from './pasted-url.ts'
import type { PastedUrlNotice, ReadPastedUrl } from './pasted-url.ts'
import { requestTokensByCode } from './token-endpoint.ts'
import type { TokenAnswer } from './token-answer.ts'

/** A sign-in whose ID token is verified. `keys` verified it and may be kept. */
export interface SignedIn {
  tokens: TokenAnswer
  claims: IdTokenClaims
  keys: JSONWebKeySet
  /** Of a sign-in without a browser: the device's key, where the pool remembers devices. */
  byPassword?: { deviceKey: string | undefined }
}

/** Something a person may want to know while the sign-in goes on. */
export type SignInNotice =
  | CallbackNotice
  | Extract<BrowserOutcome, { kind: 'not-opened' }>
  | PastedUrlNotice
  | { kind: 'hosted-ui-unreachable'; error: PoolkeyError<'network'> }

/** Where a sign-in leads, and the page that comes before it, which ends a session. */
export interface SignInWay {
  redirectUri: string
  /** `beside` is the sign-out URL, where it has a listener of its own. */
  signOut: { url: string; leadsOn: boolean; beside?: string } | undefined
}

/** A sign-in in a browser, and who is told what of it. */
export interface BrowserSignInOptions {
  signIn: SignInSettings
  clientSecret: Secret | undefined
  http: Http
  /** Undefined: the person opens the URL. */
  openBrowser: ((url: string) => Promise<BrowserOutcome>) | undefined
  /** Undefined: there will be no URL pasted, and only the callback is waited for. */
  readPastedUrl?: ReadPastedUrl
  /** Ends the browser's session at the hosted UI first, by way of this registered sign-out URL. */
  switchAccount?: {
    logoutUri: string
    /** Waits for the person to say that it has ended, where the sign-out URL does not lead on to the sign-in by itself. */
    untilSignedOut: (signal: AbortSignal) => Promise<void>
  }
  onUrl: (url: string, way: SignInWay) => void
  onNotice: (notice: SignInNotice) => void
  /** Runs after verification and before the browser is told: what it cannot keep was not signed in. */
  accept?: (signedIn: SignedIn) => Promise<void>
  /** Words for the browser when it failed after the callback. */
  describeFailure?: (error: unknown) => { what: string; fix?: string }
  /** Carries the time limit (a reason called `TimeoutError`) and interruptions. */
  signal: AbortSignal
  /** The limit in `signal`, for the message. */
  timeoutSeconds: number
  /** After how long it is looked whether the hosted UI can be reached from here; a few seconds unless said. */
  lookAfterMs?: number
  now: () => number
}

/**
 * One sign-in in a browser, from binding the redirect URI to the page that says how it ended. Throws `redirect-ports-taken`,
 * `sign-in-refused`, `sign-in-timeout`, `deadline-exceeded`, what the token and key requests throw, and what `accept` throws.
 */
export async function signInWithBrowser(options: BrowserSignInOptions): Promise<SignedIn> {
  const { signIn, signal, timeoutSeconds } = options
  const attempt = createAttempt()
  const logoutUri = options.switchAccount?.logoutUri
  const signInUrl = () => authorizeUrl({ signIn, attempt, redirectUri: listener.redirectUri }).href
  const signOut = logoutUri === undefined ? undefined : createAccountSwitch({ signIn, logoutUri, signInUrl })
  const listener = await openCallbackListener({
    redirectUris: signIn.redirectUris,
    attempt,
    issuers: signIn.acceptedIssuers,
    onNotice: options.onNotice,
    ...(signOut ? { alsoAnswers: signOut.onRequest } : {}),
  })
  const { redirectUri } = listener
  const isOver = new AbortController()
  let unreachable: PoolkeyError<'network'> | undefined
  try {
    const hasOwnListener = (await signOut?.listenBeside(redirectUri)) === true
    const beside = hasOwnListener && logoutUri !== undefined ? { beside: logoutUri } : {}
    options.onUrl(signInUrl(), { redirectUri, signOut: signOut && { ...signOut, ...beside } })
    if (signIn.domain)
      void lookForHostedUi({
        domain: signIn.domain,
        http: options.http,
        signal: AbortSignal.any([signal, isOver.signal]),
        afterMs: options.lookAfterMs,
        onUnreachable: (error) => {
          unreachable = error
          options.onNotice({ kind: 'hosted-ui-unreachable', error })
        },
      })
    const cameBack = showPages(options, signInUrl(), signOut).then(() =>
      firstCode(listener, { ...options, issuers: signIn.acceptedIssuers, state: attempt.state, logoutUri }),
    )
    const received = await timed(cameBack, signal, () => {
      return new PoolkeyError('sign-in-timeout', {
        seconds: timeoutSeconds,
        clientId: signIn.clientId,
        redirectUri,
        opened: options.openBrowser ? 'here' : 'by hand',
        ...(unreachable ? { unreachable: unreachable.facts.host, because: unreachable.facts.detail } : {}),
        ...(logoutUri !== undefined && signOut?.hasLanded() === false ? { logoutUri } : {}),
      })
    })
    isOver.abort()
    return await timed(finishSignIn(options, { attempt, redirectUri, received }), signal, () => {
      return new PoolkeyError('deadline-exceeded', { waitedFor: 'the user pool', seconds: timeoutSeconds })
    })
  } finally {
    isOver.abort()
    await listener.close()
    await signOut?.close()
  }
}

/** Starts the browser; a second time where a sign-out URL leads elsewhere than to the sign-in. */
async function showPages(
  options: BrowserSignInOptions,
  signInUrl: string,
  signOut: AccountSwitch | undefined,
): Promise<void> {
  startBrowser(options, signOut?.url ?? signInUrl)
  // Who opens the pages by hand has the addresses of both.
  if (!signOut || signOut.leadsOn || !options.openBrowser) return
  await options.switchAccount?.untilSignedOut(options.signal)
  startBrowser(options, signInUrl)
}

// Not awaited: some launchers stay as long as the window does, and the callback may come before they return.
function startBrowser(options: BrowserSignInOptions, url: string): void {
  void options.openBrowser?.(url).then((outcome) => {
    if (outcome.kind === 'not-opened') options.onNotice(outcome)
  })
}

/** Redeems the code, verifies, lets the caller keep the result, and only then tells the browser. */
async function finishSignIn(
  options: BrowserSignInOptions,
  callback: { attempt: Attempt; redirectUri: string; received: ReceivedCode },
): Promise<SignedIn> {
  const { signIn, clientSecret, http, signal } = options
  const { attempt, redirectUri, received } = callback
  try {
    const { code } = received
    const { codeVerifier, nonce } = attempt
    const tokens = await requestTokensByCode({
      signIn,
      clientSecret,
      http,
      signal,
      code,
      codeVerifier,
      redirectUri,
    })
    const { claims, keys } = await verifyIdToken({
      token: tokens.idToken,
      accessToken: tokens.accessToken,
      signIn,
      nonce,
      knownKeys: undefined,
      fetchKeys: () => requestKeys({ issuer: signIn.issuer, http, signal }),
      now: new Date(options.now()),
    })
    const signedIn = { tokens, claims, keys }
    await options.accept?.(signedIn)
    await received.finish({ kind: 'signed-in', who: claims.email ?? claims.username ?? claims.sub })
    return signedIn
  } catch (error) {
    const described = options.describeFailure?.(error) ?? { what: 'The sign-in could not be completed.' }
    await received.finish({ kind: 'failed', ...described })
    throw error
  }
}

/** Passes work on, but names a time limit that ended it. */
async function timed<T>(work: Promise<T>, signal: AbortSignal, onTimeout: () => PoolkeyError): Promise<T> {
  try {
    return await work
  } catch (error) {
    const isTimeout = signal.reason instanceof Error && signal.reason.name === 'TimeoutError'
    throw isTimeout && error === signal.reason ? onTimeout() : error
  }
}
