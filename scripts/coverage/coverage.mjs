// What of src/ the tests run, in their own process and in the commands they start. Both are told in places of the sources; what
// the commands ran counts where the tests' own report knows the same place, so that the sums can be too low, never too high.
import { mergeProcessCovs } from '@bcoe/v8-coverage'
import { convert } from 'ast-v8-to-istanbul'
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'rolldown/parseAst'

const root = fileURLToPath(new URL('../..', import.meta.url))
const place = join(root, 'build', 'coverage')

/**
 * Lines and branches, covered and in all, what is left of each file, and whether every test passed. `files`: test files, in place of
 * all of unit, e2e and system.
 */
export async function measureCoverage(files = []) {
  rmSync(place, { recursive: true, force: true })
  const build = run(['node_modules/rolldown/bin/cli.mjs', '-c', 'scripts/coverage/rolldown.config.js'])
  if (build.status !== 0) throw new Error('the build that is counted failed')
  const command = join(place, 'bin', 'poolkey.cjs')
  cpSync(join(root, 'scripts/coverage/counted.cjs'), command)
  chmodSync(command, 0o755)
  const coverage = {
    enabled: 'true',
    provider: 'v8',
    reporter: 'json',
    include: 'src/**/*.ts',
    reportsDirectory: join(place, 'report'),
    reportOnFailure: 'true',
  }
  const tests = run([
    ...['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', '--reporter=dot'],
    ...['--project', 'unit', '--project', 'e2e', '--project', 'system'],
    // They are about dist, the package and the executables, or look at every file that a command makes, the counts as well.
    ...['warm-path', 'package', 'executables', 'crash-points-command'].flatMap((name) => [
      '--exclude',
      `**/${name}.test.ts`,
    ]),
    ...Object.entries(coverage).map(([name, value]) => `--coverage.${name}=${value}`),
    ...files,
  ])
  const own = JSON.parse(readFileSync(join(place, 'report', 'coverage-final.json'), 'utf8'))
  return { ...sumOf(Object.values(own), await coverageOfCommands()), isGreen: tests.status === 0 }
}

function run(words) {
  const env = { ...process.env, POOLKEY_UNDER_TEST: join(place, 'bin', 'poolkey.cjs') }
  return spawnSync(process.execPath, words, { cwd: root, env, stdio: ['ignore', 2, 2] })
}

/** By file: the lines that ran, and the arms of branches. */
async function coverageOfCommands() {
  const folder = join(place, 'counts')
  const counts = existsSync(folder) ? readdirSync(folder) : []
  const { result } = mergeProcessCovs(
    counts.map((name) => ({ result: JSON.parse(readFileSync(join(folder, name), 'utf8')) })),
  )
  const ran = new Map()
  for (const script of result) {
    const path = script.url.startsWith('file:') ? fileURLToPath(script.url) : script.url
    // A chunk with nothing of the sources in it.
    if (!existsSync(`${path}.map`)) continue
    const code = readFileSync(path, 'utf8')
    const sourceMap = JSON.parse(readFileSync(`${path}.map`, 'utf8'))
    const url = new URL(`file://${path}`).href
    const converted = await convert({
      ast: parseAst(code),
      code,
      sourceMap,
      // The cache of compiled code wraps a chunk itself, as a function of that length.
      wrapperLength: endOf(script) > code.length ? WRAPPER.length : 0,
      coverage: { ...script, url },
    })
    for (const file of Object.values(converted)) {
      const known = ran.get(file.path) ?? new Set()
      ran.set(file.path, known)
      for (const key of [...linesOf(file), ...armsOf(file)].flatMap(([key, count]) =>
        count > 0 ? [key] : [],
      ))
        known.add(key)
    }
  }
  return ran
}

const WRAPPER = '(function (exports, require, module, __filename, __dirname) {'

function endOf({ functions }) {
  return Math.max(...functions.flatMap(({ ranges }) => ranges.map(({ endOffset }) => endOffset)))
}

function linesOf({ statementMap, s }) {
  return Object.entries(statementMap).map(([id, { start }]) => [`line ${start.line}`, s[id]])
}

function armsOf({ branchMap, b }) {
  return Object.entries(branchMap).flatMap(([id, { type, loc }]) =>
    b[id].map((count, arm) => [`${type} ${loc.start.line}:${loc.start.column} ${arm}`, count]),
  )
}

function sumOf(files, ranInCommands) {
  const sum = { lines: [0, 0], branches: [0, 0], files: files.length, left: [] }
  for (const file of files) {
    const others = ranInCommands.get(file.path) ?? new Set()
    const left = { file: relative(root, file.path) }
    for (const [name, entries] of [
      ['lines', linesOf(file)],
      ['branches', armsOf(file)],
    ]) {
      const best = new Map()
      for (const [key, count] of entries)
        best.set(key, best.get(key) === true || count > 0 || others.has(key))
      const notRun = [...best].filter(([, ran]) => !ran).map(([key]) => key)
      left[name] = notRun
      sum[name][0] += best.size - notRun.length
      sum[name][1] += best.size
    }
    sum.left.push(left)
  }
  return sum
}
