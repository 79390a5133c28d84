import { obtainSession } from '../../broker/session.ts'
import { withProfile } from '../../errors/explanation.ts'
import { jsonLine, plainText } from '../../errors/plain-text.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile } from '../../profile/profile.ts'
import type { IdTokenClaims } from '../../sign-in/claims.ts'
import { openAttendedBroker } from '../credentials/attended-broker.ts'
import type { Needs } from '../context.ts'

export interface RolesOptions {
  json?: boolean
}

interface OfferedRole {
  arn: string
  name: string
  /** The role of the person's foremost group: what the identity pool takes unless another is asked for. */
  preferred: boolean
  inUse: boolean
}

/** The roles that the ID token offers (`cognito:roles`), the preferred one, and the one in use. */
export async function listRoles(
  context: Needs<'terminal' | 'profiles' | 'openBroker'>,
  options: RolesOptions,
): Promise<number> {
  const profile = await context.profiles.read()
  const roles = await offeredRoles(context, profile)
  const { terminal } = context
  if (options.json === true) {
    terminal.answer(`${jsonLine({ version: 1, profile: profile.name, roles })}\n`)
    return 0
  }
  if (roles.length === 0) terminal.say('The token offers no roles: the person is in no group that has one.')
  for (const role of roles) {
    const marks = [role.inUse ? 'in use' : '', role.preferred ? 'preferred' : ''].filter(
      (mark) => mark !== '',
    )
    terminal.answer(
      `${role.inUse ? '*' : ' '} ${plainText(role.arn)}${marks.length > 0 ? `  (${marks.join(', ')})` : ''}\n`,
    )
  }
  return 0
}

/** Writes one of the offered roles, by name or ARN, into the profile as `cognito_role_arn`. */
export async function chooseRole(
  context: Needs<'terminal' | 'profiles' | 'openBroker'>,
  _options: RolesOptions,
  name = '',
): Promise<number> {
  const profile = await context.profiles.read()
  if (profile.settingsFrom !== profile.name) {
    throw new PoolkeyError('usage', {
      problem: `profile ${profile.name} has its first role from profile ${profile.settingsFrom}`,
      fix: `choose it there: ${withProfile('poolkey roles use NAME', profile.settingsFrom)}`,
    })
  }
  const roles = await offeredRoles(context, profile)
  const chosen = roles.filter((role) => role.arn === name || role.name === name)
  const [role] = chosen
  if (!role || chosen.length > 1) {
    throw new PoolkeyError('usage', {
      problem: role ? `several roles are called ${name}` : `the token offers no role ${name}`,
      fix: `name one by its ARN: ${roles.map(({ arn }) => arn).join(', ') || '(none is offered)'}`,
    })
  }
  await context.profiles.setKeys(profile, { cognito_role_arn: role.arn })
  context.terminal.say(`Profile ${profile.name} now uses ${role.arn}.`)
  return 0
}

async function offeredRoles(context: Needs<'openBroker'>, profile: Profile): Promise<OfferedRole[]> {
  if (!profile.signIn) {
    throw new PoolkeyError('usage', {
      problem: `profile ${profile.name} is a guest's: no token offers roles`,
    })
  }
  const broker = await openAttendedBroker(context, profile)
  const { claims } = await obtainSession(broker)
  const used = roleInUse(profile, claims)
  return claims.roles.map((arn) => ({
    arn,
    name: arn.slice(arn.lastIndexOf('/') + 1),
    preferred: arn === claims.preferredRole,
    inUse: arn === used,
  }))
}

function roleInUse({ exchange }: Profile, claims: IdTokenClaims): string | undefined {
  switch (exchange.kind) {
    case 'none':
      return undefined
    case 'enhanced':
      return exchange.roleArn ?? claims.preferredRole
    case 'basic':
    case 'web-identity':
      return exchange.role.roleArn
  }
}
