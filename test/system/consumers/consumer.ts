/**
 * Programs that know nothing of poolkey, each asking STS who it is in a process of its own. They find a HOME with an
 * AWS configuration, and an environment with nothing that a terminal would not have.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProgram } from '../../e2e/poolkey-process.ts'
import type { Environment, Outcome, Station } from '../../e2e/poolkey-process.ts'
import { goProgram } from './go-programs.ts'

export interface Consumer {
  name: string
  /** The program and its words for a profile. */
  command: (profile: string, endpoint: string) => [string, ...string[]]
  env?: (profile: string) => Environment
  /** Whether it shows what a credential process says when it fails. */
  showsReason: boolean
}

/** Node without the SDK's notice that its versions of 2027 want a newer Node; a flag, unlike a variable, does not reach poolkey. */
export const NODE = [process.execPath, '--disable-warning=Warning'] as const

export const CONSUMERS: Consumer[] = [
  {
    name: 'AWS CLI',
    command: (profile) => [
      ...(['/usr/bin/aws', '--profile', profile] as const),
      ...['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'],
    ],
    showsReason: true,
  },
  {
    name: 'boto3',
    command: (profile) => ['/usr/bin/python3', script('boto3-caller.py'), profile],
    showsReason: true,
  },
  {
    name: 'JS fromProcess',
    command: (profile, endpoint) => [...NODE, script('from-process.mjs'), profile, endpoint],
    showsReason: true,
  },
  {
    name: 'JS default chain',
    command: () => [...NODE, script('default-chain.mjs')],
    env: (profile) => ({ AWS_PROFILE: profile }),
    // It tries one provider after the other and tells only that none had credentials.
    showsReason: false,
  },
  {
    name: 'Go v1',
    command: () => [goProgram('go-v1')],
    env: (profile) => ({ AWS_PROFILE: profile, AWS_SDK_LOAD_CONFIG: '1' }),
    showsReason: true,
  },
  {
    name: 'Go v2',
    command: () => [goProgram('go-v2')],
    env: (profile) => ({ AWS_PROFILE: profile }),
    showsReason: true,
  },
  {
    name: 'Ruby',
    command: () => ['/usr/bin/ruby', script('ruby-caller.rb')],
    env: (profile) => ({ AWS_PROFILE: profile }),
    showsReason: true,
  },
]

/** The file of a program of this folder. */
export function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

/** What a call came to: its outcome, and what the emulator was asked meanwhile, operation by operation. */
export interface Call {
  outcome: Outcome
  asked: Record<string, number>
  /** Access key IDs of the signed requests, operation by operation. */
  signers: Record<string, string>
}

/** Lets a consumer ask STS who it is. */
export async function callAs(consumer: Consumer, station: Station, profile: string): Promise<Call> {
  const { emulator, home } = station
  const [program, ...words] = consumer.command(profile, emulator.origin)
  const before = emulator.requests.length
  const outcome = await startProgram(program, words, {
    ...{ PATH: '/usr/bin:/bin', HOME: home, AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true' },
    AWS_ENDPOINT_URL_STS: emulator.origin,
    ...consumer.env?.(profile),
  }).ended
  // The AWS CLI keeps the credentials of roles it assumed itself, in the clear: the next one is to ask anew.
  rmSync(join(home, '.aws', 'cli'), { recursive: true, force: true })
  const asked: Record<string, number> = {}
  const signers: Record<string, string> = {}
  for (const { operation, headers } of emulator.requests.slice(before)) {
    asked[operation] = (asked[operation] ?? 0) + 1
    const [, signer] = /Credential=(\w+)\//.exec(headers['authorization'] ?? '') ?? []
    if (signer !== undefined) signers[operation] = signer
  }
  return { outcome, asked, signers }
}

/**
 * Tells botocore where STS is. Those before 1.31, and AWS CLIs before 2.13, read no `endpoint_url`, and `--endpoint-url`
 * does not count for a role that they assume themselves; but all take a service's endpoint rules from `~/.aws/models`.
 * Source: botocore/loaders.py, `Loader.CUSTOMER_DATA_PATH`.
 */
export function placeEndpointRules({ emulator, home }: Station): void {
  const folder = join(home, '.aws', 'models', 'sts', '2011-06-15')
  mkdirSync(folder, { recursive: true })
  const parameter = (builtIn: string, type: string) => ({ builtIn, type, required: false, documentation: '' })
  const rules = {
    version: '1.0',
    parameters: {
      Region: parameter('AWS::Region', 'String'),
      UseDualStack: parameter('AWS::UseDualStack', 'Boolean'),
      UseFIPS: parameter('AWS::UseFIPS', 'Boolean'),
      Endpoint: parameter('SDK::Endpoint', 'String'),
      UseGlobalEndpoint: parameter('AWS::STS::UseGlobalEndpoint', 'Boolean'),
    },
    rules: [
      { type: 'endpoint', conditions: [], endpoint: { url: emulator.origin, properties: {}, headers: {} } },
    ],
  }
  writeFileSync(join(folder, 'endpoint-rule-set-1.json'), JSON.stringify(rules))
}
