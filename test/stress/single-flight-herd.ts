/**
 * Callers that all begin at the same instant: each is a shell that waits at a FIFO and then becomes the command, since
 * starting a hundred processes one by one takes longer than the first of them needs.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, constants, openSync, rmSync, writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { POOLKEY, startProgram, until } from '../e2e/poolkey-process.ts'
import type { Outcome, Station } from '../e2e/poolkey-process.ts'

/** The full numbers, or a run short enough for every day. */
export const isFull = process.env['STRESS'] === 'full'

/** How a caller ended; `ms` since the common beginning. */
export type CallerOutcome = Outcome & { words: string[] }

/** Starts poolkey once for each list of words, all at the same instant. */
export async function startHerd(
  station: Station,
  callers: string[][],
): Promise<{ ended: Promise<CallerOutcome[]> }> {
  const gate = join(station.home, 'tmp', `gate-${randomBytes(6).toString('hex')}`)
  execFileSync('mkfifo', ['-m', '600', gate])
  const script = `: <"$0"; exec nice -n ${preferEmulator()} "$@"`
  const running = callers.map((words) => ({
    words,
    ...startProgram('/bin/sh', ['-c', script, gate, ...POOLKEY, ...words], station.env),
  }))
  onTestFinished(() => {
    for (const { child } of running) child.kill('SIGKILL')
  })
  const opened = await openForWriting(gate)
  const startedMs = performance.now()
  const ended = Promise.all(
    running.map(async ({ words, ended }) => ({
      ...(await ended),
      words,
      ms: performance.now() - startedMs,
    })),
  ).finally(() => {
    closeSync(opened)
    rmSync(gate, { force: true })
  })
  return { ended }
}

/**
 * AWS is another machine: its emulator, which is this very process, is not to starve among its clients. Returns by how much
 * those must stand back to be where they were; 0 where only root may do this.
 */
function preferEmulator(): number {
  const preferred = -10
  try {
    if (getPriority() !== preferred) setPriority(preferred)
  } catch {
    return 0
  }
  return -preferred
}

/** Opens the gate as soon as somebody waits there; whoever comes later finds it open. */
async function openForWriting(gate: string): Promise<number> {
  let descriptor: number | undefined
  await until(() => {
    try {
      descriptor = openSync(gate, constants.O_WRONLY | constants.O_NONBLOCK)
      return true
    } catch {
      // ENXIO: nobody has come to it yet.
      return false
    }
  })
  return descriptor!
}

/** How callers ended, for a message: how many with which exit code and words. */
export function summaryOf(outcomes: CallerOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { code, signal, stderr } of outcomes) {
    const end = `${code ?? signal ?? '?'} ${stderr}`.trim()
    counts[end] = (counts[end] ?? 0) + 1
  }
  return counts
}

/** The profile `dev` and one for each name beside it, which share its sign-in and ask for a role of their own. */
export function configureRoles(station: Station, names: string[]): void {
  const { emulator } = station
  const { settings, roles, accountId, origin, region } = emulator
  const { trustPolicy } = settings.roles.find(({ arn }) => arn === roles.admin)!
  const sections = names.map((name) => {
    const roleArn = `arn:aws:iam::${accountId}:role/${name}`
    settings.roles.push({ arn: roleArn, trustPolicy })
    settings.groups.push({ name, roleArn })
    settings.users[0]!.groups!.push(name)
    return [
      `[profile ${name}]`,
      `region = ${region}`,
      `endpoint_url = ${origin}`,
      'cognito_source_profile = dev',
      `cognito_role_arn = ${roleArn}`,
      '',
    ].join('\n')
  })
  writeFileSync(station.configFile, [emulator.profileText('dev'), ...sections].join('\n'))
}

/** Prints rows under their heads, in columns. */
export function printTable(title: string, heads: string[], rows: (string | number)[][]): void {
  const cells = [heads, ...rows.map((row) => row.map(String))]
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '))
  process.stdout.write(`\n${title}\n${lines.map((line) => `  ${line.trimEnd()}\n`).join('')}`)
}

/** `least / middle / most` of whole milliseconds. */
export function spreadOf(values: number[]): string {
  const sorted = values.toSorted((one, other) => one - other)
  return [0, Math.floor(sorted.length / 2), sorted.length - 1]
    .map((at) => Math.round(sorted[at]!))
    .join(' / ')
}
