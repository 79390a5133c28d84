/**
 * The shortcut for what AWS tools ask all the time: `credential-process` whose credentials lie fresh in the vault, and
 * nothing has changed since they were last handed out. It holds no rule of its own. Whatever is unusual, it declines, and
 * the program answers.
 */
import { pointerEntryName } from './broker/entry-names.ts'
import { parseCredentials } from './broker/credentials-entry.ts'
import { freshnessOf } from './broker/freshness.ts'
import { followPointer } from './broker/warm-pointer.ts'
import { givenHome, stateFolderOf } from './folders.ts'
import { processJson } from './outlets/process-json.ts'
import { writeAll } from './outlets/write-all.ts'
import { hasEntry, readEntry } from './vault/entries.ts'
import { keyIdOf } from './vault/seal.ts'
import { readKeyFile, readVaultFile } from './vault/vault-file.ts'

/** What was asked, and by which clock (ms). */
export interface WarmStart {
  words: string[]
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  now: number
}

/** Answers on stdout and tells so, or has done nothing. Never throws. */
export async function answerWarm(start: WarmStart): Promise<boolean> {
  try {
    const answer = await warmAnswer(start)
    if (answer === undefined) return false
    writeAll(1, answer)
    return true
  } catch {
    // Whatever it is, the program meets it, too, and has the words for it.
    return false
  }
}

async function warmAnswer(start: WarmStart): Promise<string | undefined> {
  const { words, env, platform, now } = start
  const [command, flag, profileFlag, ...more] = words
  const isPlain = flag === undefined || ((flag === '--profile' || flag === '-p') && isValue(profileFlag))
  if (command !== 'credential-process' || !isPlain || more.length > 0 || isUnusual(env)) return undefined
  const home = givenHome(env, platform)
  if (home === undefined) return undefined
  const folder = stateFolderOf({ env, platform, homeFolder: () => home })
  const name = pointerEntryName({ profileFlag, env })
  if (!hasEntry({ folder, name })) return undefined
  const key = await readKey(folder, start)
  const pointer = key && followPointer({ folder, key }, name)
  const entry = pointer && readEntry({ folder, key, name: pointer.entry })
  if (entry?.kind !== 'found') return undefined
  const { credentials, issuedAt, clockSkewMs } = parseCredentials(entry.plaintext)
  const life = { issuedAt, expiresAt: credentials.expiration }
  if (clockSkewMs !== 0 || freshnessOf(life, new Date(now)) !== 'fresh') return undefined
  return processJson({ ...credentials, accountId: credentials.accountId ?? pointer?.accountId })
}

function isValue(word: string | undefined): boolean {
  return word !== undefined && !word.startsWith('-')
}

function isUnusual(env: Record<string, string | undefined>): boolean {
  return (env['POOLKEY_DEBUG'] ?? '') !== '' || env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
}

async function readKeyFromService(vaultId: string, env: Record<string, string | undefined>) {
  const { readKeyAtService } = await import('./vault/key-at-service.ts')
  return readKeyAtService(vaultId, env)
}

async function readKey(folder: string, { env, platform }: WarmStart): Promise<Buffer | undefined> {
  const vaultFile = readVaultFile(folder)
  if (vaultFile === undefined || vaultFile.copiesAt !== undefined) return undefined
  const requested = env['POOLKEY_STORE'] ?? ''
  if (requested !== '' && requested !== vaultFile.store) return undefined
  const { id, store, keyCheck } = vaultFile
  const isAtService = store === 'keychain' && platform === 'linux'
  const key =
    store === 'file' ? readKeyFile(folder) : isAtService ? await readKeyFromService(id, env) : undefined
  return key && keyIdOf(key) === keyCheck ? key : undefined
}
