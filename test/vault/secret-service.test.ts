import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lookAtKeyring } from '../../src/vault/key-at-service.ts'
import { SecretServiceConversation } from '../../src/vault/secret-service-conversation.ts'
import { readSecretServiceItem } from '../../src/vault/secret-service.ts'
import { sessionBusSockets } from '../../src/vault/session-bus-address.ts'
import {
  ITEM,
  answersOf,
  honestAnswers,
  honestSecret,
  layOut,
  message,
  serveItem,
  startFakeBus,
} from './fake-bus.ts'
import type { Behaviour } from './fake-bus.ts'
import { temporaryFolder } from './temporary-folder.ts'

const NAME = { service: 'poolkey', account: 'vault-key:1', uid: 1000 }
// A limit that only what hangs reaches.
const PATIENT_MS = 20_000

async function readAt(address: string | undefined, limitMs = PATIENT_MS) {
  const env = { DBUS_SESSION_BUS_ADDRESS: address }
  const answer = await readSecretServiceItem({ ...NAME, env, limitMs })
  return answer.kind === 'found' ? answer.value.reveal() : answer.reason
}

async function readFrom(behaviour: Behaviour | ((socket: Socket) => void), limitMs = PATIENT_MS) {
  const serve = typeof behaviour === 'function' ? behaviour : serveItem(behaviour)
  return readAt((await startFakeBus(serve)).address, limitMs)
}

describe('an item of the Secret Service', () => {
  it.each([false, true])('is read from a bus of either byte order (big-endian: %s)', async (isBigEndian) => {
    const [answers, secret] = [honestAnswers(isBigEndian), honestSecret({ isBigEndian })]
    expect(await readFrom({ answers, secret })).toBe('CANARY')
  })

  it('is asked for by the attributes under which keytar keeps it, without a service being started', async () => {
    const bus = await startFakeBus(serveItem())
    expect(await readAt(bus.address)).toBe('CANARY')
    const heard = bus.heard()
    for (const word of ['poolkey', 'vault-key:1', 'xdg:schema', 'org.freedesktop.Secret.Generic', ITEM]) {
      expect(heard).toContain(`${word}\0`)
    }
    // Every call: little-endian, a method call, NO_AUTO_START, version 1.
    expect(heard.split('l\u0001\u0002\u0001').length - 1).toBe(4)
    expect(heard).not.toMatch(/Unlock|Prompt/)
  })

  it('is asked for only after the bus has taken the sign-in, by the user number', async () => {
    const clients = new EventEmitter()
    const bus = await startFakeBus((socket) => {
      socket.once('data', () => clients.emit('greeted', socket))
    })
    const greeted = once(clients, 'greeted')
    const reading = readAt(bus.address)
    const [socket] = (await greeted) as [Socket]
    expect(bus.heard()).toBe('\0AUTH EXTERNAL 31303030\r\n')
    socket.write('OK 0123')
    socket.write('\r\n')
    await once(socket, 'data')
    expect(bus.heard().slice(25)).toMatch(/^BEGIN\r\nl/)
    socket.destroy()
    expect(await reading).toBe('unreachable')
  })

  it('is read when the answers come in another order, between signals', async () => {
    const { hello, session, search } = answersOf({ unlocked: [ITEM, `${ITEM}2`], locked: [`${ITEM}3`] })
    const signal = message({ type: 'signal', signature: 's' }, layOut().string('x'))
    const answers = Buffer.concat([signal, search, signal, hello, session, signal])
    expect(await readFrom({ answers })).toBe('CANARY')
  })

  it('is read from a service whose session has bytes for its output, as KWallet has it', async () => {
    const { hello, session, search } = answersOf({ unlocked: [ITEM], locked: [], output: 'ay' })
    expect(await readFrom({ answers: Buffer.concat([hello, session, search]) })).toBe('CANARY')
  })

  it('leaves no connection behind', async () => {
    const bus = await startFakeBus(serveItem())
    expect(await readAt(bus.address)).toBe('CANARY')
    await bus.gone
    expect(bus.connections()).toBe(1)
  })

  it('is the same however the bytes are split', () => {
    const all = Buffer.concat([honestAnswers(), honestSecret()]).toString('latin1')
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: all.length - 1 }))
    fc.assert(
      fc.property(cuts, (unordered) => {
        const conversation = started()
        const ends = [...unordered.sort((a, b) => a - b), all.length]
        const steps = ends.map((end, index) => conversation.take(all.slice(ends[index - 1] ?? 0, end)))
        expect(steps.at(-1)).toMatchObject({ kind: 'found' })
        // Who wants the secret after the search says so once.
        expect(steps.filter(({ kind }) => kind === 'send').length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('is never taken from bytes that were changed into nonsense without a RangeError or an answer', () => {
    const all = Buffer.concat([honestAnswers(), honestSecret()])
    const change = fc.record({ at: fc.nat(all.length - 1), byte: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = Buffer.from(all)
        for (const { at, byte } of changes) bytes[at] = byte
        expect(endOf(() => started().take(bytes.toString('latin1')))).toMatch(
          /^(found|declined|send|wait|malformed)$/,
        )
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a read that is declined', () => {
  const { hello, session } = answersOf({ unlocked: [], locked: [] })
  const failure = (replySerial: number, error: string) => message({ type: 'error', replySerial, error })
  const searched = (unlocked: string[], locked: string[]) => answersOf({ unlocked, locked }).search
  const signals = Buffer.concat(Array.from({ length: 4000 }, () => message({ type: 'signal' })))
  const wire = layOut()

  it.each<[string, string, Behaviour]>([
    ['there is no such item', 'absent', { answers: Buffer.concat([hello, session, searched([], [])]) }],
    ['the item is locked', 'locked', { answers: Buffer.concat([hello, session, searched([], [ITEM])]) }],
    ['the item is locked meanwhile', 'locked', { secret: failure(4, 'org.freedesktop.Secret.Error.IsLocked') }],
    ['no service runs', 'unreachable', { answers: failure(3, 'org.freedesktop.DBus.Error.ServiceUnknown') }],
    ['the service has no owner', 'unreachable', { answers: failure(2, 'org.freedesktop.DBus.Error.NameHasNoOwner') }],
    ['a proxy forbids it', 'refused', { answers: failure(2, 'org.freedesktop.DBus.Error.AccessDenied') }],
    ['the bus will not have us', 'refused', { answers: failure(1, 'org.freedesktop.DBus.Error.LimitsExceeded') }],
    ['the bus rejects the sign-in', 'refused', { greeting: 'REJECTED EXTERNAL\r\n' }],
    ['the bus wants to know more', 'refused', { greeting: 'DATA\r\n' }],
    ['the other end is a web server', 'refused', { greeting: 'HTTP/1.1 400 Bad Request\r\n\r\n' }],
    ['the bus speaks before BEGIN', 'malformed', { greeting: 'OK 01\r\nl' }],
    ['the greeting has no end', 'malformed', { greeting: 'O'.repeat(70_000) }],
    ['no message begins so', 'malformed', { answers: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n') }],
    ['the protocol is another', 'malformed', { answers: Buffer.from('l\u0002\0\u0002' + '\0'.repeat(12)) }],
    ['a body is said to have 4 GB', 'malformed', { answers: Buffer.from('6c020001ffffffff0100000000000000', 'hex') }],
    ['a header is said to have 4 GB', 'malformed', { answers: Buffer.from('6c0200010000000001000000ffffffff', 'hex') }],
    ['signals have no end', 'malformed', { answers: signals }],
    ['the search is answered by something else', 'malformed', { answers: message({ replySerial: 3, signature: 's' }, wire.string('x')) }],
    ['an array is longer than its message', 'malformed', { answers: message({ replySerial: 3, signature: 'aoao' }, wire.uint32(0xffff)) }],
    ['an array ends within an element', 'malformed', { answers: message({ replySerial: 3, signature: 'aoao' }, Buffer.concat([wire.uint32(6), wire.string('/abcdef'), wire.uint32(0)])) }],
    ['a string has no end', 'malformed', { answers: message({ replySerial: 3, signature: 'aoao' }, Buffer.concat([wire.uint32(8), wire.uint32(3), Buffer.from('/ab!'), wire.uint32(0)])) }],
    ['the session has an output of another type', 'malformed', { answers: message({ replySerial: 2, signature: 'vo' }, wire.signature('a{sv}')) }],
    ['the secret is encrypted', 'malformed', { secret: honestSecret({ parameters: 'iv' }) }],
  ])('because %s says: %s', async (_, reason, behaviour) => {
    expect(await readFrom(behaviour)).toBe(reason)
  }) // prettier-ignore

  it.each<[string, Behaviour | ((socket: Socket) => void)]>([
    ['accepts and says nothing', () => undefined],
    ['greets and says no more', { answers: Buffer.alloc(0) }],
    ['stops within a message', { answers: honestAnswers().subarray(0, 200) }],
    ['keeps the secret back', { secret: Buffer.alloc(0) }],
    ['answers what was not asked', { answers: message({ replySerial: 99, signature: 's' }, wire.string('x')) }],
  ])('in time, when the bus %s', async (_, behaviour) => {
    const startedMs = performance.now()
    expect(await readFrom(behaviour, 60)).toBe('timeout')
    const tookMs = performance.now() - startedMs
    expect(tookMs).toBeGreaterThan(50)
    expect(tookMs).toBeLessThan(5_000)
  }) // prettier-ignore

  it('after 250 ms, when nobody says otherwise', async () => {
    const { address } = await startFakeBus(() => undefined)
    const startedMs = performance.now()
    const answer = await readSecretServiceItem({ ...NAME, env: { DBUS_SESSION_BUS_ADDRESS: address } })
    expect(answer).toEqual({ kind: 'declined', reason: 'timeout' })
    expect(performance.now() - startedMs).toBeGreaterThan(240)
  })

  it('because the bus hangs up says: unreachable', async () => {
    expect(await readFrom((socket) => socket.destroy())).toBe('unreachable')
    expect(await readFrom((socket) => socket.end())).toBe('unreachable')
  })

  it('leaves no connection behind', async () => {
    const silent = await startFakeBus(() => undefined)
    expect(await readAt(silent.address, 60)).toBe('timeout')
    await silent.gone
    const garbled = await startFakeBus(serveItem({ answers: signals }))
    expect(await readAt(garbled.address)).toBe('malformed')
    await garbled.gone
  })
})

describe('the address of the session bus', () => {
  it.each([
    ['unix:path=/run/user/1000/bus', ['/run/user/1000/bus']],
    ['unix:path=/tmp/dbus-1,guid=0123', ['/tmp/dbus-1']],
    ['unix:guid=0123,path=/a%20b%2c%3b%3d%25', ['/a b,;=%']],
    ['unix:path=/a=b', ['/a=b']],
    ['unix:abstract=/tmp/dbus-1,guid=01', ['\0/tmp/dbus-1']],
    ['unix:path=/a;unix:abstract=b;;unix:path=/c;', ['/a', '\0b', '/c']],
    ['tcp:host=localhost,port=1;unix:path=/a', ['/a']],
    ['nonce-tcp:host=localhost,port=1,noncefile=/n', []],
    ['unixexec:path=/bin/sh', []],
    ['autolaunch:', []],
    ['launchd:env=X', []],
    ['unix:tmpdir=/tmp', []],
    ['unix:path=/a,abstract=b', []],
    ['unix:path=', []],
    ['unix:abstract=', []],
    ['unix:path', []],
    ['unix:path=relative', []],
    ['unix:path=8080', []],
    ['unix:path=/a%00b', []],
    ['unix:path=%00a', []],
    ['unix:path=/a%zz', []],
    ['unix:path=/a%ff', []],
    [`unix:path=/${'a'.repeat(106)}`, [`/${'a'.repeat(106)}`]],
    [`unix:path=/${'a'.repeat(107)}`, []],
    [`unix:abstract=${'a'.repeat(108)}`, []],
    ['', []],
    ['/run/user/1000/bus', []],
  ])('%s gives %j', (address, sockets) => {
    expect(sessionBusSockets({ DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: '/run/x' })).toEqual(sockets)
  }) // prettier-ignore

  it('is in the runtime folder where nothing else is said', () => {
    expect(sessionBusSockets({ XDG_RUNTIME_DIR: '/run/user/1000' })).toEqual(['/run/user/1000/bus'])
    expect(sessionBusSockets({ XDG_RUNTIME_DIR: '' })).toEqual([])
    expect(sessionBusSockets({ XDG_RUNTIME_DIR: 'relative' })).toEqual([])
    expect(sessionBusSockets({})).toEqual([])
  })

  it('may be an abstract name', async () => {
    const abstract = `poolkey-test-${process.pid.toString()}-${temporaryFolder().slice(-6)}`
    const bus = await startFakeBus(serveItem(), { abstract })
    expect(await readAt(bus.address)).toBe('CANARY')
  })

  it('is the next one where nobody listens, and the first one where somebody does', async () => {
    const [first, second] = [await startFakeBus(serveItem()), await startFakeBus(serveItem())]
    const nobody = `unix:path=${temporaryFolder()}/none`
    expect(await readAt(`${nobody};tcp:host=127.0.0.1,port=9;${first.address};${second.address}`)).toBe('CANARY')
    expect([first.connections(), second.connections()]).toEqual([1, 0])
    const silent = await startFakeBus((socket) => socket.destroy())
    expect(await readAt(`${silent.address};${second.address}`)).toBe('unreachable')
    expect(second.connections()).toBe(0)
    expect(await readAt(nobody)).toBe('unreachable')
    expect(await readAt(`unix:path=${temporaryFolder()}`)).toBe('unreachable')
  }) // prettier-ignore

  it('is never a host of the network', async () => {
    let calls = 0
    const server = createServer(() => (calls += 1)).listen(0, '127.0.0.1')
    onTestFinished(() => {
      server.close()
    })
    await once(server, 'listening')
    const port = (server.address() as AddressInfo).port.toString()
    expect(await readAt(`tcp:host=127.0.0.1,port=${port}`)).toBe('unreachable')
    expect(await readAt(`unix:path=${port}`)).toBe('unreachable')
    expect(calls).toBe(0)
  })
})

function started(): SecretServiceConversation {
  const conversation = new SecretServiceConversation(NAME)
  conversation.opening()
  expect(conversation.take('OK 01\r\n')).toMatchObject({ kind: 'send' })
  return conversation
}

function endOf(take: () => { kind: string }): string {
  try {
    return take().kind
  } catch (error) {
    if (error instanceof RangeError) return 'malformed'
    throw error
  }
}

describe('a look at the keyring for new items', () => {
  const wire = layOut()
  const hello = message({ replySerial: 1, signature: 's' }, wire.string(':1.7'))
  const alias = (path: string) => message({ replySerial: 2, signature: 'o' }, wire.string(path))
  const locked = (value: number) =>
    message(
      { replySerial: 3, signature: 'v' },
      wire.sequence(Buffer.concat([wire.signature('b')]), wire.uint32(value)),
    )

  async function look(answers: Buffer[]) {
    const words = ['\r\n', 'ReadAlias', 'Locked']
    const bus = await startFakeBus((socket) => {
      let heard = ''
      const left = [Buffer.from('OK 0123456789abcdef\r\n'), ...answers]
      socket.on('data', (chunk) => {
        heard += chunk.toString('latin1')
        while (left[0] && heard.includes(words[answers.length + 1 - left.length] ?? ' '))
          socket.write(left.shift()!)
      })
    })
    const found = await lookAtKeyring({ DBUS_SESSION_BUS_ADDRESS: bus.address })
    expect(bus.heard()).not.toMatch(/Unlock|Prompt|Create/)
    return found
  }

  const keyring = Buffer.concat([hello, alias('/org/freedesktop/secrets/collection/login')])
  it.each([
    ['open', [keyring, locked(0)]],
    ['locked', [keyring, locked(1)]],
    ['absent', [Buffer.concat([hello, alias('/')])]],
    ['unknown', [Buffer.from('not D-Bus at all')]],
  ])('tells one that is %s, and makes or unlocks none', async (kind, answers) => {
    expect(await look(answers)).toBe(kind)
  })

  it('does not know where nobody listens', async () => {
    expect(await lookAtKeyring({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' })).toBe('unknown')
  })
})
