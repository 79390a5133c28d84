import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Builds one TypeScript file of the project for the tests of a file, as the build does, so that Node 20 can run it as
 * another process; gives a function for its path. `packages`: whether it finds the installed packages (keytar) from there.
 */
export function bundled(entry: string, options: { packages: boolean }): () => string {
  const folder = mkdtempSync(join(tmpdir(), 'poolkey-bundle-'))
  const file = join(folder, 'entry.cjs')
  beforeAll(async () => {
    if (options.packages) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const build = await rolldown({
      input: join(root, entry),
      platform: 'node',
      external: ['keytar'],
      cwd: root,
    })
    await build.write({ file, format: 'cjs', codeSplitting: false })
    await build.close()
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return () => file
}
