import { parseCredentials, serializeCredentials } from '../../src/broker/credentials-entry.ts'
import { parseSession, serializeSession } from '../../src/broker/session-entry.ts'
import { readClaims } from '../../src/sign-in/claims.ts'
import { listEntries, readEntry, writeEntry } from '../../src/vault/entries.ts'
import { readKeyFile } from '../../src/vault/vault-file.ts'
import type { Station } from './poolkey-process.ts'

const HOUR_MS = 3_600_000

/**
 * Some hours later: the ID token is over, and credentials have so much of their hour left, by default nothing. The refresh
 * token is what it was.
 */
export function letExpire(station: Station, credentialsLeftMs = -HOUR_MS): void {
  const folder = station.stateFolder
  const key = readKeyFile(folder)!
  for (const name of listEntries(folder)) {
    const entry = readEntry({ folder, key, name })
    if (entry.kind !== 'found') throw new Error(`${name} is ${entry.kind}`)
    const { header, plaintext } = entry
    if (header.kind === 'credentials') {
      const stored = parseCredentials(plaintext)
      const expiration = new Date(Date.now() + credentialsLeftMs)
      const credentials = { ...stored.credentials, expiration }
      const issuedAt = new Date(expiration.getTime() - HOUR_MS)
      const bytes = serializeCredentials({ ...stored, credentials, issuedAt })
      writeEntry({ folder, key, name, header, plaintext: bytes })
    } else if (header.kind === 'session') {
      const session = parseSession(plaintext)
      if (session.state !== 'active') throw new Error('the session has ended')
      const exp = Math.floor((Date.now() - HOUR_MS) / 1000)
      const claims = readClaims({ ...session.claims.raw, exp, iat: exp - 3600 })
      writeEntry({ folder, key, name, header, plaintext: serializeSession({ ...session, claims }) })
    }
  }
}
