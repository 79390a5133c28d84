/**
 * `npm run bench`: builds the harness, as the build does, and runs it in a process of its own. It must be small, because
 * to start a process costs more the more memory the one that starts it has. What it leaves is removed here.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'poolkey-bench-'))
// Ctrl-C reaches the harness, too; this process stays until that has ended.
process.on('SIGINT', () => undefined)
try {
  const build = await rolldown({
    input: { main: join(root, 'test/bench/main.ts'), emulator: join(root, 'test/bench/emulator-process.ts') },
    platform: 'node',
    cwd: root,
  })
  await build.write({ dir: join(folder, 'harness'), format: 'esm', entryFileNames: '[name].mjs' })
  await build.close()
  const words = [join(folder, 'harness/main.mjs'), root, folder, ...process.argv.slice(2)]
  const harness = spawn(process.execPath, words, { stdio: 'inherit' })
  process.on('SIGTERM', () => harness.kill())
  const [code] = await once(harness, 'exit')
  process.exitCode = code ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
