/** The program's first step: its files are loaded through the cache of compiled code. */
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { openCodeCache } from './code-cache.ts'
import { CODE_CACHE, givenHome, stateFolderOf } from './folders.ts'
import { FILE_MISSING } from './installation.ts'

const { env, platform, version, arch } = process
// Should a promise get lost, Node leaves when nothing is left to wait for: that must never read as success.
process.exitCode = 1
const cache = openCodeCache({
  programFolder: import.meta.dirname,
  folder: codeCacheFolder(),
  userId: process.geteuid?.(),
  node: `${version}-${arch}${optionsOfNode()}`,
  now: () => Date.now(),
})
process.on('exit', () => {
  cache.keep()
})
try {
  cache.load('main.cjs')
} catch {
  process.stderr.write(FILE_MISSING)
}

// They may be V8's, and what V8 made under others it refuses.
function optionsOfNode(): string {
  const options = [...process.execArgv, env['NODE_OPTIONS'] ?? ''].join(' ').trim()
  return options === '' ? '' : `-${crc32(options)}`
}

function codeCacheFolder(): string | undefined {
  const home = givenHome(env, platform)
  if (home === undefined) return undefined
  try {
    return join(stateFolderOf({ env, platform, homeFolder: () => home }), CODE_CACHE)
  } catch {
    // Whatever it is, the program has the words for it.
    return undefined
  }
}
