/** Reading our own JSON back: a field is what it should be, or the whole entry counts as damaged. */
export class FieldError extends Error {}

export type Fields = Record<string, unknown>

/** Throws FieldError when `bytes` are not a JSON object of version 1. Never quotes the content, which is secret. */
export function parseFields(bytes: Buffer): Fields {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new FieldError('not JSON')
  }
  if (!isFields(value)) throw new FieldError('not an object')
  if (value['version'] !== 1) throw new FieldError('written by another version of poolkey')
  return value
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new FieldError(`no ${name}`)
  return value
}

export function optionalText(fields: Fields, name: string): string | undefined {
  return fields[name] === undefined ? undefined : text(fields, name)
}

export function instant(fields: Fields, name: string): Date {
  const value = new Date(text(fields, name))
  if (Number.isNaN(value.getTime())) throw new FieldError(`no ${name}`)
  return value
}

export function number(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number') throw new FieldError(`no ${name}`)
  return value
}

export function texts(fields: Fields, name: string): Record<string, string> {
  const value = fields[name]
  if (!isFields(value)) throw new FieldError(`no ${name}`)
  return Object.fromEntries(Object.keys(value).map((key) => [key, text(value, key)]))
}
