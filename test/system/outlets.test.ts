/**
 * Every way in which poolkey hands out credentials, with every program: what the program calls arrives with the profile's
 * role, signed by the keys that poolkey keeps. What a program cannot read is run, too, and says so.
 */
import { writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import {
  answerOf,
  openStation,
  POOLKEY,
  POOLKEY_LINE,
  profileText,
  startProgram,
} from '../e2e/poolkey-process.ts'
import type { Environment, Outcome } from '../e2e/poolkey-process.ts'
import { buildGoPrograms } from './consumers/go-programs.ts'
import { openSurroundings, PROGRAMS, saysWho, signersOf } from './consumers/programs.ts'
import type { Program, Surroundings } from './consumers/programs.ts'

const ARN = 'arn:aws:sts::111122223333:assumed-role/PoolkeyAdmin/CognitoIdentityCredentials'
const WRITTEN = 'written'

interface Outlet {
  name: string
  /** What is asked of poolkey before. */
  prepare?: string[]
  /** The words that run a program so. */
  words?: (command: string[]) => string[]
  env?: Environment
  /** Programs that cannot read it, and how they say so. */
  notFor?: Record<string, RegExp>
}

// It takes credentials from its environment, its own file and the shared credentials file, and from nowhere else.
const S3CMD_FINDS_NONE = /^ERROR: (Configuration file not available)\.$/m
const IN_SHELL = `creds=$(${POOLKEY_LINE} env --profile dev) && eval "$creds" && exec "$@"`

const OUTLETS: Outlet[] = [
  { name: 'credential_process', env: { AWS_PROFILE: 'dev' }, notFor: { s3cmd: S3CMD_FINDS_NONE } },
  { name: 'env', words: (command) => ['/bin/sh', '-c', IN_SHELL, 'sh', ...command] },
  { name: 'exec', words: (command) => [...POOLKEY, 'exec', '--profile', 'dev', '--', ...command] },
  {
    name: 'exec --server',
    words: (command) => [...POOLKEY, 'exec', '--server', '--profile', 'dev', '--', ...command],
    notFor: {
      // Version 3.168 knows AWS_CONTAINER_CREDENTIALS_RELATIVE_URI alone (credential_provider_chain.rb).
      Ruby: /: (unable to sign request without credentials set) \(/,
      s3cmd: S3CMD_FINDS_NONE,
    },
  },
  { name: 'write', prepare: ['write', '--profile', 'dev', '--to', WRITTEN], env: { AWS_PROFILE: WRITTEN } },
]

const table = [['program', ...OUTLETS.map(({ name }) => name)]]
afterAll(() => {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const lines = table.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '))
  process.stdout.write(`\n${lines.map((line) => line.trimEnd()).join('\n')}\n\n`)
})

buildGoPrograms()

function runThrough(outlet: Outlet, program: Program, surroundings: Surroundings): Promise<Outcome> {
  const command = program.command(surroundings.store)
  const [first = '', ...words] = outlet.words?.(command) ?? command
  return startProgram(first, words, { ...surroundings.env, ...program.env, ...outlet.env }).ended
}

/** Runs a program once; answers with the role it has, or why it has none. */
async function cellOf(
  outlet: Outlet,
  program: Program,
  { surroundings, accessKeyId }: { surroundings: Surroundings; accessKeyId: string },
): Promise<string> {
  const about = `${program.name} through ${outlet.name}`
  const before = signersOf(surroundings, program).length
  const { code, stdout, stderr } = await runThrough(outlet, program, surroundings)
  const signers = signersOf(surroundings, program).slice(before)
  const refusal = outlet.notFor?.[program.name]
  if (refusal) {
    const reason = refusal.exec(stderr)?.[1]
    expect({ code: code === 0, signers, reason }, `${about}: ${stderr}`).toEqual({
      code: false,
      signers: [],
      reason: expect.any(String) as string,
    })
    return `n/a: ${reason ?? ''}`
  }
  expect({ code, signers }, `${about}: ${stderr}`).toEqual({ code: 0, signers: [accessKeyId] })
  expect(stdout, about).toMatch(saysWho(program, ARN))
  return ARN.split('/')[1]!
}

test('every program has the role through every outlet that it can read', async () => {
  const station = await openStation()
  const { emulator } = station
  const process = { credential_process: `${POOLKEY_LINE} credential-process --profile dev` }
  const written = `[profile ${WRITTEN}]\nregion = ${emulator.region}\n`
  writeFileSync(station.configFile, `${profileText(emulator, 'dev', process)}\n${written}`)
  const surroundings = await openSurroundings(station)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const answer = answerOf(await station.run(['credential-process', '--profile', 'dev']))

  const rows = PROGRAMS.map((program) => ({ program, cells: [program.name] }))
  table.push(...rows.map(({ cells }) => cells))
  for (const outlet of OUTLETS) {
    if (outlet.prepare) expect(await station.run(outlet.prepare)).toMatchObject({ code: 0 })
    for (const { program, cells } of rows) {
      cells.push(await cellOf(outlet, program, { surroundings, accessKeyId: answer.AccessKeyId }))
    }
  }
  expect(emulator.count('GetCredentialsForIdentity')).toBe(1)
  // Forty processes, one after the other.
}, 600_000)

// What the emulator lets in, its own tests say.
const OF_THE_STORE = PROGRAMS.filter(({ service }) => service === 's3')
test.each(OF_THE_STORE)(
  'the store does not let $name in by an access key ID and a session token',
  async (program) => {
    const surroundings = await openSurroundings(await openStation())
    const { station } = surroundings
    expect(await station.signIn()).toMatchObject({ code: 0 })
    const answer = answerOf(await station.run(['credential-process', '--profile', 'dev']))
    const [first, ...words] = program.command(surroundings.store)
    const outcome = await startProgram(first, words, {
      ...surroundings.env,
      AWS_REGION: station.emulator.region,
      AWS_DEFAULT_REGION: station.emulator.region,
      AWS_ACCESS_KEY_ID: answer.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: 'of-somebody-else',
      AWS_SESSION_TOKEN: answer.SessionToken,
    }).ended
    expect(outcome.code).not.toBe(0)
    expect(`${outcome.stdout}${outcome.stderr}`).toContain('SignatureDoesNotMatch')
  },
)
