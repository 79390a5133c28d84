/**
 * What is to be killed, as a process of its own on the real files. One line of JSON in the first argument says what, and in
 * which folder; it says "done", or the failure as JSON.
 */
import { randomBytes } from 'node:crypto'
import { editConfigFile } from '../../src/profile/config-write.ts'
import { writeEntry } from '../../src/vault/entries.ts'
import { withLock } from '../../src/vault/lock.ts'
import { moveKey } from '../../src/vault/move-key.ts'
import { openVault } from '../../src/vault/sealing-key.ts'
import { wipeVault } from '../../src/vault/wipe-vault.ts'
import type { Store } from '../../src/vault/vault-file.ts'
import { Secret } from '../../src/secret.ts'
import { folderKeychain } from '../vault/folder-keychain.ts'

/** `text` is what an entry or a configuration file is to hold; `to`, where the key goes. */
export interface Order {
  act: 'write-entry' | 'make-vault' | 'move-key' | 'wipe' | 'take-lock' | 'edit-config'
  folder: string
  keyHex?: string
  text?: string
  to?: Store
}

const order = JSON.parse(process.argv[2] ?? '') as Order

async function act({ folder, keyHex = '', text = '', to = 'file' }: Order): Promise<unknown> {
  const signal = new AbortController().signal
  const keychain = folderKeychain(`${folder}/items`)
  const passphrase = (): Promise<Secret> => Promise.resolve(new Secret('old passphrase'))
  switch (order.act) {
    case 'write-entry': {
      const header = { kind: 'test', issuedAt: '2026-01-01T00:00:00.000Z' }
      const plaintext = Buffer.from(text)
      writeEntry({ folder, name: 'entry', key: Buffer.from(keyHex, 'hex'), header, plaintext })
      return
    }
    case 'make-vault':
      return openVault({ folder, requestedStore: to, keychain, create: true, signal })
    case 'move-key':
      return moveKey({ folder, to, keychain, passphrase, signal })
    case 'wipe':
      return wipeVault({ folder, keychain, signal })
    case 'take-lock':
      return withLock({ folder, name: 'held', signal, patienceMs: 2_000 }, () => Promise.resolve())
    case 'edit-config':
      return editConfigFile(`${folder}/config`, () => text, new AbortController().signal)
  }
}

// Random bytes are asked of the system once before anything is counted.
randomBytes(1)
act(order).then(
  () => process.stdout.write('done\n'),
  (error: unknown) => process.stdout.write(`${JSON.stringify(error)}\n`),
)
