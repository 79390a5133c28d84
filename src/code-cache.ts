/**
 * Loads the program's files, and keeps what V8 made of them beside the vault: to compile them anew is a third of what a
 * cold start takes. Node's own cache (`module.enableCompileCache`, from 22.1) saves a third of that.
 *
 * What is kept is executed. So it is taken from a file and folders only that nobody but this user can write, and nothing
 * is kept where the system does not tell (Windows), or where there is no vault.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import type { Stats } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'

/** Which program, for whom, and where its code is kept. */
export interface CodeCacheOptions {
  /** Where the program's files are. A name with a hash in it stands for one content; only such files are kept. */
  programFolder: string
  /** The folder for what is kept, in the vault's; undefined where that is not known. */
  folder: string | undefined
  /** This user; undefined where the system has no such ids. */
  userId: number | undefined
  /** Which Node this is: what one makes is of no use to another. */
  node: string
  processId: number
}

export interface CodeCache {
  /** Loads one of the program's files with what it requires, as `require` would. */
  load(file: string): unknown
  /** For the end of the process: keeps what had to be compiled, if anything had. Never throws. */
  keep(): void
}

// V8 does not look whether what it is given is whole, and may end the process on it: a CRC goes before. Eight bytes, as V8
// copies what begins elsewhere than at a multiple of that.
const HEADER_BYTES = 8

function wrap(code: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(crc32(code))
  return Buffer.concat([header, code])
}

function unwrap(bytes: Buffer): Buffer | undefined {
  const code = bytes.subarray(HEADER_BYTES)
  return code.length > 0 && bytes.readUInt32LE() === crc32(code) ? code : undefined
}

const MONTH_MS = 30 * 24 * 60 * 60 * 1000
const HASHED = /-[\w-]{8}\.cjs$/

export function openCodeCache({
  programFolder,
  folder,
  userId,
  node,
  processId,
}: CodeCacheOptions): CodeCache {
  const requireElse = createRequire(join(programFolder, 'start.cjs'))
  const modules = new Map<string, { exports: unknown }>()
  const scripts = new Map<string, Script>()
  const isTrusted = folder !== undefined && areOurs([dirname(folder), folder])
  let isWhole = true

  return { load, keep }

  function load(file: string): unknown {
    const known = modules.get(file)
    if (known) return known.exports
    const path = join(programFolder, file)
    const run: unknown = compile(file, path).runInThisContext()
    const module: { exports: unknown } = { exports: {} }
    modules.set(file, module)
    const given = [module.exports, requireFrom, module, path, programFolder]
    if (typeof run === 'function') Reflect.apply(run, module.exports, given)
    return module.exports
  }

  function requireFrom(id: string): unknown {
    return id.startsWith('./') ? load(basename(id)) : requireElse(id)
  }

  function compile(file: string, path: string): Script {
    const source = readFileSync(path, 'utf8')
    const cachedData = isTrusted && HASHED.test(file) ? readKept(pathOf(folder, file)) : undefined
    const script = new Script(
      // The parameters that a CommonJS file has.
      `(function (exports, require, module, __filename, __dirname) {${source}\n})`,
      { filename: path, ...(cachedData ? { cachedData } : {}) },
    )
    if (HASHED.test(file)) {
      scripts.set(file, script)
      isWhole &&= cachedData !== undefined && script.cachedDataRejected !== true
    }
    return script
  }

  function keep(): void {
    if (isWhole || folder === undefined) return
    try {
      // No folder is made where there is none, and a logout leaves none behind.
      if (!existsSync(join(dirname(folder), 'vault.json')) || !areOurs([dirname(folder)])) return
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (!areOurs([folder])) return
      for (const [file, script] of scripts) writeKept(pathOf(folder, file), script)
      removeOld(folder)
    } catch {
      // A disk that is full or takes nothing: the next run compiles anew.
    }
  }

  function pathOf(inFolder: string, file: string): string {
    return join(inFolder, `${file}.${node}`)
  }

  function areOurs(folders: string[]): boolean {
    return folders.every((path) => {
      const stats = lstatSync(path, { throwIfNoEntry: false })
      return stats?.isDirectory() === true && isOurs(stats)
    })
  }

  function isOurs({ uid, mode }: Stats): boolean {
    return uid === userId && (mode & 0o022) === 0
  }

  function readKept(path: string): Buffer | undefined {
    let descriptor: number | undefined
    try {
      descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      const stats = fstatSync(descriptor)
      return stats.isFile() && isOurs(stats) ? unwrap(readFileSync(descriptor)) : undefined
    } catch {
      // Not there, or nothing that could be read: it is compiled anew.
      return undefined
    } finally {
      if (descriptor !== undefined) closeSync(descriptor)
    }
  }

  function writeKept(path: string, script: Script): void {
    const temporary = `${path}.${processId}`
    // Opened first: where nothing can be written, nothing is made.
    const descriptor = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(descriptor, wrap(script.createCachedData()))
      renameSync(temporary, path)
    } finally {
      closeSync(descriptor)
      rmSync(temporary, { force: true })
    }
  }

  // Other versions of the program, and of Node, and what writers that were killed left.
  function removeOld(inFolder: string): void {
    const now = lstatSync(inFolder).mtimeMs
    for (const name of readdirSync(inFolder)) {
      const path = join(inFolder, name)
      if (now - lstatSync(path).mtimeMs > MONTH_MS) rmSync(path)
    }
  }
}
