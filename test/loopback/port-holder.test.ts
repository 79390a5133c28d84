import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPortHolders } from '../../src/loopback/port-holder.ts'
import { freePort, occupy } from '../sign-in/support/server.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'

function row(local: string, state: string, uid: number, inode: number): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000 100 0 0 10 0`
}

/** A process file system with two listeners on 8400 (0x20D0) and what else may stand in its tables. */
function fakeProc(): string {
  const proc = temporaryFolder()
  mkdirSync(join(proc, 'net'))
  const tcp = [HEADER, row('0100007F:20D0', '0A', 33, 111), row('0100007F:20D0', '01', 0, 333), 'garbage', '']
  writeFileSync(join(proc, 'net', 'tcp'), tcp.join('\n'))
  const tcp6 = [HEADER, row('00000000000000000000000001000000:20D0', '0A', 1000, 222)]
  writeFileSync(join(proc, 'net', 'tcp6'), tcp6.join('\n'))
  mkdirSync(join(proc, '812', 'fd'), { recursive: true })
  writeFileSync(join(proc, '812', 'comm'), 'nginx\n')
  symlinkSync('socket:[222]', join(proc, '812', 'fd', '7'))
  symlinkSync('/dev/null', join(proc, '812', 'fd', '0'))
  mkdirSync(join(proc, '9'))
  return proc
}

test('B25: names the process that listens, and the user of one it may not look into', () => {
  expect(readPortHolders(8400, fakeProc())).toEqual(['a process of uid 33', 'nginx (pid 812)'])
})

test('knows nobody for another port, or without a process file system', () => {
  expect(readPortHolders(8401, fakeProc())).toEqual([])
  expect(readPortHolders(8400, '/nowhere')).toEqual([])
})

test.runIf(process.platform === 'linux')('B25: finds this very process on a port it holds', async () => {
  const port = await freePort()
  await occupy('127.0.0.1', port)
  expect(readPortHolders(port)).toEqual([expect.stringMatching(new RegExp(`\\(pid ${process.pid}\\)$`))])
})
