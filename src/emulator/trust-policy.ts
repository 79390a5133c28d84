/**
 * IAM's evaluation of a role's trust policy, as far as the roles that Cognito users reach need it: an explicit Deny
 * wins, no matching Allow is a refusal, and every operator of a statement's Condition must hold.
 * Source: IAM User Guide, "Policy evaluation logic" and "Condition operators".
 */

/** A trust policy document in IAM's own spelling, so that one can be pasted. */
export interface TrustPolicy {
  Version?: string
  Statement: TrustStatement | TrustStatement[]
}

/** One statement of a trust policy. */
export interface TrustStatement {
  Sid?: string
  Effect: 'Allow' | 'Deny'
  Principal: '*' | { Federated?: string | string[]; AWS?: string | string[]; Service?: string | string[] }
  Action: string | string[]
  Condition?: Record<string, Record<string, string | string[]>>
}

/** Who asks for what, and the condition keys the request carries. */
export interface TrustRequest {
  action: 'sts:AssumeRole' | 'sts:AssumeRoleWithWebIdentity' | 'sts:TagSession' | 'sts:SetSourceIdentity'
  principal:
    | { kind: 'federated'; name: string }
    | { kind: 'session'; sessionArn: string; roleArn: string; accountId: string }
  keys: Record<string, string | string[]>
}

/** Whether the policy lets this request through. Throws on an operator or principal form it does not know. */
export function isAllowed(policy: TrustPolicy, request: TrustRequest): boolean {
  const matching = listOf(policy.Statement).filter((statement) => matches(statement, request))
  return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow')
}

function matches(statement: TrustStatement, request: TrustRequest): boolean {
  return (
    listOf(statement.Action).some((action) => isLike(request.action.toLowerCase(), action.toLowerCase())) &&
    isPrincipal(statement.Principal, request.principal) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) =>
        holds(operator, { actual: valueOf(request.keys, key), wanted: listOf(wanted) }),
      ),
    )
  )
}

function isPrincipal(allowed: TrustStatement['Principal'], asking: TrustRequest['principal']): boolean {
  if (allowed === '*') return true
  if (asking.kind === 'federated') return listOf(allowed.Federated ?? []).includes(asking.name)
  return listOf(allowed.AWS ?? []).some(
    (name) =>
      name === '*' ||
      name === asking.accountId ||
      new RegExp(`^arn:[\\w-]+:iam::${asking.accountId}:root$`).test(name) ||
      name === asking.roleArn ||
      name === asking.sessionArn,
  )
}

function holds(operator: string, values: { actual: string[] | undefined; wanted: string[] }): boolean {
  const { actual, wanted } = values
  if (operator === 'Null') return wanted.includes(actual === undefined ? 'true' : 'false')

  const forAll = operator.startsWith('ForAllValues:')
  const forAny = operator.startsWith('ForAnyValue:')
  const ifExists = operator.endsWith('IfExists')
  const name = operator.replace(/^(ForAnyValue|ForAllValues):/, '').replace(/IfExists$/, '')
  const isNegated = name.includes('Not')
  const compare = comparison(name)
  if (actual === undefined) return forAll || ifExists || (isNegated && !forAny)

  const holdsFor = (value: string) =>
    isNegated ? !wanted.some((one) => compare(value, one)) : wanted.some((one) => compare(value, one))
  return forAll || (isNegated && !forAny) ? actual.every(holdsFor) : actual.some(holdsFor)
}

function comparison(operator: string): (actual: string, wanted: string) => boolean {
  switch (operator) {
    case 'StringEquals':
    case 'StringNotEquals':
      return (actual, wanted) => actual === wanted
    case 'StringEqualsIgnoreCase':
    case 'StringNotEqualsIgnoreCase':
      return (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase()
    case 'StringLike':
    case 'StringNotLike':
    case 'ArnLike':
    case 'ArnEquals':
      return isLike
    default:
      throw new Error(`the emulator does not know the condition operator ${operator}`)
  }
}

/** Condition keys are compared without regard to case, their values with it. */
function valueOf(keys: TrustRequest['keys'], wanted: string): string[] | undefined {
  const found = Object.entries(keys).find(([key]) => key.toLowerCase() === wanted.toLowerCase())
  return found && listOf(found[1])
}

function isLike(text: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`).test(text)
}

function listOf<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value]
}
