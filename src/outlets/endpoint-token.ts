/** The token of an endpoint: made anew for each, and the file that it may be left in for programs to read. */
import { randomBytes } from 'node:crypto'
import { errnoOf } from '../errno.ts'
import { isOurs, isPoolkeyError, PoolkeyError } from '../errors/poolkey-error.ts'
import { Secret } from '../secret.ts'
import { discard, lookAt, readOwnFile, writeOwnFile } from '../vault/durable-file.ts'
import { digestOf } from './endpoint-request.ts'

const TOKEN_BYTES = 32
// Those in base64url, and nothing else: no newline, which some SDKs would send.
const TOKEN_LENGTH = 43

/** A new token: 32 random bytes in base64url. */
export function createToken(): Secret {
  return new Secret(randomBytes(TOKEN_BYTES).toString('base64url'))
}

/** What an endpoint keeps of its token, to compare with. */
export function tokenDigestOf(token: Secret): Buffer {
  return digestOf(token.reveal())
}

/**
 * Writes the token, mode 0600. An empty file, as mktemp makes one, is replaced; what is anything else, or no file of this
 * user's, stays as it is: it may be the token of an endpoint that runs. Throws `token-file-unusable`.
 */
export function writeTokenFile(path: string, token: Secret): void {
  try {
    if (!isFree(path)) throw unusable(path, 'it exists, and is not empty')
    writeOwnFile(path, Buffer.from(token.reveal(), 'latin1'), false)
  } catch (error) {
    if (isPoolkeyError(error, 'vault-unsafe')) throw unusable(path, error.facts.problem)
    if (isPoolkeyError(error, 'vault-io')) throw unusable(path, `it cannot be written (${error.facts.errno})`)
    const errno = isOurs(error) ? undefined : errnoOf(error)
    throw errno === undefined ? error : unusable(path, `it cannot be read (${errno})`)
  }
}

function isFree(path: string): boolean {
  const stats = lookAt(path)
  // What is no file is refused where it is written.
  return stats?.isFile() !== true || stats.size === 0
}

function unusable(path: string, problem: string): PoolkeyError {
  return new PoolkeyError('token-file-unusable', { path, problem })
}

/** Removes the file, if it still is this token's. */
export function removeTokenFile(path: string, token: Secret): void {
  try {
    const file = readOwnFile(path, TOKEN_LENGTH)
    if (file.kind === 'found' && file.bytes.toString('latin1') === token.reveal()) discard(path)
  } catch (error) {
    // Whatever stands there now, it is not ours.
    if (!isOurs(error)) throw error
  }
}
