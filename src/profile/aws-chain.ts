/**
 * Profiles that lean on other profiles: `cognito_source_profile` shares a sign-in, and AWS's own `role_arn` +
 * `source_profile` chains a role behind a poolkey profile. Both go one level deep and never round in a circle.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import { AWS_ROLE_ARN_ALLOWED, isAwsRoleArn } from './exchange-settings.ts'
import { findAwsKey, findText, ownLayerOf, placeOf, checkedAwsKey, checkedSetting } from './profile-values.ts'
import type { ConfigDocument, Layers, ProfileSection } from './profile-values.ts'
import type { ChainSettings, ExchangeSettings } from './profile.ts'
import { EXTERNAL_ID, ROLE_ARN, ROLE_SESSION_NAME, wholeNumber } from './setting-types.ts'
import { SETTINGS } from './settings.ts'
import { missing } from './sign-in-settings.ts'

/** Whether a profile uses AWS's own chaining: a role assumed with another profile's credentials. */
export function isAwsChained(section: ProfileSection): boolean {
  return hasKey(section, 'role_arn') && hasKey(section, 'source_profile')
}

/**
 * The profile whose `cognito_*` keys count: `own`, or the one its `source_profile` names.
 * Throws `setting-invalid` for one that does not exist, `setting-conflict` for a circle, a second level or a mix.
 */
export function chainBaseOf(own: ProfileSection, document: ConfigDocument): ProfileSection {
  const key = isAwsChained(own) ? own.keys.get('source_profile') : undefined
  if (!key) return own
  const place = placeOf(key, own, { profile: own.name })
  const conflict = (problem: string) =>
    new PoolkeyError('setting-conflict', { place, key: key.name, with: 'role_arn', problem })
  const mixed = [...own.keys.values()].find((one) => one.name.startsWith('cognito_'))
  if (mixed) {
    throw new PoolkeyError('setting-conflict', {
      place: placeOf(mixed, own, { profile: own.name }),
      key: mixed.name,
      with: 'role_arn',
      problem:
        'a profile with role_arn and source_profile takes its sign-in from that profile and has none of its own',
    })
  }
  if (key.value === own.name) throw conflict('a profile cannot be its own source')
  const base = document.profiles.get(key.value)
  if (!base) {
    throw new PoolkeyError('setting-invalid', {
      place,
      key: key.name,
      value: key.value,
      allowed: namesIn(document),
    })
  }
  if (isAwsChained(base))
    throw conflict(`profile ${base.name} has a source_profile itself; only one level is possible`)
  return base
}

/**
 * The profile that `cognito_source_profile` names, looked up in `layers`; undefined where it is not set.
 * Throws `setting-invalid` for one that does not exist, `setting-conflict` for a circle or a second level.
 */
export function inheritedSection(
  layers: Layers,
  from: { base: ProfileSection; document: ConfigDocument },
): ProfileSection | undefined {
  const setting = SETTINGS.sourceProfile
  const name = checkedSetting(setting, layers)
  const found = findText(setting, layers)
  if (name === undefined || found?.origin.kind !== 'file') return undefined
  const { place } = found.origin
  const conflict = (problem: string) =>
    new PoolkeyError('setting-conflict', { place, key: setting.key, with: setting.key, problem })
  if (name === from.base.name || name === layers.profile) throw conflict('a profile cannot be its own source')
  const source = from.document.profiles.get(name)
  if (!source) {
    throw new PoolkeyError('setting-invalid', {
      place,
      key: setting.key,
      value: name,
      allowed: namesIn(from.document),
    })
  }
  if (source.keys.has(setting.key)) {
    throw conflict(`profile ${source.name} has a ${setting.key} itself; only one level is possible`)
  }
  return source
}

/** The second role of `role_arn` + `source_profile`; undefined where the profile does not chain so. */
export function readAwsChain(options: {
  own: ProfileSection
  base: ProfileSection
  layers: Layers
  exchange: ExchangeSettings
  hasStsEndpoint: boolean
}): ChainSettings | undefined {
  const { own, base, layers, exchange, hasStsEndpoint } = options
  if (own === base) return undefined
  // The details of a chained role are never taken from the profile behind it.
  const ownLayer = ownLayerOf(layers)
  const roleArn = checkedAwsKey('role_arn', {
    layers: ownLayer,
    type: {
      allowed: AWS_ROLE_ARN_ALLOWED,
      parse: (text) => (hasStsEndpoint || isAwsRoleArn(text) ? ROLE_ARN.parse(text) : undefined),
    },
  })
  const second = findText(SETTINGS.chainRoleArn, layers)
  const key = findAwsKey('role_arn', ownLayer)
  if (roleArn === undefined || !key) return undefined
  if (second) {
    const problem = `profile ${base.name} already goes on to a second role; a third is not possible`
    throw new PoolkeyError('setting-conflict', {
      place: key.place,
      key: 'role_arn',
      with: SETTINGS.chainRoleArn.key,
      problem,
    })
  }
  if (exchange.kind === 'none') missing(SETTINGS.identityPoolId.key, `role_arn of profile ${own.name}`, base)
  return {
    roleArn,
    externalId: checkedAwsKey('external_id', { layers: ownLayer, type: EXTERNAL_ID }),
    sessionName: checkedAwsKey('role_session_name', { layers: ownLayer, type: ROLE_SESSION_NAME }),
    durationSeconds:
      checkedAwsKey('duration_seconds', { layers: ownLayer, type: wholeNumber(900, 3600) }) ?? 3600,
  }
}

function hasKey(section: ProfileSection, name: string): boolean {
  return (section.keys.get(name)?.value ?? '') !== ''
}

function namesIn(document: ConfigDocument): string {
  return `the name of a profile in ${document.configFile}: ${[...document.profiles.keys()].join(', ')}`
}
