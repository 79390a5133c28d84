import { randomBytes } from 'node:crypto'
import { onTestFinished, vi } from 'vitest'
import type { Broker, Machine, Vault } from '../../src/broker/broker.ts'
import { credentialsEntryName, sessionId } from '../../src/broker/entry-names.ts'
import { storeSignIn } from '../../src/broker/session.ts'
import { readSession } from '../../src/broker/stored-session.ts'
import type { Session } from '../../src/broker/session-entry.ts'
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { Secret } from '../../src/secret.ts'
import type { SignedIn } from '../../src/sign-in/browser-sign-in.ts'
import { requestKeys, verifyIdToken } from '../../src/sign-in/id-token.ts'
import { keyIdOf } from '../../src/vault/seal.ts'
import { removeVaultFile, writeVaultFile } from '../../src/vault/vault-file.ts'
import { listEntries, removeEntry } from '../../src/vault/entries.ts'
import {
  authorizeUrl,
  challengeOf,
  emulatorForTest,
  exchangeCode,
  handClock,
} from '../emulator/emulated-sign-in.ts'
import type { TokenAnswer } from '../emulator/emulated-sign-in.ts'
import { clientsOf, openHttp, profileOf } from '../exchange/emulated-profile.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'

export const REFRESH = 'token:refresh_token'
export const EXCHANGE = 'GetCredentialsForIdentity'
export const OTHER_PERSON = {
  username: 'other-user',
  password: 'Emulated-Passw0rd',
  email: 'other-user@example.com',
  groups: ['editor'],
}

/** An emulator, a vault and a clock that all three follow; every broker made from it is another process's. */
export interface World {
  emulator: Emulator
  vault: Vault
  clock: ReturnType<typeof handClock>
  broker: (extra?: Record<string, string>, options?: BrokerOptions) => Broker
}

export interface BrokerOptions {
  signal?: AbortSignal
  /** This machine's clock, where it differs from the servers'. */
  now?: () => number
  /** This machine's start, where it is not the world's only one. */
  bootId?: string | undefined
  onWait?: () => void
}

export async function openWorld(options: EmulatorOptions = {}): Promise<World> {
  const clock = handClock()
  const emulator = await emulatorForTest({ now: clock.now, ...options })
  emulator.settings.users.push(OTHER_PERSON)
  const vault: Vault = { folder: temporaryFolder(), key: randomBytes(32), store: 'file' }
  const id = randomBytes(16).toString('hex')
  writeVaultFile(vault.folder, { version: 1, id, store: 'file', keyCheck: keyIdOf(vault.key) })
  const bornAt = clock.now() - 1_000_000
  return {
    emulator,
    vault,
    clock,
    broker: (extra = {}, options = {}) => {
      const { signal = endOfTest(), now = clock.now, onWait } = options
      const bootId = 'bootId' in options ? options.bootId : 'the-only-boot'
      const machine = (): Machine => ({ bootId, uptimeMs: clock.now() - bornAt })
      const profile = profileOf(emulator, extra)
      const http = openHttp({ now })
      return {
        profile,
        vault,
        http,
        clients: clientsOf(profile, http),
        clientSecret: undefined,
        now,
        machine,
        signal,
        ...(onWait === undefined ? {} : { onWait }),
      }
    },
  }
}

/** What `logout --all` leaves: nothing that was sealed, and no vault. */
export function wipe({ vault }: World): void {
  for (const name of listEntries(vault.folder)) removeEntry({ folder: vault.folder, name })
  removeVaultFile(vault.folder)
}

/** Somebody signs in with a browser; nothing is stored yet. */
export async function signInAt(
  world: World,
  person: { username: string; password: string } = world.emulator.user,
): Promise<SignedIn> {
  const { emulator } = world
  const broker = world.broker()
  const { http, signal, profile } = broker
  const signIn = profile.signIn!
  const verifier = randomBytes(32).toString('base64url')
  const url = authorizeUrl(emulator, {
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
  })
  const page = await signInHeadlessly({ authorizeUrl: url, ...person })
  const code = new URL(page.url).searchParams.get('code')!
  const answer = await exchangeCode(emulator, code, { code_verifier: verifier })
  const wire = (await answer.json()) as TokenAnswer
  const tokens = {
    idToken: new Secret(wire.id_token),
    accessToken: new Secret(wire.access_token),
    refreshToken: new Secret(wire.refresh_token),
    expiresInSeconds: wire.expires_in,
  }
  const verified = await verifyIdToken({
    token: tokens.idToken,
    accessToken: tokens.accessToken,
    signIn,
    nonce: undefined,
    knownKeys: undefined,
    fetchKeys: () => requestKeys({ issuer: signIn.issuer, http, signal }),
    now: new Date(world.clock.now()),
  })
  return { tokens, ...verified }
}

/** A world in which the test user is signed in. */
export async function openSignedInWorld(options: EmulatorOptions = {}): Promise<World> {
  const world = await openWorld(options)
  await storeSignIn(world.broker(), await signInAt(world))
  return world
}

/** The session on disk, which must be one that can be used. */
export function storedSession(world: World): Session {
  const session = readSession(world.vault, idOf(world))
  if (session.state !== 'active') throw new Error(`the session is ${session.state}`)
  return session
}

export function idOf(world: World): string {
  return sessionId(profileOf(world.emulator).signIn!)
}

export function credentialsNameOf(world: World, extra: Record<string, string> = {}): string {
  return credentialsEntryName(profileOf(world.emulator, extra))
}

/** A promise and its end, for holding an answer back. */
export function gate(): { until: Promise<void>; open: () => void } {
  let open = () => {}
  const until = new Promise<void>((resolve) => {
    open = resolve
  })
  onTestFinished(() => {
    open()
  })
  return {
    until,
    open: () => {
      open()
    },
  }
}

/** Waits until as many requests of an operation have arrived. */
export async function arrived(world: World, operation: string, count = 1): Promise<void> {
  await vi.waitUntil(() => world.emulator.count(operation) >= count, { timeout: 10_000, interval: 5 })
}

/** The code and facts that a promise fails with; fails itself when it does not, or with another error. */
export async function failureOf(promise: Promise<unknown>): Promise<object> {
  try {
    await promise
  } catch (error) {
    if (error instanceof PoolkeyError) return { code: String(error.code), facts: error.facts as unknown }
    throw error
  }
  throw new Error('it did not fail')
}

function endOfTest(): AbortSignal {
  const controller = new AbortController()
  onTestFinished(() => {
    controller.abort(new Error('the test ended'))
  })
  return controller.signal
}
