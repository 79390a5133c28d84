/**
 * Programs that know nothing of poolkey and take credentials from wherever their environment points: each says who it is.
 * Those that speak no STS list the buckets of a store that has one for each role.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment, Station } from '../../e2e/poolkey-process.ts'
import { bucketOf, openBucketStore } from './bucket-store.ts'
import type { BucketStore } from './bucket-store.ts'
import { NODE, placeEndpointRules, script } from './consumer.ts'
import { goProgram } from './go-programs.ts'

export interface Program {
  name: string
  command: (store: BucketStore) => [string, ...string[]]
  /** What it needs to be told besides. */
  env?: Environment
  /** Whom it asks who it is. */
  service: 'sts' | 's3'
}

/** Where programs run. */
export interface Surroundings {
  station: Station
  store: BucketStore
  env: Environment
}

export const PROGRAMS: Program[] = [
  {
    name: 'AWS CLI',
    command: () => ['/usr/bin/aws', 'sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'],
    service: 'sts',
  },
  { name: 'boto3', command: () => ['/usr/bin/python3', script('boto3-caller.py')], service: 'sts' },
  { name: 'JS', command: () => [...NODE, script('default-chain.mjs')], service: 'sts' },
  {
    name: 'Go v1',
    command: () => [goProgram('go-v1')],
    env: { AWS_SDK_LOAD_CONFIG: '1' },
    service: 'sts',
  },
  { name: 'Go v2', command: () => [goProgram('go-v2')], service: 'sts' },
  { name: 'Ruby', command: () => ['/usr/bin/ruby', script('ruby-caller.rb')], service: 'sts' },
  { name: 'rclone', command: () => ['/usr/bin/rclone', 'lsd', 's3:'], service: 's3' },
  {
    name: 's3cmd',
    command: ({ host }) => ['/usr/bin/s3cmd', `--host=${host}`, '--host-bucket=', '--no-ssl', 'ls'],
    service: 's3',
  },
]

/** A HOME in which every program finds its service, and an environment with nothing that a terminal would not have. */
export async function openSurroundings(station: Station): Promise<Surroundings> {
  const { emulator, home } = station
  placeEndpointRules(station)
  const store = await openBucketStore(emulator)
  mkdirSync(join(home, '.config', 'rclone'), { recursive: true })
  const remote = '[s3]\ntype = s3\nprovider = AWS\nenv_auth = true\n'
  writeFileSync(join(home, '.config', 'rclone', 'rclone.conf'), remote)
  return {
    station,
    store,
    env: {
      ...{ PATH: '/usr/bin:/bin', HOME: home, AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true' },
      AWS_ENDPOINT_URL_STS: emulator.origin,
      RCLONE_S3_ENDPOINT: `http://${store.host}`,
    },
  }
}

/** What a program that has the role session says, and nothing else. */
export function saysWho({ service }: Program, arn: string): RegExp {
  const escaped = (service === 'sts' ? arn : bucketOf(arn)).replaceAll(/[/.]/g, '\\$&')
  return service === 'sts' ? new RegExp(`^${escaped}\n$`) : new RegExp(`^[-:\\d ]+(s3://)?${escaped}\n$`)
}

/** Whose keys signed the calls to the service of a program, in order. */
export function signersOf({ station, store }: Surroundings, { service }: Program): string[] {
  const { requests } = service === 's3' ? store : station.emulator
  const operation = service === 's3' ? 'ListBuckets' : 'GetCallerIdentity'
  return requests
    .filter((request) => request.operation === operation)
    .map(({ headers }) => /Credential=(\w+)\//.exec(headers['authorization'] ?? '')?.[1] ?? 'nobody')
}
