/** JSON from outside: an object or nothing. Pure. */

export type JsonObject = Record<string, unknown>

/** Whether a value is an object with members, not an array or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object that a text holds; undefined when it is not JSON or something else. The text may be secret: it is never quoted. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    // The parser's message quotes its input, so it is dropped.
    return undefined
  }
}
