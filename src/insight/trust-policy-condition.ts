/**
 * Whether one condition of a trust policy holds for a request of which some keys are known. Pure.
 * Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys".
 */
import type { Condition } from './trust-policy-document.ts'

/** Values of a condition key, which is asked for in lower case: IAM does not tell case apart. Undefined: not known. */
export type KnownKeys = (key: string) => string[] | 'absent' | undefined

/** `unknown` where that hangs on what the request brings. */
export type Holds = 'yes' | 'no' | 'unknown'

/** An operator's name without what stands around it, in IAM's spelling; undefined for one that IAM does not know. */
export function operatorOf(condition: Condition): {
  name: string | undefined
  set: 'ForAnyValue' | 'ForAllValues' | undefined
  ifExists: boolean
  isNegated: boolean
} {
  const [, set, given = '', ifExists] =
    /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/i.exec(condition.operator) ?? []
  const name = OPERATORS.find((one) => one.toLowerCase() === given.toLowerCase())
  return {
    name,
    set: set === undefined ? undefined : /any/i.test(set) ? 'ForAnyValue' : 'ForAllValues',
    ifExists: ifExists !== undefined,
    isNegated: name !== undefined && name.includes('Not'),
  }
}

const OPERATORS = [
  ...['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
  ...['StringLike', 'StringNotLike', 'ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'],
  ...['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals'],
  ...['NumericGreaterThan', 'NumericGreaterThanEquals', 'DateEquals', 'DateNotEquals', 'DateLessThan'],
  ...['DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals', 'Bool', 'BinaryEquals'],
  ...['IpAddress', 'NotIpAddress', 'Null'],
]

/** Whether IAM would find that the condition holds. */
export function holdsFor(condition: Condition, known: KnownKeys): Holds {
  const actual = known(condition.key.toLowerCase())
  if (actual === undefined) return 'unknown'
  const { name, set, ifExists, isNegated } = operatorOf(condition)
  if (name === undefined) return 'unknown'
  if (name === 'Null') {
    const wanted = actual === 'absent' ? 'true' : 'false'
    return yesOrNo(condition.values.some((value) => value.toLowerCase() === wanted))
  }
  if (actual === 'absent')
    return yesOrNo(set === 'ForAllValues' || ifExists || (isNegated && set === undefined))
  const compare = COMPARISONS[name.replace('Not', '')]
  if (compare === undefined) return 'unknown'
  const fits = (value: string) => condition.values.some((wanted) => compare(value, wanted)) !== isNegated
  // What stands for a policy variable is not known.
  const isVariable = condition.values.some((value) => value.includes('${'))
  const isOfAll = set === 'ForAllValues' || (isNegated && set === undefined)
  const holds = isOfAll ? actual.every(fits) : actual.some(fits)
  return isVariable && holds === isNegated ? 'unknown' : yesOrNo(holds)
}

/**
 * Whether a text fits a pattern in which `*` is any text and `?` any character. Not by a regular expression: one with many
 * `*` would never end.
 */
export function isLike(text: string, pattern: string): boolean {
  let [at, atPattern, star, resume] = [0, 0, -1, 0]
  while (at < text.length) {
    if (pattern[atPattern] === '*') {
      star = atPattern++
      resume = at
    } else if (pattern[atPattern] === '?' || pattern[atPattern] === text[at]) {
      at++
      atPattern++
    } else if (star >= 0) {
      // The last `*` takes one character more.
      atPattern = star + 1
      at = ++resume
    } else return false
  }
  return /^\**$/.test(pattern.slice(atPattern))
}

const COMPARISONS: Partial<Record<string, (actual: string, wanted: string) => boolean>> = {
  StringEquals: (actual, wanted) => actual === wanted,
  StringEqualsIgnoreCase: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  StringLike: isLike,
  ArnEquals: isLike,
  ArnLike: isLike,
  Bool: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
}

function yesOrNo(holds: boolean): Holds {
  return holds ? 'yes' : 'no'
}
