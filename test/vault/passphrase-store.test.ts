import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { openVault } from '../../src/vault/sealing-key.ts'
import { wipeVault } from '../../src/vault/wipe-vault.ts'
import type { Store } from '../../src/vault/vault-file.ts'
import type { AskPassphrase, Keychain } from '../../src/vault/key-places.ts'
import { memoryKeychain } from './memory-keychain.ts'
import { refusalOf } from './refusal.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { cheapFacts, keyOf, plantVault, typing, unasked, wrappedBytes } from './wrapped-key.ts'

const never = new AbortController().signal

interface Options {
  passphrase?: AskPassphrase
  store?: Store
  create?: boolean
  keychain?: Keychain
}

function open(folder: string, options: Options = {}) {
  const { passphrase, store, create = false, keychain = memoryKeychain() } = options
  const asked = passphrase ? { passphrase } : {}
  return openVault({ folder, requestedStore: store, keychain, create, signal: never, ...asked })
}

async function openKey(folder: string, options: Options): Promise<Buffer> {
  return keyOf(await open(folder, options))
}

// A vault that is cheap to open, with "old passphrase".
function planted(folder: string): Buffer {
  return plantVault({ folder, store: 'passphrase', setItem: () => undefined })
}

describe('a vault under a passphrase', () => {
  it('is made with its key wrapped in a file of mode 0600, and the passphrase opens it again', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    const uses: string[] = []
    const passphrase: AskPassphrase = (_signal, use) => {
      uses.push(use)
      // Others must not wait for whoever types.
      expect(existsSync(`${folder}/vault.lock`)).toBe(false)
      return Promise.resolve(new Secret('CANARY horse'))
    }
    const key = await openKey(folder, { passphrase, store: 'passphrase', create: true, keychain })
    expect(uses).toEqual(['choose'])
    expect(readdirSync(folder)).toEqual(['vault.json', 'vault.wrapped-key'])
    expect(statSync(`${folder}/vault.wrapped-key`).mode & 0o777).toBe(0o600)
    for (const name of readdirSync(folder)) {
      const text = readFileSync(`${folder}/${name}`, 'latin1')
      for (const secret of ['CANARY', key.toString('base64'), key.toString('latin1')])
        expect(text).not.toContain(secret)
    }
    expect(await openKey(folder, { passphrase })).toEqual(key)
    expect(uses).toEqual(['choose', 'open'])
    expect(keychain.items.size).toBe(0)
  })

  it('is refused with a wrong passphrase, which is not quoted', async () => {
    const folder = temporaryFolder()
    const key = planted(folder)
    expect(await refusalOf(() => open(folder, { passphrase: typing('CANARY') }))).toEqual({
      code: 'passphrase-wrong',
      path: `${folder}/vault.wrapped-key`,
    })
    expect(await openKey(folder, { passphrase: typing('old passphrase') })).toEqual(key)
  })

  it.each([
    ['none is to be had', {}, 'none'],
    ['it is empty', { passphrase: typing('') }, 'empty'],
  ])('is neither made nor opened when %s', async (_what, options: Options, problem) => {
    const refusal = { code: 'passphrase-missing', problem }
    const empty = temporaryFolder()
    const making: Options = { ...options, store: 'passphrase', create: true }
    expect(await refusalOf(() => open(empty, making))).toEqual(refusal)
    expect(readdirSync(empty)).toEqual([])
    const full = temporaryFolder()
    planted(full)
    expect(await refusalOf(() => open(full, options))).toEqual(refusal)
    expect(await refusalOf(() => open(full, { ...options, create: true }))).toEqual(refusal)
  })

  it('is left unmade when the typing is interrupted, with the reason for that', async () => {
    const folder = temporaryFolder()
    const reason = new Error('interrupted')
    const passphrase: AskPassphrase = () => Promise.reject(reason)
    await expect(open(folder, { passphrase, store: 'passphrase', create: true })).rejects.toBe(reason)
    expect(readdirSync(folder)).toEqual([])
  })

  it('D54: is not made over a symbolic link in the place of the wrapped key, which stays as it is', async () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/victim`, 'precious')
    symlinkSync(`${folder}/victim`, `${folder}/vault.wrapped-key`)
    const making = () => open(folder, { passphrase: typing('CANARY'), store: 'passphrase', create: true })
    expect(await refusalOf(making)).toMatchObject({
      code: 'vault-unsafe',
      path: `${folder}/vault.wrapped-key`,
    })
    expect(readFileSync(`${folder}/victim`, 'utf8')).toBe('precious')
    expect(readdirSync(folder).sort()).toEqual(['vault.wrapped-key', 'victim'])
  })

  it('is a configuration error for whoever asks for another store, before the passphrase is asked for', async () => {
    const folder = temporaryFolder()
    planted(folder)
    expect(await refusalOf(() => open(folder, { passphrase: unasked, store: 'file' }))).toEqual({
      code: 'store-mismatch',
      store: 'passphrase',
      requested: 'file',
    })
  })

  it('is not one that needs no passphrase: none is asked for', async () => {
    for (const store of ['keychain', 'file'] as const) {
      const folder = temporaryFolder()
      const keychain = memoryKeychain()
      const key = await openKey(folder, { passphrase: unasked, store, create: true, keychain })
      expect(await openKey(folder, { passphrase: unasked, keychain })).toEqual(key)
    }
  })

  it('whose wrapped key is gone lacks its key, asks for nothing and gets no new one', async () => {
    const folder = temporaryFolder()
    planted(folder)
    rmSync(`${folder}/vault.wrapped-key`)
    expect(await refusalOf(() => open(folder, { passphrase: unasked, create: true }))).toEqual({
      code: 'key-missing',
      store: 'passphrase',
      vaultFile: `${folder}/vault.json`,
    })
    expect(readdirSync(folder)).toEqual(['vault.json'])
  })

  it.each<[string, (path: string) => void]>([
    ['empty', (path) => { truncateSync(path, 0) }],
    ['cut short', (path) => { truncateSync(path, 100) }],
    ['garbage', (path) => { writeFileSync(path, 'CANARY') }],
    ['of 100 MB', (path) => { truncateSync(path, 100 * 1024 * 1024) }],
    ['planted, to take 100 GB', (path) => {
      const facts = cheapFacts({ key: randomBytes(32), vaultId: 'a'.repeat(32), passphrase: 'old passphrase' })
      writeFileSync(path, wrappedBytes({ ...facts, n: 2 ** 27 }))
    }],
  ])('D59: whose wrapped key is %s is damaged, unmended and unquoted, and nobody need type', async (_what, spoil) => {
    const folder = temporaryFolder()
    planted(folder)
    const path = `${folder}/vault.wrapped-key`
    spoil(path)
    const { size } = statSync(path)
    const refusal = await refusalOf(() => open(folder, { passphrase: unasked, create: true }))
    expect(refusal).toMatchObject({ code: 'vault-damaged', path })
    expect(JSON.stringify(refusal)).not.toContain('CANARY')
    expect(statSync(path).size).toBe(size)
  }) // prettier-ignore

  it('whose wrapped key holds the key of another vault is damaged', async () => {
    const folder = temporaryFolder()
    planted(folder)
    const { id } = JSON.parse(readFileSync(`${folder}/vault.json`, 'utf8')) as { id: string }
    const facts = cheapFacts({ key: randomBytes(32), vaultId: id, passphrase: 'old passphrase' })
    writeFileSync(`${folder}/vault.wrapped-key`, wrappedBytes(facts))
    expect(await refusalOf(() => open(folder, { passphrase: typing('old passphrase') }))).toMatchObject({
      code: 'vault-damaged',
      path: `${folder}/vault.wrapped-key`,
    })
  })

  it('D54: whose wrapped key is a symbolic link or a folder is refused', async () => {
    const folder = temporaryFolder()
    planted(folder)
    const path = `${folder}/vault.wrapped-key`
    rmSync(path)
    symlinkSync('/dev/null', path)
    expect(await refusalOf(() => open(folder, { passphrase: unasked }))).toMatchObject({
      code: 'vault-unsafe',
      path,
    })
    rmSync(path)
    mkdirSync(path)
    expect(await refusalOf(() => open(folder, { passphrase: unasked }))).toMatchObject({
      code: 'vault-unsafe',
      path,
    })
  })

  it('D53: whose wrapped key has a looser mode opens and repairs it', async () => {
    const folder = temporaryFolder()
    const key = planted(folder)
    chmodSync(`${folder}/vault.wrapped-key`, 0o644)
    expect(await openKey(folder, { passphrase: typing('old passphrase') })).toEqual(key)
    expect(statSync(`${folder}/vault.wrapped-key`).mode & 0o777).toBe(0o600)
  })

  it('that was wiped while the passphrase was typed is none', async () => {
    const folder = temporaryFolder()
    planted(folder)
    const passphrase: AskPassphrase = async () => {
      await wipeVault({ folder, keychain: memoryKeychain(), signal: never })
      return new Secret('old passphrase')
    }
    expect(await open(folder, { passphrase })).toEqual({ kind: 'none' })
  })

  it('D64: is wiped without its passphrase, and from a damaged vault.json too', async () => {
    for (const damage of [false, true]) {
      const folder = temporaryFolder()
      planted(folder)
      writeFileSync(`${folder}/vault.wrapped-key.0123.tmp`, 'a key in the making')
      if (damage) writeFileSync(`${folder}/vault.json`, 'garbage')
      const unremoved = await wipeVault({ folder, keychain: memoryKeychain(), signal: never })
      expect(unremoved).toEqual(damage ? ['keychain item (vault.json does not tell its name)'] : [])
      expect(readdirSync(folder)).toEqual([])
    }
  })

  it('D64: names what could not be wiped', async () => {
    const folder = temporaryFolder()
    planted(folder)
    rmSync(`${folder}/vault.wrapped-key`)
    mkdirSync(`${folder}/vault.wrapped-key`)
    expect(await wipeVault({ folder, keychain: memoryKeychain(), signal: never })).toEqual([
      'vault.wrapped-key',
    ])
  })
})
