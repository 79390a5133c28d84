/**
 * The built command as people and AWS tools run it: a child process in a HOME of its own, with nothing of this
 * environment, against an emulator on loopback. When a test ends, everything its commands wrote is searched for secrets.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import { startEmulator } from '../../src/emulator/emulator.ts'
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import type { FinalPage } from '../../src/emulator/headless-browser.ts'
import { leaksIn, leaksInFiles, mayAnswer, watchCommandLines, watchSecrets } from './secret-sweep.ts'
import type { KnownSecret } from './secret-sweep.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const UNDER_TEST = process.env['POOLKEY_UNDER_TEST'] ?? join(root, 'bin', 'poolkey.cjs')
/** The standalone executable, where that is what is tested. */
export const EXECUTABLE = UNDER_TEST.endsWith('.cjs') ? undefined : UNDER_TEST

/** The words that run the command under test: the built one, or what POOLKEY_UNDER_TEST names, a script or an executable. */
export const POOLKEY = EXECUTABLE === undefined ? [process.execPath, UNDER_TEST] : [EXECUTABLE]

/** The same for a shell. */
export const POOLKEY_LINE = POOLKEY.map((word) => `'${word}'`).join(' ')

/** Puts the command under test, and nothing it depends on, into a folder; the words that run it there. */
export function installIn(folder: string): string[] {
  const own = EXECUTABLE === undefined ? ['bin', 'dist'].map((name) => join(root, name)) : [EXECUTABLE]
  for (const path of own) cpSync(path, join(folder, basename(path)), { recursive: true })
  return EXECUTABLE === undefined
    ? [process.execPath, join(folder, 'bin', 'poolkey.cjs')]
    : [join(folder, basename(EXECUTABLE))]
}

/** The environment in which a script is loaded into the command before it begins. */
export function preloading(script: string): Record<string, string> {
  return EXECUTABLE === undefined
    ? { NODE_OPTIONS: `--require=${script}` }
    : { BUN_OPTIONS: `--preload=${script}` }
}

export interface Outcome {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  ms: number
}

export interface Running {
  child: ChildProcess
  ended: Promise<Outcome>
  /** What it has printed up to now. */
  said: () => { stdout: string; stderr: string }
  /** The sign-in URL, as soon as it is printed. */
  signInUrl: () => Promise<URL>
}

export type Environment = Record<string, string | undefined>

export interface Station {
  emulator: Emulator
  home: string
  configFile: string
  stateFolder: string
  env: Environment
  /** Writes ~/.aws/config: the emulator's profile `dev`, with keys added, replaced or (undefined) left out. */
  configure: (extra?: Record<string, string | undefined>) => void
  /** `stdin` is what is piped into it; else it is closed. */
  start: (words: string[], env?: Environment, stdin?: string) => Running
  run: (words: string[], env?: Environment, stdin?: string) => Promise<Outcome>
  /** `login` with a person who signs in at the printed URL; the first user unless named. */
  signIn: (
    words?: string[],
    person?: { username: string; password: string },
  ) => Promise<Outcome & { page: FinalPage }>
  /** What ran as a browser, if anything did: the environment it got and its words. */
  browserRuns: () => string | undefined
  secrets: () => KnownSecret[]
}

export interface StationOptions extends EmulatorOptions {
  /** Changes of the clean environment. */
  env?: Environment
  /** Keys of the profile. */
  profile?: Record<string, string | undefined>
  /** What else may stand nowhere, such as the password of a proxy. */
  secrets?: KnownSecret[]
}

/** A station for the running test. A browser that is started fails it, unless `browserRuns` was asked for. */
export async function openStation(options: StationOptions = {}): Promise<Station> {
  const { env: changes = {}, profile = {}, secrets: furtherSecrets = [], ...settings } = options
  const home = mkdtempSync(join(tmpdir(), 'poolkey-e2e-'))
  for (const name of ['.aws', 'doubles', 'tmp']) mkdirSync(join(home, name), { mode: 0o700 })
  const browserLog = join(home, 'browser-runs')
  for (const name of ['browser', 'xdg-open']) {
    writeFileSync(join(home, 'doubles', name), `#!/bin/sh\n{ env; echo "url=$1"; } >>'${browserLog}'\n`)
    chmodSync(join(home, 'doubles', name), 0o755)
  }
  const emulator = await startEmulator({
    secretMark: `Canary-${uniqueText()}-`,
    redirectUris: await freeRedirectUris(),
    ...settings,
  })
  const secretsOfEmulator = watchSecrets(emulator)
  const secrets = () => [...secretsOfEmulator(), ...furtherSecrets]
  const commandLines = watchCommandLines()
  const running = new Set<ChildProcess>()
  const outcomes: { words: string[]; outcome: Outcome }[] = []
  const configFile = join(home, '.aws', 'config')
  let isBrowserExpected = false

  onTestFinished(async () => {
    try {
      for (const child of running) child.kill('SIGKILL')
      expect(findLeaks(), 'secrets where none may be').toEqual([])
      if (!isBrowserExpected) expect(existsSync(browserLog), 'a browser was started').toBe(false)
    } finally {
      await emulator.stop()
      rmSync(home, { recursive: true, force: true })
    }
  })

  function findLeaks(): string[] {
    const known = secrets()
    const inOutput = outcomes.flatMap(({ words, outcome }) => {
      const forStdout = known.filter((secret) => !mayAnswer(words, secret))
      const place = (stream: string) => `${stream} of ${words.join(' ')}`
      return [
        ...leaksIn(outcome.stdout, forStdout, place('stdout')),
        ...leaksIn(outcome.stderr, known, place('stderr')),
      ]
    })
    return [
      ...inOutput,
      ...leaksInFiles(home, known),
      ...leaksIn(commandLines.stop(), known, 'a command line'),
    ]
  }

  const station: Station = {
    emulator,
    home,
    configFile,
    stateFolder: join(home, '.local', 'state', 'poolkey'),
    env: {
      PATH: `${join(home, 'doubles')}:/usr/local/bin:/usr/bin:/bin`,
      HOME: home,
      TMPDIR: join(home, 'tmp'),
      BROWSER: join(home, 'doubles', 'browser'),
      POOLKEY_STORE: 'file',
      // A container that counts as the person's own machine: the tests see the same in Docker and out of it.
      TOOLBOX_PATH: '/usr/bin/toolbox',
      ...changes,
    },
    configure: (extra = {}) => {
      writeFileSync(configFile, profileText(emulator, 'dev', { ...profile, ...extra }))
    },
    start: (words, env = {}, stdin) => {
      const started = startPoolkey(words, { ...station.env, ...env }, stdin === undefined ? {} : { stdin })
      running.add(started.child)
      void started.ended.then((outcome) => {
        running.delete(started.child)
        outcomes.push({ words, outcome })
      })
      return started
    },
    run: (words, env, stdin) => station.start(words, env, stdin).ended,
    signIn: async (words = [], person = emulator.user) => {
      const login = station.start(['login', '--profile', 'dev', '--no-browser', '--no-input', ...words])
      const { username, password } = person
      const page = await signInHeadlessly({
        authorizeUrl: (await login.signInUrl()).href,
        username,
        password,
      })
      return { ...(await login.ended), page }
    },
    browserRuns: () => {
      isBrowserExpected = true
      return existsSync(browserLog) ? readFileSync(browserLog, 'utf8') : undefined
    },
    secrets,
  }
  station.configure()
  return station
}

export interface StartOptions {
  /** What is piped into it. */
  stdin?: string
  cwd?: string
}

/** Runs the built command with exactly this environment, and stdin closed unless something is piped into it. */
export function startPoolkey(words: string[], env: Environment, options: StartOptions = {}): Running {
  const [program = '', ...own] = POOLKEY
  return startProgram(program, [...own, ...words], env, options)
}

/** Runs a program with exactly this environment, and stdin closed unless something is piped into it. */
export function startProgram(
  program: string,
  words: string[],
  env: Environment,
  { stdin, cwd }: StartOptions = {},
): Running {
  const startedMs = performance.now()
  const child = spawn(program, words, {
    env,
    cwd,
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('the program has no output')
  // Whoever does not read it may end before all is written.
  child.stdin?.on('error', () => undefined).end(stdin)
  const said = { stdout: '', stderr: '' }
  stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({ code, signal, ...said, ms: performance.now() - startedMs })
    })
  })
  return {
    child,
    ended,
    said: () => ({ ...said }),
    signInUrl: () =>
      new Promise((resolve, reject) => {
        const look = () => {
          const [, url] = /^ {2}(https?:\S+)\n/m.exec(said.stderr) ?? []
          if (url !== undefined) resolve(new URL(url))
        }
        stderr.on('data', look)
        look()
        void ended.then((outcome) => {
          reject(
            new Error(
              `it ended with ${outcome.code ?? outcome.signal ?? '?'} without a URL: ${outcome.stderr}`,
            ),
          )
        })
      }),
  }
}

/** Waits for a condition by looking at it again and again. */
export async function until(condition: () => boolean, limitMs = 20_000): Promise<void> {
  const endMs = performance.now() + limitMs
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not within ${limitMs} ms: ${condition.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Callback URLs on ports that are free now, away from those the system gives to anybody. */
export async function freeRedirectUris(count = 2): Promise<string[]> {
  const uris: string[] = []
  while (uris.length < count) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    if (await isFree(port)) uris.push(`http://localhost:${port}/callback`)
  }
  return uris
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => {
      resolve(false)
    })
    server.listen(port, () =>
      server.close(() => {
        resolve(true)
      }),
    )
  })
}

/** A section of the AWS config file; keys that are undefined are left out. */
export function profileText(
  emulator: Emulator,
  name: string,
  extra: Record<string, string | undefined> = {},
): string {
  const set = Object.entries(extra).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))
  const lines = emulator.profileText(name, Object.fromEntries(set) as Record<string, string>).split('\n')
  return lines
    .filter((line) => !(line.split(' = ')[0]! in extra) || extra[line.split(' = ')[0]!] !== undefined)
    .join('\n')
}

/** A text nobody else has. */
export function uniqueText(): string {
  return randomBytes(6).toString('hex')
}

/** The answer of `credential-process`. */
export interface ProcessAnswer {
  Version: number
  AccessKeyId: string
  SecretAccessKey: string
  SessionToken: string
  Expiration: string
  AccountId?: string
}

export function answerOf(outcome: Outcome): ProcessAnswer {
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(outcome.stdout) as ProcessAnswer
}

/** Waits until the credentials of an answer and the ID token minted with them have expired. */
export async function untilExpired(answer: ProcessAnswer): Promise<void> {
  const expiresAt = Date.parse(answer.Expiration)
  await until(() => Date.now() > expiresAt + 50)
}
