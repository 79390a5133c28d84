/** Whom a trust policy trusts, and what is wrong with that for one exchange. Pure. */
import { providerNameOf } from '../provider-name.ts'
import type { ChainNeed, TrustNeed, WebIdentityNeed } from './trust-policy.ts'
import { operatorOf } from './trust-policy-condition.ts'
import type { PolicyFinding, Statement } from './trust-policy-document.ts'

/** Whether a statement is about who asks: by name, because it is about everybody, or not. */
export function namesWhoAsks(statement: Statement, need: TrustNeed): 'by-name' | 'everybody' | 'no' {
  const { principals, notPrincipals } = statement
  if (notPrincipals) {
    const isSpared = notPrincipals.some(({ name }) => name === '*' || isWhoAsks(name, need))
    return isSpared ? 'no' : 'everybody'
  }
  if (principals.some(({ type, name }) => type === wantedType(need) && isWhoAsks(name, need)))
    return 'by-name'
  return principals.some(({ name }) => name === '*') ? 'everybody' : 'no'
}

/** Whether a statement for everybody says by a condition whose principals are meant. */
export function limitsPrincipals({ conditions }: Statement): boolean {
  return conditions.some((condition) => {
    const { isNegated, ifExists, set } = operatorOf(condition)
    const isWhole = LIMITS.get(condition.key.toLowerCase())
    if (!isWhole || isNegated || ifExists || set === 'ForAllValues') return false
    return condition.values.length > 0 && condition.values.every((value) => isWhole.test(value))
  })
}

// Keys that tell of a principal, with values that leave no room for other people's accounts.
const LIMITS = new Map([
  ['aws:principalarn', /^arn:[\w-]+:(iam|sts)::\d{12}:/],
  ['aws:principalaccount', /^\d{12}$/],
  ['aws:principalorgid', /^o-\w+$/],
  ['aws:principalorgpaths', /^o-\w+\//],
])

/** `Principal` as it should be. */
export function principalEdit(need: TrustNeed): string {
  return `set "Principal": {"${wantedType(need)}": "${wantedNames(need)[0] ?? ''}"}`
}

/** Of statements that allow something, none of which trusts who asks: why, as far as it can be told. */
export function principalFinding(statements: Statement[], need: TrustNeed): PolicyFinding {
  const principals = statements.flatMap((statement) => statement.principals)
  const names = wantedNames(need)
  const wrongType = principals.find(({ name }) => names.includes(name))
  const fix = principalEdit(need)
  if (wrongType) {
    const problem = `the principal stands under "${wrongType.type}", where IAM looks for something else`
    return { problem, fix }
  }
  for (const { name } of principals) {
    const found = explain(name, need)
    if (found) return { fix, ...found }
  }
  const listed = principals.map(({ name }) => name).join(', ')
  const problem = `it does not trust ${names[0] ?? ''}${listed === '' ? '' : `, only ${listed}`}`
  return { problem, fix }
}

function explain(name: string, need: TrustNeed): { problem: string; fix?: string } | undefined {
  switch (need.kind) {
    case 'identity-pool':
      if (/^cognito-identity[.-]/.test(name)) {
        const problem = `${name} is not what identity pools are called in the region of ${need.identityPoolId}: that is ${need.principal}`
        return { problem, fix: `${principalEdit(need)}, and begin its condition keys so, too` }
      }
      if (!name.includes(':oidc-provider/')) return undefined
      return {
        problem: `it trusts ${name} directly, but the profile goes through an identity pool`,
        fix: `${principalEdit(need)} with the conditions for it, or set cognito_exchange = web-identity in the profile`,
      }
    case 'web-identity':
      if (/^cognito-identity[.-]/.test(name)) {
        return {
          problem: 'it trusts identity pools, but the profile assumes the role with the ID token itself',
          fix: `${principalEdit(need)} with the condition for it, or set cognito_identity_pool_id and no cognito_exchange in the profile`,
        }
      }
      return explainProvider(name, need)
    case 'chain':
      return explainRole(name, need)
  }
}

function explainProvider(name: string, need: WebIdentityNeed): { problem: string } | undefined {
  const [, account = '', provider] = /^arn:[\w-]+:iam::(\d*):oidc-provider\/(.+)$/.exec(name) ?? []
  if (provider === undefined) {
    const isIssuer = providerNameOf(name).startsWith(need.providerName)
    return isIssuer
      ? { problem: `${name} is the issuer, where IAM wants the ARN of its provider` }
      : undefined
  }
  if (provider === need.providerName) {
    const own = need.providerArn.split(':')
    if (own[4] === account) return { problem: `${name} is of another partition than the role` }
    return { problem: `${name} is a provider of another account than the role (${own[4] ?? ''})` }
  }
  if (provider.replace(/^issuer-/, '') === need.providerName.replace(/^issuer-/, ''))
    return { problem: `${provider} is the other form of the issuer, ${need.providerName}` }
  return { problem: `${provider} is another issuer than the profile's, ${need.providerName}` }
}

function explainRole(name: string, { firstRoleArn }: ChainNeed): { problem: string } | undefined {
  if (name.includes('*')) return { problem: `${name}: IAM knows no patterns in a principal` }
  if (/^A(?:RO|ID)A[A-Z0-9]+$/.test(name)) {
    return {
      problem: `${name} stands for a role or user that was deleted; one of the same name made anew is another`,
    }
  }
  return /^arn:|^\d{12}$/.test(name) ? { problem: `it trusts ${name}, not ${firstRoleArn}` } : undefined
}

function wantedType(need: TrustNeed): 'Federated' | 'AWS' {
  return need.kind === 'chain' ? 'AWS' : 'Federated'
}

function isWhoAsks(name: string, need: TrustNeed): boolean {
  return wantedNames(need).includes(name) || (need.kind === 'chain' && isSessionOf(name, need))
}

/** Whether a name is that of the first role's session, or may be where the session's name is not known. */
function isSessionOf(name: string, { firstRoleArn, firstSessionName }: ChainNeed): boolean {
  const [, partition, , , account, role = ''] = firstRoleArn.split(':')
  // Sessions know no paths.
  const session = `arn:${partition ?? ''}:sts::${account ?? ''}:assumed-role/${role.split('/').at(-1) ?? ''}/`
  if (!name.startsWith(session)) return false
  return firstSessionName === undefined || name === `${session}${firstSessionName}`
}

/** The names that mean who asks, the most exact one first. */
function wantedNames(need: TrustNeed): string[] {
  switch (need.kind) {
    case 'identity-pool':
      return [need.principal]
    case 'web-identity':
      return [need.providerArn]
    case 'chain': {
      const [, partition = 'aws', , , accountId = ''] = need.firstRoleArn.split(':')
      return [need.firstRoleArn, `arn:${partition}:iam::${accountId}:root`, accountId]
    }
  }
}
