/**
 * The warm path answers what the program would answer, or nothing. The program without it is `start.cjs` itself, started
 * by a script of three lines.
 */
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { letExpire } from './expiry.ts'
import { answerOf, openStation, startProgram, until } from './poolkey-process.ts'
import type { Environment, Outcome, Station } from './poolkey-process.ts'

const PROCESS = ['credential-process', '--profile', 'dev']
const COLD = fileURLToPath(new URL('without-warm-path.cjs', import.meta.url))
const SPY = fileURLToPath(new URL('what-is-loaded.cjs', import.meta.url))

interface Loaded {
  files: string[]
  builtins: string[]
}

/** A station whose configuration is old enough to be trusted, with somebody signed in. */
async function openWarmStation(options: Parameters<typeof openStation>[0] = {}): Promise<Station> {
  const station = await openStation(options)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  await settle(station.configFile)
  return station
}

/** Changes so recent that another one might look the same are not relied on. */
async function settle(path: string): Promise<void> {
  await until(() => Date.now() - statSync(path).ctimeMs > 60)
}

function edit(keys: Record<string, string>): (station: Station) => Environment {
  return (station) => {
    station.configure(keys)
    return {}
  }
}

function addCredentialsFile(station: Station): Environment {
  writeFileSync(credentialsFile(station), '')
  return {}
}

function damageKeyCheck({ stateFolder }: Station): Environment {
  const path = join(stateFolder, 'vault.json')
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace(/(?<="keyCheck":").{4}/, '0000'))
  return {}
}

/** One run, and what it loaded. */
async function runSpied(station: Station, words = PROCESS, env: Environment = {}) {
  const list = join(station.home, 'loaded.json')
  const outcome = await station.run(words, { ...env, NODE_OPTIONS: `--require=${SPY}`, LOADED_LIST: list })
  return { outcome, loaded: JSON.parse(readFileSync(list, 'utf8')) as Loaded }
}

async function isWarm(station: Station, words = PROCESS, env: Environment = {}): Promise<boolean> {
  const { loaded } = await runSpied(station, words, env)
  return !loaded.files.includes('start.cjs')
}

test('the second call loads one file, and of Node nothing but crypto beside what it starts with', async () => {
  const station = await openWarmStation()
  const first = await runSpied(station)
  expect(first.loaded.files).toContain('start.cjs')
  const { outcome, loaded } = await runSpied(station)
  expect(outcome).toEqual({ ...first.outcome, ms: outcome.ms })
  expect(loaded.files).toEqual(['poolkey.cjs', 'warm-start.cjs'])
  const beyond =
    /^NativeModule (internal\/(crypto|streams)\/|internal\/abort_controller$)|^Internal Binding crypto$/
  const parts = loaded.builtins.filter((name) => !beyond.test(name))
  expect(parts).toEqual(
    ['string_decoder', 'stream/promises', 'stream', 'crypto'].map((name) => `NativeModule ${name}`),
  )
})

describe('a change that matters is noticed', () => {
  test.each<[string, (station: Station) => Environment]>([
    ['a key of the profile', edit({ region: 'eu-west-1' })],
    ['a comment, for all that is known', edit({})],
    ['a credentials file that appears', addCredentialsFile],
    ['a variable of AWS', () => ({ AWS_REGION: 'eu-west-1' })],
    ['an endpoint', ({ emulator }) => ({ AWS_ENDPOINT_URL_STS: emulator.origin })],
    ['debug', () => ({ POOLKEY_DEBUG: '1' })],
    ["the vault's check of its key", damageKeyCheck],
  ])('%s', async (_name, change) => {
    const station = await openWarmStation()
    await station.run(PROCESS)
    expect(await isWarm(station)).toBe(true)
    const env = change(station)
    expect(await isWarm(station, PROCESS, env)).toBe(false)
  })

  test('an edit of the same size whose time of change is set back', async () => {
    const station = await openWarmStation({ profile: { aws_account_id: '111122223333' } })
    await station.run(PROCESS)
    expect(await isWarm(station)).toBe(true)
    const { atime, mtime } = statSync(station.configFile)
    const text = readFileSync(station.configFile, 'utf8')
    writeFileSync(station.configFile, text.replace('111122223333', '111122224444'))
    utimesSync(station.configFile, atime, mtime)
    expect(await isWarm(station)).toBe(false)
  })

  test('other words than the plain ones', async () => {
    const station = await openWarmStation()
    await station.run(PROCESS)
    expect(await isWarm(station, ['credential-process', '-p', 'dev'])).toBe(true)
    for (const words of [
      [...PROCESS, '--no-input'],
      [...PROCESS, 'more'],
      ['credential-process', '--profile=dev'],
      ['credential-process'],
    ])
      expect(await isWarm(station, words), words.join(' ')).toBe(false)
  })

  test('credentials that are due, a session that ended', async () => {
    const station = await openWarmStation()
    await station.run(PROCESS)
    letExpire(station)
    expect(await isWarm(station)).toBe(false)
    expect(await isWarm(station)).toBe(true)
    expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
    expect(await station.run(PROCESS)).toMatchObject({ code: 4, stdout: '' })
  })
})

test('a file changed right before it was read is not relied on until it has settled', async () => {
  const station = await openWarmStation()
  station.configure({ region: 'eu-west-1' })
  const ahead = new Date(Date.now() + 60_000)
  await station.run(PROCESS)
  // Its change lies in the future, as after the clock was set back: who could tell the next change from it.
  utimesSync(station.configFile, ahead, ahead)
  await settle(station.configFile)
  await station.run(PROCESS)
  expect(await isWarm(station)).toBe(true)
})

test.each([
  ['a folder', mkdirSync],
  ['a link', symlinkSync.bind(undefined, '/etc/passwd')],
] as [string, (path: string) => void][])(
  '%s in the place of what is remembered costs neither the answer nor a logout',
  async (_name, plant) => {
    const station = await openWarmStation()
    const answer = answerOf(await station.run(PROCESS))
    const [pointer] = pointersIn(station.stateFolder)
    rmSync(join(station.stateFolder, pointer!))
    plant(join(station.stateFolder, pointer!))
    expect(answerOf(await station.run(PROCESS))).toEqual(answer)
    expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
    expect(await station.run(PROCESS)).toMatchObject({ code: 4, stdout: '' })
  },
)

test('nothing is remembered under a passphrase', async () => {
  const station = await openWarmStation()
  Object.assign(station.env, { POOLKEY_STORE: undefined, POOLKEY_PASSPHRASE: 'a long passphrase' })
  expect(await station.run(['configure', 'store', 'passphrase'])).toMatchObject({ code: 0 })
  await station.run(PROCESS)
  expect(await isWarm(station)).toBe(false)
})

test('however many environments ask, what is remembered of them stays bounded', async () => {
  const station = await openWarmStation()
  const folder = station.stateFolder
  answerOf(await station.run(PROCESS))
  const [pointer] = pointersIn(folder)
  for (let count = 0; count < 120; count += 1) {
    writeFileSync(join(folder, `pointer-${String(count)}.sealed`), readFileSync(join(folder, pointer!)), {
      mode: 0o600,
    })
  }
  answerOf(await station.run(PROCESS, { AWS_ANYTHING: '1' }))
  expect(pointersIn(folder)).toHaveLength(1)
  expect(await isWarm(station, PROCESS, { AWS_ANYTHING: '1' })).toBe(true)
})

test('whatever is edited, the answer is that of the program without it', async () => {
  const station = await openWarmStation()
  const policy = join(station.home, 'policy.json')
  const { roles } = station.emulator
  let env: Environment = {}
  let keys: Record<string, string | undefined> = {}
  const set = (more: Record<string, string | undefined>) => () => {
    keys = { ...keys, ...more }
    station.configure(keys)
  }
  const edits: Record<string, () => unknown> = {
    nothing: () => undefined,
    'another region': set({ region: 'eu-west-1' }),
    'the region again': set({ region: undefined }),
    account: set({ aws_account_id: '111122223333' }),
    'another account': set({ aws_account_id: '444455556666' }),
    'no account': set({ aws_account_id: undefined }),
    role: set({ cognito_role_arn: roles.editor }),
    'no role': set({ cognito_role_arn: undefined }),
    chain: set({ cognito_chain_role_arn: roles.chained }),
    policy: set({ cognito_chain_role_arn: roles.chained, cognito_session_policy: `file://${policy}` }),
    'no chain': set({ cognito_chain_role_arn: undefined, cognito_session_policy: undefined }),
    mistake: set({ cognito_role_arn: 'nonsense' }),
    'other policy': () => {
      writeFileSync(policy, JSON.stringify({ Version: '2012-10-17', Statement: [], Id: String(Date.now()) }))
    },
    'no policy file': () => {
      writeFileSync(policy, 'not JSON')
    },
    'a variable': () => (env = { AWS_REGION: 'eu-central-1' }),
    'another profile': () => (env = { AWS_PROFILE: 'nobody' }),
    'no variable': () => (env = {}),
    'a credentials file': () => {
      writeFileSync(credentialsFile(station), '[dev]\nregion = us-west-2\n')
    },
    'an empty credentials file': () => {
      writeFileSync(credentialsFile(station), '')
    },
    settle: () => settle(station.configFile),
    'due again': () => {
      letExpire(station, 60_000 * 10)
    },
    'all over': () => {
      letExpire(station)
    },
  }
  writeFileSync(policy, JSON.stringify({ Version: '2012-10-17', Statement: [] }))
  let warm = 0
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(edits)), async (name) => {
      await edits[name]?.()
      const words = env['AWS_PROFILE'] === undefined ? PROCESS : ['credential-process']
      const by = await station.run(words, env)
      const without = await startProgram(process.execPath, [COLD, ...words], { ...station.env, ...env }).ended
      expect(said(by), name).toEqual(said(without))
      if (await isWarm(station, words, env)) warm += 1
    }),
    // Chance may leave it in a state that is never warm; this beginning is.
    { numRuns: 40, examples: [['settle'], ['nothing'], ['nothing']] },
  )
  expect(warm).toBeGreaterThan(0)
}, 180_000)

function said({ code, stdout, stderr }: Outcome) {
  return { code, stdout, stderr }
}

function credentialsFile(station: Station): string {
  return join(station.home, '.aws', 'credentials')
}

function pointersIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('pointer-'))
}
