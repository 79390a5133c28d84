// Builds poolkey and runs its tests on each Node that it is for, and prints what came of it.
// `--node 22` (repeatable): these alone. Words: test files, in place of all of the unit and the chosen others.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
export const MAJORS = ['20', '22', '24', '26']

// What a Node can do differently: starts, streams, sockets, terminals, signals, the warm path and compiled code; the rest is above them.
export const CHOSEN = [
  ...['warm-path', 'compiled-code', 'credential-process', 'single-flight', 'login', 'exec', 'serve', 'demo'],
  ...['terminal', 'browser-sign-in', 'nothing-left', 'aws-files'],
]

/** One row a Node: its version, and for each part what passed and failed. */
export function runMatrix({ majors = MAJORS, files = [] }) {
  return majors.map((major) => {
    const node = fetchNode(major)
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH']}` }
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
    const build = spawnSync(
      node,
      [join(root, 'node_modules/rolldown/bin/cli.mjs'), '-c', 'rolldown.config.js'],
      {
        cwd: root,
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    const isBuilt = build.status === 0
    const parts = files.length > 0 ? [['chosen', [], files]] : PARTS
    const cells = parts.map(([title, projects, only]) => [
      title,
      isBuilt ? runTests(node, env, projects, only) : 'not run',
    ])
    return { Node: version, build: isBuilt ? 'ok' : 'failed', ...Object.fromEntries(cells) }
  })
}

const PARTS = [
  ['unit', ['unit'], []],
  ['e2e and system (chosen)', ['e2e', 'system'], CHOSEN.map((name) => `/${name}.test.ts`)],
]

function runTests(node, env, projects, files) {
  const folder = mkdtempSync(join(tmpdir(), 'poolkey-matrix-'))
  const report = join(folder, 'report.json')
  try {
    const words = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.ts']
    const those = projects.flatMap((project) => ['--project', project])
    const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
    const line = [...words, ...those, ...reporters, ...files]
    const { status } = spawnSync(node, line, { cwd: root, env, stdio: ['ignore', 2, 2] })
    return existsSync(report) ? resultOf(status, JSON.parse(readFileSync(report, 'utf8'))) : 'no report'
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What vitest's exit code and report say. Errors outside of every test, and files that cannot be loaded, are in the code alone. */
export function resultOf(status, { numPassedTests, numFailedTests, numPendingTests }) {
  const failed = numFailedTests + numPendingTests
  return `${numPassedTests} passed, ${failed === 0 && status !== 0 ? 1 : failed} failed`
}

/** npm's `node-<platform>-<arch>` holds the official binary; fetched once. */
function fetchNode(major) {
  const home = join(root, 'build', 'nodes', major)
  const node = join(home, 'package', 'bin', 'node')
  if (existsSync(node)) return node
  const unpacked = `${home}.part`
  rmSync(unpacked, { recursive: true, force: true })
  mkdirSync(unpacked, { recursive: true })
  const spec = `node-${process.platform}-${process.arch}@${major}`
  const line = ['pack', '--json', '--pack-destination', unpacked, spec]
  const text = execFileSync('npm', line, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const { filename } = JSON.parse(text).at(-1)
  execFileSync('tar', ['-xzf', join(unpacked, filename), '-C', unpacked])
  rmSync(join(unpacked, filename))
  renameSync(unpacked, home)
  return node
}

/** Rows of equal keys as a table of Markdown. */
export function tableOf(rows) {
  const names = Object.keys(rows[0] ?? {})
  const lines = [names, names.map(() => '---'), ...rows.map((row) => names.map((name) => String(row[name])))]
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`
}

/** Whether every cell says that all is well. */
export function isGreen(rows) {
  return rows.every((row) =>
    Object.values(row).every((cell) => /^(v[\d.]+|ok|[1-9]\d* passed, 0 failed)$/.test(cell)),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { node: { type: 'string', multiple: true, default: MAJORS } },
    allowPositionals: true,
  })
  const rows = runMatrix({ majors: values.node, files: positionals })
  process.stdout.write(tableOf(rows))
  process.exitCode = isGreen(rows) ? 0 : 1
}
