/**
 * What is wrong with a role's trust policy, for the exchange that is to assume the role; each with its edit. Pure.
 * It judges what is known of the request, and is silent of conditions on anything else.
 */
import { conditionFindings } from './trust-policy-check-conditions.ts'
import type { ConditionFinding } from './trust-policy-check-conditions.ts'
import {
  limitsPrincipals,
  namesWhoAsks,
  principalEdit,
  principalFinding,
} from './trust-policy-check-principal.ts'
import { holdsFor, isLike, operatorOf } from './trust-policy-condition.ts'
import { knownKeys, strangersKeys } from './trust-policy-keys.ts'
import type { Strangers } from './trust-policy-keys.ts'
import { readTrustPolicy } from './trust-policy-document.ts'
import type { PolicyFinding, PolicyDocument, Statement } from './trust-policy-document.ts'
import type { TrustNeed } from './trust-policy.ts'

/** What is asked of the role beside its trust; each undefined where it is not known. */
export interface RoleWish {
  roleArn: string | undefined
  durationSeconds: number | undefined
}

/** Findings, in the order of the policy. `text` is a policy in any form that people have it in. */
export function checkTrustPolicy(text: string, need: TrustNeed, wish: RoleWish): PolicyFinding[] {
  const read = readTrustPolicy(text)
  if (read.kind === 'unreadable')
    return [{ problem: read.problem, fix: 'give it the trust policy, or the output of: aws iam get-role' }]
  const { document } = read
  return [...formFindings(document), ...trustFindings(document, need), ...roleFindings(document, wish)]
}

const ELEMENTS = ['Sid', 'Effect', 'Principal', 'Action', 'Condition']

/** What IAM does not take, or what turns the sense of a statement round. */
function formFindings({ version, statements }: PolicyDocument): PolicyFinding[] {
  const findings: PolicyFinding[] = []
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17')
    findings.push({ problem: `IAM knows no version ${version}`, fix: 'set "Version": "2012-10-17"' })
  for (const { where, effect, elements, conditions } of statements) {
    if (effect !== 'Allow' && effect !== 'Deny')
      findings.push({ problem: `${where}Effect is neither Allow nor Deny`, fix: 'set "Effect": "Allow"' })
    const known = effect === 'Deny' ? [...ELEMENTS, 'NotPrincipal', 'NotAction'] : ELEMENTS
    for (const name of elements.filter((one) => !known.includes(one))) {
      findings.push(
        name === 'NotPrincipal' || name === 'NotAction'
          ? {
              problem: `${where}${name} means everything but what it lists`,
              fix: `list what is meant, in ${name.slice(3)}`,
            }
          : { problem: `${where}a trust policy has no ${name}`, fix: `remove "${name}"` },
      )
    }
    const unknown = conditions.filter((condition) => operatorOf(condition).name === undefined)
    for (const operator of new Set(unknown.map((condition) => condition.operator))) {
      const fix = 'take one of the condition operators of the IAM User Guide, such as StringEquals'
      findings.push({ problem: `${where}IAM knows no condition operator ${operator}`, fix })
    }
  }
  return findings
}

function trustFindings({ statements }: PolicyDocument, need: TrustNeed): PolicyFinding[] {
  const allowing = statements.filter(({ effect }) => effect !== 'Deny')
  const denying = statements.filter(({ effect }) => effect === 'Deny')
  const denied = denying.flatMap((one) => denyFindings(one, need))
  const wide = allowing.filter((one) => namesWhoAsks(one, need) === 'everybody')
  const named = allowing.filter((one) => namesWhoAsks(one, need) === 'by-name')
  // A statement for sts:TagSession alone is about the same request, not another way in.
  const waysIn = named.filter((one) => !allowsOnlyTags(one))
  const open = wide
    .filter(({ principals }) => principals.some(({ name }) => name === '*'))
    .filter((one) => need.kind !== 'chain' || !limitsPrincipals(one))
  const wideOpen = open.map(({ where }) => ({
    problem: `${where}the principal is *: everybody is trusted, in every account`,
    fix: principalEdit(need),
  }))
  if (named.length === 0 && wide.length === 0) return [principalFinding(allowing, need), ...denied]
  const candidates = waysIn.length > 0 ? waysIn : named.length > 0 ? named : wide
  const judged = candidates.map((statement) => ({
    statement,
    findings: statementFindings(statement, need).filter(
      ({ lets }) => lets === undefined || !areRefused(lets, { statement, denying, need }),
    ),
  }))
  const [best, ...others] = judged.toSorted((one, other) => one.findings.length - other.findings.length)
  const found = [
    ...(best?.findings ?? []),
    ...others.flatMap(({ findings }) => findings.filter(({ lets }) => lets !== undefined)),
  ]
  // Conditions of the best one are found fault with already.
  const inForce = [...named, ...wide].filter((one) => one === best?.statement || mayHold(one, need))
  return [
    ...wideOpen,
    ...found.map(({ problem, fix }) => ({ problem, fix })),
    ...tagFindings(inForce, need),
    ...denied,
  ]
}

/** Whether strangers whom one condition lets in are kept out by another one, or by a Deny. */
function areRefused(
  strangers: Strangers,
  by: { statement: Statement; denying: Statement[]; need: TrustNeed },
): boolean {
  const { statement, denying, need } = by
  const [assume] = actionsOf(need)
  const known = strangersKeys(strangers, need)
  return (
    statement.conditions.some((condition) => holdsFor(condition, known) === 'no') ||
    denying.some(
      (one) =>
        allows(one, assume) &&
        namesWhoAsks(one, need) !== 'no' &&
        one.conditions.every((condition) => holdsFor(condition, known) === 'yes'),
    )
  )
}

function mayHold({ conditions }: Statement, need: TrustNeed): boolean {
  return conditions.every((condition) => holdsFor(condition, knownKeys(need)) !== 'no')
}

function statementFindings(statement: Statement, need: TrustNeed): ConditionFinding[] {
  const { where } = statement
  const findings = [...actionFindings(statement, need), ...conditionFindings(statement, need)]
  return findings.map((finding) => ({ ...finding, problem: `${where}${finding.problem}` }))
}

function actionFindings(statement: Statement, need: TrustNeed): PolicyFinding[] {
  const [wanted] = actionsOf(need)
  if (allows(statement, wanted)) return []
  const other = need.kind === 'chain' ? 'sts:AssumeRoleWithWebIdentity' : 'sts:AssumeRole'
  const problem = allows(statement, other)
    ? `it allows ${other}, but this exchange calls ${wanted}`
    : `it does not allow ${wanted}`
  return [
    {
      problem,
      fix: allows(statement, other) ? `replace ${other} by ${wanted}` : `add "${wanted}" to "Action"`,
    },
  ]
}

function tagFindings(statements: Statement[], need: TrustNeed): PolicyFinding[] {
  const [, wanted] = actionsOf(need)
  if (wanted === undefined || statements.some((one) => allows(one, wanted))) return []
  const problem = `it does not allow ${wanted}: with principal tags (attributes for access control) in the identity pool no credentials come`
  return [{ problem, fix: `add "${wanted}" to "Action", beside sts:AssumeRoleWithWebIdentity` }]
}

function denyFindings(statement: Statement, need: TrustNeed): PolicyFinding[] {
  const denied = actionsOf(need).filter((action) => allows(statement, action))
  const holds = statement.conditions.every((condition) => holdsFor(condition, knownKeys(need)) === 'yes')
  if (namesWhoAsks(statement, need) === 'no' || denied.length === 0 || !holds) return []
  return [
    {
      problem: `${statement.where}it denies ${denied.join(' and ')} to this very exchange, and a Deny outweighs every Allow`,
      fix: 'remove the statement, or give it a condition that spares this exchange',
    },
  ]
}

function roleFindings({ role }: PolicyDocument, { roleArn, durationSeconds }: RoleWish): PolicyFinding[] {
  const findings: PolicyFinding[] = []
  if (role?.arn !== undefined && roleArn !== undefined && role.arn !== roleArn)
    findings.push({
      problem: `this is ${role.arn}, but the profile assumes ${roleArn}`,
      fix: 'check that role',
    })
  if (role?.maxSessionSeconds !== undefined && (durationSeconds ?? 0) > role.maxSessionSeconds) {
    findings.push({
      problem: `the role's sessions last ${role.maxSessionSeconds} seconds at most, but the profile asks for ${durationSeconds ?? 0}`,
      fix: `run: aws iam update-role --role-name ${role.arn?.split('/').at(-1) ?? 'ROLE'} --max-session-duration ${durationSeconds ?? 0}`,
    })
  }
  return findings
}

/** What AWS is asked to do. Principal tags are mapped from the claims of those who signed in. */
function actionsOf(need: TrustNeed): [string, ...string[]] {
  if (need.kind === 'chain') return ['sts:AssumeRole']
  const assume = 'sts:AssumeRoleWithWebIdentity'
  return need.kind === 'identity-pool' && need.amr === 'authenticated' ? [assume, 'sts:TagSession'] : [assume]
}

function allowsOnlyTags(statement: Statement): boolean {
  return (
    statement.actions.length > 0 && statement.actions.every((one) => one.toLowerCase() === 'sts:tagsession')
  )
}

/** Whether a statement is about an action; of a Deny, whether it denies it. */
function allows({ actions, notActions }: Statement, wanted: string): boolean {
  const isAmong = (list: string[]) => list.some((one) => isLike(wanted.toLowerCase(), one.toLowerCase()))
  return notActions ? !isAmong(notActions) : isAmong(actions)
}
