import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { spawnSync } from 'node:child_process'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { setKeys } from '../../src/profile/config-edit.ts'
import { editConfigFile, writeConfigFile } from '../../src/profile/config-write.ts'
import { identityOf } from '../../src/profile/file-identity.ts'
import { lockPathOf } from '../../src/profile/config-lock.ts'
import { failureOf } from './failure.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'poolkey-config-'))
  mkdirSync(join(folder, '.aws'))
  file = join(folder, '.aws', 'config')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function edit(path: string, change: (text: string) => string): Promise<void> {
  return editConfigFile(path, change, new AbortController().signal)
}

describe('writing', () => {
  test('a new file is private, and so is a new folder', () => {
    const path = join(folder, 'new', 'config')
    writeConfigFile(path, 'a')
    expect(readFileSync(path, 'utf8')).toBe('a')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700)
  })

  test.each([0o644, 0o600, 0o640])('the mode %o of an existing file is kept', (mode) => {
    writeFileSync(file, 'old')
    chmodSync(file, mode)
    writeConfigFile(file, 'new')
    expect(statSync(file).mode & 0o777).toBe(mode)
    expect(readFileSync(file, 'utf8')).toBe('new')
  })

  test('a symlink stays one, and its target is written', () => {
    const target = join(folder, 'dotfiles-config')
    writeFileSync(target, 'old')
    symlinkSync('../dotfiles-config', file)
    writeConfigFile(file, 'new')
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
    expect(readFileSync(target, 'utf8')).toBe('new')
  })

  test('a symlink to a file that does not exist yet makes that file', () => {
    symlinkSync('../later', file)
    writeConfigFile(file, 'new')
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(folder, 'later'), 'utf8')).toBe('new')
  })

  test('a byte order mark survives', async () => {
    writeFileSync(file, '\uFEFF[profile dev]\na = 1\n')
    await edit(file, (text) => setKeys(text, { file, kind: 'config', profile: 'dev' }, { a: '2' }))
    expect(readFileSync(file, 'utf8')).toBe('\uFEFF[profile dev]\na = 2\n')
  })

  test('nothing is written when the file changed meanwhile, and nothing is left behind', () => {
    writeFileSync(file, 'old')
    const before = identityOf(file)
    writeFileSync(file, 'theirs!')
    expect(writeConfigFile(file, 'ours', { unlessChangedSince: before })).toBe(false)
    expect(readFileSync(file, 'utf8')).toBe('theirs!')
    expect(readdirSync(join(folder, '.aws'))).toEqual(['config'])
  })

  test('a device or a pipe is not replaced by a file', async () => {
    const pipe = join(folder, 'pipe')
    spawnSync('mkfifo', [pipe])
    expect(failureOf(() => writeConfigFile(pipe, 'a')).code).toBe('config-unwritable')
    await expect(edit('/dev/null', () => 'a')).rejects.toMatchObject({ code: 'config-unwritable' })
    expect([pipe, '/dev/null'].map((path) => lstatSync(path).isFile())).toEqual([false, false])
  })

  test('a place that cannot be written is refused', () => {
    writeFileSync(join(folder, 'plain'), '')
    expect(failureOf(() => writeConfigFile(join(folder, 'plain', 'config'), 'a')).code).toBe(
      'config-unwritable',
    )
    mkdirSync(join(folder, 'a-folder'))
    expect(failureOf(() => writeConfigFile(join(folder, 'a-folder'), 'a')).code).toBe('config-unwritable')
    expect(readdirSync(folder).sort()).toEqual(['.aws', 'a-folder', 'plain'])
  })
})

describe('editing', () => {
  test('another program’s edit in between is kept', async () => {
    writeFileSync(file, '[profile dev]\na = 1\n')
    let runs = 0
    await edit(file, (text) => {
      runs += 1
      if (runs === 1) writeFileSync(file, `${text}[profile theirs]\nx = 1\n`)
      return setKeys(text, { file, kind: 'config', profile: 'dev' }, { a: '2' })
    })
    expect(readFileSync(file, 'utf8')).toBe('[profile dev]\na = 2\n[profile theirs]\nx = 1\n')
    expect(runs).toBe(2)
  })

  test('an edit that changes nothing leaves the very same file', async () => {
    writeFileSync(file, 'x')
    const before = identityOf(file)
    await edit(file, (text) => text)
    expect(identityOf(file)).toBe(before)
  })

  test('an edit that fails leaves file and lock as if it had not been', async () => {
    writeFileSync(file, 'x')
    const failing = edit(file, () => {
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(readdirSync(join(folder, '.aws'))).toEqual(['config'])
    expect(readFileSync(file, 'utf8')).toBe('x')
  })

  test('what a killed writer left behind is gone after the next edit, also after one that changes nothing', async () => {
    writeFileSync(file, 'a')
    const left = [`.config.poolkey-${'0f'.repeat(6)}`, `.config.poolkey-${'a1'.repeat(6)}`]
    const others = ['.config.poolkey-notes', `.other.poolkey-${'0f'.repeat(6)}`]
    for (const name of [...left, ...others]) writeFileSync(join(folder, '.aws', name), 'secret')
    await edit(file, (text) => text)
    expect(readdirSync(join(folder, '.aws')).sort()).toEqual([...others, 'config'].sort())
  })

  test('50 edits at once all survive', async () => {
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        edit(file, (text) => setKeys(text, { file, kind: 'config', profile: `p${index}` }, { a: '1' })),
      ),
    )
    expect(readFileSync(file, 'utf8').match(/^\[profile p\d+\]$/gm)).toHaveLength(50)
    expect(readdirSync(join(folder, '.aws'))).toEqual(['config'])
  })

  test('the lock of a dead process is taken over at once', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0'])
    writeFileSync(lockPathOf(file), `${pid} ${hostname()} 00`)
    const startedAt = performance.now()
    await edit(file, () => '[default]\n')
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect(existsSync(lockPathOf(file))).toBe(false)
  })

  test('the lock of a live process is waited for', async () => {
    const lock = lockPathOf(file)
    writeFileSync(lock, `${process.pid} ${hostname()} 00`)
    let isDone = false
    const editing = edit(file, () => '[default]\n').then(() => {
      isDone = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect([isDone, existsSync(file)]).toEqual([false, false])
    rmSync(lock)
    await editing
    expect(readFileSync(file, 'utf8')).toBe('[default]\n')
  })

  test('the waiting for a lock ends with its signal, and nothing is written', async () => {
    writeFileSync(lockPathOf(file), `${process.pid} ${hostname()} x`)
    const stop = new AbortController()
    const editing = editConfigFile(file, () => '[default]\n', stop.signal)
    stop.abort(new Error('interrupted'))
    await expect(editing).rejects.toThrow('interrupted')
    expect(existsSync(file)).toBe(false)
  })

  test('the lock of another machine is taken over when it does not move', async () => {
    const lock = lockPathOf(file)
    writeFileSync(lock, '1 elsewhere.example 00')
    await edit(file, () => '[default]\n')
    expect(readFileSync(file, 'utf8')).toBe('[default]\n')
  })
})
