/** Texts that may be shown to anybody: what names a person, an account or a place is replaced by a mark of its own. Pure. */

/** `private` words are replaced wherever they stand, by a mark of their kind. */
export interface PrivateWord {
  kind: string
  word: string
}

// What AWS and people give names of a known form; each match is replaced as a whole.
const FORMS: [kind: string, form: RegExp][] = [
  ['email', /[\w.+%-]+@[\w-]+(?:\.[\w-]+)+/g],
  ['identity', /\b[a-z]{2}(?:-[a-z]+)+-\d:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g],
  ['user-pool', /\b[a-z]{2}(?:-[a-z]+)+-\d_[0-9A-Za-z]+/g],
  ['uuid', /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g],
  ['key', /\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{12,}\b/g],
  ['account', /\b\d{12}\b/g],
]
// The rest of a role's or a session's ARN after the account.
const ARN_NAME = /(arn:[\w-]+:(?:iam|sts)::[^\s:]*:(?:role|assumed-role|user)\/)([^\s,;:)'"]+)/g

/**
 * What makes texts public; `markOf` gives the same mark for the same text, and none that tells it. Longer words first, so that
 * no part of one is left.
 */
export function publicText(words: PrivateWord[], markOf: (text: string) => string): (text: string) => string {
  const known = words
    .filter(({ word }) => word.length > 1)
    .sort((one, other) => other.word.length - one.word.length)
    .map(({ kind, word }) => ({ form: wholeWord(word), mark: `<${kind}-${markOf(word)}>` }))
  return (text) => {
    let shown = text.replace(ARN_NAME, (_, start: string, name: string) => `${start}<role-${markOf(name)}>`)
    for (const { form, mark } of known) shown = shown.replace(form, () => mark)
    for (const [kind, form] of FORMS) shown = shown.replace(form, (found) => `<${kind}-${markOf(found)}>`)
    return shown
  }
}

// Not within another word: a profile may be called `dev`.
function wholeWord(word: string): RegExp {
  return new RegExp(`(?<![\\w-])${word.replace(/[^\w]/g, '\\$&')}(?![\\w-])`, 'g')
}

/** The same of everything within a value of JSON; keys stay. */
export function publicValue(value: unknown, show: (text: string) => string): unknown {
  if (typeof value === 'string') return show(value)
  if (Array.isArray(value)) return value.map((one: unknown) => publicValue(one, show))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, publicValue(one, show)]))
}
