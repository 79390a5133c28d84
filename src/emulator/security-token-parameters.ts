/** The constraints of STS's service model on the parameters of AssumeRole and AssumeRoleWithWebIdentity. */
import { Refusal } from './answer.ts'
import { parseRoleArn } from './issued-credentials.ts'
import { parseJsonObject } from './json-object.ts'

/** The parameters both operations share, checked. */
export interface AssumeParameters {
  roleArn: string
  sessionName: string
  durationSeconds: number
  /** Of the space that session policies may take, for `PackedPolicySize`; undefined without a session policy. */
  packedPolicyPercent: number | undefined
}

const SESSION_NAME = /^[\w+=,.@-]*$/
const POLICY_CHARACTERS = /^[\u0009\u000A\u000D\u0020-\u00FF]+$/
const MAX_POLICY_LENGTH = 2048

/** Reads what both operations share. Throws ValidationError, MalformedPolicyDocument or PackedPolicyTooLarge. */
export function readAssumeParameters(form: URLSearchParams): AssumeParameters {
  const roleArn = readText(form, 'RoleArn', { min: 20, max: 2048 })
  const sessionName = readText(form, 'RoleSessionName', { min: 2, max: 64, pattern: SESSION_NAME })
  if (!parseRoleArn(roleArn)) throw invalid(`${roleArn} is invalid`)
  return {
    roleArn,
    sessionName,
    durationSeconds: readDuration(form),
    packedPolicyPercent: readSessionPolicies(form, roleArn),
  }
}

/** A parameter within its length and pattern. Throws ValidationError. */
export function readText(
  form: URLSearchParams,
  name: string,
  constraint: { min: number; max: number; pattern?: RegExp },
): string {
  const value = form.get(name)
  if (value === null) throw violation(name, { value, rule: 'Member must not be null' })
  const { min, max, pattern } = constraint
  if (value.length < min) {
    throw violation(name, { value, rule: `Member must have length greater than or equal to ${min}` })
  }
  if (value.length > max) {
    throw violation(name, { value, rule: `Member must have length less than or equal to ${max}` })
  }
  if (pattern && !pattern.test(value)) {
    throw violation(name, {
      value,
      rule: `Member must satisfy regular expression pattern: ${pattern.source}`,
    })
  }
  return value
}

/** The like of `readText` for a parameter that may be absent. */
export function readOptionalText(
  form: URLSearchParams,
  name: string,
  constraint: { min: number; max: number; pattern?: RegExp },
): string | undefined {
  return form.has(name) ? readText(form, name, constraint) : undefined
}

/** Session tags of AssumeRole: at most 50, keys 1..128 and values 0..256 characters, no key twice whatever its case. */
export function readTags(form: URLSearchParams): Record<string, string> {
  const names = membersOf(form, /^Tags\.member\.(\d+)\.Key$/)
  if (names.length > 50)
    throw violation('Tags', { value: 'list', rule: 'Member must have length less than or equal to 50' })
  const tags: Record<string, string> = {}
  for (const name of names) {
    const key = readText(form, name, { min: 1, max: 128 })
    if (Object.keys(tags).some((known) => known.toLowerCase() === key.toLowerCase())) {
      throw new Refusal(
        'InvalidParameterValue',
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      )
    }
    tags[key] = readText(form, name.replace(/Key$/, 'Value'), { min: 0, max: 256 })
  }
  for (const name of membersOf(form, /^TransitiveTagKeys\.member\.(\d+)$/)) {
    if (Object.hasOwn(tags, form.get(name) ?? '')) continue
    throw new Refusal(
      'InvalidParameterValue',
      'The specified transitive tag key must be included in the requested tags.',
    )
  }
  return tags
}

/** ValidationError with a text of its own. */
export function invalid(message: string): Refusal {
  return new Refusal('ValidationError', message)
}

function readDuration(form: URLSearchParams): number {
  const text = form.get('DurationSeconds')
  if (text === null) return 3600
  if (!/^-?\d{1,9}$/.test(text)) throw new Refusal('MalformedInput')
  const seconds = Number(text)
  if (seconds < 900) {
    throw violation('DurationSeconds', {
      value: text,
      rule: 'Member must have value greater than or equal to 900',
    })
  }
  if (seconds > 43_200) {
    throw violation('DurationSeconds', {
      value: text,
      rule: 'Member must have value less than or equal to 43200',
    })
  }
  return seconds
}

function readSessionPolicies(form: URLSearchParams, roleArn: string): number | undefined {
  const policy = readOptionalText(form, 'Policy', {
    min: 1,
    max: MAX_POLICY_LENGTH,
    pattern: POLICY_CHARACTERS,
  })
  if (policy !== undefined) {
    const document = parseJsonObject(policy)
    if (!document) throw new Refusal('MalformedPolicyDocument', 'This policy contains invalid Json')
    if (document['Statement'] === undefined)
      throw new Refusal('MalformedPolicyDocument', 'Syntax errors in policy.')
  }
  const arns = membersOf(form, /^PolicyArns\.member\.(\d+)\.arn$/).map((name) =>
    readText(form, name, { min: 20, max: 2048 }),
  )
  if (arns.length > 10) {
    throw violation('PolicyArns', { value: 'list', rule: 'Member must have length less than or equal to 10' })
  }
  const accountId = parseRoleArn(roleArn)?.accountId ?? ''
  for (const arn of arns) {
    const owner = /^arn:[\w-]+:iam::(aws|\d{12}|):policy\/[\x21-\x7e]+$/.exec(arn)?.[1]
    if (owner === undefined) throw invalid(`ARN ${arn} is not valid.`)
    if (owner !== 'aws' && owner !== accountId)
      throw invalid(`Policy ${arn} is not in the account of the role.`)
  }
  if (policy === undefined && arns.length === 0) return undefined
  const size = [policy ?? '', ...arns].join('').length
  const percent = Math.ceil((size / MAX_POLICY_LENGTH) * 100)
  if (percent <= 100) return percent
  throw new Refusal(
    'PackedPolicyTooLarge',
    `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
  )
}

function membersOf(form: URLSearchParams, pattern: RegExp): string[] {
  return [...new Set(form.keys())].filter((name) => pattern.test(name))
}

function violation(name: string, problem: { value: string | null; rule: string }): Refusal {
  const member = name.charAt(0).toLowerCase() + name.slice(1)
  const shown = problem.value === null ? 'null' : `'${problem.value}'`
  return invalid(
    `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${problem.rule}`,
  )
}
