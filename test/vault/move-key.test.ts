import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { readEntry, writeEntry } from '../../src/vault/entries.ts'
import { withLock } from '../../src/vault/lock.ts'
import { moveKey } from '../../src/vault/move-key.ts'
import { openVault } from '../../src/vault/sealing-key.ts'
import { wipeVault } from '../../src/vault/wipe-vault.ts'
import type { Store, VaultFile } from '../../src/vault/vault-file.ts'
import type { AskPassphrase, Keychain } from '../../src/vault/key-places.ts'
import { memoryKeychain, unavailable } from './memory-keychain.ts'
import { refusalOf } from './refusal.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { keyOf, plantVault, typing, unasked } from './wrapped-key.ts'

const never = new AbortController().signal
const header = { kind: 'session', issuedAt: '2026-03-01T08:00:00.000Z' }

// The places that are a file of the folder.
const KEY_FILES: [Store, string][] = [
  ['file', 'vault.key'],
  ['passphrase', 'vault.wrapped-key'],
]

// A vault whose key stands in `store`, with an entry; a passphrase is "old passphrase", and cheap to open.
function vaultIn(store: Store) {
  const folder = temporaryFolder()
  const keychain = memoryKeychain()
  const key = plantVault({ folder, store, setItem: (account, value) => keychain.items.set(account, value) })
  writeEntry({ folder, name: 'a', key, header, plaintext: Buffer.from('text') })
  return { folder, keychain, key }
}

function move(folder: string, to: Store, keychain: Keychain, newPassphrase?: AskPassphrase) {
  const chosen = newPassphrase ? { newPassphrase } : {}
  return moveKey({ folder, to, keychain, passphrase: typing('old passphrase'), signal: never, ...chosen })
}

async function openKey(folder: string, keychain: Keychain, passphrase: AskPassphrase) {
  const options = { folder, keychain, passphrase, create: false, signal: never }
  return keyOf(await openVault({ ...options, requestedStore: undefined }))
}

function described(folder: string): VaultFile {
  return JSON.parse(readFileSync(`${folder}/vault.json`, 'utf8')) as VaultFile
}

function describeAs(folder: string, change: Record<string, unknown>): void {
  writeFileSync(`${folder}/vault.json`, JSON.stringify({ ...described(folder), ...change }))
}

// All places where a key is now.
function placesOf(folder: string, keychain: { items: Map<string, string> }): Store[] {
  const places: Store[] = []
  if (keychain.items.size > 0) places.push('keychain')
  if (existsSync(`${folder}/vault.wrapped-key`)) places.push('passphrase')
  if (existsSync(`${folder}/vault.key`)) places.push('file')
  return places
}

describe('moving the key', () => {
  it.each<[Store, Store]>([
    ['keychain', 'file'],
    ['keychain', 'passphrase'],
    ['file', 'keychain'],
    ['file', 'passphrase'],
    ['passphrase', 'keychain'],
    ['passphrase', 'file'],
  ])(
    'from %s to %s keeps the key and all that it seals, and leaves none in the old place',
    async (from, to) => {
      const { folder, keychain, key } = vaultIn(from)
      const before = described(folder)
      expect(await move(folder, to, keychain)).toEqual({ kind: 'moved', from, remaining: [] })
      expect(placesOf(folder, keychain)).toEqual([to])
      expect(described(folder)).toEqual({ ...before, store: to })
      const passphrase = to === 'passphrase' ? typing('old passphrase') : unasked
      expect(await openKey(folder, keychain, passphrase)).toEqual(key)
      expect(readEntry({ folder, name: 'a', key }).kind).toBe('found')
      expect(readdirSync(folder).filter((name) => /tmp|lock/.test(name))).toEqual([])
    },
  )

  it('changes a passphrase: the new one opens, the old one no more', async () => {
    const { folder, keychain, key } = vaultIn('passphrase')
    const moved = await move(folder, 'passphrase', keychain, typing('new passphrase'))
    expect(moved).toEqual({ kind: 'moved', from: 'passphrase', remaining: [] })
    expect(await openKey(folder, keychain, typing('new passphrase'))).toEqual(key)
    expect(await refusalOf(() => openKey(folder, keychain, typing('old passphrase')))).toMatchObject({
      code: 'passphrase-wrong',
    })
  })

  it('asks for a new passphrase as such, when the old one was right, and while nobody waits', async () => {
    const { folder, keychain } = vaultIn('passphrase')
    const asked: string[] = []
    const ask =
      (which: string, text: string): AskPassphrase =>
      (_signal, use) => {
        asked.push(`${which}: ${use}`)
        expect(existsSync(`${folder}/vault.lock`)).toBe(false)
        return Promise.resolve(new Secret(text))
      }
    const change = (old: string) =>
      moveKey({
        folder,
        to: 'passphrase',
        keychain,
        passphrase: ask('old', old),
        newPassphrase: ask('new', ''),
        signal: never,
      })
    expect(await refusalOf(() => change('wrong'))).toMatchObject({ code: 'passphrase-wrong' })
    expect(asked).toEqual(['old: open'])
    expect(await refusalOf(() => change('old passphrase'))).toEqual({
      code: 'passphrase-missing',
      problem: 'empty',
    })
    expect(asked.slice(1)).toEqual(['old: open', 'new: choose'])
  })

  it.each<Store>(['keychain', 'file', 'passphrase'])(
    'to where it is already changes nothing (%s)',
    async (store) => {
      const { folder, keychain } = vaultIn(store)
      const before = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`))
      expect(await move(folder, store, keychain)).toEqual({ kind: 'moved', from: store, remaining: [] })
      expect(readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`))).toEqual(before)
      expect(placesOf(folder, keychain)).toEqual([store])
    },
  )

  it('where there is no vault says so and makes none', async () => {
    const folder = `${temporaryFolder()}/none`
    expect(await move(folder, 'file', memoryKeychain())).toEqual({ kind: 'none' })
    expect(existsSync(folder)).toBe(false)
  })

  it('by several at once, with others opening, never shows a vault without its key', async () => {
    const { folder, keychain, key } = vaultIn('file')
    const moves = (['keychain', 'file', 'keychain', 'file', 'keychain'] as const).map((to) =>
      move(folder, to, keychain),
    )
    const opened = Array.from({ length: 20 }, () => openKey(folder, keychain, unasked))
    for (const found of await Promise.all(opened)) expect(found).toEqual(key)
    await Promise.all(moves)
    expect(placesOf(folder, keychain)).toEqual([described(folder).store])
  })

  it('from a keychain that another process reads at that time lets it find the key in its new place', async () => {
    const { folder, keychain, key } = vaultIn('keychain')
    const get = async () => {
      await move(folder, 'file', keychain)
      return undefined
    }
    expect(await openKey(folder, { ...keychain, get }, unasked)).toEqual(key)
  })

  it('of a vault that was wiped while the new passphrase was typed finds none', async () => {
    const { folder, keychain } = vaultIn('file')
    const wiping: AskPassphrase = async () => {
      await wipeVault({ folder, keychain, signal: never })
      return new Secret('new passphrase')
    }
    expect(await move(folder, 'passphrase', keychain, wiping)).toEqual({ kind: 'none' })
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a move that fails', () => {
  it.each<[string, Partial<Keychain>, object]>([
    ['cannot be reached', { set: () => Promise.reject(unavailable('service')) }, { problem: 'service' }],
    ['does not give the key back', { get: () => Promise.resolve(undefined) }, { problem: 'locked' }],
    [
      'gives another key back',
      { get: () => Promise.resolve(new Secret(Buffer.alloc(32).toString('base64'))) },
      { problem: 'service' },
    ],
    ['fails to give it back', { get: () => Promise.reject(unavailable('locked')) }, { problem: 'locked' }],
  ])('D61: as the keychain %s leaves the old place as it was, and no copy', async (_what, faults, facts) => {
    for (const from of ['file', 'passphrase'] as const) {
      const { folder, keychain, key } = vaultIn(from)
      const before = described(folder)
      const faulty = { ...keychain, ...faults }
      expect(await refusalOf(() => move(folder, 'keychain', faulty))).toMatchObject({
        code: 'keychain-unavailable',
        ...facts,
      })
      expect(placesOf(folder, keychain)).toEqual([from])
      expect(described(folder)).toEqual(before)
      expect(await openKey(folder, keychain, typing('old passphrase'))).toEqual(key)
    }
  })

  it('to a keychain where nobody answers leaves no trace', async () => {
    const { folder, keychain, key } = vaultIn('file')
    const refuse = () => Promise.reject(unavailable('service'))
    const before = described(folder)
    const refusal = await refusalOf(() =>
      move(folder, 'keychain', { get: refuse, set: refuse, remove: refuse }),
    )
    expect(refusal).toMatchObject({ code: 'keychain-unavailable' })
    expect(described(folder)).toEqual(before)
    expect(await openKey(folder, keychain, unasked)).toEqual(key)
  })

  it('with a copy that cannot be taken back remembers where it may stand, and wiping finds it', async () => {
    const { folder, keychain, key } = vaultIn('file')
    const remove = () => Promise.reject(unavailable('locked'))
    const faulty = { ...keychain, get: () => Promise.resolve(undefined), remove }
    await refusalOf(() => move(folder, 'keychain', faulty))
    expect(placesOf(folder, keychain)).toEqual(['keychain', 'file'])
    expect(described(folder)).toMatchObject({ store: 'file', copiesAt: ['keychain'] })
    expect(await openKey(folder, faulty, unasked)).toEqual(key)
    expect(await wipeVault({ folder, keychain, signal: never })).toEqual([])
    expect(placesOf(folder, keychain)).toEqual([])
  })

  it('only at clearing the old place has moved the key, tells what remains, and is ended by another', async () => {
    const { folder, keychain, key } = vaultIn('keychain')
    const faulty = { ...keychain, remove: () => Promise.reject(unavailable('locked')) }
    const unfinished = { kind: 'moved', from: 'keychain', remaining: ['keychain'] }
    expect(await move(folder, 'file', faulty)).toEqual(unfinished)
    expect(described(folder)).toMatchObject({ store: 'file', copiesAt: ['keychain'] })
    expect(await openKey(folder, faulty, unasked)).toEqual(key)
    expect(await move(folder, 'file', keychain)).toEqual({ kind: 'moved', from: 'file', remaining: [] })
    expect(placesOf(folder, keychain)).toEqual(['file'])
    expect(described(folder)).not.toHaveProperty('copiesAt')
  })

  it('is not needed for a move back to where a copy remains', async () => {
    const { folder, keychain, key } = vaultIn('keychain')
    const faulty = { ...keychain, remove: () => Promise.reject(unavailable('locked')) }
    await move(folder, 'file', faulty)
    await move(folder, 'keychain', keychain)
    expect(placesOf(folder, keychain)).toEqual(['keychain'])
    expect(described(folder)).not.toHaveProperty('copiesAt')
    expect(await openKey(folder, keychain, unasked)).toEqual(key)
  })

  it('when interrupted leaves the old place as it was, and no copy', async () => {
    const { folder, keychain, key } = vaultIn('file')
    const before = described(folder)
    const controller = new AbortController()
    const reason = new Error('interrupted')
    const set = (account: string, value: Secret) => {
      keychain.items.set(account, value.reveal())
      controller.abort(reason)
      return Promise.reject(reason)
    }
    const remove = async (account: string, signal: AbortSignal) => {
      signal.throwIfAborted()
      await keychain.remove(account, signal)
    }
    const moving = moveKey({
      folder,
      to: 'keychain',
      keychain: { ...keychain, set, remove },
      signal: controller.signal,
    })
    await expect(moving).rejects.toBe(reason)
    expect(placesOf(folder, keychain)).toEqual(['file'])
    expect(described(folder)).toEqual(before)
    expect(await openKey(folder, keychain, unasked)).toEqual(key)
  })

  it('when interrupted at clearing has moved the key, and remembers the old place', async () => {
    const { folder, keychain, key } = vaultIn('keychain')
    const controller = new AbortController()
    const reason = new Error('interrupted')
    const remove = () => {
      controller.abort(reason)
      return Promise.reject(reason)
    }
    const moving = moveKey({
      folder,
      to: 'file',
      keychain: { ...keychain, remove },
      signal: controller.signal,
    })
    await expect(moving).rejects.toBe(reason)
    expect(described(folder)).toMatchObject({ store: 'file', copiesAt: ['keychain'] })
    expect(await openKey(folder, keychain, unasked)).toEqual(key)
  })

  it.each(KEY_FILES)(
    'D54: as a symbolic link stands in the new place (%s) leaves that alone',
    async (to, name) => {
      const { folder, keychain, key } = vaultIn('keychain')
      const before = described(folder)
      writeFileSync(`${folder}/victim`, 'precious')
      symlinkSync(`${folder}/victim`, `${folder}/${name}`)
      expect(await refusalOf(() => move(folder, to, keychain))).toMatchObject({
        code: 'vault-unsafe',
        path: `${folder}/${name}`,
      })
      expect(readFileSync(`${folder}/victim`, 'utf8')).toBe('precious')
      expect(readdirSync(folder)).toContain(name)
      expect(described(folder)).toEqual(before)
      expect(await openKey(folder, keychain, unasked)).toEqual(key)
    },
  )

  it('at a change of passphrase leaves the old one in force', async () => {
    const { folder, keychain, key } = vaultIn('passphrase')
    const before = readFileSync(`${folder}/vault.wrapped-key`)
    const controller = new AbortController()
    const reason = new Error('interrupted')
    const changing = moveKey({
      folder,
      to: 'passphrase',
      keychain,
      passphrase: typing('old passphrase'),
      newPassphrase: typing('new passphrase'),
      signal: controller.signal,
    })
    await expect
      .poll(() => !readFileSync(`${folder}/vault.wrapped-key`).equals(before), {
        timeout: 15_000,
        interval: 5,
      })
      .toBe(true)
    // Written, and not yet read back.
    controller.abort(reason)
    await expect(changing).rejects.toBe(reason)
    expect(readFileSync(`${folder}/vault.wrapped-key`)).toEqual(before)
    expect(await openKey(folder, keychain, typing('old passphrase'))).toEqual(key)
  })
})

describe('what a killed move left', () => {
  it.each(KEY_FILES)('D57: is cleared by the next opening, if it is a file (%s)', async (copy, name) => {
    const { folder, keychain, key } = vaultIn('keychain')
    const before = described(folder)
    describeAs(folder, { copiesAt: [copy] })
    writeFileSync(`${folder}/${name}`, key.toString('base64'))
    expect(await openKey(folder, keychain, unasked)).toEqual(key)
    expect(placesOf(folder, keychain)).toEqual(['keychain'])
    expect(described(folder)).toEqual(before)
  })

  it('D57: stays in a keychain for the next move or wipe: an opening does not ask one that it does not need', async () => {
    const { folder, keychain, key } = vaultIn('file')
    describeAs(folder, { copiesAt: ['keychain', 'passphrase'] })
    writeFileSync(`${folder}/vault.wrapped-key`, '')
    keychain.items.set('vault-key:copy', '')
    const refuse = () => Promise.reject(new Error('the keychain was asked'))
    const untouched = { get: refuse, set: refuse, remove: refuse }
    expect(await openKey(folder, untouched, unasked)).toEqual(key)
    expect(described(folder)).toMatchObject({ copiesAt: ['keychain'] })
    expect(placesOf(folder, keychain)).toEqual(['keychain', 'file'])
  })

  it('is not cleared under the hands of a move that is still at it', async () => {
    const { folder, keychain, key } = vaultIn('keychain')
    describeAs(folder, { copiesAt: ['file'] })
    writeFileSync(`${folder}/vault.key`, key.toString('base64'))
    await withLock({ folder, name: 'vault', signal: never }, async () => {
      expect(await openKey(folder, keychain, unasked)).toEqual(key)
    })
    expect(placesOf(folder, keychain)).toEqual(['keychain', 'file'])
  })

  it('is never cleared beside a key that cannot be read', async () => {
    const { folder, keychain, key } = vaultIn('keychain')
    describeAs(folder, { copiesAt: ['file'] })
    writeFileSync(`${folder}/vault.key`, key.toString('base64'))
    keychain.items.clear()
    expect(await refusalOf(() => openKey(folder, keychain, unasked))).toMatchObject({ code: 'key-missing' })
    expect(placesOf(folder, keychain)).toEqual(['file'])
  })

  it('does not keep a vault from opening when it cannot be cleared', async () => {
    const { folder, keychain, key } = vaultIn('keychain')
    describeAs(folder, { copiesAt: ['file', 'passphrase'] })
    mkdirSync(`${folder}/vault.key`)
    writeFileSync(`${folder}/vault.wrapped-key`, '')
    expect(await openKey(folder, keychain, unasked)).toEqual(key)
    expect(described(folder)).toMatchObject({ copiesAt: ['file'] })
    expect(readdirSync(folder)).not.toContain('vault.wrapped-key')
  })

  it.each([[['file']], [['CANARY']], ['keychain'], [{ 0: 'keychain' }], [[['keychain']]]])(
    'D59: is damage when vault.json tells of it as %j, and nothing is cleared',
    async (copiesAt) => {
      const { folder, keychain } = vaultIn('file')
      describeAs(folder, { copiesAt })
      const refusal = await refusalOf(() => openKey(folder, keychain, unasked))
      expect(refusal).toMatchObject({ code: 'vault-damaged', path: `${folder}/vault.json` })
      expect(JSON.stringify(refusal)).not.toContain('CANARY')
      expect(placesOf(folder, keychain)).toEqual(['file'])
    },
  )
})
