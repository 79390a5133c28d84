/** The cold exchange: session and credentials have expired, so tokens are refreshed and the identity pool is asked. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { CODE_CACHE } from '../../src/folders.ts'
import { partsOf } from './phases.ts'
import type { Parts } from './phases.ts'
import { runPath } from './rounds.ts'
import type { Path } from './rounds.ts'
import { openSignedInHome } from './signed-in-home.ts'
import type { Bench } from './signed-in-home.ts'
import { WARM } from './start-paths.ts'

const SHORT_SECONDS = 2
const HOUR_SECONDS = 3600

/** Signs in where everything expires at once, and gives the path that finds it so each time. */
export async function openColdPath(bench: Bench): Promise<Path> {
  await bench.emulator.ask({ lifeSeconds: SHORT_SECONDS })
  const home = await openSignedInHome(bench, { name: 'cold', profiles: 5, store: 'file' })
  await bench.emulator.ask({ lifeSeconds: HOUR_SECONDS })
  // An instant later than the last that was given with two seconds to live.
  await setTimeout(SHORT_SECONDS * 1000 + 500)
  const expired = join(bench.folder, 'expired-state')
  cpSync(home.stateFolder, expired, { recursive: true })
  const path: Path = {
    id: 'cold',
    name: 'cold exchange: refresh, identity pool',
    ...{ program: bench.node, words: [bench.poolkey, ...WARM], env: home.env, cwd: home.folder },
    prepare: () => {
      rmSync(home.stateFolder, { recursive: true })
      cpSync(expired, home.stateFolder, { recursive: true })
    },
    isRight: (stdout) => stdout.includes('"SessionToken":'),
  }
  // A cold exchange comes once an hour: what the one before compiled is there.
  runPath(path)
  cpSync(join(home.stateFolder, CODE_CACHE), join(expired, CODE_CACHE), { recursive: true })
  return path
}

/** Runs it with a look inside, which costs a little time of its own. */
export function takeColdApart(bench: Bench, cold: Path, runs: number): Parts {
  const preload = ['--require', join(bench.root, 'test/bench/phases.cjs')]
  const path: Path = { ...cold, words: [...preload, ...cold.words] }
  return partsOf(Array.from({ length: runs }, () => runPath(path)))
}
