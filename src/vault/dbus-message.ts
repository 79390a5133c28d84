/**
 * The part of D-Bus's wire format (D-Bus Specification, "Message Protocol") that a few calls to a service take. Messages are
 * strings of bytes here (`latin1`, a character a byte): for some hundred bytes, that a process handles but once, it is the
 * quickest way. What is read comes from whoever holds the other end of a socket: each length is checked against the bytes
 * that are there, and a `RangeError` is thrown for whatever is not as it should be.
 */

/** A call to make; `body` is laid out as `signature` says. A service that does not run is not started for it. */
export interface MethodCall {
  serial: number
  destination: string
  path: string
  interface: string
  member: string
  signature?: string
  body?: MessageWriter
}

/** A message that came. `replySerial` tells which call it answers; `error` is the name of the error it reports. */
export interface Message {
  kind: 'return' | 'error' | 'other'
  replySerial: number | undefined
  error: string | undefined
  signature: string
  body: MessageReader
}

const METHOD_CALL = 1
const METHOD_RETURN = 2
const ERROR = 3
const NO_AUTO_START = 2
const PROTOCOL_VERSION = 1
const FIELD = { path: 1, interface: 2, member: 3, error: 4, replySerial: 5, destination: 6, signature: 8 }
/** How many bytes of a message tell its length; the last four of them are the length of the header's fields. */
const FIXED_HEADER_BYTES = 16

/** Lays out values one after the other, little-endian, each at a multiple of its alignment. */
export class MessageWriter {
  bytes = ''

  byte(value: number): this {
    this.bytes += String.fromCharCode(value)
    return this
  }

  uint32(value: number): this {
    this.align(4).bytes += String.fromCharCode(
      value & 255,
      (value >> 8) & 255,
      (value >> 16) & 255,
      value >>> 24,
    )
    return this
  }

  /** A string or an object path. */
  string(value: string): this {
    const bytes = Buffer.from(value).toString('latin1')
    this.uint32(bytes.length).bytes += `${bytes}\0`
    return this
  }

  signature(value: string): this {
    this.byte(value.length).bytes += `${value}\0`
    return this
  }

  /** An array of what begins at multiples of eight: structures and dictionary entries. */
  array(elements: MessageWriter): this {
    this.uint32(elements.bytes.length).align(8).bytes += elements.bytes
    return this
  }

  align(multiple: number): this {
    while (this.bytes.length % multiple !== 0) this.bytes += '\0'
    return this
  }
}

/** Reads values one after the other; throws `RangeError` where they are not there. */
export class MessageReader {
  readonly #bytes: string
  readonly #isLittleEndian: boolean
  #at: number

  /** A reader of a message from byte `at` on; the first byte tells the order of the others. */
  constructor(bytes: string, at: number) {
    if (bytes[0] !== 'l' && bytes[0] !== 'B') throw new RangeError('no message begins so')
    this.#bytes = bytes
    this.#isLittleEndian = bytes[0] === 'l'
    this.#at = at
  }

  byte(): number {
    return this.bytes(1).charCodeAt(0)
  }

  uint32(): number {
    this.align(4)
    const [a, b, c, d] = this.#isLittleEndian ? [3, 2, 1, 0] : [0, 1, 2, 3]
    const bytes = this.bytes(4)
    const high = bytes.charCodeAt(a) * 0x1000000
    return high + ((bytes.charCodeAt(b) << 16) | (bytes.charCodeAt(c) << 8) | bytes.charCodeAt(d))
  }

  /** A string or an object path, as its bytes. */
  string(): string {
    return this.#text(this.uint32())
  }

  signature(): string {
    return this.#text(this.byte())
  }

  /** An array of which `element` reads one; `alignment` is that of its elements. */
  array<T>(alignment: number, element: (reader: this) => T): T[] {
    const length = this.uint32()
    this.align(alignment)
    const end = this.#at + length
    const elements: T[] = []
    while (this.#at < end) elements.push(element(this))
    if (this.#at !== end) throw new RangeError('an array ends within an element')
    return elements
  }

  /** A variant of one of the types that header fields and Secret Services use. */
  variant(): string | number {
    const signature = this.signature()
    switch (signature) {
      case 's':
      case 'o':
        return this.string()
      case 'g':
        return this.signature()
      // A boolean takes as much room as a number.
      case 'b':
      case 'u':
        return this.uint32()
      case 'ay':
        return this.bytes(this.uint32())
      default:
        throw new RangeError('a variant of a type that nothing here has')
    }
  }

  align(multiple: number): void {
    this.#at = aligned(this.#at, multiple)
  }

  /** As many bytes as that. */
  bytes(count: number): string {
    const end = this.#at + count
    if (end > this.#bytes.length) throw new RangeError('a value that is longer than its message')
    const bytes = this.#bytes.slice(this.#at, end)
    this.#at = end
    return bytes
  }

  #text(length: number): string {
    const text = this.bytes(length)
    if (this.bytes(1) !== '\0') throw new RangeError('a string without its end')
    return text
  }
}

/** The bytes of a call. */
export function encodeCall(call: MethodCall): string {
  const fields = new MessageWriter()
  const field = (code: number, type: string): MessageWriter => fields.align(8).byte(code).signature(type)
  field(FIELD.path, 'o').string(call.path)
  field(FIELD.interface, 's').string(call.interface)
  field(FIELD.member, 's').string(call.member)
  field(FIELD.destination, 's').string(call.destination)
  if (call.signature !== undefined) field(FIELD.signature, 'g').signature(call.signature)
  const body = call.body?.bytes ?? ''
  const head = new MessageWriter()
    .byte('l'.charCodeAt(0))
    .byte(METHOD_CALL)
    .byte(NO_AUTO_START)
    .byte(PROTOCOL_VERSION)
  return head.uint32(body.length).uint32(call.serial).array(fields).align(8).bytes + body
}

/** How long the message is that begins with `bytes`; undefined when too few of them are there to tell. */
export function messageLength(bytes: string): number | undefined {
  if (bytes.length < FIXED_HEADER_BYTES) return undefined
  const reader = new MessageReader(bytes, 3)
  if (reader.byte() !== PROTOCOL_VERSION) throw new RangeError('another version of the protocol')
  const bodyBytes = reader.uint32()
  reader.uint32()
  return aligned(FIXED_HEADER_BYTES + reader.uint32(), 8) + bodyBytes
}

/** Reads a whole message. */
export function decodeMessage(bytes: string): Message {
  const reader = new MessageReader(bytes, 1)
  const type = reader.byte()
  const body = new MessageReader(bytes, FIXED_HEADER_BYTES - 4)
  const message: Message = {
    kind: type === METHOD_RETURN ? 'return' : type === ERROR ? 'error' : 'other',
    replySerial: undefined,
    error: undefined,
    signature: '',
    body,
  }
  body.array(8, () => {
    body.align(8)
    const [code, value] = [body.byte(), body.variant()]
    if (code === FIELD.replySerial && typeof value === 'number') message.replySerial = value
    else if (code === FIELD.error && typeof value === 'string') message.error = value
    else if (code === FIELD.signature && typeof value === 'string') message.signature = value
  })
  body.align(8)
  return message
}

function aligned(at: number, multiple: number): number {
  return Math.ceil(at / multiple) * multiple
}
