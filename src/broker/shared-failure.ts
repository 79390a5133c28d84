/**
 * Work that one caller does for all who wait, its failure included: whoever fails leaves a note beside the lock, and those
 * who were waiting at that instant fail the same way instead of trying one after the other. Whoever comes later tries
 * anew. A note holds no secret, only what a person would be told; a damaged one is ignored.
 */
import { PoolkeyError } from '../errors/poolkey-error.ts'
import type { ErrorFacts } from '../errors/poolkey-error.ts'
import { isJsonObject } from '../json-object.ts'
import type { JsonObject } from '../json-object.ts'
import { discard, pathIn, readOwnFile, writeOwnFile } from '../vault/durable-file.ts'
import { namesIn } from '../vault/state-folder.ts'
import type { Broker, Vault } from './broker.ts'
import { FieldError, instant, parseFields } from './json-fields.ts'
import { lockName, locksFolder, withBrokerLock } from './locks.ts'
import type { BrokerLock } from './locks.ts'

const MAX_NOTE_BYTES = 64 * 1024
const SUFFIX = '.failed'

/**
 * Takes the lock and looks whether somebody did the work meanwhile; if not, does it, or (unless `isStubborn`) fails as
 * they did. Throws what `work` throws, `lock-held`, or the broker signal's reason.
 */
export async function onceForAll<T>(
  broker: Broker,
  steps: { lock: BrokerLock; isStubborn?: boolean; lookAgain: () => T | undefined; work: () => Promise<T> },
): Promise<T> {
  const { lock, isStubborn = false, lookAgain, work } = steps
  const startedAt = broker.now()
  return withBrokerLock(broker, lock, async () => {
    const found = lookAgain()
    if (found !== undefined) return found
    const path = pathIn(locksFolder(broker.vault), lockName(lock) + SUFFIX)
    const failure = isStubborn ? undefined : readNote(broker, path)
    if (failure && startedAt < failure.at && failure.at <= broker.now()) throw failure.error
    try {
      const result = await work()
      discard(path)
      return result
    } catch (error) {
      if (isOurs(error) && isShared(error.code)) writeNote(broker, path, error)
      throw error
    }
  })
}

/** Forgets the failures of what belongs to `holder`: they are no longer true. */
export function forgetFailures(vault: Vault, holder: string): void {
  const folder = locksFolder(vault)
  for (const name of namesIn(folder)) {
    if (name.endsWith(SUFFIX) && name.includes(holder)) discard(pathIn(folder, name))
  }
}

function writeNote(broker: Broker, path: string, { code, facts }: PoolkeyError): void {
  const at = new Date(broker.now()).toISOString()
  try {
    writeOwnFile(path, Buffer.from(JSON.stringify({ version: 1, at, code, facts })))
  } catch (error) {
    // Without a note the others try for themselves: slower, not wrong.
    if (!(error instanceof PoolkeyError)) throw error
  }
}

function readNote(broker: Broker, path: string): { at: number; error: PoolkeyError } | undefined {
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
  | 'service-refused'
  | 'sign-in-required'
  | 'token-refused'
  | 'id-token-invalid'

type Shape = 'text' | 'text?' | 'number' | 'number?' | readonly string[]

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
  'service-refused': {
    service: ['identity pool', 'STS'],
    operation: 'text',
    name: 'text',
    message: 'text',
    status: 'number?',
  },
  'sign-in-required': { profile: 'text', reason: ['none', 'ended', 'damaged', 'no-refresh-token'] },
  'token-refused': {
    grant: ['code', 'refresh', 'revoke'],
    error: 'text',
    description: 'text?',
    status: 'number',
  },
  'id-token-invalid': { check: 'text', expected: 'text?', got: 'text?' },
}

// `instanceof` alone would make a `PoolkeyError<any>` of it.
function isOurs(error: unknown): error is PoolkeyError {
  return error instanceof PoolkeyError
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
  if (value === undefined) return shape.endsWith('?')
  return typeof value === (shape.startsWith('text') ? 'string' : 'number')
}
