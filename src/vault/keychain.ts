/**
 * The system's keychain, asked by a helper process that can be killed: with an unlock prompt unanswered the native call
 * never returns, and then neither a lost race nor `process.exit` ends a process that made it. Request and answer are one
 * line of JSON each, over pipes: nothing secret is in arguments or environment.
 */
import { spawn } from 'node:child_process'
import { dirname, isAbsolute } from 'node:path'
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { ErrorFacts } from '../errors/poolkey-error.ts'
import { parseJsonObject } from '../json-object.ts'
import { abortReason } from '../pause.ts'
import { joinFolders, safeFolders } from '../search-path.ts'
import { Secret } from '../secret.ts'
import type { Keychain } from './key-places.ts'
import { KEYCHAIN_SERVICE } from './vault-file.ts'

/** What the helper is asked. `value` belongs to `set`. */
export interface KeychainRequest {
  op: 'get' | 'set' | 'remove'
  service: string
  account: string
  value?: string
}

type Unavailable = ErrorFacts['keychain-unavailable']

/** What the helper answers. `value` belongs to `get`; null: no such item, or its collection is locked. */
export type KeychainAnswer = { ok: true; value: string | null } | ({ ok: false } & Unavailable)

/** How the helper is run, in absolute words; `limitMs` bounds one call (a person may be answering an unlock prompt). */
export interface HelperOptions {
  command: string[]
  env: Record<string, string | undefined>
  limitMs?: number
}

const MAX_ANSWER_CHARACTERS = 64 * 1024

// What reaching a Secret Service, the login keychain or the credential manager takes. Not NODE_OPTIONS, not AWS's secrets.
const VARIABLES = [
  ...['HOME', 'USER', 'LOGNAME', 'LANG', 'TMPDIR'],
  ...['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY'],
  ...['SystemRoot', 'SystemDrive', 'USERPROFILE', 'USERNAME', 'APPDATA', 'LOCALAPPDATA', 'TEMP', 'TMP'],
]

/** A keychain behind the helper that `command` starts. Every call starts one process and leaves none. */
export function helperKeychain(options: HelperOptions): Keychain {
  return {
    get: async (account, signal) => {
      const value = await ask(options, { op: 'get', service: KEYCHAIN_SERVICE, account }, signal)
      return value === null ? undefined : new Secret(value)
    },
    set: async (account, value, signal) => {
      await ask(options, { op: 'set', service: KEYCHAIN_SERVICE, account, value: value.reveal() }, signal)
    },
    remove: async (account, signal) => {
      await ask(options, { op: 'remove', service: KEYCHAIN_SERVICE, account }, signal)
    },
  }
}

function ask(options: HelperOptions, request: KeychainRequest, signal: AbortSignal): Promise<string | null> {
  const { env, limitMs = 10_000 } = options
  const [program = '', ...words] = options.command
  if (signal.aborted) return Promise.reject(abortReason(signal))
  return new Promise((resolve, reject) => {
    // Its own folder: one that exists, and nothing is looked up in the caller's. stderr would hold GLib's warnings.
    const helper = spawn(program, words, {
      cwd: dirname(options.command.findLast((word) => isAbsolute(word)) ?? program),
      env: helperEnvironment(env),
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    })
    const settle = (outcome: () => void): void => {
      clearTimeout(limit)
      signal.removeEventListener('abort', onAbort)
      helper.removeAllListeners()
      helper.on('error', ignoreLate)
      helper.stdout.removeAllListeners()
      helper.kill('SIGKILL')
      // Should even that not end it at once, it is no reason for this process to stay.
      helper.stdin.destroy()
      helper.stdout.destroy()
      helper.unref()
      outcome()
    }
    const fail = (facts: Unavailable): void => {
      settle(() => {
        reject(new PoolkeyError('keychain-unavailable', facts))
      })
    }
    const onAbort = (): void => {
      settle(() => {
        reject(abortReason(signal))
      })
    }
    const limit = setTimeout(() => {
      fail({ problem: 'timeout', detail: `no answer within ${Math.round(limitMs / 1000)} s` })
    }, limitMs)
    signal.addEventListener('abort', onAbort, { once: true })

    let received = ''
    helper.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk
      const lineEnd = received.indexOf('\n')
      if (lineEnd < 0 && received.length <= MAX_ANSWER_CHARACTERS) return
      const answer = lineEnd < 0 ? undefined : parseAnswer(received.slice(0, lineEnd))
      if (answer === undefined) fail({ problem: 'service', detail: 'its helper gave no valid answer' })
      else if (answer.ok) {
        settle(() => {
          resolve(answer.value)
        })
      } else
        fail(
          answer.detail === undefined
            ? { problem: answer.problem }
            : { problem: answer.problem, detail: answer.detail },
        )
    })
    helper.on('error', () => {
      fail({ problem: 'library', detail: 'its helper cannot be started' })
    })
    helper.on('close', (code, killedBy) => {
      const end = killedBy ?? `exit code ${(code ?? 0).toString()}`
      fail({ problem: 'service', detail: `its helper ended without an answer (${end})` })
    })
    // A helper that ends early breaks this pipe; its end is reported above.
    helper.stdin.on('error', ignoreLate)
    // Left open: its end tells the helper that nobody waits for the answer any more.
    helper.stdin.write(`${JSON.stringify(request)}\n`)
  })
}

function helperEnvironment(env: Record<string, string | undefined>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const name of VARIABLES) {
    const value = env[name]
    if (value !== undefined) result[name] = value
  }
  // GLib may look for dbus-launch; without a PATH it would search the working directory, too.
  const platform = process.platform
  result['PATH'] = joinFolders(safeFolders({ env, platform }), platform) || '/usr/bin:/bin'
  return result
}

function parseAnswer(line: string): KeychainAnswer | undefined {
  const { ok, value = null, problem, detail } = parseJsonObject(line) ?? {}
  if (ok === true) return typeof value === 'string' || value === null ? { ok, value } : undefined
  if (!isProblem(problem)) return undefined
  return { ok: false, problem, ...(typeof detail === 'string' ? { detail } : {}) }
}

function isProblem(value: unknown): value is Unavailable['problem'] {
  return ['library', 'service', 'no-keyring', 'locked', 'timeout', 'denied'].some(
    (problem) => problem === value,
  )
}

function ignoreLate(): void {
  // The call is settled, or about to be by another event.
}
