/** What a text that anybody may see must not tell: the names, ids and places of a profile and of the person at this machine. */
import { createHmac, randomBytes } from 'node:crypto'
import type { ExaminedHop } from '../insight/doctor.ts'
import { publicText } from '../insight/public-text.ts'
import type { PrivateWord } from '../insight/public-text.ts'
import { isLoopbackHost } from '../loopback.ts'
import type { Profile } from '../profile/profile.ts'
import type { CommandContext } from './context.ts'

export interface Described {
  name: string
  profile: Profile | undefined
  hops: ExaminedHop[]
}

/** What makes texts of one run public. Marks are made with a key that nobody keeps: the same word has the same mark, once. */
export function publicTextFor(
  { env }: Pick<CommandContext, 'env'>,
  { name, profile, hops }: Described,
): (text: string) => string {
  const key = randomBytes(32)
  const markOf = (text: string) => createHmac('sha256', key).update(text).digest('hex').slice(0, 6)
  return publicText([...wordsOf(profile), ...wordsFound(hops), ...wordsAround(env), ...named(name)], markOf)
}

// A name that everybody has tells nothing.
function named(name: string): PrivateWord[] {
  return name === 'default' ? [] : [{ kind: 'profile', word: name }]
}

function wordsOf(profile: Profile | undefined): PrivateWord[] {
  if (!profile) return []
  const { settingsFrom, signIn, identityPool, exchange, chain, endpoints } = profile
  const role = exchange.kind === 'basic' || exchange.kind === 'web-identity' ? exchange.role : undefined
  return [
    ...named(settingsFrom),
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
  return hops.flatMap(({ findings }) => findings.flatMap((one) => ('text' in one ? (one.names ?? []) : [])))
}

function wordsAround(env: Record<string, string | undefined>): PrivateWord[] {
  return [
    ...[env['HOME'], env['USERPROFILE']].flatMap((folder) => word('home', folder)),
    ...[env['USER'], env['LOGNAME'], env['USERNAME']].flatMap((user) => word('user', user)),
    ...['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].flatMap((name) => {
      const text = env[name] ?? ''
      return URL.canParse(text) ? host('proxy', new URL(text)) : []
    }),
  ]
}

function word(kind: string, text: string | undefined): PrivateWord[] {
  return text === undefined || text === '' || text === '/' || text === 'root' ? [] : [{ kind, word: text }]
}

// Everybody has this machine's own, and AWS's.
function host(kind: string, url: URL | undefined): PrivateWord[] {
  if (!url || isLoopbackHost(url.hostname) || /\.amazonaws\.com(?:\.cn)?$/.test(url.hostname)) return []
  return [{ kind, word: url.hostname }]
}
