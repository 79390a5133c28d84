import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { version } from '../../package.json'
import { isPointerEntry, pointerEntryName } from '../../src/broker/entry-names.ts'
import { serializeFields } from '../../src/broker/json-fields.ts'
import { writeSealed } from '../../src/broker/sealed-write.ts'
import { followPointer, forgetPointers, keepPointer } from '../../src/broker/warm-pointer.ts'
import { identityOf } from '../../src/profile/file-identity.ts'
import type { FilesRead } from '../../src/profile/file-identity.ts'
import { entryPath, listEntries } from '../../src/vault/entries.ts'
import { openWorld } from './emulated-broker.ts'
import type { World } from './emulated-broker.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'

const ASKED = { profileFlag: 'dev', env: { HOME: '/home/me' } }
const NAME = pointerEntryName(ASKED)
const POINTER = { entry: 'credentials-x', accountId: '111122223333' }

/** A file that what is remembered rests on. */
function readFile(): { path: string; files: FilesRead } {
  const path = `${temporaryFolder()}/config`
  writeFileSync(path, 'one')
  return { path, files: new Map([[path, { identity: identityOf(path), isSettled: true }]]) }
}

const NOTHING_READ: FilesRead = new Map()

const pointersIn = ({ vault }: World) => listEntries(vault.folder).filter(isPointerEntry)

/** A pointer as another version, or a damaged disk, left it. */
function plant(world: World, fields: Record<string, unknown>, name = NAME): void {
  writeSealed(world.broker(), {
    ...{ name, isDurable: false },
    header: { kind: 'pointer', issuedAt: new Date(world.clock.now()).toISOString() },
    plaintext: serializeFields(fields),
  })
}

test('a pointer holds as long as the files that it rests on are as they were', async () => {
  const world = await openWorld()
  const { path, files } = readFile()
  keepPointer(world.broker(), ASKED, POINTER, files)
  expect(followPointer(world.vault, NAME)).toEqual(POINTER)
  writeFileSync(path, 'another')
  expect(followPointer(world.vault, NAME)).toBeUndefined()
})

test.each<[string, Record<string, unknown>]>([
  ['another version of poolkey left', { poolkey: '0.0.0', ...POINTER, files: {} }],
  ['names no files', { poolkey: version, ...POINTER }],
  ['names files by what is no text', { poolkey: version, ...POINTER, files: { '/a': 1 } }],
  ['leads to no entry', { poolkey: version, files: {} }],
  ['names an account by what is no text', { poolkey: version, entry: 'x', accountId: 1, files: {} }],
])('a pointer that %s is not followed, and is made anew', async (_, fields) => {
  const world = await openWorld()
  plant(world, fields)
  expect(followPointer(world.vault, NAME)).toBeUndefined()
  const { files } = readFile()
  keepPointer(world.broker(), ASKED, POINTER, files)
  expect(followPointer(world.vault, NAME)).toEqual(POINTER)
})

test('a file that cannot be looked at any more is told, as whoever reads it has the words', async () => {
  const world = await openWorld()
  const { path, files } = readFile()
  keepPointer(world.broker(), ASKED, POINTER, files)
  rmSync(path)
  symlinkSync(path, path)
  expect(() => followPointer(world.vault, NAME)).toThrow('ELOOP')
  // The answer is given by then: what is remembered stays as it is.
  keepPointer(world.broker(), ASKED, { ...POINTER, entry: 'another' }, files)
  expect(pointersIn(world)).toEqual([NAME])
})

test('what is remembered already is not written again', async () => {
  const world = await openWorld()
  const { files } = readFile()
  keepPointer(world.broker(), ASKED, POINTER, files)
  const file = entryPath({ folder: world.vault.folder, name: NAME })
  const before = statSync(file).ino
  keepPointer(world.broker(), ASKED, { ...POINTER }, files)
  expect(statSync(file).ino).toBe(before)
  keepPointer(world.broker(), ASKED, { ...POINTER, accountId: undefined }, files)
  expect(followPointer(world.vault, NAME)).toEqual({ ...POINTER, accountId: undefined })
})

test.each<[string, { env?: Record<string, string>; store?: 'passphrase'; files?: FilesRead }]>([
  ['the home folder is told by no variable', { env: {} }],
  ['a person unlocks the vault', { store: 'passphrase' }],
  ['a file may still change unseen', { files: new Map([['/a', { identity: 'x', isSettled: false }]]) }],
  [
    'a file is named from the working folder',
    { files: new Map([['a', { identity: 'x', isSettled: true }]]) },
  ],
])('nothing is remembered where %s', async (_, { env = ASKED.env, store = 'file', files = NOTHING_READ }) => {
  const world = await openWorld()
  const broker = world.broker()
  keepPointer({ ...broker, vault: { ...world.vault, store } }, { ...ASKED, env }, POINTER, files)
  expect(pointersIn(world)).toEqual([])
})

test('whoever asks in ever new ways fills no disk: the hundred and first forgets the others', async () => {
  const world = await openWorld()
  for (let index = 0; index < 100; index += 1)
    plant(world, {}, pointerEntryName({ profileFlag: `p${index}`, env: {} }))
  keepPointer(world.broker(), ASKED, POINTER, new Map())
  expect(pointersIn(world)).toEqual([NAME])
})

test('one that cannot be removed keeps none of the others', async () => {
  const world = await openWorld()
  const { folder } = world.vault
  plant(world, {})
  mkdirSync(entryPath({ folder, name: 'pointer-00' }))
  forgetPointers(folder)
  expect(pointersIn(world)).toEqual(['pointer-00'])
})
