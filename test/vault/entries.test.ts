import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOwnFile, readOwnFile, writeOwnFile } from '../../src/vault/durable-file.ts'
import { listEntries, readEntry, removeEntry, writeEntry } from '../../src/vault/entries.ts'
import type { Entry } from '../../src/vault/entries.ts'
import { bundled } from './bundle.ts'
import { refusalOf } from './refusal.ts'
import { temporaryFolder } from './temporary-folder.ts'

const key = randomBytes(32)
const header = { kind: 'session', issuedAt: '2026-03-01T08:00:00.000Z' }
const isRoot = process.getuid?.() === 0
const childPath = bundled('test/vault/child.ts', { packages: false })

function write(folder: string, name: string, text: string): string {
  writeEntry({ folder, name, key, header, plaintext: Buffer.from(text) })
  return `${folder}/${name}.sealed`
}

function read(folder: string, name: string): string {
  const entry = readEntry({ folder, name, key })
  return entry.kind === 'found' ? entry.plaintext.toString() : entry.kind
}

function orders(act: 'write' | 'once', folder: string, bytes: number): string {
  return JSON.stringify({ act, folder, bytes, times: 0, keyHex: key.toString('hex') })
}

/** The words for `sh` that start the child after a command of the shell. */
function childAfter(command: string, order: string): string[] {
  return ['-c', `${command}; exec "$@"`, 'sh', process.execPath, childPath(), order]
}

describe('an entry', () => {
  it('is read back with its header, and replaced as a whole', () => {
    const folder = temporaryFolder()
    write(folder, 'a', 'first')
    writeEntry({
      folder,
      name: 'a',
      key,
      header: { ...header, expiresAt: '2026-03-01T09:00:00Z' },
      plaintext: Buffer.from('second'),
    })
    expect(readEntry({ folder, name: 'a', key })).toMatchObject({
      kind: 'found',
      header: { format: 1, kind: 'session', issuedAt: header.issuedAt, expiresAt: '2026-03-01T09:00:00Z' },
      plaintext: Buffer.from('second'),
    })
    expect(readdirSync(folder)).toEqual(['a.sealed'])
  })

  it('is absent where there is none, and where there is no folder', () => {
    const folder = temporaryFolder()
    expect(readEntry({ folder, name: 'a', key })).toEqual({ kind: 'absent' })
    expect(readEntry({ folder: `${folder}/none`, name: 'a', key })).toEqual({ kind: 'absent' })
    expect(removeEntry({ folder: `${folder}/none`, name: 'a' })).toBe(false)
    expect(listEntries(`${folder}/none`)).toEqual([])
  })

  it('is gone after its removal, which tells whether it was there', () => {
    const folder = temporaryFolder()
    write(folder, 'a', 'text')
    expect(removeEntry({ folder, name: 'a' })).toBe(true)
    expect(removeEntry({ folder, name: 'a' })).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })

  it('is listed by its name, without what else lies in the folder', () => {
    const folder = temporaryFolder()
    write(folder, 'b', 'text')
    write(folder, 'a', 'text')
    for (const other of ['vault.json', 'vault.lock', 'a.sealed.0123.tmp', '.sealed', 'with space.sealed']) {
      writeFileSync(`${folder}/${other}`, '')
    }
    expect(listEntries(folder)).toEqual(['a', 'b'])
  })

  it.each(['../a', 'a/b', 'a\\b', '', '.', '..', '.hidden', 'a\0b', 'a\nb', 'x'.repeat(300)])(
    'D65: cannot have the name %j, which is a bug of the caller',
    (name) => {
      const folder = temporaryFolder()
      expect(() => write(folder, name, 'text')).toThrow(/name/)
      expect(() => readEntry({ folder, name, key })).toThrow(/name/)
      expect(() => removeEntry({ folder, name })).toThrow(/name/)
      expect(readdirSync(folder)).toEqual([])
    },
  )
})

describe('a damaged entry', () => {
  const damage: [string, (path: string) => void][] = [
    ['empty', (path) => { truncateSync(path, 0) }],
    ['cut short', (path) => { truncateSync(path, statSync(path).size - 1) }],
    ['garbage', (path) => { writeFileSync(path, randomBytes(500)) }],
    ['of a version that never was', (path) => { writeFileSync(path, readFileSync(path, 'latin1').replace('"format":1', '"format":0'), 'latin1') }],
    ['of a newer version', (path) => { writeFileSync(path, readFileSync(path, 'latin1').replace('"format":1', '"format":9'), 'latin1') }],
    ['of 100 MB', (path) => { truncateSync(path, 100 * 1024 * 1024) }],
    ['plain text with a secret', (path) => { writeFileSync(path, '{"refresh_token": CANARY}') }],
  ] // prettier-ignore
  it.each(damage)('D59: that is %s is told, without a throw and without a quote', (_what, spoil) => {
    const folder = temporaryFolder()
    spoil(write(folder, 'a', 'CANARY'))
    const entry: Entry = readEntry({ folder, name: 'a', key })
    expect(entry.kind).toBe('damaged')
    expect(JSON.stringify(entry)).not.toContain('CANARY')
  })

  it('D59: is also each of two that were swapped', () => {
    const folder = temporaryFolder()
    const [one, other] = [write(folder, 'a', 'CANARY one'), write(folder, 'b', 'CANARY other')]
    renameSync(one, `${folder}/c`)
    renameSync(other, one)
    renameSync(`${folder}/c`, other)
    for (const name of ['a', 'b'])
      expect(readEntry({ folder, name, key })).toEqual({
        kind: 'damaged',
        problem: 'it was altered, cut short or moved here from another name',
      })
  })

  it('D59: can be replaced and removed', () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/a.sealed`, 'garbage')
    write(folder, 'a', 'text')
    expect(read(folder, 'a')).toBe('text')
    writeFileSync(`${folder}/a.sealed`, 'garbage')
    expect(removeEntry({ folder, name: 'a' })).toBe(true)
  })
})

describe('file modes', () => {
  it('D52: are 0600 from the first instant, whatever the umask', () => {
    const folder = temporaryFolder()
    // A trace would show a chmod; without one the file must have been created with its mode.
    const result = execFileSync('sh', childAfter('umask 000', orders('once', folder, 10)))
    expect(result.toString()).toBe('written\n')
    expect(statSync(`${folder}/entry.sealed`).mode & 0o777).toBe(0o600)
  })

  it('D52: are never looser on any file that shows up while entries are written', async () => {
    const folder = temporaryFolder()
    const child = spawn('sh', childAfter('umask 000', orders('write', folder, 200_000)))
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    const seen = new Map<string, number>()
    for (let look = 0; look < 3000; look += 1) {
      for (const name of readdirSync(folder)) {
        const stats = lstatSync(`${folder}/${name}`, { throwIfNoEntry: false })
        if (stats) seen.set(name, (seen.get(name) ?? 0) | (stats.mode & 0o777))
      }
    }
    expect(seen.size).toBeGreaterThan(2)
    expect(new Set(seen.values())).toEqual(new Set([0o600]))
  })

  it('D53: that are looser are repaired on our own file', () => {
    const folder = temporaryFolder()
    const path = write(folder, 'a', 'text')
    chmodSync(path, 0o644)
    expect(read(folder, 'a')).toBe('text')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

describe('what stands in the place of an entry', () => {
  it('D54: is refused when it is a symbolic link, and its target is untouched', async () => {
    const folder = temporaryFolder()
    const victim = `${folder}/victim`
    writeFileSync(victim, 'precious', { mode: 0o644 })
    symlinkSync(victim, `${folder}/a.sealed`)
    const refusal = { code: 'vault-unsafe', path: `${folder}/a.sealed`, problem: 'it is a symbolic link' }
    expect(await refusalOf(() => readEntry({ folder, name: 'a', key }))).toEqual(refusal)
    expect(await refusalOf(() => write(folder, 'a', 'text'))).toEqual(refusal)
    expect(readFileSync(victim, 'utf8')).toBe('precious')
    expect(statSync(victim).mode & 0o777).toBe(0o644)
    expect(removeEntry({ folder, name: 'a' })).toBe(true)
    expect(readFileSync(victim, 'utf8')).toBe('precious')
    expect(readdirSync(folder)).toEqual(['victim'])
  })

  it('D54: is refused when it is a symbolic link to nothing, which is not created', async () => {
    const folder = temporaryFolder()
    symlinkSync(`${folder}/nothing`, `${folder}/a.sealed`)
    expect(await refusalOf(() => write(folder, 'a', 'text'))).toMatchObject({ code: 'vault-unsafe' })
    expect(existsSync(`${folder}/nothing`)).toBe(false)
  })

  it('D54: is refused when it is a FIFO, without waiting for a writer', async () => {
    const folder = temporaryFolder()
    execFileSync('mkfifo', [`${folder}/a.sealed`])
    const refusal = { code: 'vault-unsafe', path: `${folder}/a.sealed`, problem: 'it is not a regular file' }
    expect(await refusalOf(() => readEntry({ folder, name: 'a', key }))).toEqual(refusal)
    expect(await refusalOf(() => write(folder, 'a', 'text'))).toEqual(refusal)
    expect(lstatSync(`${folder}/a.sealed`).isFIFO()).toBe(true)
  })

  it('D54: is refused when it is a socket', async () => {
    const folder = temporaryFolder()
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(`${folder}/a.sealed`, resolve))
    onTestFinished(() => void server.close())
    expect(await refusalOf(() => readEntry({ folder, name: 'a', key }))).toMatchObject({
      code: 'vault-unsafe',
    })
  })

  it('D54: is refused when it is a folder, and left alone', async () => {
    const folder = temporaryFolder()
    mkdirSync(`${folder}/a.sealed`)
    const refusal = { code: 'vault-unsafe', path: `${folder}/a.sealed`, problem: 'it is a folder' }
    expect(await refusalOf(() => readEntry({ folder, name: 'a', key }))).toEqual(refusal)
    expect(await refusalOf(() => write(folder, 'a', 'text'))).toEqual(refusal)
    expect(await refusalOf(() => removeEntry({ folder, name: 'a' }))).toEqual(refusal)
  })

  it('D54: is refused when it is a device', async () => {
    // Only root can make one; everybody else has to do with one that is there.
    const path = isRoot ? `${temporaryFolder()}/a.sealed` : '/dev/null'
    if (isRoot) execFileSync('mknod', [path, 'c', '1', '3'])
    const refusal = { code: 'vault-unsafe', path, problem: 'it is not a regular file' }
    expect(await refusalOf(() => readOwnFile(path, 100))).toEqual(refusal)
    expect(await refusalOf(() => { writeOwnFile(path, Buffer.from('text')) })).toEqual(refusal) // prettier-ignore
    expect(lstatSync(path).isCharacterDevice()).toBe(true)
  })

  it('D53, D54: is refused when it belongs to another user', async () => {
    // Only root can give a file away; everybody else has to do with one of root's.
    const path = isRoot ? write(temporaryFolder(), 'a', 'text') : '/etc/passwd'
    if (isRoot) chownSync(path, 12345, 12345)
    const before = { bytes: readFileSync(path), owner: statSync(path).uid }
    const refusal = { code: 'vault-unsafe', path, problem: 'it belongs to another user' }
    expect(await refusalOf(() => readOwnFile(path, 100_000))).toEqual(refusal)
    expect(await refusalOf(() => { writeOwnFile(path, Buffer.from('text')) })).toEqual(refusal) // prettier-ignore
    expect({ bytes: readFileSync(path), owner: statSync(path).uid }).toEqual(before)
  })

  it('D55: is left behind unchanged when it is a hard link to another file', () => {
    const folder = temporaryFolder()
    const path = write(folder, 'a', 'old')
    linkSync(path, `${folder}/elsewhere`)
    const before = readFileSync(`${folder}/elsewhere`)
    write(folder, 'a', 'new')
    expect(readFileSync(`${folder}/elsewhere`)).toEqual(before)
    expect(statSync(path).nlink).toBe(1)
    expect(read(folder, 'a')).toBe('new')
  })

  it('D54: is not even looked at when the folder is a symbolic link', async () => {
    const folder = temporaryFolder()
    mkdirSync(`${folder}/real`)
    write(`${folder}/real`, 'a', 'text')
    symlinkSync(`${folder}/real`, `${folder}/link`)
    for (const link of [`${folder}/link`, `${folder}/link/`]) {
      expect(await refusalOf(() => readEntry({ folder: link, name: 'a', key }))).toMatchObject({
        code: 'vault-unsafe',
      })
      expect(await refusalOf(() => write(link, 'a', 'new'))).toMatchObject({ code: 'vault-unsafe' })
      expect(await refusalOf(() => removeEntry({ folder: link, name: 'a' }))).toMatchObject({
        code: 'vault-unsafe',
      })
      expect(await refusalOf(() => listEntries(link))).toMatchObject({ code: 'vault-unsafe' })
    }
    expect(read(`${folder}/real`, 'a')).toBe('text')
  })
})

describe('a write that fails', () => {
  it('D57, D58: in the middle leaves the old entry whole and no temporary file, and names the fault', () => {
    const folder = temporaryFolder()
    write(folder, 'entry', 'old')
    // A limit on the size of files fails like a full disk, half-way, and needs no privilege.
    const limited = childAfter('ulimit -f 8', orders('once', folder, 200_000))
    const facts = JSON.parse(execFileSync('sh', limited).toString()) as object
    expect(facts).toMatchObject({
      code: 'vault-io',
      facts: { path: `${folder}/entry.sealed`, operation: 'write', errno: 'EFBIG' },
    })
    expect(read(folder, 'entry')).toBe('old')
    expect(readdirSync(folder)).toEqual(['entry.sealed'])
  })

  // A mount point cannot be renamed over; making one takes root and the right to mount, which containers withhold.
  if (canBindMount()) {
    it('D57, D58: at its last step leaves the old entry whole and no temporary file', async () => {
      const folder = temporaryFolder()
      const path = write(folder, 'a', 'old')
      execFileSync('mount', ['--bind', path, path])
      onTestFinished(() => void execFileSync('umount', [path]))
      expect(await refusalOf(() => write(folder, 'a', 'new'))).toMatchObject({
        code: 'vault-io',
        errno: 'EBUSY',
      })
      expect(read(folder, 'a')).toBe('old')
      expect(readdirSync(folder)).toEqual(['a.sealed'])
    })
  }

  it('because there is no folder says so', async () => {
    const folder = `${temporaryFolder()}/none`
    expect(await refusalOf(() => write(folder, 'a', 'text'))).toEqual({
      code: 'vault-io',
      path: `${folder}/a.sealed`,
      operation: 'write',
      errno: 'ENOENT',
    })
  })

  it('because the entry could not be read again keeps the old one', async () => {
    const folder = temporaryFolder()
    const path = write(folder, 'a', 'old')
    expect(await refusalOf(() => write(folder, 'a', 'x'.repeat(1024 * 1024)))).toEqual({
      code: 'vault-io',
      path,
      operation: 'write',
      errno: 'EFBIG',
    })
    expect(read(folder, 'a')).toBe('old')
  })
})

describe('a writer that is killed', () => {
  it('D57: leaves an old or a new entry, whole, for readers at every instant', async () => {
    const folder = temporaryFolder()
    for (let round = 0; round < 5; round += 1) {
      const child = spawn(process.execPath, [childPath(), orders('write', folder, 50_000)])
      onTestFinished(() => void child.kill('SIGKILL'))
      await once(child.stdout, 'data')
      const seen = new Set<number>()
      for (let look = 0; look < 100 + round * 37; look += 1) {
        const entry = readEntry({ folder, name: 'entry', key })
        if (entry.kind !== 'found') throw new Error(JSON.stringify(entry))
        expect(new Set(entry.plaintext).size).toBe(1)
        expect(entry.plaintext.length).toBe(50_000)
        seen.add(entry.plaintext.readUInt8(0))
      }
      child.kill('SIGKILL')
      await once(child, 'exit')
      expect(seen.size).toBeGreaterThan(1)
      const after = readEntry({ folder, name: 'entry', key })
      expect(after.kind === 'found' && new Set(after.plaintext).size).toBe(1)
    }
    expect(listEntries(folder)).toEqual(['entry'])
  })
})

describe('files prepared by somebody who can guess', () => {
  it('D56: do not stop a write, are not written to, and are no way to a victim: a thousand names', () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/victim`, 'precious')
    const pids = Array.from({ length: 330 }, (_, index) => process.pid - 100 + index)
    const names = [
      ...['a.sealed.tmp', 'a.tmp', '.a.sealed.tmp', 'a.sealed~', 'a.sealed.new', 'a.sealed.bak'],
      ...pids.flatMap((pid) => [
        `a.sealed.${pid}.tmp`,
        `.a.sealed.${pid}`,
        `a.sealed.${Date.now() + pid}.tmp`,
      ]),
      ...pids.slice(0, 10).map((pid) => `a.sealed.${pid.toString(16).padStart(24, '0')}.tmp`),
    ]
    expect(names.length).toBeGreaterThan(1000)
    for (const name of names) symlinkSync(`${folder}/victim`, `${folder}/${name}`)
    write(folder, 'a', 'text')
    expect(read(folder, 'a')).toBe('text')
    expect(readFileSync(`${folder}/victim`, 'utf8')).toBe('precious')
    for (const name of names) expect(lstatSync(`${folder}/${name}`).isSymbolicLink()).toBe(true)
    expect(readdirSync(folder).length).toBe(names.length + 2)
  })

  it('D56: stop the making of a file where even the random name was guessed, and are left as they were', () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/victim`, 'precious')
    symlinkSync(`${folder}/victim`, `${folder}/guessed`)
    const file = { path: `${folder}/guessed`, bytes: Buffer.from('text'), isDurable: true }
    expect(() => { createOwnFile(file) }).toThrow(expect.objectContaining({ code: 'EEXIST' })) // prettier-ignore
    expect(readFileSync(`${folder}/victim`, 'utf8')).toBe('precious')
    expect(lstatSync(`${folder}/guessed`).isSymbolicLink()).toBe(true)
  })
})

describe('an old entry put back in place', () => {
  it('is read: only the seal is checked, as SECURITY says of rollbacks', () => {
    const folder = temporaryFolder()
    const path = write(folder, 'a', 'old')
    copyFileSync(path, `${folder}/backup`)
    write(folder, 'a', 'new')
    rmSync(path)
    renameSync(`${folder}/backup`, path)
    expect(read(folder, 'a')).toBe('old')
  })
})

function canBindMount(): boolean {
  const file = `${mkdtempSync(`${tmpdir()}/poolkey-mount-`)}/file`
  writeFileSync(file, '')
  try {
    execFileSync('mount', ['--bind', file, file], { stdio: 'ignore' })
    execFileSync('umount', [file])
    return true
  } catch {
    return false
  } finally {
    rmSync(dirname(file), { recursive: true })
  }
}
