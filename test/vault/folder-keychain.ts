import { existsSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { Secret } from '../../src/secret.ts'
import type { Keychain } from '../../src/vault/key-places.ts'

/** A keychain that outlives its process: one file an item in `items`, replaced as a whole as real keychains do it. */
export function folderKeychain(items: string): Keychain {
  return {
    get: (account) => {
      try {
        return Promise.resolve(new Secret(readFileSync(`${items}/${account}`, 'utf8')))
      } catch {
        return Promise.resolve(undefined)
      }
    },
    set: (account, value) => {
      writeFileSync(`${items}/.making`, value.reveal())
      renameSync(`${items}/.making`, `${items}/${account}`)
      return Promise.resolve()
    },
    remove: (account) => {
      if (existsSync(`${items}/${account}`)) unlinkSync(`${items}/${account}`)
      return Promise.resolve()
    },
  }
}
