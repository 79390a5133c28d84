/** Setups that are broken around the exchange: the machine, the files of AWS, the tools. */
import { appendFileSync, chmodSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { onTestFinished, test } from 'vitest'
import { POOLKEY } from '../poolkey-process.ts'
import type { Environment, Station } from '../poolkey-process.ts'
import { expectDiagnosis, LINE } from './broken-setup.ts'
import type { BrokenSetup, HopReport } from './broken-setup.ts'

const WARNING = 0

const edit = (station: Station, change: (text: string) => string) => {
  writeFileSync(station.configFile, change(readFileSync(station.configFile, 'utf8')))
}
const append = (text: string) => (station: Station) => {
  appendFileSync(station.configFile, text)
}
/** Takes out of the file what `append` put there. */
const without = (text: string) => (station: Station) => {
  edit(station, (whole) => whole.replace(text, ''))
}
const replaced = (from: string | RegExp, to: string) => (station: Station) => {
  edit(station, (text) => text.replace(from, to))
}
const credentialsFile = (station: Station) => join(station.home, '.aws', 'credentials')
const environment = (variables: Record<string, string>) => {
  // One object a run, so that what is unset stays so.
  const env = { ...variables }
  return () => env
}
const unsetting = (name: string) => (_station: Station, _report: HopReport, env: Environment) => {
  env[name] = undefined
}
const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = none\n'

const MACHINE: BrokenSetup[] = [
  {
    setup: 'keys in the environment',
    env: environment({ AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' }),
    ...{ hop: 'machine', exit: WARNING },
    says: /AWS_ACCESS_KEY_ID is set: AWS tools that are told no profile/,
    fix: /^unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY$/m,
  },
  {
    setup: 'a token file in the environment',
    env: environment({ AWS_WEB_IDENTITY_TOKEN_FILE: '/tmp/token', AWS_ROLE_ARN: 'arn:aws:iam::1:role/x' }),
    ...{ hop: 'machine', exit: WARNING },
    says: /AWS_WEB_IDENTITY_TOKEN_FILE is set/,
    fix: /^unset AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN$/m,
  },
  {
    setup: 'two variables that name two profiles',
    env: environment({ AWS_PROFILE: 'dev', AWS_DEFAULT_PROFILE: 'prod' }),
    ...{ hop: 'machine', exit: WARNING },
    says: /AWS_PROFILE is dev and AWS_DEFAULT_PROFILE prod/,
    fix: /^unset AWS_DEFAULT_PROFILE$/m,
  },
  {
    setup: 'a configuration that others can change',
    spoil: ({ configFile }) => {
      chmodSync(configFile, 0o666)
    },
    ...{ hop: 'machine', exit: WARNING },
    says: /config may be changed by others, who could have their own program run \(mode 666\)/,
    fix: /^chmod go-w \S+\/config$/m,
  },
  {
    setup: 'a credentials file that others can read',
    spoil: (station) => {
      writeFileSync(credentialsFile(station), `[other]\n${KEYS}`, { mode: 0o644 })
    },
    ...{ hop: 'machine', exit: WARNING },
    says: /credentials can be read by others \(mode 644\)/,
    fix: /^chmod go-rwx \S+\/credentials$/m,
  },
  {
    setup: 'a passphrase that others can read',
    spoil: ({ home }) => {
      writeFileSync(join(home, 'passphrase'), 'x', { mode: 0o644 })
    },
    env: ({ home }) => ({ POOLKEY_PASSPHRASE_FILE: join(home, 'passphrase') }),
    ...{ hop: 'machine', exit: WARNING },
    says: /passphrase can be read by others/,
    fix: /^chmod go-rwx \S+\/passphrase$/m,
  },
  {
    setup: 'a proxy that is none',
    env: environment({ HTTPS_PROXY: 'socks5://127.0.0.1:1080' }),
    ...{ hop: 'machine', exit: 3 },
    says: /HTTPS_PROXY = \(not shown\) is not valid/,
    fix: /set HTTPS_PROXY to an HTTP proxy/,
    mend: unsetting('HTTPS_PROXY'),
  },
  {
    setup: 'certificate authorities that are not there',
    env: environment({ AWS_CA_BUNDLE: '/nowhere/ca.pem' }),
    ...{ hop: 'machine', exit: 3 },
    says: /AWS_CA_BUNDLE = \/nowhere\/ca.pem is not valid/,
    fix: /a readable PEM file/,
    mend: unsetting('AWS_CA_BUNDLE'),
  },
  {
    setup: 'no keychain, and no vault yet',
    isSignedOut: true,
    env: environment({ POOLKEY_STORE: 'keychain' }),
    ...{ hop: 'machine', exit: 7 },
    says: /keychain/,
    fix: /^poolkey login --profile dev --store file$/m,
    mend: async (station, _report, env) => {
      env['POOLKEY_STORE'] = undefined
      await station.signIn(['--store', 'file'])
    },
  },
  {
    setup: 'a store that is not the one of the vault',
    env: environment({ POOLKEY_STORE: 'passphrase' }),
    ...{ hop: 'machine', exit: 3 },
    says: /keeps its key in the file store, not passphrase/,
    fix: /set them to file/,
    mend: unsetting('POOLKEY_STORE'),
  },
  {
    setup: 'a key that is gone',
    spoil: ({ stateFolder }) => {
      rmSync(join(stateFolder, 'vault.key'))
    },
    ...{ hop: 'machine', exit: 7 },
    says: /key/,
    fix: /poolkey logout --all, then poolkey login --profile dev --store file/,
    mend: startOver,
  },
  {
    setup: 'a vault that describes nothing',
    spoil: ({ stateFolder }) => {
      writeFileSync(join(stateFolder, 'vault.json'), '{}')
    },
    ...{ hop: 'machine', exit: 7 },
    says: /does not describe a vault/,
    fix: /poolkey logout --all/,
    mend: startOver,
  },
  {
    setup: 'a link in the place of the vault',
    spoil: ({ stateFolder, home }) => {
      rmSync(stateFolder, { recursive: true })
      symlinkSync(home, stateFolder)
    },
    ...{ hop: 'machine', exit: 7 },
    says: /symbolic link/,
    fix: /./,
    mend: async (station) => {
      rmSync(station.stateFolder)
      await station.signIn()
    },
  },
]

async function startOver(station: Station): Promise<void> {
  await station.run(['logout', '--all'])
  await station.signIn()
}

const PROFILE: BrokenSetup[] = [
  {
    setup: 'a profile that is not there',
    spoil: replaced('[profile dev]', '[profile devv]'),
    ...{ hop: 'profile', exit: 3 },
    says: /there is no profile dev/,
    fix: /known: devv/,
    mend: replaced('[profile devv]', '[profile dev]'),
  },
  {
    setup: 'a section without the word profile',
    spoil: replaced('[profile dev]', '[dev]'),
    ...{ hop: 'profile', exit: 3 },
    says: /there is no profile dev/,
    fix: /in line 1 of \S+ write \[profile dev\] in place of \[dev\]/,
    mend: replaced('[dev]', '[profile dev]'),
  },
  {
    setup: 'a key with a typing mistake',
    spoil: replaced('cognito_client_id', 'cognito_clinet_id'),
    ...{ hop: 'profile', exit: 3 },
    says: /unknown setting cognito_clinet_id/,
    fix: /did you mean cognito_client_id\?/,
    mend: replaced('cognito_clinet_id', 'cognito_client_id'),
  },
  {
    setup: 'a value that cannot be',
    spoil: append('cognito_exchange = enchanted\n'),
    ...{ hop: 'profile', exit: 3 },
    says: /cognito_exchange = enchanted is not valid/,
    fix: /set cognito_exchange to .*enhanced/,
    mend: replaced('enchanted', 'enhanced'),
  },
  {
    setup: 'a key that begins with a blank',
    spoil: replaced('cognito_client_id', ' cognito_client_id'),
    ...{ hop: 'profile', exit: 3 },
    says: /cognito_user_pool_id = /,
    fix: /take the blank off the beginning of line \d+/,
    mend: replaced(' cognito_client_id', 'cognito_client_id'),
  },
  {
    setup: 'the basic flow without a role',
    spoil: append('cognito_exchange = basic\n'),
    ...{ hop: 'profile', exit: 3 },
    says: /has no cognito_role_arn/,
    fix: /add cognito_role_arn/,
    mend: without('cognito_exchange = basic\n'),
  },
  {
    setup: 'a line that is none',
    spoil: append('nonsense\n'),
    ...{ hop: 'profile', exit: 3 },
    says: /config:\d+: a line must be "key = value"/,
    fix: /correct that line/,
    mend: without('nonsense\n'),
  },
  {
    setup: 'a section that stands twice',
    spoil: append('[profile other]\nregion = eu-west-1\n[profile other]\noutput = json\n'),
    ...{ hop: 'profile', exit: 3 },
    says: /config:\d+: section \[other\] stands in line \d+ already: the AWS CLI and boto3 cannot read/,
    fix: /make one of lines/,
    mend: without('[profile other]\noutput'),
  },
  {
    setup: 'a key that stands twice',
    spoil: append('region = eu-west-1\n'),
    ...{ hop: 'profile', exit: 3 },
    says: /key region stands in line \d+ already/,
    fix: /make one of lines/,
    mend: replaced(/region = eu-west-1\n$/, ''),
  },
  {
    setup: 'a byte order mark',
    spoil: replaced(/^/, '\uFEFF'),
    ...{ hop: 'profile', exit: 3 },
    says: /begins with a byte order mark/,
    fix: /^sed -i /m,
  },
  {
    setup: 'a comment behind a value',
    spoil: replaced('region = eu-west-1', 'region = eu-west-1 # Ireland'),
    ...{ hop: 'profile', exit: 3 },
    says: /take the comment behind region as part of its value/,
    fix: /on a line of its own/,
    mend: replaced(' # Ireland', ''),
  },
]

const OTHER = 'http://localhost:9/callback'

const SIGN_IN: BrokenSetup[] = [
  {
    setup: 'callback URLs that are not registered',
    spoil: ({ emulator }) => (emulator.settings.redirectUris = [OTHER]),
    ...{ hop: 'sign-in', exit: 5 },
    says: /refuses app client \S+ with http:\/\/localhost:\d+\/callback: redirect_mismatch/,
    fix: /register http:\/\/localhost:\d+\/callback letter by letter .*\n.*App clients > 1example\S+ > Login pages/,
    mend: ({ emulator }, report) => {
      const asked = /register (\S+) letter/.exec(report.fix ?? '')?.[1] ?? ''
      // The profile names two: both are told.
      emulator.settings.redirectUris = [asked, ...redirectUrisIn(emulator.requests)]
    },
  },
  {
    setup: 'the id of another app client',
    isSignedOut: true,
    spoil: replaced(/cognito_client_id = .*/, 'cognito_client_id = 1example0000'),
    ...{ hop: 'sign-in', exit: 5 },
    says: /refuses app client 1example0000/,
    fix: /check that app client 1example0000 and cognito_domain .* are those of user pool eu-west-1_Emulated1/,
    mend: async (station) => {
      edit(station, (text) => text.replace('1example0000', station.emulator.clientId))
      await station.signIn()
    },
  },
  {
    setup: 'a scope that the app client has not',
    isSignedOut: true,
    keys: () => ({ cognito_scopes: 'openid email shop/orders' }),
    ...{ hop: 'sign-in', exit: 5 },
    says: /invalid_scope/,
    fix: /allow the scopes of cognito_scopes/,
    mend: async (station) => {
      station.emulator.settings.clientScopes.push('shop/orders')
      await station.signIn()
    },
  },
  {
    setup: 'a domain that nobody answers at',
    spoil: replaced(/cognito_domain = .*/, 'cognito_domain = http://127.0.0.1:1'),
    ...{ hop: 'sign-in', exit: 6 },
    says: /could not tell whether app client .* cannot connect to 127.0.0.1:1/,
    fix: /start what is to listen there, such as poolkey emulate --port 1; or check the host name in cognito_domain/,
    mend: (station) => {
      edit(station, (text) => text.replace('http://127.0.0.1:1', station.emulator.origin))
    },
  },
  {
    setup: 'a domain that does not exist',
    spoil: replaced(/cognito_domain = .*/, 'cognito_domain = https://sign-in.invalid'),
    ...{ hop: 'sign-in', exit: 6 },
    says: /cannot find the host sign-in.invalid/,
    fix: /the host name in cognito_domain/,
    mend: (station) => {
      edit(station, (text) => text.replace('https://sign-in.invalid', station.emulator.origin))
    },
  },
  {
    setup: 'an issuer that is not there',
    isSignedOut: true,
    spoil: replaced(/(cognito_issuer = .*)Emulated1/, '$1Emulated2'),
    ...{ hop: 'sign-in', exit: 3 },
    says: /does not give its configuration: HTTP 404/,
    fix: /check cognito_user_pool_id, and cognito_issuer .*\naws cognito-idp list-user-pools .* --region eu-west-1/,
    mend: async (station) => {
      edit(station, (text) => text.replace('Emulated2', 'Emulated1'))
      await station.signIn()
    },
  },
  {
    setup: 'a firewall in front of the domain',
    spoil: ({ emulator }) => {
      emulator.faults.set('authorize', { kind: 'html' }, 9)
    },
    ...{ hop: 'sign-in', exit: WARNING },
    says: /a firewall in front of .* answered/,
    fix: /firewall or a portal/,
    mend: ({ emulator }) => {
      emulator.faults.clear()
    },
  },
  {
    setup: 'callback ports that others hold, where nobody is signed in',
    isSignedOut: true,
    spoil: holdPorts,
    ...{ hop: 'sign-in', exit: 6 },
    says: /no callback port is free/,
    fix: /end the program that holds the port/,
    mend: async (station) => {
      await freePorts()
      await station.signIn()
    },
  },
  {
    setup: 'callback ports that others hold, where somebody is signed in',
    spoil: holdPorts,
    ...{ hop: 'sign-in', exit: WARNING },
    says: /no callback port is free/,
    fix: /poolkey configure --redirect-uri/,
    mend: freePorts,
  },
  {
    setup: "another pool's ID beside the issuer",
    spoil: replaced(
      'cognito_user_pool_id = eu-west-1_Emulated1',
      'cognito_user_pool_id = eu-west-1_Other0001',
    ),
    ...{ hop: 'sign-in', exit: WARNING },
    says: /cognito_issuer is that of user pool eu-west-1_Emulated1, cognito_user_pool_id is eu-west-1_Other0001/,
    fix: /correct the one that is wrong/,
    mend: replaced('Other0001', 'Emulated1'),
  },
]

const holders: (() => Promise<void>)[] = []

async function holdPorts({ emulator }: Station): Promise<void> {
  for (const uri of emulator.settings.redirectUris) holders.push(await hold(Number(new URL(uri).port)))
}

async function freePorts(): Promise<void> {
  for (const free of holders.splice(0)) await free()
}

function hold(port: number): Promise<() => Promise<void>> {
  const server = createServer()
  const free = () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
    })
  onTestFinished(free)
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      resolve(free)
    })
  })
}

function redirectUrisIn(requests: readonly { url: string }[]): string[] {
  return requests.flatMap(({ url }) => new URL(url, 'http://localhost').searchParams.getAll('redirect_uri'))
}

const TOOLS: BrokenSetup[] = [
  {
    setup: 'a profile that no tool asks',
    keys: () => ({ credential_process: undefined }),
    ...{ hop: 'tools', exit: WARNING },
    says: /has no credential_process line/,
    fix: /^poolkey configure --yes --profile dev$/m,
  },
  {
    setup: 'tools that ask, where nothing but a sign-in is',
    keys: () => ({ cognito_identity_pool_id: undefined }),
    ...{ hop: 'tools', exit: 3 },
    says: /only signs in: it names neither an identity pool nor a role/,
    fix: /add cognito_identity_pool_id to profile dev/,
    mend: (station) => {
      append(`cognito_identity_pool_id = ${station.emulator.identityPoolId}\n`)(station)
    },
  },
  {
    setup: 'a line that names a program which is gone',
    keys: () => ({ credential_process: '/nowhere/poolkey credential-process --profile dev' }),
    ...{ hop: 'tools', exit: 3 },
    says: /names \/nowhere\/poolkey, which is not there to be run/,
    fix: /^poolkey configure --yes --profile dev$/m,
  },
  {
    setup: 'a line that names a script which is gone',
    keys: () => ({
      credential_process: `${process.execPath} /nowhere/poolkey.cjs credential-process --profile dev`,
    }),
    ...{ hop: 'tools', exit: 3 },
    says: /names \/nowhere\/poolkey.cjs, which is not there/,
    fix: /^poolkey configure --yes --profile dev$/m,
  },
  {
    setup: 'a line without the folder of its program',
    keys: () => ({ credential_process: 'poolkey credential-process --profile dev' }),
    ...{ hop: 'tools', exit: 3 },
    says: /names poolkey, which is not there to be run/,
    fix: /^poolkey configure --yes --profile dev$/m,
  },
  {
    setup: 'a line that asks for another profile',
    keys: () => ({ credential_process: LINE.credential_process.replace(/dev$/, 'prod') }),
    ...{ hop: 'tools', exit: 3 },
    says: /credential_process of profile dev asks for profile prod/,
    fix: /^poolkey configure --yes --profile dev$/m,
  },
  {
    setup: 'a line that names no profile',
    keys: () => ({ credential_process: [...POOLKEY, 'credential-process'].join(' ') }),
    ...{ hop: 'tools', exit: 3 },
    says: /names no profile/,
    fix: /^poolkey configure --yes --profile dev$/m,
  },
  {
    setup: "somebody else's program",
    keys: () => ({ credential_process: '/bin/echo {}' }),
    ...{ hop: 'tools', exit: 3 },
    says: /does not run poolkey credential-process/,
    fix: /^poolkey configure --yes --force --profile dev$/m,
  },
  {
    setup: 'a line for a shell',
    keys: () => ({ credential_process: `${LINE.credential_process} | cat` }),
    ...{ hop: 'tools', exit: 3 },
    says: /uses what only a shell understands/,
    fix: /^poolkey configure --yes/m,
  },
  {
    setup: 'a line that begins with a double quote',
    keys: () => ({
      credential_process: `"${POOLKEY[0] ?? ''}" ${POOLKEY.slice(1).join(' ')} credential-process --profile dev`,
    }),
    ...{ hop: 'tools', exit: WARNING },
    says: /cut short by AWS tools in Go/,
    fix: /^poolkey configure --yes/m,
  },
  {
    setup: 'keys of the same name in the credentials file',
    spoil: (station) => {
      writeFileSync(credentialsFile(station), `[dev]\n${KEYS}`, { mode: 0o600 })
    },
    ...{ hop: 'tools', exit: 3 },
    says: /profile dev has aws_access_key_id \(\S+credentials:2\): AWS tools take those keys and never ask poolkey/,
    fix: /remove aws_access_key_id, aws_secret_access_key and aws_session_token from \[dev\] in \S+credentials/,
    mend: (station) => {
      rmSync(credentialsFile(station))
    },
  },
  {
    setup: 'keys of the same name in the configuration',
    keys: () => ({ aws_access_key_id: 'AKIAEXAMPLE' }),
    ...{ hop: 'tools', exit: WARNING },
    says: /some AWS tools take those keys/,
    fix: /remove aws_access_key_id/,
    mend: without('aws_access_key_id = AKIAEXAMPLE'),
  },
  {
    setup: 'a token file that is asked first',
    keys: () => ({ web_identity_token_file: '/tmp/token' }),
    ...{ hop: 'tools', exit: 3 },
    says: /has web_identity_token_file \(\S+\), which AWS tools ask before credential_process/,
    fix: /remove web_identity_token_file/,
    mend: without('web_identity_token_file = /tmp/token'),
  },
  {
    setup: 'single sign-on that is asked first',
    keys: () => ({ sso_session: 'acme' }),
    ...{ hop: 'tools', exit: 3 },
    says: /has sso_session/,
    fix: /remove sso_session/,
    mend: without('sso_session = acme'),
  },
  {
    setup: 'something that speaks where tools run',
    env: ({ home }) => {
      writeFileSync(join(home, 'noise.cjs'), "process.stderr.write('noise\\n')\n")
      return { NODE_OPTIONS: `--require=${join(home, 'noise.cjs')}` }
    },
    ...{ hop: 'tools', exit: WARNING },
    says: /speaks on stderr, which some SDKs take for part of its answer: noise/,
    fix: /NODE_OPTIONS/,
    mend: unsetting('NODE_OPTIONS'),
  },
]

test.each([...MACHINE, ...PROFILE, ...SIGN_IN, ...TOOLS])('$setup: $hop', expectDiagnosis)
