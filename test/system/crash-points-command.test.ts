/** The built command, call by call: how it makes its files, and what a kill or a fault at each change of them does. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { localPlatform } from '../../src/vault/lock-platform.ts'
import { withLock } from '../../src/vault/lock.ts'
import { answerOf, openStation, POOLKEY, startProgram, until, untilExpired } from '../e2e/poolkey-process.ts'
import type { Outcome, Station } from '../e2e/poolkey-process.ts'
import { bundled } from '../vault/bundle.ts'
import { temporaryFolder } from '../vault/temporary-folder.ts'
import { faultsOf, forEachAtOnce, runFailing, runWith, trace } from './crash-points.ts'
import type { Call, Fault, Traced } from './crash-points.ts'

const PROCESS = ['credential-process', '--profile', 'dev']
const HOUR = { idTokenSeconds: 3600, accessTokenSeconds: 3600, credentialsSeconds: 3600 }
// Somebody who never signs in: one command makes all that is ever made, from the folders to the entries.
const GUEST = {
  cognito_guest: 'true',
  ...Object.fromEntries(
    ['user_pool_id', 'client_id', 'domain', 'issuer', 'redirect_uri'].map((key) => [
      `cognito_${key}`,
      undefined,
    ]),
  ),
}
const editor = bundled('test/system/crash-points-child.ts', { packages: false })
const counter = bundled('test/vault/child.ts', { packages: false })

const [PROGRAM = '', ...WORDS] = [...POOLKEY, ...PROCESS]

async function traceFirstUse(station: Station): Promise<string[]> {
  const words = ['-c', 'umask 000; exec "$@"', 'sh', ...POOLKEY, ...PROCESS]
  const { outcome, lines } = await trace({
    folder: station.home,
    program: '/bin/sh',
    words,
    env: station.env,
  })
  answerOf(outcome)
  return lines
}

async function traceNewConfig(): Promise<string[]> {
  const folder = join(temporaryFolder(), 'aws')
  const order = JSON.stringify({ act: 'edit-config', folder, text: '[default]\n' })
  const words = ['-c', 'umask 000; exec "$@"', 'sh', process.execPath, editor(), order]
  const { outcome, lines } = await trace({ folder, program: '/bin/sh', words, env: {} })
  expect(outcome).toMatchObject({ stdout: 'done\n', stderr: '' })
  return lines
}

/** What was created: files with the flags and the mode they had from their first instant, folders with theirs. */
function creationsIn(lines: string[]): { path: string; isExclusive: boolean; mode: string }[] {
  return lines.flatMap((line) => {
    const [, path = '', flags = '', mode = ''] =
      /^openat\(.*"(\/.*)", (O_\S*O_CREAT\S*), (0\d+)\)/.exec(line) ?? []
    const [, folder, folderMode = ''] = /^mkdir(?:at)?\(.*"(\/.*)", (0\d+)\)\s+= 0$/.exec(line) ?? []
    if (folder !== undefined) return [{ path: folder, isExclusive: true, mode: folderMode }]
    return path === '' ? [] : [{ path, isExclusive: flags.includes('O_EXCL'), mode }]
  })
}

test.each<[string, number, () => Promise<string[]>]>([
  [
    'the command at its first use',
    10,
    async () =>
      traceFirstUse(await openStation({ identityPool: { allowUnauthenticated: true }, profile: GUEST })),
  ],
  ['a new configuration file', 3, traceNewConfig],
])(
  'D52: under umask 000 %s makes files of mode 0600 and folders of mode 0700, so from their first instant',
  async (_what, count, run) => {
    const lines = await run()
    const creations = creationsIn(lines)
    expect(creations.length).toBeGreaterThanOrEqual(count)
    for (const { path, mode } of creations)
      expect([path, mode]).toEqual([path, expect.stringMatching(/^0[67]00$/)])
    const changes = lines.filter((line) => /^f?chmod/.test(line))
    for (const change of changes) expect(change).toMatch(/, 0[67]00\)/)
    expect(lines.filter((line) => line.startsWith('umask('))).toEqual([])
  },
)

test('D56: files come into being in the state folder alone, under random names that must not exist yet', async () => {
  const station = await openStation({ identityPool: { allowUnauthenticated: true }, profile: GUEST })
  const creations = creationsIn(await traceFirstUse(station)).filter(({ mode }) => mode === '0600')
  const random = /\.([0-9a-f]{24}|[0-9a-z]{6,})\.tmp$/
  const folders = ['', 'locks', 'code-cache'].map((name) => join(station.stateFolder, name))
  for (const { path, isExclusive } of creations) {
    expect(folders).toContain(join(dirname(path), ''))
    expect(path).toMatch(random)
    expect(isExclusive).toBe(true)
  }
  const names = creations.map(({ path }) => random.exec(path)?.[0])
  expect(new Set(names).size).toBe(names.length)
  expect(readdirSync(join(station.home, 'tmp'))).toEqual([])
})

/** A station where everything is expired, and a copy of its state, to begin with again and again. */
async function openExpired(): Promise<{ station: Station; copy: string; old: string[] }> {
  const station = await openStation({ idTokenSeconds: 2, credentialsSeconds: 2 })
  await station.signIn()
  const first = await station.run(PROCESS)
  await untilExpired(answerOf(first))
  Object.assign(station.emulator.settings, HOUR)
  const copy = join(station.home, 'copy')
  execFileSync('cp', ['-a', station.stateFolder, copy])
  return { station, copy, old: [first.stdout] }
}

let places = 0

function place({ station, copy }: { station: Station; copy: string }): { what: Traced } {
  places += 1
  const folder = join(station.home, `state-${places.toString()}`)
  execFileSync('cp', ['-a', copy, folder])
  const env = { ...station.env, POOLKEY_HOME: folder }
  return { what: { folder, program: PROGRAM, words: WORDS, env } }
}

function unfinishedIn(folder: string): string[] {
  const names = [...readdirSync(folder), ...readdirSync(join(folder, 'locks'))]
  return names.filter((name) => name.endsWith('.tmp'))
}

/** Exit 0 with credentials and not a word, or exit 7 with two lines; nothing in between. */
function expectDoneOrNamed(outcome: Outcome): void {
  if (outcome.code === 0) answerOf(outcome)
  else {
    expect(outcome).toMatchObject({ code: 7, stdout: '' })
    expect(outcome.stderr).toMatch(/^poolkey: error: cannot .*\npoolkey: fix: .*\n$/)
  }
}

// Of these none is made but for the vault, so that they come in the same order in every run, whatever the network does.
function isChange({ name }: Call): boolean {
  return /^(fsync|rename|link|unlink|mkdir)/.test(name)
}

// A lock that cannot be removed falls when its holder ends.
function isRelease({ name, line }: Call): boolean {
  return name.startsWith('unlink') && line.endsWith('.lock"')
}

test('D57, D58: a refresh and an exchange, killed or failing at any change they make, leave what the next call goes on with', async () => {
  const expired = await openExpired()
  const { calls } = await trace(place(expired).what)
  const changes = calls.filter(isChange)
  expect(changes.length).toBeGreaterThanOrEqual(20)
  const crashes = changes.flatMap((call) =>
    (['kill', 'ENOSPC', 'EROFS'] as const)
      .filter((fault) => fault === 'kill' || (faultsOf(call).includes(fault) && !isRelease(call)))
      .map((fault) => ({ call, fault })),
  )
  const failures: string[] = []
  await forEachAtOnce(crashes, async ({ call, fault }) => {
    try {
      await crash(call, fault)
    } catch (error) {
      failures.push(`${fault} at ${call.line}: ${String(error)}`)
    }
  })
  expect(failures).toEqual([])

  async function crash(call: Call, fault: Fault): Promise<void> {
    const crashed = await runWith(
      () => place(expired),
      { call, fault },
      async (_placed, ended) => {
        await ended
      },
    )
    const { what, outcome } = crashed
    // What is remembered of the question is written when it is answered.
    const isAnswered = call.line.includes('/pointer-')
    if (fault === 'kill') {
      expect(outcome.signal).toBe('SIGKILL')
      expect(outcome.stdout === '').toBe(!isAnswered)
    } else {
      expectDoneOrNamed(outcome)
      if (!call.name.startsWith('unlink')) expect(unfinishedIn(what.folder)).toEqual([])
      // What is in hand is handed out: only the keeping of it failed.
      if (/\/(credentials|pointer)-[^/]*\.sealed/.test(call.line)) answerOf(outcome)
    }
    const next = await expired.station.run(PROCESS, what.env)
    answerOf(next)
    expect(next.ms).toBeLessThan(10_000)
    rmSync(what.folder, { recursive: true })
  }
})

test.each(['ENOSPC', 'EROFS'] as const)(
  'D58: with a session that cannot be written (%s) no refresh is begun, the old one stays, and it is said',
  async (fault) => {
    const expired = await openExpired()
    const { what } = place(expired)
    const before = sessionIn(what.folder)
    const refreshes = expired.station.emulator.count('token:refresh_token')
    const names = fault === 'ENOSPC' ? ['fsync'] : ['rename', 'renameat', 'renameat2']
    const outcome = await runFailing(what, names, fault)
    expect(outcome).toMatchObject({ code: 7, stdout: '' })
    expect(outcome.stderr).toContain(`(${fault})`)
    expect(expired.station.emulator.count('token:refresh_token')).toBe(refreshes)
    expect(sessionIn(what.folder)).toEqual(before)
    expect(unfinishedIn(what.folder)).toEqual([])
  },
)

test.each(['ENOSPC', 'EROFS'] as const)(
  'D58: credentials that cannot be kept (%s) are handed out all the same, without a word on stderr',
  async (fault) => {
    const { station } = await openExpired()
    answerOf(await station.run(PROCESS))
    for (const name of readdirSync(station.stateFolder))
      if (name.startsWith('credentials-')) rmSync(join(station.stateFolder, name))
    const before = sessionIn(station.stateFolder)
    const names = fault === 'ENOSPC' ? ['fsync'] : ['rename', 'renameat', 'renameat2']
    const what = { folder: station.stateFolder, program: PROGRAM, words: WORDS, env: station.env }
    answerOf(await runFailing(what, names, fault))
    expect(sessionIn(station.stateFolder)).toEqual(before)
    expect(readdirSync(station.stateFolder).filter((name) => name.startsWith('credentials-'))).toEqual([])
    expect(unfinishedIn(station.stateFolder)).toEqual([])
  },
)

function sessionIn(folder: string): Buffer {
  const name = readdirSync(folder).find((one) => one.startsWith('session-')) ?? ''
  return readFileSync(join(folder, name))
}

// What file systems say that have no hard links: vfat, exFAT, SMB, some FUSE.
test.each(['EPERM', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'] as const)(
  'E78: a lock lets no two processes in at once where there are no hard links (%s)',
  async (fault) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'counter'), '0')
    const order = JSON.stringify({ act: 'count', folder, times: 10, keyHex: '', bytes: 0 })
    const what = { folder, program: process.execPath, words: [counter(), order], env: {} }
    const runs = [1, 2, 3, 4].map(() => runFailing(what, ['link', 'linkat'], fault))
    for (const outcome of await Promise.all(runs)) expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(join(folder, 'counter'), 'utf8')).toBe('40')
    expect(readdirSync(folder)).toEqual(['counter'])
  },
)

test('E78: without hard links, who was stopped while taking a lock does not hold it beside the next holder', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'held.lock')
  const order = JSON.stringify({ act: 'hold', folder, times: 0, keyHex: '', bytes: 0 })
  // As slow as a stopped process between the making of the lock file and the first byte in it.
  const faults = ['-e', 'inject=link,linkat:error=EPERM', '-e', 'inject=write:delay_enter=2s:when=1']
  const options = ['-qq', '-o', '/dev/null', '-P', path, '-e', 'trace=link,linkat,write', ...faults]
  const slow = startProgram('strace', [...options, process.execPath, counter(), order], {})
  onTestFinished(() => void slow.child.kill('SIGKILL'))
  await until(() => existsSync(path))
  const taking = { folder, name: 'held', signal: new AbortController().signal, patienceMs: 10_000 }
  await withLock({ ...taking, platform: { ...localPlatform(), silenceMs: 200 } }, async () => {
    expect(slow.said().stdout).toBe('')
    await setTimeout(4_000)
    expect(slow.said()).toEqual({ stdout: '', stderr: '' })
  })
})
