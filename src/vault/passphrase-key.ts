/**
 * The sealing key under a passphrase: AES-256-GCM under a key that scrypt (RFC 7914) derives from the passphrase and a
 * random salt; the vault's id is associated data. In writing it is two lines: JSON with all that opening needs, and the
 * SHA-256 of that line, which tells damage from a wrong passphrase (the tag cannot). Touches no disk.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto'
import { parseJsonObject } from '../json-object.ts'
import type { JsonObject } from '../json-object.ts'
import type { Secret } from '../secret.ts'

/** A wrapped key as read: scrypt's cost N, and 32 bytes of ciphertext with their 16-byte tag. */
export interface WrappedKey {
  cost: number
  salt: Buffer
  nonce: Buffer
  ciphertext: Buffer
  tag: Buffer
}

// 128 MiB and about 300 ms on a machine of 2023; OWASP's Password Storage Cheat Sheet asks for this N with r = 8, p = 1.
const COST = 2 ** 17
// What a file may ask for, so that a planted one cannot take all memory: 512 MiB.
const MAX_COST = 2 ** 19
const BLOCK_SIZE = 8
const PARALLELIZATION = 1
const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Wraps the key of a vault under a passphrase, with a fresh salt and nonce; slow by design. Gives the file's bytes. */
export async function wrapKey(options: {
  key: Buffer
  vaultId: string
  passphrase: Secret
}): Promise<Buffer> {
  const { key, vaultId, passphrase } = options
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const wrappingKey = await deriveKey(passphrase, salt, COST)
  const cipher = createCipheriv(ALGORITHM, wrappingKey, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associatedData(vaultId))
  const ciphertext = Buffer.concat([cipher.update(key), cipher.final()])
  const line = JSON.stringify({
    version: 1,
    kdf: 'scrypt',
    n: COST,
    r: BLOCK_SIZE,
    p: PARALLELIZATION,
    salt: salt.toString('base64'),
    nonce: nonce.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  })
  return Buffer.from(`${line}\n${checksumOf(line)}\n`, 'utf8')
}

/** Reads what `wrapKey` made. Whatever the bytes are, it answers and does not throw; `problem` never quotes them. */
export function parseWrappedKey(
  bytes: Buffer,
): { kind: 'wrapped'; wrapped: WrappedKey } | { kind: 'damaged'; problem: string } {
  const [, line, checksum] = /^([^\n]*)\n([0-9a-f]{64})\n$/.exec(bytes.toString('utf8')) ?? []
  if (line === undefined || checksumOf(line) !== checksum)
    return { kind: 'damaged', problem: 'it was altered or cut short' }
  const facts = parseJsonObject(line)
  const version = facts?.['version']
  if (typeof version === 'number' && version > 1)
    return { kind: 'damaged', problem: 'it was written by a newer poolkey' }
  const wrapped = version === 1 ? wrappedKeyOf(facts) : undefined
  return wrapped
    ? { kind: 'wrapped', wrapped }
    : { kind: 'damaged', problem: 'it does not hold a wrapped key' }
}

/** The key of the vault with this id; undefined when the passphrase does not open it. Slow by design. */
export async function unwrapKey(options: {
  wrapped: WrappedKey
  vaultId: string
  passphrase: Secret
}): Promise<Buffer | undefined> {
  const { wrapped, vaultId, passphrase } = options
  const wrappingKey = await deriveKey(passphrase, wrapped.salt, wrapped.cost)
  const decipher = createDecipheriv(ALGORITHM, wrappingKey, wrapped.nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(associatedData(vaultId))
  decipher.setAuthTag(wrapped.tag)
  const key = decipher.update(wrapped.ciphertext)
  try {
    decipher.final()
  } catch {
    // OpenSSL says no more than this, and what was deciphered so far is not to be trusted.
    return undefined
  }
  return key
}

// Normalised, because one keyboard composes an accent and another sends it apart (RFC 8265, section 4.2.2).
async function deriveKey(passphrase: Secret, salt: Buffer, cost: number): Promise<Buffer> {
  const [N, r, p] = [cost, BLOCK_SIZE, PARALLELIZATION]
  // Exactly what the algorithm needs; Node's own limit of 32 MiB is too low.
  const maxmem = 128 * r * (N + p + 2)
  const text = passphrase.reveal().normalize('NFC')
  return new Promise((resolve, reject) => {
    scrypt(text, salt, KEY_BYTES, { N, r, p, maxmem }, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}

function wrappedKeyOf(facts: JsonObject | undefined): WrappedKey | undefined {
  const cost = facts?.['n']
  const isKnown =
    facts?.['kdf'] === 'scrypt' &&
    facts['r'] === BLOCK_SIZE &&
    facts['p'] === PARALLELIZATION &&
    isAffordable(cost)
  const salt = bytesOf(facts?.['salt'], SALT_BYTES)
  const nonce = bytesOf(facts?.['nonce'], NONCE_BYTES)
  const ciphertext = bytesOf(facts?.['ciphertext'], KEY_BYTES)
  const tag = bytesOf(facts?.['tag'], TAG_BYTES)
  if (!isKnown || !salt || !nonce || !ciphertext || !tag) return undefined
  return { cost, salt, nonce, ciphertext, tag }
}

// A power of two above 1 (RFC 7914, section 2), within our bound.
function isAffordable(cost: unknown): cost is number {
  return typeof cost === 'number' && cost >= 2 && cost <= MAX_COST && Number.isInteger(Math.log2(cost))
}

function bytesOf(value: unknown, length: number): Buffer | undefined {
  if (typeof value !== 'string') return undefined
  const bytes = Buffer.from(value, 'base64')
  return bytes.length === length ? bytes : undefined
}

function associatedData(vaultId: string): Buffer {
  return Buffer.from(`poolkey wrapped key 1\n${vaultId}`, 'utf8')
}

function checksumOf(line: string): string {
  return createHash('sha256').update(line, 'utf8').digest('hex')
}
