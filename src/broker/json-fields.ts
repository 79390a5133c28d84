/** Our own JSON, written and read back: a field is what it should be, or the whole entry counts as damaged. */
import { isJsonObject, parseJsonObject } from '../json-object.ts'
import type { JsonObject } from '../json-object.ts'

/** A field, or the whole, is not what was written. The message names it and quotes nothing. */
export class FieldError extends Error {}

/** An object of version 1 as bytes, for `parseFields`. */
export function serializeFields(fields: JsonObject): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, ...fields }))
}

/** Throws FieldError when `bytes` are not a JSON object of version 1. Never quotes the content, which is secret. */
export function parseFields(bytes: Buffer): JsonObject {
  const fields = parseJsonObject(bytes.toString('utf8'))
  if (!fields) throw new FieldError('not a JSON object')
  if (fields['version'] !== 1) throw new FieldError('written by another version of poolkey')
  return fields
}

/** A text. Throws FieldError, as all below. */
export function text(fields: JsonObject, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new FieldError(`no ${name}`)
  return value
}

/** A text that may be missing. */
export function optionalText(fields: JsonObject, name: string): string | undefined {
  return fields[name] === undefined ? undefined : text(fields, name)
}

/** An instant, written as `Date.toISOString` does. */
export function instant(fields: JsonObject, name: string): Date {
  const value = new Date(text(fields, name))
  if (Number.isNaN(value.getTime())) throw new FieldError(`no ${name}`)
  return value
}

/** A number. */
export function number(fields: JsonObject, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number') throw new FieldError(`no ${name}`)
  return value
}

/** An object whose members are all texts. */
export function texts(fields: JsonObject, name: string): Record<string, string> {
  const value = fields[name]
  if (!isJsonObject(value)) throw new FieldError(`no ${name}`)
  return Object.fromEntries(Object.keys(value).map((key) => [key, text(value, key)]))
}
