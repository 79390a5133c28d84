/**
 * Moves the sealing key as another process does, to be killed at it. One line of JSON in the first argument says what:
 * `stores` to move to, one after another (`rounds` times); with `killAt` the process kills itself just before it changes
 * the state of key and vault.json for the killAt-th time. Says "moving" at its beginning and "done" at its end.
 */
import { Secret } from '../../src/secret.ts'
import { moveKey } from '../../src/vault/move-key.ts'
import type { Store } from '../../src/vault/vault-file.ts'
import { folderKeychain } from './folder-keychain.ts'

interface Order {
  folder: string
  items: string
  stores: Store[]
  rounds: number
  killAt: number
  newPassphrase?: string
}

const order = JSON.parse(process.argv[2] ?? '') as Order
const { folder, items, stores, rounds, killAt, newPassphrase } = order

const fs = process.getBuiltinModule('node:fs')
let changes = 0
for (const name of ['renameSync', 'unlinkSync'] as const) {
  const change = fs[name] as (...facts: unknown[]) => void
  Object.defineProperty(fs, name, {
    value: (...facts: unknown[]) => {
      // Of a rename, where to.
      const path = String(name === 'renameSync' ? facts[1] : facts[0])
      if (/vault\.(json|key|wrapped-key)$|\/vault-key:/.test(path)) {
        changes += 1
        if (changes === killAt) process.kill(process.pid, 'SIGKILL')
      }
      change(...facts)
    },
  })
}

async function moveAll(): Promise<void> {
  process.stdout.write('moving\n')
  for (let round = 0; round < rounds; round += 1) {
    for (const to of stores) {
      await moveKey({
        folder,
        to,
        keychain: folderKeychain(items),
        passphrase: () => Promise.resolve(new Secret('old passphrase')),
        ...(newPassphrase === undefined
          ? {}
          : { newPassphrase: () => Promise.resolve(new Secret(newPassphrase)) }),
        signal: new AbortController().signal,
      })
    }
  }
  process.stdout.write('done\n')
}

void moveAll()
