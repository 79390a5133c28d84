/**
 * Real SDKs at the container-credentials endpoint, by nothing but the variables that `serve` prints, or that the command of
 * `exec --server` finds: what they call arrives with the profile's role.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startServing } from '../e2e/endpoint-client.ts'
import { openStation, startProgram } from '../e2e/poolkey-process.ts'
import type { Environment, Station } from '../e2e/poolkey-process.ts'
import { placeEndpointRules } from './consumers/consumer.ts'

const ROLE = 'arn:aws:sts::111122223333:assumed-role/PoolkeyAdmin/CognitoIdentityCredentials\n'
const NODE = [process.execPath, '--disable-warning=Warning'] as const

type Command = (origin: string) => [string, ...string[]]
const CLI: Command = () => [
  '/usr/bin/aws',
  ...['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'],
]
const CONSUMERS: [name: string, command: Command][] = [
  ['AWS CLI', CLI],
  ['boto3', () => ['/usr/bin/python3', script('boto3-environment.py')]],
  ['JS fromHttp', (origin) => [...NODE, script('from-http.mjs'), origin]],
  ['JS default chain', () => [...NODE, script('default-chain.mjs')]],
]

function script(name: string): string {
  return fileURLToPath(new URL(`consumers/${name}`, import.meta.url))
}

async function openSignedIn(): Promise<Station> {
  const station = await openStation()
  placeEndpointRules(station)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  return station
}

function surroundings({ emulator, home }: Station): Environment {
  return {
    PATH: '/usr/bin:/bin',
    HOME: home,
    AWS_PAGER: '',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_STS: emulator.origin,
  }
}

/** Whose keys signed the last GetCallerIdentity, and those that poolkey has. */
async function expectOwnKeys(station: Station): Promise<void> {
  const asked = station.emulator.requests.filter(({ operation }) => operation === 'GetCallerIdentity')
  const [, signer] = /Credential=(\w+)\//.exec(asked.at(-1)?.headers['authorization'] ?? '') ?? []
  const status = await station.run(['status', '--json', '--profile', 'dev'])
  const { credentials } = JSON.parse(status.stdout) as { credentials: { accessKeyId: string } }
  expect(signer).toBe(credentials.accessKeyId)
}

test.each(CONSUMERS)(
  'G109: %s by the variables of serve, as printed and with localhost',
  async (_, command) => {
    const station = await openSignedIn()
    const { variables } = await startServing(station)
    const [program, ...words] = command(station.emulator.origin)
    const uri = variables['AWS_CONTAINER_CREDENTIALS_FULL_URI']!
    for (const form of [uri, uri.replace('127.0.0.1', 'localhost')]) {
      const env = { ...surroundings(station), ...variables, AWS_CONTAINER_CREDENTIALS_FULL_URI: form }
      expect(await startProgram(program, words, env).ended, form).toMatchObject({ code: 0, stdout: ROLE })
      await expectOwnKeys(station)
    }
  },
)

test.each(CONSUMERS)('G109: %s as the command of exec --server', async (_, command) => {
  const station = await openSignedIn()
  const { emulator } = station
  const further = surroundings(station)
  const words = ['exec', '--profile', 'dev', '--server', '--', ...command(emulator.origin)]
  expect(await station.run(words, further)).toMatchObject({ code: 0, stdout: ROLE })
  await expectOwnKeys(station)
})

test.each([CONSUMERS[2]!, CONSUMERS[3]!])('G104: %s reads the token from its file', async (_, command) => {
  const station = await openSignedIn()
  const { variables } = await startServing(station, ['--token-file', `${station.home}/token`])
  const [program, ...words] = command(station.emulator.origin)
  const env = { ...surroundings(station), ...variables }
  expect(await startProgram(program, words, env).ended).toMatchObject({ code: 0, stdout: ROLE })
})

test('the AWS CLI prefers the default profile to the endpoint, which serve warns of', async () => {
  const station = await openSignedIn()
  const keys = 'aws_access_key_id = AKIAEXAMPLEOFOTHERS1\naws_secret_access_key = other'
  writeFileSync(join(station.home, '.aws', 'credentials'), `[default]\n${keys}\n`)
  const { variables, said } = await startServing(station)
  expect(said().stderr).toContain('AWS tools prefer those to the endpoint')
  const [program, ...words] = CLI(station.emulator.origin)
  await startProgram(program, words, { ...surroundings(station), ...variables }).ended
  const asked = station.emulator.requests.filter(({ operation }) => operation === 'GetCallerIdentity')
  expect(asked.at(-1)?.headers['authorization']).toContain('Credential=AKIAEXAMPLEOFOTHERS1/')
})

test('G108: what an SDK is told after a logout names the command that helps; after a sign-in it works again', async () => {
  const station = await openSignedIn()
  const { variables } = await startServing(station)
  const env = { ...surroundings(station), ...variables }
  const [program, ...words] = CLI(station.emulator.origin)
  expect(await station.run(['logout', '--profile', 'dev'])).toMatchObject({ code: 0 })
  const refused = await startProgram(program, words, env).ended
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toContain('poolkey login --profile dev')
  expect(await station.signIn()).toMatchObject({ code: 0 })
  expect(await startProgram(program, words, env).ended).toMatchObject({ code: 0, stdout: ROLE })
})
