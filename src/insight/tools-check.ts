/** Whether AWS tools get what the chain gives: their line in the profile, run as they run it. */
import { exec } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { plainText } from '../errors/plain-text.ts'
import { parseJsonObject } from '../json-object.ts'
import { abortReason } from '../pause.ts'
import type { ProfileSection } from '../profile/profile-values.ts'
import { findInFolders, safeFolders } from '../search-path.ts'
import { fine, isTrouble, misconfigured } from './finding.ts'
import type { Finding, Trouble } from './finding.ts'
import { noProcessLine, readProcessLine, rewrite } from './process-line-findings.ts'
import type { ProcessLine } from './process-line-findings.ts'

/** Where AWS tools run, as far as it is known here. */
export interface ToolsAround {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  /** Whether words run this very installation. */
  isThisInstallation: (words: string[]) => boolean
}

/**
 * The line of the profile that AWS tools run, and whether it leads here; `mayRun`: it can give credentials. `accessKeyId`: of
 * those that it gives, where it is poolkey that gives them.
 */
export async function checkProcessLine(
  section: ProfileSection,
  { mayRun, accessKeyId, ...run }: LineRun & { mayRun: boolean; accessKeyId: string | undefined },
): Promise<Finding[]> {
  const { around } = run
  const line = readProcessLine(section, around.platform)
  if (!line) return [noProcessLine(section.name)]
  if (line.runs === 'unknown') {
    // A script may well run poolkey: whose credentials it gives tells.
    const given = mayRun && accessKeyId !== undefined ? await keyGivenBy(line, run) : undefined
    const isOurs = given !== undefined && given === accessKeyId
    return isOurs ? [fine('credential_process gives AWS tools the credentials of poolkey')] : line.troubles
  }
  if (line.troubles.some(({ state }) => state === 'failed')) return line.troubles
  const where = programFinding(line, section.name, around)
  const isThere = !isTrouble(where) || where.state === 'warning'
  const ran = isThere && mayRun ? [await runLine(line, section.name, run)] : []
  return [...line.troubles, where, ...ran]
}

function programFinding({ program, runs }: ProcessLine, name: string, around: ToolsAround): Finding {
  const { env, platform, isThisInstallation } = around
  const [first = ''] = program
  const isRunnable = (path: string) => isProgram(path, platform)
  const isFound = isAbsolute(first)
    ? isRunnable(first)
    : findInFolders(first, { folders: safeFolders({ env, platform }), platform }, isRunnable) !== undefined
  if (!isFound) {
    return misconfigured({
      code: 'process-program',
      cause: `credential_process names ${first}, which is not there to be run`,
      ...rewrite(name),
    })
  }
  const script = program.slice(1).find((word) => !isThere(word))
  if (script !== undefined) {
    return misconfigured({
      code: 'process-program',
      cause: `credential_process names ${script}, which is not there`,
      ...rewrite(name),
    })
  }
  if (!isAbsolute(first)) {
    return misconfigured({
      ...{ state: 'warning', code: 'process-program' },
      cause: `credential_process names ${first} without its folder: tools with another PATH do not find it`,
      ...rewrite(name),
    })
  }
  if (runs === 'wrapper') return fine(`credential_process runs poolkey through ${first}`)
  if (isThisInstallation(program)) return fine('credential_process runs this poolkey')
  return misconfigured({
    ...{ state: 'warning', code: 'process-program' },
    cause: `credential_process runs another poolkey than this one: ${program.join(' ')}`,
    ...rewrite(name),
  })
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // It is in a place that is not for us.
    return false
  }
}

function isProgram(path: string, platform: NodeJS.Platform): boolean {
  try {
    accessSync(path, platform === 'win32' ? constants.F_OK : constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Whatever the reason: it cannot be run.
    return false
  }
}

// SDKs for Go wait a minute.
const LIMIT_MS = 60_000
const MOST_BYTES = 1024 * 1024

interface LineRun {
  around: ToolsAround
  signal: AbortSignal
  /** How long the line may take. */
  limitMs?: number
}

interface RunOutcome {
  isFine: boolean
  /** Of what ended by itself. */
  exitCode: number | undefined
  /** It took too long, or said too much. */
  isStopped: boolean
  stdout: string
  stderr: string
}

/** Runs the line as those AWS tools do that hand it to a shell. */
function outcomeOf(
  { text }: ProcessLine,
  { around, signal, limitMs = LIMIT_MS }: LineRun,
): Promise<RunOutcome> {
  const options = { env: around.env, timeout: limitMs, maxBuffer: MOST_BYTES, signal }
  return new Promise((resolve, reject) => {
    const child = exec(text, options, (error, stdout, stderr) => {
      if (signal.aborted) reject(abortReason(signal))
      // Too long an answer is not called killed, but is out of range.
      else {
        const isStopped = error?.killed === true || error instanceof RangeError
        resolve({ isFine: error === null, exitCode: error?.code, isStopped, stdout, stderr })
      }
    })
    child.stdin?.on('error', () => undefined).end()
  })
}

async function keyGivenBy(line: ProcessLine, run: LineRun): Promise<unknown> {
  const { stdout } = await outcomeOf(line, run)
  return parseJsonObject(stdout)?.['AccessKeyId']
}

async function runLine(line: ProcessLine, name: string, run: LineRun): Promise<Finding> {
  return judgeRun(await outcomeOf(line, run), name)
}

// Of poolkey: its store does not open.
const STORE = 7

function judgeRun({ isFine, exitCode, isStopped, stdout, stderr }: RunOutcome, name: string): Finding {
  const said = plainText(stderr.replace(/\n[^]*/, '').replace(/^poolkey: error: /, ''), 300)
  const broken = (cause: string, fix: string): Trouble => misconfigured({ code: 'process-run', cause, fix })
  if (!isFine) {
    const ownFix = /^poolkey: fix: (.+)$/m.exec(stderr)?.[1]
    return broken(
      `credential_process of profile ${name} ${isStopped ? 'does not come to an end' : 'gives AWS tools nothing'}${said === '' ? '' : `: ${said}`}`,
      exitCode === STORE
        ? 'what a person is asked for at a terminal, a tool must be given: set POOLKEY_PASSPHRASE or POOLKEY_PASSPHRASE_FILE where tools run, or another store: poolkey configure store keychain'
        : (ownFix ?? 'run that line yourself, to see what stops it'),
    )
  }
  if (parseJsonObject(stdout)?.['Version'] !== 1)
    return broken(
      `credential_process of profile ${name} does not answer with credentials`,
      'run that line yourself: nothing but one JSON object may stand in what it prints',
    )
  if (stderr !== '') {
    return {
      ...broken(
        `credential_process speaks on stderr, which some SDKs take for part of its answer: ${said}`,
        'find what speaks there: NODE_OPTIONS and POOLKEY_DEBUG may make it so',
      ),
      state: 'warning',
    }
  }
  return fine('credential_process gives AWS tools credentials')
}
