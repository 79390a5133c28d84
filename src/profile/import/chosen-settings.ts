/** Checks what was seen in a file, and takes what there is one of. Pure. */
import { Secret } from '../../secret.ts'
import { settingOf } from '../settings.ts'
import type { SettingKey } from '../settings.ts'
import { REGION } from '../setting-types.ts'
import type { Sighting, Subject } from './sightings.ts'

/** What an import may write. It can neither name a program nor send anything elsewhere than the sign-in. */
export type ImportedKey = Extract<Subject, SettingKey | 'region'>

/** A checked value, and where it stands. */
export interface Found {
  value: string
  /** The path in the file. */
  where: string
}

/** What there is one of, what there are several of, and what is to be said of the rest. */
export interface Chosen {
  settings: Map<ImportedKey, Found>
  ambiguous: Map<ImportedKey, Found[]>
  clientSecret: { secret: Secret; where: string } | undefined
  notes: string[]
}

const MOST_CANDIDATES = 20

// In the order of the profile.
const ONE_OF_EACH: ImportedKey[] = [
  'region',
  'cognito_user_pool_id',
  'cognito_client_id',
  'cognito_domain',
  'cognito_identity_pool_id',
  'cognito_role_arn',
  'cognito_refresh_token_days',
]

/** Takes the value of each key, or names those among which somebody must choose. */
export function chooseSettings(sightings: Sighting[]): Chosen {
  const chosen: Chosen = {
    settings: new Map(),
    ambiguous: new Map(),
    clientSecret: undefined,
    notes: [],
  }
  for (const key of ONE_OF_EACH) chooseOne(chosen, key, seenAs(sightings, key))
  completeRegion(chosen)
  completeDomain(chosen, seenAs(sightings, 'domain-prefix'))
  leaveRolesToThePool(chosen)
  chooseScopes(chosen, seenAs(sightings, 'cognito_scopes'))
  takeSecret(chosen, seenAs(sightings, 'client-secret'))
  const responseTypes = seenAs(sightings, 'response-type').map(({ value }) => value)
  if (responseTypes.length > 0 && !responseTypes.includes('code'))
    chosen.notes.push(
      'The app signs in with the implicit grant (response type "token"). poolkey uses the authorization code grant: allow it for the app client, too.',
    )
  return chosen
}

function seenAs(sightings: Sighting[], subject: Subject): Found[] {
  return sightings
    .filter((one) => one.subject === subject)
    .map(({ value, where }) => ({ value: value.trim(), where }))
}

function chooseOne(chosen: Chosen, key: ImportedKey, seen: Found[]): void {
  const plain = seen.map((one) => (key === 'cognito_domain' ? { ...one, value: bareHost(one.value) } : one))
  const type = key === 'region' ? REGION : settingOf(key)?.type
  const isValid = ({ value }: Found) => type?.parse(value) !== undefined
  for (const { where } of plain.filter((one) => !isValid(one)))
    // Not what stands there: it may be anything.
    chosen.notes.push(`${where} is left out: it is not ${type?.allowed ?? key}.`)
  takeOne(chosen, key, plain.filter(isValid))
}

function takeOne({ settings, ambiguous }: Chosen, key: ImportedKey, valid: Found[]): void {
  const [first, ...others] = distinct(valid)
  if (!first) return
  if (others.length === 0) settings.set(key, first)
  else ambiguous.set(key, [first, ...others].slice(0, MOST_CANDIDATES))
}

/** Each value once, where it first stands. */
export function distinct(seen: Found[]): Found[] {
  const found = new Map<string, Found>()
  for (const one of seen) if (!found.has(one.value)) found.set(one.value, one)
  return [...found.values()]
}

function bareHost(domain: string): string {
  return domain.replace(/^https:\/\//i, '').replace(/\/$/, '')
}

/** A pool's region is in its ID; what the file calls the region may be that of something else. */
function completeRegion({ settings, ambiguous }: Chosen): void {
  const ids = ['cognito_user_pool_id', 'cognito_identity_pool_id'] as const
  const [found] = ids.flatMap((key) => settings.get(key) ?? [])
  const region = found?.value.split(/[_:]/)[0]
  if (!found || region === undefined || settings.has('region')) return
  ambiguous.delete('region')
  settings.set('region', { value: region, where: found.where })
}

/** GovCloud's host: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-cog.html */
function completeDomain(chosen: Chosen, prefixes: Found[]): void {
  const { settings, ambiguous } = chosen
  const region = settings.get('cognito_user_pool_id')?.value.split('_')[0]
  const isKnown = settings.has('cognito_domain') || ambiguous.has('cognito_domain')
  if (region === undefined || isKnown) return
  const hosts = prefixes.map(({ value, where }) => {
    const auth = region.startsWith('us-gov-') ? 'auth-fips' : 'auth'
    return { value: `${value}.${auth}.${region}.amazoncognito.com`, where }
  })
  const isHost = ({ value }: Found) => settingOf('cognito_domain')?.type.parse(value) !== undefined
  takeOne(chosen, 'cognito_domain', hosts.filter(isHost))
}

/** With an identity pool, the pool chooses the role; one from a file would outvote it. */
function leaveRolesToThePool({ settings, ambiguous, notes }: Chosen): void {
  if (!settings.has('cognito_identity_pool_id')) return
  const one = settings.get('cognito_role_arn')
  const roles = one ? [one] : (ambiguous.get('cognito_role_arn') ?? [])
  settings.delete('cognito_role_arn')
  ambiguous.delete('cognito_role_arn')
  if (roles.length > 0)
    notes.push(
      `The identity pool chooses the role; poolkey roles lists those that somebody may ask for, once signed in. Left out: ${roles.map(({ value }) => value).join(', ')}`,
    )
}

function chooseScopes(chosen: Chosen, seen: Found[]): void {
  const [first] = seen
  if (!first) return
  const scopes = [...new Set(seen.flatMap(({ value }) => value.split(/[\s,]+/)))].filter((one) => one !== '')
  const value = scopes.join(' ')
  if (settingOf('cognito_scopes')?.type.parse(value) !== undefined) {
    chosen.settings.set('cognito_scopes', { value, where: first.where.replace(/\[0\]$/, '') })
    return
  }
  chosen.notes.push(
    'The scopes lack "openid", without which there is no ID token: allow it for the app client, with email and profile.',
  )
}

// Cognito's are 24 to 64 of `[\w+]`; other issuers take any printable ASCII (RFC 6749, appendix A.2). Not `true`, not a number.
const CLIENT_SECRET = /^(?!\d*$)[\x21-\x7e]{8,1024}$/
// What tells where a secret is, or stands in for it, and is none: an ARN, a URL, a path of SSM, a variable, a blank.
const PLACE = /^arn:|:\/\/|^(?:\/[\w.-]+){2,}$|^\$\w+$|^<.*>$|[${]\{|^[*.x]+$/i
// The same, told by its name: `ClientSecretName`, `client_secret_arn`.
const PLACE_NAME = /secret[_-]?(?:arn|name|id|path|param|ref|file|env|var)/i

function takeSecret(chosen: Chosen, seen: Found[]): void {
  const isSecret = ({ value, where }: Found) =>
    CLIENT_SECRET.test(value) && !PLACE.test(value) && !PLACE_NAME.test(where)
  for (const { where } of seen.filter((one) => !isSecret(one)))
    chosen.notes.push(
      `${where} is left out: it does not look like an app client's secret. To seal one: poolkey configure --client-secret-stdin`,
    )
  const [first, ...others] = distinct(seen.filter(isSecret))
  if (!first) return
  if (others.length === 0) chosen.clientSecret = { secret: new Secret(first.value), where: first.where }
  else
    chosen.notes.push(
      'There are several client secrets, none of which is taken: poolkey configure --client-secret-stdin',
    )
}
