// Makes executables of poolkey and its runtime. Without words: one for each system that poolkey has one for, into build/release,
// with their checksums. `--native FILE`: the one for this machine, and nothing else.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { rolldown } from 'rolldown'
import { fetchRuntime, NATIVE, TARGETS } from './runtimes.mjs'
import { standaloneBundle } from './standalone-bundle.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const runtimes = join(root, 'build', 'runtimes')
const { values } = parseArgs({ options: { native: { type: 'string' } } })

if (values.native === undefined) await release(join(root, 'build', 'release'))
else await build(NATIVE, values.native)

async function release(folder) {
  rmSync(folder, { recursive: true, force: true })
  const sums = []
  for (const target of Object.keys(TARGETS)) {
    const name = `poolkey-${target}${target.startsWith('win32') ? '.exe' : ''}`
    const file = join(folder, name)
    await build(target, file)
    const bytes = readFileSync(file)
    sums.push(`${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`)
    process.stdout.write(`${name.padEnd(24)}${(bytes.length / 1e6).toFixed(1).padStart(7)} MB\n`)
  }
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''))
}

// What is written beside it are the licences of what is in it.
async function build(target, file) {
  if (!(target in TARGETS)) throw new Error(`there is no executable for ${target}`)
  mkdirSync(dirname(file), { recursive: true })
  const bundleFolder = join(root, 'build', 'bundle', target)
  const { output, ...input } = standaloneBundle(target, join(dirname(file), 'THIRD_PARTY_LICENSES'))
  const bundle = await rolldown({ ...input, cwd: root, logLevel: 'silent' })
  await bundle.write({ ...output, dir: bundleFolder })
  const words = [
    ...['build', '--compile', '--bytecode', '--minify'],
    ...[`--target=${TARGETS[target].runtime}`, `--compile-executable-path=${fetchRuntime(target, runtimes)}`],
    // What lies in the folder that it is started in is none of its business.
    ...['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'],
    ...['--external', 'kerberos', join(bundleFolder, 'standalone.cjs'), '--outfile', file],
  ]
  execFileSync(fetchRuntime(NATIVE, runtimes), words, { stdio: ['ignore', 'ignore', 'inherit'] })
}
