import { storeClientSecret } from '../../broker/client-secret.ts'
import { sealSecret } from '../../errors/explanation.ts'
import { PoolkeyError } from '../../errors/poolkey-error.ts'
import type { Profile } from '../../profile/profile.ts'
import { Secret } from '../../secret.ts'
import type { Store } from '../../vault/vault-file.ts'
import type { Needs } from '../context.ts'

const DEADLINE_SECONDS = 300

// Cognito's are 24 to 64 of `[\w+]` (API_UserPoolClientType); other issuers take any printable ASCII (RFC 6749, appendix A.2).
const CLIENT_SECRET = /^[\x21-\x7e]{1,1024}$/

/** Reads an app client's secret: asked for without being shown, or piped in. Throws `usage`, `interrupted`. */
export async function readClientSecret(
  context: Needs<'terminal' | 'interrupted'>,
  asked: { profile: string; clientId?: string },
): Promise<Secret> {
  const question = `Secret of ${asked.clientId === undefined ? 'the app client' : `app client ${asked.clientId}`}: `
  const text = await context.terminal.readSecret(question, context.interrupted)
  if (CLIENT_SECRET.test(text)) return new Secret(text)
  throw new PoolkeyError('usage', {
    problem:
      text === ''
        ? 'no client secret came on stdin'
        : 'what came on stdin is no client secret: it holds blanks, line breaks or other than ASCII, or is too long',
    fix: `put the secret alone into it: ${sealSecret(asked.profile)} < FILE`,
  })
}

/** Seals the secret of a profile's app client. Throws `usage` for a guest's, and what opening the vault throws. */
export async function sealClientSecret(
  context: Needs<'terminal' | 'openBroker'>,
  sealed: { profile: Profile; secret: Secret; store?: Store | undefined },
): Promise<void> {
  const { profile, secret, store } = sealed
  if (!profile.signIn) throw guestError(profile.name)
  const broker = await context.openBroker({
    profile,
    seconds: DEADLINE_SECONDS,
    create: true,
    announceWaits: true,
    mayPrompt: true,
    ...(store === undefined ? {} : { store }),
  })
  storeClientSecret(broker, profile.signIn, secret)
  context.terminal.say(`The secret of app client ${profile.signIn.clientId} is sealed in the vault.`)
}

/** For a profile in which no app client takes part. */
export function guestError(profile: string): PoolkeyError<'usage'> {
  return new PoolkeyError('usage', { problem: `profile ${profile} is a guest's: no app client takes part` })
}
