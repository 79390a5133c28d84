import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  isFolderThere,
  namesIn,
  prepareFolder,
  rehearseMaking,
  sweepTemporaries,
} from '../../src/vault/state-folder.ts'
import { refusalOf } from './refusal.ts'
import { temporaryFolder } from './temporary-folder.ts'

function mode(path: string): number {
  return statSync(path).mode & 0o777
}

describe('rehearseMaking', () => {
  it('leaves nothing behind where the folder can be made, or is there already', () => {
    const folder = temporaryFolder()
    rehearseMaking(`${folder}/state/poolkey/`)
    expect(readdirSync(folder)).toEqual([])
    prepareFolder(`${folder}/state/poolkey`)
    rehearseMaking(`${folder}/state/poolkey`)
    expect(readdirSync(`${folder}/state/poolkey`)).toEqual([])
  })

  it('D66: tells where none can be made', async () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/file`, '')
    expect(await refusalOf(() => { rehearseMaking(`${folder}/file/state`) })).toMatchObject({
      code: 'vault-io',
      path: `${folder}/file/state`,
    }) // prettier-ignore
  })
})

describe('prepareFolder', () => {
  it('D52: creates the folder and its parents with mode 0700, whatever the umask', () => {
    const old = process.umask(0)
    onTestFinished(() => void process.umask(old))
    const folder = temporaryFolder()
    prepareFolder(`${folder}/state/poolkey`)
    expect(mode(`${folder}/state`)).toBe(0o700)
    expect(mode(`${folder}/state/poolkey`)).toBe(0o700)
  })

  it('D53: repairs a looser mode of our own folder, and does nothing the second time', () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o777)
    prepareFolder(folder)
    prepareFolder(`${folder}/`)
    expect(mode(folder)).toBe(0o700)
  })

  it.each(['', '/', '//'])(
    'D54: refuses a symbolic link (written with %j after it) and leaves its target alone',
    async (end) => {
      const folder = temporaryFolder()
      mkdirSync(`${folder}/real`)
      chmodSync(`${folder}/real`, 0o755)
      symlinkSync(`${folder}/real`, `${folder}/link`)
      expect(await refusalOf(() => { prepareFolder(`${folder}/link${end}`) })).toEqual({
      code: 'vault-unsafe',
      path: `${folder}/link`,
      problem: 'it is a symbolic link',
    }) // prettier-ignore
      expect(mode(`${folder}/real`)).toBe(0o755)
    },
  )

  it('D54: refuses a symbolic link to nothing and does not create its target', async () => {
    const folder = temporaryFolder()
    symlinkSync(`${folder}/nothing`, `${folder}/link`)
    expect(await refusalOf(() => { prepareFolder(`${folder}/link`) })).toMatchObject({ code: 'vault-unsafe' }) // prettier-ignore
    expect(readdirSync(folder)).toEqual(['link'])
    expect(readlinkSync(`${folder}/link`)).toBe(`${folder}/nothing`)
  })

  it('accepts a symbolic link further up, as people put their home on other disks', () => {
    const folder = temporaryFolder()
    mkdirSync(`${folder}/disk`)
    symlinkSync(`${folder}/disk`, `${folder}/home`)
    prepareFolder(`${folder}/home/poolkey`)
    expect(mode(`${folder}/disk/poolkey`)).toBe(0o700)
  })

  it('D54: refuses a file and a FIFO', async () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/file`, '')
    execFileSync('mkfifo', [`${folder}/fifo`])
    for (const name of ['file', 'fifo']) {
      expect(await refusalOf(() => { prepareFolder(`${folder}/${name}`) })).toEqual({
        code: 'vault-unsafe',
        path: `${folder}/${name}`,
        problem: 'it is not a folder',
      }) // prettier-ignore
    }
  })

  it("D53, D54: refuses another user's folder and does not change its mode", async () => {
    // Root can give a folder away; for everybody else `/` is another's.
    let folder = '/'
    if (process.getuid?.() === 0) {
      folder = temporaryFolder()
      chmodSync(folder, 0o755)
      chownSync(folder, 12345, 12345)
    }
    expect(await refusalOf(() => { prepareFolder(folder) })).toEqual({
      code: 'vault-unsafe',
      path: folder,
      problem: 'it belongs to another user',
    }) // prettier-ignore
    expect(mode(folder)).toBe(0o755)
  })

  it('D66: says why a folder cannot be made', async () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/file`, '')
    expect(await refusalOf(() => { prepareFolder(`${folder}/file/below`) })).toMatchObject({
      code: 'vault-io',
      path: `${folder}/file/below`,
      errno: 'ENOTDIR',
    }) // prettier-ignore
  })
})

describe('the folder', () => {
  it('is not there before it is made, and has no names then', () => {
    const folder = `${temporaryFolder()}/none`
    expect(isFolderThere(folder)).toBe(false)
    expect(namesIn(folder)).toEqual([])
  })

  it("tells only names that can be the vault's own", () => {
    const folder = temporaryFolder()
    for (const name of ['b', 'a.json', '.hidden', 'with space', 'ünicode'])
      writeFileSync(`${folder}/${name}`, '')
    expect(namesIn(folder)).toEqual(['a.json', 'b'])
  })
})

describe('sweepTemporaries', () => {
  it('D57: removes what killed processes left, after an hour, and nothing else', () => {
    const folder = temporaryFolder()
    const nowMs = Date.UTC(2026, 2, 1)
    const minutesOld = {
      'a.sealed.01.tmp': 61,
      'x.lock.02.takeover': 61,
      'b.sealed.03.tmp': 59,
      'c.sealed': 600,
    }
    for (const [name, minutes] of Object.entries(minutesOld)) {
      writeFileSync(`${folder}/${name}`, '')
      utimesSync(`${folder}/${name}`, nowMs / 1000, nowMs / 1000 - minutes * 60)
    }
    sweepTemporaries(folder, () => nowMs)
    expect(readdirSync(folder).sort()).toEqual(['b.sealed.03.tmp', 'c.sealed'])
  })
})

it.runIf(process.platform === 'linux')('D66: a place where no folder can be made ends, and is named', () => {
  expect(() => {
    prepareFolder('/proc/1/poolkey/state')
  }).toThrow(expect.objectContaining({ code: 'vault-io' }))
})
