/** What AWS tools would take in place of poolkey's credentials: other settings of the profile, variables. Pure. */
import { WRITTEN_FROM } from '../profile/profile-list.ts'
import type { PlacedKey, ProfileSection } from '../profile/profile-values.ts'
import { misconfigured } from './finding.ts'
import type { Trouble } from './finding.ts'

/** Settings beside `credential_process` that AWS tools ask first, or refuse beside it. */
export function shadowingSettings(section: ProfileSection, credentialsFile: string): Trouble[] {
  const { name, keys } = section
  const found: Trouble[] = []
  const [role, source] = [keys.get('role_arn'), keys.get('source_profile') ?? keys.get('credential_source')]
  const accessKey = keys.get('aws_access_key_id')
  // A role that leads elsewhere is asked before keys that stand beside it.
  if (accessKey && !(role && source)) found.push(staticKeys(accessKey, name, { credentialsFile, section }))
  if (!keys.has('credential_process')) return found
  if (role && source) {
    found.push(
      shadowed({
        cause: `profile ${name} has both ${role.name} and credential_process (${at(role)}): AWS tools disagree which counts, and those in Go refuse it`,
        fix: `remove credential_process, where ${source.name} is meant to lead to credentials; else remove ${role.name} and ${source.name}`,
      }),
    )
  }
  for (const other of ['web_identity_token_file', 'sso_session', 'sso_start_url', 'login_session']) {
    const key = keys.get(other)
    if (!key) continue
    found.push(
      shadowed({
        cause: `profile ${name} has ${other} (${at(key)}), which AWS tools ask before credential_process`,
        fix: `remove ${other} and what belongs to it from profile ${name}`,
      }),
    )
  }
  return found
}

function staticKeys(
  key: PlacedKey,
  name: string,
  { credentialsFile, section }: { credentialsFile: string; section: ProfileSection },
): Trouble {
  const isWritten = section.keys.has(WRITTEN_FROM)
  const inCredentials = key.file === credentialsFile
  return shadowed({
    // botocore takes keys of the config file after credential_process, others before.
    state: inCredentials ? 'failed' : 'warning',
    cause: `profile ${name} has aws_access_key_id (${at(key)}): ${inCredentials ? '' : 'some '}AWS tools take those keys and never ask poolkey`,
    fix: isWritten
      ? `remove section [${name}] from ${key.file}`
      : `remove aws_access_key_id, aws_secret_access_key and aws_session_token from [${name}] in ${key.file}`,
  })
}

function shadowed(trouble: Pick<Trouble, 'cause' | 'fix'> & Partial<Pick<Trouble, 'state'>>): Trouble {
  return misconfigured({ code: 'profile-shadowed', ...trouble })
}

const at = (key: PlacedKey) => `${key.file}:${key.line}`

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN']
const TOKEN_FILE = ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN']

/** Variables that AWS tools ask before any profile, or that name another one. */
export function shadowingVariables(env: Record<string, string | undefined>): Trouble[] {
  const isSet = (name: string) => (env[name] ?? '') !== ''
  const found: Trouble[] = []
  const variable = (cause: string, names: string[]) =>
    found.push(
      misconfigured({
        ...{ state: 'warning', code: 'variable-shadows', cause },
        ...{ fix: 'unset it where AWS tools run', steps: [`unset ${names.filter(isSet).join(' ')}`] },
      }),
    )
  if (isSet('AWS_ACCESS_KEY_ID'))
    variable(
      'AWS_ACCESS_KEY_ID is set: AWS tools that are told no profile by an option take those keys',
      KEYS,
    )
  if (TOKEN_FILE.every(isSet))
    variable(
      'AWS_WEB_IDENTITY_TOKEN_FILE is set: AWS tools may take the role of that before any profile',
      TOKEN_FILE,
    )
  const [profile, byDefault] = [env['AWS_PROFILE'] ?? '', env['AWS_DEFAULT_PROFILE'] ?? '']
  if (profile !== '' && byDefault !== '' && profile !== byDefault)
    variable(
      `AWS_PROFILE is ${profile} and AWS_DEFAULT_PROFILE ${byDefault}: the AWS CLI and boto3 take the second, others the first`,
      ['AWS_DEFAULT_PROFILE'],
    )
  return found
}
