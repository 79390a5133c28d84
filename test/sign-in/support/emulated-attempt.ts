import { expect } from 'vitest'
import { storeSignIn } from '../../../src/broker/session.ts'
import type { Emulator, EmulatorOptions } from '../../../src/emulator/emulator.ts'
import { signInHeadlessly } from '../../../src/emulator/headless-browser.ts'
import { explainError } from '../../../src/errors/catalogue.ts'
import { PoolkeyError } from '../../../src/errors/poolkey-error.ts'
import { Secret } from '../../../src/secret.ts'
import { signInWithBrowser } from '../../../src/sign-in/browser-sign-in.ts'
import type { SignedIn, SignInNotice } from '../../../src/sign-in/browser-sign-in.ts'
import { listEntries } from '../../../src/vault/entries.ts'
import { openWorld } from '../../broker/emulated-broker.ts'
import type { World } from '../../broker/emulated-broker.ts'
import { freeRedirectUris } from '../../e2e/poolkey-process.ts'

/** What a sign-in came to: what was verified, or why it was not; what the browser shows; the entries in the vault. */
export interface Attempted {
  signedIn: SignedIn | undefined
  failure: PoolkeyError | undefined
  page: string | undefined
  notices: SignInNotice[]
  kept: string[]
}

export interface AttemptOptions {
  /** Whoever has the authorize URL; gives the page that the browser ends on. A person with a browser where it is left out. */
  browser?: (authorizeUrl: URL) => Promise<string | undefined>
  clientSecret?: string
  /** Keys of the profile. */
  profile?: Record<string, string>
}

/** An emulator, a vault and a clock, with callbacks of its own. */
export async function openSignInWorld(options: EmulatorOptions = {}): Promise<World> {
  return openWorld({ redirectUris: await freeRedirectUris(), ...options })
}

/** One sign-in as `login` does it, from the authorize URL to the vault. */
export async function attempt(world: World, options: AttemptOptions = {}): Promise<Attempted> {
  const { browser = (url: URL) => signInAsPerson(world.emulator, url), clientSecret, profile = {} } = options
  const broker = world.broker(profile)
  const notices: SignInNotice[] = []
  let page: Promise<string | undefined> = Promise.resolve(undefined)
  const outcome = await signInWithBrowser({
    signIn: broker.profile.signIn!,
    clientSecret: clientSecret === undefined ? undefined : new Secret(clientSecret),
    http: broker.http,
    openBrowser: (url) => {
      page = browser(new URL(url))
      return Promise.resolve({ kind: 'opened' })
    },
    onUrl: () => undefined,
    onNotice: (notice) => notices.push(notice),
    accept: async (signedIn) => {
      await storeSignIn(broker, signedIn)
    },
    describeFailure: (error) =>
      error instanceof PoolkeyError ? { what: explainError(error, broker.profile).what } : { what: 'a bug' },
    signal: broker.signal,
    timeoutSeconds: 300,
    now: world.clock.now,
  }).then(
    (signedIn) => ({ signedIn, failure: undefined }),
    (error: unknown) => {
      if (error instanceof PoolkeyError) return { signedIn: undefined, failure: error }
      throw error
    },
  )
  return { ...outcome, page: await page, notices, kept: listEntries(world.vault.folder) }
}

export async function signInAsPerson(emulator: Emulator, authorizeUrl: URL): Promise<string> {
  const { username, password } = emulator.user
  return (await signInHeadlessly({ authorizeUrl: authorizeUrl.href, username, password })).body
}

/** Delivers a callback as a browser does, and gives the page it ends on. */
export async function deliver(callback: URL): Promise<string> {
  return (await fetch(callback)).text()
}

/** The sign-in was verified, told to the browser and kept. */
export function expectSignedIn(attempted: Attempted): SignedIn {
  const { signedIn, failure, page, kept } = attempted
  expect(failure).toBeUndefined()
  expect(page).toContain('<title>Signed in')
  expect(kept).toHaveLength(1)
  return signedIn!
}

/** The sign-in failed by this check of the ID token; the browser was told so, and nothing was kept. */
export function expectRefused(attempted: Attempted, check: string): void {
  expect(attempted).toMatchObject({ failure: { code: 'id-token-invalid', facts: { check } }, kept: [] })
  expect(attempted.page).toContain('<title>Sign-in failed')
  expect(attempted.page).toContain('the ID token was refused')
}
