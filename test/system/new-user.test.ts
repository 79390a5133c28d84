/**
 * A new user's path, up to what the real AWS CLI says of the caller: from a file that knows the pools to credentials. The
 * hosts are AWS's own, so that nothing in the profile is there for the test.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Emulator } from '../../src/emulator/emulator.ts'
import type { AwsStation, AwsStationOptions } from '../e2e/aws-network.ts'
import { openAwsStation } from '../e2e/aws-network.ts'
import { openStackStation } from '../e2e/emulated-stack.ts'
import { freeRedirectUris, openStation, startPoolkey, startProgram } from '../e2e/poolkey-process.ts'
import type { Outcome, Station } from '../e2e/poolkey-process.ts'
import { makeStack } from '../insight/cloudformation.ts'
import type { Stack } from '../insight/cloudformation.ts'

const ACCOUNT = '111122223333'
const IMPORT = ['configure', 'import', '--profile', 'dev', '--yes']
// A browser that came to rest elsewhere calls nobody back.
const BRIEFLY = ['--timeout', '20']

/** What the AWS CLI says of the caller, by the line that is there to be pasted. */
async function callerOf(station: Station, { stderr }: Outcome): Promise<{ Account: string; Arn: string }> {
  const pasted = stderr.trimEnd().split('\n').at(-1)?.trim()
  expect(pasted).toMatch(/^aws sts get-caller-identity --profile dev( --endpoint-url http:\S+)?$/)
  const env = { ...station.env, AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true' }
  const called = await startProgram('/bin/sh', ['-c', `/usr/bin/${pasted} --output json`], env).ended
  expect(called).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(called.stdout) as { Account: string; Arn: string }
}

describe('from nothing: template, its stack, import, login', () => {
  /** The stack that a template makes, with callback URLs on ports that nobody else takes. */
  async function makeTemplateStack(words: string[] = []): Promise<Stack> {
    const ports = (await freeRedirectUris()).map((uri) => new URL(uri).port).join(',')
    const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent' }
    const printed = await startPoolkey(['template', '--ports', ports, ...words], env).ended
    expect(printed).toMatchObject({ code: 0, stderr: '' })
    return makeStack(printed.stdout, 'eu-west-1')
  }

  /** As `aws cloudformation describe-stacks` prints a stack. */
  function describeStacks({ outputs }: Stack): string {
    const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }))
    const StackId = `arn:aws:cloudformation:eu-west-1:${ACCOUNT}:stack/my-stack/0a1b2c3d-1111-2222-3333-444455556666`
    const state = {
      StackStatus: 'CREATE_COMPLETE',
      Capabilities: ['CAPABILITY_IAM'],
      Parameters: [],
      Tags: [],
    }
    return JSON.stringify({ Stacks: [{ StackId, StackName: 'my-stack', ...state, Outputs }] }, undefined, 4)
  }

  /** Signs in whoever is in these groups, by what the stack's outputs tell; the caller, and the hosts that were asked. */
  async function followPath(
    stack: Stack,
    groups: string[],
  ): Promise<{ caller: { Account: string; Arn: string }; openedAt: string; hosts: string[] }> {
    const station = await openStackStation(stack)
    const [person] = station.emulator.settings.users
    person!.groups = groups
    rmSync(station.configFile)
    const imported = await station.run([...IMPORT, '-'], {}, describeStacks(stack))
    expect(imported).toMatchObject({ code: 0, stdout: '' })
    // What it looked at, it found in order, and nothing is left to be registered or given.
    expect(imported.stderr.match(/^Checked: /gm)).toHaveLength(3)
    expect(imported.stderr).not.toMatch(/warning|exactly so|Not in it/)
    const { page, openedAt, ...login } = await station.signInAtAws(BRIEFLY)
    expect(login).toMatchObject({ code: 0 })
    expect(page.status).toBe(200)
    const caller = await callerOf(station, imported)
    return { caller, openedAt, hosts: Object.keys(station.network.takeAsked()).sort() }
  }

  test.each([
    [['admin', 'editor'], 'AdminRole'],
    [['editor'], 'EditorRole'],
    [[], 'AuthenticatedRole'],
  ])('a member of %j has %s', async (groups, role) => {
    const { caller, openedAt, hosts } = await followPath(await makeTemplateStack(), groups)
    expect(caller).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/my-stack-${role}/CognitoIdentityCredentials`,
    })
    expect(openedAt).toBe('https://poolkey-0a1b2c3d.auth.eu-west-1.amazoncognito.com')
    expect(hosts).toEqual([
      'cognito-identity.eu-west-1.amazonaws.com',
      'cognito-idp.eu-west-1.amazonaws.com',
      'poolkey-0a1b2c3d.auth.eu-west-1.amazoncognito.com',
      'sts.eu-west-1.amazonaws.com',
    ])
  })

  test('with --exchange web-identity, everybody who can sign in has the one role, without an identity pool', async () => {
    const stack = await makeTemplateStack(['--exchange', 'web-identity', '--domain-prefix', 'acme-dev'])
    const { caller, openedAt, hosts } = await followPath(stack, [])
    expect(caller).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/my-stack-SignedInRole/test-user@example.com`,
    })
    expect(openedAt).toBe('https://acme-dev.auth.eu-west-1.amazoncognito.com')
    expect(hosts).not.toContain('cognito-identity.eu-west-1.amazonaws.com')
  })
})

describe('from amplify_outputs.json: import, login', () => {
  const DOMAIN = 'acme.auth.eu-west-1.amazoncognito.com'
  const ADMIN = `arn:aws:sts::${ACCOUNT}:assumed-role/PoolkeyAdmin/CognitoIdentityCredentials`

  /** The outputs of a project of Amplify whose backend the emulator is. */
  function outputsOf({ region, userPoolId, clientId, identityPoolId, settings }: Emulator, domain: string) {
    return {
      version: '1.4',
      auth: {
        user_pool_id: userPoolId,
        aws_region: region,
        user_pool_client_id: clientId,
        identity_pool_id: identityPoolId,
        mfa_methods: [],
        standard_required_attributes: ['email'],
        username_attributes: ['email'],
        user_verification_types: ['email'],
        groups: settings.groups.map(({ name, precedence }) => ({ [name]: { precedence } })),
        mfa_configuration: 'NONE',
        password_policy: { min_length: 8, require_lowercase: true, require_numbers: true },
        oauth: {
          identity_providers: ['GOOGLE'],
          redirect_sign_in_uri: settings.redirectUris,
          redirect_sign_out_uri: settings.logoutUris,
          response_type: 'code',
          scopes: ['openid', 'email', 'profile'],
          domain,
        },
        unauthenticated_identities_enabled: true,
      },
      data: { url: 'https://example.appsync-api.eu-west-1.amazonaws.com/graphql', aws_region: region },
    }
  }

  /** What a person has who has cloned the project, and nothing in `~/.aws`. */
  function cloneProject(station: Station, domain: string): string {
    rmSync(station.configFile)
    const file = join(station.home, 'amplify_outputs.json')
    writeFileSync(file, JSON.stringify(outputsOf(station.emulator, domain), undefined, 2))
    return file
  }

  async function openProject(options: AwsStationOptions): Promise<{ station: AwsStation; file: string }> {
    const station = await openAwsStation({ domain: DOMAIN, ...options })
    return { station, file: cloneProject(station, DOMAIN) }
  }

  test('with callback URLs of this machine among its own: credentials of the group', async () => {
    const [own = ''] = await freeRedirectUris(1)
    const root = own.replace('/callback', '/')
    const { station, file } = await openProject({ redirectUris: ['https://app.example.com/', root] })
    const imported = await station.run([...IMPORT, file])
    expect(imported).toMatchObject({ code: 0, stdout: '' })
    expect(readFileSync(station.configFile, 'utf8')).toContain(`cognito_redirect_uri = ${root}\n`)
    expect(await station.signInAtAws(BRIEFLY)).toMatchObject({ code: 0, openedAt: `https://${DOMAIN}` })
    expect(await callerOf(station, imported)).toMatchObject({ Account: ACCOUNT, Arn: ADMIN })
  })

  test('with none: the one that is named, once it is registered', async () => {
    const { station, file } = await openProject({ redirectUris: ['https://app.example.com/'] })
    const [own = ''] = await freeRedirectUris(1)
    const imported = await station.run([...IMPORT, file, '--redirect-uri', own])
    expect(imported).toMatchObject({ code: 0, stdout: '' })
    expect(imported.stderr).toContain('redirect_mismatch')
    const [, named = ''] = /, exactly so:\n {2}(\S+)\n/.exec(imported.stderr) ?? []
    station.emulator.settings.redirectUris.push(named)
    expect(await station.signInAtAws(BRIEFLY)).toMatchObject({ code: 0 })
    expect(await callerOf(station, imported)).toMatchObject({ Account: ACCOUNT, Arn: ADMIN })
  })
  test('with an emulator in the place of AWS: its endpoint as AWS tools know it, and the issuer', async () => {
    const station = await openStation()
    const { origin, issuer } = station.emulator
    const file = cloneProject(station, origin)
    const set = ['configure', 'set', 'endpoint_url', origin, '--profile', 'dev']
    expect(await startProgram('/usr/bin/aws', set, station.env).ended).toMatchObject({ code: 0, stderr: '' })
    const imported = await station.run([...IMPORT, file, '--issuer', issuer])
    expect(imported).toMatchObject({ code: 0, stdout: '' })
    expect(await station.signIn(BRIEFLY)).toMatchObject({ code: 0 })
    expect(await callerOf(station, imported)).toMatchObject({ Account: ACCOUNT, Arn: ADMIN })
  })
})
