/**
 * The conversation in which an item of the Secret Service is read (Secret Service API 0.2), apart from any socket: who says
 * what when. The calls are D-Bus's, their order and attributes those of libsecret, by which keytar reads.
 */
import { Secret } from '../secret.ts'
import { MessageWriter, decodeMessage, encodeCall, messageLength } from './dbus-message.ts'
import type { Message } from './dbus-message.ts'

/**
 * Why there is no value: no such item; it is locked; no bus, or nobody on it who keeps secrets; the bus or the service said
 * no; what came is not D-Bus; time is up.
 */
export type DeclineReason = 'absent' | 'locked' | 'unreachable' | 'refused' | 'malformed' | 'timeout'

/** What an item holds, or why that cannot be told here. */
export type SecretServiceAnswer =
  { kind: 'found'; value: Secret } | { kind: 'declined'; reason: DeclineReason }

/** What to do after something came; bytes are strings as those of `dbus-message.ts`. */
export type ConversationStep = SecretServiceAnswer | { kind: 'send'; bytes: string } | { kind: 'wait' }

// All that ever comes: an honest conversation is 1.5 KB.
const MAX_RECEIVED_BYTES = 64 * 1024
const SERIAL = { hello: 1, openSession: 2, searchItems: 3, getSecret: 4 }
const BUS = 'org.freedesktop.DBus'
const SECRETS = {
  destination: 'org.freedesktop.secrets',
  path: '/org/freedesktop/secrets',
  interface: 'org.freedesktop.Secret.Service',
}
const NOBODY_THERE = [`${BUS}.Error.ServiceUnknown`, `${BUS}.Error.NameHasNoOwner`]
const IS_LOCKED = 'org.freedesktop.Secret.Error.IsLocked'

/**
 * One read of one item. `BEGIN` waits for the bus's `OK`, as the specification has it and xdg-dbus-proxy
 * (the bus of a Flatpak) needs it; all calls that wait for no answer go out with it. So a read takes three round trips.
 */
export class SecretServiceConversation {
  readonly #request: { service: string; account: string; uid: number }
  #receivedBytes = 0
  #rest = ''
  #isAuthenticated = false
  #session: string | undefined
  #item: string | undefined

  constructor(request: { service: string; account: string; uid: number }) {
    this.#request = request
  }

  /** The first bytes to send: who calls, in decimal digits in hex; the kernel vouches for it. */
  opening(): string {
    const uid = Buffer.from(this.#request.uid.toString()).toString('hex')
    return `\0AUTH EXTERNAL ${uid}\r\n`
  }

  /** Takes what came. Throws `RangeError` when it is not D-Bus, or too much of it. */
  take(chunk: string): ConversationStep {
    this.#receivedBytes += chunk.length
    if (this.#receivedBytes > MAX_RECEIVED_BYTES) throw new RangeError('more than any answer')
    this.#rest += chunk
    return this.#isAuthenticated ? this.#takeMessages() : this.#takeReplyToAuth()
  }

  #takeReplyToAuth(): ConversationStep {
    const end = this.#rest.indexOf('\r\n')
    if (end < 0) return { kind: 'wait' }
    if (!this.#rest.startsWith('OK')) return declined('refused')
    if (end + 2 < this.#rest.length) throw new RangeError('messages before BEGIN')
    this.#isAuthenticated = true
    this.#rest = ''
    const { service, account } = this.#request
    const bytes = `BEGIN\r\n${hello()}${openSession()}${searchItems(service, account)}`
    return { kind: 'send', bytes }
  }

  #takeMessages(): ConversationStep {
    let step: ConversationStep = { kind: 'wait' }
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

  #takeMessage(message: Message): ConversationStep {
    const { kind, replySerial, error, body } = message
    // Such as the signal that tells the caller's name.
    if (kind === 'other' || replySerial === undefined) return { kind: 'wait' }
    if (kind === 'error') return declined(reasonOf(error))
    switch (replySerial) {
      case SERIAL.openSession:
        expectSignature(message, 'vo')
        body.variant()
        this.#session = body.string()
        return this.#askWhenReady()
      case SERIAL.searchItems: {
        expectSignature(message, 'aoao')
        const unlocked = body.array(4, (reader) => reader.string())
        const locked = body.array(4, (reader) => reader.string())
        // The first, as libsecret has it.
        this.#item = unlocked[0]
        if (this.#item === undefined) return declined(locked.length > 0 ? 'locked' : 'absent')
        return this.#askWhenReady()
      }
      case SERIAL.getSecret: {
        expectSignature(message, '(oayays)')
        body.string()
        // Only an encrypted secret has parameters.
        if (body.uint32() > 0) throw new RangeError('a secret of another kind of session')
        return {
          kind: 'found',
          value: new Secret(Buffer.from(body.bytes(body.uint32()), 'latin1').toString()),
        }
      }
      default:
        return { kind: 'wait' }
    }
  }

  #askWhenReady(): ConversationStep {
    if (this.#session === undefined || this.#item === undefined) return { kind: 'wait' }
    return { kind: 'send', bytes: getSecret(this.#item, this.#session) }
  }
}

function hello(): string {
  const target = { destination: BUS, path: '/org/freedesktop/DBus', interface: BUS }
  return encodeCall({ ...target, serial: SERIAL.hello, member: 'Hello' })
}

function openSession(): string {
  const body = new MessageWriter().string('plain').signature('s').string('')
  return encodeCall({ ...SECRETS, serial: SERIAL.openSession, member: 'OpenSession', signature: 'sv', body })
}

// The attributes under which keytar keeps an item: its two, and the schema's name, which libsecret adds.
function searchItems(service: string, account: string): string {
  const attributes = { account, service, 'xdg:schema': 'org.freedesktop.Secret.Generic' }
  const entries = new MessageWriter()
  for (const [name, value] of Object.entries(attributes)) entries.align(8).string(name).string(value)
  const body = new MessageWriter().array(entries)
  return encodeCall({
    ...SECRETS,
    serial: SERIAL.searchItems,
    member: 'SearchItems',
    signature: 'a{ss}',
    body,
  })
}

function getSecret(item: string, session: string): string {
  const target = { ...SECRETS, path: item, interface: 'org.freedesktop.Secret.Item' }
  const body = new MessageWriter().string(session)
  return encodeCall({ ...target, serial: SERIAL.getSecret, member: 'GetSecret', signature: 'o', body })
}

function expectSignature(message: Message, signature: string): void {
  if (message.signature !== signature) throw new RangeError('an answer of another form')
}

function reasonOf(error: string | undefined): DeclineReason {
  if (error === undefined) return 'refused'
  if (NOBODY_THERE.includes(error)) return 'unreachable'
  return error === IS_LOCKED ? 'locked' : 'refused'
}

/** An answer without a value. */
export function declined(reason: DeclineReason): SecretServiceAnswer {
  return { kind: 'declined', reason }
}
