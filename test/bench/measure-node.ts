/** Everything that depends on which Node runs poolkey, measured with one of them. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { awsPaths } from './aws-paths.ts'
import { openColdPath, takeColdApart } from './cold.ts'
import { startBenchEmulator } from './emulator.ts'
import { openKeyring } from './keyring.ts'
import { measureMemory } from './memory.ts'
import type { Memory } from './memory.ts'
import type { BenchOptions } from './options.ts'
import type { Parts } from './phases.ts'
import { measureGroup } from './rounds.ts'
import type { Group } from './rounds.ts'
import type { Bench } from './signed-in-home.ts'
import { baselinePaths, openWarmHomes, smallHome, startPaths, warmPath } from './start-paths.ts'

export interface NodeMeasured {
  nodeVersion: string
  groups: Group[]
  memory: Memory[]
  coldParts: Parts
  /** What one cold exchange asks, in its order. */
  coldRequests: string[]
  /** What could not be measured here, and why. */
  gaps: string[]
}

/** Where the bench runs: the repository, a folder that is removed afterwards, the built emulator. */
export interface Place {
  root: string
  folder: string
  emulatorScript: string
}

const MEMORY_RUNS = 7
const IN_MEMORY = ['node', 'floor', 'warm-5', 'warm-5000', 'warm-keychain', 'keytar-read']

/** Signs in anew and measures all groups. */
export async function measureNode(place: Place, node: string, options: BenchOptions): Promise<NodeMeasured> {
  const nodeVersion = execFileSync(node, ['--version'], { encoding: 'utf8', env: {} }).trim()
  const folder = mkdtempSync(join(place.folder, `${nodeVersion}-`))
  const emulator = await startBenchEmulator(place.emulatorScript)
  const keyring = await openKeyring(place.root)
  try {
    const bench: Bench = {
      root: place.root,
      folder,
      node,
      emulator,
      poolkey: join(place.root, 'bin/poolkey.cjs'),
    }
    const homes = await openWarmHomes(bench, { keyring, hasPassphrase: !options.isShort })
    const small = smallHome(homes)
    const gaps = keyring.kind === 'open' ? [] : [`keychain: ${keyring.why}`]
    const groups: Group[] = []

    const starts = startPaths(bench, homes, options.standalone)
    const asked = await emulator.requestsDuring(() => {
      groups.push(measureGroup('Starts', starts, options.rounds))
    })
    if (asked.length > 0) throw new Error(`a start that needs no network asked it: ${asked.join(' ')}`)
    const memory = measureMemory(
      bench,
      starts.filter(({ id }) => IN_MEMORY.includes(id)),
      MEMORY_RUNS,
    )

    const cold = await openColdPath(bench)
    groups.push(measureGroup('Cold exchange', [...baselinePaths(bench, small), cold], options.rounds))
    let coldParts: Parts = []
    const coldRequests = await emulator.requestsDuring(() => {
      coldParts = takeColdApart(bench, cold, 1)
    })
    coldParts = takeColdApart(bench, cold, options.rounds)

    if (homes.passphrase) {
      const path = warmPath(bench, homes.passphrase, {
        id: 'warm-passphrase',
        name: 'warm, passphrase (scrypt)',
      })
      groups.push(measureGroup('Passphrase', [...baselinePaths(bench, small), path], options.rounds))
    }
    if (!options.isShort) {
      const aws = awsPaths(bench, small)
      if (aws.kind === 'none') gaps.push(`AWS CLI: ${aws.why}`)
      else groups.push(measureGroup(`AWS CLI (${aws.version})`, aws.paths, options.rounds))
    }
    return { nodeVersion, groups, memory, coldParts, coldRequests, gaps }
  } finally {
    if (keyring.kind === 'open') keyring.close()
    emulator.stop()
  }
}
