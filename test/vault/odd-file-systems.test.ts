/** What file systems answer that no test can mount: failures are put in front of Node's own functions, one at a time. */
import type * as FileSystem from 'node:fs'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  errnoOf,
  ioError,
  readOwnFile,
  removeOwnFile,
  withoutTrailingSlash,
  writeOwnFile,
} from '../../src/vault/durable-file.ts'
import { claim, createTicket, openHeartbeat, readHolder, removeDead } from '../../src/vault/lock-file.ts'
import { localPlatform } from '../../src/vault/lock-platform.ts'
import { refusalOf } from './refusal.ts'
import { temporaryFolder } from './temporary-folder.ts'

type Broken = 'fsyncSync' | 'fstatSync' | 'linkSync' | 'lstatSync' | 'openSync' | 'readSync' | 'unlinkSync'

const odd = vi.hoisted(() => ({
  /** What a function does before it does its work; it may throw, or give an answer of its own. */
  before: new Map<string, (...args: unknown[]) => unknown>(),
}))

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof FileSystem>()
  const names: Broken[] = [
    ...(['fsyncSync', 'fstatSync', 'linkSync', 'lstatSync', 'openSync', 'readSync', 'unlinkSync'] as const),
  ]
  const broken = names.map((name) => [
    name,
    (...args: never[]) => {
      const answer = odd.before.get(name)?.(...args)
      return answer ?? (real[name] as (...given: never[]) => unknown)(...args)
    },
  ])
  return { ...real, ...(Object.fromEntries(broken) as object) }
})

beforeEach(() => {
  odd.before.clear()
})

const errno = (code: string) => Object.assign(new Error(code), { code })

/** Has a function fail like this, for paths that end so where `end` is given. */
function fail(name: Broken, code: string, end = ''): void {
  odd.before.set(name, (path) => {
    if (end === '' || String(path).endsWith(end)) throw errno(code)
  })
}

function ownFile(text = 'kept'): string {
  const path = `${temporaryFolder()}/entry`
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

describe('a file of the vault', () => {
  test('that is removed between the look and the opening was never there', () => {
    const path = ownFile()
    fail('openSync', 'ENOENT')
    expect(readOwnFile(path, 100)).toEqual({ kind: 'absent' })
  })

  test('that becomes a symbolic link in between is refused', async () => {
    const path = ownFile()
    fail('openSync', 'ELOOP')
    expect(await refusalOf(() => readOwnFile(path, 100))).toEqual({
      ...{ code: 'vault-unsafe', path, problem: 'it is a symbolic link' },
    })
  })

  test.each(['openSync', 'fstatSync', 'lstatSync', 'readSync'] as const)(
    'that cannot be read (%s) is named, with what the system says',
    async (name) => {
      const path = ownFile()
      fail(name, 'EIO')
      expect(await refusalOf(() => readOwnFile(path, 100))).toEqual({
        ...{ code: 'vault-io', path, operation: 'read', errno: 'EIO' },
      })
    },
  )

  test('that shrinks while it is read is what is left of it', () => {
    const path = ownFile('whole')
    let reads = 0
    odd.before.set('readSync', (_, bytes) => {
      reads += 1
      if (reads > 1) return 0
      if (bytes instanceof Uint8Array) bytes.set(Buffer.from('wh'))
      return 2
    })
    expect(readOwnFile(path, 100)).toEqual({ kind: 'found', bytes: Buffer.from('wh') })
  })

  test.each(['EINVAL', 'ENOTSUP'])('is written where folders cannot be synced (%s)', (code) => {
    const path = ownFile()
    let isFolder = false
    odd.before.set('openSync', (opened) => {
      isFolder = lstatSync(String(opened), { throwIfNoEntry: false })?.isDirectory() === true
    })
    odd.before.set('fsyncSync', () => {
      if (isFolder) throw errno(code)
    })
    writeOwnFile(path, Buffer.from('new'))
    expect(readFileSync(path, 'utf8')).toBe('new')
  })

  test('is not called written where syncing fails in earnest', async () => {
    const path = ownFile()
    let isFolder = false
    odd.before.set('openSync', (opened) => {
      isFolder = lstatSync(String(opened), { throwIfNoEntry: false })?.isDirectory() === true
    })
    odd.before.set('fsyncSync', () => {
      if (isFolder) throw errno('EIO')
    })
    expect(
      await refusalOf(() => {
        writeOwnFile(path, Buffer.from('new'))
      }),
    ).toEqual({
      ...{ code: 'vault-io', path, operation: 'write', errno: 'EIO' },
    })
  })

  test('that somebody else removes first is gone, which is all that was wanted', () => {
    const path = ownFile()
    fail('unlinkSync', 'ENOENT')
    expect(removeOwnFile(path)).toBe(false)
  })

  test('that cannot be removed is named', async () => {
    const path = ownFile()
    fail('unlinkSync', 'EROFS')
    expect(await refusalOf(() => removeOwnFile(path))).toEqual({
      ...{ code: 'vault-io', path, operation: 'write', errno: 'EROFS' },
    })
  })

  test('is removed at the root of the file system, too', () => {
    // Whoever keeps the state at / has paths with one slash alone.
    const opened: string[] = []
    odd.before.set('lstatSync', () => ({ isDirectory: () => false }))
    odd.before.set('unlinkSync', () => true)
    odd.before.set('openSync', (path) => {
      opened.push(String(path))
    })
    expect(removeOwnFile('/entry')).toBe(true)
    expect(opened).toEqual(['/'])
  })

  test('lies in a folder whose name may end with slashes, or be one', () => {
    expect(['/a/b//', '/a/b', '/'].map(withoutTrailingSlash)).toEqual(['/a/b', '/a/b', '/'])
  })

  test('fails as the file system says; a bug stays a bug', () => {
    const bug = new TypeError('x')
    expect(ioError('/a', 'read', bug)).toBe(bug)
    expect([errnoOf(bug), errnoOf('EIO'), errnoOf(Object.assign(new Error('x'), { code: 5 }))]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('a lock', () => {
  const { self } = localPlatform()
  const lockIn = (folder = temporaryFolder()) => `${folder}/held.lock`

  test.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'])(
    'is taken without hard links (%s), by one alone',
    (code) => {
      const path = lockIn()
      fail('linkSync', code)
      const [first, second] = [createTicket(path, self), createTicket(path, self)]
      expect(claim(first, path)).toBe(true)
      expect(claim(second, path)).toBe(false)
      expect(readHolder(path)?.id).toBe(first.id)
    },
  )

  test('is not held by whose file was taken away while it was being written', () => {
    const path = lockIn()
    const ticket = createTicket(path, self)
    fail('linkSync', 'EPERM')
    odd.before.set('lstatSync', (looked) => {
      // As though stopped between the writing and this look.
      if (looked === path && existsSync(path)) writeFileSync(path, '{}\n', { mode: 0o600 })
    })
    expect(claim(ticket, path)).toBe(false)
  })

  test('that cannot be made at all is named: by a link, without one, and before either', async () => {
    const path = lockIn()
    const failed = { code: 'vault-io', path, operation: 'write' }
    const ticket = createTicket(path, self)
    fail('linkSync', 'EROFS')
    expect(await refusalOf(() => claim(ticket, path))).toEqual({ ...failed, errno: 'EROFS' })
    fail('linkSync', 'EPERM')
    fail('openSync', 'ENOSPC')
    expect(await refusalOf(() => claim(ticket, path))).toEqual({ ...failed, errno: 'ENOSPC' })
    expect(await refusalOf(() => createTicket(path, self))).toEqual({ ...failed, errno: 'ENOSPC' })
  })

  test('whose claim was answered with a bug fails with that', () => {
    const path = lockIn()
    const ticket = createTicket(path, self)
    odd.before.set('linkSync', () => {
      throw new TypeError('a bug')
    })
    expect(() => claim(ticket, path)).toThrow('a bug')
  })

  test('was made, though the answer was lost and the second try finds it there', () => {
    const path = lockIn()
    const ticket = createTicket(path, self)
    expect(claim(ticket, path)).toBe(true)
    expect(claim(ticket, path)).toBe(true)
  })

  test('of which nothing can be known is named', async () => {
    const path = lockIn()
    claim(createTicket(path, self), path)
    let looks = 0
    odd.before.set('lstatSync', () => {
      looks += 1
      if (looks > 1) throw errno('EIO')
    })
    expect(await refusalOf(() => readHolder(path))).toEqual({
      ...{ code: 'vault-io', path, operation: 'read', errno: 'EIO' },
    })
  })

  test.each([
    ['no JSON', 'x'],
    ['an id that is no file name', JSON.stringify({ id: '../x', host: 'h', system: 'linux', pid: 1 })],
    ['no host', JSON.stringify({ id: 'ab'.repeat(12), system: 'linux', pid: 1 })],
    ['no system', JSON.stringify({ id: 'ab'.repeat(12), host: 'h', pid: 1 })],
    [
      'a whole group of processes',
      JSON.stringify({ id: 'ab'.repeat(12), host: 'h', system: 'linux', pid: 0 }),
    ],
  ])('that names %s is known by its file alone', (_, line) => {
    const path = lockIn()
    writeFileSync(path, `${line}\n`, { mode: 0o600 })
    const { ino } = lstatSync(path)
    expect(readHolder(path)).toMatchObject({ identity: undefined, beats: 0 })
    expect(readHolder(path)?.id.startsWith(`${String(ino)}-`)).toBe(true)
  })

  test('that is too large to be one is known by its file alone', () => {
    const path = lockIn()
    writeFileSync(path, '.'.repeat(1024 * 1024 + 1), { mode: 0o600 })
    expect(readHolder(path)).toMatchObject({ identity: undefined, beats: 0 })
  })

  describe('of somebody dead', () => {
    function dead() {
      const path = lockIn()
      const [theirs, ticket] = [createTicket(path, self), createTicket(path, self)]
      claim(theirs, path)
      const holder = readHolder(path) ?? expect.fail('nobody holds it')
      return { path, lockPath: path, ticket, holder, isDead: () => true }
    }

    test('is removed, and the guard with it', () => {
      const found = dead()
      const before = readdirSync(dirname(found.path))
      removeDead(found)
      expect(readdirSync(dirname(found.path))).toEqual(before.filter((name) => name !== 'held.lock'))
    })

    test('is left alone where somebody else has taken it since', () => {
      const found = dead()
      const next = createTicket(found.path, self)
      writeFileSync(found.path, next.bytes, { mode: 0o600 })
      removeDead(found)
      expect(readHolder(found.path)?.id).toBe(next.id)
    })

    test('that cannot be removed is named, and the guard does not stay', async () => {
      const found = dead()
      const before = readdirSync(dirname(found.path))
      fail('unlinkSync', 'EROFS', 'held.lock')
      expect(
        await refusalOf(() => {
          removeDead(found)
        }),
      ).toEqual({
        ...{ code: 'vault-io', path: found.path, operation: 'write', errno: 'EROFS' },
      })
      expect(readdirSync(dirname(found.path))).toEqual(before)
    })
  })

  test('that cannot be opened for signs of life is named', async () => {
    const path = lockIn()
    mkdirSync(path)
    expect(await refusalOf(() => openHeartbeat(path))).toEqual({
      ...{ code: 'vault-io', path, operation: 'write', errno: 'EISDIR' },
    })
  })
})
