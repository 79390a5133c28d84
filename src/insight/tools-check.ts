/** Whether AWS tools get what the chain gives: their line in the profile, run as they run it. */
import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { parseJsonObject } from '../json-object.ts'
import type { ProfileSection } from '../profile/profile-values.ts'
import { fine, misconfigured } from './finding.ts'
import type { Finding, Trouble } from './finding.ts'
import { noProcessLine, readProcessLine, rewrite } from './process-line-findings.ts'
import type { ProcessLine } from './process-line-findings.ts'

export interface ToolsAround {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  /** Whether words run this very installation. */
  isThisInstallation: (words: string[]) => boolean
}

/** The line of the profile that AWS tools run, and whether it leads here; `mayRun`: it can give credentials. */
export async function checkProcessLine(
  section: ProfileSection,
  { around, mayRun, signal }: { around: ToolsAround; mayRun: boolean; signal: AbortSignal },
): Promise<Finding[]> {
  const line = readProcessLine(section, around.platform)
  if (!line) return [noProcessLine(section.name)]
  if (line.troubles.some(({ state }) => state === 'failed')) return line.troubles
  const where = programFinding(line, section.name, around)
  const isThere = 'text' in where || where.state === 'warning'
  const isOurs = 'text' in where
  const ran = isThere && isOurs && mayRun ? [await runLine(line, section.name, { around, signal })] : []
  return [...line.troubles, where, ...ran]
}

function programFinding({ program }: ProcessLine, name: string, around: ToolsAround): Finding {
  const { env, platform, isThisInstallation } = around
  const [first = ''] = program
  const path = isAbsolute(first) ? first : findInPath(first, env['PATH'] ?? '', platform)
  if (path === undefined || !isProgram(path, platform)) {
    return misconfigured({
      code: 'process-program',
      cause: `credential_process names ${first}, which is not there to be run`,
      ...rewrite(name),
    })
  }
  const script = program.slice(1).find((word) => statSync(word, { throwIfNoEntry: false }) === undefined)
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
  if (isThisInstallation(program)) return fine('credential_process runs this poolkey')
  return misconfigured({
    ...{ state: 'warning', code: 'process-program' },
    cause: `credential_process runs another poolkey than this one: ${program.join(' ')}`,
    ...rewrite(name),
  })
}

function findInPath(name: string, path: string, platform: NodeJS.Platform): string | undefined {
  return path
    .split(platform === 'win32' ? ';' : ':')
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find((file) => isProgram(file, platform))
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

function runLine(
  line: ProcessLine,
  name: string,
  { around, signal }: { around: ToolsAround; signal: AbortSignal },
): Promise<Finding> {
  const [shell, option] = around.platform === 'win32' ? ['cmd.exe', '/C'] : ['/bin/sh', '-c']
  const options = { env: around.env, timeout: LIMIT_MS, maxBuffer: MOST_BYTES, signal }
  return new Promise((resolve, reject) => {
    const child = execFile(shell, [option, line.text], options, (error, stdout, stderr) => {
      if (signal.aborted) reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
      else resolve(judgeRun({ isDone: !error, stdout, stderr }, name))
    })
    child.stdin?.on('error', () => undefined).end()
  })
}

function judgeRun(
  { isDone, stdout, stderr }: { isDone: boolean; stdout: string; stderr: string },
  name: string,
): Finding {
  const said = stderr.split('\n')[0] ?? ''
  const broken = (cause: string, fix: string): Trouble => misconfigured({ code: 'process-run', cause, fix })
  if (!isDone) {
    return broken(
      `credential_process of profile ${name} gives AWS tools nothing${said === '' ? '' : `: ${said}`}`,
      'what a person is asked for at a terminal, a tool must be given: set POOLKEY_PASSPHRASE or POOLKEY_PASSPHRASE_FILE where tools run, or another store: poolkey configure store keychain',
    )
  }
  if (parseJsonObject(stdout)?.['Version'] !== 1)
    return broken(
      `credential_process of profile ${name} does not answer with credentials`,
      'try again with --debug',
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
