/** A guest's identity ID, kept sealed: it is the only name a guest has, and losing it makes a new guest. */
import { readEntry } from '../vault/entries.ts'
import type { Broker, Vault } from './broker.ts'
import { FieldError, parseFields, text } from './json-fields.ts'
import { writeSealed } from './sealed-write.ts'

/** Undefined where there is none yet, or a damaged one. */
export function readGuestIdentity(vault: Vault, name: string): string | undefined {
  const entry = readEntry({ ...vault, name })
  if (entry.kind !== 'found') return undefined
  try {
    return text(parseFields(entry.plaintext), 'identityId')
  } catch (error) {
    if (error instanceof FieldError) return undefined
    throw error
  }
}

export function writeGuestIdentity(
  broker: Broker,
  name: string,
  guest: { identityId: string; at: Date },
): void {
  writeSealed(broker, {
    name,
    header: { kind: 'guest', issuedAt: guest.at.toISOString() },
    plaintext: Buffer.from(JSON.stringify({ version: 1, identityId: guest.identityId })),
  })
}
