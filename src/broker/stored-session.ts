/** Sessions as they stand in the vault: read, listed, written, and wiped of what was minted from them. */
import { isPoolkeyError } from '../errors/poolkey-error.ts'
import { listEntries, readEntry, removeEntry } from '../vault/entries.ts'
import type { Broker, Vault } from './broker.ts'
import { credentialsPrefix, sessionEntryName } from './entry-names.ts'
import { FieldError } from './json-fields.ts'
import { writeSealed } from './sealed-write.ts'
import { parseSession, serializeSession, whoIs } from './session-entry.ts'
import type { StoredSession } from './session-entry.ts'
import { forgetFailures } from './shared-failure.ts'

/** What stands on disk of a session: nothing, something that cannot be read, or what was stored. */
export type SessionOnDisk = StoredSession | { state: 'none' } | { state: 'damaged'; problem: string }

/** Reads what is stored of a session, without a lock. */
export function readSession(vault: Vault, id: string): SessionOnDisk {
  const entry = readEntry({ ...vault, name: sessionEntryName(id) })
  switch (entry.kind) {
    case 'absent':
      return { state: 'none' }
    case 'damaged':
      return { state: 'damaged', problem: entry.problem }
    case 'found':
      try {
        return parseSession(entry.plaintext)
      } catch (error) {
        if (error instanceof FieldError || isPoolkeyError(error, 'id-token-invalid')) {
          return { state: 'damaged', problem: error.message }
        }
        throw error
      }
  }
}

/** The ids of all sessions in the vault, whichever profiles lead to them. */
export function listSessions({ folder }: Vault): string[] {
  const prefix = sessionEntryName('')
  return listEntries(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
}

/** Who has a session in the vault that has not ended, whatever profile it belongs to. */
export function listSignedIn(vault: Vault): string[] {
  return listSessions(vault).flatMap((id) => {
    const stored = readSession(vault, id)
    return stored.state === 'active' ? [whoIs(stored.claims)] : []
  })
}

/** Writes a session, or what is left of it, under `id`. Needs the `session` lock. Throws as `writeSealed`. */
export function writeSession(broker: Broker, id: string, session: StoredSession): void {
  const issuedAt = session.state === 'active' ? session.claims.issuedAt : session.endedAt
  writeSealed(broker, {
    name: sessionEntryName(id),
    header: {
      kind: 'session',
      issuedAt: issuedAt.toISOString(),
      ...(session.state === 'active' ? { expiresAt: session.claims.expiresAt.toISOString() } : {}),
    },
    plaintext: serializeSession(session),
  })
}

/** Removes all credentials minted from a session, and what is known of failures to get them. */
export function wipeCredentials(vault: Vault, holder: string): void {
  forgetFailures(vault, holder)
  for (const name of listEntries(vault.folder)) {
    if (name.startsWith(credentialsPrefix(holder))) removeEntry({ folder: vault.folder, name })
  }
}
