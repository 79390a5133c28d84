/**
 * Edits of AWS config text in place: string to string, every byte that is not the edited key's stays. After an edit the
 * text is read again: an edit that would change what any other section says is refused, never returned.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import {
  hasExplicitDefault,
  isShadowedDefault,
  parseConfigText,
  scanConfigText,
  splitLines,
} from './config-text.ts'
import type { ConfigFileKind, ConfigItem, HeaderItem, KeyItem } from './config-text.ts'
import { checkProfileName } from './profile-name.ts'

/** Which profile's section to edit; `file` is for errors. */
export interface EditedSection {
  file: string
  kind: ConfigFileKind
  profile: string
}

/**
 * Sets keys of a profile (`undefined` removes one), in its order of keys; a missing section is appended.
 * Throws `usage` for a name or value that cannot stand in an AWS file, `config-syntax` where the text is broken.
 */
export function setKeys(
  text: string,
  section: EditedSection,
  keys: Record<string, string | undefined>,
): string {
  checkProfileName(section.profile)
  for (const [key, value] of Object.entries(keys)) checkKeyValue(key, value)
  const edited = Object.entries(keys).reduce(
    (current, [key, value]) => setKey(current, section, { key, value }),
    text,
  )
  checkOthersUnchanged({ before: text, after: edited, section })
  return edited
}

/** Removes a profile's sections with all they hold. Comments above the next section stay. Throws `config-syntax`. */
export function removeSection(text: string, section: EditedSection): string {
  checkProfileName(section.profile)
  const items = scanConfigText(text, section)
  const lines = linesWithEnds(text)
  const doomed = new Set<number>()
  items.forEach((header, index) => {
    if (header.item !== 'header' || header.kind !== 'profile' || header.name !== section.profile) return
    const last = lastLineOf(keysBelow(items, index), header)
    for (let line = header.line; line <= last; line += 1) doomed.add(line)
    // The blank line that parted the section from the one above goes with it, unless another follows to take its place.
    const isBlankAbove = (lines[header.line - 2] ?? 'x').trim() === ''
    const isBlankBelow = (lines[last] ?? '').trim() === ''
    if (isBlankAbove && isBlankBelow) doomed.add(header.line - 1)
  })
  if (doomed.size === 0) return text
  const mark = text.startsWith('\uFEFF') && doomed.has(1) ? '\uFEFF' : ''
  const edited = mark + lines.filter((_, index) => !doomed.has(index + 1)).join('')
  checkOthersUnchanged({ before: text, after: edited, section })
  return edited
}

/** The header line of a profile: `[default]`, `[profile dev]`, `[profile "a b"]`, in the credentials file `[dev]`. */
export function sectionHeader(section: Pick<EditedSection, 'kind' | 'profile'>): string {
  const { kind, profile } = section
  if (kind === 'credentials') return `[${profile}]`
  if (profile === 'default') return '[default]'
  return /\s/.test(profile) ? `[profile "${profile}"]` : `[profile ${profile}]`
}

function setKey(
  text: string,
  section: EditedSection,
  change: { key: string; value: string | undefined },
): string {
  const { key, value } = change
  const items = scanConfigText(text, section)
  const explicitDefault = hasExplicitDefault(items)
  const headers = items.flatMap((item, index) =>
    item.item === 'header' &&
    item.kind === 'profile' &&
    item.name === section.profile &&
    !isShadowedDefault(item, explicitDefault)
      ? [{ header: item, keys: keysBelow(items, index), next: nextHeader(items, index) }]
      : [],
  )
  const found = headers.flatMap(({ keys }) => keys.filter((item) => item.name === key.toLowerCase()))
  for (const item of found) checkContinuation(text, section, item)
  if (value === undefined) return removeLines(text, found)
  const effective = found.at(-1)
  if (effective) return replaceValue(text, effective, value)
  const home = headers.at(-1)
  return home ? insertKey(text, home, `${key} = ${value}`) : appendSection(text, section, `${key} = ${value}`)
}

function removeLines(text: string, keys: KeyItem[]): string {
  const isDoomed = (line: number) => keys.some((key) => line >= key.line && line <= key.lastLine)
  return linesWithEnds(text)
    .filter((_, index) => !isDoomed(index + 1))
    .join('')
}

function replaceValue(text: string, key: KeyItem, value: string): string {
  if (key.value === value && key.line === key.lastLine) return text
  const lines = linesWithEnds(text)
  const first = lines[key.line - 1] ?? ''
  const gap = key.valueStart === key.valueEnd ? ' ' : ''
  // An inline comment after an empty value needs its space back.
  const rest = first.slice(key.valueEnd)
  const replaced = first.slice(0, key.valueStart) + gap + value + rest
  lines.splice(key.line - 1, key.lastLine - key.line + 1, replaced)
  return lines.join('')
}

function insertKey(
  text: string,
  home: { header: HeaderItem; keys: KeyItem[]; next: HeaderItem | undefined },
  keyLine: string,
): string {
  const lines = linesWithEnds(text)
  const after = lastLineOf(home.keys, home.header)
  const lastKey = home.keys.at(-1)
  const lastLine = lines[after - 1] ?? ''
  // Indented as its neighbour above, or else as the header below, which would otherwise become its continuation.
  const model = lastKey ? (lines[lastKey.line - 1] ?? '') : home.next ? (lines[home.next.line - 1] ?? '') : ''
  const indent = /^\s*/.exec(model.replace(/^\uFEFF/, ''))?.[0].replace(/[\r\n]/g, '') ?? ''
  const end = lineEnd(text)
  const hasEnd = /[\r\n]$/.test(lastLine)
  lines.splice(after, 0, hasEnd ? `${indent}${keyLine}${end}` : `${end}${indent}${keyLine}`)
  return lines.join('')
}

function appendSection(text: string, section: EditedSection, keyLine: string): string {
  const end = lineEnd(text)
  const isEmpty = text === '' || text === '\uFEFF'
  const closed = isEmpty || /[\r\n]$/.test(text) ? text : text + end
  return `${closed}${isEmpty ? '' : end}${sectionHeader(section)}${end}${keyLine}${end}`
}

function keysBelow(items: ConfigItem[], header: number): KeyItem[] {
  const keys: KeyItem[] = []
  for (const item of items.slice(header + 1)) {
    if (item.item === 'header') break
    keys.push(item)
  }
  return keys
}

function nextHeader(items: ConfigItem[], header: number): HeaderItem | undefined {
  return items.slice(header + 1).find((item) => item.item === 'header')
}

function lastLineOf(keys: KeyItem[], header: HeaderItem): number {
  return keys.at(-1)?.lastLine ?? header.line
}

/** Lines with their ends; joined they are the text again. */
function linesWithEnds(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []
}

function lineEnd(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] ?? '\n'
}

function checkKeyValue(key: string, value: string | undefined): void {
  // One that goes stands there already, whatever its name.
  if (value === undefined) return
  const problem = /^[A-Za-z][A-Za-z0-9_-]*$/.test(key)
    ? valueProblem(value)
    : 'its name has characters a key cannot have'
  if (problem !== undefined) {
    throw new PoolkeyError('usage', { problem: `${key} cannot be written into an AWS file: ${problem}` })
  }
}

function valueProblem(value: string): string | undefined {
  if (value === '') return 'its value is empty'
  if (splitLines(value).length > 1 || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(value))
    return 'its value has line breaks or control characters'
  if (value !== value.trim()) return 'its value begins or ends with a space'
  if (/(?:^|\s)[#;]/.test(value)) return 'its value has a space and then "#" or ";", which begins a comment'
  return undefined
}

/**
 * An indented `key = value` or header below a value is a part of it for botocore, and a line of its own for the
 * JavaScript SDK: replacing the value would lose it.
 */
function checkContinuation(text: string, section: EditedSection, key: KeyItem): void {
  const more = splitLines(text).slice(key.line, key.lastLine)
  const odd = more.findIndex((line) =>
    /^\s*(?:[\w-]+\s*=|\[\s*(?:profile|default|services|sso-session)\b)/i.test(line),
  )
  if (odd >= 0) throw tooUnusual(section, key.line + odd + 1)
}

function tooUnusual(section: EditedSection, line: number): PoolkeyError {
  const problem = `the layout around profile ${section.profile} is too unusual to edit safely; please edit it by hand`
  return new PoolkeyError('config-syntax', { file: section.file, line, problem })
}

/** Guards the promise of this file, whatever odd layout the text has. */
function checkOthersUnchanged(edit: { before: string; after: string; section: EditedSection }): void {
  const { before, after, section } = edit
  if (isReadable(after, section) && othersOf(before, section) === othersOf(after, section)) return
  throw tooUnusual(
    section,
    parseConfigText(before, section).find((one) => one.name === section.profile)?.line ?? 1,
  )
}

function othersOf(text: string, section: EditedSection): string {
  const items = scanConfigText(text, section)
  const others = items.flatMap((item, index) => {
    if (item.item === 'key' || (item.kind === 'profile' && item.name === section.profile)) return []
    const keys = keysBelow(items, index).map(({ name, value }) => [name, value])
    return [[item.kind, item.name, item.isExplicitDefault, keys]]
  })
  return JSON.stringify(others)
}

function isReadable(text: string, section: EditedSection): boolean {
  try {
    scanConfigText(text, section)
    return true
  } catch {
    // The text before the edit was read without an error: this one is the edit's doing, and the caller says so.
    return false
  }
}
