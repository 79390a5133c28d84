/** The recipes of RECIPES.md, run word for word; only `/usr/local/bin` is another folder here. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openStation, POOLKEY_LINE, profileText, startProgram, uniqueText } from '../e2e/poolkey-process.ts'
import type { Outcome, Station } from '../e2e/poolkey-process.ts'
import { bucketOf } from './consumers/bucket-store.ts'
import { script } from './consumers/consumer.ts'
import { buildGoPrograms, goProgram } from './consumers/go-programs.ts'
import { openSurroundings } from './consumers/programs.ts'
import type { Surroundings } from './consumers/programs.ts'
import { readRecipes } from './consumers/recipes.ts'
import type { Block } from './consumers/recipes.ts'

const ADMIN = 'arn:aws:sts::111122223333:assumed-role/PoolkeyAdmin/CognitoIdentityCredentials'
const EDITOR = ADMIN.replace('Admin', 'Editor')
const GUEST = ADMIN.replace('Admin', 'Unauthenticated')
const DEPLOY = 'arn:aws:iam::444455556666:role/Deploy'
const DEPLOYING = 'arn:aws:sts::444455556666:assumed-role/Deploy'

/** Who the programs of each recipe are, in order. */
const CALLERS: Record<string, (string | RegExp)[]> = {
  'AWS CLI and SDKs': [ADMIN, ADMIN, ADMIN, ADMIN, ADMIN],
  'AWS SDK for Go v1': [ADMIN],
  rclone: [bucketOf(ADMIN)],
  s3cmd: [bucketOf(ADMIN)],
  Terraform: [ADMIN],
  'A role in another account': [new RegExp(`^${DEPLOYING}/botocore-session-\\d+$`)],
  'The same, assumed by poolkey': [`${DEPLOYING}/test-user@example.com`],
  Docker: [ADMIN],
  'Docker, for longer': [ADMIN],
  'cron and long jobs': [ADMIN],
  'VS Code': [ADMIN],
  'A CI job': [ADMIN],
  'Groups as roles': [ADMIN, EDITOR],
  Guests: [GUEST],
  'From static keys': [ADMIN, /:assumed-role\/PoolkeyAdmin\//],
}

/** What is there before a recipe is followed: somebody is signed in, unless it is another. */
const BEFORE: Record<string, (surroundings: Surroundings) => unknown> = {
  'A CI job': ({ station, env }) => {
    env['CI_PASSWORD'] = `Passw0rd-${uniqueText()}`
    station.emulator.settings.users.push({
      username: 'ci',
      password: env['CI_PASSWORD'],
      email: 'ci@example.com',
      groups: ['admin'],
    })
  },
  Guests: ({ env }) => {
    env['POOLKEY_STORE'] = 'file'
  },
  'From static keys': async (surroundings) => {
    await signIn(surroundings)
    const keys = 'aws_access_key_id = AKIAEXAMPLEEXAMPLE\naws_secret_access_key = static\n'
    writeFileSync(join(surroundings.station.home, '.aws', 'credentials'), `[dev]\n${keys}\n[other]\n${keys}`)
  },
}

async function signIn({ station }: Surroundings): Promise<void> {
  expect(await station.signIn()).toMatchObject({ code: 0 })
}

/** The recipe that says so of the AWS CLI, and no other, may leave credentials outside of poolkey's vault and its files. */
const IS_CACHED_BY_CLI = 'A role in another account'

const recipes = readRecipes()

buildGoPrograms()

test('every recipe is run', () => {
  expect(recipes.map(({ name }) => name)).toEqual(Object.keys(CALLERS))
})

interface Desk {
  surroundings: Surroundings
  bin: string
  /** The working folder, with the programs that the recipes call theirs. */
  folder: string
}

async function openDesk(): Promise<Desk> {
  const station = await openStation({ identityPool: { allowUnauthenticated: true } })
  const { home, emulator } = station
  const { trustPolicy } = emulator.settings.roles.find(({ arn }) => arn === emulator.roles.chained)!
  emulator.settings.roles.push({ arn: DEPLOY, trustPolicy })
  const surroundings = await openSurroundings(station)
  const bin = join(home, 'bin')
  const folder = join(home, 'work')
  for (const made of [bin, folder]) mkdirSync(made)
  configureDev(station, bin)
  const { host } = surroundings.store
  const programs = {
    [join(bin, 'poolkey')]: POOLKEY_LINE,
    [join(bin, 'node')]: `'${process.execPath}' --disable-warning=Warning`,
    [join(bin, 's3cmd')]: `/usr/bin/s3cmd --host=${host} --host-bucket= --no-ssl`,
    [join(bin, 'nightly-job')]: '/usr/bin/aws sts get-caller-identity',
    [join(folder, 'go-program')]: goProgram('go-v2'),
    [join(folder, 'go-v1-program')]: goProgram('go-v1'),
  }
  for (const [path, command] of Object.entries(programs)) {
    writeFileSync(path, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 })
  }
  for (const name of ['code', 'docker', 'terraform'])
    copyFileSync(script(`stand-ins/${name}`), join(bin, name))
  copyFileSync(script('boto3-caller.py'), join(folder, 'boto3-script.py'))
  copyFileSync(script('ruby-caller.rb'), join(folder, 'ruby-script.rb'))
  // It finds its packages from where it stands.
  writeFileSync(join(folder, 'js-script.mjs'), `import '${script('default-chain.mjs')}'\n`)
  return { surroundings, bin, folder }
}

function configureDev({ emulator, configFile }: Station, bin: string): void {
  const line = { credential_process: `${join(bin, 'poolkey')} credential-process --profile dev` }
  writeFileSync(configFile, `${profileText(emulator, 'dev', line)}\n`)
}

/** Does what a block says: writes its file, or runs it in bash or as cron would. */
async function follow(block: Block, { surroundings, bin, folder }: Desk): Promise<Outcome | undefined> {
  const { station } = surroundings
  // A profile that takes its sign-in from another does not take its endpoints.
  const env = { ...surroundings.env, AWS_ENDPOINT_URL_COGNITO_IDENTITY: station.emulator.origin }
  const text = block.text.replaceAll('/usr/local/bin/', `${bin}/`)
  switch (block.kind) {
    case 'file': {
      const path = block.path.replace(/^~(?=\/)/, station.home)
      const file = path.startsWith('/') ? path : join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      if (file === station.configFile) appendFileSync(file, text)
      else writeFileSync(file, text)
      return undefined
    }
    case 'commands': {
      const words = ['--norc', '-e', '-c', text]
      return startProgram('/bin/bash', words, { ...env, PATH: `${bin}:/usr/bin:/bin` }, { cwd: folder }).ended
    }
    case 'crontab': {
      const [, command = ''] = /^(?:[\d*,/-]+ ){5}(.*)$/.exec(text) ?? []
      return startProgram('/bin/sh', ['-c', command], env, { cwd: station.home }).ended
    }
  }
}

test.each(recipes)('$name: the programs have the role', async ({ name, blocks }) => {
  const desk = await openDesk()
  await (BEFORE[name] ?? signIn)(desk.surroundings)
  const { home } = desk.surroundings.station
  const callers: string[] = []
  for (const block of blocks) {
    const outcome = await follow(block, desk)
    if (!outcome) continue
    expect(outcome, block.text).toMatchObject({ code: 0 })
    callers.push(...(outcome.stdout.match(/arn:aws:sts:[^"\s]+|\d{12}\.poolkey[\w.-]+/g) ?? []))
  }
  expect(callers).toEqual(
    CALLERS[name]?.map((caller) =>
      typeof caller === 'string' ? caller : (expect.stringMatching(caller) as string),
    ),
  )
  const cliCache = join(home, '.aws', 'cli', 'cache')
  expect(existsSync(cliCache)).toBe(name === IS_CACHED_BY_CLI)
  rmSync(cliCache, { recursive: true, force: true })
})

test('keys that were written for containers go with a logout that is told of their file', async () => {
  const station = await openStation()
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const file = join(station.home, 'credentials')
  const env = { AWS_SHARED_CREDENTIALS_FILE: file }
  expect(await station.run(['write', '--profile', 'dev', '--to', 'container'], env)).toMatchObject({
    code: 0,
  })
  expect(readFileSync(file, 'utf8')).toContain('[container]')
  expect(await station.run(['logout', '--profile', 'dev'], env)).toMatchObject({ code: 0 })
  expect(readFileSync(file, 'utf8')).not.toContain('container')
})
