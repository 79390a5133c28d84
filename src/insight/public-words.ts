/** What a text that anybody may see must not tell: the names, ids and places of a profile and of the person at this machine. */
import { createHmac, randomBytes } from 'node:crypto'
import { isLoopbackHost } from '../loopback/loopback-host.ts'
import type { Profile } from '../profile/profile.ts'
import type { ConfigSources } from '../profile/profile-values.ts'
import type { ExaminedHop } from './doctor.ts'
import { isTrouble } from './finding.ts'
import { wordsInConfig } from './public-config.ts'
import { isPrivatePath } from './public-path.ts'
import { publicText } from './public-text.ts'
import type { PrivateWord } from './public-text.ts'
import { ENHANCED_SESSION_NAME } from './trust-policy.ts'

/** What is known of a profile, and was found out about its chain. */
export interface Described {
  name: string
  profile: Profile | undefined
  hops: ExaminedHop[]
  /** Both files as they are, as far as they can be read. */
  files: Partial<ConfigSources>
}

/** What makes texts of one run public. Marks are made with a key that nobody keeps: the same word has the same mark, once. */
export function publicTextFor(
  env: Record<string, string | undefined>,
  { name, profile, hops, files }: Described,
): (text: string) => string {
  const key = randomBytes(32)
  const markOf = (text: string) => createHmac('sha256', key).update(text).digest('hex').slice(0, 6)
  const { configText = '', credentialsText = '', configFile = '', credentialsFile = '' } = files
  const words = [
    ...wordsOf(profile),
    ...wordsFound(hops),
    ...wordsAround(env),
    ...named(name),
    ...[configText, credentialsText].flatMap(wordsInConfig),
    ...[configFile, credentialsFile].flatMap(placeOf),
  ]
  return publicText(words, markOf)
}

/** A file's folder, and its own name where somebody chose it. */
function placeOf(path: string): PrivateWord[] {
  const [file = '', ...folders] = path.split(/[\\/]/).reverse()
  const folder = path.slice(0, path.length - file.length - 1)
  return [
    ...(isPrivatePath(file) ? word('file', file) : []),
    ...(folders.length > 0 && isPrivatePath(folder) ? word('folder', folder) : []),
  ]
}

// A name that everybody has tells nothing.
function named(name: string): PrivateWord[] {
  return name === 'default' || name === '' ? [] : [{ kind: 'profile', word: name }]
}

function wordsOf(profile: Profile | undefined): PrivateWord[] {
  if (!profile) return []
  const { settingsFrom, signIn, identityPool, exchange, chain, endpoints } = profile
  const role = exchange.kind === 'basic' || exchange.kind === 'web-identity' ? exchange.role : undefined
  return [
    ...named(settingsFrom),
    ...[role?.roleArn, chain?.roleArn].flatMap((arn) => rolesIn(arn ?? '')),
    ...word('user-pool', signIn?.userPoolId),
    ...word('client', signIn?.clientId),
    ...host('domain', signIn?.domain),
    ...(signIn ? host('issuer', new URL(signIn.issuer)) : []),
    ...word('user', signIn?.username),
    ...word('user', signIn?.loginHint),
    ...word('provider', signIn?.identityProvider),
    ...word('provider', signIn?.idpIdentifier),
    ...word('session', signIn?.sessionName),
    ...word('identity-pool', identityPool?.id),
    ...word('logins-key', identityPool?.loginsKey),
    ...word('session', role?.sessionName),
    ...word('session', chain?.sessionName),
    ...word('external-id', chain?.externalId),
    ...[endpoints.sts, endpoints.cognitoIdentity].flatMap((url) => host('endpoint', url)),
  ]
}

function wordsFound(hops: ExaminedHop[]): PrivateWord[] {
  return hops.flatMap(({ findings }) =>
    findings.flatMap((one) =>
      isTrouble(one) ? rolesIn(one.cause) : [...(one.names ?? []), ...rolesIn(one.text)],
    ),
  )
}

// Commands name roles without the rest of their ARNs.
function rolesIn(text: string): PrivateWord[] {
  const arns = text.matchAll(/arn:[\w-]+:(?:iam|sts)::[^\s:]*:(?:assumed-)?role\/([^\s,;:)'"]+)/g)
  return [...arns].flatMap(([, path = '']) =>
    path.split('/').flatMap((part) => (part === ENHANCED_SESSION_NAME ? [] : word('role', part))),
  )
}

function wordsAround(env: Record<string, string | undefined>): PrivateWord[] {
  return [
    ...[env['HOME'], env['USERPROFILE']].flatMap((folder) => [
      ...word('home', folder),
      ...word('user', folder?.split(/[\\/]/).at(-1)),
    ]),
    ...FILES.flatMap((name) => placeOf(env[name] ?? '')),
    ...FOLDERS.flatMap((name) => word('folder', env[name])),
    ...[env['AWS_PROFILE'], env['AWS_DEFAULT_PROFILE']].flatMap((profile) => named(profile ?? '')),
    ...[env['USER'], env['LOGNAME'], env['USERNAME']].flatMap((user) => word('user', user)),
    ...['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].flatMap((name) => {
      const text = env[name] ?? ''
      return URL.canParse(text) ? host('proxy', new URL(text)) : []
    }),
  ]
}

const FILES = [
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'POOLKEY_PASSPHRASE_FILE',
  'AWS_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
]
const FOLDERS = ['POOLKEY_HOME', 'XDG_STATE_HOME']

function word(kind: string, text: string | undefined): PrivateWord[] {
  return text === undefined || text === '' || text === '/' || text === 'root' ? [] : [{ kind, word: text }]
}

// Everybody has this machine's own, and AWS's.
function host(kind: string, url: URL | undefined): PrivateWord[] {
  if (!url || isLoopbackHost(url.hostname) || /\.amazonaws\.com(?:\.cn)?$/.test(url.hostname)) return []
  return [{ kind, word: url.hostname }]
}
