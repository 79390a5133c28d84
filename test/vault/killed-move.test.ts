import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isPoolkeyError } from '../../src/errors/poolkey-error.ts'
import { moveKey } from '../../src/vault/move-key.ts'
import { openVault } from '../../src/vault/sealing-key.ts'
import type { Store } from '../../src/vault/vault-file.ts'
import type { OpenedVault } from '../../src/vault/sealing-key.ts'
import { bundled } from './bundle.ts'
import { folderKeychain } from './folder-keychain.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { keyOf, plantVault, typing } from './wrapped-key.ts'

const never = new AbortController().signal
const childPath = bundled('test/vault/move-child.ts', { packages: false })

function vaultIn(store: Store) {
  const parent = temporaryFolder()
  const [folder, items] = [`${parent}/state`, `${parent}/items`]
  mkdirSync(folder, { mode: 0o700 })
  mkdirSync(items)
  const key = plantVault({
    folder,
    store,
    setItem: (account, value) => {
      writeFileSync(`${items}/${account}`, value)
    },
  })
  return { folder, items, key }
}

function startMove(order: Record<string, unknown>) {
  const child = spawn(process.execPath, [childPath(), JSON.stringify({ rounds: 1, killAt: 0, ...order })])
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = once(child, 'close').then(() => said.includes('done'))
  return { child, isMoving: once(child.stdout, 'data'), ended }
}

// Opens as a person would who does not know which of the two passphrases is in force.
async function openKey(vault: { folder: string; items: string }): Promise<Buffer> {
  const { folder, items } = vault
  const open = (passphrase: string): Promise<OpenedVault> =>
    openVault({
      folder,
      requestedStore: undefined,
      keychain: folderKeychain(items),
      passphrase: typing(passphrase),
      create: false,
      signal: never,
    })
  const opened = await open('new passphrase').catch((error: unknown) => {
    if (isPoolkeyError(error, 'passphrase-wrong')) return open('old passphrase')
    throw error
  })
  return keyOf(opened)
}

function namesOf(vault: { folder: string; items: string }): string[] {
  return [...readdirSync(vault.folder), ...readdirSync(vault.items)].filter((name) => name !== 'vault.json')
}

// Kills a move just before its step `killAt`, and tells whether it was done before that.
async function killAtStep(from: Store, to: Store, killAt: number): Promise<boolean> {
  const vault = vaultIn(from)
  const { folder, items, key } = vault
  const change = to === 'passphrase' ? { newPassphrase: 'new passphrase' } : {}
  const isDone = await startMove({ folder, items, stores: [to], killAt, ...change }).ended
  expect(await openKey(vault), `killed at ${killAt.toString()}`).toEqual(key)
  if (to === 'passphrase') return isDone
  // The same command once more ends what was begun, and nothing of the key is left elsewhere.
  const passphrase = typing('old passphrase')
  await moveKey({ folder, to, keychain: folderKeychain(items), passphrase, signal: never })
  expect(await openKey(vault)).toEqual(key)
  expect(readFileSync(`${folder}/vault.json`, 'utf8')).not.toContain('copiesAt')
  const keys = namesOf(vault).filter((name) => /^vault[.-](wrapped-)?key/.test(name))
  expect(keys, `killed at ${killAt.toString()}`).toEqual([
    to === 'file' ? 'vault.key' : expect.stringMatching(/^vault-key:/),
  ])
  return isDone
}

describe('a move that is killed', () => {
  it.each<[Store, Store, number]>([
    // Announce, store, name the new place, clear the old one, forget the announcement.
    ['keychain', 'file', 5],
    ['file', 'keychain', 5],
    ['passphrase', 'keychain', 5],
    ['passphrase', 'file', 5],
    ['file', 'passphrase', 5],
    ['passphrase', 'passphrase', 1],
  ])('D57: before any of its steps leaves a vault that opens (%s to %s)', async (from, to, steps) => {
    const kills = Array.from({ length: steps + 1 }, (_, i) => killAtStep(from, to, i + 1))
    const expected = [...Array.from({ length: steps }, () => false), true]
    expect(await Promise.all(kills)).toEqual(expected)
  })
})

it('D57: a process that moves the key to and fro can be killed at any instant, again and again', async () => {
  const vault = vaultIn('keychain')
  const { folder, items, key } = vault
  for (let round = 0; round < 8; round += 1) {
    const mover = startMove({ folder, items, stores: ['file', 'keychain'], rounds: 100_000 })
    await mover.isMoving
    // Not a wait for anything: the instant of the kill is what varies.
    await setTimeout(Math.random() * 40)
    mover.child.kill('SIGKILL')
    expect(await mover.ended).toBe(false)
    expect(await openKey(vault)).toEqual(key)
  }
})
