import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { endianness } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readConnectionOwner } from '../../src/loopback/connection-owner.ts'
import type { AcceptedConnection } from '../../src/loopback/connection-owner.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'

/** 127.0.0.1:8080 here, 127.0.0.1:50000 there. */
const CONNECTION: AcceptedConnection = {
  localAddress: '127.0.0.1',
  localPort: 8080,
  remoteAddress: '127.0.0.1',
  remotePort: 50_000,
}
const NEAR = '0100007F:1F90'
const FAR = '0100007F:C350'
const MAPPED = '0000000000000000FFFF00000100007F'

function row(local: string, remote: string, state: string, uid: number, inode = 1): string {
  return `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000 100 0 0 10 0`
}

function owner(tables: { tcp?: string[]; tcp6?: string[] }, connection = CONNECTION) {
  const proc = temporaryFolder()
  mkdirSync(join(proc, 'net'))
  for (const [name, rows] of Object.entries(tables))
    writeFileSync(join(proc, 'net', name), [HEADER, ...rows, ''].join('\n'))
  return readConnectionOwner(connection, proc)
}

// The tables are in the byte order of the machine.
describe.runIf(endianness() === 'LE')('the tables of Linux', () => {
  const near = row(NEAR, FAR, '01', 0)

  test('the far end is named by its own line', () => {
    expect(owner({ tcp: [near, row(FAR, NEAR, '01', 1000)] })).toEqual({ kind: 'user', uid: 1000 })
  })

  test('a program that speaks IPv4 by an IPv6 socket is in the other table', () => {
    const far = row(`${MAPPED}:C350`, `${MAPPED}:1F90`, '01', 1000)
    expect(owner({ tcp: [near], tcp6: [far] })).toEqual({ kind: 'user', uid: 1000 })
  })

  test('a program on the loopback of IPv6 is told as well', () => {
    const one = '00000000000000000000000001000000'
    const overSix = { ...CONNECTION, localAddress: '::1', remoteAddress: '::1' }
    const [nearSix, farSix] = [
      row(`${one}:1F90`, `${one}:C350`, '01', 0),
      row(`${one}:C350`, `${one}:1F90`, '01', 1000),
    ]
    expect(owner({ tcp6: [nearSix, farSix] }, overSix)).toEqual({ kind: 'user', uid: 1000 })
    expect(owner({ tcp6: [nearSix] }, overSix)).toEqual({ kind: 'elsewhere' })
  })

  test('a program that will not send any more is still there', () => {
    expect(owner({ tcp: [near, row(FAR, NEAR, '05', 1000)] })).toEqual({ kind: 'user', uid: 1000 })
  })

  test.each([
    ['a socket that was closed, which is listed as root’s', row(FAR, NEAR, '06', 0, 0)],
    ['one that was closed and still sends', row(FAR, NEAR, '04', 0, 0)],
    ['the same ports at another address', row('0200007F:C350', NEAR, '01', 0)],
    ['the same ports towards another address', row(FAR, '0200007F:1F90', '01', 0)],
    ['a listener', row(FAR, '00000000:0000', '0A', 0)],
    ['a line that is cut off', FAR],
  ])('%s is not taken for it', (_, line) => {
    expect(owner({ tcp: [line, near] })).toEqual({ kind: 'elsewhere' })
  })

  test('tables that do not show the near end tell nothing', () => {
    expect(owner({})).toEqual({ kind: 'unknown' })
    expect(owner({ tcp: [row('0100007F:1F91', FAR, '01', 0)] })).toEqual({ kind: 'unknown' })
    expect(owner({ tcp: [near] }, { ...CONNECTION, localAddress: '', remoteAddress: '::1' })).toEqual({
      kind: 'unknown',
    })
  })
})

test.runIf(process.platform === 'linux').each(['127.0.0.1', '::ffff:127.0.0.1'])(
  'the system tells that a connection to %s is this user’s',
  async (host) => {
    const server = createServer()
    onTestFinished(() => void server.close())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    const client = connect((server.address() as AddressInfo).port, host)
    onTestFinished(() => void client.destroy())
    const [socket] = (await accepted) as [Socket]
    const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket
    const connection = { localAddress, localPort, remoteAddress, remotePort }
    expect(readConnectionOwner(connection)).toEqual({ kind: 'user', uid: process.getuid?.() })
    client.destroy()
    await expect.poll(() => readConnectionOwner(connection).kind).not.toBe('user')
    expect(readConnectionOwner(connection, '/no/such/folder')).toEqual({ kind: 'unknown' })
  },
)
