/**
 * The sealed form of an entry: one line of JSON header, a line feed, a 12-byte nonce, the AES-256-GCM ciphertext and its
 * 16-byte tag. Header line and file name are associated data: neither can be changed, nor can two files be swapped.
 * The warm path shares this file: synchronous, and nothing but node:crypto.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'

/** What an entry says of itself in clear. Instants are ISO 8601 in UTC, as `Date.toISOString` writes them. */
export interface EntryHeader {
  format: 1
  kind: string
  keyId: string
  issuedAt: string
  expiresAt?: string
}

/** What a file turned out to be. `problem` says what is wrong with it and never quotes it. */
export type Unsealed =
  { kind: 'sealed-by-us'; header: EntryHeader; plaintext: Buffer } | { kind: 'damaged'; problem: string }

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const MAX_HEADER_BYTES = 4096
const LINE_FEED = 0x0a
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

/**
 * Seals `plaintext` for the file `fileName` under a 32-byte key and a fresh random nonce (NIST SP 800-38D 8.2.2: far
 * below 2^32 writes under one key). A header that could not be read back is a bug and throws a plain Error.
 */
export function seal(options: {
  key: Buffer
  header: EntryHeader
  fileName: string
  plaintext: Buffer
}): Buffer {
  const { key, header, fileName, plaintext } = options
  const headerLine = Buffer.from(`${JSON.stringify(header)}\n`, 'utf8')
  if (headerLine.length > MAX_HEADER_BYTES || parseHeader(headerLine).kind === 'damaged') {
    throw new Error('a sealed entry needs a short, valid header')
  }
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associatedData(headerLine, fileName))
  return Buffer.concat([headerLine, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** Opens what `seal` made. Whatever the bytes are, it answers and does not throw; without a valid tag no plaintext leaves. */
export function unseal(options: { key: Buffer; fileName: string; bytes: Buffer }): Unsealed {
  const { key, fileName, bytes } = options
  if (bytes.length === 0) return damaged('it is empty')
  const headerEnd = bytes.subarray(0, MAX_HEADER_BYTES).indexOf(LINE_FEED)
  if (headerEnd < 0) return damaged('it has no header')

  const headerLine = bytes.subarray(0, headerEnd + 1)
  const parsed = parseHeader(headerLine)
  if (parsed.kind === 'damaged') return parsed
  if (parsed.header.keyId !== keyIdOf(key)) return damaged('it is sealed under another key')

  const body = bytes.subarray(headerEnd + 1)
  if (body.length < NONCE_BYTES + TAG_BYTES) return damaged('it is cut short')
  const nonce = body.subarray(0, NONCE_BYTES)
  const ciphertext = body.subarray(NONCE_BYTES, -TAG_BYTES)
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(associatedData(headerLine, fileName))
  decipher.setAuthTag(body.subarray(-TAG_BYTES))
  const plaintext = decipher.update(ciphertext)
  try {
    decipher.final()
  } catch {
    // OpenSSL says no more than this, and what was deciphered so far is not to be trusted.
    return damaged('it was altered, cut short or moved here from another name')
  }
  return { kind: 'sealed-by-us', header: parsed.header, plaintext }
}

/** Names a key without telling it: 16 hex digits, safe in clear (an HMAC under a random key is one-way). */
export function keyIdOf(key: Buffer): string {
  return createHmac('sha256', key).update('poolkey key id').digest('hex').slice(0, 16)
}

// The header line keeps its line feed here, so that a header's end and a name's beginning cannot be exchanged.
function associatedData(headerLine: Buffer, fileName: string): Buffer {
  return Buffer.concat([headerLine, Buffer.from(fileName, 'utf8')])
}

function parseHeader(
  headerLine: Buffer,
): { kind: 'header'; header: EntryHeader } | { kind: 'damaged'; problem: string } {
  let parsed: unknown
  try {
    parsed = JSON.parse(headerLine.toString('utf8'))
  } catch {
    // The parser's message quotes its input, so it is dropped.
    return damaged('its header is not JSON')
  }
  if (typeof parsed !== 'object' || parsed === null || !('format' in parsed))
    return damaged('its header has no format')
  if (typeof parsed.format === 'number' && parsed.format > 1)
    return damaged('it has a newer format than this poolkey knows')
  if (parsed.format !== 1) return damaged('its header has no known format')
  if (!('kind' in parsed) || typeof parsed.kind !== 'string') return damaged('its header has no kind')
  if (!('keyId' in parsed) || typeof parsed.keyId !== 'string') return damaged('its header names no key')
  if (!('issuedAt' in parsed) || !isInstant(parsed.issuedAt))
    return damaged('its header has no valid issuedAt')
  const { kind, keyId, issuedAt } = parsed
  if (!('expiresAt' in parsed)) return { kind: 'header', header: { format: 1, kind, keyId, issuedAt } }
  if (!isInstant(parsed.expiresAt)) return damaged('its header has no valid expiresAt')
  return { kind: 'header', header: { format: 1, kind, keyId, issuedAt, expiresAt: parsed.expiresAt } }
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value))
}

function damaged(problem: string): { kind: 'damaged'; problem: string } {
  return { kind: 'damaged', problem }
}
