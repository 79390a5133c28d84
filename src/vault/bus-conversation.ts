/** A conversation with the Secret Service over the session bus, apart from any socket: how it begins, and how it is cut into messages. */
import { decodeMessage, encodeCall, messageLength } from './dbus-message.ts'
import type { Message } from './dbus-message.ts'

/**
 * Why there is no answer: no such thing; it is locked; no bus, or nobody on it who keeps secrets; the bus or the service said
 * no; what came is not D-Bus; time is up.
 */
export type DeclineReason = 'absent' | 'locked' | 'unreachable' | 'refused' | 'malformed' | 'timeout'

/** Why that cannot be told here. */
export interface Declined {
  kind: 'declined'
  reason: DeclineReason
}

/** What to do after something came; bytes are strings as those of `dbus-message.ts`. */
export type ConversationStep<Found> = Found | Declined | { kind: 'send'; bytes: string } | { kind: 'wait' }

// All that ever comes: an honest conversation is 1.5 KB.
const MAX_RECEIVED_BYTES = 64 * 1024
const BUS = 'org.freedesktop.DBus'
const HELLO_SERIAL = 1
const NOBODY_THERE = [`${BUS}.Error.ServiceUnknown`, `${BUS}.Error.NameHasNoOwner`]
const IS_LOCKED = 'org.freedesktop.Secret.Error.IsLocked'

/** Whom all calls but the bus's own are for. */
export const SECRETS = {
  destination: 'org.freedesktop.secrets',
  path: '/org/freedesktop/secrets',
  interface: 'org.freedesktop.Secret.Service',
}

/**
 * Signs in to the bus and takes messages; what is said, `firstCalls` and `takeReply` decide. `BEGIN` waits for the bus's `OK`, as
 * the specification has it and xdg-dbus-proxy (the bus of a Flatpak) needs it; all calls that wait for no answer go out with it.
 */
export abstract class BusConversation<Found extends { kind: 'found' }> {
  readonly #uid: number
  #receivedBytes = 0
  #rest = ''
  #isAuthenticated = false

  constructor(uid: number) {
    this.#uid = uid
  }

  /** The calls that wait for no answer; serials from 2 on. */
  protected abstract firstCalls(): string

  /** Takes the answer to one of the calls. */
  protected abstract takeReply(message: Message): ConversationStep<Found>

  /** The first bytes to send: who calls, in decimal digits in hex; the kernel vouches for it. */
  opening(): string {
    const uid = Buffer.from(this.#uid.toString()).toString('hex')
    return `\0AUTH EXTERNAL ${uid}\r\n`
  }

  /** Takes what came. Throws `RangeError` when it is not D-Bus, or too much of it. */
  take(chunk: string): ConversationStep<Found> {
    this.#receivedBytes += chunk.length
    if (this.#receivedBytes > MAX_RECEIVED_BYTES) throw new RangeError('more than any answer')
    this.#rest += chunk
    return this.#isAuthenticated ? this.#takeMessages() : this.#takeReplyToAuth()
  }

  #takeReplyToAuth(): ConversationStep<Found> {
    const end = this.#rest.indexOf('\r\n')
    if (end < 0) return { kind: 'wait' }
    if (!this.#rest.startsWith('OK')) return declined('refused')
    if (end + 2 < this.#rest.length) throw new RangeError('messages before BEGIN')
    this.#isAuthenticated = true
    this.#rest = ''
    return { kind: 'send', bytes: `BEGIN\r\n${hello()}${this.firstCalls()}` }
  }

  #takeMessages(): ConversationStep<Found> {
    let step: ConversationStep<Found> = { kind: 'wait' }
    for (;;) {
      const length = messageLength(this.#rest)
      if (length !== undefined && length > MAX_RECEIVED_BYTES) throw new RangeError('more than any answer')
      if (length === undefined || length > this.#rest.length) return step
      const message = decodeMessage(this.#rest.slice(0, length))
      this.#rest = this.#rest.slice(length)
      const next = this.#takeMessage(message)
      if (next.kind === 'found' || next.kind === 'declined') return next
      if (next.kind === 'send') step = next
    }
  }

  #takeMessage(message: Message): ConversationStep<Found> {
    const { kind, replySerial, error } = message
    // Such as the signal that tells the caller's name.
    if (kind === 'other' || replySerial === undefined) return { kind: 'wait' }
    if (kind === 'error') return declined(reasonOf(error))
    return this.takeReply(message)
  }
}

function hello(): string {
  const target = { destination: BUS, path: '/org/freedesktop/DBus', interface: BUS }
  return encodeCall({ ...target, serial: HELLO_SERIAL, member: 'Hello' })
}

/** Throws `RangeError` for an answer that is laid out otherwise. */
export function expectSignature(message: Message, signature: string): void {
  if (message.signature !== signature) throw new RangeError('an answer of another form')
}

function reasonOf(error: string | undefined): DeclineReason {
  if (error === undefined) return 'refused'
  if (NOBODY_THERE.includes(error)) return 'unreachable'
  return error === IS_LOCKED ? 'locked' : 'refused'
}

/** An answer without a value. */
export function declined(reason: DeclineReason): Declined {
  return { kind: 'declined', reason }
}
