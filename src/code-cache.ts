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
  /** Which Node this is, and with which options: what one makes is of no use to another. */
  node: string
  now: () => number
}

/** The program's files, loaded once each. */
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
const MOST_FILES = 100
const HASHED = /-[\w-]{8}\.cjs$/

/** Opens it; whether what is kept can be trusted is looked at now. Never throws. */
export function openCodeCache({ programFolder, folder, userId, node, now }: CodeCacheOptions): CodeCache {
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
    try {
      if (typeof run === 'function') Reflect.apply(run, module.exports, given)
    } catch (error) {
      modules.delete(file)
      throw error
    }
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
    if (isWhole || folder === undefined || !hasVault(folder)) return
    try {
      if (!areOurs([dirname(folder)])) return
      if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
      if (!areOurs([folder])) return
      clear(folder)
      for (const [file, script] of scripts) writeKept(folder, file, script)
    } catch {
      // A disk that takes nothing: the next run compiles anew.
    }
  }

  // No folder is made where there is none, and a logout leaves none behind.
  function hasVault(inFolder: string): boolean {
    return existsSync(join(dirname(inFolder), 'vault.json'))
  }

  function pathOf(inFolder: string, file: string): string {
    return join(inFolder, `${file}.${node}`)
  }

  function areOurs(folders: string[]): boolean {
    try {
      return folders.every((path) => {
        const stats = lstatSync(path)
        return stats.isDirectory() && isOurs(stats)
      })
    } catch {
      // Not there, or nobody may look.
      return false
    }
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

  function writeKept(inFolder: string, file: string, script: Script): void {
    const path = pathOf(inFolder, file)
    // By chance alone: nobody else can write here, and to guess it is of no use.
    const temporary = `${path}.${Math.random().toString(36).slice(2)}.tmp`
    // Opened first: where nothing can be written, nothing is made.
    const descriptor = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(descriptor, wrap(script.createCachedData()))
      if (hasVault(inFolder)) renameSync(temporary, path)
    } catch (error) {
      // A folder in its place; the others can be kept.
      if (!(error instanceof Error && 'code' in error && error.code === 'EISDIR')) throw error
    } finally {
      closeSync(descriptor)
      rmSync(temporary, { force: true })
    }
  }

  // Other versions of the program, and of Node, and what writers that were killed left; all of it where it has become too much.
  function clear(inFolder: string): void {
    const names = readdirSync(inFolder)
    for (const name of names) {
      const path = join(inFolder, name)
      const ageMs = now() - lstatSync(path).mtimeMs
      if (ageMs > MONTH_MS || names.length > MOST_FILES) rmSync(path, { recursive: true, force: true })
    }
  }
}
