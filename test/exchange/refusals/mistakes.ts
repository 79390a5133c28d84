import { expect } from 'vitest'
import type { Emulator } from '../../../src/emulator/emulator.ts'
import { signInHeadlessly } from '../../../src/emulator/headless-browser.ts'
import type { TrustStatement } from '../../../src/emulator/trust-policy.ts'
import { exchangeForCredentials } from '../../../src/exchange/exchange.ts'
import type { ExchangeResult } from '../../../src/exchange/exchange.ts'
import type { Profile } from '../../../src/profile/profile.ts'
import { Secret } from '../../../src/secret.ts'
import { signInWithBrowser } from '../../../src/sign-in/browser-sign-in.ts'
import { decodeClaims } from '../../../src/sign-in/claims.ts'
import { requestTokensByCode } from '../../../src/sign-in/token-endpoint.ts'
import { callbackOf, challengeOf, obtainCode, signIn } from '../../emulator/emulated-sign-in.ts'
import { freePort } from '../../sign-in/support/server.ts'
import { clientsOf, openHttp, profileOf } from '../emulated-profile.ts'

const NEVER = new AbortController().signal

/** The statement of a role's trust policy, to be spoiled. */
export function trustOf(emulator: Emulator, roleArn: string): TrustStatement {
  return [emulator.settings.roles.find(({ arn }) => arn === roleArn)!.trustPolicy.Statement].flat()[0]!
}

/** Lets a trust policy ask for another value of a key that it has a condition on. */
export function askFor(emulator: Emulator, roleArn: string, condition: { key: string; value: string }): void {
  const { key, value } = condition
  const conditions = Object.values(trustOf(emulator, roleArn).Condition ?? {})
  conditions.find((keys) => key in keys)![key] = value
}

export function checkServerSide({ settings }: Emulator): void {
  for (const provider of settings.identityPool.providers) provider.serverSideTokenCheck = true
}

/** GetId answers with this identity, as if it were out of date by the time it arrives. */
export function answerWithIdentity(emulator: Emulator, identityId: string | undefined): void {
  const body = JSON.stringify({ IdentityId: identityId })
  emulator.faults.set('GetId', { kind: 'alter', alter: (answer) => ({ ...answer, body }) })
}

/** The identity ID of somebody else, who signs in for it. */
export async function identityOfAnother(emulator: Emulator): Promise<string | undefined> {
  const other = { username: 'other-user', password: 'Other-Passw0rd', email: 'other-user@example.com' }
  emulator.settings.users.push(other)
  Object.assign(emulator.user, other)
  return (await exchange(profileOf(emulator), await idTokenAt(emulator))).identityId
}

export async function idTokenAt(emulator: Emulator): Promise<Secret> {
  return new Secret((await signIn(emulator)).id_token)
}

export function exchange(
  profile: Profile,
  idToken: Secret | undefined,
  identityId?: string,
): Promise<ExchangeResult> {
  return exchangeForCredentials({
    profile,
    signedIn: idToken && { idToken, claims: decodeClaims(idToken) },
    identityId,
    clients: clientsOf(profile, openHttp()),
    signal: NEVER,
  })
}

/** Somebody signs in where the redirect URI is not registered: the hosted UI shows an error and calls nobody back. */
export async function signInToTheErrorPage(emulator: Emulator, profile: Profile): Promise<unknown> {
  const limit = new AbortController()
  return signInWithBrowser({
    signIn: { ...profile.signIn!, redirectUris: [`http://localhost:${await freePort()}/callback`] },
    clientSecret: undefined,
    http: openHttp(),
    openBrowser: async (authorizeUrl) => {
      const page = await signInHeadlessly({ authorizeUrl, ...emulator.user })
      expect(page.body).toContain('redirect_mismatch')
      limit.abort(new DOMException('as after the time that people have', 'TimeoutError'))
      return { kind: 'opened' }
    },
    onUrl: () => undefined,
    onNotice: () => undefined,
    signal: limit.signal,
    timeoutSeconds: 300,
    now: Date.now,
  })
}

/** A code redeemed under another redirect URI than it was asked for, if only by a slash. */
export async function redeemElsewhere(emulator: Emulator, profile: Profile): Promise<unknown> {
  const codeVerifier = new Secret('v'.repeat(43))
  const code = await obtainCode(emulator, {
    code_challenge: challengeOf(codeVerifier.reveal()),
    code_challenge_method: 'S256',
  })
  return requestTokensByCode({
    signIn: profile.signIn!,
    clientSecret: undefined,
    http: openHttp(),
    signal: NEVER,
    code: new Secret(code),
    codeVerifier,
    redirectUri: `${callbackOf(emulator)}/`,
  })
}
