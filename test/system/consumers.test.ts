/**
 * The AWS CLI and boto3, with nothing but a profile whose `credential_process` is the built command: what they call
 * arrives with the expected role, whether credentials are at hand, expired, or the ID token has expired with them.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { openStation, POOLKEY, startProgram, until } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'

const BOTO3 = `
import sys, boto3
profile, endpoint = sys.argv[1:]
session = boto3.Session(profile_name=profile)
print(session.client("sts", endpoint_url=endpoint).get_caller_identity()["Arn"])
`

interface Consumer {
  name: string
  command: (origin: string) => [string, ...string[]]
}

const CONSUMERS: Consumer[] = [
  {
    name: 'aws CLI',
    command: (origin) => [
      ...(['/usr/bin/aws', '--profile', 'dev', '--endpoint-url', origin] as const),
      ...['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'],
    ],
  },
  { name: 'boto3', command: (origin) => ['/usr/bin/python3', '-c', BOTO3, 'dev', origin] },
]

const EXCHANGES = [
  {
    name: 'enhanced',
    operation: 'GetCredentialsForIdentity',
    keys: () => ({}),
    arn: 'arn:aws:sts::111122223333:assumed-role/PoolkeyAdmin/CognitoIdentityCredentials',
  },
  {
    name: 'web-identity',
    operation: 'AssumeRoleWithWebIdentity',
    keys: ({ emulator }: Station) => ({
      cognito_identity_pool_id: undefined,
      cognito_role_arn: emulator.roles.webIdentity,
    }),
    arn: 'arn:aws:sts::111122223333:assumed-role/PoolkeyWebIdentity/test-user@example.com',
  },
]

/** What has expired when the consumer comes, and what poolkey then has to ask for. */
const SITUATIONS = [
  { name: 'nothing has expired', idToken: 3600, credentials: 3600, refreshes: 0, exchanges: 0 },
  { name: 'credentials have expired', idToken: 3600, credentials: 2, refreshes: 0, exchanges: 1 },
  { name: 'credentials and ID token have expired', idToken: 2, credentials: 2, refreshes: 1, exchanges: 1 },
]

const table: string[] = []
afterAll(() => {
  process.stdout.write(`\n${table.join('\n')}\n\n`)
})

/** A person's HOME: a profile, and no environment that a terminal would not have. */
async function personWithProfile(exchange: (typeof EXCHANGES)[number]): Promise<Station> {
  const station = await openStation()
  station.configure({
    ...exchange.keys(station),
    credential_process: `${quoted(process.execPath)} ${quoted(POOLKEY)} credential-process --profile dev`,
  })
  return station
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path}'`
}

/** Signed in with lives so short; from then on they are long. */
async function signedInFor(station: Station, lives: (typeof SITUATIONS)[number]): Promise<void> {
  const { settings, faults } = station.emulator
  settings.idTokenSeconds = lives.idToken
  settings.credentialsSeconds = lives.credentials
  // STS gives no less than 15 minutes.
  const expiration = new Date(Date.now() + lives.credentials * 1000).toISOString()
  faults.set('AssumeRoleWithWebIdentity', {
    kind: 'alter',
    alter: (answer) => ({ ...answer, body: answer.body.replace(/(<Expiration>)[^<]+/, `$1${expiration}`) }),
  })
  expect(await station.signIn(['--force'])).toMatchObject({ code: 0 })
  faults.clear('AssumeRoleWithWebIdentity')
  // Whatever was handed out by now is over then.
  const overAt = Date.now() + lives.credentials * 1000
  if (lives.credentials < 3600) await until(() => Date.now() > overAt)
  settings.idTokenSeconds = 3600
  settings.credentialsSeconds = 3600
}

describe.each(EXCHANGES)('with the exchange $name', (exchange) => {
  describe.each(CONSUMERS)('$name', (consumer) => {
    test('is the expected role, before and after everything that can expire has expired', async () => {
      const station = await personWithProfile(exchange)
      const { emulator, home } = station
      const env = { PATH: '/usr/bin:/bin', HOME: home, AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true' }
      for (const situation of SITUATIONS) {
        await signedInFor(station, situation)
        const before = [emulator.count('token:refresh_token'), emulator.count(exchange.operation)] as const
        const [program, ...words] = consumer.command(emulator.origin)
        const outcome = await startProgram(program, words, env).ended
        expect(outcome, situation.name).toMatchObject({ code: 0, stderr: '', stdout: `${exchange.arn}\n` })
        expect(emulator.count('token:refresh_token') - before[0], situation.name).toBe(situation.refreshes)
        expect(emulator.count(exchange.operation) - before[1], situation.name).toBe(situation.exchanges)
        table.push(
          [exchange.name.padEnd(12), consumer.name.padEnd(8), situation.name.padEnd(38), exchange.arn].join(
            '  ',
          ),
        )
      }
    })
  })

  test('a tool that finds nobody signed in is told the command that helps', async () => {
    const station = await personWithProfile(exchange)
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: station.home,
      AWS_PAGER: '',
      AWS_EC2_METADATA_DISABLED: 'true',
    }
    const [program, ...words] = CONSUMERS[0]!.command(station.emulator.origin)
    const outcome = await startProgram(program, words, env).ended
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).toContain('poolkey: fix: run: poolkey login --profile dev')
  })
})
