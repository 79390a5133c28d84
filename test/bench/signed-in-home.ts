/** A HOME in which somebody has signed in: what every warm path starts from. */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signInHeadlessly } from '../../src/emulator/headless-browser.ts'
import type { BenchEmulator } from './emulator.ts'
import { runToEnd } from './rounds.ts'

/** Which Node runs which poolkey, and where the bench may write. */
export interface Bench {
  root: string
  folder: string
  node: string
  poolkey: string
  emulator: BenchEmulator
}

export interface SignedInHome {
  folder: string
  stateFolder: string
  configFile: string
  /** The whole environment: a clean one, so nothing that costs time or changes the answer is inherited. */
  env: Record<string, string>
}

export interface HomeOptions {
  /** Names the folder. */
  name: string
  /** Sections of the config file; `dev` is in the middle of them. */
  profiles: number
  store: 'file' | 'keychain' | 'passphrase'
  env?: Record<string, string>
}

/** Makes a HOME and signs in to its profile `dev`. */
export async function openSignedInHome(bench: Bench, options: HomeOptions): Promise<SignedInHome> {
  const folder = join(bench.folder, options.name)
  for (const name of ['.aws', 'tmp']) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 })
  const state = process.platform === 'darwin' ? 'Library/Application Support/poolkey' : '.local/state/poolkey'
  const home: SignedInHome = {
    folder,
    stateFolder: join(folder, state),
    configFile: join(folder, '.aws/config'),
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: folder,
      TMPDIR: join(folder, 'tmp'),
      ...options.env,
    },
  }
  writeFileSync(home.configFile, configText(bench, options.profiles))
  await signIn(bench, home, options.store)
  return home
}

/** The answer of `credential-process`, which warms whatever there is to be warmed. */
export function credentialsOf(bench: Bench, home: SignedInHome): string {
  const words = [bench.poolkey, 'credential-process', '--profile', 'dev']
  return runToEnd({ program: bench.node, words, env: home.env, cwd: home.folder }).stdout
}

/** The one sealed entry that holds credentials, and the key beside it (file store). */
export function sealedCredentials(home: SignedInHome): { key: string; entry: string } {
  const name = readdirSync(home.stateFolder).find((file) => /^credentials-.*\.sealed$/.test(file))
  if (name === undefined) throw new Error('no credentials were kept')
  return { key: join(home.stateFolder, 'vault.key'), entry: join(home.stateFolder, name) }
}

/** The name of the vault's item in the keychain. */
export function keychainAccount(home: SignedInHome): string {
  const { id } = JSON.parse(readFileSync(join(home.stateFolder, 'vault.json'), 'utf8')) as { id: string }
  return `vault-key:${id}`
}

// The other profiles are such as people have many of.
function configText({ node, poolkey, emulator }: Bench, profiles: number): string {
  const other = (index: number) =>
    [
      `[profile account-${index}]`,
      'sso_session = organization',
      `sso_account_id = ${String(111_122_220_000 + index)}`,
      'sso_role_name = Developer',
      `region = ${emulator.region}`,
      '',
    ].join('\n')
  const others = Array.from({ length: profiles - 1 }, (_, index) => other(index))
  const half = others.length >> 1
  const dev = `${emulator.profileText}credential_process = '${node}' '${poolkey}' credential-process --profile dev\n`
  return [...others.slice(0, half), dev, ...others.slice(half)].join('\n')
}

async function signIn(bench: Bench, home: SignedInHome, store: string): Promise<void> {
  const words = ['login', '--profile', 'dev', '--no-browser', '--no-input', '--store', store]
  const login = spawn(bench.node, [bench.poolkey, ...words], {
    env: home.env,
    cwd: home.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    login.once('error', reject)
    login.once('close', resolve)
  })
  let said = ''
  let page: Promise<unknown> | undefined
  login.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
    const [, authorizeUrl] = /^ {2}(https?:\S+)\n/m.exec(said) ?? []
    if (authorizeUrl !== undefined) page ??= signInHeadlessly({ authorizeUrl, ...bench.emulator.user })
  })
  const code = await ended
  await page
  if (code !== 0) throw new Error(`login ended with ${code ?? 'a signal'}: ${said}`)
}
