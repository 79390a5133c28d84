/** The AWS CLI by itself and through poolkey, and its own way to hand out credentials as a peer. */
import { spawnSync } from 'node:child_process'
import { findPrograms } from './find-program.ts'
import type { Path } from './rounds.ts'
import type { Bench } from './signed-in-home.ts'
import { baselinePaths, warmPath } from './start-paths.ts'
import type { WarmHome } from './start-paths.ts'

/** The paths, or why there are none. */
export type AwsPaths = { kind: 'paths'; paths: Path[]; version: string } | { kind: 'none'; why: string }

const EXPORT = ['configure', 'export-credentials']

/** All of them take their credentials from the same hour; the static ones from the environment. */
export function awsPaths(bench: Bench, warm: WarmHome): AwsPaths {
  const { home, answer } = warm
  const { origin, region } = bench.emulator
  const env = { ...home.env, AWS_EC2_METADATA_DISABLED: 'true', AWS_DEFAULT_REGION: region }
  const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(answer) as Record<string, string>
  const keys = {
    AWS_ACCESS_KEY_ID: AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: SecretAccessKey ?? '',
    AWS_SESSION_TOKEN: SessionToken ?? '',
  }
  const identity = ['sts', 'get-caller-identity', '--endpoint-url', origin, '--output', 'json']
  const isIdentity = (stdout: string) => stdout.includes('"Arn":')
  // Older ones do not hand out credentials.
  const program = findPrograms('aws').find(
    (path) => spawnSync(path, EXPORT, { env: { ...env, ...keys } }).status === 0,
  )
  if (program === undefined)
    return { kind: 'none', why: 'no aws here that knows `configure export-credentials`' }
  const { stdout, stderr } = spawnSync(program, ['--version'], { env, encoding: 'utf8' })
  return {
    kind: 'paths',
    version: /aws-cli\/\S+/.exec(stdout + stderr)?.[0] ?? 'unknown version',
    paths: [
      ...baselinePaths(bench, warm),
      warmPath(bench, warm, { id: 'warm-5', name: 'warm, file store, 5 profiles' }),
      {
        id: 'aws-static',
        name: '`aws sts get-caller-identity`, keys in the environment',
        ...{ program, words: identity, env: { ...env, ...keys }, cwd: home.folder },
        isRight: isIdentity,
      },
      {
        id: 'aws-poolkey',
        name: '`aws sts get-caller-identity`, through poolkey',
        ...{ program, words: ['--profile', 'dev', ...identity], env, cwd: home.folder },
        isRight: isIdentity,
      },
      {
        id: 'aws-export',
        name: '`aws configure export-credentials`, keys in the environment',
        ...{
          program,
          words: EXPORT,
          env: { ...env, ...keys },
          cwd: home.folder,
        },
        isRight: (said) => said.includes('"SessionToken":'),
      },
    ],
  }
}
