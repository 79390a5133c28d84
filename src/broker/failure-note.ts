/**
 * A failure written down for other processes. A note holds no secret, only what a person would be told; a damaged one
 * counts as none.
 */
import { isOurs, PoolkeyError } from '../errors/poolkey-error.ts'
import type { ErrorFacts } from '../errors/poolkey-error.ts'
import { isJsonObject } from '../json-object.ts'
import type { JsonObject } from '../json-object.ts'
import { readOwnFile, writeOwnFile } from '../vault/durable-file.ts'
import type { Broker } from './broker.ts'
import { FieldError, instant, parseFields, serializeFields } from './json-fields.ts'

/** How the names of notes end. */
export const NOTE_SUFFIX = '.failed'

const MAX_NOTE_BYTES = 64 * 1024

/** Leaves a note of what was thrown, if it is something others would meet, too; tells whether it is. */
export function writeFailureNote(broker: Broker, path: string, error: unknown): boolean {
  if (!isOurs(error) || !isShared(error.code)) return false
  const { code, facts } = error
  const at = new Date(broker.now()).toISOString()
  try {
    writeOwnFile(path, serializeFields({ at, code, facts }))
  } catch (unwritten) {
    // Without a note the others try for themselves: slower, not wrong.
    if (!(unwritten instanceof PoolkeyError)) throw unwritten
  }
  return true
}

/** The note at a path and when it was written, in milliseconds of this machine's clock; undefined for none, or a damaged one. */
export function readFailureNote(
  broker: Broker,
  path: string,
): { at: number; error: PoolkeyError } | undefined {
  try {
    const file = readOwnFile(path, MAX_NOTE_BYTES)
    if (file.kind !== 'found') return undefined
    const note = parseFields(file.bytes)
    const { code, facts } = note
    const error = isShared(code) && isJsonObject(facts) ? errorOf(broker, code, facts) : undefined
    return error && { at: instant(note, 'at').getTime(), error }
  } catch (error) {
    // As without a note: this caller tries for itself.
    if (error instanceof FieldError || error instanceof PoolkeyError) return undefined
    throw error
  }
}

function errorOf(broker: Broker, code: SharedCode, facts: JsonObject): PoolkeyError | undefined {
  // Another profile of the same session may have failed: who reads this is told of their own.
  const own = 'profile' in FACTS[code] ? { ...facts, profile: broker.profile.name } : facts
  return areFacts(code, own) ? new PoolkeyError(code, own) : undefined
}

type SharedCode =
  | 'network'
  | 'unexpected-answer'
  | 'deadline-exceeded'
  | 'lock-held'
  | 'service-refused'
  | 'sign-in-required'
  | 'sign-in-refused'
  | 'sign-in-timeout'
  | 'redirect-ports-taken'
  | 'token-refused'
  | 'id-token-invalid'

type Shape = 'text' | 'text?' | 'texts' | 'number' | 'number?' | readonly string[]

// What others would run into as well, and what is known of it. An interruption or a full disk is one caller's own.
const FACTS: { [C in SharedCode]: Record<keyof ErrorFacts[C], Shape> } = {
  network: {
    host: 'text',
    operation: 'text',
    kind: ['name', 'connect', 'tls', 'reset', 'proxy', 'timeout'],
    detail: 'text',
  },
  'unexpected-answer': {
    host: 'text',
    operation: 'text',
    status: 'number?',
    kind: ['server-error', 'throttled', 'redirect', 'firewall', 'html', 'not-the-protocol'],
    detail: 'text?',
  },
  'deadline-exceeded': { waitedFor: 'text', seconds: 'number' },
  // Of another lock, which its holder waited for in turn: that one's is to be named.
  'lock-held': { lock: 'text', pid: 'number?', seconds: 'number' },
  'service-refused': {
    service: ['identity pool', 'STS', 'user pool'],
    operation: 'text',
    name: 'text',
    message: 'text',
    status: 'number?',
  },
  'sign-in-refused': { error: 'text', description: 'text?', redirectUri: 'text?' },
  'sign-in-timeout': {
    seconds: 'number',
    clientId: 'text',
    redirectUri: 'text',
    logoutUri: 'text?',
    opened: ['here', 'by hand'],
    unreachable: 'text?',
    because: 'text?',
  },
  'redirect-ports-taken': { redirectUris: 'texts', holders: 'texts', key: 'text?' },
  'sign-in-required': {
    profile: 'text',
    reason: ['none', 'ended', 'damaged', 'no-refresh-token', 'in-progress', 'unfinished', 'no-browser'],
  },
  'token-refused': {
    grant: ['code', 'refresh', 'revoke'],
    error: 'text',
    description: 'text?',
    status: 'number',
  },
  'id-token-invalid': { check: 'text', expected: 'text?', got: 'text?' },
}

function isShared(code: unknown): code is SharedCode {
  return typeof code === 'string' && Object.hasOwn(FACTS, code)
}

function areFacts<C extends SharedCode>(code: C, facts: unknown): facts is ErrorFacts[C] {
  if (!isJsonObject(facts)) return false
  return Object.entries<Shape>(FACTS[code]).every(([name, shape]) => fits(facts[name], shape))
}

function fits(value: unknown, shape: Shape): boolean {
  if (typeof shape !== 'string') return typeof value === 'string' && shape.includes(value)
  if (shape === 'texts') return Array.isArray(value) && value.every((one) => typeof one === 'string')
  if (value === undefined) return shape.endsWith('?')
  return typeof value === (shape.startsWith('text') ? 'string' : 'number')
}
