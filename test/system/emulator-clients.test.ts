/** The AWS CLI and boto3 against the emulator: programs that ask for nothing but AWS's own behaviour. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts'
import { emulatorForTest, signIn } from '../emulator/emulated-sign-in.ts'

const AWS = '/usr/bin/aws'
const PYTHON = '/usr/bin/python3'
const run = promisify(execFile)

interface Station {
  emulator: Emulator
  /** Runs the AWS CLI and reads its JSON. */
  aws: (arguments_: string[], environment?: Record<string, string>) => Promise<Record<string, unknown>>
  python: (program: string, input: Record<string, unknown>) => Promise<Record<string, unknown>>
}

async function openStation(options?: EmulatorOptions): Promise<Station> {
  const emulator = await emulatorForTest(options)
  const home = await mkdtemp(join(tmpdir(), 'poolkey-emulator-'))
  onTestFinished(() => rm(home, { recursive: true }))
  const base = { PATH: '/usr/bin:/bin', HOME: home, AWS_EC2_METADATA_DISABLED: 'true', AWS_PAGER: '' }
  return {
    emulator,
    aws: async (arguments_, environment = {}) => {
      const common = ['--endpoint-url', emulator.origin, '--region', emulator.region, '--output', 'json']
      const { stdout } = await run(AWS, [...arguments_, ...common], { env: { ...base, ...environment } })
      return JSON.parse(stdout) as Record<string, unknown>
    },
    python: async (program, input) => {
      const { stdout } = await run(PYTHON, ['-c', program, JSON.stringify(input)], { env: base })
      return JSON.parse(stdout) as Record<string, unknown>
    },
  }
}

function environmentOf(credentials: unknown): Record<string, string> {
  const keys = credentials as Record<string, string>
  return {
    AWS_ACCESS_KEY_ID: keys['AccessKeyId']!,
    AWS_SECRET_ACCESS_KEY: (keys['SecretKey'] ?? keys['SecretAccessKey'])!,
    AWS_SESSION_TOKEN: keys['SessionToken']!,
  }
}

test('the AWS CLI goes through the enhanced flow and chains into another role', async () => {
  const { emulator, aws } = await openStation()
  const login = `${emulator.issuer.replace('http://', '')}=${(await signIn(emulator)).id_token}`
  const identityCommand = ['cognito-identity', '--no-sign-request']
  const { IdentityId } = await aws([
    ...identityCommand,
    'get-id',
    '--identity-pool-id',
    emulator.identityPoolId,
    '--logins',
    login,
  ])
  expect(IdentityId).toMatch(/^eu-west-1:[0-9a-f-]{36}$/)

  const enhanced = await aws([
    ...identityCommand,
    'get-credentials-for-identity',
    ...['--identity-id', String(IdentityId), '--logins', login, '--custom-role-arn', emulator.roles.editor],
  ])
  const first = environmentOf(enhanced['Credentials'])
  expect(await aws(['sts', 'get-caller-identity'], first)).toMatchObject({
    Account: '111122223333',
    Arn: 'arn:aws:sts::111122223333:assumed-role/PoolkeyEditor/CognitoIdentityCredentials',
  })

  const assumeRole = ['sts', 'assume-role', '--role-session-name', 'second', '--role-arn']
  const chained = await aws(
    [...assumeRole, emulator.roles.chainedWithExternalId, '--external-id', emulator.externalId],
    first,
  )
  expect(await aws(['sts', 'get-caller-identity'], environmentOf(chained['Credentials']))).toMatchObject({
    Account: '444455556666',
    Arn: 'arn:aws:sts::444455556666:assumed-role/PoolkeyChainedWithExternalId/second',
  })
  await expect(aws([...assumeRole, emulator.roles.chainedWithExternalId], first)).rejects.toThrow(
    'An error occurred (AccessDenied) when calling the AssumeRole operation',
  )
})

test('the AWS CLI assumes a role with the ID token, and reads the refusals', async () => {
  const { emulator, aws } = await openStation()
  const { id_token: idToken, access_token: accessToken } = await signIn(emulator)
  const assume = (token: string, roleArn: string) =>
    aws([
      ...[
        'sts',
        '--no-sign-request',
        'assume-role-with-web-identity',
        '--role-session-name',
        'me@example.com',
      ],
      ...['--role-arn', roleArn, '--web-identity-token', token],
    ])
  const answer = await assume(idToken, emulator.roles.webIdentity)
  expect(answer).toMatchObject({ Audience: emulator.clientId, Provider: emulator.issuer })
  const caller = await aws(['sts', 'get-caller-identity'], environmentOf(answer['Credentials']))
  expect(caller['Arn']).toBe('arn:aws:sts::111122223333:assumed-role/PoolkeyWebIdentity/me@example.com')
  await expect(assume(accessToken, emulator.roles.webIdentity)).rejects.toThrow('(InvalidIdentityToken)')
  await expect(assume(idToken, emulator.roles.admin)).rejects.toThrow('(AccessDenied)')
})

const BOTO3 = `
import json, sys
import boto3
from botocore import UNSIGNED
from botocore.config import Config

given = json.loads(sys.argv[1])
def client(service, **more):
    return boto3.client(service, region_name=given["region"], endpoint_url=given["endpoint"], **more)

unsigned = Config(signature_version=UNSIGNED)
identity = client("cognito-identity", config=unsigned)
logins = {given["provider"]: given["idToken"]}
identity_id = identity.get_id(IdentityPoolId=given["identityPoolId"], Logins=logins)["IdentityId"]
token = identity.get_open_id_token(IdentityId=identity_id, Logins=logins)["Token"]
enhanced = identity.get_credentials_for_identity(IdentityId=identity_id, Logins=logins)["Credentials"]
basic = client("sts", config=unsigned).assume_role_with_web_identity(
    RoleArn=given["roleArn"], RoleSessionName="basic", WebIdentityToken=token, DurationSeconds=900)
keys = basic["Credentials"]
caller = client("sts", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys["SessionToken"]).get_caller_identity()
try:
    client("sts", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key="x" * 40,
           aws_session_token=keys["SessionToken"]).get_caller_identity()
    refusal = None
except Exception as error:
    refusal = error.response["Error"]["Code"]
print(json.dumps({
    "arn": caller["Arn"],
    "refusal": refusal,
    "enhancedSeconds": enhanced["Expiration"].timestamp(),
    "basicSeconds": keys["Expiration"].timestamp(),
}))
`

test('boto3 goes through the basic flow and is refused with a wrong secret', async () => {
  const { emulator, python } = await openStation({
    identityPool: { allowClassicFlow: true, roleMapping: { kind: 'none' } },
  })
  const answer = await python(BOTO3, {
    region: emulator.region,
    endpoint: emulator.origin,
    provider: emulator.issuer.replace('http://', ''),
    identityPoolId: emulator.identityPoolId,
    roleArn: emulator.roles.admin,
    idToken: (await signIn(emulator)).id_token,
  })
  expect(answer['arn']).toBe('arn:aws:sts::111122223333:assumed-role/PoolkeyAdmin/basic')
  expect(answer['refusal']).toBe('SignatureDoesNotMatch')
  const nowSeconds = Date.now() / 1000
  expect(Math.abs(Number(answer['enhancedSeconds']) - nowSeconds - 3600)).toBeLessThan(60)
  expect(Math.abs(Number(answer['basicSeconds']) - nowSeconds - 900)).toBeLessThan(60)
})
