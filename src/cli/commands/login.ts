import { clockSkewMs, serverTime } from '../../broker/broker.ts'
import type { Broker } from '../../broker/broker.ts'
import { obtainCredentials } from '../../broker/credentials.ts'
import { sessionId } from '../../broker/entry-names.ts'
import { withBrokerLock } from '../../broker/locks.ts'
import { obtainSession, readSession, storeSignIn } from '../../broker/session.ts'
import { whoIs } from '../../broker/session-entry.ts'
import { explainError } from '../../errors/catalogue.ts'
import { isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile } from '../../profile/profile.ts'
import { openBrowser } from '../../sign-in/browser.ts'
import { splitCommand, whyNoBrowser } from '../../sign-in/browser-command.ts'
import type { BrowserSurroundings } from '../../sign-in/browser-command.ts'
import { signInWithBrowser } from '../../sign-in/browser-sign-in.ts'
import type { SignedIn, SignInNotice } from '../../sign-in/browser-sign-in.ts'
import type { Store } from '../../vault/sealing-key.ts'
import type { CommandContext, Overrides } from '../context.ts'
import { explainTo } from '../failure.ts'
import { capitalised, clockTime, sentence, timeLeft } from '../words.ts'

export interface LoginOptions {
  force?: boolean
  /** `--browser CMD`, or false for `--no-browser`. */
  browser?: string | boolean
  identityProvider?: string
  idpIdentifier?: string
  loginHint?: string
  lang?: string
  prompt?: string
  store?: Store
  timeout: number
  yes?: boolean
}

// Beside the time a person has: for locks, the keychain and the requests before and after.
const MACHINE_SECONDS = 60

/** Signs in with the browser, then proves it by an exchange. Does nothing when that already works. */
export async function login(context: CommandContext, options: LoginOptions): Promise<number> {
  const profile = await context.readProfile(overridesFrom(options))
  const { signIn } = profile
  if (!signIn) {
    throw new PoolkeyError('usage', {
      problem: `profile ${profile.name} is a guest's: there is nobody to sign in`,
      fix: 'use it as it is, or remove cognito_guest',
    })
  }
  if (signIn.method === 'password') {
    throw new PoolkeyError('usage', {
      problem: `profile ${profile.name} has cognito_sign_in = password, which this version cannot do yet`,
      fix: 'set cognito_sign_in to browser',
    })
  }
  const { domain } = signIn
  if (!domain) {
    throw new PoolkeyError('setting-missing', {
      profile: profile.name,
      file: profile.file,
      key: 'cognito_domain',
      neededFor: 'signing in with the browser',
    })
  }
  const broker = await context.openBroker({
    profile,
    seconds: options.timeout + MACHINE_SECONDS,
    create: true,
    announceWaits: true,
    mayPrompt: true,
    ...(options.store === undefined ? {} : { store: options.store }),
  })
  if (options.force !== true && (await alreadyWorks(context, broker))) return 0
  const id = sessionId(signIn)
  const before = signInIdOf(broker, id)
  // Another sign-in may take as long as a person does.
  const patienceMs = (options.timeout + MACHINE_SECONDS) * 1000
  const done = await withBrokerLock(broker, { kind: 'login', id, patienceMs }, async () => {
    // Somebody else may have finished signing in while this one waited for the lock.
    const current = signInIdOf(broker, id)
    if (current !== undefined && current !== before) return alreadyWorks(context, broker)
    await runSignIn({ context, broker, profile, signIn: { ...signIn, domain }, options })
    return false
  })
  return done ? 0 : prove(context, broker)
}

function signInIdOf(broker: Broker, id: string): string | undefined {
  const stored = readSession(broker.vault, id)
  return stored.state === 'active' ? stored.signInId : undefined
}

/** Whether nobody needs to sign in; says so. What a new sign-in may mend counts as not working, the rest is thrown. */
async function alreadyWorks(context: CommandContext, broker: Broker): Promise<boolean> {
  try {
    if (broker.profile.exchange.kind === 'none') await obtainSession(broker)
    else await obtainCredentials(broker)
  } catch (error) {
    for (const code of [
      'sign-in-required',
      'token-refused',
      'id-token-invalid',
      'service-refused',
    ] as const) {
      if (isPoolkeyError(error, code)) return false
    }
    throw error
  }
  const session = await obtainSession(broker)
  context.terminal.say(
    `Already signed in as ${whoIs(session.claims)}. To sign in anew: poolkey login --force`,
  )
  return true
}

async function runSignIn(parts: {
  context: CommandContext
  broker: Broker
  profile: Profile
  signIn: NonNullable<Profile['signIn']> & { domain: URL }
  options: LoginOptions
}): Promise<void> {
  const { context, broker, profile, signIn, options } = parts
  const { terminal } = context
  const surroundings: BrowserSurroundings = {
    command: signIn.browserCommand ?? splitCommand(context.env['BROWSER'] ?? '', context.platform),
    env: context.env,
    platform: context.platform,
    isRoot: context.isRoot,
  }
  const none = options.browser === false ? 'asked' : whyNoBrowser(surroundings)
  const waitSignal = AbortSignal.any([broker.signal, AbortSignal.timeout(options.timeout * 1000)])
  const endsAt = broker.now() + options.timeout * 1000
  const countdown = setInterval(() => {
    terminal.progress(`Waiting for the browser ... ${timeLeft(endsAt - broker.now())} left`)
  }, 1000)
  try {
    await signInWithBrowser({
      signIn,
      clientSecret: broker.clientSecret,
      http: broker.http,
      openBrowser:
        none === undefined
          ? (url) => openBrowser({ ...surroundings, url, helperPath: context.openHelperPath })
          : undefined,
      onUrl: (url) => {
        if (none !== undefined && none !== 'asked') terminal.say(NO_BROWSER[none])
        terminal.say(
          none === undefined
            ? 'Sign in with the browser that opens; if none does, open:'
            : 'Open this URL in a browser on this machine:',
        )
        terminal.say(`  ${url}`)
        if (!terminal.isLive) terminal.say(`Waiting up to ${options.timeout} s for the browser.`)
      },
      onNotice: (notice) => {
        terminal.say(noticeText(notice))
      },
      accept: (signedIn) => keepSignIn({ context, broker, signedIn, yes: options.yes === true }),
      describeFailure: (error) => {
        if (!(error instanceof PoolkeyError)) return { what: 'poolkey failed: see the terminal' }
        const { what, fix } = explainError(error, profile)
        return { what: sentence(what), ...(fix === undefined ? {} : { fix: capitalised(fix) }) }
      },
      signal: waitSignal,
      timeoutSeconds: options.timeout,
      now: () => serverTime(broker).getTime(),
    })
  } finally {
    clearInterval(countdown)
    terminal.progress(undefined)
  }
}

/** Stores a verified sign-in, unless that would replace somebody else's session without their leave. */
async function keepSignIn(parts: {
  context: CommandContext
  broker: Broker
  signedIn: SignedIn
  yes: boolean
}): Promise<void> {
  const { context, broker, signedIn, yes } = parts
  const { signIn } = broker.profile
  const current = signIn ? readSession(broker.vault, sessionId(signIn)) : undefined
  if (current?.state === 'active' && current.claims.sub !== signedIn.claims.sub && !yes) {
    const people = { current: whoIs(current.claims), next: whoIs(signedIn.claims) }
    const question = `${people.current} is signed in here. Replace that session with ${people.next}'s?`
    if (!(await context.terminal.confirm(question, broker.signal)))
      throw new PoolkeyError('other-person', people)
  }
  await storeSignIn(broker, signedIn)
}

/** Shows that the sign-in yields credentials. If not, the session is kept, both are said, and the exchange's code returned. */
async function prove(context: CommandContext, broker: Broker): Promise<number> {
  const { terminal } = context
  const session = await obtainSession(broker)
  terminal.say(`Signed in as ${whoIs(session.claims)}.`)
  warnOfClock(context, broker)
  if (broker.profile.exchange.kind === 'none') return 0
  try {
    const { credentials } = await obtainCredentials(broker, { renew: true })
    const role = credentials.roleArn === undefined ? '' : ` for ${credentials.roleArn}`
    terminal.say(`Credentials${role} until ${clockTime(credentials.expiration)}; they renew by themselves.`)
    return 0
  } catch (error) {
    terminal.say('The sign-in is kept, but it yields no credentials:')
    return explainTo(terminal, error, broker.profile)
  }
}

function warnOfClock(context: CommandContext, broker: Broker): void {
  const minutes = Math.round(clockSkewMs(broker) / 60_000)
  if (Math.abs(minutes) < 5) return
  context.terminal.label(
    'warning',
    `this machine's clock is ${Math.abs(minutes)} minutes ${minutes > 0 ? 'behind' : 'ahead of'} the user pool's`,
  )
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

function overridesFrom(options: LoginOptions): Overrides {
  const flags: [string, string | undefined][] = [
    ['cognito_browser', typeof options.browser === 'string' ? options.browser : undefined],
    ['cognito_identity_provider', options.identityProvider],
    ['cognito_idp_identifier', options.idpIdentifier],
    ['cognito_login_hint', options.loginHint],
    ['cognito_lang', options.lang],
    ['cognito_prompt', options.prompt],
  ]
  return Object.fromEntries(flags.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}
