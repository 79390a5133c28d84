/** The sign-in as the person at the terminal sees it: the URL, the countdown, the notices, the question who may stay. */
import { serverTime } from '../broker/broker.ts'
import type { Broker } from '../broker/broker.ts'
import { clientSecretOf } from '../broker/client-secret.ts'
import { explainError } from '../errors/catalogue.ts'
import { runLogin } from '../errors/explanation.ts'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { Profile, SignInSettings } from '../profile/profile.ts'
import { openBrowser } from '../sign-in/browser.ts'
import { whyNoBrowser } from '../sign-in/browser-command.ts'
import { signInWithBrowser } from '../sign-in/browser-sign-in.ts'
import type { SignInNotice } from '../sign-in/browser-sign-in.ts'
import { surroundingsOf } from './browser-surroundings.ts'
import type { CommandContext } from './context.ts'
import { keepSignIn } from './keep-sign-in.ts'
import { capitalised, sentence, timeLeft } from './words.ts'

/**
 * How the person wants it: `browser` false prints the URL only; `yes` replaces somebody else's session unasked. Where nobody
 * sees the URL, a browser must open; `stop` ends the waiting.
 */
export interface DialogOptions {
  browser?: string | boolean
  timeout: number
  yes?: boolean
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

/** Signs in with the browser and stores the session. Throws what `signInWithBrowser` throws, and `other-person`. */
export async function runSignIn(parts: {
  context: CommandContext
  broker: Broker
  signIn: BrowserSignIn
  options: DialogOptions
}): Promise<void> {
  const { context, broker, signIn, options } = parts
  const { terminal } = context
  const surroundings = surroundingsOf(context, signIn)
  const none = options.browser === false ? 'asked' : whyNoBrowser(surroundings)
  const { stop, timeout } = options
  const limit = new AbortController()
  // Not AbortSignal.timeout: within AbortSignal.any, Node 20 may collect it, and the time never comes.
  const timer = setTimeout(() => {
    limit.abort(new DOMException('the time is over', 'TimeoutError'))
  }, timeout * 1000)
  const waitSignal = AbortSignal.any([broker.signal, limit.signal, ...(stop ? [stop] : [])])
  const endsAt = broker.now() + timeout * 1000
  const countdown = setInterval(() => {
    terminal.progress(`Waiting for the browser ... ${timeLeft(endsAt - broker.now())} left`)
  }, 1000)
  const stopCountdown = () => {
    clearInterval(countdown)
    terminal.progress(undefined)
  }
  try {
    await signInWithBrowser({
      signIn,
      clientSecret: clientSecretOf(broker),
      http: broker.http,
      openBrowser:
        none === undefined
          ? (url) => openBrowser({ ...surroundings, url, helper: context.openHelper })
          : undefined,
      onUrl: (url) => {
        if (none !== undefined && none !== 'asked') terminal.say(NO_BROWSER[none])
        terminal.say(
          none === undefined
            ? 'Sign in with the browser that opens; if none does, open:'
            : 'Open this URL in a browser on this machine:',
        )
        terminal.say(`  ${url}`)
        if (!terminal.isLive) terminal.say(`Waiting up to ${timeout} s for the browser.`)
      },
      onNotice: (notice) => {
        terminal.say(noticeText(notice))
        if (options.mustOpen === true && notice.kind === 'not-opened') {
          const { name } = broker.profile
          limit.abort(new PoolkeyError('sign-in-required', { profile: name, reason: 'no-browser' }))
        }
      },
      accept: (signedIn) => {
        // The browser is back: what follows may be a question, which a countdown would erase.
        stopCountdown()
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
    stopCountdown()
  }
}

const NO_BROWSER = {
  root: 'Running as root: no browser is started (set BROWSER or --browser to have one).',
  ssh: 'This is an SSH session: no browser is started.',
  'no-display': 'There is no display: no browser is started.',
}

function noticeText(notice: SignInNotice): string {
  switch (notice.kind) {
    case 'unverified-error':
      return `Somebody reports an error, unverified: ${notice.error}${notice.description === undefined ? '' : ` (${notice.description})`}. Still waiting.`
    case 'rejected-callback':
      return `A request to the callback was refused: ${notice.problem}. Still waiting.`
    case 'pasted-url-rejected':
      return `That URL does not fit: ${notice.problem}.`
    case 'not-opened':
      return `No browser opened (${notice.detail}). Open the URL yourself.`
  }
}
