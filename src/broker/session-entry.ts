/** The sealed session: what one sign-in left behind, as bytes and back. */
import type { JSONWebKeySet } from 'jose'
import { isJsonObject } from '../json-object.ts'
import { Secret } from '../secret.ts'
import { readClaims } from '../sign-in/claims.ts'
import type { IdTokenClaims } from '../sign-in/claims.ts'
import { parseClock } from './clock-reading.ts'
import type { ClockReading } from './clock-reading.ts'
import {
  FieldError,
  instant,
  optionalText,
  parseFields,
  serializeFields,
  text,
  texts,
} from './json-fields.ts'

/** A sign-in that can still be used, with the clocks as they were when its tokens came. */
export interface Session extends ClockReading {
  state: 'active'
  /** Random, new with every sign-in: credentials carry it, so that a sign-in as somebody else makes them void. */
  signInId: string
  signedInAt: Date
  idToken: Secret
  accessToken: Secret
  refreshToken: Secret | undefined
  accessTokenExpiresAt: Date
  claims: IdTokenClaims
  /** The issuer's signing keys when last seen: a refresh needs no request for them unless they changed. */
  keys: JSONWebKeySet
  /** Identity pool ID -> identity ID: GetId is asked once a session and pool. */
  identityIds: Record<string, string>
  /** Signed in without a browser, and so refreshed by the API; with a device's key where the pool remembers devices. */
  byPassword?: { deviceKey: string | undefined } | undefined
}

/** What is left of a sign-in that the user pool ended: who it was, so that people can be told. */
export interface EndedSession {
  state: 'ended'
  who: string
  endedAt: Date
}

/** What the entry of a session can hold. */
export type StoredSession = Session | EndedSession

/** The plaintext of the entry: the tokens stand in it as they are. */
export function serializeSession(session: StoredSession): Buffer {
  if (session.state === 'ended')
    return serializeFields({ state: 'ended', who: session.who, endedAt: session.endedAt })
  const { idToken, accessToken, refreshToken, claims, ...rest } = session
  return serializeFields({
    ...rest,
    idToken: idToken.reveal(),
    accessToken: accessToken.reveal(),
    refreshToken: refreshToken?.reveal(),
    claims: claims.raw,
  })
}

/** Throws FieldError when the entry is not what `serializeSession` writes. */
export function parseSession(bytes: Buffer): StoredSession {
  const fields = parseFields(bytes)
  if (fields['state'] === 'ended') {
    return { state: 'ended', who: text(fields, 'who'), endedAt: instant(fields, 'endedAt') }
  }
  const refreshToken = optionalText(fields, 'refreshToken')
  const { claims, keys } = fields
  if (!isJsonObject(claims)) throw new FieldError('no claims')
  if (!isKeySet(keys)) throw new FieldError('no keys')
  return {
    state: 'active',
    signInId: text(fields, 'signInId'),
    signedInAt: instant(fields, 'signedInAt'),
    idToken: new Secret(text(fields, 'idToken')),
    accessToken: new Secret(text(fields, 'accessToken')),
    refreshToken: refreshToken === undefined ? undefined : new Secret(refreshToken),
    accessTokenExpiresAt: instant(fields, 'accessTokenExpiresAt'),
    claims: readClaims(claims),
    keys,
    identityIds: texts(fields, 'identityIds'),
    ...parseByPassword(fields['byPassword']),
    ...parseClock(fields),
  }
}

function parseByPassword(value: unknown): Pick<Session, 'byPassword'> {
  return isJsonObject(value) ? { byPassword: { deviceKey: optionalText(value, 'deviceKey') } } : {}
}

/** The name people know themselves by. */
export function whoIs(claims: IdTokenClaims): string {
  return claims.email ?? claims.username ?? claims.sub
}

function isKeySet(value: unknown): value is JSONWebKeySet {
  return isJsonObject(value) && Array.isArray(value['keys'])
}
