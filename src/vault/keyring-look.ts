import { KeyringLookConversation } from './keyring-look-conversation.ts'
import { converse } from './secret-service.ts'

const LIMIT_MS = 2_000

/**
 * Whether a new item would find a keyring of the Secret Service that takes it at once. `unknown`: nobody who says so; whoever stores
 * finds out. Nothing is made, unlocked or prompted for.
 */
export async function lookAtKeyring(
  env: Record<string, string | undefined>,
): Promise<'open' | 'locked' | 'absent' | 'unknown'> {
  const uid = process.getuid?.()
  if (uid === undefined) return 'unknown'
  const answer = await converse(() => new KeyringLookConversation(uid), { env, limitMs: LIMIT_MS })
  if (answer.kind === 'found') return 'open'
  return answer.reason === 'absent' || answer.reason === 'locked' ? answer.reason : 'unknown'
}
