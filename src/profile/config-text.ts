/**
 * AWS config text in, sections out. Rules, from the SDKs' shared parser tests and botocore:
 * - keys are case-insensitive, the last duplicate wins, sections of one name merge; `[profile default]` beats `[default]`;
 * - a line indented deeper than the key above it continues that key's value; `key =` followed by such lines is a map;
 * - `#` or `;` starts a comment at the start of a line, or behind a value after white space;
 * - a line without `=`, or text before any section, makes every AWS tool refuse the file, so it is an error here too.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'

/** Which of the two AWS files a text is: they name profiles differently (`[profile x]` against `[x]`). */
export type ConfigFileKind = 'config' | 'credentials'

/** One key of a section. `name` is in lower case, `line` counts from 1; `nested` is the map of an indented block. */
export interface ConfigKey {
  name: string
  value: string
  line: number
  nested: ReadonlyMap<string, ConfigKey>
}

/** One section, merged from all that bear its name. `line` is that of its first header. */
export interface ConfigSection {
  kind: 'profile' | 'services'
  name: string
  line: number
  keys: ReadonlyMap<string, ConfigKey>
}

/** A header as it stands in the text; `kind` is `other` for sections that hold nothing of ours. */
export interface HeaderItem {
  item: 'header'
  kind: 'profile' | 'services' | 'other'
  name: string
  /** `[profile default]`, which beats a plain `[default]`. */
  isExplicitDefault: boolean
  indent: number
  line: number
}

/** A key as it stands in the text: `line` to `lastLine` are its lines, the value's columns are within the first. */
export interface KeyItem {
  item: 'key'
  name: string
  value: string
  indent: number
  line: number
  lastLine: number
  valueStart: number
  valueEnd: number
  nested: Map<string, ConfigKey>
}

/** One item of the file: the header of a section, or a key. */
export type ConfigItem = HeaderItem | KeyItem

interface ScanOptions {
  /** For errors. */
  file: string
  kind: ConfigFileKind
}

/** Splits text into lines without their ends (LF, CRLF, CR), as Python's universal newlines do. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/)
}

/** Reads a text into its sections. Throws `config-syntax`. */
export function parseConfigText(text: string, options: ScanOptions): ConfigSection[] {
  const items = scanConfigText(text, options)
  const explicitDefault = hasExplicitDefault(items)
  const sections = new Map<string, { section: ConfigSection; keys: Map<string, ConfigKey> }>()
  let current: Map<string, ConfigKey> | undefined
  for (const item of items) {
    if (item.item === 'key') {
      const { name, value, line, nested } = item
      current?.set(name, { name, value, line, nested })
      continue
    }
    current = undefined
    if (item.kind === 'other' || isShadowedDefault(item, explicitDefault)) continue
    const id = `${item.kind} ${item.name}`
    const known = sections.get(id)
    if (known) {
      current = known.keys
      continue
    }
    current = new Map()
    sections.set(id, {
      keys: current,
      section: { kind: item.kind, name: item.name, line: item.line, keys: current },
    })
  }
  return [...sections.values()].map(({ section }) => section)
}

/** Whether `[profile default]` stands among the items, so that a plain `[default]` is void. */
export function hasExplicitDefault(items: ConfigItem[]): boolean {
  return items.some((item) => item.item === 'header' && item.isExplicitDefault)
}

/** Whether a header is a plain `[default]` that counts for nothing beside `[profile default]`. */
export function isShadowedDefault(header: HeaderItem, explicitDefault: boolean): boolean {
  return (
    explicitDefault && header.kind === 'profile' && header.name === 'default' && !header.isExplicitDefault
  )
}

/** Reads a text into headers and keys with their places, in order. Throws `config-syntax`. */
export function scanConfigText(text: string, options: ScanOptions): ConfigItem[] {
  const items: ConfigItem[] = []
  let seenHeader = false
  let key: KeyItem | undefined
  const fail = (line: number, problem: string) =>
    new PoolkeyError('config-syntax', { file: options.file, line, problem })

  splitLines(text).forEach((raw, index) => {
    const number = index + 1
    // The byte order mark of some Windows editors is no part of the first line.
    const hasMark = index === 0 && raw.startsWith('\uFEFF')
    const line = hasMark ? ` ${raw.slice(1)}` : raw
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) return
    const indent = indentOf(hasMark ? raw.slice(1) : raw)

    if (key && indent > key.indent) {
      continueKey(key, { text: trimmed, line: number, fail })
      return
    }
    if (trimmed.startsWith('[')) {
      const title = /^\[(.*?)\]\s*(?:[#;].*)?$/.exec(trimmed)?.[1]
      if (title === undefined) throw fail(number, 'a section header must end with "]"')
      items.push({ item: 'header', ...parseTitle(title, options.kind), indent, line: number })
      seenHeader = true
      key = undefined
      return
    }
    if (!seenHeader) throw fail(number, 'text before the first [section]')
    key = parseKeyLine(line, { indent, line: number, fail })
    items.push(key)
  })
  return items
}

interface LinePlace {
  line: number
  fail: (line: number, problem: string) => Error
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

function parseKeyLine(line: string, place: LinePlace & { indent: number }): KeyItem {
  const equals = line.indexOf('=')
  if (equals < 0) throw place.fail(place.line, 'a line must be "key = value"')
  const name = line.slice(0, equals).trim().toLowerCase()
  if (name === '') throw place.fail(place.line, 'a name is missing before "="')
  const value = stripComment(line.slice(equals + 1))
  const valueStart = value === '' ? equals + 1 : line.indexOf(value, equals + 1)
  return {
    item: 'key',
    name,
    value,
    indent: place.indent,
    line: place.line,
    lastLine: place.line,
    valueStart,
    valueEnd: valueStart + value.length,
    nested: new Map(),
  }
}

function continueKey(key: KeyItem, more: LinePlace & { text: string }): void {
  const { text, line } = more
  key.lastLine = line
  if (key.value === '' || key.nested.size > 0) {
    const equals = text.indexOf('=')
    if (equals < 1) throw more.fail(line, `a line below "${key.name} =" must be "key = value"`)
    const name = text.slice(0, equals).trim().toLowerCase()
    key.nested.set(name, { name, value: stripComment(text.slice(equals + 1)), line, nested: new Map() })
  }
  key.value += `\n${text}`
}

function stripComment(value: string): string {
  const comment = /(?:^|\s)[#;]/.exec(value)
  return (comment ? value.slice(0, comment.index) : value).trim()
}

function parseTitle(
  title: string,
  kind: ConfigFileKind,
): Pick<HeaderItem, 'kind' | 'name' | 'isExplicitDefault'> {
  const other = { kind: 'other', name: title.trim(), isExplicitDefault: false } as const
  const words = /^\s*(\S+)(?:\s+(.*?))?\s*$/.exec(title)
  const first = words?.[1]
  const rest = words?.[2]
  if (kind === 'credentials') {
    // Here the whole title is the name; a `[profile x]` that strayed into this file is ignored by the SDKs.
    const isStray = first === 'profile' && rest !== undefined
    return first === undefined || isStray ? other : { ...other, kind: 'profile' }
  }
  if (first === 'default' && rest === undefined) return { ...other, kind: 'profile', name: 'default' }
  if ((first !== 'profile' && first !== 'services') || rest === undefined) return other
  const name = parseTitleName(rest)
  if (name === undefined) return other
  return { kind: first, name, isExplicitDefault: first === 'profile' && name === 'default' }
}

/** A bare word, or text in quotes: botocore takes names with spaces when quoted. */
function parseTitleName(text: string): string | undefined {
  const quoted = /^"([^"\\]+)"$|^'([^']+)'$/.exec(text)
  if (quoted) return quoted[1] ?? quoted[2]
  return /^[^\s"'\\]+$/.test(text) ? text : undefined
}
