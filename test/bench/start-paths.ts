/** The paths that end on this machine: what they are compared with, and poolkey's that ask no network. */
import { join } from 'node:path'
import type { Keyring } from './keyring.ts'
import type { Path } from './rounds.ts'
import { credentialsOf, keychainAccount, openSignedInHome, sealedCredentials } from './signed-in-home.ts'
import type { Bench, SignedInHome } from './signed-in-home.ts'

/** A HOME with the answer that each warm run must give. */
export interface WarmHome {
  home: SignedInHome
  answer: string
}

export interface WarmHomes {
  /** File store, by the number of profiles in the config. */
  byProfiles: Map<number, WarmHome>
  keychain: WarmHome | undefined
  passphrase: WarmHome | undefined
}

export const WARM = ['credential-process', '--profile', 'dev']
const FEW = 5
const PASSPHRASE = 'a passphrase for the bench'

/** Signs in wherever a warm path starts from. */
export async function openWarmHomes(
  bench: Bench,
  options: { keyring: Keyring; hasPassphrase: boolean },
): Promise<WarmHomes> {
  const open = async (name: string, rest: Partial<Parameters<typeof openSignedInHome>[1]>) => {
    const home = await openSignedInHome(bench, { name, profiles: FEW, store: 'file', ...rest })
    return { home, answer: credentialsOf(bench, home) }
  }
  const byProfiles = new Map<number, WarmHome>()
  for (const profiles of [FEW, 500, 5000])
    byProfiles.set(profiles, await open(`file-${profiles}`, { profiles }))
  const { keyring, hasPassphrase } = options
  return {
    byProfiles,
    keychain:
      keyring.kind === 'open' ? await open('keychain', { store: 'keychain', env: keyring.env }) : undefined,
    passphrase: hasPassphrase
      ? await open('passphrase', { store: 'passphrase', env: { POOLKEY_PASSPHRASE: PASSPHRASE } })
      : undefined,
  }
}

/** The HOME with a handful of profiles: what most rows are measured in. */
export function smallHome({ byProfiles }: WarmHomes): WarmHome {
  const small = byProfiles.get(FEW)
  if (small === undefined) throw new Error('nobody has signed in')
  return small
}

/** In every group: Node itself, and the least that a Node program needs to answer from a sealed entry. */
export function baselinePaths(bench: Bench, { home }: WarmHome): Path[] {
  const { key, entry } = sealedCredentials(home)
  const place = { program: bench.node, env: home.env, cwd: home.folder }
  const floor = join(bench.root, 'test/bench/floor.cjs')
  return [
    { ...place, id: 'node', name: '`node -e 0`', words: ['-e', '0'], isRight: (stdout) => stdout === '' },
    {
      ...place,
      id: 'floor',
      name: '`floor.cjs`',
      words: [floor, key, entry],
      isRight: (stdout) => stdout.includes('"sessionToken":'),
    },
  ]
}

/** One of poolkey's commands in a HOME. */
export function commandPath(
  bench: Bench,
  { home }: WarmHome,
  path: Pick<Path, 'id' | 'name' | 'words' | 'isRight'>,
): Path {
  const words = [bench.poolkey, ...path.words]
  return { ...path, program: bench.node, words, env: home.env, cwd: home.folder }
}

/** `credential-process` from a warm cache. */
export function warmPath(bench: Bench, warm: WarmHome, about: { id: string; name: string }): Path {
  return commandPath(bench, warm, { ...about, words: WARM, isRight: (stdout) => stdout === warm.answer })
}

/** Everything quick: one group, so that all of it can be compared. */
export function startPaths(bench: Bench, homes: WarmHomes, standalone: string | undefined): Path[] {
  const small = smallHome(homes)
  const { keychain } = homes
  const status = ['status', '--profile', 'dev']
  const isStatus = (stdout: string) => stdout.includes('test-user')
  const isHelp = (stdout: string) => stdout.includes('credential-process')
  return [
    ...baselinePaths(bench, small),
    ...[...homes.byProfiles].map(([profiles, warm]) =>
      warmPath(bench, warm, {
        id: `warm-${profiles}`,
        name: `warm, file store, ${profiles.toLocaleString('en')} profiles`,
      }),
    ),
    ...(keychain ? keychainPaths(bench, keychain) : []),
    commandPath(bench, small, {
      ...{ id: 'status', name: '`status`, file store', words: status },
      isRight: isStatus,
    }),
    ...(keychain
      ? [
          commandPath(bench, keychain, {
            ...{ id: 'status-keychain', name: '`status`, keychain', words: status },
            isRight: isStatus,
          }),
        ]
      : []),
    commandPath(bench, small, {
      ...{ id: 'env', name: '`env`', words: ['env', '--profile', 'dev'] },
      isRight: (stdout) => stdout.includes('AWS_SESSION_TOKEN='),
    }),
    commandPath(bench, small, { id: 'help', name: '`--help`', words: ['--help'], isRight: isHelp }),
    ...(standalone === undefined ? [] : standalonePaths(standalone, { small, keychain })),
  ]
}

function keychainPaths(bench: Bench, keychain: WarmHome): Path[] {
  const { home } = keychain
  const place = { program: bench.node, env: home.env, cwd: home.folder }
  const words = [join(bench.root, 'test/bench/keytar-read.cjs'), join(bench.root, 'node_modules/keytar')]
  const KEY_CHARACTERS = '44'
  return [
    warmPath(bench, keychain, { id: 'warm-keychain', name: 'warm, keychain' }),
    { ...place, id: 'keytar-load', name: 'keytar loaded', words, isRight: (said) => said === 'function' },
    {
      ...place,
      id: 'keytar-read',
      name: 'keytar reads the item',
      words: [...words, 'poolkey', keychainAccount(home)],
      isRight: (said) => said === KEY_CHARACTERS,
    },
  ]
}

function standalonePaths(
  program: string,
  { small, keychain }: { small: WarmHome; keychain: WarmHome | undefined },
): Path[] {
  const warm = (warmHome: WarmHome, about: { id: string; name: string }): Path => ({
    ...{ program, words: WARM, env: warmHome.home.env, cwd: warmHome.home.folder },
    ...about,
    isRight: (stdout) => stdout === warmHome.answer,
  })
  return [
    warm(small, { id: 'standalone', name: 'standalone: warm, file store' }),
    ...(keychain ? [warm(keychain, { id: 'standalone-keychain', name: 'standalone: warm, keychain' })] : []),
    {
      ...warm(small, { id: 'standalone-help', name: 'standalone: `--help`' }),
      words: ['--help'],
      isRight: (stdout) => stdout.includes('credential-process'),
    },
  ]
}
