/**
 * Whether one condition of a trust policy holds for a request of which some keys are known. Pure.
 * Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys".
 */
import type { Condition } from './trust-policy-document.ts'

/** Values of a condition key, which is asked for in lower case: IAM does not tell case apart. Undefined: not known. */
export type KnownKeys = (key: string) => string[] | 'absent' | undefined

export type Holds = 'yes' | 'no' | 'unknown'

/** An operator's name without what stands around it. */
export function operatorOf(condition: Condition): {
  name: string
  set: 'ForAnyValue' | 'ForAllValues' | undefined
  ifExists: boolean
  isNegated: boolean
} {
  const [, set, name = '', ifExists] =
    /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/.exec(condition.operator) ?? []
  return {
    name,
    set: set === 'ForAnyValue' || set === 'ForAllValues' ? set : undefined,
    ifExists: ifExists !== undefined,
    isNegated: name.includes('Not'),
  }
}

export function holdsFor(condition: Condition, known: KnownKeys): Holds {
  const actual = known(condition.key.toLowerCase())
  if (actual === undefined) return 'unknown'
  const { name, set, ifExists, isNegated } = operatorOf(condition)
  if (name === 'Null') return yesOrNo(condition.values.includes(actual === 'absent' ? 'true' : 'false'))
  if (actual === 'absent') return yesOrNo(set === 'ForAllValues' || ifExists || isNegated)
  const compare = COMPARISONS[name.replace('Not', '')]
  if (compare === undefined) return 'unknown'
  const fits = (value: string) => condition.values.some((wanted) => compare(value, wanted)) !== isNegated
  return yesOrNo(set === 'ForAllValues' || isNegated ? actual.every(fits) : actual.some(fits))
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
