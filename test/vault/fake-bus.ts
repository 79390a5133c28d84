/** A session bus for tests that says what it is told to say, in either byte order. It lays out its messages itself. */
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

export interface FakeBus {
  address: string
  /** All that clients sent, and how many of them there were. */
  heard: () => string
  connections: () => number
  /** Ends when the first client is gone. */
  gone: Promise<unknown>
}

/** Listens on a path (or an abstract name) and hands every client to `serve`. */
export async function startFakeBus(
  serve: (socket: Socket) => void,
  options: { abstract?: string } = {},
): Promise<FakeBus> {
  const path = options.abstract === undefined ? `${temporaryFolder()}/bus` : `\0${options.abstract}`
  let heard = ''
  let connections = 0
  const clients = new EventEmitter()
  const gone = once(clients, 'gone')
  const server: Server = createServer((socket) => {
    connections += 1
    // Clients that have their answer leave without a word.
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => (heard += chunk.toString('latin1')))
    socket.on('close', () => {
      clients.emit('gone')
    })
    serve(socket)
    onTestFinished(() => {
      socket.destroy()
    })
  })
  server.listen(path)
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  const address = options.abstract === undefined ? `unix:path=${path}` : `unix:abstract=${options.abstract}`
  return { address, heard: () => heard, connections: () => connections, gone }
}

export interface Behaviour {
  /** What answers `AUTH`. */
  greeting?: string
  /** What answers the calls that come with BEGIN, and the one for the secret. */
  answers?: Buffer
  secret?: Buffer
  /** How bytes are put on the wire. */
  deliver?: (socket: Socket, bytes: Buffer) => void
}

/** Serves one read: greets, answers the calls that came together, then the call for the secret. */
export function serveItem(behaviour: Behaviour = {}): (socket: Socket) => void {
  const {
    greeting = 'OK 0123456789abcdef\r\n',
    answers = honestAnswers(),
    secret = honestSecret(),
  } = behaviour
  const deliver = behaviour.deliver ?? ((socket, bytes) => socket.write(bytes))
  return (socket) => {
    let heard = ''
    let stage = 0
    const waitsFor: [string, Buffer][] = [
      ['\r\n', Buffer.from(greeting)],
      ['xdg:schema', answers],
      ['GetSecret', secret],
    ]
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1')
      const [word, bytes] = waitsFor[stage] ?? []
      if (word === undefined || bytes === undefined || !heard.includes(word)) return
      stage += 1
      deliver(socket, bytes)
    })
  }
}

export interface Fields {
  type?: 'call' | 'return' | 'error' | 'signal'
  replySerial?: number
  error?: string
  signature?: string
  isBigEndian?: boolean
}

const TYPES = { call: 1, return: 2, error: 3, signal: 4 }

/** A whole message; `body` must have been laid out in the same byte order. */
export function message(fields: Fields, body: Buffer = Buffer.alloc(0)): Buffer {
  const isBigEndian = fields.isBigEndian === true
  const wire = layOut(isBigEndian)
  const list: Buffer[] = []
  const add = (code: number, type: string, value: Buffer): void => {
    const before = Buffer.concat(list)
    // The code, the variant's signature and its padding are four bytes: what follows is aligned to four.
    list.push(wire.padding(before, 8), Buffer.of(code, 1, type.charCodeAt(0), 0), value)
  }
  if (fields.error !== undefined) add(4, 's', wire.string(fields.error))
  if (fields.replySerial !== undefined) add(5, 'u', wire.uint32(fields.replySerial))
  add(7, 's', wire.string(':1.1'))
  if (fields.signature !== undefined) add(8, 'g', wire.signature(fields.signature))
  const all = Buffer.concat(list)
  const head = Buffer.concat([
    Buffer.of((isBigEndian ? 'B' : 'l').charCodeAt(0), TYPES[fields.type ?? 'return'], 0, 1),
    wire.uint32(body.length),
    wire.uint32(77),
    wire.uint32(all.length),
    all,
  ])
  return Buffer.concat([head, wire.padding(head, 8), body])
}

/** The pieces of messages in one byte order. */
export function layOut(isBigEndian = false) {
  const uint32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    if (isBigEndian) bytes.writeUInt32BE(value)
    else bytes.writeUInt32LE(value)
    return bytes
  }
  const padding = (before: Buffer, to: number): Buffer => Buffer.alloc((to - (before.length % to)) % to)
  const string = (value: string): Buffer =>
    Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(`${value}\0`)])
  const signature = (value: string): Buffer =>
    Buffer.concat([Buffer.of(value.length), Buffer.from(`${value}\0`)])
  // Each value at a multiple of four, which is the alignment of all of them.
  const sequence = (...values: Buffer[]): Buffer =>
    values.reduce((before, value) => Buffer.concat([before, padding(before, 4), value]), Buffer.alloc(0))
  const array = (...elements: Buffer[]): Buffer => {
    const content = sequence(...elements)
    return Buffer.concat([uint32(content.length), content])
  }
  const bytes = (value: Buffer | string): Buffer => Buffer.concat([uint32(value.length), Buffer.from(value)])
  return { uint32, padding, string, signature, sequence, array, bytes }
}

/** What a bus and a Secret Service say to Hello (with a signal after it), OpenSession and SearchItems. */
export function answersOf(options: {
  unlocked: string[]
  locked: string[]
  isBigEndian?: boolean
  /** OpenSession's output; GNOME Keyring gives an empty string, KWallet no bytes. */
  output?: 's' | 'ay'
}): { hello: Buffer; session: Buffer; search: Buffer } {
  const { isBigEndian = false, output = 's' } = options
  const wire = layOut(isBigEndian)
  const name = wire.string(':1.7')
  const empty = output === 's' ? wire.string('') : wire.bytes('')
  return {
    hello: Buffer.concat([
      message({ replySerial: 1, signature: 's', isBigEndian }, name),
      message({ type: 'signal', signature: 's', isBigEndian }, name),
    ]),
    session: message(
      { replySerial: 2, signature: 'vo', isBigEndian },
      wire.sequence(wire.signature(output), empty, wire.string('/org/freedesktop/secrets/session/s1')),
    ),
    search: message(
      { replySerial: 3, signature: 'aoao', isBigEndian },
      wire.sequence(
        wire.array(...options.unlocked.map(wire.string)),
        wire.array(...options.locked.map(wire.string)),
      ),
    ),
  }
}

export const ITEM = '/org/freedesktop/secrets/collection/login/1'

export function honestAnswers(isBigEndian = false): Buffer {
  const { hello, session, search } = answersOf({ unlocked: [ITEM], locked: [], isBigEndian })
  return Buffer.concat([hello, session, search])
}

/** What GetSecret gives; a secret that is encrypted has `parameters`. */
export function honestSecret(options: { isBigEndian?: boolean; parameters?: string } = {}): Buffer {
  const { isBigEndian = false, parameters = '' } = options
  const wire = layOut(isBigEndian)
  return message(
    { replySerial: 4, signature: '(oayays)', isBigEndian },
    wire.sequence(
      wire.string('/org/freedesktop/secrets/session/s1'),
      wire.bytes(parameters),
      wire.bytes('CANARY'),
      wire.string('text/plain'),
    ),
  )
}
