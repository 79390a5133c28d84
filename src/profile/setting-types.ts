/**
 * The closed set of types a setting can have. Each says in a sentence what it allows, and parses text into a checked
 * value or undefined. Limits are those of the service models (STS, cognito-identity, cognito-idp).
 */
import { hasHiddenCharacters } from '../errors/plain-text.ts'
import { isLoopbackHost } from '../loopback/loopback-host.ts'
import { isProfileName, PROFILE_NAME_ALLOWED } from './profile-name.ts'

/** A type of setting: `parse` answers undefined for text that is not allowed. `words`: all that can be written. */
export interface SettingType<T> {
  allowed: string
  words?: readonly string[]
  parse: (text: string) => T | undefined
}

/** Text that fits a pattern as a whole. */
function pattern(regex: RegExp, allowed: string): SettingType<string> {
  return { allowed, parse: (text) => (regex.test(text) ? text : undefined) }
}

/** One of a few words. */
export function choice<const T extends string>(...words: T[]): SettingType<T> {
  return {
    allowed: words.map((word) => `"${word}"`).join(' or '),
    words,
    parse: (text) => words.find((word) => word === text),
  }
}

/** A whole number between two limits. */
export function wholeNumber(least: number, most: number): SettingType<number> {
  return {
    allowed: `a whole number from ${least} to ${most}`,
    parse: (text) => {
      const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
      return number >= least && number <= most ? number : undefined
    },
  }
}

/** Text without control characters. */
export function plainText(longest: number): SettingType<string> {
  return {
    allowed: `text of 1 to ${longest} characters without control characters`,
    parse: (text) =>
      text.length > 0 && text.length <= longest && !hasHiddenCharacters(text) ? text : undefined,
  }
}

/** A yes or no, in whatever case. */
export const TRUE_OR_FALSE: SettingType<boolean> = {
  allowed: '"true" or "false"',
  words: ['true', 'false'],
  parse: (text) => {
    const word = text.toLowerCase()
    return word === 'true' ? true : word === 'false' ? false : undefined
  },
}

/** A region's name goes into host names: nothing else may. */
export const REGION = pattern(/^[a-z][a-z0-9-]{0,30}$/, 'the name of a region such as eu-west-1')

/** `REGION_ID`, as DescribeUserPool takes it. */
export const USER_POOL_ID = pattern(
  /^(?=.{1,55}$)[a-z][a-z0-9-]*_[0-9A-Za-z]+$/,
  'a user pool ID such as eu-west-1_AbCdEf123',
)

/** An app client's ID, as InitiateAuth takes it. */
export const CLIENT_ID = pattern(/^[\w+]{1,128}$/, 'an app client ID: 1 to 128 letters, digits, "_" and "+"')

/** `REGION:UUID`, as GetId takes it. */
export const IDENTITY_POOL_ID = pattern(
  /^(?=.{1,55}$)[a-z][a-z0-9-]*:[0-9a-f-]+$/,
  'an identity pool ID such as eu-west-1:11111111-2222-3333-4444-555555555555',
)

/** A name in the Logins map of GetId. */
export const LOGINS_KEY = pattern(
  /^[\x21-\x7e]{1,128}$/,
  'the name of a login provider, 1 to 128 characters without spaces',
)

/** Account and partition are free here: S3-compatible stores have roles of their own; exchange-settings.ts narrows it. */
export const ROLE_ARN = pattern(
  /^(?=.{20,2048}$)arn:[a-z][a-z0-9-]*:iam::[A-Za-z0-9]*:role\/(?:[\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/,
  'the ARN of a role such as arn:aws:iam::111122223333:role/NAME',
)

/** RoleSessionName of AssumeRole. */
export const ROLE_SESSION_NAME = pattern(/^[\w+=,.@-]{2,64}$/, '2 to 64 letters, digits and "_+=,.@-"')

/** ExternalId of AssumeRole. */
export const EXTERNAL_ID = pattern(/^[\w+=,.@:/-]{2,1224}$/, '2 to 1224 letters, digits and "_+=,.@:/-"')

/** A language tag (RFC 5646), for the `lang` of the hosted UI. */
export const LANGUAGE = pattern(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, 'a language tag such as de or pt-BR')

/** The name of another profile. */
export const PROFILE_NAME: SettingType<string> = {
  allowed: PROFILE_NAME_ALLOWED,
  parse: (text) => (isProfileName(text) ? text : undefined),
}

/** Days as a decimal number: an app client's shortest validity is an hour, its longest ten years. */
export const DAYS: SettingType<number> = {
  allowed: 'a number of days, at most 3650',
  parse: (text) => {
    const days = /^\d{1,4}(?:\.\d{1,4})?$/.test(text) ? Number(text) : 0
    return days > 0 && days <= 3650 ? days : undefined
  },
}

/** The hosted UI's origin. A port only on loopback, nothing behind the host, no user name, only ASCII. */
export const DOMAIN: SettingType<URL> = {
  allowed:
    'the host of the hosted UI such as acme.auth.eu-west-1.amazoncognito.com, without path, port or user name ("http://" and a port only for a loopback host)',
  parse: (text) => {
    const [, scheme = 'https://', rest = ''] = /^(https?:\/\/)?(.*?)\/?$/i.exec(text) ?? []
    const url = parseCanonicalUrl(`${scheme.toLowerCase()}${rest.toLowerCase()}`)
    if (!url || url.pathname !== '/' || url.search !== '') return undefined
    if (isLoopbackHost(url.hostname)) return url
    const isHostName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(
      url.host,
    )
    return url.protocol === 'https:' && isHostName ? url : undefined
  },
}

/** Kept letter by letter, for `iss` is compared letter by letter. */
export const ISSUER: SettingType<string> = {
  allowed: 'an https:// URL without query or user name (http:// only for a loopback host)',
  parse: (text) => {
    const url = parseCanonicalUrl(text)
    return url && url.search === '' && isSafeOrigin(url) ? text : undefined
  },
}

/** The endpoint of an AWS service. */
export const ENDPOINT: SettingType<URL> = {
  allowed: 'an https:// URL without query or user name, or an http:// URL of a loopback host',
  parse: (text) => {
    if (/[\s\\?#]/.test(text) || hasHiddenCharacters(text) || !URL.canParse(text)) return undefined
    const url = new URL(text)
    return url.username === '' && url.password === '' && isSafeOrigin(url) ? url : undefined
  },
}

/** Exact strings, as registered: Cognito compares them so. Only hosts it allows over http, and a port we can bind. */
export const REDIRECT_URIS: SettingType<string[]> = {
  allowed:
    'loopback URLs with a port such as http://localhost:8400/callback, separated by commas (hosts localhost, 127.0.0.1, [::1]; no query)',
  parse: (text) => {
    const uris = text.split(',').map((uri) => uri.trim())
    return uris.length <= 100 && uris.every(isRedirectUri) ? uris : undefined
  },
}

/** Exactly as registered, like a redirect URI; it may lead elsewhere than to this machine. */
export const LOGOUT_URI: SettingType<string> = {
  allowed:
    'an https:// URL without user name or fragment (http:// only for a loopback host), at most 1024 characters',
  parse: (text) => {
    if (text.length > 1024 || /[^\x21-\x7e]|[\\#]/.test(text) || !URL.canParse(text)) return undefined
    const url = new URL(text)
    return url.username === '' && url.password === '' && isSafeOrigin(url) ? text : undefined
  },
}

/** Scope names as RFC 6749 section 3.3 spells them; without `openid` there is no ID token. */
export const SCOPES: SettingType<string[]> = {
  allowed: 'scopes separated by spaces, among them openid',
  parse: (text) => {
    const scopes = [...new Set(text.split(/\s+/))]
    const isEachScope = scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))
    return isEachScope && scopes.includes('openid') ? scopes : undefined
  },
}

const PROMPTS = ['none', 'login', 'select_account', 'consent']

/** The `prompt` of OpenID Connect Core section 3.1.2.1. */
export const PROMPT: SettingType<string> = {
  allowed: `one or more of ${PROMPTS.join(', ')}, separated by spaces`,
  words: PROMPTS,
  parse: (text) => (text.split(' ').every((word) => PROMPTS.includes(word)) ? text : undefined),
}

/** A command and its arguments; quotes group words, nothing else is special: no shell ever sees it. */
export const COMMAND: SettingType<string[]> = {
  allowed: 'a command with its arguments; quotes (closed ones) only to group words, no shell features',
  parse: (text) => {
    if (/\p{Cc}/u.test(text) || !/^(?:[^\s"']|"[^"]*"|'[^']*'|\s)+$/.test(text)) return undefined
    const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []
    const plain = words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
    return plain[0] ? plain : undefined
  },
}

/** PolicyArns of AssumeRole. */
export const POLICY_ARNS: SettingType<string[]> = {
  allowed:
    'at most 10 ARNs of managed policies such as arn:aws:iam::aws:policy/ReadOnlyAccess, separated by commas',
  parse: (text) => {
    const arns = text.split(',').map((arn) => arn.trim())
    const isEachArn = arns.every((arn) =>
      /^(?=.{20,2048}$)arn:[a-z][a-z0-9-]*:iam::[A-Za-z0-9]*:policy\/[\w+=,.@/-]+$/.test(arn),
    )
    return isEachArn && arns.length <= 10 ? arns : undefined
  },
}

/** JSON or `file://`; the file is read, and the JSON checked, by exchange-settings.ts. */
export const SESSION_POLICY: SettingType<string> = {
  allowed: 'a JSON object of at most 2048 characters, or file:// and the path of one',
  parse: (text) => (text === '' ? undefined : text),
}

/** A URL that says what it means: nothing the parser would have to repair, no user name, no fragment. */
function parseCanonicalUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const isCanonical = url.href === text || url.href === `${text}/`
  return isCanonical && url.username === '' && url.password === '' && !text.includes('#') ? url : undefined
}

function isSafeOrigin(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
}

function isRedirectUri(uri: string): boolean {
  const [, port, path = ''] =
    /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):(\d{1,5})(\/[\x21-\x7e]*)?$/.exec(uri) ?? []
  if (port === undefined || Number(port) < 1 || Number(port) > 65535 || uri.length > 1024) return false
  return !/[?#\\]/.test(path) && new URL(uri).pathname === (path === '' ? '/' : path)
}
