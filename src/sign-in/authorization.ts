import { createHash, randomBytes } from 'node:crypto'
import type { SignInSettings } from '../profile/profile.ts'
import { Secret } from '../secret.ts'

/** What one sign-in attempt must meet again: in the callback (state), the token request (verifier) and the ID token (nonce). */
export interface Attempt {
  state: string
  nonce: string
  codeVerifier: Secret
  codeChallenge: string
}

/** A fresh attempt; state, nonce and code verifier hold 256 random bits each. */
export function createAttempt(): Attempt {
  const codeVerifier = randomBytes(32).toString('base64url')
  return {
    // Hexadecimal: a pool encodes the state once on the first sign-in and twice when a session exists (amplify-js#5218).
    state: randomBytes(32).toString('hex'),
    nonce: randomBytes(32).toString('hex'),
    codeVerifier: new Secret(codeVerifier),
    codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
  }
}

/** The page where the person signs in: authorization code flow with PKCE S256, never anything weaker (RFC 7636). */
export function authorizeUrl(options: {
  signIn: SignInSettings
  attempt: Attempt
  redirectUri: string
}): URL {
  const { signIn, attempt, redirectUri } = options
  const url = new URL('/oauth2/authorize', domainOf(signIn))
  const parameters: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: signIn.clientId,
    redirect_uri: redirectUri,
    scope: signIn.scopes.join(' '),
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: attempt.codeChallenge,
    code_challenge_method: 'S256',
    identity_provider: signIn.identityProvider,
    idp_identifier: signIn.idpIdentifier,
    login_hint: signIn.loginHint,
    lang: signIn.lang,
    prompt: signIn.prompt,
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url
}

/** The page that ends the hosted UI session and goes on to `logoutUri`, which must be registered with the client. */
export function logoutUrl(options: { domain: URL; clientId: string; logoutUri: string }): URL {
  const url = new URL('/logout', options.domain)
  url.searchParams.set('client_id', options.clientId)
  url.searchParams.set('logout_uri', options.logoutUri)
  return url
}

/** The page that ends the hosted UI session and goes on to the sign-in page; `redirectUri` must be registered with the client. */
export function signOutToSignInUrl(options: { domain: URL; clientId: string; redirectUri: string }): URL {
  const url = new URL('/logout', options.domain)
  url.searchParams.set('client_id', options.clientId)
  url.searchParams.set('redirect_uri', options.redirectUri)
  url.searchParams.set('response_type', 'code')
  return url
}

/** The user pool domain, which every browser sign-in has: `profile` refuses one without. Anything else is a bug. */
export function domainOf(signIn: Pick<SignInSettings, 'domain'>): URL {
  if (signIn.domain === undefined) throw new TypeError('a browser sign-in without a user pool domain')
  return signIn.domain
}
