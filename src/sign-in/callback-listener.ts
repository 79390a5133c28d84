import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PoolkeyError } from '../errors/poolkey-error.ts'
import { sendElsewhere, sendPage } from '../loopback/browser-answer.ts'
import { refusalPage } from '../loopback/browser-page.ts'
import type { BrowserPage } from '../loopback/browser-page.ts'
import type { LoopbackServer } from '../loopback/loopback-server.ts'
import { hostsOf, isOwnHost } from '../loopback/loopback-url.ts'
import { abortReason, withinMs } from '../pause.ts'
import type { Secret } from '../secret.ts'
import type { Attempt } from './authorization.ts'
import { judgeCallback, signInRefused } from './callback.ts'
import type { ExpectedCallback } from './callback.ts'
import { callbackPage } from './callback-page.ts'
import type { CallbackPage } from './callback-page.ts'
import { listenForFirst } from './redirect-server.ts'

/** How a sign-in ended, for the browser. */
export type ResultPage = Extract<CallbackPage, { kind: 'signed-in' | 'failed' }>

/** The wanted callback. The browser waits for `finish`, which sends it to the result page, away from the code. */
export interface ReceivedCode {
  code: Secret
  finish: (page: ResultPage) => Promise<void>
}

/** Something a person may want to know while waiting goes on; texts are the sender's and not neutralised. */
export type CallbackNotice =
  | { kind: 'unverified-error'; error: string; description: string | undefined }
  | { kind: 'rejected-callback'; problem: string }

/** The listener of one attempt; whoever opened it closes it. */
export interface CallbackListener {
  redirectUri: string
  /** The code of this attempt. Throws `sign-in-refused`; when `signal` aborts, its reason. */
  waitForCode: (signal: AbortSignal) => Promise<ReceivedCode>
  /** Lets the browser fetch the result page (2 s at most), then ends every connection. */
  close: () => Promise<void>
}

/** Where to listen, in the order of trying, and for which callback. */
export interface CallbackListenerOptions {
  redirectUris: string[]
  attempt: Pick<Attempt, 'state'>
  issuers: string[]
  onNotice: (notice: CallbackNotice) => void
  /** What else is answered here: true for a request that it took. */
  alsoAnswers?: (request: IncomingMessage, response: ServerResponse) => boolean
}

const LAST_PAGE_MS = 2_000
// Any web page can send requests here; it must not be able to fill the terminal.
const MAX_NOTICES = 5

/** Binds the first redirect URI whose port is free, before any browser opens. Throws `redirect-ports-taken`. */
export async function openCallbackListener(options: CallbackListenerOptions): Promise<CallbackListener> {
  const { server, answerer } = await listenForFirst(options.redirectUris, (redirectUri) =>
    createCallbackWait({ ...options, redirectUri }),
  )
  return answerer.listenerOn(server)
}

function createCallbackWait(
  options: Omit<CallbackListenerOptions, 'redirectUris'> & { redirectUri: string },
) {
  const { redirectUri, onNotice } = options
  const expected: ExpectedCallback = { redirectUri, state: options.attempt.state, issuers: options.issuers }
  const url = new URL(redirectUri)
  const donePath = `${url.pathname.replace(/\/$/, '')}/${randomBytes(16).toString('hex')}`
  const arrival = createArrival()
  const sending = new Set<Promise<void>>()
  let server: LoopbackServer | undefined
  let isAnswered = false
  let resultPage: ResultPage | undefined
  let resultShown: (() => void) | undefined
  let notices = 0

  function send(response: ServerResponse, status: number, page: BrowserPage): Promise<void> {
    sendPage(response, status, page)
    return track(response)
  }

  function track(response: ServerResponse): Promise<void> {
    const sent = new Promise<void>((resolve) => {
      response.once('close', resolve)
    }).finally(() => sending.delete(sent))
    sending.add(sent)
    return sent
  }

  function notify(notice: CallbackNotice): void {
    notices += 1
    if (notices <= MAX_NOTICES) onNotice(notice)
  }

  function hold(response: ServerResponse, code: Secret): void {
    isAnswered = true
    if (response.socket) server?.keep(response.socket)
    arrival.resolve({
      code,
      finish: async (page) => {
        if (resultPage) return
        resultPage = page
        // A browser that has gone away does not come for the result.
        if (response.destroyed) return
        const shown = new Promise<void>((resolve) => {
          resultShown = resolve
        }).finally(() => sending.delete(shown))
        sending.add(shown)
        sendElsewhere(response, donePath)
        await track(response)
      },
    })
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (options.alsoAnswers?.(request, response) === true) return
    const asked = { method: request.method ?? '', target: request.url ?? '', hosts: hostsOf(request) }
    if (resultPage && asked.target === donePath && asked.method === 'GET' && isOwnHost(asked.hosts, url)) {
      void send(response, 200, callbackPage(resultPage)).then(() => resultShown?.())
      return
    }
    const verdict = judgeCallback(asked, expected)
    switch (verdict.kind) {
      case 'rejected':
        void send(response, verdict.status, refusalPage(verdict.problem))
        if (verdict.status === 400) notify({ kind: 'rejected-callback', problem: verdict.problem })
        return
      case 'unverified-error':
        void send(response, 400, callbackPage(verdict))
        notify(verdict)
        return
      case 'refused': {
        if (isAnswered) return void send(response, 409, callbackPage({ kind: 'answered' }))
        isAnswered = true
        void send(response, 200, callbackPage(verdict))
        arrival.reject(signInRefused(verdict))
        return
      }
      case 'code':
        if (isAnswered) return void send(response, 409, callbackPage({ kind: 'answered' }))
        hold(response, verdict.code)
    }
  }

  function listenerOn(opened: LoopbackServer): CallbackListener {
    server = opened
    let closing: Promise<void> | undefined
    async function close(): Promise<void> {
      await withinMs(LAST_PAGE_MS, Promise.all(sending))
      await opened.close()
    }
    return {
      redirectUri,
      waitForCode: arrival.wait,
      close: () => (closing ??= close()),
    }
  }

  return { onRequest, listenerOn }
}

function createArrival() {
  let resolve: (received: ReceivedCode) => void = () => undefined
  let reject: (error: PoolkeyError) => void = () => undefined
  const arrived = new Promise<ReceivedCode>((onArrived, onRefused) => {
    resolve = onArrived
    reject = onRefused
  })
  // The refusal may come before anybody waits for it.
  arrived.catch(() => undefined)

  async function wait(signal: AbortSignal): Promise<ReceivedCode> {
    signal.throwIfAborted()
    let onAbort: () => void = () => undefined
    const aborted = new Promise<never>((_resolve, rejectWait) => {
      onAbort = () => {
        rejectWait(abortReason(signal))
      }
      signal.addEventListener('abort', onAbort, { once: true })
    })
    try {
      return await Promise.race([arrived, aborted])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  return { wait, resolve, reject }
}
