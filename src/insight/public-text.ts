/** Texts that may be shown to anybody: what names a person, an account or a place is replaced by a mark of its own. Pure. */
import { shellWord } from '../errors/explanation.ts'
import { plainText } from '../errors/plain-text.ts'
import { publicPath } from './public-path.ts'
import { isOwnWord, namingPosition } from './public-vocabulary.ts'

/** A word that is replaced by a mark of its kind: wherever it stands, or, if poolkey itself says it, where it stands as a name. */
export interface PrivateWord {
  kind: string
  word: string
}

// What AWS and people give names of a known form; each match is replaced as a whole. All parts are bounded: a server may say
// more than can be searched twice.
const FORMS: [kind: string, form: RegExp][] = [
  ['email', /[^\s@<>'",;:()/=]{1,64}@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu],
  ['identity', /\b[a-z]{2}(?:-[a-z]{1,12}){1,3}-\d:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi],
  ['user-pool', /\b[a-z]{2}(?:-[a-z]{1,12}){1,3}-\d_[0-9A-Za-z]+/g],
  ['uuid', /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi],
  ['key', /\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{12,}\b/g],
  ['account', /(?<!\d)\d{12}(?!\d)/g],
]
// The rest of a role's or a session's ARN after the account.
const ARN_NAME = /(arn:[\w-]+:(?:iam|sts)::[^\s:]*:(?:role|assumed-role|user|policy)\/)([^\s,;:)'"<]+)/g
// Below a folder that is known, or by itself; not the path of a URL.
const PATHS = [
  /(<(?:home|folder)-[0-9a-f]{6}>)([\\/][^\s'",;:()<>]+)/g,
  /((?<![\w:/.>-]))((?:[A-Za-z]:[\\/]|\/)[^\s'",;:()<>]+)/g,
]

/**
 * What makes texts public; `markOf` gives the same mark for the same text, and none that tells it. Longer words first, so that
 * no part of one is left.
 */
export function publicText(words: PrivateWord[], markOf: (text: string) => string): (text: string) => string {
  const marked = (kind: string, text: string) => `<${kind}-${markOf(text)}>`
  const known = words
    .flatMap(({ kind, word }) => spellingsOf(word).map((spelling) => ({ kind, word, spelling })))
    .filter(({ spelling }) => spelling.length > 1)
    .sort((one, other) => other.spelling.length - one.spelling.length)
    .map(({ kind, word, spelling }) => ({ form: formOf(kind, spelling), mark: marked(kind, word) }))
  return (text) => {
    let shown = text.replace(ARN_NAME, (_, start: string, name: string) => start + marked('role', name))
    for (const { form, mark } of known) shown = outsideMarks(shown, (part) => part.replace(form, () => mark))
    for (const [kind, form] of FORMS)
      shown = outsideMarks(shown, (part) => part.replace(form, (found) => marked(kind, found)))
    for (const form of PATHS)
      shown = shown.replace(
        form,
        (_, start: string, path: string) => start + publicPath(path, (found) => marked('path', found)),
      )
    return shown
  }
}

/** A word as it may stand in a command, and where a terminal could not take it. */
function spellingsOf(word: string): string[] {
  const inQuotes = shellWord(word).replace(/^'(.*)'$/s, '$1')
  return [...new Set([word, inQuotes, plainText(word), plainText(inQuotes)])]
}

// From here on nobody says it by chance.
const RARE = 12

// A short one not within another word: a profile may be called `dev`. One of our own only as a name: it may be called `app`.
function formOf(kind: string, word: string): RegExp {
  const literal = word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  if (isOwnWord(word)) return new RegExp(`${namingPosition(kind)}${literal}(?![\\p{L}\\p{N}_-])`, 'gu')
  return word.length >= RARE
    ? new RegExp(literal, 'gu')
    : new RegExp(`(?<![\\p{L}\\p{N}_-])${literal}(?![\\p{L}\\p{N}_-])`, 'gu')
}

/** Marks tell nothing: what stands in them is no word any more. */
function outsideMarks(text: string, change: (part: string) => string): string {
  return text
    .split(/(<[a-z-]+-[0-9a-f]{6}>)/)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join('')
}

// Of JSON: names of links, states and codes, which are the same for everybody.
const FOR_ALL = ['id', 'state', 'code']

/** The same of every text within a value of JSON; keys stay. */
export function publicValue(value: unknown, show: (text: string) => string): unknown {
  if (typeof value === 'string') return show(value)
  if (Array.isArray(value)) return value.map((one: unknown) => publicValue(one, show))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, FOR_ALL.includes(key) ? one : publicValue(one, show)]),
  )
}
