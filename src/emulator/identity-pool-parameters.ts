import { Refusal } from './answer.ts'
import { isJsonObject } from './json-object.ts'

interface Constraint {
  pattern?: RegExp
  min?: number
  max: number
}

/** A string member of a request, checked against the service model. Throws InvalidParameterException, or SerializationException for another type. */
export function readMember(input: Record<string, unknown>, name: string, constraint: Constraint): string
export function readMember(
  input: Record<string, unknown>,
  name: string,
  constraint: Constraint & { isOptional: true },
): string | undefined
export function readMember(
  input: Record<string, unknown>,
  name: string,
  constraint: Constraint & { isOptional?: boolean },
): string | undefined {
  const value = input[name]
  if (value === undefined || value === null) {
    if (constraint.isOptional === true) return undefined
    throw violation({ name, value: 'null', rule: 'Member must not be null' })
  }
  if (typeof value !== 'string') throw new Refusal('SerializationException')
  const { pattern, min = 1, max } = constraint
  if (value.length < min) {
    throw violation({ name, value, rule: `Member must have length greater than or equal to ${min}` })
  }
  if (value.length > max)
    throw violation({ name, value, rule: `Member must have length less than or equal to ${max}` })
  if (pattern && !pattern.test(value)) {
    throw violation({
      name,
      value,
      rule: `Member must satisfy regular expression pattern: ${patternText(pattern)}`,
    })
  }
  return value
}

/** The Logins map: at most ten entries, keys up to 128 and values up to 50,000 characters; empty when absent. */
export function readLogins(input: Record<string, unknown>): Record<string, string> {
  const value = input['Logins'] ?? {}
  if (!isJsonObject(value)) throw new Refusal('SerializationException')
  if (Object.keys(value).length > 10) {
    throw violation({
      name: 'Logins',
      value: 'map',
      rule: 'Member must have length less than or equal to 10',
    })
  }
  const logins: Record<string, string> = {}
  for (const [providerName, token] of Object.entries(value)) {
    if (typeof token !== 'string') throw new Refusal('SerializationException')
    if (providerName.length < 1 || providerName.length > 128 || token.length < 1 || token.length > 50_000) {
      throw violation({
        name: 'Logins',
        value: 'map',
        rule: 'Map entry must satisfy the constraints of its key and value',
      })
    }
    logins[providerName] = token
  }
  return logins
}

function violation(problem: { name: string; value: string; rule: string }): Refusal {
  const { name, value, rule } = problem
  const member = name.charAt(0).toLowerCase() + name.slice(1)
  const shown = value === 'null' ? 'null' : `'${value}'`
  return new Refusal(
    'InvalidParameterException',
    `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${rule}`,
  )
}

function patternText(pattern: RegExp): string {
  return pattern.source.replace(/^\^/, '').replace(/\$$/, '')
}
