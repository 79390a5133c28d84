import { createCipheriv, createHash, randomBytes, scryptSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { Secret } from '../../src/secret.ts'
import { keyIdOf } from '../../src/vault/seal.ts'
import type { Store } from '../../src/vault/vault-file.ts'
import type { AskPassphrase } from '../../src/vault/key-places.ts'
import type { OpenedVault } from '../../src/vault/sealing-key.ts'

/** The facts of a wrapped key's first line. */
export type WrappedFacts = Record<string, unknown>

/** A wrapped key's facts as the format has them, made with node:crypto alone and so cheap that many can be opened. */
export function cheapFacts(options: { key: Buffer; vaultId: string; passphrase: string }): WrappedFacts {
  const { key, vaultId, passphrase } = options
  const [salt, nonce] = [randomBytes(16), randomBytes(12)]
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, { N: 16, r: 8, p: 1 }), nonce)
  cipher.setAAD(Buffer.from(`poolkey wrapped key 1\n${vaultId}`))
  const ciphertext = Buffer.concat([cipher.update(key), cipher.final()])
  return {
    version: 1,
    kdf: 'scrypt',
    n: 16,
    r: 8,
    p: 1,
    salt: salt.toString('base64'),
    nonce: nonce.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  }
}

/** The bytes of a wrapped key with these facts, whose checksum is right whatever they are. */
export function wrappedBytes(facts: WrappedFacts): Buffer {
  const line = JSON.stringify(facts)
  return Buffer.from(`${line}\n${createHash('sha256').update(line).digest('hex')}\n`)
}

/** A person who types this passphrase whenever asked. */
export function typing(text: string): AskPassphrase {
  return () => Promise.resolve(new Secret(text))
}

/** Nobody to ask: a question fails. */
export const unasked: AskPassphrase = () => Promise.reject(new Error('the passphrase was asked for'))

/** The key of a vault, which must be there. */
export function keyOf(vault: OpenedVault): Buffer {
  if (vault.kind === 'none') throw new Error('there is no vault')
  return vault.key
}

/** Puts a vault into `folder` whose key the keychain (`setItem`), a plain file or a cheaply wrapped one holds. */
export function plantVault(options: {
  folder: string
  store: Store
  passphrase?: string
  setItem: (account: string, value: string) => void
}): Buffer {
  const { folder, store, passphrase = 'old passphrase', setItem } = options
  const key = randomBytes(32)
  const vaultId = randomBytes(16).toString('hex')
  const description = { version: 1, id: vaultId, store, keyCheck: keyIdOf(key) }
  const write = (name: string, bytes: string | Buffer): void => {
    writeFileSync(`${folder}/${name}`, bytes, { mode: 0o600 })
  }
  write('vault.json', `${JSON.stringify(description)}\n`)
  if (store === 'file') write('vault.key', `${key.toString('base64')}\n`)
  else if (store === 'keychain') setItem(`vault-key:${vaultId}`, key.toString('base64'))
  else write('vault.wrapped-key', wrappedBytes(cheapFacts({ key, vaultId, passphrase })))
  return key
}
