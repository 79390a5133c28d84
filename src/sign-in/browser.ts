/**
 * Opens a URL in a browser, without a shell: with the command that was set, else with npm `open` in a process of its own,
 * so that neither credentials in the environment nor a PATH naming the working folder reach what it runs.
 */
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { leadsHere } from '../loopback/loopback-url.ts'
import { findInFolders, safeFolders } from '../search-path.ts'
import { browserEnvironment, needsXdgOpen, whyNoBrowser, withUrl } from './browser-command.ts'
import type { BrowserSurroundings, Environment, NoBrowserReason } from './browser-command.ts'

/** Whether a launcher took the URL; `why` of a failed one is for people: "xdg-open ended with 3". */
export type BrowserOutcome =
  | { kind: 'opened' }
  | { kind: 'not-opened'; why: NoBrowserReason | 'unsafe-url' | 'not-found' | 'failed'; detail: string }

/** What to open, where, and by which helper. */
export interface OpenBrowserOptions extends BrowserSurroundings {
  url: string
  /** The words that run `open-helper`; the URL is added. */
  helper: string[]
  /** How long a launcher may run before it counts as having opened a browser (many stay for as long as the window does). */
  graceMs?: number
}

/**
 * Opens `url` (https, or http on loopback) with the command, else with the system's launcher. The child gets no
 * `AWS_*` or `POOLKEY_*` variable and none of our descriptors. Never throws: a URL can always be opened by hand.
 */
export async function openBrowser(options: OpenBrowserOptions): Promise<BrowserOutcome> {
  const { command, env, platform, graceMs = 2_000 } = options
  const url = safeUrl(options.url)
  if (url === undefined) return notOpened('unsafe-url', 'only https and loopback URLs are opened')
  const reason = whyNoBrowser(options)
  if (reason !== undefined) return notOpened(reason, 'no browser is opened here')

  const launcherEnvironment = browserEnvironment(env, platform)
  if (command === undefined || command.length === 0) {
    if (needsXdgOpen(env, platform) && findProgram('xdg-open', env, platform) === undefined)
      return notFound('xdg-open')
    const words = [...options.helper, url]
    return launch({ words, env: launcherEnvironment, graceMs, name: 'the launcher' })
  }
  const [program = '', ...words] = command
  const found = findProgram(program, env, platform)
  if (found === undefined) return notFound(program)
  return launch({ words: withUrl([found, ...words], url), env: launcherEnvironment, graceMs, name: found })
}

function notFound(program: string): BrowserOutcome {
  return notOpened('not-found', `${program}: not found in a folder of PATH`)
}

function launch(options: {
  words: string[]
  env: Environment
  graceMs: number
  name: string
}): Promise<BrowserOutcome> {
  const { name } = options
  const [program = '', ...words] = options.words
  const launched = new Promise<BrowserOutcome>((resolve) => {
    const child = spawn(program, words, {
      env: options.env,
      shell: false,
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
    })
    const grace = setTimeout(() => {
      child.unref()
      resolve({ kind: 'opened' })
    }, options.graceMs)
    child.once('error', (error) => {
      clearTimeout(grace)
      resolve(notOpened('failed', `${name}: ${error.message}`))
    })
    child.once('exit', (code, signal) => {
      clearTimeout(grace)
      resolve(
        code === 0 ? { kind: 'opened' } : notOpened('failed', `${name} ended with ${code ?? signal ?? '?'}`),
      )
    })
  })
  // `spawn` itself throws for what can never be run, such as a batch file on Windows.
  return launched.catch((error: unknown) => notOpened('failed', `${name}: ${String(error)}`))
}

/** An absolute path for a bare name, sought in the safe folders of PATH only; a path is taken as it stands. */
function findProgram(program: string, env: Environment, platform: NodeJS.Platform): string | undefined {
  if (program === '') return undefined
  if (program.includes('/') || (platform === 'win32' && program.includes('\\'))) {
    return isProgram(program) ? program : undefined
  }
  // Without a shell Windows runs only these two kinds.
  const endings = platform === 'win32' ? ['', '.exe', '.com'] : ['']
  return findInFolders(program, { folders: safeFolders({ env, platform }), platform, endings }, isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Absent or closed to us: either way it cannot be run.
    return false
  }
}

function safeUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return undefined
  const isSafe = url.protocol === 'https:' || leadsHere(url)
  // Legal in a URL, but some launchers are shell scripts or build command lines of their own.
  return isSafe ? url.href.replace(/['`\\|^{}$();]/g, percentEncoded) : undefined
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

function notOpened(
  why: NoBrowserReason | 'unsafe-url' | 'not-found' | 'failed',
  detail: string,
): BrowserOutcome {
  return { kind: 'not-opened', why, detail }
}
