/** Where STS and Cognito are asked: region, endpoint overrides, FIPS and dual-stack, from environment and profile. */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { findAwsKey, ownLayerOf, parseAwsKey, placeOf, checkedAwsKey } from './profile-values.ts'
import type { ConfigDocument, Layers, Origin, PlacedKey } from './profile-values.ts'
import type { ServiceEndpoints } from './profile.ts'
import { ENDPOINT, REGION, TRUE_OR_FALSE } from './setting-types.ts'
import type { SettingType } from './setting-types.ts'

type Environment = Record<string, string | undefined>

/** A checked value, and whence it comes. */
export interface Found<T> {
  value: T
  origin: Origin
}

/** What endpoints and region are looked up in. */
export interface EndpointSources {
  document: ConfigDocument
  layers: Layers
  env: Environment
}

/** The services whose endpoint can be set, by their names in `AWS_ENDPOINT_URL_<NAME>` and `[services]`. */
export type ServiceId = 'sts' | 'cognito_identity' | 'cognito_identity_provider'

/**
 * Endpoint overrides with botocore's precedence (ConfiguredEndpointProvider): the service's variable, the variable for
 * all, the service's entry in the `services` section, the profile's `endpoint_url`.
 * Throws `environment-invalid`, `setting-invalid`, `setting-conflict` (FIPS or dual-stack beside an override).
 */
export function readEndpoints(options: EndpointSources): ServiceEndpoints {
  const { layers, env } = options
  const endpointOf = (id: ServiceId) => findEndpoint(id, options)?.value
  const endpoints = {
    sts: endpointOf('sts'),
    cognitoIdentity: endpointOf('cognito_identity'),
    cognitoIdentityProvider: endpointOf('cognito_identity_provider'),
    useFips:
      readValue({
        layers,
        env,
        variable: 'AWS_USE_FIPS_ENDPOINT',
        key: 'use_fips_endpoint',
        type: TRUE_OR_FALSE,
      }) ?? false,
    useDualstack:
      readValue({
        layers,
        env,
        variable: 'AWS_USE_DUALSTACK_ENDPOINT',
        key: 'use_dualstack_endpoint',
        type: TRUE_OR_FALSE,
      }) ?? false,
  }
  const hasOverride = endpoints.sts ?? endpoints.cognitoIdentity ?? endpoints.cognitoIdentityProvider
  if (endpoints.useFips && hasOverride) throw overrideConflict(FIPS, { layers, env })
  if (endpoints.useDualstack && hasOverride) throw overrideConflict(DUAL_STACK, { layers, env })
  return endpoints
}

/** The region of STS: AWS_REGION, AWS_DEFAULT_REGION, the profile's; undefined where none is set. */
export function readRegion(layers: Layers, env: Environment): string | undefined {
  return findRegion(layers, env)?.value
}

/** The same, and whence it comes. */
export function findRegion(layers: Layers, env: Environment): Found<string> | undefined {
  return (
    findVariable(['AWS_REGION', 'AWS_DEFAULT_REGION'], { env, type: REGION }) ??
    findKey('region', { layers, type: REGION })
  )
}

/** The AWS account the profile states, `aws_account_id`. Throws `setting-invalid`. */
export function readAccountId(layers: Layers): string | undefined {
  const allowed = 'an account ID: 12 digits'
  const type = { allowed, parse: (text: string) => (/^\d{12}$/.test(text) ? text : undefined) }
  return checkedAwsKey('aws_account_id', { layers: ownLayerOf(layers), type })
}

/** A service's endpoint where one is set, and whence it comes. Throws as `readEndpoints`. */
export function findEndpoint(id: ServiceId, options: EndpointSources): Found<URL> | undefined {
  const { env, layers } = options
  const isIgnored = readValue({
    ...options,
    variable: 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
    key: 'ignore_configured_endpoint_urls',
    type: TRUE_OR_FALSE,
  })
  if (isIgnored === true) return undefined
  return (
    findVariable([`AWS_ENDPOINT_URL_${id.toUpperCase()}`, 'AWS_ENDPOINT_URL'], { env, type: ENDPOINT }) ??
    findServicesEntry(id, options) ??
    findKey('endpoint_url', { layers, type: ENDPOINT })
  )
}

/** `services = NAME` in the profile, and in `[services NAME]` the map of this service. */
function findServicesEntry(
  id: string,
  options: { document: ConfigDocument; layers: Layers },
): Found<URL> | undefined {
  const { document, layers } = options
  const chosen = findAwsKey('services', layers)
  if (!chosen) return undefined
  const section = document.services.get(chosen.key.value)
  if (!section) {
    const allowed = `the name of a [services NAME] section in ${document.configFile}`
    throw new PoolkeyError('setting-invalid', {
      place: chosen.place,
      key: 'services',
      value: chosen.key.value,
      allowed,
    })
  }
  const entry = section.keys.get(id)?.nested.get('endpoint_url')
  if (!entry || entry.value === '') return undefined
  const key: PlacedKey = { ...entry, file: document.configFile }
  const place = placeOf(
    key,
    { name: `services ${section.name}`, file: key.file, line: section.line, keys: new Map() },
    layers,
  )
  const value = parseAwsKey({ key, place }, `${id} endpoint_url`, ENDPOINT)
  return { value, origin: { kind: 'file', place } }
}

function readValue<T>(asked: {
  layers: Layers
  env: Environment
  variable: string
  key: string
  type: SettingType<T>
}): T | undefined {
  return readVariable(asked.variable, asked) ?? checkedAwsKey(asked.key, asked)
}

function readVariable<T>(variable: string, from: { env: Environment; type: SettingType<T> }): T | undefined {
  return findVariable([variable], from)?.value
}

/** The first of the variables that is set. Throws `environment-invalid`. */
function findVariable<T>(
  variables: string[],
  from: { env: Environment; type: SettingType<T> },
): Found<T> | undefined {
  for (const variable of variables) {
    const text = from.env[variable]
    if (text === undefined || text === '') continue
    const value = from.type.parse(text)
    if (value !== undefined) return { value, origin: { kind: 'environment', variable } }
    throw new PoolkeyError('environment-invalid', { variable, value: text, allowed: from.type.allowed })
  }
  return undefined
}

function findKey<T>(name: string, from: { layers: Layers; type: SettingType<T> }): Found<T> | undefined {
  const found = findAwsKey(name, from.layers)
  if (!found) return undefined
  return { value: parseAwsKey(found, name, from.type), origin: { kind: 'file', place: found.place } }
}

const FIPS = { name: 'FIPS', variable: 'AWS_USE_FIPS_ENDPOINT', key: 'use_fips_endpoint' }
const DUAL_STACK = {
  name: 'dual-stack',
  variable: 'AWS_USE_DUALSTACK_ENDPOINT',
  key: 'use_dualstack_endpoint',
}

/** The SDKs refuse the mix with a message that names neither. */
function overrideConflict(
  { name, variable, key }: typeof FIPS,
  { layers, env }: { layers: Layers; env: Environment },
): PoolkeyError {
  const problem = `${name} endpoints and an endpoint override exclude each other`
  const fromFile = env[variable] ? undefined : findAwsKey(key, layers)
  if (fromFile) {
    return new PoolkeyError('setting-conflict', { place: fromFile.place, key, with: 'endpoint_url', problem })
  }
  return new PoolkeyError('environment-invalid', {
    variable,
    value: env[variable] ?? '',
    allowed: '"false" while an endpoint override (AWS_ENDPOINT_URL..., endpoint_url, services) is set',
  })
}
