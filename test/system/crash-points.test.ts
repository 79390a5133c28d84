/**
 * Crash points: everything that changes the vault or a configuration file is killed before each of its system calls about
 * the folder, and meets an error at each. The old or the new state is there, whole, and the next one goes on.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { editConfigFile } from '../../src/profile/config-write.ts'
import { listEntries, readEntry, writeEntry } from '../../src/vault/entries.ts'
import { localPlatform } from '../../src/vault/lock-platform.ts'
import { withLock } from '../../src/vault/lock.ts'
import { moveKey } from '../../src/vault/move-key.ts'
import { openVault } from '../../src/vault/sealing-key.ts'
import { wipeVault } from '../../src/vault/wipe-vault.ts'
import type { Store } from '../../src/vault/vault-file.ts'
import { readVaultFile } from '../../src/vault/vault-file.ts'
import { bundled } from '../vault/bundle.ts'
import { folderKeychain } from '../vault/folder-keychain.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import { keyOf, plantVault, typing } from '../vault/wrapped-key.ts'
import type { Order } from './crash-points-child.ts'
import { faultsOf, forEachAtOnce, runWith, trace } from './crash-points.ts'
import type { Call, Fault, Traced } from './crash-points.ts'

const childPath = bundled('test/system/crash-points-child.ts', { packages: false })
const never = new AbortController().signal
const passphrase = typing('old passphrase')
const header = { kind: 'test', issuedAt: '2026-01-01T00:00:00.000Z' }

/** What was killed, or met a fault. */
interface Crash {
  folder: string
  call: Call
  fault: Fault
  /** The child came to its end and had nothing to complain of. */
  isDone: boolean
}

interface Scenario<S> {
  order: Omit<Order, 'folder'>
  /** Puts the old state into an empty folder, and gives what `look` and `goOn` need to know of it. */
  prepare: (folder: string) => S
  /** What another process sees at any instant; it changes nothing. Throws when that is not whole. */
  look: (folder: string, prepared: S) => void
  /** The next one: that it works, and that the state before it was old or new. */
  goOn: (crash: Crash, prepared: S) => Promise<void>
  /** At least so many calls are there to crash at. */
  calls: number
  /** Whether this is among the crashes of the test; all are unless said. */
  isMeant?: (call: Call, fault: Fault) => boolean
}

/** A child at its work in a folder of its own, in the old state. */
function placed<S>(scenario: Scenario<S>): { what: Traced; prepared: S } {
  const folder = join(temporaryFolder(), 'state')
  mkdirSync(join(folder, 'items'), { recursive: true, mode: 0o700 })
  const words = [childPath(), JSON.stringify({ ...scenario.order, folder })]
  const prepared = scenario.prepare(folder)
  return { what: { folder, program: process.execPath, words, env: {} }, prepared }
}

async function crashEverywhere<S>(scenario: Scenario<S>): Promise<void> {
  const { outcome, calls } = await trace(placed(scenario).what)
  expect(outcome).toMatchObject({ code: 0, stdout: 'done\n', stderr: '' })
  expect(calls.length).toBeGreaterThanOrEqual(scenario.calls)
  const crashes = calls
    .flatMap((call) => faultsOf(call).map((fault) => ({ call, fault })))
    .filter(({ call, fault }) => scenario.isMeant?.(call, fault) !== false)
  const failures: string[] = []
  await forEachAtOnce(crashes, async ({ call, fault }) => {
    try {
      await crashAt(scenario, call, fault)
    } catch (error) {
      failures.push(`${fault} at call ${call.nth.toString()} of ${call.line}: ${String(error)}`)
    }
  })
  expect(failures).toEqual([])
}

async function crashAt<S>(scenario: Scenario<S>, call: Call, fault: Fault): Promise<void> {
  const crashed = await runWith(
    () => placed(scenario),
    { call, fault },
    ({ what, prepared }, ended) =>
      lookingOn(() => {
        scenario.look(what.folder, prepared)
      }, ended),
  )
  const { what, prepared, outcome } = crashed
  const { folder } = what
  if (fault === 'kill') expect(outcome).toMatchObject({ signal: 'SIGKILL', stdout: '' })
  else expect(outcome.stdout).toMatch(/^(done|\{"code":"(vault|config)-.*\})\n$/)
  if (fault !== 'kill' && !call.name.startsWith('unlink')) expect(unfinishedIn(folder)).toEqual([])
  expect(looseIn(folder)).toEqual([])
  await scenario.goOn({ folder, call, fault, isDone: outcome.stdout === 'done\n' }, prepared)
}

/** What another process sees all the while, and in the end. */
async function lookingOn(look: () => void, running: Promise<unknown>): Promise<void> {
  const ended = running.then(() => true)
  do look()
  while (!(await Promise.race([ended, setTimeout(1, false)])))
  look()
}

/** Temporary files; that of a lock is gone when the lock is. */
function unfinishedIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => /\.tmp$|\.config\.poolkey-(?!lock$)/.test(name))
}

/** Files that are anybody else's to read; the configuration's own mode is the person's choice. */
function looseIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => {
    const stats = lstatSync(join(folder, name))
    return stats.isFile() && (stats.mode & 0o077) !== 0 && !name.startsWith('.config.poolkey-')
  })
}

const key = randomBytes(32)
const [OLD, NEW] = ['old '.repeat(1000), 'new '.repeat(1500)]

function textOf(folder: string): string {
  const entry = readEntry({ folder, name: 'entry', key })
  return entry.kind === 'found' ? entry.plaintext.toString() : JSON.stringify(entry)
}

function write(folder: string, text: string): void {
  writeEntry({ folder, name: 'entry', key, header, plaintext: Buffer.from(text) })
}

const REPLACE: Scenario<void> = {
  order: { act: 'write-entry', keyHex: key.toString('hex'), text: NEW },
  calls: 10,
  prepare: (folder) => {
    write(folder, OLD)
  },
  look: (folder) => {
    expect([OLD, NEW]).toContain(textOf(folder))
  },
  goOn: ({ folder, call, isDone }) => {
    if (isDone) expect(textOf(folder)).toBe(NEW)
    // After the rename only the folder itself is touched.
    else if (call.line.includes('entry.sealed')) expect(textOf(folder)).toBe(OLD)
    write(folder, 'next')
    expect(textOf(folder)).toBe('next')
    return Promise.resolve()
  },
}

test('D57, D58: an entry that is being replaced is the old or the new one, whole, wherever the writer is killed or fails', async () => {
  await crashEverywhere(REPLACE)
})

// Locks are the same in all of them, and a matter of their own below.
function isApartFromLock({ line }: Call, fault: Fault): boolean {
  return fault === 'kill' || !line.includes('.lock')
}

function open(folder: string, options: { create: boolean; store?: Store }) {
  const keychain = folderKeychain(join(folder, 'items'))
  const { create, store } = options
  return openVault({ folder, requestedStore: store, keychain, passphrase, create, signal: never })
}

test('D57, D58: a vault in the making is none or whole, wherever its maker is killed or fails, and is made by the next', async () => {
  await crashEverywhere({
    order: { act: 'make-vault' },
    calls: 50,
    isMeant: isApartFromLock,
    prepare: () => undefined,
    look: (folder) => {
      readVaultFile(folder)
    },
    goOn: async ({ folder, fault, isDone }) => {
      const found = await open(folder, { create: false })
      if (isDone) expect(found.kind).toBe('open')
      // A failed making leaves nothing behind; a killed one cannot help leaving a key that seals nothing.
      if (fault !== 'kill' && found.kind === 'none') expect(readdirSync(folder)).not.toContain('vault.key')
      const made = await open(folder, { create: true, store: 'file' })
      if (found.kind === 'open') expect(made).toEqual(found)
      writeEntry({ folder, name: 'entry', key: keyOf(made), header, plaintext: Buffer.from('text') })
      expect(await open(folder, { create: false })).toEqual(made)
    },
  })
})

/** Where a key stands, or a part of one. */
function placesOf(folder: string): Store[] {
  const stores: Store[] = []
  if (readdirSync(join(folder, 'items')).some((name) => name !== '.making')) stores.push('keychain')
  const names = readdirSync(folder)
  if (names.some((name) => name.startsWith('vault.key'))) stores.push('file')
  if (names.some((name) => name.startsWith('vault.wrapped-key'))) stores.push('passphrase')
  return stores
}

test.each<[Store, Store, number]>([
  ['file', 'keychain', 70],
  ['keychain', 'file', 70],
  ['passphrase', 'file', 70],
])(
  'D57, D58: a key that moves from %s to %s opens the vault, wherever the move is killed or fails',
  async (from, to, calls) => {
    await crashEverywhere({
      order: { act: 'move-key', to },
      calls,
      // Keychains fail in ways of their own, and from a passphrase it is the same way as from a keychain.
      isMeant: (call, fault) =>
        fault === 'kill' ||
        (from !== 'passphrase' && !call.line.includes('/items/') && isApartFromLock(call, fault)),
      prepare: (folder) => {
        const setItem = (account: string, value: string): void => {
          writeFileSync(join(folder, 'items', account), value, { mode: 0o600 })
        }
        return plantVault({ folder, store: from, setItem })
      },
      look: (folder) => {
        expect([from, to]).toContain(readVaultFile(folder)?.store)
      },
      goOn: async ({ folder, isDone }, sealingKey) => {
        const { store, copiesAt = [] } = readVaultFile(folder) ?? {}
        if (isDone) expect(store).toBe(to)
        // Wherever a copy of the key is, vault.json leads to it.
        for (const place of placesOf(folder)) expect([store, ...copiesAt]).toContain(place)
        expect(keyOf(await open(folder, { create: false }))).toEqual(sealingKey)
        const keychain = folderKeychain(join(folder, 'items'))
        const moved = await moveKey({ folder, to, keychain, passphrase, signal: never })
        expect(moved).toMatchObject({ kind: 'moved', remaining: [] })
        expect(keyOf(await open(folder, { create: false }))).toEqual(sealingKey)
        expect(placesOf(folder)).toEqual([to])
      },
    })
  },
)

test('D57, D64: a wipe that is killed or fails anywhere leaves entries that are whole, and the next wipe leaves nothing', async () => {
  await crashEverywhere({
    order: { act: 'wipe' },
    calls: 40,
    isMeant: isApartFromLock,
    prepare: (folder) => {
      const sealingKey = plantVault({ folder, store: 'file', setItem: () => undefined })
      for (const name of ['a', 'b'])
        writeEntry({ folder, name, key: sealingKey, header, plaintext: Buffer.from('text') })
      return sealingKey
    },
    look: (folder, sealingKey) => {
      for (const name of listEntries(folder))
        expect(['found', 'absent']).toContain(readEntry({ folder, name, key: sealingKey }).kind)
    },
    goOn: async ({ folder, fault }) => {
      // Without vault.json nobody could tell whose they are; what fails to be removed is named instead.
      if (fault === 'kill' && readVaultFile(folder) === undefined) expect(listEntries(folder)).toEqual([])
      const keychain = folderKeychain(join(folder, 'items'))
      expect(await wipeVault({ folder, keychain, signal: never })).toEqual([])
      expect(readdirSync(folder).filter((name) => !name.includes('.lock.'))).toEqual(['items'])
    },
  })
})

// A number that nobody has: that of a child which has ended and was waited for.
const deadPid = spawnSync('true').pid

const TAKEOVER: Scenario<void> = {
  order: { act: 'take-lock' },
  calls: 25,
  prepare: (folder) => {
    const line = { version: 1, id: 'ab'.repeat(12), ...localPlatform().self, pid: deadPid }
    writeFileSync(join(folder, 'held.lock'), `${JSON.stringify(line)}\n`, { mode: 0o600 })
  },
  look: () => undefined,
  goOn: async ({ folder }) => {
    const startedMs = performance.now()
    const options = { folder, name: 'held', signal: never, patienceMs: 5_000 }
    expect(await withLock(options, () => Promise.resolve('mine'))).toBe('mine')
    expect(performance.now() - startedMs).toBeLessThan(1_000)
    expect(readdirSync(folder).filter((name) => !/\.(tmp|takeover)$/.test(name))).toEqual(['items'])
  },
}

test('D57, E72, E79: the lock of a dead holder is taken in bounded time, wherever whoever takes it over is killed or fails', async () => {
  await crashEverywhere(TAKEOVER)
})

const [BEFORE, AFTER] = ['# mine\n[default]\n', '# mine\n[default]\nregion = eu-west-1\n']

const TEMPORARY = /^\.aws-config\.poolkey-[0-9a-f]{12}$/

const EDIT: Scenario<void> = {
  order: { act: 'edit-config', text: AFTER },
  calls: 40,
  prepare: (folder) => {
    mkdirSync(join(folder, 'dotfiles'))
    writeFileSync(join(folder, 'dotfiles', 'aws-config'), BEFORE)
    chmodSync(join(folder, 'dotfiles', 'aws-config'), 0o640)
    symlinkSync('dotfiles/aws-config', join(folder, 'config'))
  },
  look: (folder) => {
    expect([BEFORE, AFTER]).toContain(readFileSync(join(folder, 'config'), 'utf8'))
  },
  goOn: async ({ folder, fault, call, isDone }) => {
    const text = () => readFileSync(join(folder, 'config'), 'utf8')
    if (isDone) expect(text()).toBe(AFTER)
    const left = readdirSync(join(folder, 'dotfiles')).filter((name) => name !== 'aws-config')
    if (fault !== 'kill' && !call.name.startsWith('unlink'))
      expect(left.filter((name) => !name.endsWith('poolkey-lock'))).toEqual([])
    // It may hold keys: until all of it is written, it is for its maker alone.
    const isHalf = call.name === 'write' || call.name === 'fsync'
    for (const name of left.filter((one) => isHalf && TEMPORARY.test(one)))
      expect(statSync(join(folder, 'dotfiles', name)).mode & 0o777).toBe(0o600)
    const startedMs = performance.now()
    const { signal } = new AbortController()
    await editConfigFile(join(folder, 'config'), (found) => `${found}# next\n`, signal)
    expect(performance.now() - startedMs).toBeLessThan(1_000)
    expect([`${BEFORE}# next\n`, `${AFTER}# next\n`]).toContain(text())
    expect(readdirSync(join(folder, 'dotfiles')).filter((name) => TEMPORARY.test(name))).toEqual([])
    expect(lstatSync(join(folder, 'config')).isSymbolicLink()).toBe(true)
    expect(statSync(join(folder, 'config')).mode & 0o777).toBe(0o640)
  },
}

test('D57, D58: a configuration file is the old or the new one, with its mode and its link, wherever the edit is killed or fails', async () => {
  await crashEverywhere(EDIT)
})

// A kill leaves what the system was told, a power cut only what was synced: this is where the two differ.
test.each([
  ['an entry', REPLACE],
  ['a configuration file', EDIT],
])(
  'D57: %s is on disk before it takes the place of the old one, and its name right after',
  async (_what, scenario) => {
    const { calls } = await trace(placed(scenario).what)
    const steps = calls.filter(({ name }) => /^(write|fsync|close|rename|openat)/.test(name))
    const renamed = steps.findIndex(({ name }) => name.startsWith('rename'))
    const ofTemporary = steps
      .slice(0, renamed)
      .filter(({ line }) => pathOf(line) === pathOf(steps[renamed]?.line ?? ''))
    expect(ofTemporary.map(({ name }) => name).slice(-4)).toEqual(['openat', 'write', 'fsync', 'close'])
    expect(steps.slice(renamed + 1, renamed + 3).map(({ name }) => name)).toEqual(['openat', 'fsync'])
  },
)

function pathOf(line: string): string {
  return /["<](\/.*?)[">]/.exec(line)?.[1] ?? ''
}
