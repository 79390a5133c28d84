/** How a sign-in becomes AWS credentials: which exchange, which role, and a second role behind it. */
import { dirname, resolve } from 'node:path'
import { parseJsonObject } from '../json-object.ts'
import { conflictOf, findText, invalidSetting, checkedSetting } from './profile-values.ts'
import type { Layers, ProfileSection } from './profile-values.ts'
import type { ChainSettings, ExchangeSettings, RoleRequest } from './profile.ts'
import { missing } from './sign-in-settings.ts'
import { SETTINGS } from './settings.ts'
import type { Setting, SettingKey } from './settings.ts'

interface ExchangeSources {
  layers: Layers
  own: ProfileSection
  readFile: (path: string) => string
  /** An STS endpoint is set: its store may know roles without an AWS account. */
  hasStsEndpoint: boolean
}

/** Settings of a role session: they mean nothing where the identity pool chooses it. */
const ROLE_SESSION_SETTINGS: Setting<unknown, SettingKey>[] = [
  SETTINGS.roleSessionName,
  SETTINGS.durationSeconds,
  SETTINGS.sessionPolicy,
  SETTINGS.policyArns,
]

/** The exchange a profile asks for. Throws `setting-missing`, `setting-conflict`, `setting-invalid`. */
export function readExchange(sources: ExchangeSources): ExchangeSettings {
  const { layers, own } = sources
  const guest = checkedSetting(SETTINGS.guest, layers) ?? false
  const hasPool = checkedSetting(SETTINGS.identityPoolId, layers) !== undefined
  const roleArn = readRoleArn(SETTINGS.roleArn, sources)
  const configured = checkedSetting(SETTINGS.exchange, layers)
  const kind = configured ?? (hasPool || guest ? 'enhanced' : roleArn === undefined ? 'none' : 'web-identity')

  switch (kind) {
    case 'none': {
      const useless = firstSet([...ROLE_SESSION_SETTINGS, SETTINGS.chainRoleArn], layers)
      return useless
        ? missing(SETTINGS.identityPoolId.key, `${useless.setting.key} (or set cognito_role_arn)`, own)
        : { kind }
    }
    case 'enhanced': {
      if (!hasPool) missing(SETTINGS.identityPoolId.key, guest ? 'guests' : 'the enhanced exchange', own)
      const useless = firstSet(ROLE_SESSION_SETTINGS, layers)
      if (useless) {
        const problem =
          'in the enhanced exchange the identity pool decides it; use "basic" or "web-identity", or remove it'
        throw conflictOf(useless.setting, useless.found, { with: SETTINGS.exchange.key, problem })
      }
      return { kind, guest, roleArn }
    }
    case 'basic':
      if (!hasPool) missing(SETTINGS.identityPoolId.key, 'the basic exchange', own)
      return {
        kind,
        guest,
        role: readRole(sources, roleArn ?? missing(SETTINGS.roleArn.key, 'the basic exchange', own)),
      }
    case 'web-identity': {
      const asked = guest ? findText(SETTINGS.guest, layers) : undefined
      if (asked) {
        const problem = 'a guest has no ID token to assume a role with; use "enhanced" or "basic"'
        throw conflictOf(SETTINGS.guest, asked, { with: SETTINGS.exchange.key, problem })
      }
      return {
        kind,
        role: readRole(sources, roleArn ?? missing(SETTINGS.roleArn.key, 'the web-identity exchange', own)),
      }
    }
  }
}

/** The second role of `cognito_chain_*`. Throws `setting-missing` when only its details are set. */
export function readChain(sources: ExchangeSources): ChainSettings | undefined {
  const { layers, own } = sources
  const roleArn = readRoleArn(SETTINGS.chainRoleArn, sources)
  if (roleArn === undefined) {
    const detail = firstSet(
      [SETTINGS.chainExternalId, SETTINGS.chainSessionName, SETTINGS.chainDurationSeconds],
      layers,
    )
    return detail && missing(SETTINGS.chainRoleArn.key, detail.setting.key, own)
  }
  return {
    roleArn,
    externalId: checkedSetting(SETTINGS.chainExternalId, layers),
    sessionName: checkedSetting(SETTINGS.chainSessionName, layers),
    durationSeconds: checkedSetting(SETTINGS.chainDurationSeconds, layers) ?? 3600,
  }
}

/** Whether an ARN is one of AWS's: an AWS partition and an account of 12 digits. */
export function isAwsRoleArn(arn: string): boolean {
  return /^arn:aws[a-z-]*:iam::\d{12}:role\//.test(arn)
}

/** What a role ARN must be while no STS endpoint is set. */
export const AWS_ROLE_ARN_ALLOWED =
  'the ARN of a role with its account such as arn:aws:iam::111122223333:role/NAME (other forms only where an STS endpoint is set)'

function readRole(sources: ExchangeSources, roleArn: string): RoleRequest {
  const { layers } = sources
  return {
    roleArn,
    sessionName: checkedSetting(SETTINGS.roleSessionName, layers),
    durationSeconds: checkedSetting(SETTINGS.durationSeconds, layers) ?? 3600,
    policy: readSessionPolicy(sources),
    policyArns: checkedSetting(SETTINGS.policyArns, layers) ?? [],
  }
}

function readRoleArn(setting: Setting<string, SettingKey>, sources: ExchangeSources): string | undefined {
  const { layers, hasStsEndpoint } = sources
  const arn = checkedSetting(setting, layers)
  const found = findText(setting, layers)
  if (arn === undefined || !found || hasStsEndpoint || isAwsRoleArn(arn)) return arn
  throw invalidSetting(setting, found, AWS_ROLE_ARN_ALLOWED)
}

/** The JSON of the session policy. A path behind `file://` counts from the folder of the file that names it. */
function readSessionPolicy(sources: ExchangeSources): string | undefined {
  const { layers, readFile } = sources
  const setting = SETTINGS.sessionPolicy
  const found = findText(setting, layers)
  if (!found) return undefined
  const path = /^file:\/\/(.+)$/.exec(found.text)?.[1]
  if (path === undefined) {
    if (isSessionPolicy(found.text)) return found.text
    throw invalidSetting(setting, found, setting.type.allowed)
  }
  const folder = found.origin.kind === 'file' ? dirname(found.origin.place.file) : '.'
  const text = readPolicyFile(path.startsWith('~') ? path : resolve(folder, path), readFile)
  if (text === undefined) throw invalidSetting(setting, found, 'the path of a file that can be read')
  if (isSessionPolicy(text)) return text
  throw invalidSetting(setting, found, 'the path of a file with a JSON object of at most 2048 characters')
}

function readPolicyFile(path: string, readFile: (path: string) => string): string | undefined {
  try {
    return readFile(path).trim()
  } catch {
    // Why is the file system's business; the error names the setting and the path.
    return undefined
  }
}

/** STS: at most 2048 characters of U+0009, U+000A, U+000D, U+0020 to U+00FF. */
function isSessionPolicy(text: string): boolean {
  if (text.length > 2048 || !/^[\t\n\r\u0020-\u00FF]+$/.test(text)) return false
  return parseJsonObject(text) !== undefined
}

function firstSet(settings: Setting<unknown, SettingKey>[], layers: Layers) {
  for (const setting of settings) {
    const found = findText(setting, layers)
    if (found && found.origin.kind !== 'default') return { setting, found }
  }
  return undefined
}
