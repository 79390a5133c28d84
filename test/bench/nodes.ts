/** Other Nodes to measure with, from the registry: its package `node-<platform>-<arch>` holds the official binary. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const MAJORS = [22, 24]

/** Fetches them into a folder; gives the paths of the binaries. */
export function fetchNodes(folder: string): string[] {
  return MAJORS.map((major) => {
    const place = join(folder, `node-${major}`)
    mkdirSync(place)
    const spec = `node-${process.platform}-${process.arch}@${major}`
    const words = ['pack', '--json', '--pack-destination', place, spec]
    const text = execFileSync('npm', words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [packed] = JSON.parse(text) as { filename: string }[]
    if (packed === undefined) throw new Error(`the registry has no ${spec}`)
    execFileSync('tar', ['-xzf', join(place, packed.filename), '-C', place])
    return join(place, 'package/bin/node')
  })
}
