import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { keyIdOf, seal, unseal } from '../../src/vault/seal.ts'
import type { EntryHeader } from '../../src/vault/seal.ts'

const key = randomBytes(32)
const header: EntryHeader = {
  format: 1,
  kind: 'credentials',
  keyId: keyIdOf(key),
  issuedAt: '2026-03-01T08:00:00.000Z',
  expiresAt: '2026-03-01T09:00:00.000Z',
}
const CANARY = 'CANARY-refresh-token'
const plaintext = Buffer.from(CANARY)

function sealed(name = 'a.sealed'): Buffer {
  return seal({ key, header, fileName: name, plaintext })
}

function withHeader(line: string): Buffer {
  const bytes = sealed()
  return Buffer.concat([Buffer.from(`${line}\n`), bytes.subarray(bytes.indexOf(10) + 1)])
}

describe('seal and unseal', () => {
  it('gives back what was sealed, whatever the bytes and the name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4000 }), fc.string(), (bytes, fileName) => {
        const file = seal({ key, header, fileName, plaintext: Buffer.from(bytes) })
        expect(unseal({ key, fileName, bytes: file })).toEqual({
          kind: 'sealed-by-us',
          header,
          plaintext: Buffer.from(bytes),
        })
      }),
    )
  })

  it('gives back a header without expiresAt as one without', () => {
    const { expiresAt, ...lasting } = header
    expect(expiresAt).toBeDefined()
    const opened = unseal({
      key,
      fileName: 'a',
      bytes: seal({ key, header: lasting, fileName: 'a', plaintext }),
    })
    expect(opened).toEqual({ kind: 'sealed-by-us', header: lasting, plaintext })
  })

  it('keeps the header readable and the content not', () => {
    const bytes = sealed()
    expect(JSON.parse(bytes.subarray(0, bytes.indexOf(10)).toString())).toEqual(header)
    expect(bytes.includes(CANARY)).toBe(false)
    expect(bytes.length).toBe(bytes.indexOf(10) + 1 + 12 + plaintext.length + 16)
  })

  it('D67: uses a nonce of its own for every write', () => {
    const nonces = Array.from({ length: 500 }, () => {
      const bytes = sealed()
      const start = bytes.indexOf(10) + 1
      return bytes.subarray(start, start + 12).toString('hex')
    })
    expect(new Set(nonces).size).toBe(500)
  })

  it('D67: refuses a file with any one bit changed, and gives none of its content', () => {
    const bytes = sealed()
    for (let position = 0; position < bytes.length; position += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = Buffer.from(bytes)
        changed.writeUInt8(changed.readUInt8(position) ^ (1 << bit), position)
        const opened = unseal({ key, fileName: 'a.sealed', bytes: changed })
        expect(opened.kind, `byte ${position.toString()} bit ${bit.toString()}`).toBe('damaged')
        expect(JSON.stringify(opened)).not.toContain(CANARY)
      }
    }
  })

  it('D67: refuses a file cut short at any place, or with anything after it', () => {
    const bytes = sealed()
    for (let length = 0; length < bytes.length; length += 1) {
      expect(unseal({ key, fileName: 'a.sealed', bytes: bytes.subarray(0, length) }).kind).toBe('damaged')
    }
    expect(unseal({ key, fileName: 'a.sealed', bytes: Buffer.concat([bytes, Buffer.from('\n')]) }).kind).toBe(
      'damaged',
    )
  })

  it('D59: refuses a file that was given the name of another', () => {
    expect(unseal({ key, fileName: 'a.sealed', bytes: sealed('b.sealed') }).kind).toBe('damaged')
  })

  it('refuses a file in which header and name were shifted against each other', () => {
    const bytes = seal({ key, header, fileName: 'x', plaintext })
    const line = bytes.indexOf(10)
    const shifted = Buffer.concat([bytes.subarray(0, line), Buffer.from(' \n'), bytes.subarray(line + 1)])
    expect(unseal({ key, fileName: 'x', bytes: shifted }).kind).toBe('damaged')
  })

  it('says that another key was used', () => {
    const opened = unseal({ key: randomBytes(32), fileName: 'a.sealed', bytes: sealed() })
    expect(opened).toEqual({ kind: 'damaged', problem: 'it is sealed under another key' })
  })

  it('refuses a file whose header claims our key though another sealed it', () => {
    const bytes = seal({ key: randomBytes(32), header, fileName: 'a.sealed', plaintext })
    expect(unseal({ key, fileName: 'a.sealed', bytes }).kind).toBe('damaged')
  })

  it('D59: says that a file is of a newer format', () => {
    const opened = unseal({
      key,
      fileName: 'a.sealed',
      bytes: withHeader(JSON.stringify({ ...header, format: 2 })),
    })
    expect(opened).toEqual({ kind: 'damaged', problem: 'it has a newer format than this poolkey knows' })
  })

  it.each([
    ['nothing', ''],
    ['no object', '"CANARY"'],
    ['null', 'null'],
    ['no JSON, which the parser would quote', 'CANARY not json'],
    ['no format', '{"kind":"CANARY"}'],
    ['a format of another type', JSON.stringify({ ...header, format: '1' })],
    ['an older format', JSON.stringify({ ...header, format: 0 })],
    ['no kind', JSON.stringify({ ...header, kind: undefined })],
    ['no key id', JSON.stringify({ ...header, keyId: 7 })],
    ['an instant that is none', JSON.stringify({ ...header, issuedAt: 'CANARY' })],
    ['an instant out of the calendar', JSON.stringify({ ...header, issuedAt: '2026-13-01T00:00:00Z' })],
    ['an expiry of another type', JSON.stringify({ ...header, expiresAt: null })],
  ])('D59: refuses a header with %s, and quotes nothing of it', (_what, line) => {
    const opened = unseal({ key, fileName: 'a.sealed', bytes: withHeader(line) })
    expect(opened.kind).toBe('damaged')
    expect(JSON.stringify(opened)).not.toContain('CANARY')
  })

  it('D59: answers "damaged" to any bytes at all, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9000 }), fc.boolean(), (bytes, hasHeader) => {
        const file = hasHeader
          ? Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes])
          : Buffer.from(bytes)
        expect(unseal({ key, fileName: 'a.sealed', bytes: file }).kind).toBe('damaged')
      }),
    )
  })

  it('does not search a whole long file for the end of its header', () => {
    const bytes = Buffer.concat([Buffer.alloc(5000, 32), sealed()])
    expect(unseal({ key, fileName: 'a.sealed', bytes })).toEqual({
      kind: 'damaged',
      problem: 'it has no header',
    })
  })

  it('does not seal what it could not open', () => {
    const wrong = [
      { ...header, issuedAt: 'yesterday' },
      { ...header, kind: 'x'.repeat(5000) },
    ]
    for (const bad of wrong)
      expect(() => seal({ key, header: bad, fileName: 'a', plaintext })).toThrow(/header/)
  })
})

describe('keyIdOf', () => {
  it('is 16 hex digits that depend on the key and are no part of it', () => {
    expect(keyIdOf(key)).toMatch(/^[0-9a-f]{16}$/)
    expect(keyIdOf(key)).not.toBe(keyIdOf(randomBytes(32)))
    expect(key.toString('hex')).not.toContain(keyIdOf(key))
  })

  it('does not change from version to version', () => {
    expect(keyIdOf(Buffer.alloc(32, 7))).toBe('e2fae5a66a625a29')
  })
})
