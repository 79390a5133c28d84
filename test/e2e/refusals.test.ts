import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { answerOf, openStation } from './poolkey-process.ts'

test.each([
  { words: ['no-such-command'], says: "unknown command 'no-such-command'" },
  { words: ['logn'], says: 'Did you mean login?' },
  { words: ['login', '--no-such-option'], says: "unknown option '--no-such-option'" },
  { words: ['login', '--timeout', 'soon'], says: 'a whole number of seconds from 1 to 86400 is needed' },
  { words: ['login', '--store', 'cellar'], says: 'Allowed choices are keychain, passphrase, file' },
  { words: ['env', '--shell', 'tcsh'], says: 'Allowed choices are' },
  { words: ['emulate', '--port', '70000'], says: 'a port from 1 to 65535 is needed' },
  { words: ['status', '--profile', 'a"b'], says: 'cannot be the name of a profile' },
  { words: ['status', '--profile'], says: 'argument missing' },
  { words: ['status', 'surplus'], says: 'too many arguments' },
])('$words is a usage error: exit 2, saying "$says"', async ({ words, says }) => {
  const station = await openStation()
  const outcome = await station.run(words)
  expect(outcome).toMatchObject({ code: 2, stdout: '' })
  expect(outcome.stderr).toMatch(/^poolkey: error: /)
  expect(outcome.stderr).toContain(says)
})

test('without a command prints the help on stderr and ends with 2', async () => {
  const station = await openStation()
  const outcome = await station.run([])
  expect(outcome).toMatchObject({ code: 2, stdout: '' })
  expect(outcome.stderr).toContain('Usage: poolkey')
})

test.each([['--help'], ['-h'], ['login', '--help'], ['--version']])(
  '%s %s answers on stdout and ends with 0',
  async (...words) => {
    const station = await openStation()
    const outcome = await station.run(words)
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout).not.toBe('')
  },
)

test('the help groups the commands', async () => {
  const station = await openStation()
  const { stdout } = await station.run(['--help'])
  const headings = [
    'Sign in:',
    '  login',
    '  logout',
    '  status',
    'Use:',
    '  credential-process',
    '  env',
    'Try:',
    '  demo',
    '  emulate',
  ]
  const places = headings.map((heading) => stdout.indexOf(`\n${heading}`))
  expect(places).toEqual(places.toSorted((one, other) => one - other))
  expect(places[0]).toBeGreaterThan(0)
})

test.each([
  { keys: 'cognito_clinet_id = 1example', line: 3, says: 'cognito_client_id' },
  { keys: 'cognito_user_pool_id = nowhere', line: 3, says: 'cognito_user_pool_id = nowhere' },
  { keys: 'region = eu-west-1\ncognito_exchange = magic', line: 4, says: 'enhanced' },
])('a configuration error names file and line: $keys', async ({ keys, line, says }) => {
  const station = await openStation()
  writeFileSync(station.configFile, `# mine\n[profile dev]\n${keys}\n`)
  for (const command of ['login', 'credential-process', 'env', 'status']) {
    const outcome = await station.run([command, '--profile', 'dev'])
    expect(outcome, command).toMatchObject({ code: 3, stdout: '' })
    expect(outcome.stderr).toContain(`${station.configFile}:${line}`)
    expect(outcome.stderr).toContain(says)
    expect(outcome.stderr).toMatch(/^poolkey: error: .*\npoolkey: fix: .*\n$/)
  }
})

test('a broken line of the file is named', async () => {
  const station = await openStation()
  writeFileSync(station.configFile, '[profile dev]\nregion = eu-west-1\nnonsense\n')
  const outcome = await station.run(['status', '--profile', 'dev'])
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toContain(`${station.configFile}:3: `)
})

test('an unknown profile is exit 3, naming the known ones', async () => {
  const station = await openStation()
  const outcome = await station.run(['credential-process', '--profile', 'dve'])
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toContain('known: dev')
})

test('without any configuration file the message says where it looked', async () => {
  const station = await openStation({ env: { AWS_CONFIG_FILE: '/nonexistent/config' } })
  const outcome = await station.run(['credential-process'])
  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toContain('/nonexistent/config')
})

test.each(['login', 'credential-process', 'env', 'status', 'logout'])(
  '%s refuses to run with certificates unchecked',
  async (command) => {
    const station = await openStation({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } })
    const outcome = await station.run([command, '--profile', 'dev'])
    expect(outcome).toMatchObject({ code: 3, stdout: '' })
    expect(outcome.stderr).toContain('NODE_TLS_REJECT_UNAUTHORIZED')
    expect(station.emulator.requests).toEqual([])
  },
)

test('AWS_PROFILE and AWS_DEFAULT_PROFILE name the profile, and --profile outranks them', async () => {
  const station = await openStation()
  await station.signIn()
  const byProfile = await station.run(['credential-process'], {
    AWS_PROFILE: 'dev',
    AWS_DEFAULT_PROFILE: 'x',
  })
  expect(byProfile).toMatchObject({ code: 0, stderr: '' })
  expect(await station.run(['credential-process'], { AWS_DEFAULT_PROFILE: 'dev' })).toMatchObject({ code: 0 })
  const words = ['credential-process', '--profile', 'dev']
  expect((await station.run(words, { AWS_PROFILE: 'x' })).stdout).toBe(byProfile.stdout)
})

test('a role that does not trust the sign-in: two lines with the exact edit, and nothing on stdout', async () => {
  const station = await openStation()
  const { emulator } = station
  const roleArn = emulator.roles.webIdentity
  station.configure({ cognito_identity_pool_id: undefined, cognito_role_arn: roleArn })
  emulator.settings.roles.find(({ arn }) => arn === roleArn)!.trustPolicy.Statement = []
  expect(await station.signIn()).toMatchObject({ code: 5, stdout: '' })
  const provider = `arn:aws:iam::${emulator.accountId}:oidc-provider/${emulator.issuer.replace('http://', '')}`
  const outcome = await station.run(['credential-process', '--profile', 'dev'])
  expect(outcome).toMatchObject({ code: 5, stdout: '' })
  expect(outcome.stderr.split('\n')).toEqual([
    `poolkey: error: STS does not let this token assume ${roleArn}: no such role, or its trust policy does not match (AccessDenied)`,
    expect.stringContaining(` to ${provider} with aud ${emulator.clientId}`),
    '',
  ])
})

test('a role that the token does not offer: the command that the fix names mends it', async () => {
  const station = await openStation()
  station.configure({ cognito_role_arn: station.emulator.roles.authenticated })
  const login = await station.signIn()
  expect(login).toMatchObject({ code: 5, stdout: '' })
  expect(login.stderr).toContain('choose another that poolkey roles --profile dev lists')
  const roles = await station.run(['roles', '--profile', 'dev'])
  expect(roles.stdout).toContain(station.emulator.roles.editor)
  expect(await station.run(['roles', 'use', 'PoolkeyEditor', '--profile', 'dev'])).toMatchObject({ code: 0 })
  answerOf(await station.run(['credential-process', '--profile', 'dev']))
})

test('a sign-in on this machine without an endpoint is refused before anything is sent; doctor says so', async () => {
  const station = await openStation({ profile: { endpoint_url: undefined } })
  const refused = await station.run(['login', '--profile', 'dev', '--no-browser', '--no-input'])
  expect(refused).toMatchObject({ code: 3, stdout: '' })
  expect(refused.stderr).toContain('profile dev has no endpoint_url, which a sign-in at ')
  expect(refused.stderr).toContain('poolkey: fix: add endpoint_url = URL to profile dev in ')
  expect(station.emulator.requests).toEqual([])
  const examined = await station.run(['doctor', '--profile', 'dev', '--json'])
  expect(examined.stdout).toContain('profile dev has no endpoint_url')

  // Somebody signed in while there was one: their tokens stay here.
  station.env['AWS_ENDPOINT_URL'] = station.emulator.origin
  await station.signIn()
  station.env['AWS_ENDPOINT_URL'] = undefined
  const sent = await station.run(['credential-process', '--profile', 'dev'])
  expect(sent).toMatchObject({ code: 3, stdout: '' })
  expect(sent.stderr).toContain('profile dev has no endpoint_url')
})

test('a host on this machine that speaks no TLS is named with http:// in front', async () => {
  const station = await openStation()
  const { host } = new URL(station.emulator.origin)
  station.configure({ cognito_domain: host })
  const examined = await station.run(['doctor', '--profile', 'dev', '--json'])
  expect(examined.stdout).toContain(`cognito_domain = http://${host}`)
  expect(examined.stdout).not.toContain('AWS_CA_BUNDLE')
})
