/** The sign-in as the person at the terminal sees it: the URL, the countdown, the notices, the question who may stay. */
import { serverTime } from '../../broker/server-clock.ts'
import type { Broker } from '../../broker/broker.ts'
import { clientSecretOf } from '../../broker/client-secret.ts'
import { explainError } from '../../errors/catalogue.ts'
import { loginCommand, runLogin } from '../../errors/explanation.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile, SignInSettings } from '../../profile/profile.ts'
import { isLoopbackHost } from '../../loopback/loopback-host.ts'
import { openBrowser } from '../../sign-in/browser.ts'
import { whyNoBrowser } from '../../sign-in/browser-command.ts'
import { signInWithBrowser } from '../../sign-in/browser-sign-in.ts'
import { surroundingsOf } from './browser-surroundings.ts'
import type { BrowserContext } from './browser-surroundings.ts'
import type { Needs } from '../context.ts'
import { keepSignIn } from './keep-sign-in.ts'
import { noticeText, pageLines } from './sign-in-text.ts'
import { createGate, createWaitingLine } from './waiting-line.ts'
import { capitalised, sentence } from '../texts/words.ts'

/** What a sign-in with the browser is made with. */
export type SignInContext = BrowserContext & Needs<'terminal' | 'openHelper' | 'credentialsFile'>

/**
 * How the person wants it: `browser` false prints the URL only; `yes` replaces somebody else's session unasked;
 * `switchAccount` ends the browser's session at the user pool first. Where nobody sees the URL, a browser must open; `stop`
 * ends the waiting.
 */
export interface DialogOptions {
  browser?: string | boolean
  timeout: number
  yes?: boolean
  switchAccount?: boolean
  mustOpen?: boolean
  stop?: AbortSignal
}

/** What signing in with a browser needs. */
export type BrowserSignIn = SignInSettings & { readonly domain: URL }

/** How a profile signs in, whichever way. Throws `usage` for a guest's. */
export function signInOf(profile: Profile): SignInSettings {
  if (profile.signIn) return profile.signIn
  throw new PoolkeyError('usage', {
    problem: `profile ${profile.name} is a guest's: there is nobody to sign in`,
    fix: 'use it as it is, or remove cognito_guest',
  })
}

/** How a profile signs in with a browser. Throws `usage` for one that does not, `setting-missing` without a domain. */
export function browserSignInOf(profile: Profile): BrowserSignIn {
  const signIn = signInOf(profile)
  if (signIn.method === 'password') {
    throw new PoolkeyError('usage', {
      problem: `profile ${profile.name} signs in with a password, for which somebody must be at a terminal`,
      fix: runLogin(profile.name),
    })
  }
  const { domain } = signIn
  if (domain) return { ...signIn, domain }
  throw new PoolkeyError('setting-missing', {
    profile: profile.name,
    file: profile.file,
    key: 'cognito_domain',
    neededFor: 'signing in with the browser',
  })
}

/** Where the hosted UI leads once it has ended a session. Throws `setting-missing`, and `usage` where it takes a person. */
export function signOutUriOf({ terminal }: Needs<'terminal'>, { name, file, signIn }: Profile): string {
  if (signIn?.method === 'password') {
    throw new PoolkeyError('usage', {
      problem: `--switch-account is about the browser's session, and profile ${name} signs in with a password`,
      fix: `sign in as somebody else: ${loginCommand(name)} --username NAME`,
    })
  }
  const logoutUri = signIn?.logoutUri
  if (logoutUri === undefined) {
    const neededFor = 'login --switch-account'
    throw new PoolkeyError('setting-missing', { profile: name, file, key: 'cognito_logout_uri', neededFor })
  }
  const { protocol, hostname } = new URL(logoutUri)
  if ((protocol === 'http:' && isLoopbackHost(hostname)) || terminal.canAsk) return logoutUri
  throw new PoolkeyError('usage', {
    problem: `--switch-account needs somebody at the terminal, since ${logoutUri} does not lead back here`,
    fix: 'register a sign-out URL on loopback, such as http://localhost:8400/logout, and set cognito_logout_uri to it',
  })
}

/**
 * Signs in with the browser and stores the session. Throws what `signInWithBrowser` throws, `other-person`, and for
 * `switchAccount` `setting-missing` and `usage`.
 */
export async function runSignIn(parts: {
  context: SignInContext
  broker: Broker
  signIn: BrowserSignIn
  options: DialogOptions
}): Promise<void> {
  const { context, broker, signIn, options } = parts
  const { terminal } = context
  const logoutUri = options.switchAccount === true ? signOutUriOf(context, broker.profile) : undefined
  const surroundings = surroundingsOf(context, signIn)
  const none = options.browser === false ? 'asked' : whyNoBrowser(surroundings)
  const { stop, timeout } = options
  const limit = new AbortController()
  // Not AbortSignal.timeout: within AbortSignal.any, Node 20 may collect it, and the time never comes.
  const timer = setTimeout(() => {
    limit.abort(new DOMException('the time is over', 'TimeoutError'))
  }, timeout * 1000)
  const waitSignal = AbortSignal.any([broker.signal, limit.signal, ...(stop ? [stop] : [])])
  const waiting = createWaitingLine({
    terminal,
    now: () => broker.now(),
    limitMs: timeout * 1000,
    onGone: (error) => {
      limit.abort(error)
    },
  })
  const isByHand = createGate()
  if (none !== undefined) isByHand.open()
  try {
    await signInWithBrowser({
      signIn,
      clientSecret: clientSecretOf(broker),
      http: broker.http,
      openBrowser:
        none === undefined
          ? (url) => openBrowser({ ...surroundings, url, helper: context.openHelper })
          : undefined,
      ...(terminal.canAsk
        ? {
            readPastedUrl: async (signal) => {
              await isByHand.opened
              // The callback may have come before the launcher gave up.
              signal.throwIfAborted()
              return waiting.readPasted(signal)
            },
          }
        : {}),
      ...(logoutUri === undefined
        ? {}
        : {
            switchAccount: {
              logoutUri,
              untilSignedOut: async (signal) => {
                const question = 'Press Enter once the browser says that you are signed out: '
                await waiting.without(() => terminal.ask(question, signal))
              },
            },
          }),
      onUrl: (url, way) => {
        const canPaste = !terminal.canAsk ? 'never' : terminal.isInFront ? 'now' : 'in-foreground'
        for (const line of pageLines({ ...way, url, none, surroundings, canPaste })) terminal.say(line)
        if (!terminal.isLive || !terminal.isInFront)
          terminal.say(`Waiting up to ${timeout} s for the browser.`)
      },
      onNotice: (notice) => {
        terminal.say(noticeText(notice, broker.profile))
        if (notice.kind === 'not-opened') isByHand.open()
        if (options.mustOpen === true && notice.kind === 'not-opened') {
          const { name } = broker.profile
          limit.abort(new PoolkeyError('sign-in-required', { profile: name, reason: 'no-browser' }))
        }
      },
      accept: (signedIn) => {
        // The browser is back: what follows may be a question, which a countdown would erase.
        waiting.stop()
        return keepSignIn({ context, broker, signedIn, yes: options.yes === true })
      },
      describeFailure: (error) => {
        if (!(error instanceof PoolkeyError)) return { what: 'poolkey failed: see the terminal' }
        const { what, fix } = explainError(error, broker.profile)
        return { what: sentence(what), ...(fix === undefined ? {} : { fix: capitalised(fix) }) }
      },
      signal: waitSignal,
      timeoutSeconds: timeout,
      now: () => serverTime(broker).getTime(),
    })
  } finally {
    clearTimeout(timer)
    waiting.stop()
  }
}
