import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { parseWrappedKey, unwrapKey, wrapKey } from '../../src/vault/passphrase-key.ts'
import { cheapFacts, wrappedBytes } from './wrapped-key.ts'

const key = randomBytes(32)
const vaultId = 'a'.repeat(32)
const cheap = cheapFacts({ key, vaultId, passphrase: 'CANARY horse' })

async function opened(bytes: Buffer, passphrase: string, id = vaultId): Promise<Buffer | string> {
  const parsed = parseWrappedKey(bytes)
  if (parsed.kind === 'damaged') return parsed.problem
  const { wrapped } = parsed
  return (await unwrapKey({ wrapped, vaultId: id, passphrase: new Secret(passphrase) })) ?? 'wrong passphrase'
}

describe('a wrapped key', () => {
  it('D67: is opened by its passphrase and no other, tells neither, and is never written twice the same', async () => {
    const [bytes, other] = await Promise.all(
      [1, 2].map(() => wrapKey({ key, vaultId, passphrase: new Secret('CANARY horse') })),
    )
    if (bytes === undefined || other === undefined) throw new Error('it was not wrapped')
    expect(await opened(bytes, 'CANARY horse')).toEqual(key)
    expect(await opened(bytes, 'CANARY hors')).toBe('wrong passphrase')
    const facts = factsOf(bytes)
    expect(facts).toMatchObject({ version: 1, kdf: 'scrypt', n: 131072, r: 8, p: 1 })
    for (const name of ['salt', 'nonce', 'ciphertext', 'tag'])
      expect(facts[name]).not.toBe(factsOf(other)[name])
    for (const secret of ['CANARY', key.toString('base64'), key.toString('hex')])
      expect(bytes.toString('latin1')).not.toContain(secret)
    expect(bytes.includes(key)).toBe(false)
  })

  it('has the documented form: one made by other means opens', async () => {
    expect(await opened(wrappedBytes(cheap), 'CANARY horse')).toEqual(key)
  })

  it('belongs to one vault', async () => {
    expect(await opened(wrappedBytes(cheap), 'CANARY horse', 'b'.repeat(32))).toBe('wrong passphrase')
  })

  it('opens whether an accent was typed as one character or as two', async () => {
    const accented = wrappedBytes(cheapFacts({ key, vaultId, passphrase: 'caf\u00e9' }))
    expect(await opened(accented, 'cafe\u0301')).toEqual(key)
    expect(await opened(accented, 'cafe')).toBe('wrong passphrase')
  })
})

describe('a damaged wrapped key', () => {
  it('D67: is told from a wrong passphrase, whichever byte was altered', () => {
    const bytes = wrappedBytes(cheap)
    for (let at = 0; at < bytes.length; at += 1) {
      for (const bit of [0x01, 0x20, 0x80]) {
        const altered = Buffer.from(bytes)
        altered.writeUInt8(altered.readUInt8(at) ^ bit, at)
        expect(parseWrappedKey(altered), `byte ${at.toString()}`).toMatchObject({ kind: 'damaged' })
      }
    }
  })

  it('D67: is told wherever it was cut short, and when something follows', () => {
    const bytes = wrappedBytes(cheap)
    for (let length = 0; length < bytes.length; length += 1)
      expect(parseWrappedKey(bytes.subarray(0, length)).kind).toBe('damaged')
    for (const more of ['\n', 'x', '\0']) {
      expect(parseWrappedKey(Buffer.concat([bytes, Buffer.from(more)])).kind).toBe('damaged')
    }
  })

  it.each(['salt', 'nonce', 'ciphertext', 'tag'])(
    'D67: gives no key when its %s was altered and the checksum mended',
    async (name) => {
      const field = Buffer.from(String(cheap[name]), 'base64')
      for (let at = 0; at < field.length; at += 1) {
        const altered = Buffer.from(field)
        altered.writeUInt8(altered.readUInt8(at) ^ 0x01, at)
        const facts = { ...cheap, [name]: altered.toString('base64') }
        expect(await opened(wrappedBytes(facts), 'CANARY horse')).toBe('wrong passphrase')
      }
      for (const length of [0, field.length - 1, field.length + 1]) {
        const facts = { ...cheap, [name]: Buffer.alloc(length).toString('base64') }
        expect(parseWrappedKey(wrappedBytes(facts))).toMatchObject({ kind: 'damaged' })
      }
      expect(parseWrappedKey(wrappedBytes({ ...cheap, [name]: 5 }))).toMatchObject({ kind: 'damaged' })
    },
  )

  it.each([
    { n: 2 ** 20 }, { n: 2 ** 40 }, { n: 1e300 }, { n: 17 }, { n: 1 }, { n: 0 }, { n: -16 }, { n: 16.5 }, { n: '16' }, { n: null },
    { r: 9 }, { r: 2 ** 30 }, { r: 0 }, { r: '8' }, { p: 2 }, { p: 2 ** 30 }, { p: 0 },
    { kdf: 'pbkdf2' }, { kdf: undefined }, { version: 0 }, { version: '1' }, { version: undefined },
  ])('is one that asks for %j, and no work is done for it', (change) => {
    expect(parseWrappedKey(wrappedBytes({ ...cheap, ...change }))).toEqual({
      kind: 'damaged',
      problem: 'it does not hold a wrapped key',
    })
  }) // prettier-ignore

  it('is not one that asks for four times the usual, as a later poolkey may', () => {
    expect(parseWrappedKey(wrappedBytes({ ...cheap, n: 2 ** 19 }))).toMatchObject({ kind: 'wrapped' })
  })

  it('D67: gives no key when it asks for other work than it was made with', async () => {
    expect(await opened(wrappedBytes({ ...cheap, n: 32 }), 'CANARY horse')).toBe('wrong passphrase')
  })

  it('D59: says when it is of a newer version', async () => {
    expect(await opened(wrappedBytes({ ...cheap, version: 2 }), '')).toBe('it was written by a newer poolkey')
  })

  it('D59: is any other bytes: they are never thrown at and never quoted', () => {
    const texts = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom('null', '[]', '5', '"CANARY"', '{"version":'),
    )
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), texts), (bytes) => {
        const parsed = parseWrappedKey(Buffer.from(bytes as Uint8Array))
        expect(parsed.kind).toBe('damaged')
      }),
    )
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed = parseWrappedKey(wrappedBytes(value as Record<string, unknown>))
        expect(parsed).toEqual({ kind: 'damaged', problem: 'it does not hold a wrapped key' })
      }),
    )
  })
})

function factsOf(bytes: Buffer): Record<string, unknown> {
  return JSON.parse(bytes.toString().split('\n')[0] ?? '') as Record<string, unknown>
}
