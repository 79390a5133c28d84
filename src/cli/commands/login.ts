import { clockSkewMs } from '../../broker/server-clock.ts'
import type { Broker } from '../../broker/broker.ts'
import { obtainCredentials } from '../../broker/credentials.ts'
import { forgetAttempts } from '../../broker/cool-down.ts'
import { sessionId } from '../../broker/entry-names.ts'
import { withBrokerLock } from '../../broker/locks.ts'
import { obtainSession } from '../../broker/session.ts'
import { readSession } from '../../broker/stored-session.ts'
import { whoIs } from '../../broker/session-entry.ts'
import type { Session } from '../../broker/session-entry.ts'
import { sameLogin } from '../../errors/explanation.ts'
import { isPoolkeyError, PoolkeyError } from '../../errors/poolkey-error.ts'
import { refuseAwsBehindLoopback } from '../../profile/emulated-sign-in.ts'
import type { Profile } from '../../profile/profile.ts'
import type { Store } from '../../vault/vault-file.ts'
import type { Needs } from '../context.ts'
import type { Overrides } from '../doors/profile-door.ts'
import { explainTo } from '../texts/failure.ts'
import type { PasswordOptions } from '../sign-in/password-dialog.ts'
import { browserSignInOf, runSignIn, signInOf, signOutUriOf } from '../sign-in/sign-in-dialog.ts'
import type { DialogOptions, SignInContext } from '../sign-in/sign-in-dialog.ts'
import { clockNote, clockTime } from '../texts/words.ts'

export interface LoginOptions extends DialogOptions, PasswordOptions {
  force?: boolean
  identityProvider?: string
  idpIdentifier?: string
  loginHint?: string
  lang?: string
  prompt?: string
  store?: Store
}

// Beside the time a person has: for locks, the keychain and the requests before and after.
const MACHINE_SECONDS = 60

const WHY_ANEW =
  'Somebody is signed in already, but that yields no credentials. A new sign-in helps where groups have changed since.'

/** What a sign-in and its proof are made with. */
export type LoginContext = SignInContext & Needs<'profiles' | 'openBroker'>

/** Signs in with the browser or a password, then proves it by an exchange. Does nothing when that already works. */
export async function login(context: LoginContext, options: LoginOptions): Promise<number> {
  const profile = await context.profiles.read(overridesFrom(options))
  const signIn = signInOf(profile)
  refuseAwsBehindLoopback(profile)
  if (signIn.method === 'password') expectNoneOfBrowsers(profile.name, options)
  const signInAnew = await wayOf(profile)
  // Before anything is made, and anybody asked.
  if (options.switchAccount === true) signOutUriOf(context, profile)
  const broker = await context.openBroker({
    profile,
    seconds: options.timeout + MACHINE_SECONDS,
    create: true,
    announceWaits: true,
    mayPrompt: true,
    ...(options.store === undefined ? {} : { store: options.store }),
  })
  const id = sessionId(signIn)
  const isAnew =
    options.force === true || options.switchAccount === true || isForAnother(broker, id, options.username)
  if (!isAnew && (await alreadyWorks(context, broker))) return 0
  const before = signInIdOf(broker, id)
  // Another sign-in may take as long as a person does.
  const patienceMs = (options.timeout + MACHINE_SECONDS) * 1000
  const done = await withBrokerLock(broker, { kind: 'manual-login', id, patienceMs }, () => {
    // Whoever signs in by hand is not to be told of an earlier attempt; one that is under way makes room.
    forgetAttempts(broker, id)
    return withBrokerLock(broker, { kind: 'login', id, patienceMs }, async () => {
      // Somebody else may have finished signing in while this one waited.
      const current = signInIdOf(broker, id)
      if (current !== undefined && current !== before && options.switchAccount !== true)
        return alreadyWorks(context, broker)
      // One that made room may have noted its beginning since.
      forgetAttempts(broker, id)
      await signInAnew({ context, broker, options })
      return false
    })
  })
  return done ? 0 : prove(context, broker)
}

/** What signs in, found before anything is made and anybody asked. Throws as `browserSignInOf`. */
async function wayOf(
  profile: Profile,
): Promise<(parts: { context: SignInContext; broker: Broker; options: LoginOptions }) => Promise<void>> {
  if (profile.signIn?.method === 'password')
    return (await import('../sign-in/password-dialog.ts')).runPasswordSignIn
  const signIn = browserSignInOf(profile)
  return (parts) => runSignIn({ ...parts, signIn })
}

function signInIdOf(broker: Broker, id: string): string | undefined {
  const stored = readSession(broker.vault, id)
  return stored.state === 'active' ? stored.signInId : undefined
}

/** Whether the one who is to sign in by name is not the one who is. */
function isForAnother(broker: Broker, id: string, username: string | undefined): boolean {
  const stored = readSession(broker.vault, id)
  if (username === undefined || stored.state !== 'active') return false
  const { claims } = stored
  return ![claims.username, claims.email, claims.sub].includes(username)
}

/** Whether nobody needs to sign in; says so. What a new sign-in may mend counts as not working, the rest is thrown. */
async function alreadyWorks(context: Needs<'terminal'>, broker: Broker): Promise<boolean> {
  let session: Session
  try {
    // Both: cached credentials outlive a session that has ended.
    session = await obtainSession(broker)
    if (broker.profile.exchange.kind !== 'none') await obtainCredentials(broker)
  } catch (error) {
    for (const code of [
      'sign-in-required',
      'token-refused',
      'id-token-invalid',
      'service-refused',
    ] as const) {
      if (!isPoolkeyError(error, code)) continue
      if (isPoolkeyError(error, 'service-refused') && error.facts.service !== 'user pool')
        context.terminal.say(WHY_ANEW)
      return false
    }
    throw error
  }
  context.terminal.say(
    `Already signed in as ${whoIs(session.claims)}. To sign in anew: ${sameLogin(broker.profile)} --force`,
  )
  return true
}

/** Shows that the sign-in yields credentials. If not, the session is kept, both are said, and the exchange's code returned. */
async function prove(context: Needs<'terminal'>, broker: Broker): Promise<number> {
  const { terminal } = context
  const session = await obtainSession(broker)
  terminal.say(`Signed in as ${whoIs(session.claims)}.`)
  const clock = clockNote(clockSkewMs(broker))
  if (clock !== undefined) terminal.label('warning', clock)
  if (broker.profile.exchange.kind === 'none') return 0
  try {
    const { credentials } = await obtainCredentials(broker, { renew: true })
    const role = credentials.roleArn === undefined ? '' : ` for ${credentials.roleArn}`
    terminal.say(`Credentials${role} until ${clockTime(credentials.expiration)}; they renew by themselves.`)
    return 0
  } catch (error) {
    terminal.say('The sign-in is kept, but it yields no credentials:')
    return explainTo(terminal, error, { profile: broker.profile })
  }
}

/** Throws `usage` for what only a page in a browser can heed; that no browser is to be opened is no contradiction. */
function expectNoneOfBrowsers(profile: string, options: LoginOptions): void {
  const given: Record<string, unknown> = {
    '--browser': typeof options.browser === 'string' ? options.browser : undefined,
    '--identity-provider': options.identityProvider,
    '--idp-identifier': options.idpIdentifier,
    '--login-hint': options.loginHint,
    '--lang': options.lang,
    '--prompt': options.prompt,
  }
  const flag = Object.keys(given).find((name) => given[name] !== undefined)
  if (flag === undefined) return
  throw new PoolkeyError('usage', {
    problem: `${flag} is for a sign-in with the browser, and profile ${profile} signs in with a password`,
    fix: `leave it out, or sign in with the browser: without cognito_sign_in = password, --username and --password-stdin`,
  })
}

function isByPassword({ username, passwordStdin }: LoginOptions): boolean {
  return username !== undefined || passwordStdin === true
}

function overridesFrom(options: LoginOptions): Overrides {
  const flags: [string, string | undefined][] = [
    ['cognito_browser', typeof options.browser === 'string' ? options.browser : undefined],
    ['cognito_identity_provider', options.identityProvider],
    ['cognito_idp_identifier', options.idpIdentifier],
    ['cognito_login_hint', options.loginHint],
    ['cognito_lang', options.lang],
    ['cognito_prompt', options.prompt],
    ['cognito_username', options.username],
    ['cognito_sign_in', isByPassword(options) ? 'password' : undefined],
  ]
  return Object.fromEntries(flags.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}
