/** What is published, what an installation takes, and the chunks that commands load. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes throughout. */
export interface Sizes {
  /** The file that the registry serves. */
  tarball: number
  unpacked: number
  files: number
  /** With its one dependency; undefined when it could not be installed here, or was not asked for. */
  installed: number | undefined
  /** Largest first. */
  chunks: { name: string; bytes: number }[]
}

/** Looks at the package as it is built. `installsTo`: a folder of the bench to install it in. */
export function measureSizes(root: string, installsTo: string | undefined): Sizes {
  const { size, unpackedSize, entryCount } = pack(root, ['--dry-run'])
  const chunks = readdirSync(join(root, 'dist')).map((name) => ({
    name,
    bytes: statSync(join(root, 'dist', name)).size,
  }))
  return {
    tarball: size,
    unpacked: unpackedSize,
    files: entryCount,
    installed: installsTo === undefined ? undefined : installedBytes(root, installsTo),
    chunks: chunks.sort((one, other) => other.bytes - one.bytes),
  }
}

interface Packed {
  filename: string
  size: number
  unpackedSize: number
  entryCount: number
}

function pack(root: string, words: string[]): Packed {
  // Without its scripts: they would build anew what is being measured.
  const text = npm(root, ['pack', '--json', '--ignore-scripts', ...words])
  const [packed] = JSON.parse(text) as Packed[]
  if (packed === undefined) throw new Error('npm packed nothing')
  return packed
}

function installedBytes(root: string, folder: string): number | undefined {
  mkdirSync(folder)
  const { filename } = pack(root, ['--pack-destination', folder])
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts']
  try {
    npm(folder, [
      'install',
      '--omit=dev',
      '--prefer-offline',
      ...quiet,
      '--prefix',
      folder,
      join(folder, filename),
    ])
  } catch (error) {
    // No registry within reach, perhaps: the rest can be measured all the same.
    process.stderr.write(`bench: not installed: ${String(error)}\n`)
    return undefined
  }
  return bytesIn(join(folder, 'node_modules'))
}

// What npm warns of is about this machine; where it fails, the error holds it.
function npm(cwd: string, words: string[]): string {
  return execFileSync('npm', words, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function bytesIn(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}
