/** Trust policies as people have them at hand: the document, what `aws iam get-role` prints, URL-encoded. Pure. */
import type { JsonObject } from '../json-object.ts'
import { isJsonObject } from '../json-object.ts'

/** Something wrong with a policy, and the edit that mends it. */
export interface PolicyFinding {
  problem: string
  fix: string
}

/** One operator and key of a statement's `Condition`. */
export interface Condition {
  operator: string
  key: string
  values: string[]
}

/** A statement; what stands in it in several spellings is in one. */
export interface Statement {
  /** Says which one is meant: empty where there is only one, else `statement 2 (Sid): `. */
  where: string
  effect: string
  /** `Principal: "*"` is of type `*`. */
  principals: { type: string; name: string }[]
  actions: string[]
  /** What `NotPrincipal` and `NotAction` leave out; undefined where there is no such element. */
  notPrincipals: { type: string; name: string }[] | undefined
  notActions: string[] | undefined
  conditions: Condition[]
  /** Every element's name, for those that a trust policy may not have. */
  elements: string[]
}

/** A policy, and what came with it. */
export interface PolicyDocument {
  version: string | undefined
  statements: Statement[]
  /** Where the text was a whole role. */
  role: { arn: string | undefined; maxSessionSeconds: number | undefined } | undefined
}

/** A policy, or why the text is none. */
export type ReadPolicy =
  { kind: 'policy'; document: PolicyDocument } | { kind: 'unreadable'; problem: string }

// A document in a JSON string, URL-encoded, in a role, in the answer of get-role: nothing wraps it more often.
const MOST_WRAPPINGS = 6

/** Reads a policy from any of its forms. */
export function readTrustPolicy(text: string): ReadPolicy {
  let value: unknown = text
  let role: PolicyDocument['role']
  for (let wrapping = 0; wrapping < MOST_WRAPPINGS; wrapping++) {
    if (typeof value === 'string') {
      const parsed = parseText(value)
      if ('problem' in parsed) return { kind: 'unreadable', problem: parsed.problem }
      value = parsed.value
    } else if (isJsonObject(value) && isJsonObject(value['Role'])) {
      value = value['Role']
    } else if (isJsonObject(value) && value['AssumeRolePolicyDocument'] !== undefined) {
      role = { arn: textOf(value['Arn']), maxSessionSeconds: numberOf(value['MaxSessionDuration']) }
      value = value['AssumeRolePolicyDocument']
    } else break
  }
  if (!isJsonObject(value) || value['Statement'] === undefined)
    return { kind: 'unreadable', problem: 'it is no policy: it has no Statement' }
  if (!listOf(value['Statement']).every(isJsonObject))
    return { kind: 'unreadable', problem: 'it is no policy: not everything in its Statement is one' }
  return { kind: 'policy', document: readDocument(value, role) }
}

function parseText(given: string): { value: unknown } | { problem: string } {
  const text = given.replace(/^\ufeff/, '').trim()
  if (text === '') return { problem: 'it is empty' }
  if (/^(?:%(?:0a|0d|09|20)|\+)*%7b/i.test(text)) {
    try {
      // As forms encode it a blank is +; a + itself is encoded everywhere.
      return { value: decodeURIComponent(text.replaceAll('+', ' ')) }
    } catch {
      // The message quotes nothing that would help.
      return { problem: 'it is URL-encoded, but cut off or damaged' }
    }
  }
  try {
    const value: unknown = JSON.parse(text)
    return { value }
  } catch {
    // The parser's message quotes its input and tells no line.
    return { problem: 'it is not JSON' }
  }
}

function readDocument(document: JsonObject, role: PolicyDocument['role']): PolicyDocument {
  const given = listOf(document['Statement'])
  const statements = given.filter(isJsonObject).map((statement, index) => {
    const sid = textOf(statement['Sid'])
    const name = sid === undefined || sid === '' ? '' : ` (${sid})`
    return readStatement(statement, given.length > 1 ? `statement ${index + 1}${name}: ` : '')
  })
  return { version: textOf(document['Version']), statements, role }
}

function readStatement(statement: JsonObject, where: string): Statement {
  const [notPrincipal, notAction] = [statement['NotPrincipal'], statement['NotAction']]
  const condition = statement['Condition']
  return {
    where,
    effect: textOf(statement['Effect']) ?? '',
    principals: principalsOf(statement['Principal']),
    actions: textsOf(statement['Action']),
    notPrincipals: notPrincipal === undefined ? undefined : principalsOf(notPrincipal),
    notActions: notAction === undefined ? undefined : textsOf(notAction),
    conditions: entriesOf(condition).flatMap(([operator, keys]) =>
      entriesOf(keys).map(([key, values]) => ({ operator, key, values: textsOf(values) })),
    ),
    elements: Object.keys(statement),
  }
}

function principalsOf(principal: unknown): Statement['principals'] {
  if (typeof principal === 'string') return [{ type: '*', name: principal }]
  return entriesOf(principal).flatMap(([type, names]) => textsOf(names).map((name) => ({ type, name })))
}

function entriesOf(value: unknown): [string, unknown][] {
  return isJsonObject(value) ? Object.entries(value) : []
}

/** IAM takes booleans and numbers for their texts. */
function textsOf(value: unknown): string[] {
  return listOf(value).flatMap((one) => {
    if (typeof one === 'string') return [one]
    return typeof one === 'boolean' || typeof one === 'number' ? [String(one)] : []
  })
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return value === undefined ? [] : [value]
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
