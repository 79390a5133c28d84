import { readSecretServiceItem } from './secret-service.ts'
import { decodeKey, KEYCHAIN_SERVICE, keychainAccountOf } from './vault-file.ts'

/**
 * A vault's key from the Secret Service, without the library and the process that other keychains need; undefined for
 * whatever is unusual, and after a quarter of a second. Who answers is not authenticated: compare the key's id.
 */
export async function readKeyAtService(
  vaultId: string,
  env: Record<string, string | undefined>,
): Promise<Buffer | undefined> {
  const uid = process.getuid?.()
  if (uid === undefined) return undefined
  const account = keychainAccountOf(vaultId)
  const answer = await readSecretServiceItem({ service: KEYCHAIN_SERVICE, account, env, uid })
  return answer.kind === 'found' ? decodeKey(answer.value.reveal()) : undefined
}
