/** What happens when something poolkey waits for never happens: it must be told, and must never read as success. */
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStation, preloading } from './poolkey-process.ts'
import type { Station } from './poolkey-process.ts'

const COMMAND = ['credential-process', '--profile', 'dev']

/** Loaded into poolkey: requests that never say anything again, and timers that `setTimer` makes. */
const loseRequests = (setTimer: string) => `
  const { EventEmitter } = require('node:events')
  const http = require('node:http')
  const realSetTimeout = setTimeout
  http.request = () => Object.assign(new EventEmitter(), { end() {}, destroy() {} })
  globalThis.setTimeout = ${setTimer}
`

async function runWith(station: Station, preload: string) {
  // Nothing stored serves: the exchange has to be asked.
  station.configure({ cognito_role_arn: station.emulator.roles.editor })
  const file = join(station.home, 'preload.cjs')
  writeFileSync(file, preload)
  return station.run(COMMAND, preloading(file))
}

test('a server that switches protocols is a failed connection', async () => {
  const station = await openStation()
  await station.signIn()
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  const { port } = server.address() as AddressInfo
  station.configure({
    cognito_role_arn: station.emulator.roles.editor,
    endpoint_url: `http://127.0.0.1:${port}`,
  })
  for (const words of [COMMAND, ['env', '--profile', 'dev']]) {
    const outcome = await station.run(words)
    expect(outcome).toMatchObject({ code: 6, stdout: '' })
    expect(outcome.stderr).toMatch(/^poolkey: error: 127\.0\.0\.1:\d+ broke off the connection during Get/)
  }
})

test('the deadline holds where nothing else is left to wait for', async () => {
  const station = await openStation()
  await station.signIn()
  const outcome = await runWith(
    station,
    loseRequests(`(act, ms, ...rest) => {
      const timer = realSetTimeout(act, ms === 50_000 ? 100 : ms, ...rest)
      if (ms !== 50_000) timer.unref()
      return timer
    }`),
  )
  expect(outcome).toMatchObject({ code: 6, stdout: '' })
  expect(outcome.stderr).toContain('gave up after 50 s')
})

test('a promise that is lost does not end with 0', async () => {
  const station = await openStation()
  await station.signIn()
  const lost = loseRequests('(...timing) => realSetTimeout(...timing).unref()')
  expect(await runWith(station, lost)).toMatchObject({ code: 1, stdout: '' })
})
