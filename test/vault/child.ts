/**
 * What the tests run as another process, on the real locks and entries. One line of JSON in the first argument says what:
 * count: add 1 to a counter file under the lock, `times` times, by a read and a write that others could come between.
 * hold: take the lock, say "held" and the own pid, keep it until killed.
 * write: replace an entry over and over until killed; say "writing" after the first. once: write it once.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { writeEntry } from '../../src/vault/entries.ts'
import { withLock } from '../../src/vault/lock.ts'

interface Order {
  act: 'count' | 'hold' | 'write' | 'once'
  folder: string
  times: number
  keyHex: string
  bytes: number
}

const order = JSON.parse(process.argv[2] ?? '') as Order
const { folder } = order
const signal = new AbortController().signal

async function act(): Promise<void> {
  switch (order.act) {
    case 'count':
      for (let i = 0; i < order.times; i += 1) {
        await withLock({ folder, name: 'counter', signal }, async () => {
          const count = Number(readFileSync(`${folder}/counter`, 'utf8'))
          await setImmediate()
          writeFileSync(`${folder}/counter`, (count + 1).toString())
        })
      }
      return
    case 'hold':
      await withLock({ folder, name: 'held', signal }, async () => {
        process.stdout.write(`held ${process.pid.toString()}\n`)
        await setTimeout(600_000)
      })
      return
    case 'write':
      for (let i = 0; ; i += 1) {
        write(i)
        if (i === 0) process.stdout.write('writing\n')
      }
    case 'once':
      try {
        write(0)
        process.stdout.write('written\n')
      } catch (error) {
        process.stdout.write(`${JSON.stringify(error)}\n`)
      }
  }
}

function write(i: number): void {
  const plaintext = Buffer.alloc(order.bytes, i % 256)
  const header = { kind: 'test', issuedAt: '2026-01-01T00:00:00.000Z' }
  writeEntry({ folder, name: 'entry', key: Buffer.from(order.keyHex, 'hex'), header, plaintext })
}

void act()
