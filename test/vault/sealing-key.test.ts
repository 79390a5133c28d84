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
import { readEntry, writeEntry } from '../../src/vault/entries.ts'
import { keyIdOf } from '../../src/vault/seal.ts'
import { openVault, parseStore } from '../../src/vault/sealing-key.ts'
import { wipeVault } from '../../src/vault/wipe-vault.ts'
import type { Store } from '../../src/vault/vault-file.ts'
import type { Keychain } from '../../src/vault/key-places.ts'
import { memoryKeychain, unavailable } from './memory-keychain.ts'
import { refusalOf } from './refusal.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { keyOf } from './wrapped-key.ts'

const header = { kind: 'session', issuedAt: '2026-03-01T08:00:00.000Z' }

function open(folder: string, keychain: Keychain, options: { store?: Store; create?: boolean } = {}) {
  const signal = new AbortController().signal
  return openVault({
    folder,
    requestedStore: options.store,
    keychain,
    create: options.create ?? false,
    signal,
  })
}

async function openKey(
  folder: string,
  keychain: Keychain,
  options: { store?: Store; create?: boolean } = {},
) {
  return keyOf(await open(folder, keychain, options))
}

function wipe(folder: string, keychain: Keychain) {
  return wipeVault({ folder, keychain, signal: new AbortController().signal })
}

function seal(folder: string, key: Buffer, name = 'a') {
  writeEntry({ folder, name, key, header, plaintext: Buffer.from('text') })
}

describe('a vault that is not there', () => {
  it('is none, and nothing is made by asking', async () => {
    const folder = `${temporaryFolder()}/state`
    expect(await open(folder, memoryKeychain())).toEqual({ kind: 'none' })
    expect(existsSync(folder)).toBe(false)
  })

  it('is made with its key in the keychain, and in no file', async () => {
    const folder = `${temporaryFolder()}/state`
    const keychain = memoryKeychain()
    const vault = await open(folder, keychain, { create: true })
    if (vault.kind === 'none') throw new Error('there is no vault')
    expect(vault.key.length).toBe(32)
    expect(vault.vaultFile).toEqual({
      version: 1,
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      store: 'keychain',
      keyCheck: keyIdOf(vault.key),
    })
    expect([...keychain.items]).toEqual([[`vault-key:${vault.vaultFile.id}`, vault.key.toString('base64')]])
    expect(readdirSync(folder)).toEqual(['vault.json'])
    expect(JSON.parse(readFileSync(`${folder}/vault.json`, 'utf8'))).toEqual(vault.vaultFile)
    expect(statSync(`${folder}/vault.json`).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  it('D62: keeps 44 characters in the keychain, whatever it seals: tokens of 12 KB are in one file, whole', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    const key = await openKey(folder, keychain, { create: true })
    const tokens = randomBytes(9 * 1024).toString('base64')
    writeEntry({ folder, name: 'session', key, header, plaintext: Buffer.from(tokens) })
    // Windows takes 2560 bytes (CRED_MAX_CREDENTIAL_BLOB_SIZE), and as UTF-16 half as many characters.
    expect([...keychain.items.values()].map((item) => item.length)).toEqual([44])
    const entry = readEntry({ folder, name: 'session', key: await openKey(folder, keychain) })
    expect(entry.kind === 'found' && entry.plaintext.toString()).toBe(tokens)
    expect(readdirSync(folder)).toEqual(['session.sealed', 'vault.json'])
  })

  it('is made with its key in a file of mode 0600 where that was asked for, and the keychain is left alone', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    const key = await openKey(folder, keychain, { store: 'file', create: true })
    expect(readFileSync(`${folder}/vault.key`, 'utf8')).toBe(`${key.toString('base64')}\n`)
    expect(statSync(`${folder}/vault.key`).mode & 0o777).toBe(0o600)
    expect(keychain.items.size).toBe(0)
    expect(await openKey(folder, keychain)).toEqual(key)
  })

  it('is made once by many who want it at the same time', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    const keys = await Promise.all(
      Array.from({ length: 10 }, () => openKey(folder, keychain, { create: true })),
    )
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1)
    expect(keychain.items.size).toBe(1)
  })

  it.each<[string, Partial<Keychain>, object]>([
    ['cannot be reached', { set: () => Promise.reject(unavailable('service')) }, { problem: 'service' }],
    [
      'takes the key but does not give it back',
      { get: () => Promise.resolve(undefined) },
      { problem: 'locked' },
    ],
    [
      'gives another key back',
      { get: () => Promise.resolve(new Secret(randomBytes(32).toString('base64'))) },
      { problem: 'service' },
    ],
    ['fails to give it back', { get: () => Promise.reject(unavailable('locked')) }, { problem: 'locked' }],
  ])('D61: is not made with a keychain that %s, and nothing is left behind', async (_what, faults, facts) => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain(faults)
    expect(await refusalOf(() => open(folder, keychain, { create: true }))).toMatchObject({
      code: 'keychain-unavailable',
      ...facts,
    })
    expect(readdirSync(folder)).toEqual([])
    expect(keychain.items.size).toBe(0)
  })

  it('D61: is never replaced by the file store when the keychain fails', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain({ set: () => Promise.reject(unavailable('service')) })
    await refusalOf(() => open(folder, keychain, { create: true }))
    expect(existsSync(`${folder}/vault.key`)).toBe(false)
  })

  it('leaves no key behind when the making is interrupted', async () => {
    const folder = temporaryFolder()
    const controller = new AbortController()
    const reason = new Error('interrupted')
    const keychain = memoryKeychain()
    const making = openVault({
      folder,
      requestedStore: undefined,
      create: true,
      signal: controller.signal,
      keychain: {
        ...keychain,
        get: (_account, signal) => {
          controller.abort(reason)
          signal.throwIfAborted()
          return Promise.resolve(undefined)
        },
      },
    })
    await expect(making).rejects.toBe(reason)
    expect(keychain.items.size).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  it('D54: is not made over a symbolic link in the place of the key, which stays as it is', async () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/victim`, 'precious')
    symlinkSync(`${folder}/victim`, `${folder}/vault.key`)
    expect(
      await refusalOf(() => open(folder, memoryKeychain(), { store: 'file', create: true })),
    ).toMatchObject({
      code: 'vault-unsafe',
      path: `${folder}/vault.key`,
    })
    expect(readFileSync(`${folder}/victim`, 'utf8')).toBe('precious')
    expect(readdirSync(folder).sort()).toEqual(['vault.key', 'victim'])
  })

  it.each([false, true])('though entries are, is damage (create: %j), and no key is made', async (create) => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    seal(folder, randomBytes(32))
    expect(await refusalOf(() => open(folder, keychain, { create }))).toMatchObject({
      code: 'vault-damaged',
      path: `${folder}/vault.json`,
    })
    expect(keychain.items.size).toBe(0)
    expect(existsSync(`${folder}/vault.json`)).toBe(false)
  })
})

describe('a vault that is there', () => {
  it.each<Store>(['keychain', 'file'])('opens with the same key every time (%s)', async (store) => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    const key = await openKey(folder, keychain, { store, create: true })
    expect(await openKey(folder, keychain)).toEqual(key)
    expect(await openKey(folder, keychain, { store, create: true })).toEqual(key)
  })

  it('is not opened as another store', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    await open(folder, keychain, { create: true })
    expect(await refusalOf(() => open(folder, keychain, { store: 'file', create: true }))).toEqual({
      code: 'store-mismatch',
      store: 'keychain',
      requested: 'file',
    })
    expect(existsSync(`${folder}/vault.key`)).toBe(false)
  })

  it('D61: whose keychain is locked or emptied lacks its key, and gets no new one', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    await open(folder, keychain, { create: true })
    keychain.items.clear()
    expect(await refusalOf(() => open(folder, keychain, { create: true }))).toEqual({
      code: 'key-missing',
      store: 'keychain',
      vaultFile: `${folder}/vault.json`,
    })
    expect(keychain.items.size).toBe(0)
  })

  it('whose key file is gone lacks its key, and gets no new one', async () => {
    const folder = temporaryFolder()
    await open(folder, memoryKeychain(), { store: 'file', create: true })
    rmSync(`${folder}/vault.key`)
    expect(await refusalOf(() => open(folder, memoryKeychain(), { create: true }))).toMatchObject({
      code: 'key-missing',
      store: 'file',
    })
    expect(readdirSync(folder)).toEqual(['vault.json'])
  })

  it('D61: passes on that the keychain cannot be reached', async () => {
    const folder = temporaryFolder()
    await open(folder, memoryKeychain(), { create: true })
    const keychain = memoryKeychain({ get: () => Promise.reject(unavailable('service')) })
    expect(await refusalOf(() => open(folder, keychain))).toMatchObject({ code: 'keychain-unavailable' })
  })

  it('that was wiped by another process while its key was asked for is none', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    await open(folder, keychain, { create: true })
    const get = async (): Promise<undefined> => {
      await wipe(folder, keychain)
    }
    expect(await open(folder, { ...keychain, get })).toEqual({ kind: 'none' })
  })

  it.each([
    ['of another vault', randomBytes(32).toString('base64')],
    ['that is too short', randomBytes(16).toString('base64')],
    ['that is no base64', 'CANARY '.repeat(7)],
    ['that is empty', ''],
  ])('D59: with a key %s is damaged, in either store, and says nothing of the key', async (_what, text) => {
    const inKeychain = temporaryFolder()
    const keychain = memoryKeychain()
    await open(inKeychain, keychain, { create: true })
    for (const account of keychain.items.keys()) keychain.items.set(account, text)
    const inFile = temporaryFolder()
    await open(inFile, keychain, { store: 'file', create: true })
    writeFileSync(`${inFile}/vault.key`, text)
    for (const [folder, path] of [
      [inKeychain, 'vault.json'],
      [inFile, 'vault.key'],
    ] as const) {
      const refusal = await refusalOf(() => open(folder, keychain, { create: true }))
      expect(refusal).toMatchObject({ code: 'vault-damaged', path: `${folder}/${path}` })
      expect(JSON.stringify(refusal)).not.toContain('CANARY')
      if (text !== '') expect(JSON.stringify(refusal)).not.toContain(text)
    }
  })

  it.each([
    ['empty', ''],
    ['garbage', 'CANARY'],
    ['of another shape', '{"version":1,"id":"CANARY"}'],
    [
      'with a store it cannot know',
      JSON.stringify({ version: 1, id: 'a'.repeat(32), store: 'CANARY', keyCheck: '' }),
    ],
    ['with an id that is none', JSON.stringify({ version: 1, id: '../CANARY', store: 'file', keyCheck: '' })],
    ['from a newer poolkey', JSON.stringify({ version: 2, CANARY: true })],
  ])('D59: whose vault.json is %s is damaged, unmended and unquoted', async (_what, text) => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/vault.json`, text)
    const refusal = await refusalOf(() => open(folder, memoryKeychain(), { create: true }))
    expect(refusal).toMatchObject({ code: 'vault-damaged', path: `${folder}/vault.json` })
    expect(JSON.stringify(refusal)).not.toContain('CANARY')
    expect(readFileSync(`${folder}/vault.json`, 'utf8')).toBe(text)
  })

  it('D59: whose vault.json is 100 MB is damaged', async () => {
    const folder = temporaryFolder()
    await open(folder, memoryKeychain(), { create: true })
    truncateSync(`${folder}/vault.json`, 100 * 1024 * 1024)
    expect(await refusalOf(() => open(folder, memoryKeychain()))).toMatchObject({ code: 'vault-damaged' })
  })

  it('D54: whose vault.json or key file is a symbolic link or a folder is refused', async () => {
    for (const name of ['vault.json', 'vault.key']) {
      const folder = temporaryFolder()
      await open(folder, memoryKeychain(), { store: 'file', create: true })
      rmSync(`${folder}/${name}`)
      symlinkSync('/dev/null', `${folder}/${name}`)
      const refusal = { code: 'vault-unsafe', path: `${folder}/${name}` }
      expect(await refusalOf(() => open(folder, memoryKeychain()))).toMatchObject(refusal)
      rmSync(`${folder}/${name}`)
      mkdirSync(`${folder}/${name}`)
      expect(await refusalOf(() => open(folder, memoryKeychain()))).toMatchObject(refusal)
    }
  })

  it('D53: whose key file has a looser mode opens and repairs it', async () => {
    const folder = temporaryFolder()
    const key = await openKey(folder, memoryKeychain(), { store: 'file', create: true })
    chmodSync(`${folder}/vault.key`, 0o644)
    expect(await openKey(folder, memoryKeychain())).toEqual(key)
    expect(statSync(`${folder}/vault.key`).mode & 0o777).toBe(0o600)
  })
})

describe('wiping', () => {
  it.each<Store>(['keychain', 'file'])(
    'D64: removes entries, key and vault.json, and a new vault has another key (%s)',
    async (store) => {
      const folder = temporaryFolder()
      const keychain = memoryKeychain()
      const key = await openKey(folder, keychain, { store, create: true })
      seal(folder, key, 'a')
      seal(folder, key, 'b')
      writeFileSync(`${folder}/vault.key.0123.tmp`, 'a key in the making')
      writeFileSync(`${folder}/other.json`, 'not ours')
      expect(await wipe(folder, keychain)).toEqual([])
      expect(readdirSync(folder)).toEqual(['other.json'])
      expect(keychain.items.size).toBe(0)
      expect((await openKey(folder, keychain, { create: true })).equals(key)).toBe(false)
    },
  )

  it('of what is not there removes nothing and makes no folder', async () => {
    const folder = `${temporaryFolder()}/none`
    expect(await wipe(folder, memoryKeychain())).toEqual([])
    expect(existsSync(folder)).toBe(false)
  })

  it('finds the keychain item of a damaged vault.json that still tells its id', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    seal(folder, await openKey(folder, keychain, { create: true }))
    const text = readFileSync(`${folder}/vault.json`, 'utf8')
    writeFileSync(`${folder}/vault.json`, text.replace('"version":1', '"version":3'))
    expect(await wipe(folder, keychain)).toEqual([])
    expect(keychain.items.size).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  it('of a vault.json that tells nothing says that the keychain item may remain', async () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/vault.json`, 'garbage')
    writeFileSync(`${folder}/a.sealed`, 'garbage')
    expect(await wipe(folder, memoryKeychain())).toEqual([
      'keychain item (vault.json does not tell its name)',
    ])
    expect(readdirSync(folder)).toEqual([])
  })

  it('D64: goes on past what cannot be removed, and names it', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain({ remove: () => Promise.reject(unavailable('locked')) })
    const key = await openKey(folder, keychain, { create: true })
    seal(folder, key, 'z')
    mkdirSync(`${folder}/a.sealed`)
    const [account] = keychain.items.keys()
    expect(await wipe(folder, keychain)).toEqual(['entry a', `keychain item ${account ?? ''}`])
    expect(readdirSync(folder)).toEqual(['a.sealed'])
  })

  it('D57, D64: that was interrupted can be repeated, since vault.json goes last', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    seal(folder, await openKey(folder, keychain, { create: true }))
    const controller = new AbortController()
    const reason = new Error('interrupted')
    const remove = (): Promise<void> => {
      controller.abort(reason)
      return Promise.reject(reason)
    }
    const wiping = wipeVault({ folder, keychain: { ...keychain, remove }, signal: controller.signal })
    await expect(wiping).rejects.toBe(reason)
    expect(readdirSync(folder)).toEqual(['vault.json'])
    expect(await wipe(folder, keychain)).toEqual([])
    expect(keychain.items.size).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  it('D64: makes what was sealed before unreadable, even from a copy', async () => {
    const folder = temporaryFolder()
    const keychain = memoryKeychain()
    seal(folder, await openKey(folder, keychain, { create: true }))
    const copy = readFileSync(`${folder}/a.sealed`)
    await wipe(folder, keychain)
    const key = await openKey(folder, keychain, { create: true })
    writeFileSync(`${folder}/a.sealed`, copy)
    expect(readEntry({ folder, name: 'a', key }).kind).toBe('damaged')
  })
})

describe('parseStore', () => {
  it('knows the stores, and takes unset and empty for no wish', async () => {
    const values = [undefined, '', 'keychain', 'passphrase', 'file']
    expect(values.map(parseStore)).toEqual([undefined, undefined, 'keychain', 'passphrase', 'file'])
    expect(await refusalOf(() => parseStore('Keychain'))).toEqual({
      code: 'environment-invalid',
      variable: 'POOLKEY_STORE',
      value: 'Keychain',
      allowed: 'keychain, passphrase or file',
    })
  })
})
