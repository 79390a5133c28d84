// What a release is judged by, all of it measured in this run: the tests on each Node, how much of src/ they run, and the size of
// the package. `--node 22` (repeatable) and words, test files, make it short; the tables say what they are of.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureCoverage } from './coverage/coverage.mjs'
import { isGreen, MAJORS, runMatrix, tableOf } from './matrix.mjs'

const LEAST = { lines: 95, branches: 90 }
const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals: files } = parseArgs({
  options: { node: { type: 'string', multiple: true, default: MAJORS } },
  allowPositionals: true,
})
const ofWhat = files.length > 0 ? ` (of ${files.join(', ')} alone)` : ''

const rows = runMatrix({ majors: values.node, files })
process.stdout.write(`\nTests on each Node${ofWhat}\n\n${tableOf(rows)}`)

const coverage = await measureCoverage(files)
const shares = Object.entries(LEAST).map(([name, least]) => {
  const [covered, all] = coverage[name]
  return { of: name, covered, all, share: (100 * covered) / all, least }
})
const coverageRows = shares.map((row) => ({
  ...row,
  share: `${row.share.toFixed(1)} %`,
  least: `${row.least} %`,
}))
process.stdout.write(
  `\nCoverage of ${coverage.files} files of src by unit, e2e and system${ofWhat}, ${coverage.isGreen ? 'all passed' : 'NOT ALL PASSED'}\n\n${tableOf(coverageRows)}`,
)

const most = coverage.left
  .map(({ file, lines, branches }) => ({
    file,
    'lines left': lines.length,
    'branches left': branches.length,
  }))
  .sort((one, other) => leftOf(other) - leftOf(one))
process.stdout.write(`\nMost left in\n\n${tableOf(most.slice(0, 10))}`)

// The coverage left a build of its own elsewhere; dist is the matrix's last one, of the same bytes.
const pack = ['pack', '--dry-run', '--json', '--ignore-scripts']
const [packed] = JSON.parse(
  execFileSync('npm', pack, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
)
const sizes = [
  { package: packed.filename, bytes: packed.size, unpacked: packed.unpackedSize, files: packed.entryCount },
]
process.stdout.write(`\nPackage\n\n${tableOf(sizes)}`)

function leftOf(row) {
  return row['lines left'] + row['branches left']
}

process.exitCode =
  isGreen(rows) && coverage.isGreen && shares.every(({ share, least }) => share >= least) ? 0 : 1
