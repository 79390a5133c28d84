/** What belongs to what: a name for every entry and lock, made of everything that must not be mixed up. Pure. */
import { createHash } from 'node:crypto'
import type { Profile, SignInSettings } from '../profile/profile.ts'

function fingerprint(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

/**
 * The session a profile signs in to: issuer, client, domain, scopes and session name. Change one of them and it is
 * another session, so an old refresh token never travels to a new place.
 */
export function sessionId(signIn: SignInSettings): string {
  const { issuer, clientId, domain, scopes, sessionName } = signIn
  return fingerprint([
    'session',
    issuer,
    clientId,
    domain?.origin ?? null,
    [...scopes].sort(),
    sessionName ?? null,
  ])
}

/** A profile's attempt to sign in, by everything it was made with: changed settings make it another one. */
export function attemptName(profile: string, signIn: SignInSettings): string {
  return `${attemptPrefix(sessionId(signIn), profile)}${fingerprint(['attempt', signIn])}`
}

/** What the names of all attempts to sign in to one session begin with, or of one profile's. */
export function attemptPrefix(session: string, profile?: string): string {
  return `attempt-${session}-${profile === undefined ? '' : `${fingerprint(['profile', profile])}-`}`
}

/** Whose credentials a profile's are: its session's, or those of the guest of a pool at an endpoint. */
export function holderId({ signIn, identityPool, endpoints }: Profile): string {
  if (signIn) return sessionId(signIn)
  return fingerprint(['guest', identityPool?.id ?? null, endpoints.cognitoIdentity?.href ?? null])
}

/** The entry of a session; `id` from `sessionId`. */
export function sessionEntryName(id: string): string {
  return `session-${id}`
}

/** One set of credentials: everything that changes what the exchange would answer. */
export function credentialsEntryName(profile: Profile): string {
  const { exchange, identityPool, chain, endpoints, region } = profile
  const asked = fingerprint([
    exchange,
    identityPool ?? null,
    chain ?? null,
    region,
    [endpoints.sts?.href ?? null, endpoints.cognitoIdentity?.href ?? null],
    [endpoints.useFips, endpoints.useDualstack],
  ])
  return `${credentialsPrefix(holderId(profile))}${asked}`
}

/** What the names of all credentials minted from one session begin with. */
export function credentialsPrefix(holder: string): string {
  return `credentials-${holder}-`
}

const CLIENT_SECRET_PREFIX = 'client-secret-'

/** An app client's secret: it goes to no other issuer, client or domain than it was sealed for. */
export function clientSecretEntryName({ issuer, clientId, domain }: SignInSettings): string {
  return `${CLIENT_SECRET_PREFIX}${fingerprint(['client-secret', issuer, clientId, domain?.origin ?? null])}`
}

/** Whether an entry is an app client's secret, whosever it is. */
export function isClientSecretEntry(name: string): boolean {
  return name.startsWith(CLIENT_SECRET_PREFIX)
}

/** The entry of a guest's identity ID; `holder` from `holderId`. */
export function guestEntryName(holder: string): string {
  return `guest-${holder}`
}

const POINTER_PREFIX = 'pointer-'

// Never read by poolkey, and secret or short-lived: not even in a digest do they belong into the name of a file.
const OF_CREDENTIALS = /ACCESS_KEY|SECRET|TOKEN(?!_FILE)|PASSWORD|EXPIRATION/
// Where the state and the configuration are; with all of AWS_*, what an answer can depend on beside files.
const PLACES = ['HOME', 'USERPROFILE', 'POOLKEY_HOME', 'XDG_STATE_HOME', 'LOCALAPPDATA']

/** One way of asking for credentials: a profile by flag or not, in an environment. */
export interface Asked {
  profileFlag: string | undefined
  env: Record<string, string | undefined>
}

/** What remembers the entry that answered somebody who asked like this. */
export function pointerEntryName({ profileFlag, env }: Asked): string {
  const matters = Object.keys(env).filter((name) => {
    // Windows finds a variable whatever its case.
    const upper = name.toUpperCase()
    return PLACES.includes(upper) || (upper.startsWith('AWS_') && !OF_CREDENTIALS.test(upper))
  })
  const values = matters.sort().map((name) => [name, env[name]])
  return `${POINTER_PREFIX}${fingerprint(['pointer', profileFlag ?? null, values])}`
}

/** Whether an entry is a pointer. */
export function isPointerEntry(name: string): boolean {
  return name.startsWith(POINTER_PREFIX)
}
