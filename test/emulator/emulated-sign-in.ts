import { createHash, randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { startEmulator } from '../../src/emulator/emulator.ts'
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts'
import type { Forgery } from '../../src/emulator/forgery.ts'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'

export interface TokenAnswer {
  id_token: string
  access_token: string
  refresh_token: string
  expires_in: number
  token_type: string
}

/** An emulator that ends with the test, with a callback of its own: a path of the emulator itself, which answers 404. */
export async function emulatorForTest(options?: EmulatorOptions): Promise<Emulator> {
  const emulator = await startEmulator(options)
  onTestFinished(() => emulator.stop())
  emulator.settings.redirectUris.push(callbackOf(emulator))
  return emulator
}

export function callbackOf(emulator: Emulator): string {
  return `${emulator.origin}/callback`
}

/** A clock that tests turn by hand. */
export function handClock(): { now: () => number; advance: (seconds: number) => void } {
  let nowMs = Date.UTC(2026, 10, 21, 10, 0, 0)
  return {
    now: () => nowMs,
    advance: (seconds) => {
      nowMs += seconds * 1000
    },
  }
}

export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

/** The authorize URL of a good request, with changes: `null` leaves a parameter out. */
export function authorizeUrl(emulator: Emulator, change: Record<string, string | null> = {}): string {
  const parameters: Record<string, string | null> = {
    response_type: 'code',
    client_id: emulator.clientId,
    redirect_uri: callbackOf(emulator),
    scope: 'openid email profile',
    state: 'a-state',
    ...change,
  }
  const url = new URL('/oauth2/authorize', emulator.origin)
  for (const [name, value] of Object.entries(parameters))
    if (value !== null) url.searchParams.set(name, value)
  return url.href
}

/** Opens a URL without following redirects. */
export async function open(url: string, cookie = ''): Promise<Response> {
  return fetch(url, { redirect: 'manual', headers: { Cookie: cookie } })
}

/** Where an answer redirects to. */
export function locationOf(answer: Response): URL {
  return new URL(answer.headers.get('location')!, answer.url)
}

/** Signs the test user in with the browser and answers with the callback's parameters. */
export async function obtainCode(
  emulator: Emulator,
  change: Record<string, string | null> = {},
): Promise<string> {
  const page = await signInHeadlessly({ authorizeUrl: authorizeUrl(emulator, change), ...emulator.user })
  return new URL(page.url).searchParams.get('code')!
}

export async function postForm(url: string, form: Record<string, string>, headers = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(form), headers })
}

export async function postToken(
  emulator: Emulator,
  form: Record<string, string>,
  headers = {},
): Promise<Response> {
  return postForm(`${emulator.origin}/oauth2/token`, { client_id: emulator.clientId, ...form }, headers)
}

export async function exchangeCode(
  emulator: Emulator,
  code: string,
  form: Record<string, string> = {},
): Promise<Response> {
  return postToken(emulator, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callbackOf(emulator),
    ...form,
  })
}

export async function refresh(emulator: Emulator, refreshToken: string): Promise<Response> {
  return postToken(emulator, { grant_type: 'refresh_token', refresh_token: refreshToken })
}

/** The whole sign-in, with PKCE. */
export async function signIn(
  emulator: Emulator,
  change: Record<string, string | null> = {},
): Promise<TokenAnswer> {
  const verifier = randomBytes(32).toString('base64url')
  const pkce = { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' }
  const code = await obtainCode(emulator, { ...pkce, ...change })
  const answer = await exchangeCode(emulator, code, { code_verifier: verifier })
  return (await answer.json()) as TokenAnswer
}

/** The ID token of a sign-in whose tokens are forged so. */
export async function forgedIdToken(emulator: Emulator, forgery: Forgery): Promise<string> {
  emulator.forge(forgery)
  return (await signIn(emulator)).id_token
}

export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
}

export function headerOfToken(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as Record<string, unknown>
}
