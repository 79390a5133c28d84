/** What is wrong with the conditions of a statement that trusts who asks. Pure. */
import { holdsFor, operatorOf } from './trust-policy-condition.ts'
import type { Condition, PolicyFinding, Statement } from './trust-policy-document.ts'
import { knownKeys } from './trust-policy-keys.ts'
import type { Strangers } from './trust-policy-keys.ts'
import type { ChainNeed, IdentityPoolNeed, TrustNeed, WebIdentityNeed } from './trust-policy.ts'

/** `lets`: whom else it lets in, whatever other statements say. */
export type ConditionFinding = PolicyFinding & { lets?: Strangers }

/** Findings about the claims that the exchange brings first, then about all other conditions. */
export function conditionFindings(statement: Statement, need: TrustNeed): ConditionFinding[] {
  const { conditions } = statement
  switch (need.kind) {
    case 'identity-pool':
      return [
        ...audienceFindings(conditions, need),
        ...amrFindings(conditions, need),
        ...otherFindings(conditions, need),
      ]
    case 'web-identity':
      return [...audienceFindings(conditions, need), ...otherFindings(conditions, need)]
    case 'chain':
      return [...externalIdFindings(conditions, need), ...otherFindings(conditions, need)]
  }
}

function audienceFindings(
  conditions: Condition[],
  need: IdentityPoolNeed | WebIdentityNeed,
): ConditionFinding[] {
  const isPool = need.kind === 'identity-pool'
  const [key, audience] = isPool
    ? [`${need.principal}:aud`, need.identityPoolId]
    : [`${need.providerName}:aud`, need.clientId]
  const edit = `"StringEquals": {"${key}": "${audience}"}`
  const limiting = limitingOn('aud', { conditions, key, need })
  if (limiting.length === 0) {
    const whose = isPool
      ? 'any identity pool, of any account, can hand this role out'
      : "every app client that the provider lists can have this role's credentials"
    return [
      {
        problem: `no condition on ${key}: ${whose}`,
        fix: `add to "Condition": ${edit}`,
        lets: 'other-audience',
      },
    ]
  }
  return limiting.flatMap((condition): ConditionFinding[] => {
    const { operator, values } = condition
    const fix = `in "Condition", set ${edit}`
    const isLike = /Like/i.test(operator)
    if (!isKey(condition, key)) return [wrongKey(condition, key)]
    if (holdsFor(condition, knownKeys(need)) !== 'yes') {
      const what = isPool ? "identity pool's id" : "app client's id"
      const stars =
        !isLike && values.some((value) => /[*?]/.test(value)) ? `; ${operator} knows no * and ?` : ''
      return [{ problem: `${key} is ${values.join(', ')}, but the ${what} is ${audience}${stars}`, fix }]
    }
    if (!isLike) return []
    const isWide = values.some((value) => /[*?]/.test(value))
    const problem = isWide
      ? `${operator} with ${values.join(', ')} on ${key} lets others in, too`
      : `${operator} on ${key} reads * and ? as patterns, where one id is meant`
    const change = `in "Condition", replace that of ${operator} by ${edit}`
    return [{ problem, fix: change, ...(isWide ? { lets: 'other-audience' } : {}) }]
  })
}

function amrFindings(conditions: Condition[], need: IdentityPoolNeed): ConditionFinding[] {
  const key = `${need.principal}:amr`
  const edit = `"ForAnyValue:StringLike": {"${key}": "${need.amr}"}`
  const limiting = limitingOn('amr', { conditions, key, need })
  if (limiting.length === 0) {
    const problem =
      need.amr === 'authenticated'
        ? `no condition on ${key}: guests of the identity pool, who never signed in, can have this role, too`
        : `no condition on ${key}: the role is open to more than the pool's guests`
    return [{ problem, fix: `add to "Condition": ${edit}`, lets: 'other-amr' }]
  }
  return limiting.flatMap((condition): ConditionFinding[] => {
    const { operator, values } = condition
    const fix = `in "Condition", set ${edit}`
    if (!isKey(condition, key)) return [wrongKey(condition, key)]
    if (operatorOf(condition).set !== 'ForAnyValue')
      return [{ problem: `${operator} on ${key}, which has several values, needs ForAnyValue:`, fix }]
    if (
      holdsFor(condition, knownKeys(need)) !== 'yes' &&
      !values.some((value) => isOfUserPool(value, need))
    ) {
      const brought = need.amr === 'authenticated' ? 'somebody who signed in' : 'a guest'
      return [{ problem: `${key} is ${values.join(', ')}, but ${brought} brings ${need.amr}`, fix }]
    }
    if (need.amr === 'unauthenticated') return []
    if (holdsFor(condition, () => ['unauthenticated']) !== 'yes') return []
    return [
      { problem: `${key} lets guests in, who never signed in: ${values.join(', ')}`, fix, lets: 'other-amr' },
    ]
  })
}

function externalIdFindings(conditions: Condition[], need: ChainNeed): ConditionFinding[] {
  const key = 'sts:ExternalId'
  const given = conditions.filter((one) => isKey(one, key) && isLimiting(one))
  if (given.length === 0 && need.externalId !== undefined) {
    return [
      {
        problem: `the profile sends an external ID, but no condition asks for it`,
        fix: `add to "Condition": "StringEquals": {"${key}": "${need.externalId}"}`,
      },
    ]
  }
  return given
    .filter((condition) => holdsFor(condition, knownKeys(need)) === 'no')
    .map(({ values }) => {
      const wanted = values.join(', ')
      const sent =
        need.externalId === undefined ? 'the profile sends none' : `the profile sends ${need.externalId}`
      return {
        problem: `it asks for the external ID ${wanted}, but ${sent}`,
        fix: `set cognito_chain_external_id = ${wanted} in the profile (external_id where it has role_arn and source_profile)`,
      }
    })
}

/** Conditions on a claim that let some requests through and not others; also those that ask for another issuer's. */
function limitingOn(
  claim: 'aud' | 'amr',
  asked: { conditions: Condition[]; key: string; need: TrustNeed },
): Condition[] {
  const { conditions, key, need } = asked
  return conditions.filter(isLimiting).filter((condition) => {
    const isOfOthers = condition.key.toLowerCase().endsWith(`:${claim}`)
    return isKey(condition, key) || (isOfOthers && holdsFor(condition, knownKeys(need)) === 'no')
  })
}

const MEANT = ['aws:principalarn', 'aws:principalaccount', 'sts:rolesessionname']

/** Conditions that no function above has judged, and that the request cannot meet. */
function otherFindings(conditions: Condition[], need: TrustNeed): ConditionFinding[] {
  const isJudged = ({ key }: Condition) =>
    need.kind === 'chain' ? key.toLowerCase() === 'sts:externalid' : /:(aud|amr)$/i.test(key)
  return conditions.flatMap((condition): ConditionFinding[] => {
    const { operator, key } = condition
    const fix = `remove the condition on ${key}`
    if (isLimiting(condition)) {
      const special = claimFinding(condition, need)
      if (special) return [special]
      if (isJudged(condition)) return []
    }
    const known = knownKeys(need)
    if (holdsFor(condition, known) !== 'no') return []
    const brought = known(key.toLowerCase())
    // To remove it would open the role to others.
    if (MEANT.includes(key.toLowerCase()) && isLimiting(condition) && Array.isArray(brought)) {
      const [wanted, is] = [condition.values.join(', '), brought.join(', ')]
      return [
        { problem: `${key} is ${wanted}, but here it is ${is}`, fix: `in "Condition", set ${key} to ${is}` },
      ]
    }
    return [{ problem: `${operator} on ${key} never holds here: the request does not bring it so`, fix }]
  })
}

/** Of conditions on claims that are not what they seem. */
function claimFinding(condition: Condition, need: TrustNeed): ConditionFinding | undefined {
  const { operator, key } = condition
  if (need.kind === 'chain' || operatorOf(condition).ifExists) return undefined
  const claim = key.slice(key.lastIndexOf(':') + 1).toLowerCase()
  const fix = `remove the condition on ${key}`
  if (/cognito/i.test(key) && /groups|roles|email|username|custom/.test(claim)) {
    const problem = `${operator} on ${key}: trust policies cannot see this claim, and never let anybody in so`
    const other = need.kind === 'web-identity' ? '; where groups decide, use an identity pool' : ''
    return { problem, fix: `${fix}${other}` }
  }
  if (need.kind === 'web-identity' && claim === 'amr')
    return { problem: `${operator} on ${key}: amr is what identity pools tell, not user pools`, fix }
  const prefix = need.kind === 'identity-pool' ? need.principal : need.providerName
  const isOfOthers = claim === 'sub' && !isKey(condition, `${prefix}:sub`)
  return isOfOthers ? wrongKey({ key }, `${prefix}:sub`) : undefined
}

function wrongKey({ key }: { key: string }, right: string): ConditionFinding {
  return {
    problem: `no request of this exchange has the condition key ${key}, so nobody is let in`,
    fix: `call it ${right}`,
  }
}

function isKey(condition: Condition, key: string): boolean {
  return condition.key.toLowerCase() === key.toLowerCase()
}

function isLimiting(condition: Condition): boolean {
  const { name, isNegated } = operatorOf(condition)
  return !isNegated && name !== undefined && name !== 'Null'
}

/** `amr` also names the user pool, alone and with the person's sub, which is not known here. */
function isOfUserPool(value: string, { loginsKey }: IdentityPoolNeed): boolean {
  return loginsKey !== undefined && value.startsWith(`${loginsKey}:`)
}
