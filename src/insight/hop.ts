/** The links of the chain from a sign-in to a tool: what `explain` draws and `doctor` tests. Pure. */
import type { Origin } from '../profile/profile-values.ts'
import type { ServiceId } from '../profile/service-endpoints.ts'
import type { ProfileOrigins } from '../profile/setting-origins.ts'
import type { SettingKey } from '../profile/settings.ts'

/** The links in their order; a profile has those that it needs. */
export type HopId =
  'machine' | 'profile' | 'sign-in' | 'session' | 'identity-pool' | 'role' | 'second-role' | 'tools'

/** One thing that is known of a link; with a lifetime where the value is something that expires. */
export interface HopValue {
  name: string
  value: string
  source: string
  lifetimeSeconds?: number
}

/** A link, and what is known of it. */
export interface Hop {
  id: HopId
  title: string
  values: HopValue[]
  /** How long that lives what this link gives. */
  lifetimeSeconds?: number
  /** Where it is decided that there is this link. */
  source: string
  /** What goes from here to the next link. */
  gives?: string
}

/** Whence a value comes: `config:12`, `AWS_REGION`, `--role`, `default`. */
export function sourceText(origin: Origin | undefined): string {
  switch (origin?.kind) {
    case undefined:
    case 'default':
      return 'default'
    case 'flag':
      return origin.flag
    case 'environment':
      return origin.variable
    case 'file':
      return `${origin.place.file.split(/[\\/]/).at(-1) ?? ''}:${origin.place.line}`
  }
}

/** The same of a setting: whence its value comes. */
export function sourceOf(origins: ProfileOrigins, key: SettingKey): string {
  return sourceText(origins.setting(key)?.origin)
}

/** A setting's text, where somebody set it. */
export function ifSet(origins: ProfileOrigins, name: string, key: SettingKey): HopValue[] {
  const found = origins.setting(key)
  if (!found || found.origin.kind === 'default') return []
  return [{ name, value: found.text, source: sourceText(found.origin) }]
}

/** Where a service is asked at another place than its own. */
export function endpointValue(url: URL | undefined, service: ServiceId, origins: ProfileOrigins): HopValue[] {
  if (!url) return []
  return [{ name: 'endpoint', value: url.href, source: sourceText(origins.endpoint(service)) }]
}
