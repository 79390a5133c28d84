/** The bench itself, as `bench.mjs` runs it: the repository and a folder to work in, then the options. */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { compareWithBudgets } from './budgets.ts'
import type { Comparison } from './budgets.ts'
import { measureNode } from './measure-node.ts'
import { fetchNodes } from './nodes.ts'
import { USAGE, readOptions } from './options.ts'
import type { BenchOptions } from './options.ts'
import { headText, missedBudgets, nodeText, sizesText } from './report.ts'
import type { Circumstances } from './report.ts'
import { measureSizes } from './sizes.ts'

const [root = '', folder = '', ...words] = process.argv.slice(2)
const asked = readOptions(words)
switch (asked.kind) {
  case 'run':
    await runBench(asked.options)
    break
  case 'help':
    process.stdout.write(USAGE)
    break
  case 'misuse':
    process.stderr.write(`bench: ${asked.problem}\n${USAGE}`)
    process.exitCode = 2
}

async function runBench(options: BenchOptions): Promise<void> {
  const sections: string[] = []
  // Printed as they come: a run over several Nodes takes a while.
  const tell = (section: string) => {
    process.stdout.write(`${section}\n`)
    sections.push(section)
  }
  tell(headText(circumstances(options.rounds)))
  const place = { root, folder, emulatorScript: join(folder, 'harness/emulator.mjs') }
  const sizes = measureSizes(root, options.isShort ? undefined : join(folder, 'installed'))
  for (const node of nodesToMeasure(options)) {
    const measured = await measureNode(place, node, options)
    const nodeMajor = Number.parseInt(measured.nodeVersion.slice(1), 10)
    const comparison = compareWithBudgets({ ...measured, nodeMajor, sizes })
    tell(nodeText(measured, comparison))
    if (options.isChecked) failOnMissed(measured.nodeVersion, comparison)
  }
  tell(sizesText(sizes))
  if (!options.isShort) writeFileSync(join(root, 'test/bench/RESULTS.md'), sections.join('\n'))
}

function circumstances(rounds: number): Circumstances {
  return {
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    cores: cpus().length,
    system: `${process.platform} ${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
    load: loadavg()[0] ?? 0,
    rounds,
  }
}

function nodesToMeasure({ nodes, fetchesNodes }: BenchOptions): string[] {
  if (fetchesNodes) return [process.execPath, ...nodes, ...fetchNodes(folder)]
  return nodes.length > 0 ? nodes : [process.execPath]
}

function failOnMissed(nodeVersion: string, comparison: Comparison): void {
  for (const missed of missedBudgets(comparison)) {
    process.stderr.write(`bench: missed on Node ${nodeVersion}: ${missed}\n`)
    process.exitCode = 1
  }
  for (const name of comparison.notMeasured)
    process.stderr.write(`bench: not measured on Node ${nodeVersion}: ${name}\n`)
}
