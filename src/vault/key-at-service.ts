import type { Secret } from '../secret.ts'
import { KeyringLookConversation } from './keyring-look-conversation.ts'
import { converse, readSecretServiceItem } from './secret-service.ts'
import { decodeKey, KEYCHAIN_SERVICE, keychainAccountOf } from './vault-file.ts'

/**
 * A vault's key from the Secret Service, without the library and the process that other keychains need; undefined for
 * whatever is unusual. Who answers is not authenticated: compare the key's id.
 */
export async function readKeyAtService(
  vaultId: string,
  env: Record<string, string | undefined>,
): Promise<Buffer | undefined> {
  const item = await readItemAtService(keychainAccountOf(vaultId), env)
  return item && decodeKey(item.reveal())
}

/** An item of ours, as `readKeyAtService`; after a quarter of a second there is none. */
export async function readItemAtService(
  account: string,
  env: Record<string, string | undefined>,
): Promise<Secret | undefined> {
  const uid = process.getuid?.()
  if (uid === undefined) return undefined
  const answer = await readSecretServiceItem({ service: KEYCHAIN_SERVICE, account, env, uid })
  return answer.kind === 'found' ? answer.value : undefined
}

const LOOK_LIMIT_MS = 2_000

/**
 * Whether a new item would find a keyring of the Secret Service that takes it at once. `unknown`: nobody who says so; whoever stores
 * finds out. Nothing is made, unlocked or prompted for.
 */
export async function lookAtKeyring(
  env: Record<string, string | undefined>,
): Promise<'open' | 'locked' | 'absent' | 'unknown'> {
  const uid = process.getuid?.()
  if (uid === undefined) return 'unknown'
  const answer = await converse(() => new KeyringLookConversation(uid), { env, limitMs: LOOK_LIMIT_MS })
  if (answer.kind === 'found') return 'open'
  return answer.reason === 'absent' || answer.reason === 'locked' ? answer.reason : 'unknown'
}
