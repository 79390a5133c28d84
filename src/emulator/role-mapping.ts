import { notAuthorized } from './answer.ts'
import type { IdentityPoolSettings, MappingRule } from './configuration.ts'
import { stringsOf } from './json-object.ts'

/** Whose role is asked for. `claims` are those of the verified ID token. */
export interface RoleRequest {
  claims: Record<string, unknown>
  customRoleArn: string | undefined
  identityId: string
}

/**
 * The role of a signed-in identity in the enhanced flow (developer guide, "Role-based access control"); undefined
 * when the pool has none to give. Throws the pool's refusal when the mapping is ambiguous or the role is not the
 * user's to choose.
 */
export function mappedRole(pool: IdentityPoolSettings, request: RoleRequest): string | undefined {
  const mapping = pool.roleMapping
  const { claims, customRoleArn } = request
  const offered = offeredRoles(pool, claims)
  if (customRoleArn !== undefined) {
    if (offered.includes(customRoleArn)) return customRoleArn
    throw notAuthorized(`Access to Role '${customRoleArn}' is forbidden.`)
  }
  switch (mapping.kind) {
    case 'none':
      return pool.authenticatedRole
    case 'rules':
      return offered[0] ?? ambiguousRole(pool, { ...request, ambiguous: mapping.ambiguous })
    case 'token': {
      const preferred = claims['cognito:preferred_role']
      if (typeof preferred === 'string') return preferred
      return ambiguousRole(pool, { ...request, ambiguous: mapping.ambiguous })
    }
  }
}

/** The roles a caller may name, the first of them being the mapping's own choice (for rules). */
function offeredRoles(pool: IdentityPoolSettings, claims: Record<string, unknown>): string[] {
  const mapping = pool.roleMapping
  switch (mapping.kind) {
    case 'none':
      return pool.authenticatedRole === undefined ? [] : [pool.authenticatedRole]
    case 'token':
      return stringsOf(claims['cognito:roles'])
    case 'rules':
      return mapping.rules.filter((rule) => isMatch(rule, claims[rule.claim])).map(({ roleArn }) => roleArn)
  }
}

function ambiguousRole(
  pool: IdentityPoolSettings,
  request: RoleRequest & { ambiguous: 'AuthenticatedRole' | 'Deny' },
): string | undefined {
  if (request.ambiguous === 'AuthenticatedRole') return pool.authenticatedRole
  throw notAuthorized(`The ambiguous role mapping rules for: ${request.identityId} denied this request.`)
}

/** A rule never matches a claim that is missing, NotEqual included. */
function isMatch(rule: MappingRule, claim: unknown): boolean {
  const values = claimTexts(claim)
  switch (rule.matchType) {
    case 'Equals':
      return values.includes(rule.value)
    case 'NotEqual':
      return values.length > 0 && !values.includes(rule.value)
    case 'StartsWith':
      return values.some((value) => value.startsWith(rule.value))
    case 'Contains':
      return values.some((value) => value.includes(rule.value))
  }
}

function claimTexts(claim: unknown): string[] {
  if (typeof claim === 'string') return [claim]
  if (typeof claim === 'number' || typeof claim === 'boolean') return [String(claim)]
  return stringsOf(claim)
}
