import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answerOf, openStation, POOLKEY, profileText, uniqueText } from './poolkey-process.ts'
import type { Station, StationOptions } from './poolkey-process.ts'

/** The flags of a profile for the station's emulator. */
function flagsFor({ emulator }: Station, change: Record<string, string | undefined> = {}): string[] {
  const flags: Record<string, string | undefined> = {
    'user-pool-id': emulator.userPoolId,
    'client-id': emulator.clientId,
    domain: emulator.origin,
    issuer: emulator.issuer,
    'redirect-uri': emulator.settings.redirectUris.join(','),
    'identity-pool-id': emulator.identityPoolId,
    ...change,
  }
  return Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, value]))
}

/** A station without any configuration, whose environment leads to the emulator. */
async function emptyStation(): Promise<Station> {
  const station = await openStation()
  rmSync(station.configFile)
  station.env['AWS_ENDPOINT_URL'] = station.emulator.origin
  return station
}

const textOf = (station: Station) => readFileSync(station.configFile, 'utf8')
const DEV = ['--profile', 'dev']

describe('configure with flags', () => {
  test('writes a profile that works as it stands, and says how to go on', async () => {
    const station = await emptyStation()
    const { emulator } = station
    const done = await station.run(['configure', ...DEV, '--yes', ...flagsFor(station)])
    expect(done).toMatchObject({ code: 0, stdout: '' })
    const line = `credential_process = ${POOLKEY.join(' ')} credential-process --profile dev`
    expect(textOf(station)).toBe(
      [
        ...['[profile dev]', `region = ${emulator.region}`, line],
        ...[`cognito_user_pool_id = ${emulator.userPoolId}`, `cognito_client_id = ${emulator.clientId}`],
        ...[`cognito_domain = ${emulator.origin}`, `cognito_issuer = ${emulator.issuer}`],
        `cognito_redirect_uri = ${emulator.settings.redirectUris.join(',')}`,
        ...[`cognito_identity_pool_id = ${emulator.identityPoolId}`, ''],
      ].join('\n'),
    )
    expect(done.stderr).toContain(`\n+cognito_client_id = ${emulator.clientId}\n`)
    expect(done.stderr).not.toContain('\u001b')
    expect(
      done.stderr.endsWith(
        `Wrote profile dev into ${station.configFile}.\nSign in: poolkey login --profile dev\nThen every AWS tool has credentials:\n  aws sts get-caller-identity --profile dev --endpoint-url ${emulator.origin}\n`,
      ),
    ).toBe(true)
    expect(await station.signIn()).toMatchObject({ code: 0 })
    answerOf(await station.run(['credential-process', ...DEV]))
  })

  test('changes a profile in place, and has nothing to write the second time', async () => {
    const station = await openStation()
    const before = `# first\n[profile other]\nregion=x\n\n${textOf(station)}# last\n`
    writeFileSync(station.configFile, before)
    const change = ['configure', ...DEV, '--yes', '--lang', 'de', '--role-arn', station.emulator.roles.editor]
    expect(await station.run(change)).toMatchObject({ code: 0 })
    const after = textOf(station)
    expect(
      after.split('\n').filter((line) => !/^cognito_(lang|role_arn) = |^credential_process = /.test(line)),
    ).toEqual(before.split('\n'))
    const again = await station.run(change)
    expect(again).toMatchObject({ code: 0, stdout: '' })
    expect(again.stderr).toContain('Profile dev says that already: nothing to write.\n')
    expect(textOf(station)).toBe(after)
  })

  test('without --yes, and nobody to ask, shows what it would write, and writes nothing', async () => {
    const station = await emptyStation()
    const outcome = await station.run(['configure', ...DEV, ...flagsFor(station)])
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toContain('\n+[profile dev]\n')
    expect(outcome.stderr).toContain('to go ahead without being asked, give --yes')
    expect(() => textOf(station)).toThrow('ENOENT')
  })

  test('what is missing without a terminal is named by its flags: exit 2', async () => {
    const station = await emptyStation()
    const outcome = await station.run([
      'configure',
      ...DEV,
      '--yes',
      ...flagsFor(station, { domain: undefined }),
    ])
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toContain('profile dev cannot do without cognito_domain\n')
    expect(outcome.stderr).toContain('give --domain (or --sign-in password);')
    expect(station.emulator.requests).toEqual([])
  })

  test.each(['client-id', 'user-pool-id', 'region', 'domain'])(
    "an app client's secret as --%s is refused, and not shown: exit 2",
    async (flag) => {
      const secret = 'canary0123456789'.repeat(4).slice(0, 51)
      const station = await emptyStation()
      const words = ['configure', ...DEV, '--yes', ...flagsFor(station, { [flag]: secret })]
      const outcome = await station.run(words)
      expect(outcome).toMatchObject({ code: 2, stdout: '' })
      expect(outcome.stderr).toContain('secret')
      expect(outcome.stderr).not.toContain(secret)
      expect(() => textOf(station)).toThrow('ENOENT')
    },
  )

  test.each([
    { flags: { 'user-pool-id': 'nonsense' }, says: '--user-pool-id "nonsense" is not allowed' },
    { flags: { region: 'EU West' }, says: '--region "EU West" is not allowed' },
    { flags: { 'duration-seconds': '7200' }, says: '--duration-seconds: in the enhanced exchange' },
    { flags: { exchange: 'basic' }, says: 'the basic exchange needs cognito_role_arn' },
    { flags: { lang: 'de # c' }, says: '--lang "de # c" is not allowed' },
    { flags: { 'source-profile': 'nope' }, says: '--source-profile "nope" is not allowed' },
    { flags: { 'source-profile': 'dev' }, says: '--source-profile: a profile cannot be its own source' },
    { flags: { username: 'a ;b' }, says: 'cognito_username cannot be written into an AWS file' },
    { flags: { 'login-hint': 'a b'.repeat(40_000) }, says: `"${'a b'.repeat(33)}a..." is not allowed` },
  ])('$flags is refused and nothing written: exit 2', async ({ flags, says }) => {
    const station = await emptyStation()
    const outcome = await station.run(['configure', ...DEV, '--yes', ...flagsFor(station, flags)])
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toContain(says)
    expect(() => textOf(station)).toThrow('ENOENT')
  })

  test('F93: other credential settings are left alone without --force: exit 3', async () => {
    const station = await emptyStation()
    const before = '[profile dev]\nsso_session = corp\nsso_account_id = 111122223333\noutput = json\n'
    writeFileSync(station.configFile, before)
    const refused = await station.run(['configure', ...DEV, '--yes', ...flagsFor(station)])
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(refused.stderr).toContain(
      `profile dev has its credentials from elsewhere: sso_session (${station.configFile}:2)`,
    )
    expect(refused.stderr).toContain('--force')
    expect(textOf(station)).toBe(before)
    const forced = await station.run(['configure', ...DEV, '--yes', '--force', ...flagsFor(station)])
    expect(forced).toMatchObject({ code: 0 })
    expect(forced.stderr).toContain('\n-sso_session = corp\n')
    expect(textOf(station)).toMatch(/^\[profile dev\]\noutput = json\nregion = /)
    expect(await station.run(['status', ...DEV])).toMatchObject({ code: 0 })
  })

  test('keys in the credentials file that outrank it are warned of', async () => {
    const station = await openStation()
    const file = join(station.home, '.aws', 'credentials')
    await station.run(['configure', ...DEV, '--yes', '--lang', 'de'])
    writeFileSync(file, '[dev]\naws_access_key_id = AKIAEXAMPLE\n')
    const outcome = await station.run(['configure', ...DEV, '--yes', '--lang', 'fr'])
    expect(outcome).toMatchObject({ code: 0 })
    expect(outcome.stderr).toContain(`AWS tools prefer the keys of [dev] in ${file} (line 2): remove them`)
  })

  test('poolkey in PATH is what tools are told to run, where it is this one', async () => {
    const station = await emptyStation()
    const program = POOLKEY.at(-1) ?? ''
    symlinkSync(program, join(station.home, 'doubles', 'poolkey'))
    await station.run(['configure', ...DEV, '--yes', ...flagsFor(station)])
    const path = join(station.home, 'doubles', 'poolkey')
    expect(textOf(station)).toContain(`\ncredential_process = ${path} credential-process --profile dev\n`)
  })

  test('shares the sign-in of another profile, whose keys it does not repeat', async () => {
    const station = await openStation()
    const words = ['configure', '--profile', 'editor', '--yes', '--source-profile', 'dev']
    const outcome = await station.run([...words, '--role-arn', station.emulator.roles.editor])
    expect(outcome).toMatchObject({ code: 0 })
    expect(textOf(station)).toMatch(
      /\[profile editor\]\nregion = eu-west-1\ncredential_process = .*\ncognito_role_arn = .*\ncognito_source_profile = dev\n$/,
    )
    expect(await station.run(['status', '--profile', 'editor'])).toMatchObject({ code: 0 })
  })

  test('a guest needs an identity pool alone; no way to AWS is one that only signs in', async () => {
    const station = await emptyStation()
    const { identityPoolId } = station.emulator
    const guest = [
      'configure',
      '--profile',
      'guest',
      '--yes',
      '--guest',
      '--identity-pool-id',
      identityPoolId,
    ]
    expect(await station.run(guest)).toMatchObject({ code: 0 })
    expect(textOf(station)).toContain('cognito_guest = true\n')
    expect(station.emulator.requests).toEqual([])
    const bare = await station.run([
      'configure',
      ...DEV,
      '--yes',
      ...flagsFor(station, { 'identity-pool-id': undefined }),
    ])
    expect(bare).toMatchObject({ code: 0 })
    expect(bare.stderr).toContain(
      'It only signs in; for credentials, add --identity-pool-id or --role-arn.\n',
    )
    expect(bare.stderr).not.toContain('get-caller-identity')
  })

  test('seals a client secret beside it', async () => {
    const station = await openStation({
      secrets: [{ kind: 'sign-in', name: 'client secret', value: 'Canary0client0secret0000' }],
    })
    rmSync(station.configFile)
    const words = ['configure', ...DEV, '--yes', '--client-secret-stdin', ...flagsFor(station)]
    const outcome = await station.run(
      words,
      { AWS_ENDPOINT_URL: station.emulator.origin },
      'Canary0client0secret0000\n',
    )
    expect(outcome).toMatchObject({ code: 0, stdout: '' })
    expect(outcome.stderr).toContain(
      `The secret of app client ${station.emulator.clientId} is sealed in the vault.\n`,
    )
  })
})

describe('a profile that signs in with a password', () => {
  const password = `Pass-${uniqueText()}`
  const clientSecret = `Canary0${uniqueText()}${uniqueText()}`
  const carol = { username: 'carol', password, email: 'carol@example.com', groups: ['admin'] }
  const change = { domain: undefined, 'redirect-uri': undefined, 'sign-in': 'password', username: 'carol' }

  async function stationOf(options: StationOptions = {}): Promise<Station> {
    const station = await openStation({
      users: [carol],
      secrets: [
        { kind: 'sign-in', name: 'password', value: password },
        { kind: 'sign-in', name: 'client secret', value: clientSecret },
      ],
      ...options,
    })
    rmSync(station.configFile)
    station.env['AWS_ENDPOINT_URL'] = station.emulator.origin
    return station
  }
  const configured = (station: Station, words: string[] = [], stdin?: string) =>
    station.run(['configure', ...DEV, '--yes', ...flagsFor(station, change), ...words], {}, stdin)

  test('needs no domain, is tried at the API, and says how to sign in', async () => {
    const station = await stationOf()
    const { code, stderr } = await configured(station)
    expect(code).toBe(0)
    expect(textOf(station)).not.toMatch(/cognito_domain|cognito_redirect_uri/)
    expect(stderr).toContain("Checked: the user pool's API begins a sign-in with a password at app client")
    expect(stderr).not.toMatch(/warning|callback/)
    expect(stderr).toContain('Sign in: poolkey login --profile dev\n')
    const login = ['login', ...DEV, '--no-input', '--password-stdin']
    expect(await station.run(login, {}, password)).toMatchObject({ code: 0 })
    answerOf(await station.run(['credential-process', ...DEV]))
  })

  test('is told at once that its app client lets nobody in so', async () => {
    const { code, stderr } = await configured(await stationOf({ authFlows: [] }))
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /warning: signing in with a password is not allowed for app client .*\n.*fix: allow .*ALLOW_USER_SRP_AUTH/,
    )
  })

  test('is tried with the secret that comes with it; of one that may be sealed nothing is said but that', async () => {
    const station = await stationOf({ clientSecret })
    const first = await configured(station, ['--client-secret-stdin'], clientSecret)
    expect(first).toMatchObject({ code: 0 })
    expect(first.stderr).toContain("Checked: the user pool's API begins a sign-in with a password")
    const again = await configured(station)
    expect(again.stderr).toMatch(
      /Checked: app client \S+ has a secret\. If it is not sealed yet: poolkey configure --client-secret-stdin --profile dev\n/,
    )
    expect(again.stderr).not.toContain('warning')
  })
})

describe('what can be known without signing in', () => {
  const configured = async (station: Station, change: Record<string, string> = {}) =>
    station.run(['configure', ...DEV, '--yes', ...flagsFor(station, change)])

  test('a client and a callback URL that are registered are said to be accepted', async () => {
    const station = await emptyStation()
    const { stderr } = await configured(station)
    const { emulator } = station
    expect(stderr).toContain(`Checked: the issuer ${emulator.issuer} is there, with its keys.\n`)
    for (const uri of emulator.settings.redirectUris)
      expect(stderr).toContain(`takes app client ${emulator.clientId} with ${uri}.\n`)
    expect(stderr).not.toContain('warning')
    // Nothing that has an effect is asked.
    expect(new Set(emulator.requests.map(({ operation }) => operation))).toEqual(
      new Set(['discovery', 'jwks', 'authorize']),
    )
  })

  test('a callback URL that is not registered is warned of with how to register it, and the profile is written', async () => {
    const station = await emptyStation()
    const uri = 'http://localhost:8499/callback'
    const outcome = await configured(station, { 'redirect-uri': uri })
    expect(outcome).toMatchObject({ code: 0 })
    expect(outcome.stderr).toMatch(
      /warning: .* refuses app client .* with http:\/\/localhost:8499\/callback: redirect_mismatch\n/,
    )
    expect(outcome.stderr).toContain(`poolkey: fix: register ${uri} letter by letter as a callback URL`)
    expect(textOf(station)).toContain(`cognito_redirect_uri = ${uri}\n`)
  })

  test('so it is where the user pool leads to its error page, as AWS does', async () => {
    const station = await emptyStation()
    const location = `${station.emulator.origin}/error?error=redirect_mismatch&client_id=x`
    station.emulator.faults.set('authorize', { kind: 'redirect', location }, 9)
    expect((await configured(station)).stderr).toContain(': redirect_mismatch\n')
  })

  test('an app client of another pool, or none, is warned of', async () => {
    const station = await emptyStation()
    const outcome = await configured(station, { 'client-id': '1nobody' })
    expect(outcome).toMatchObject({ code: 0 })
    expect(outcome.stderr).toContain('refuses app client 1nobody')
    expect(outcome.stderr).toContain('check that app client 1nobody and cognito_domain')
  })

  test('a user pool that is not there is warned of', async () => {
    const station = await emptyStation()
    const { stderr } = await configured(station, { issuer: `${station.emulator.origin}/eu-west-1_Nobody` })
    expect(stderr).toContain('eu-west-1_Nobody does not give its configuration: HTTP 404')
    expect(stderr).toContain('fix: check cognito_user_pool_id')
  })

  test('A17: a configuration that names another issuer is warned of', async () => {
    const station = await emptyStation()
    const body = JSON.stringify({ issuer: 'https://evil.example.com' })
    station.emulator.faults.set('discovery', { kind: 'answer', status: 200, body })
    expect((await configured(station)).stderr).toContain('it calls itself https://evil.example.com')
  })

  test('what nobody answers is a warning, with one short limit for all of it', async () => {
    const station = await emptyStation()
    // It takes connections and says nothing.
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const origin = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`
    try {
      const plain = await station.run(['configure', 'list'])
      const outcome = await configured(station, { domain: origin, issuer: `${origin}/pool` })
      expect(outcome).toMatchObject({ code: 0 })
      expect(outcome.stderr.match(/warning: could not tell/g)).toHaveLength(
        2 + station.emulator.settings.redirectUris.length,
      )
      // A request on its own would be waited for 10 s.
      expect(outcome.ms - plain.ms).toBeLessThan(6_000)
      expect(textOf(station)).toContain(`cognito_domain = ${origin}\n`)
    } finally {
      silent.close()
    }
  })

  test('what cannot be reached is a warning', async () => {
    const station = await emptyStation()
    const outcome = await configured(station, {
      domain: 'http://127.0.0.1:9',
      issuer: 'http://127.0.0.1:9/pool',
    })
    expect(outcome).toMatchObject({ code: 0 })
    expect(outcome.stderr).toContain('cannot connect to 127.0.0.1:9')
  })
})

describe('configure list', () => {
  test('lists what poolkey serves, as a table and as JSON, and what is wrong with it', async () => {
    const station = await openStation()
    const { emulator, configFile } = station
    const more = [
      '[profile editor]\ncognito_source_profile = dev\n' + `cognito_role_arn = ${emulator.roles.editor}\n`,
      `[profile deploy]\nrole_arn = ${emulator.roles.chained}\nsource_profile = dev\n`,
      '[profile static]\naws_access_key_id = AKIAEXAMPLE\n',
      '[profile broken]\ncognito_client_id = not allowed\n',
    ]
    writeFileSync(configFile, textOf(station) + more.join(''))
    const first = textOf(station).split('\n')
    const lineOf = (name: string) => first.indexOf(`[profile ${name}]`) + 1
    const base = { userPoolId: emulator.userPoolId, clientId: emulator.clientId }
    const listed = await station.run(['configure', 'list', '--json'])
    expect(listed).toMatchObject({ code: 0 })
    expect(JSON.parse(listed.stdout)).toEqual({
      version: 1,
      profiles: [
        { name: 'dev', file: configFile, line: lineOf('dev'), exchange: 'enhanced', ...base },
        {
          ...{ name: 'editor', file: configFile, line: lineOf('editor'), exchange: 'enhanced', ...base },
          ...{ roleArn: emulator.roles.editor, sourceProfile: 'dev' },
        },
        {
          ...{ name: 'deploy', file: configFile, line: lineOf('deploy'), exchange: 'enhanced', ...base },
          ...{ roleArn: emulator.roles.chained, sourceProfile: 'dev' },
        },
        { name: 'broken', file: configFile, line: lineOf('broken') },
      ],
    })
    const shown = await station.run(['configure', 'list'])
    expect(shown.stdout.split('\n')[1]).toBe(
      `dev      enhanced  ${emulator.userPoolId}  ${emulator.clientId}  -           -`,
    )
    expect(shown.stderr).toContain('warning: profile broken cannot be used: ')
    expect(shown.stdout).not.toContain('static')
  })

  test('says so where there is none', async () => {
    const station = await emptyStation()
    expect(await station.run(['configure', 'list'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `There is no profile of poolkey's in ${station.configFile}. To make one: poolkey configure --profile NAME\n`,
    })
    expect((await station.run(['configure', 'list', '--json'])).stdout).toBe('{"version":1,"profiles":[]}\n')
  })
})

describe('configure remove', () => {
  test("of a client's last profile says that its secret stays sealed, and how to take it away", async () => {
    const secret = `secret${uniqueText()}`
    const station = await openStation({ clientSecret: secret })
    const other = profileText(station.emulator, 'other')
    writeFileSync(station.configFile, `${textOf(station)}\n${other}`)
    const seal = ['configure', '--profile', 'dev', '--client-secret-stdin']
    expect(await station.run(seal, {}, secret)).toMatchObject({ code: 0 })
    const first = await station.run(['configure', 'remove', 'other', '--yes'])
    expect(first.stderr).not.toContain('secret')
    const last = await station.run(['configure', 'remove', 'dev', '--yes'])
    expect(last).toMatchObject({ code: 0, stdout: '' })
    expect(last.stderr).toContain(`The secret of app client ${station.emulator.clientId} stays sealed`)
    expect(last.stderr).toContain('poolkey logout --all')
  })

  test('says nothing of a secret that a profile with a mistake in it may need', async () => {
    const secret = `secret${uniqueText()}`
    const station = await openStation({ clientSecret: secret })
    const broken = profileText(station.emulator, 'broken')
    writeFileSync(station.configFile, `${textOf(station)}\n${broken}\ncognito_duration_seconds = soon\n`)
    const seal = ['configure', '--profile', 'dev', '--client-secret-stdin']
    expect(await station.run(seal, {}, secret)).toMatchObject({ code: 0 })
    const removed = await station.run(['configure', 'remove', 'dev', '--yes'])
    expect(removed).toMatchObject({ code: 0 })
    expect(removed.stderr).not.toContain('no profile needs it')
  })

  test('removes the profile whatever is wrong with the vault', async () => {
    const station = await openStation()
    const env = { POOLKEY_HOME: station.configFile }
    expect(await station.run(['configure', 'remove', 'dev', '--yes'], env)).toMatchObject({ code: 0 })
    expect(textOf(station)).not.toContain('cognito_')
  })

  test('takes out what configure wrote, byte for byte, and names who leans on it', async () => {
    const station = await emptyStation()
    const before = '[default]\nregion = eu-west-1\n\n[profile editor]\ncognito_source_profile = dev\n'
    writeFileSync(station.configFile, before)
    await station.run(['configure', ...DEV, '--yes', ...flagsFor(station)])
    expect(textOf(station)).not.toBe(before)
    const removed = await station.run(['configure', 'remove', 'dev', '--yes'])
    expect(removed).toMatchObject({ code: 0, stdout: '' })
    expect(removed.stderr).toContain('warning: editor leans on dev: it will no longer work\n')
    expect(removed.stderr).toContain(`Removed profile dev from ${station.configFile}.\n`)
    expect(textOf(station)).toBe(before)
  })

  test.each([
    { words: ['remove', 'dev'], code: 2, says: 'nobody to ask for leave' },
    { words: ['remove', '--yes'], code: 2, says: 'no profile was named' },
    { words: ['remove', 'dev', '--profile', 'prod', '--yes'], code: 2, says: 'are two profiles' },
    { words: ['remove', 'nobody', '--yes'], code: 3, says: 'there is no profile nobody' },
    { words: ['remove', 'static', '--yes'], code: 3, says: 'profile static' },
  ])('$words removes nothing: exit $code', async ({ words, code, says }) => {
    const station = await openStation()
    writeFileSync(station.configFile, `${textOf(station)}[profile static]\naws_access_key_id = AKIAEXAMPLE\n`)
    const before = textOf(station)
    const outcome = await station.run(['configure', ...words])
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toContain(says)
    expect(textOf(station)).toBe(before)
  })
})

test("F92: many writers of one file, which is both of AWS's, leave every section whole, and every other byte", async () => {
  const station = await openStation()
  const shared = { AWS_CONFIG_FILE: station.configFile, AWS_SHARED_CREDENTIALS_FILE: station.configFile }
  const before = `# kept\r\n[static]\r\naws_access_key_id=AKIAEXAMPLE\r\n\r\n${textOf(station)}; kept, too\n`
  writeFileSync(station.configFile, before)
  Object.assign(station.env, shared)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const names = Array.from({ length: 25 }, (_, index) => String(index))
  const outcomes = await Promise.all([
    ...names.map((name) => station.run(['write', ...DEV, '--to', `w${name}`])),
    ...names.map((name) =>
      station.run([
        'configure',
        '--profile',
        `c${name}`,
        '--yes',
        '--source-profile',
        'dev',
        '--region',
        'eu-west-1',
      ]),
    ),
  ])
  expect(outcomes.filter(({ code }) => code !== 0)).toEqual([])
  const after = textOf(station)
  expect(after.startsWith(before)).toBe(true)
  const headers = after.slice(before.length).match(/^\[.*\]/gm) ?? []
  expect(headers.toSorted()).toEqual(names.flatMap((name) => [`[w${name}]`, `[profile c${name}]`]).toSorted())
  // They come out again, all of them at once.
  await Promise.all(names.map((name) => station.run(['configure', 'remove', `c${name}`, '--yes'])))
  expect(await station.run(['logout', ...DEV])).toMatchObject({ code: 0 })
  expect(textOf(station)).toBe(before)
}, 180_000)
