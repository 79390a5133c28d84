/** The program's first step: its files are loaded through the cache of compiled code. */
import { join } from 'node:path'
import { openCodeCache } from './code-cache.ts'
import { CODE_CACHE, givenHome, stateFolderOf } from './folders.ts'

const { env, platform, version, arch } = process
// Should a promise get lost, Node leaves when nothing is left to wait for: that must never read as success.
process.exitCode = 1
const cache = openCodeCache({
  programFolder: import.meta.dirname,
  folder: codeCacheFolder(),
  userId: process.geteuid?.(),
  node: `${version}-${arch}`,
  processId: process.pid,
})
process.on('exit', () => {
  cache.keep()
})
cache.load('main.cjs')

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
